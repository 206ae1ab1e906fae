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

#ifndef CERTD_BYURL_H
#define CERTD_BYURL_H

#include "certd.h"
#include "hashurl.h"
#include "proto_certd_fetch.h"

/*
 * Certificates that a peer names by hash and URL: fetched, compared with the
 * hash, kept a while.  The peer is not verified yet, so it is certd-fetch's
 * policy alone that says which hosts may be asked, and the number of URLs of
 * one peer, of those under way and of those kept has a bound.
 */
#define BYURL_MOST	4	/* of one peer */
#define BYURL_KEPT	64 /* of all peers; CHAIN_MAX octets each at most */
#define BYURL_HOLDS	3600	/* seconds that a certificate is kept */
#define BYURL_BACKOFF	10	/* seconds until a failed one is asked again */
/* Bit of req that tells these fetches from those of revoke.c. */
#define BYURL_REQ	0x80000000U

struct urlcert;

/* What one check waits for. */
struct byurl {
	struct urlcert	*of[BYURL_MOST];
	unsigned int	 n;
};

enum byurl_next {
	BYURL_READY,	/* byurl_chain() has all */
	BYURL_WAIT,	/* for an answer; checks_url_fetched() is called */
	BYURL_FAILED	/* why says what could not be had */
};

/* Is something of this chain to be fetched, by this policy? */
int		 byurl_wanted(const struct certd *c, struct slice chain);
/*
 * Asks for all that the chain names by URL; *b was zero.  why has room for
 * size octets.
 */
enum byurl_next	 byurl_begin(struct certd *c, struct byurl *b,
		    struct slice chain, char *why, size_t size);
/* How it stands. */
enum byurl_next	 byurl_look(const struct byurl *b, char *why, size_t size);
/*
 * The chain with certificates in place of URLs, which is the caller's to
 * free; NULL and *why when that cannot be.
 */
uint8_t		*byurl_chain(const struct byurl *b, struct slice chain,
		    size_t *len, const char **why);
void		 byurl_clear(struct byurl *b);

/* Answers of certd-fetch: 1 if they were to these fetches; fd is closed. */
int		 byurl_fetched(struct certd *c, const struct mc_fetched *m,
		    int fd);
int		 byurl_unfetched(struct certd *c,
		    const struct mc_unfetched *m);
/* certd-fetch is gone: what it was asked for fails. */
void		 byurl_fetch_gone(struct certd *c);
/* Nothing is kept any more, but for what somebody waits for. */
void		 byurl_flush(void);

#endif /* CERTD_BYURL_H */
