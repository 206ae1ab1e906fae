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
 * The engine of what is fetched: asks certd-fetch, has what comes verified
 * (crltake.c, ocsp.c), keeps it, renews it.
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

static unsigned int nrevoking;	/* items whose response revokes */

static void
drop_item(struct item *it)
{
	struct revdata *d = it->value;

	if (d == NULL)
		return;
	nrevoking -= d->revokes != 0;
	crltake_clear(d);
	cert_free(d->cert);
	cert_free(d->issuer);
	cert_free(d->signer);
	free(d->der);
	free(d);
}

static const char *
take_ocsp(struct certd *c, struct item *it, struct slice in, int64_t now)
{
	struct revdata *d = it->value;
	struct ocsp_answer a;
	struct ocsp_in oi = { .response = in, .cert = d->cert,
	    .issuer = d->issuer, .signer = d->signer,
	    .nonce = { d->nonce, sizeof(d->nonce) }, .now = now,
	    .allow_sha1 = 1, .allow_rsa1024 = 1 };

	ocsp_check(&oi, &a);
	if (a.v != OV_GOOD && a.v != OV_REVOKED)
		return (a.why);
	free(d->der);
	d->der = xcalloc(1, in.len);
	memcpy(d->der, in.p, in.len);
	d->len = in.len;
	nrevoking -= d->revokes != 0;
	d->revokes = a.v == OV_REVOKED;
	nrevoking += d->revokes != 0;
	store_filled(c->revoke->store, it, in.len, now,
	    a.v == OV_GOOD ? a.bound : 0, c->revoke->percent, now);
	return (NULL);
}

/* Is x one of them, or by its name the issuer of one? */
static int
concerns(const struct cert *x, struct cert *const *cert, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (memcmp(x->fp, cert[i]->fp, KEY_FP) == 0 || X509_NAME_cmp(
		    X509_get_subject_name(x->x),
		    X509_get_issuer_name(cert[i]->x)) == 0)
			return (1);
	return (0);
}

unsigned int
revoke_against(struct certd *c, struct cert *const *cert, unsigned int n,
    struct slice *out, unsigned int max)
{
	const struct revdata *d;
	unsigned int have = 0;
	struct item *it;

	if (nrevoking == 0)
		return (0);
	for (it = store_first(c->revoke->store); it != NULL && have < max;
	    it = TAILQ_NEXT(it, entry)) {
		d = it->value;
		if (!d->revokes || !concerns(d->cert, cert, n))
			continue;
		/* Renewed for as long as it is held against somebody. */
		it->used = time(NULL);
		out[have++] = (struct slice){ d->der, d->len };
	}
	return (have);
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
		crltake_from_disk(c, it, now);
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
	staple_failed(c, it);
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
		crls_expire(book_crls(c->book), now, REVOKE_STALE);
	revoke_pump(c);
}

void
revoke_init(struct certd *c)
{
	struct revoke *r = xcalloc(1, sizeof(*r));
	struct stat st;

	c->revoke = r;
	TAILQ_INIT(&r->quests);
	r->store = store_new(drop_item, crltake_let_go);
	r->percent = REFRESH_PERCENT;
	r->dir = fstat(CRLDISK_FD, &st) == 0 && S_ISDIR(st.st_mode) ?
	    CRLDISK_FD : -1;
	if (r->dir != -1)
		crldisk_open(r->dir, (int64_t)time(NULL));
	if ((r->timer = evtimer_new(c->role->base, on_timer, c)) == NULL)
		fatal("no timer for fetches");
}

/* Who signs for its authority is what the book in force says of that. */
static void
signer_again(struct certd *c, struct item *it, int64_t now)
{
	struct revdata *d = it->value;
	const struct book_authority *a = book_authority(c->book, d->issuer);
	struct cert *signer = a != NULL ? a->signer : NULL;

	if (signer == d->signer || (signer != NULL && d->signer != NULL &&
	    memcmp(signer->fp, d->signer->fp, KEY_FP) == 0))
		return;
	cert_free(d->signer);
	d->signer = signer != NULL ? cert_ref(signer) : NULL;
	store_anew(it, now);
}

void
revoke_book(struct certd *c)
{
	int64_t now = (int64_t)time(NULL);
	struct item *it;

	c->revoke->percent = book_refresh(c->book);
	for (it = store_first(c->revoke->store); it != NULL;
	    it = TAILQ_NEXT(it, entry))
		if (it->kind == FETCH_CRL)
			crltake_again(c, it->value);
		else if (it->kind == FETCH_OCSP)
			signer_again(c, it, now);
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

	if (c->book == NULL)
		why = "no policy is loaded yet";
	else if (it->kind == FETCH_OCSP)
		why = take_ocsp(c, it, in, now);
	else
		why = crltake(c, it, in, now);
	if (why == NULL && it->kind == FETCH_OCSP)
		watch_sweep(c);
	if (why != NULL) {
		failed(c, it, why, now);
		return;
	}
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
