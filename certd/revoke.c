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
 * The engine of what is fetched: asks certd-fetch, verifies what comes,
 * keeps it in memory and CRLs on disk, renews it.  A CRL goes into the set
 * of the book in force once somebody's verified chain has its issuer.
 */

#include <sys/random.h>
#include <sys/stat.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "byurl.h"
#include "crldisk.h"
#include "log.h"
#include "staple.h"
#include "revoke_int.h"
#include "watch.h"

#define ANSWER_MAX	CRL_MAX
#define STALE_KEPT	(7 * 86400)	/* a stale CRL still revokes so long */

static void
data_clear_crls(struct revdata *d)
{
	while (d->ncrl > 0)
		crl_free(d->crl[--d->ncrl]);
}

static void
drop_item(struct item *it)
{
	struct revdata *d = it->value;

	if (d == NULL)
		return;
	data_clear_crls(d);
	while (d->nby > 0)
		cert_free(d->by[--d->nby]);
	cert_free(d->cert);
	cert_free(d->issuer);
	cert_free(d->signer);
	free(d->der);
	free(d);
}

/*
 * Into the set of the book in force: the worst of what became of those that
 * are believed, CRL_REFUSED when none is.
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
revoke_vouch(struct certd *c, const struct quest *q, const struct item *it)
{
	const char *why;

	if (it->kind == FETCH_CRL && q->nchain >= 2)
		(void)believe(c, it->value, q->chain + 1, q->nchain - 1, &why);
}

/* By those who vouched before, or by the chain of somebody who waits. */
static enum crl_added
believed(struct certd *c, struct item *it, const char **why)
{
	struct revdata *d = it->value;
	enum crl_added how;
	struct quest *q;
	unsigned int i, k;

	if (d->nby > 0 && (how = believe(c, d, d->by, d->nby, why)) !=
	    CRL_REFUSED)
		return (how);
	TAILQ_FOREACH(q, &c->revoke->quests, entry) {
		for (i = 0; i < q->n && (q->src[i].kind != FETCH_CRL ||
		    strcmp(q->src[i].url, it->url) != 0); i++)
			;
		if (i == q->n || q->nchain < 2 || (how = believe(c, d,
		    q->chain + 1, q->nchain - 1, why)) == CRL_REFUSED)
			continue;
		if (how == CRL_OLDER)
			return (how);
		while (d->nby > 0)
			cert_free(d->by[--d->nby]);
		for (k = 1; k < q->nchain; k++)
			d->by[d->nby++] = cert_ref(q->chain[k]);
		return (how);
	}
	return (CRL_REFUSED);
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

static const char *
stale(int64_t from, int64_t until, int64_t now, char *buf, size_t size)
{
	char when[CERT_TIME];

	if (from > now)
		snprintf(buf, size, "the CRL is of the future (%s)",
		    cert_time(from, when, sizeof(when)));
	else if (until != 0 && until <= now)
		snprintf(buf, size, "the CRL is stale since %s",
		    cert_time(until, when, sizeof(when)));
	else
		return (NULL);
	return (buf);
}

/*
 * Octets of a CRL, from the network or the disk: NULL, or what is wrong.  A
 * stale one is believed too where it revokes, and is no answer.  One that is
 * older than what the set has is neither an answer nor kept: the next set, of
 * a reload, is made of what the items have, and after a restart of the disk.
 */
static const char *
take_crl(struct certd *c, struct item *it, struct slice in, int64_t fetched,
    int64_t now)
{
	static char text[CERT_TIME + 64];
	struct revdata old, *d = it->value;
	const char *why = "nobody who could have issued it is known";
	int64_t from, until;

	old = *d;
	if ((d->ncrl = crl_decode(in, d->crl, CRL_FILE, &why)) < 0) {
		*d = old;
		return (why);
	}
	if (believed(c, it, &why) >= CRL_OLDER) {
		data_clear_crls(d);
		memcpy(d->crl, old.crl, sizeof(d->crl));
		d->ncrl = old.ncrl;
		return (why);
	}
	data_clear_crls(&old);
	times_of(d, &from, &until);
	if ((why = stale(from, until, now, text, sizeof(text))) != NULL)
		return (why);
	store_filled(c->revoke->store, it, in.len, fetched, until,
	    c->revoke->percent, now);
	return (NULL);
}

static const char *
take_ocsp(struct certd *c, struct item *it, struct slice in, int64_t now)
{
	struct revdata *d = it->value;
	struct ocsp_answer a;
	struct ocsp_in oi = { .response = in, .cert = d->cert,
	    .issuer = d->issuer, .signer = d->signer,
	    .nonce = { d->nonce, sizeof(d->nonce) }, .now = now,
	    .allow_sha1 = 1 };

	ocsp_check(&oi, &a);
	if (a.v != OV_GOOD && a.v != OV_REVOKED)
		return (a.why);
	free(d->der);
	d->der = xcalloc(1, in.len);
	memcpy(d->der, in.p, in.len);
	d->len = in.len;
	store_filled(c->revoke->store, it, in.len, now,
	    a.v == OV_GOOD ? a.bound : 0, c->revoke->percent, now);
	return (NULL);
}

/* From the disk into an item that has just been made. */
static void
from_disk(struct certd *c, struct item *it, int64_t now)
{
	struct crlfile f;
	const char *why;
	uint8_t *p;

	if (c->revoke->dir == -1 ||
	    (p = crldisk_load(c->revoke->dir, it->url, &f)) == NULL)
		return;
	why = take_crl(c, it, f.data, f.fetched < now ? f.fetched : now, now);
	if (why != NULL)
		crldisk_drop(c->revoke->dir, it->url, why);
	else
		log_info(LS_CERT, "the CRL of %s is taken from disk", it->url);
	free(p);
}

static void
to_disk(struct certd *c, const struct item *it, struct slice in, int64_t now)
{
	struct crlfile f = { .until = it->until, .fetched = now,
	    .url = { (const uint8_t *)it->url, strlen(it->url) }, .data = in };

	if (c->revoke->dir != -1)
		crldisk_save(c->revoke->dir, &f);
}

static void
key_of(const struct quest *q, const struct source *s, uint8_t key[STORE_KEY])
{
	uint8_t buf[1 + 2 * KEY_FP + URL_LEN + 1];
	size_t len = strlen(s->url);

	memset(buf, 0, 1 + 2 * KEY_FP);
	buf[0] = s->kind;
	if (s->kind == FETCH_OCSP) {
		memcpy(buf + 1, q->chain[s->depth]->fp, KEY_FP);
		memcpy(buf + 1 + KEY_FP, q->chain[s->depth + 1]->fp, KEY_FP);
	}
	if (len > URL_LEN)
		fatal("a URL of %zu octets", len);
	memcpy(buf + 1 + 2 * KEY_FP, s->url, len);
	key_sha256((struct slice){ buf, 1 + 2 * KEY_FP + len }, key);
}

struct item *
revoke_item(struct certd *c, struct quest *q, const struct source *s,
    int64_t now)
{
	const struct book_authority *a;
	uint8_t key[STORE_KEY];
	struct revdata *d;
	struct item *it;
	int made;

	if ((unsigned int)s->depth + 1 >= q->nchain)
		return (NULL);
	key_of(q, s, key);
	it = store_item(c->revoke->store, key, s->kind, s->url, now, &made);
	if (it == NULL || !made)
		return (it);
	it->value = d = xcalloc(1, sizeof(*d));
	if (s->kind == FETCH_OCSP) {
		d->cert = cert_ref(q->chain[s->depth]);
		d->issuer = cert_ref(q->chain[s->depth + 1]);
		a = book_authority(c->book, d->issuer);
		if (a != NULL && a->signer != NULL)
			d->signer = cert_ref(a->signer);
	} else {
		it->pins++;		/* taking it may need room */
		from_disk(c, it, now);
		it->pins--;
	}
	return (it);
}

/* Sends the request of one item.  -1: not now. */
static int
send_one(struct certd *c, struct item *it, int64_t now)
{
	uint8_t body[OCSP_REQUEST_MAX];
	struct revdata *d = it->value;
	struct mc_fetch m;
	size_t len = 0;

	memset(&m, 0, sizeof(m));
	if (it->kind == FETCH_OCSP) {
		if (getrandom(d->nonce, sizeof(d->nonce), 0) !=
		    (ssize_t)sizeof(d->nonce))
			fatal_errno("getrandom");
		len = ocsp_request(d->cert, d->issuer, (struct slice){
		    d->nonce, sizeof(d->nonce) }, body);
		if (len == 0) {
			store_failed(it, "no OCSP request can be made", now);
			return (0);
		}
		m.max = OCSP_MAX;
	}
	if (++c->revoke->next_req >= BYURL_REQ)
		c->revoke->next_req = 1;
	m.req = c->revoke->next_req;
	m.kind = it->kind;
	m.body = (struct slice){ body, len };
	strlcpy(m.url, it->url, sizeof(m.url));
	if (pipe_send(c->fetch, M_FETCH, &m, -1) != PIPE_OK)
		return (-1);
	log_debug(LS_CERT, "fetching %s", it->url);
	store_asked(it, m.req, now);
	return (0);
}

/* A failure: to the log where nobody waits who would say it. */
static void
failed(struct certd *c, struct item *it, const char *why, int64_t now)
{
	int renewal = it->until > now;

	store_failed(it, why, now);
	if (renewal)
		log_warn(LS_CERT, "%s could not be renewed: %s; again in "
		    "%lld s", it->url, why, (long long)(it->again - now));
	else
		log_info(LS_CERT, "%s: %s", it->url, why);
	it->pins++;
	checks_fetched(c, it);
	it->pins--;
}

static void
set_timer(struct certd *c, int64_t now)
{
	int64_t due = store_due(c->revoke->store, now);
	struct timeval tv = { 3600, 0 };

	if (due <= now)		/* certd-fetch is away or busy */
		tv.tv_sec = 1;
	else if (due - now < tv.tv_sec)
		tv.tv_sec = (time_t)(due - now);
	if (evtimer_add(c->revoke->timer, &tv) == -1)
		fatal("no timer for fetches");
}

void
revoke_pump(struct certd *c)
{
	int64_t now = (int64_t)time(NULL);
	struct item *it;

	while (c->fetch != NULL && pipe_credit(c->fetch, M_FETCH) > 0 &&
	    (it = store_next(c->revoke->store, now)) != NULL)
		if (send_one(c, it, now) == -1)
			break;
	set_timer(c, now);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	int64_t now = (int64_t)time(NULL);
	struct certd *c = arg;
	struct item *it;

	(void)fd;
	(void)what;
	while ((it = store_late(c->revoke->store, now)) != NULL)
		failed(c, it, "certd-fetch did not answer", now);
	if (c->book != NULL)
		crls_expire(book_crls(c->book), now, STALE_KEPT);
	revoke_pump(c);
}

void
revoke_init(struct certd *c)
{
	struct revoke *r = xcalloc(1, sizeof(*r));
	struct stat st;

	c->revoke = r;
	TAILQ_INIT(&r->quests);
	r->store = store_new(drop_item);
	r->percent = REFRESH_PERCENT;
	r->dir = fstat(CRLDISK_FD, &st) == 0 && S_ISDIR(st.st_mode) ?
	    CRLDISK_FD : -1;
	if (r->dir != -1)
		crldisk_open(r->dir, (int64_t)time(NULL));
	if ((r->timer = evtimer_new(c->role->base, on_timer, c)) == NULL)
		fatal("no timer for fetches");
}

void
revoke_book(struct certd *c)
{
	const char *why;
	struct revdata *d;
	struct item *it;

	c->revoke->percent = book_refresh(c->book);
	for (it = store_first(c->revoke->store); it != NULL;
	    it = TAILQ_NEXT(it, entry)) {
		d = it->value;
		if (it->kind == FETCH_CRL && d->nby > 0)
			(void)believe(c, d, d->by, d->nby, &why);
	}
	watch_sweep(c);
	revoke_pump(c);
}

void
revoke_fetch_gone(struct certd *c)
{
	store_unasked(c->revoke->store);
}

void
revoke_unfetched(struct certd *c, const struct mc_unfetched *m)
{
	struct item *it = store_by_req(c->revoke->store, m->req);

	if (it != NULL)
		failed(c, it, m->text, (int64_t)time(NULL));
	revoke_pump(c);
}

/* The octets of a sealed memfd; NULL when it does not hold so many. */
static uint8_t *
read_answer(int fd, size_t len)
{
	struct stat st;
	uint8_t *p;
	ssize_t n;
	size_t at = 0;

	if (len == 0 || len > ANSWER_MAX || fstat(fd, &st) == -1 ||
	    st.st_size != (off_t)len)
		return (NULL);
	p = xcalloc(1, len);
	if (lseek(fd, 0, SEEK_SET) == -1) {
		free(p);
		return (NULL);
	}
	while (at < len && (n = read(fd, p + at, len - at)) > 0)
		at += (size_t)n;
	if (at == len)
		return (p);
	free(p);
	return (NULL);
}

static void
answered(struct certd *c, struct item *it, struct slice in)
{
	int64_t now = (int64_t)time(NULL);
	int renewal = it->until != 0;
	const char *why;
	uint64_t was;

	was = c->book == NULL ? 0 : book_crls(c->book)->generation;
	if (c->book == NULL)
		why = "no policy is loaded yet";
	else if (it->kind == FETCH_OCSP)
		why = take_ocsp(c, it, in, now);
	else
		why = take_crl(c, it, in, now, now);
	if (c->book != NULL && (book_crls(c->book)->generation != was ||
	    (why == NULL && it->kind == FETCH_OCSP)))
		watch_sweep(c);
	if (why != NULL) {
		failed(c, it, why, now);
		return;
	}
	if (it->kind == FETCH_CRL)
		to_disk(c, it, in, now);
	log_info(LS_CERT, "%s %s", it->url, renewal ? "renewed" : "fetched");
	it->pins++;
	checks_fetched(c, it);
	staple_fetched(c, it);
	it->pins--;
}

void
revoke_fetched(struct certd *c, const struct mc_fetched *m, int fd)
{
	struct item *it = store_by_req(c->revoke->store, m->req);
	uint8_t *p;

	if (it != NULL) {
		if ((p = read_answer(fd, m->len)) == NULL)
			failed(c, it, "certd-fetch gave another length than "
			    "it said", (int64_t)time(NULL));
		else
			answered(c, it, (struct slice){ p, m->len });
		free(p);
	}
	close(fd);
	revoke_pump(c);
}
