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
 * What one check looks for: for each certificate of its chain whose state is
 * not known, the sources one after the other: OCSP, then CRLs, then deltas.
 * One that is slow gets company after QUEST_HEDGE seconds.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "revoke_int.h"

static void
add_source(struct quest *q, unsigned int kind, unsigned int depth, int delta,
    const char *url)
{
	struct source *s;
	unsigned int i;

	for (i = 0; i < q->n; i++)
		if (q->src[i].depth == depth && q->src[i].kind == kind &&
		    strcmp(q->src[i].url, url) == 0)
			return;
	if (q->n == QUEST_SOURCES)
		return;
	s = &q->src[q->n++];
	s->kind = (uint8_t)kind;
	s->depth = (uint8_t)depth;
	s->delta = (uint8_t)delta;
	s->url = xstrdup(url);
}

void
quest_add(struct quest *q, unsigned int kind, unsigned int depth, int delta,
    const struct urls *u)
{
	unsigned int i;

	for (i = 0; i < u->n; i++)
		add_source(q, kind, depth, delta, u->url[i]);
}

/*
 * What the result lacks, and where it is to be had: as the policy says of
 * the issuer, then as the certificate does.
 */
static void
list_sources(const struct certd *c, struct quest *q,
    const struct chain_result *res)
{
	const struct book_authority *a;
	const struct chain_rev *rev;
	unsigned int i;

	for (i = 0; i + 1 < res->n; i++) {
		rev = &res->rev[i];
		a = book_authority(c->book, res->chain[i + 1]);
		if (rev->missing && a != NULL)
			quest_add(q, FETCH_OCSP, i, 0, &a->ocsp);
		if (rev->missing)
			quest_add(q, FETCH_OCSP, i, 0, &rev->ocsp);
		if (rev->missing && a != NULL)
			quest_add(q, FETCH_CRL, i, 0, &a->crl);
		if (rev->missing)
			quest_add(q, FETCH_CRL, i, 0, &rev->crl);
		if (rev->undelta)
			quest_add(q, FETCH_CRL, i, 1, &rev->delta);
	}
}

static void
begin(struct certd *c, struct quest *q, const struct chain_result *res)
{
	unsigned int i;

	if (q->listed)
		return;
	q->listed = 1;
	TAILQ_INSERT_TAIL(&c->revoke->quests, q, entry);
	for (i = 0; i < res->n; i++)
		q->chain[q->nchain++] = cert_ref(res->chain[i]);
}

void
quest_clear(struct certd *c, struct quest *q)
{
	unsigned int i;

	if (q->listed)
		TAILQ_REMOVE(&c->revoke->quests, q, entry);
	for (i = 0; i < q->n; i++) {
		if (q->src[i].it != NULL)
			q->src[i].it->pins--;
		free(q->src[i].url);
	}
	for (i = 0; i < q->nchain; i++)
		cert_free(q->chain[i]);
	memset(q, 0, sizeof(*q));
}

/* Asks a source, or looks how it went.  Did it become usable just now? */
static int
look(struct certd *c, struct quest *q, struct source *s, int64_t now)
{
	if (s->state == SOURCE_NEW) {
		s->state = SOURCE_FAILED;
		if ((s->it = revoke_item(c, q, s, now)) == NULL)
			return (0);
		s->it->pins++;
		q->asked[s->depth] = now;
	}
	if (s->kind == FETCH_CRL)
		crltake_vouch(c, q, s->it, now);
	switch (store_want(c->revoke->store, s->it, now)) {
	case STORE_FRESH:
		s->state = SOURCE_USED;
		return (1);
	case STORE_WAIT:
		s->state = SOURCE_ASKED;
		return (0);
	default:
		s->state = SOURCE_FAILED;
		return (0);
	}
}

/* One certificate.  Adds to *again what is usable now, to *wait what not. */
static void
step_depth(struct certd *c, struct quest *q, unsigned int depth, int delta,
    int64_t now, unsigned int *again, unsigned int *wait)
{
	unsigned int i, busy = 0, found = 0;
	struct source *s;

	for (i = 0; i < q->n; i++) {
		s = &q->src[i];
		if (s->depth == depth && s->delta == delta &&
		    s->state == SOURCE_ASKED) {
			found += look(c, q, s, now) != 0;
			busy += s->state == SOURCE_ASKED;
		}
	}
	for (i = 0; i < q->n && found == 0; i++) {
		s = &q->src[i];
		if (s->depth != depth || s->delta != delta ||
		    s->state != SOURCE_NEW)
			continue;
		if (busy > 0 && now - q->asked[depth] < QUEST_HEDGE)
			break;
		found += look(c, q, s, now) != 0;
		busy += s->state == SOURCE_ASKED;
	}
	*again += found;
	*wait += busy;
}

enum quest_next
quest_step(struct certd *c, struct quest *q, const struct chain_result *res,
    int64_t now)
{
	unsigned int i, again = 0, wait = 0;

	begin(c, q, res);
	list_sources(c, q, res);
	for (i = 0; i + 1 < res->n; i++) {
		if (res->rev[i].missing)
			step_depth(c, q, i, 0, now, &again, &wait);
		if (res->rev[i].undelta)
			step_depth(c, q, i, 1, now, &again, &wait);
	}
	revoke_pump(c);
	return (again > 0 ? QUEST_AGAIN : wait > 0 ? QUEST_WAIT : QUEST_END);
}

unsigned int
quest_ocsp(const struct quest *q, struct slice *out, unsigned int max,
    int64_t now)
{
	const struct revdata *d;
	unsigned int i, n = 0;

	for (i = 0; i < q->n && n < max; i++) {
		if (q->src[i].kind != FETCH_OCSP || q->src[i].it == NULL ||
		    now >= q->src[i].it->until)
			continue;
		d = q->src[i].it->value;
		if (d->der != NULL)
			out[n++] = (struct slice){ d->der, d->len };
	}
	return (n);
}

char *
quest_why(const struct quest *q, char *out, size_t size)
{
	const struct source *s;
	const char *why;
	unsigned int i;
	size_t at = 0;

	out[0] = '\0';
	for (i = 0; i < q->n && at < size; i++) {
		s = &q->src[i];
		if (s->state == SOURCE_USED)
			why = "what it says is of no use here";
		else if (s->state == SOURCE_ASKED)
			why = "no answer in time";
		else if (s->state == SOURCE_NEW)
			why = "not asked in time";
		else
			why = s->it == NULL ? "too much is being fetched" :
			    s->it->why;
		at += (size_t)snprintf(out + at, size - at, "%s%s: %s",
		    at > 0 ? "; " : "", s->url, why);
	}
	return (out);
}

int
quest_waits(const struct quest *q, const struct item *it)
{
	unsigned int i;

	for (i = 0; i < q->n; i++)
		if (q->src[i].it == it && q->src[i].state == SOURCE_ASKED)
			return (1);
	return (0);
}
