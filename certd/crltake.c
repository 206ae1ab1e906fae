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

#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crldisk.h"
#include "log.h"
#include "revoke_int.h"
#include "utc.h"
#include "watch.h"

enum took {
	TOOK_GOOD,
	TOOK_UNREAD,	/* it does not decode */
	TOOK_ENDED,	/* it still revokes, and is no answer */
	TOOK_EARLY,	/* the same: of the future */
	TOOK_OLDER,	/* than one that is known */
	TOOK_NOBODYS	/* of nobody who asked so far */
};

/* What each CRL of a file turned out to be. */
struct weighed {
	enum crl_added	 how[CRL_FILE];
	const char	*why[CRL_FILE];	/* not taken: a literal */
};

static void
clear_crls(struct revdata *d)
{
	while (d->ncrl > 0)
		crl_free(d->crl[--d->ncrl]);
}

static void
drop_crl(struct revdata *d, int i)
{
	crl_free(d->crl[i]);
	d->ncrl--;
	memmove(&d->crl[i], &d->crl[i + 1], (size_t)(d->ncrl - i) *
	    sizeof(d->crl[0]));
}

static void
drop_der(struct revdata *d)
{
	free(d->der);
	d->der = NULL;
}

void
crltake_clear(struct revdata *d)
{
	clear_crls(d);
	drop_der(d);
}

void
crltake_let_go(struct item *it)
{
	struct revdata *d = it->value;
	int i;

	drop_der(d);
	for (i = d->ncrl - 1; i >= 0; i--)
		if (d->crl[i]->by == NULL) {
			drop_crl(d, i);
			/* Whose it is will find it there, if anywhere. */
			d->on_disk = 1;
		}
	d->ntried = 0;
}

/* Those that are not in the set of the book in force yet, by these. */
static void
believe(struct certd *c, struct revdata *d, struct weighed *w,
    struct cert *const *by, unsigned int n)
{
	int i;

	for (i = 0; i < d->ncrl; i++)
		if (w->how[i] == CRL_REFUSED)
			w->how[i] = crls_add(book_crls(c->book), d->crl[i],
			    NULL, by, n, &w->why[i]);
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

/* Was this issuer tried with what is there now? */
static int
has_tried(const struct revdata *d, const struct cert *issuer)
{
	unsigned int i;

	for (i = 0; i < d->ntried && i < REVOKE_TRIED; i++)
		if (memcmp(d->tried[i], issuer->fp, KEY_FP) == 0)
			return (1);
	return (0);
}

/* The issuers of its chain that were not; returns how many. */
static unsigned int
untried(const struct revdata *d, const struct quest *q,
    struct cert *by[CHAIN_DEPTH])
{
	unsigned int i, n = 0;

