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

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "staple.h"
#include "revoke_int.h"

static struct quest quests[BOOK_OURS];	/* one for each; items are pinned */
static unsigned int nquests;
static struct event *timer;	/* when all responders of one have failed */

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

/* The responders that the policy names, then the certificate's. */
static void
list(struct certd *c, struct quest *q, const struct ours *o)
{
	const struct book_authority *a;
	struct urls u;

	if (o->issuer == NULL)
		return;
	a = book_authority(c->book, o->issuer);
	if (a != NULL)
		quest_add(q, FETCH_OCSP, 0, 0, &a->ocsp);
	urls_ocsp(o->leaf->x, &u);
	quest_add(q, FETCH_OCSP, 0, 0, &u);
	urls_free(&u);
	q->chain[q->nchain++] = cert_ref(o->leaf);
	q->chain[q->nchain++] = cert_ref(o->issuer);
}

/*
 * One response is enough, of the first who gives it.  Returns when one may be
 * asked again, if all have failed; else INT64_MAX.
 */
static int64_t
step(struct certd *c, struct quest *q, int64_t now)
{
	int64_t again = INT64_MAX;
	struct slice der;
	struct source *s;
	unsigned int i;

	if (quest_ocsp(q, &der, 1, now) == 1) {
		/* In use, or it would not be renewed for ever. */
		for (i = 0; i < q->n; i++)
			if (q->src[i].it != NULL)
				q->src[i].it->used = now;
		return (INT64_MAX);
	}
	for (i = 0; i < q->n; i++) {
		s = &q->src[i];
		if (s->it == NULL) {
			if ((s->it = revoke_item(c, q, s, now)) == NULL)
				continue;
			s->it->pins++;
		}
		if (store_want(c->revoke->store, s->it, now) != STORE_FAILED)
			return (INT64_MAX);
		if (s->it->again < again)
			again = s->it->again;
	}
	return (again);
}

static void on_timer(evutil_socket_t, short, void *);

/* All of them; and again when nobody answered. */
static void
step_all(struct certd *c, int64_t now)
{
	struct timeval tv = { 1, 0 };
	int64_t again = INT64_MAX, at;
	unsigned int i;

	for (i = 0; i < nquests; i++)
		if ((at = step(c, &quests[i], now)) < again)
			again = at;
	if (again == INT64_MAX) {
		if (timer != NULL)
			event_free(timer);
		timer = NULL;
		return;
	}
	if (again > now)
		tv.tv_sec = (time_t)(again - now);
	if (timer == NULL)
		timer = evtimer_new(c->role->base, on_timer, c);
	if (timer == NULL || evtimer_add(timer, &tv) == -1)
		fatal("no timer for our OCSP responses");
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct certd *c = arg;

	(void)fd;
	(void)what;
	step_all(c, (int64_t)time(NULL));
	revoke_pump(c);
}

void
staple_book(struct certd *c)
{
	int64_t now = (int64_t)time(NULL);
	unsigned int i, n, before = nquests;
	struct quest *old, *fresh;
	const struct ours *o;

	o = book_ours(c->book, &n);
	fresh = xcalloc(n + 1, sizeof(*fresh));
	old = xcalloc(before + 1, sizeof(*old));
	memcpy(old, quests, before * sizeof(old[0]));
	for (i = 0; i < n; i++)
		list(c, &fresh[i], &o[i]);
	memcpy(quests, fresh, n * sizeof(fresh[0]));
	nquests = n;
	step_all(c, now);
	/* Those of before are let go last, so that none is fetched twice. */
	while (before > 0)
		quest_clear(c, &old[--before]);
	free(fresh);
	free(old);
}

/* Does one of ours wait for it, or live on it? */
static int
is_ours(const struct item *it)
{
	unsigned int i, k;

	for (i = 0; i < nquests; i++)
		for (k = 0; k < quests[i].n; k++)
			if (quests[i].src[k].it == it)
				return (1);
	return (0);
}

void
staple_fetched(struct certd *c, const struct item *it)
{
	int64_t now = (int64_t)time(NULL);

	if (!is_ours(it))
		return;
	step_all(c, now);
	staple_tell_all(c);
}

void
staple_failed(struct certd *c, const struct item *it)
{
	if (is_ours(it))
		step_all(c, (int64_t)time(NULL));
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
