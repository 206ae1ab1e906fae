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

#ifndef CERTD_REVOKE_H
#define CERTD_REVOKE_H

#include "certd.h"
#include "chain.h"
#include "crl.h"
#include "proto_certd_fetch.h"
#include "store.h"

/*
 * Revocation by network: what a chain lacks is fetched by certd-fetch,
 * verified, kept, renewed.  No host is contacted for a chain whose
 * signatures do not hold.
 */
#define QUEST_SOURCES	32	/* of one chain; more are not asked */
#define QUEST_HEDGE	3	/* seconds until the next source is asked too */
#define REFRESH_PERCENT	80	/* of the time to nextUpdate */

enum source_state { SOURCE_NEW, SOURCE_ASKED, SOURCE_USED, SOURCE_FAILED };

/* One URL that may say whether chain[depth] is revoked. */
struct source {
	enum source_state state;
	uint8_t		 kind;		/* enum fetch_kind */
	uint8_t		 depth, delta;
	char		*url;
	struct item	*it;		/* once it was asked; pinned */
};

/* What one check looks for. */
struct quest {
	TAILQ_ENTRY(quest) entry;
	int		 listed;	/* it is in the list of quests */
	struct source	 src[QUEST_SOURCES];
	unsigned int	 n;
	int64_t		 asked[CHAIN_DEPTH];	/* last, for each depth */
	struct cert	*chain[CHAIN_DEPTH];	/* verified; references */
	unsigned int	 nchain;
};

enum quest_next {
	QUEST_AGAIN,	/* there is more now: judge again */
	QUEST_WAIT,	/* for an answer; revoke.c calls checks_fetched() */
	QUEST_END	/* nothing more is to be had */
};

/* Starts; behind the door. */
void	revoke_init(struct certd *c);
/* c->book is another one: it gets what was fetched before. */
void	revoke_book(struct certd *c);
/* Answers of certd-fetch; fd is the callee's. */
void	revoke_fetched(struct certd *c, const struct mc_fetched *m, int fd);
void	revoke_unfetched(struct certd *c, const struct mc_unfetched *m);
/* certd-fetch went; what it was asked for is asked for again. */
void	revoke_fetch_gone(struct certd *c);
/*
 * OCSP responses that revoke one of these certificates, or who issued one,
 * however old; they stay the store's.  Returns how many.
 */
unsigned int revoke_against(struct certd *c, struct cert *const *cert,
	    unsigned int n, struct slice *out, unsigned int max);
/* Sends what is due; sets the timer for the rest. */
void	revoke_pump(struct certd *c);

/* quest.c: the next step for what res lacks; q was zero at first. */
enum quest_next quest_step(struct certd *c, struct quest *q,
	    const struct chain_result *res, int64_t now);
/* OCSP responses found so far; they stay the quest's.  Returns how many. */
unsigned int quest_ocsp(const struct quest *q, struct slice *out,
	    unsigned int max, int64_t now);
/* "URL: why; URL: why" of what was asked in vain; "" when nothing was. */
char	*quest_why(const struct quest *q, char *out, size_t size);
void	quest_clear(struct certd *c, struct quest *q);
/* Does the quest wait for this item? */
int	quest_waits(const struct quest *q, const struct item *it);

#endif /* CERTD_REVOKE_H */
