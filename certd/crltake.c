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
 * CRLs as they come: read, believed by who can have issued them, put into
 * the set and the directory.  URLs are anybody's: what this chain does not
 * vouch for the next one may.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crldisk.h"
#include "log.h"
#include "revoke_int.h"
#include "watch.h"

enum took {
	TOOK_GOOD,
	TOOK_UNREAD,	/* it does not decode */
	TOOK_ENDED,	/* it still revokes, and is no answer */
	TOOK_EARLY,	/* the same: of the future */
	TOOK_OLDER,	/* than one that is known */
	TOOK_NOBODYS	/* of nobody who asked so far */
};

static void
clear_crls(struct revdata *d)
{
	while (d->ncrl > 0)
		crl_free(d->crl[--d->ncrl]);
}

void
crltake_clear(struct revdata *d)
{
	clear_crls(d);
	free(d->der);
	d->der = NULL;
}

/*
 * Into the set of the book in force: CRL_OLDER when there is one among those
 * that are believed, CRL_REFUSED when none is.
 */
static enum crl_added
believe(struct certd *c, struct revdata *d, struct cert *const *by,
    unsigned int n, const char **why)
{
	enum crl_added how, all = CRL_REFUSED;
	const char *bad = NULL;
	int i;

	for (i = 0; i < d->ncrl; i++) {
		how = crls_add(book_crls(c->book), d->crl[i], NULL, by, n,
		    &bad);
		if (how == CRL_OLDER || (how != CRL_REFUSED &&
		    all != CRL_OLDER))
			all = how;
		if (how >= CRL_OLDER)
			*why = bad;
	}
	return (all);
}

void
crltake_again(struct certd *c, struct revdata *d)
{
	const char *why;
	int i;

	for (i = 0; i < d->ncrl; i++)
		if (d->crl[i]->by != NULL)
			(void)crls_add(book_crls(c->book), d->crl[i], NULL,
			    &d->crl[i]->by, 1, &why);
}

/* Was the chain of this one tried with what is there now? */
static int
has_tried(const struct revdata *d, const struct cert *issuer)
{
	unsigned int i;

	for (i = 0; i < d->ntried && i < REVOKE_TRIED; i++)
		if (memcmp(d->tried[i], issuer->fp, KEY_FP) == 0)
			return (1);
	return (0);
}

/* Does this check wait for the URL? */
static int
asks(const struct quest *q, const struct item *it)
{
	unsigned int i;

	for (i = 0; i < q->n; i++)
		if (q->src[i].kind == FETCH_CRL &&
		    strcmp(q->src[i].url, it->url) == 0)
			return (q->nchain >= 2);
	return (0);
}

/* By those who issued what was there, and the chains of those who wait. */
static enum crl_added
believed(struct certd *c, struct item *it, const struct revdata *old,
    const char **why)
{
	enum crl_added how, all = CRL_REFUSED;
	struct revdata *d = it->value;
	struct cert *by[CRL_FILE];
	unsigned int n = 0;
	struct quest *q;
	int i;

	for (i = 0; i < old->ncrl; i++)
		if (old->crl[i]->by != NULL)
			by[n++] = old->crl[i]->by;
	if (n > 0)
		all = believe(c, d, by, n, why);
	TAILQ_FOREACH(q, &c->revoke->quests, entry) {
		if (!asks(q, it) || has_tried(d, q->chain[1]))
			continue;
		memcpy(d->tried[d->ntried++ % REVOKE_TRIED], q->chain[1]->fp,
		    KEY_FP);
		how = believe(c, d, q->chain + 1, q->nchain - 1, why);
		if (how == CRL_OLDER || (how != CRL_REFUSED &&
		    all != CRL_OLDER))
			all = how;
	}
	return (all);
}

/* The first end of those in the file, and the last begin. */
static void
times_of(const struct revdata *d, int64_t *from, int64_t *until)
{
	int i;

	*from = 0;
	*until = 0;
	for (i = 0; i < d->ncrl; i++) {
		if (d->crl[i]->this_update > *from)
			*from = d->crl[i]->this_update;
		if (d->crl[i]->next_update != 0 && (*until == 0 ||
		    d->crl[i]->next_update < *until))
			*until = d->crl[i]->next_update;
	}
}

/*
 * What another issuer had there before stays for its certificates, as long
 * as it is of use.
 */
static void
keep_others(struct revdata *d, const struct revdata *old, int64_t now)
{
	int i, k, n = d->ncrl;
	struct crl *o;

	for (i = 0; i < old->ncrl && d->ncrl < CRL_FILE; i++) {
		o = old->crl[i];
		if (o->by == NULL || (o->next_update != 0 &&
		    now > o->next_update + REVOKE_STALE))
			continue;
		for (k = 0; k < n && !crl_is_outdated(o, d->crl[k]); k++)
			;
		if (k == n)
			d->crl[d->ncrl++] = crl_ref(o);
	}
}

static enum took
timely(int64_t from, int64_t until, int64_t now, const char **why)
{
	static char text[CERT_TIME + 64];
	char when[CERT_TIME];

	*why = text;
	if (from > now) {
		snprintf(text, sizeof(text), "the CRL is of the future (%s)",
		    cert_time(from, when, sizeof(when)));
		return (TOOK_EARLY);
	}
	if (until == 0 || until > now)
		return (TOOK_GOOD);
	snprintf(text, sizeof(text), "the CRL is stale since %s",
	    cert_time(until, when, sizeof(when)));
	return (TOOK_ENDED);
}

