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

/* Certificates by hash and URL: who is asked, and what is kept. */

#include <sys/queue.h>
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "byurl.h"
#include "log.h"

#define ENC_X509	4

/* One URL with its hash; identical ones are one. */
struct urlcert {
	TAILQ_ENTRY(urlcert) entry;
	struct hashurl	 at;
	uint8_t		 encoding;
	unsigned int	 users;
	uint32_t	 req;		/* under way; 0: not */
	uint8_t		*data;		/* as fetched; NULL: not there */
	size_t		 len;
	int64_t		 until;		/* of data, or of the failure */
	char		 why[MSG_TEXT + 1];	/* of the failure */
};

/* The last used first. */
static TAILQ_HEAD(urlcerts, urlcert) kept = TAILQ_HEAD_INITIALIZER(kept);
static unsigned int nkept;
static uint32_t last_req;

static void
forget(struct urlcert *u)
{
	TAILQ_REMOVE(&kept, u, entry);
	nkept--;
	free(u->data);
	free(u);
}

/* A place for one more; 0 when there is. */
static int
make_room(void)
{
	struct urlcert *u, *prev;

	for (u = TAILQ_LAST(&kept, urlcerts); u != NULL &&
	    nkept >= BYURL_KEPT; u = prev) {
		prev = TAILQ_PREV(u, urlcerts, entry);
		if (u->users == 0 && u->req == 0)
			forget(u);
	}
	return (nkept < BYURL_KEPT ? 0 : -1);
}

static struct urlcert *
find(const struct hashurl *at, unsigned int encoding)
{
	struct urlcert *u;

	TAILQ_FOREACH(u, &kept, entry)
		if (u->encoding == encoding && memcmp(u->at.hash, at->hash,
		    HASHURL_SHA1) == 0 && strcmp(u->at.url, at->url) == 0)
			break;
	if (u != NULL) {
		TAILQ_REMOVE(&kept, u, entry);
	} else {
		if (make_room() == -1)
			return (NULL);
		u = xcalloc(1, sizeof(*u));
		u->at = *at;
		u->encoding = (uint8_t)encoding;
		nkept++;
	}
	TAILQ_INSERT_HEAD(&kept, u, entry);
	return (u);
}

static void
failed(struct urlcert *u, const char *why, int64_t now)
{
	u->req = 0;
	u->until = now + BYURL_BACKOFF;
	strlcpy(u->why, why, sizeof(u->why));
	log_info(LS_CERT, "%.200s: %s", u->at.url, why);
}

/* Is it there, under way, or known not to be had?  If not, it is asked for. */
static void
want(struct certd *c, struct urlcert *u, int64_t now)
{
	struct mc_fetch m = { .kind = FETCH_CERT, .max = CHAIN_MAX };

	if (u->req != 0 || (u->until > now && u->until <= now + BYURL_HOLDS))
		return;
	free(u->data);
	u->data = NULL;
	u->why[0] = '\0';
	m.req = BYURL_REQ | (++last_req & ~BYURL_REQ);
	strlcpy(m.url, u->at.url, sizeof(m.url));
	if (c->fetch == NULL)
		failed(u, "certd-fetch is not there", now);
	else if (pipe_send(c->fetch, M_FETCH, &m, -1) != PIPE_OK)
		failed(u, "too much is being fetched", now);
	else
		u->req = m.req;
}

int
byurl_wanted(const struct certd *c, struct slice chain)
{
	unsigned int encoding;
	struct slice d;
	size_t at = 0;

	if (!book_hash_url(c->book))
		return (0);
	while (hashurl_next(chain, &at, &encoding, &d) == 1)
		if (encoding == HASHURL_CERT || encoding == HASHURL_BUNDLE)
			return (1);
	return (0);
}

enum byurl_next
byurl_begin(struct certd *c, struct byurl *b, struct slice chain, char *why,
    size_t size)
{
	int64_t now = (int64_t)time(NULL);
	unsigned int encoding;
	struct hashurl hu;
	struct urlcert *u;
	const char *bad;
	struct slice d;
	size_t at = 0;

	while (hashurl_next(chain, &at, &encoding, &d) == 1) {
		if (encoding != HASHURL_CERT && encoding != HASHURL_BUNDLE)
			continue;
		bad = b->n == BYURL_MOST ? "more than 4 of them" :
		    hashurl_read(d, &hu);
		if (bad == NULL && (u = find(&hu, encoding)) == NULL)
			bad = "too much is being fetched";
		if (bad != NULL) {
			snprintf(why, size, "certificates by hash and URL: "
			    "%s", bad);
			return (BYURL_FAILED);
		}
		u->users++;
		b->of[b->n++] = u;
		want(c, u, now);
	}
	return (byurl_look(b, why, size));
}

