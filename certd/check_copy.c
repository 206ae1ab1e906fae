/*
 * Copyright (c) 2026 The ikd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

/* An AUTH_CHECK that outlives its message. */

#include <string.h>

#include "check_copy.h"
#include "log.h"

static struct slice
keep(uint8_t **at, struct slice s)
{
	struct slice copy = { *at, s.len };

	if (s.len > 0)
		memcpy(*at, s.p, s.len);
	*at += s.len;
	return (copy);
}

uint8_t *
check_copy(struct mk_check *out, const struct mk_check *m, size_t *len)
{
	const struct mk_context *c = &m->c;
	uint8_t *buf, *at;

	*len = c->msg_i.len + c->msg_r.len + c->nonce_peer.len +
	    c->intauth.len + m->id_i.len + m->id_r.len + m->auth.len +
	    m->ppk.len + m->no_ppk.len + m->chain.len;
	at = buf = xcalloc(1, *len + 1);
	*out = *m;
	out->c.msg_i = keep(&at, c->msg_i);
	out->c.msg_r = keep(&at, c->msg_r);
	out->c.nonce_peer = keep(&at, c->nonce_peer);
	out->c.intauth = keep(&at, c->intauth);
	out->id_i = keep(&at, m->id_i);
	out->id_r = keep(&at, m->id_r);
	out->auth = keep(&at, m->auth);
	out->ppk = keep(&at, m->ppk);
	out->no_ppk = keep(&at, m->no_ppk);
	out->chain = keep(&at, m->chain);
	return (buf);
}
