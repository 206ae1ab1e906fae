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

#ifndef CERTD_CHECKS_INT_H
#define CERTD_CHECKS_INT_H

#include "byurl.h"
#include "certd.h"
#include "judge.h"
#include "revoke.h"

/* What checks.c (the way of a check) and weigh.c (its chain) share. */

#define FETCH_SECONDS	CERTD_FETCH_SECONDS

enum stage { ST_CLAIM, ST_URL, ST_FETCH, ST_SIGN };

struct check {
	TAILQ_ENTRY(check)	 entry;
	struct certd		*certd;
	uint32_t		 req;
	unsigned int		 worker;
	enum stage		 stage;
	struct event		*timer;
	struct mk_check		 k;		/* slices point into buf */
	uint8_t			*buf;
	size_t			 len;
	struct mc_claimed	 claim;		/* its octets until judged */
	struct byurl		 byurl;		/* ST_URL */
	uint8_t			*octets;	/* what claim's point to then */
	uint8_t			*chain;		/* and k's chain from then on */
	struct shown		 shown;
	struct quest		 quest;		/* ST_FETCH */
	struct item		*woken;		/* by checks_fetched() */
	int64_t			 until;		/* then it waits no longer */
	struct judged		 judged;
	uint64_t		 news; /* watch.c's, as it was judged */
};

/* The answer that refuses: code, and a sentence for people. */
void	check_refuse(struct certd *c, unsigned int worker,
	    const struct mk_check *m, enum reason code, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
void	check_free(struct check *ck);
/* The same, and the check is gone. */
#define fail(ck, code, ...)						\
	do {								\
		check_refuse((ck)->certd, (ck)->worker, &(ck)->k,	\
		    (code), __VA_ARGS__);				\
		check_free(ck);						\
	} while (0)

/* The next stage, which may take so long. */
void	check_wait(struct check *ck, enum stage stage, int seconds);
/* The peer is good: it goes on, or is done and gone. */
void	check_pass(struct check *ck);

/* weigh.c: what judges are asked; rule and entry may be NULL after a reload. */
void	weigh_in(struct check *ck, struct judge_in *in);
/* Judges the chain; it goes on, waits, or is refused and gone. */
void	weigh(struct check *ck);
/* There was news: does it stand?  0: it is refused, and gone. */
int	weigh_again(struct check *ck);

#endif /* CERTD_CHECKS_INT_H */