enum byurl_next
byurl_look(const struct byurl *b, char *why, size_t size)
{
	enum byurl_next next = BYURL_READY;
	unsigned int i;

	for (i = 0; i < b->n; i++) {
		if (b->of[i]->req != 0)
			next = BYURL_WAIT;
		else if (b->of[i]->data == NULL) {
			snprintf(why, size, "the peer's certificate is not "
			    "to be had by its URL: %.200s: %s",
			    b->of[i]->at.url, b->of[i]->why);
			return (BYURL_FAILED);
		}
	}
	if (next == BYURL_WAIT)
		snprintf(why, size, "the peer's certificate is not to be had "
		    "by its URL: no answer in time");
	return (next);
}

/* Room is for what two octets of length can say of each. */
static uint8_t *
put(uint8_t *w, unsigned int encoding, struct slice d)
{
	w[0] = (uint8_t)encoding;
	w[1] = (uint8_t)(d.len >> 8);
	w[2] = (uint8_t)d.len;
	memcpy(w + 3, d.p, d.len);
	return (w + 3 + d.len);
}

/* What stands for one URL, at w. */
static uint8_t *
put_fetched(uint8_t *w, const struct urlcert *u, const char **why)
{
	struct slice in = { u->data, u->len }, of[HASHURL_BUNDLED];
	unsigned int i, n;

	if (u->encoding == HASHURL_CERT)
		return (put(w, ENC_X509, in));
	if ((*why = hashurl_bundle(in, of, &n)) != NULL)
		return (NULL);
	for (i = 0; i < n; i++)
		w = put(w, ENC_X509, of[i]);
	return (w);
}

uint8_t *
byurl_chain(const struct byurl *b, struct slice chain, size_t *len,
    const char **why)
{
	size_t room = chain.len, at = 0;
	unsigned int encoding, i;
	struct slice d;
	uint8_t *out, *w;

	/* An element of a bundle has 4 octets or more of its own. */
	for (i = 0; i < b->n; i++)
		room += 3 + b->of[i]->len;
	w = out = xcalloc(1, room + 3 * HASHURL_BUNDLED * BYURL_MOST);
	for (i = 0; hashurl_next(chain, &at, &encoding, &d) == 1;) {
		if (encoding != HASHURL_CERT && encoding != HASHURL_BUNDLE)
			w = put(w, encoding, d);
		else if (i == b->n || (w = put_fetched(w, b->of[i++], why)) ==
		    NULL) {
			free(out);
			return (NULL);
		}
	}
	*len = (size_t)(w - out);
	return (out);
}

void
byurl_clear(struct byurl *b)
{
	while (b->n > 0)
		b->of[--b->n]->users--;
}

static struct urlcert *
by_req(uint32_t req)
{
	struct urlcert *u;

	TAILQ_FOREACH(u, &kept, entry)
		if (u->req == req)
			break;
	return (u);
}

/* The octets of the answer, or why there are none. */
static const char *
take(struct urlcert *u, int fd, size_t len)
{
	struct stat st;
	size_t at = 0;
	ssize_t n;

	if (len == 0 || len > CHAIN_MAX || fstat(fd, &st) == -1 ||
	    st.st_size != (off_t)len || lseek(fd, 0, SEEK_SET) == -1)
		return ("certd-fetch gave another length than it said");
	u->data = xcalloc(1, len);
	u->len = len;
	while (at < len && (n = read(fd, u->data + at, len - at)) > 0)
		at += (size_t)n;
	if (at != len)
		return ("certd-fetch's answer cannot be read");
	if (!hashurl_is((struct slice){ u->data, len }, u->at.hash))
		return ("what is there has another SHA-1 than the peer says");
	return (NULL);
}

int
byurl_fetched(struct certd *c, const struct mc_fetched *m, int fd)
{
	int64_t now = (int64_t)time(NULL);
	struct urlcert *u;
	const char *why;

	if (!(m->req & BYURL_REQ))
		return (0);
	if ((u = by_req(m->req)) != NULL) {
		if ((why = take(u, fd, m->len)) != NULL) {
			free(u->data);
			u->data = NULL;
			failed(u, why, now);
		} else {
			u->req = 0;
			u->until = now + BYURL_HOLDS;
			log_info(LS_CERT, "%s fetched", u->at.url);
		}
	}
	close(fd);
	checks_url_fetched(c);
	return (1);
}

int
byurl_unfetched(struct certd *c, const struct mc_unfetched *m)
{
	struct urlcert *u;

	if (!(m->req & BYURL_REQ))
		return (0);
	if ((u = by_req(m->req)) != NULL)
		failed(u, m->text, (int64_t)time(NULL));
	checks_url_fetched(c);
	return (1);
}

void
byurl_fetch_gone(struct certd *c)
{
	int64_t now = (int64_t)time(NULL);
	struct urlcert *u;

	TAILQ_FOREACH(u, &kept, entry)
		if (u->req != 0) {
			failed(u, "certd-fetch was restarted", now);
			u->until = 0;
		}
	checks_url_fetched(c);
}

void
byurl_flush(void)
{
	struct urlcert *u, *next;

	for (u = TAILQ_FIRST(&kept); u != NULL; u = next) {
		next = TAILQ_NEXT(u, entry);
		u->until = 0;
		if (u->users == 0 && u->req == 0)
			forget(u);
	}
}
