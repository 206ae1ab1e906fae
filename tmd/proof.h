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

#ifndef TMD_PROOF_H
#define TMD_PROOF_H

#include "proto_sign_tmd.h"
#include "sess.h"
#include "shares.h"

/*
 * Several rounds of authentication (RFC 4739): the verdicts so far, until all
 * are there.  They come on two pipes, certd-sign's and certd's, so one may be
 * read before that of the round before it: it is judged in its turn.  What is
 * not whole after TICKET_SECONDS is forgotten, or when ike says that it failed.
 * Their number is bounded: when there is no room the oldest goes of the
 * addresses that have most.
 */
#define PROOFS_MAX	4096

struct proof {
	TAILQ_ENTRY(proof)	 entry;
	uint64_t		 since;
	uint8_t			 share, withdrawn;
	unsigned int		 n;		/* judged, from the first */
	struct proof_round {
		uint8_t			 there, by_certd;
		struct mv_verdict	 v;
	}			*r;		/* ROUNDS_MAX */
};

/*
 * One more verdict, by certd or by certd-sign.  Returns the proof when it is
 * whole, the caller's then; NULL: more is to come, or *why says what is wrong
 * with it, and nothing is kept.
 */
struct proof	*proof_take(const struct mv_verdict *v, int by_certd,
		    const char **why);
/* certd takes back what it said of this fingerprint. */
void		 proof_withdrawn(const uint8_t fingerprint[32]);
/* What worker w says has failed. */
void		 proof_failed(unsigned int w, uint64_t exch);
void		 proof_free(struct proof *p);	/* NULL is fine */

/*
 * The whole as one verdict: who it is by the first round, of the tunnel that
 * fitted all, as good as the weakest.
 */
void		 proof_sum(const struct proof *p, struct mv_verdict *out);
/* What the session remembers of the rounds behind the first. */
void		 proof_keep(const struct proof *p, struct session *s);

/*
 * May this process say this of the round?  Who proves nothing is certd-sign's
 * to say.
 */
int		 proof_may_judge(const struct mv_verdict *v, int by_certd,
		    const struct tunnel *t);

#endif /* TMD_PROOF_H */