	for (i = 1; i < q->nchain; i++)
		if (!has_tried(d, q->chain[i]))
			by[n++] = q->chain[i];
	return (n);
}

static int
is_new_to(const struct revdata *d, const struct quest *q)
{
	struct cert *by[CHAIN_DEPTH];

	return (untried(d, q, by) > 0);
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
static void
believed(struct certd *c, struct item *it, const struct revdata *old,
    struct weighed *w)
{
	struct cert *before[CRL_FILE], *by[CHAIN_DEPTH];
	struct revdata *d = it->value;
	unsigned int i, n = 0;
	struct quest *q;
	int k;

	for (k = 0; k < old->ncrl; k++)
		if (old->crl[k]->by != NULL)
			before[n++] = old->crl[k]->by;
	if (n > 0)
		believe(c, d, w, before, n);
	TAILQ_FOREACH(q, &c->revoke->quests, entry) {
		if (!asks(q, it) || (n = untried(d, q, by)) == 0)
			continue;
		for (i = 0; i < n; i++)
			memcpy(d->tried[d->ntried++ % REVOKE_TRIED],
			    by[i]->fp, KEY_FP);
		believe(c, d, w, by, n);
	}
}

/* Of the file as a whole. */
static enum took
outcome(const struct revdata *d, const struct weighed *w, const char **why)
{
	int i, older = 0, good = 0;

	for (i = 0; i < d->ncrl; i++) {
		good |= w->how[i] == CRL_TAKEN || w->how[i] == CRL_SAME;
		if (w->how[i] == CRL_OLDER && older++ == 0)
			*why = w->why[i];
		else if (w->how[i] == CRL_REFUSED && older == 0)
			*why = w->why[i];
	}
	return (good ? TOOK_GOOD : older == d->ncrl ? TOOK_OLDER :
	    TOOK_NOBODYS);
}

/*
 * The first end of those in the file, and the last begin.  One that is passed
 * over has no say, but that its issuer's next one is looked for in time.
 */
static void
times_of(const struct revdata *d, const struct weighed *w, int64_t now,
    int64_t *from, int64_t *until)
{
	const struct crl *crl;
	int i;

	*from = 0;
	*until = 0;
	for (i = 0; i < d->ncrl; i++) {
		crl = d->crl[i];
		if (w->how[i] == CRL_OLDER && crl->next_update <= now)
			continue;
		if (w->how[i] != CRL_OLDER && crl->this_update > *from)
			*from = crl->this_update;
		if (crl->next_update != 0 && (*until == 0 ||
		    crl->next_update < *until))
			*until = crl->next_update;
	}
}

/* A newer one than this is known. */
static void
pass_over(struct item *it, int i)
{
	struct revdata *d = it->value;
	char issuer[CERT_NAME / 3];

	if (!d->told)
		log_notice(LS_CERT, "%s: the CRL of \"%s\" there is passed "
		    "over: it is older than one that is known", it->url,
		    crl_issuer(d->crl[i], issuer, sizeof(issuer)));
	drop_crl(d, i);
	d->passed = 1;
}

static void
pass_all(struct item *it, const struct weighed *w)
{
	struct revdata *d = it->value;
	int i;

	d->passed = 0;
	for (i = d->ncrl - 1; i >= 0; i--)
		if (w->how[i] == CRL_OLDER)
			pass_over(it, i);
	d->told = d->passed;
}

/* What the item takes of the store's room. */
static void
account(struct certd *c, struct item *it)
{
	const struct revdata *d = it->value;
	size_t size = 0, held = d->der != NULL ? d->len : 0;
	int i;

	for (i = 0; i < d->ncrl; i++)
		if (d->crl[i]->by != NULL)
			size += d->crl[i]->size;
		else
			held += d->crl[i]->size;
	store_size(c->revoke->store, it, size);
	if (store_hold(c->revoke->store, it, held) == -1)
		crltake_let_go(it);
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
	static char text[UTC_TEXT + 64];
	char when[UTC_TEXT];

	*why = text;
	if (from > now) {
		snprintf(text, sizeof(text), "the CRL is of the future (%s)",
		    utc_text(from, when, sizeof(when)));
		return (TOOK_EARLY);
	}
	if (until == 0 || until > now)
		return (TOOK_GOOD);
	snprintf(text, sizeof(text), "the CRL is stale since %s",
	    utc_text(until, when, sizeof(when)));
	return (TOOK_ENDED);
}

/*
 * Octets from the network or the disk, not those of d->der.  What is older
 * than what the set has is neither an answer nor kept: the next set, of a
 * reload, is made of what the items have, and after a restart of the disk.
 */
static enum took
take(struct certd *c, struct item *it, struct slice in, int64_t fetched,
    int64_t now, const char **why)
{
	uint64_t was = book_crls(c->book)->generation;
	struct revdata old, *d = it->value;
	int64_t from, until;
	struct weighed w;
	enum took took;
	int i;

	old = *d;
	if ((d->ncrl = crl_decode(in, d->crl, CRL_FILE, why)) < 0) {
		*d = old;
		return (TOOK_UNREAD);
	}
	for (i = 0; i < d->ncrl; i++) {
		d->crl[i]->fetched = 1;
		w.how[i] = CRL_REFUSED;
		w.why[i] = "nobody who could have issued it is known";
	}
	believed(c, it, &old, &w);
	if (book_crls(c->book)->generation != was)
		watch_sweep(c);
	if ((took = outcome(d, &w, why)) != TOOK_GOOD) {
		clear_crls(d);
		memcpy(d->crl, old.crl, sizeof(d->crl));
		d->ncrl = old.ncrl;
		return (took);
	}
	times_of(d, &w, now, &from, &until);
	pass_all(it, &w);
	keep_others(d, &old, now);
	clear_crls(&old);
	account(c, it);
	if ((took = timely(from, until, now, why)) == TOOK_GOOD)
		store_filled(c->revoke->store, it, it->size, fetched, until,
		    c->revoke->percent, now);
	return (took);
}

/* For the next who asks. */
static void
hold(struct certd *c, struct item *it, struct slice in, int64_t now)
{
	struct revdata *d = it->value;

	free(d->der);
	d->der = xcalloc(1, in.len);
	memcpy(d->der, in.p, in.len);
	d->len = in.len;
	d->since = now;
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

/* What the item has now, without what was passed over, in place of the file. */
static void
rewrite(struct certd *c, struct item *it, int64_t now)
{
	struct revdata *d = it->value;
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	int i, ok;
	long len;

	ok = bio != NULL;
	for (i = 0; ok && i < d->ncrl; i++)
		if (!crl_is_stale(d->crl[i], now))
			ok = PEM_write_bio_X509_CRL(bio, d->crl[i]->x) == 1;
	len = ok ? BIO_get_mem_data(bio, &p) : 0;
	if (len > 0 && (size_t)len <= CRL_MAX)
		to_disk(c, it, (struct slice){ (uint8_t *)p, (size_t)len },
		    now);
	else if (c->revoke->dir != -1)
		crldisk_drop(c->revoke->dir, it->url,
		    "it is older than one that is known");
	BIO_free(bio);
	ERR_clear_error();
}

/* These octets are the item's now: so they are the file's. */
static void
save(struct certd *c, struct item *it, struct slice in, int64_t now)
{
	const struct revdata *d = it->value;

	if (d->passed)
		rewrite(c, it, now);
	else
		to_disk(c, it, in, now);
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
		hold(c, it, in, now);
	if (took != TOOK_GOOD)
		return (why);
	save(c, it, in, now);
	drop_der(d);
	account(c, it);
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
	uint8_t *der = d->der;
	const char *why;

	d->der = NULL;
	if (der != NULL)
		took = take(c, it, in, d->since, now, &why);
	if (took == TOOK_NOBODYS) {
		d->der = der;
		if (!d->on_disk)
			return;
		d->ntried = 0;
		crltake_from_disk(c, it, now);
		return;
	}
	if (took == TOOK_GOOD) {
		save(c, it, in, d->since);
		log_info(LS_CERT, "the CRL of %s is taken: its issuer is "
		    "known now", it->url);
	}
	free(der);
	account(c, it);
}

/* A file with the CRLs of several CAs: those that were nobody's so far. */
static void
vouch_rest(struct certd *c, const struct quest *q, struct item *it,
    int64_t now)
{
	struct revdata *d = it->value;
	int i, some = 0, older = 0;
	enum crl_added how;
	const char *why;

	for (i = d->ncrl - 1; i >= 0; i--) {
		if (d->crl[i]->by != NULL)
			continue;
		how = crls_add(book_crls(c->book), d->crl[i], NULL,
		    q->chain + 1, q->nchain - 1, &why);
		some |= how != CRL_REFUSED;
		if (how == CRL_OLDER) {
			pass_over(it, i);
			older = 1;
		}
	}
	d->told |= older;
	if (older && it->until > now)
		rewrite(c, it, now);
	if (some)
		account(c, it);
}

void
crltake_vouch(struct certd *c, const struct quest *q, struct item *it,
    int64_t now)
{
	uint64_t was = book_crls(c->book)->generation;
	struct revdata *d = it->value;

	if (q->nchain < 2)
		return;
	/* What is on its way now is tried with this chain when it is there. */
	if ((d->der != NULL || d->on_disk) && it->req == 0 && !it->queued &&
	    is_new_to(d, q))
		offer(c, it, now);
	vouch_rest(c, q, it, now);
	if (book_crls(c->book)->generation != was)
		watch_sweep(c);
}
