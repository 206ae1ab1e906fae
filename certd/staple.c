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

/* OCSP responses for our own certificates. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "staple.h"
#include "revoke_int.h"

static struct quest quests[BOOK_OURS];	/* one for each; the item is pinned */
static unsigned int nquests;

void
staple_tell(struct certd *c, struct pipe *ike)
{
	struct book_ocsp ocsp[BOOK_OURS];
	struct mk_shown m = { 0 };
	int fd;

	if (ike == NULL || c->book == NULL)
		return;
	m.generation = book_generation(c->book);
	fd = book_shown(c->book, ocsp, staple_responses(c, ocsp));
	if (fd != -1)
		pipe_send(ike, M_SHOWN, &m, fd);
}

void
staple_tell_all(struct certd *c)
{
	unsigned int i;

	for (i = 0; i < WORKERS_MAX; i++)
		staple_tell(c, c->ike[i]);
}

/* The first responder that certificate, or policy, names. */
static void
ask(struct certd *c, struct quest *q, const struct ours *o, int64_t now)
{
	const struct book_authority *a;
	struct source *s = &q->src[0];
	struct urls u;

	memset(q, 0, sizeof(*q));
	if (o->issuer == NULL)
		return;
	a = book_authority(c->book, o->issuer);
	urls_ocsp(o->leaf->x, &u);
	if (u.n > 0 || (a != NULL && a->ocsp.n > 0)) {
		q->n = 1;
		s->kind = FETCH_OCSP;
		s->url = xstrdup(u.n > 0 ? u.url[0] : a->ocsp.url[0]);
		q->chain[q->nchain++] = cert_ref(o->leaf);
		q->chain[q->nchain++] = cert_ref(o->issuer);
		if ((s->it = revoke_item(c, q, s, now)) != NULL) {
			s->it->pins++;
			(void)store_want(c->revoke->store, s->it, now);
		}
	}
	urls_free(&u);
}

void
staple_book(struct certd *c)
{
	int64_t now = (int64_t)time(NULL);
	const struct ours *o;
	struct quest *fresh;
	unsigned int i, n;

	o = book_ours(c->book, &n);
	fresh = xcalloc(n + 1, sizeof(*fresh));
	/* Those of before are let go last, so that none is fetched twice. */
	for (i = 0; i < n; i++)
		ask(c, &fresh[i], &o[i], now);
	while (nquests > 0)
		quest_clear(c, &quests[--nquests]);
	memcpy(quests, fresh, n * sizeof(fresh[0]));
	nquests = n;
	free(fresh);
}

void
staple_fetched(struct certd *c, const struct item *it)
{
	unsigned int i;

	for (i = 0; i < nquests; i++)
		if (quests[i].n > 0 && quests[i].src[0].it == it) {
			quests[i].src[0].it->used = (int64_t)time(NULL);
			staple_tell_all(c);
			return;
		}
}

unsigned int
staple_responses(struct certd *c, struct book_ocsp out[BOOK_OURS])
{
	int64_t now = (int64_t)time(NULL);
	const struct ours *o;
	unsigned int i, have, n = 0;

	o = book_ours(c->book, &have);
	for (i = 0; i < have && i < nquests; i++)
		if (quest_ocsp(&quests[i], &out[n].der, 1, now) == 1)
			out[n++].file = o[i].file;
	return (n);
}