/*
 * Octets from the network or the disk.  What is older than what the set has
 * is neither an answer nor kept: the next set, of a reload, is made of what
 * the items have, and after a restart of the disk.
 */
static enum took
take(struct certd *c, struct item *it, struct slice in, int64_t fetched,
    int64_t now, const char **why)
{
	uint64_t was = book_crls(c->book)->generation;
	struct revdata old, *d = it->value;
	int64_t from, until;
	enum crl_added how;
	enum took took;
	int i;

	*why = "nobody who could have issued it is known";
	old = *d;
	if ((d->ncrl = crl_decode(in, d->crl, CRL_FILE, why)) < 0) {
		*d = old;
		return (TOOK_UNREAD);
	}
	for (i = 0; i < d->ncrl; i++)
		d->crl[i]->fetched = 1;
	how = believed(c, it, &old, why);
	if (book_crls(c->book)->generation != was)
		watch_sweep(c);
	if (how >= CRL_OLDER) {
		clear_crls(d);
		memcpy(d->crl, old.crl, sizeof(d->crl));
		d->ncrl = old.ncrl;
		return (how == CRL_OLDER ? TOOK_OLDER : TOOK_NOBODYS);
	}
	times_of(d, &from, &until);
	keep_others(d, &old, now);
	clear_crls(&old);
	if ((took = timely(from, until, now, why)) == TOOK_GOOD)
		store_filled(c->revoke->store, it, in.len, fetched, until,
		    c->revoke->percent, now);
	return (took);
}

/* What the item takes of the store's room. */
static void
account(struct certd *c, struct item *it)
{
	const struct revdata *d = it->value;
	size_t size = d->der != NULL ? d->len : 0;
	int i;

	for (i = 0; i < d->ncrl; i++)
		size += d->crl[i]->size;
	store_size(c->revoke->store, it, size);
}

/* For the next who asks, or nothing (NULL). */
static void
hold(struct certd *c, struct item *it, const struct slice *in, int64_t now)
{
	struct revdata *d = it->value;
	uint8_t *was = d->der;

	d->der = NULL;
	if (in != NULL) {
		d->der = xcalloc(1, in->len);
		memcpy(d->der, in->p, in->len);
		d->len = in->len;
		d->since = now;
	}
	free(was);
	account(c, it);
}

static void
to_disk(struct certd *c, struct item *it, struct slice in, int64_t now)
{
	struct crlfile f = { .until = it->until, .fetched = now,
	    .url = { (const uint8_t *)it->url, strlen(it->url) }, .data = in };
	struct revdata *d = it->value;

	if (c->revoke->dir != -1)
		crldisk_save(c->revoke->dir, &f);
	d->on_disk = 0;
}

const char *
crltake(struct certd *c, struct item *it, struct slice in, int64_t now)
{
	struct revdata *d = it->value;
	const char *why;
	enum took took;

	d->ntried = 0;
	took = take(c, it, in, now, now, &why);
	if (took == TOOK_NOBODYS)
		hold(c, it, &in, now);
	if (took != TOOK_GOOD)
		return (why);
	to_disk(c, it, in, now);
	hold(c, it, NULL, 0);
	return (NULL);
}

void
crltake_from_disk(struct certd *c, struct item *it, int64_t now)
{
	struct revdata *d = it->value;
	struct crlfile f;
	const char *why;
	enum took took;
	uint8_t *p;

	d->on_disk = 0;
	if (c->revoke->dir == -1 ||
	    (p = crldisk_load(c->revoke->dir, it->url, &f)) == NULL)
		return;
	took = take(c, it, f.data, f.fetched < now ? f.fetched : now, now,
	    &why);
	d->on_disk = took == TOOK_NOBODYS || took == TOOK_EARLY;
	if (took == TOOK_GOOD)
		log_info(LS_CERT, "the CRL of %s is taken from disk", it->url);
	else if (!d->on_disk)
		crldisk_drop(c->revoke->dir, it->url, why);
	free(p);
}

/* What is held, and if that is another's, what is on disk. */
static void
offer(struct certd *c, struct item *it, int64_t now)
{
	struct revdata *d = it->value;
	struct slice in = { d->der, d->len };
	enum took took = TOOK_NOBODYS;
	const char *why;

	if (d->der != NULL)
		took = take(c, it, in, d->since, now, &why);
	if (took == TOOK_NOBODYS) {
		if (!d->on_disk)
			return;
		d->ntried = 0;
		crltake_from_disk(c, it, now);
		return;
	}
	if (took == TOOK_GOOD) {
		to_disk(c, it, in, d->since);
		log_info(LS_CERT, "the CRL of %s is taken: its issuer is "
		    "known now", it->url);
	}
	hold(c, it, NULL, 0);
}

void
crltake_vouch(struct certd *c, const struct quest *q, struct item *it,
    int64_t now)
{
	uint64_t was = book_crls(c->book)->generation;
	struct revdata *d = it->value;
	const char *why;
	int i;

	if (q->nchain < 2)
		return;
	/* What is on its way now is tried with this chain when it is there. */
	if ((d->der != NULL || d->on_disk) && it->req == 0 && !it->queued &&
	    !has_tried(d, q->chain[1]))
		offer(c, it, now);
	/* A file with the CRLs of several CAs. */
	for (i = 0; i < d->ncrl; i++)
		if (d->crl[i]->by == NULL)
			(void)crls_add(book_crls(c->book), d->crl[i], NULL,
			    q->chain + 1, q->nchain - 1, &why);
	if (book_crls(c->book)->generation != was)
		watch_sweep(c);
}
