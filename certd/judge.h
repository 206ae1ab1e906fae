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

#ifndef CERTD_JUDGE_H
#define CERTD_JUDGE_H

#include "book.h"
#include "chain.h"
#include "proto_sign_certd.h"
#include "proto_sign_tmd.h"
#include "reason.h"
#include "vcache.h"

/*
 * Is the peer who it says it is?  Pure: the book, what the peer sent, what
 * certd-sign says it must have signed, and the time.  Two steps, because the
 * second may have to be taken again once revocation data was fetched.
 */
#define SHOWN_OCSP	4 /* OCSP responses of a peer that are looked at */

/* What the peer's CERT payloads bring; slices point into the check. */
struct shown {
	struct cert	*cert[CERT_CHAIN];
	struct slice	 der[CERT_CHAIN];	/* what each came in */
	unsigned int	 n;
	struct rawkey	*raw;
	struct slice	 ocsp[SHOWN_OCSP];
	unsigned int	 nocsp;
	int		 by_url;	/* there are some, not fetched */
};

struct judge_in {
	const struct book	*book;
	const struct rule	*rule;
	const struct entry	*entry;
	const struct mk_check	*check;		/* method, auth, chain */
	const char		*ppk;		/* in what is signed, or NULL */
	const struct wt_id	*peer;
	struct slice		 octets;	/* judge_peer() alone */
	int64_t			 now;		/* seconds since 1970 */
	struct vcache		*vcache;
	const struct slice	*ocsp;		/* responses fetched before */
	unsigned int		 nocsp;
};

struct judged {
	enum reason	 code;		/* RSN_OK, or why not */
	char		 text[MSG_TEXT];
	char		 proof[PROOF_MAX + 1];	/* RSN_OK: what it stands on */
	uint8_t		 fp[32];	/* of certificate or key */
	uint8_t		 key[KEY_SHA1];	/* of its SPKI */
	struct wt_keysort sort;		/* of what it signed with */
	int64_t		 bound;		/* holds until then; 0: no end */
	int64_t		 not_after;	/* the certificates do; 0: none */
};

/*
 * First step: decodes what the peer shows into *sh, verifies its signature,
 * finds its name.  Nothing that the peer says leads to a host yet.
 */
void	judge_peer(const struct judge_in *in, struct shown *sh,
	    struct judged *out);
/*
 * Second step, for certificates alone: the chain.  *res is the caller's to
 * free; its rev says what revocation data there should be.
 */
void	judge_chain(const struct judge_in *in, const struct shown *sh,
	    struct chain_result *res, struct judged *out);
/* Is there a second step? */
int	judge_has_chain(const struct judge_in *in);
void	shown_clear(struct shown *sh);

#endif /* CERTD_JUDGE_H */
