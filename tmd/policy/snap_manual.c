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

/*
 * Manual keys as rows, and whether ESP goes in UDP.
 */

#include <string.h>

#include "snapshots.h"

int
snap_encap_force(const struct policy *po, const struct tunnel *t)
{
	/* ikd-esp knows ESP in UDP alone. */
	return (po->userspace || t->udp_encapsulation == ENCAP_FORCE);
}

/* One of the two of a bundle, or the only one. */
static void
put_sa(const struct manual_sa *sa, struct wt_manual *out)
{
	memset(out, 0, sizeof(*out));
	out->proto = (uint8_t)sa->protocol;
	out->encr = sa->encr;
	out->encr_bits = sa->encr_bits;
	out->integ = sa->integ;
	out->spi_in = (uint32_t)sa->in.spi;
	out->spi_out = (uint32_t)sa->out.spi;
	strlcpy(out->key_in, sa->in.key, sizeof(out->key_in));
	strlcpy(out->key_out, sa->out.key, sizeof(out->key_out));
}

static void
put_end(const struct endpoint *e, struct wt_sock *out)
{
	out->addr = e->addr[0].addr;
	out->port = (uint16_t)e->port;
}

void
row_manual(const struct policy *po, const struct tunnel *t,
    const struct child *c, struct sn_manual *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->tunnel = (uint32_t)t->number;
	s->child = c->number;
	if (t->name != NULL)
		strlcpy(s->name, t->name, sizeof(s->name));
	s->mode = (uint8_t)c->mode;
	s->udp_encap = (uint8_t)snap_encap_force(po, t);
	put_end(&t->local, &s->local);
	put_end(&t->remote, &s->remote);
	s->ts_local_n = (uint16_t)c->nts[0];
	memcpy(s->ts_local, c->ts[0], c->nts[0] * sizeof(*c->ts[0]));
	s->ts_remote_n = (uint16_t)c->nts[1];
	memcpy(s->ts_remote, c->ts[1], c->nts[1] * sizeof(*c->ts[1]));
	for (i = 0; i < c->nsa; i++)
		put_sa(&c->sa[i], &s->sa[s->sa_n++]);
}
