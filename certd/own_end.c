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
 * Our own certificates that have ended or soon will: peers find fault with
 * them, and say so in their logs alone.
 */
#include <string.h>
#include <time.h>

#include "book_int.h"
#include "expiry.h"
#include "log.h"
#include "own_end.h"
#include "proto_sign_tmd.h"

/* The certificate we show by this rule, if its time is worth a word. */
static const struct cert *
worth(const struct book *b, const struct rule *r, int64_t now)
{
	char text[EXPIRY_TEXT];
	const struct file *f;

	if (r->cert_ours == NULL ||
	    (f = book_file(b, CF_CERT, r->cert_ours)) == NULL || f->ncert == 0)
		return (NULL);
	return (expiry_cert(f->cert[0], now, b->warn, text)[0] == '\0' ? NULL :
	    f->cert[0]);
}

/* One message behind: the last one has to say so. */
void
own_end_tell(struct certd *cd)
{
	struct mv_own_end m = { .first = 1 };
	int64_t now = (int64_t)time(NULL);
	const struct book *b = cd->book;
	const struct cert *c;
	size_t i;

	if (cd->tmd == NULL || b == NULL)
		return;
	for (i = 0; i < b->nrule; i++) {
		if ((c = worth(b, &b->rule[i], now)) == NULL)
			continue;
		if (m.tunnel != 0) {
			pipe_send(cd->tmd, M_OWN_END, &m, -1);
			m.first = 0;
		}
		m.tunnel = b->rule[i].tunnel;
		m.begins = c->not_before < 0 ? 0 : (uint64_t)c->not_before;
		m.ends = c->not_after < 0 ? 0 : (uint64_t)c->not_after;
		wire_text_copy(m.file, sizeof(m.file), b->rule[i].cert_ours);
	}
	m.last = 1;
	pipe_send(cd->tmd, M_OWN_END, &m, -1);
}
