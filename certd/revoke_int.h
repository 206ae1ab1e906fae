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

#ifndef CERTD_REVOKE_INT_H
#define CERTD_REVOKE_INT_H

#include "ocsp.h"
#include "revoke.h"

/* What revoke.c (the engine) and quest.c (one check) share. */

TAILQ_HEAD(quests, quest);

struct revoke {
	struct store	*store;
	struct quests	 quests;
	struct event	*timer;
	uint32_t	 next_req;
	unsigned int	 percent;	/* refresh */
	int		 dir;		/* CRLs on disk; -1: none */
};

/* What an item has or asks for. */
struct revdata {
	struct crl	*crl[CRL_FILE];
	int		 ncrl;
	struct cert	*by[CHAIN_DEPTH];	/* one of these signed */
	unsigned int	 nby;
	struct cert	*cert, *issuer, *signer;	/* of OCSP */
	uint8_t		 nonce[OCSP_NONCE_MAX];
	uint8_t		*der;			/* an OCSP response */
	size_t		 len;
};

/*
 * The item for a source of this chain: made, and filled from the disk, where
 * there is none.  NULL: no room.
 */
struct item	*revoke_item(struct certd *c, struct quest *q,
		    const struct source *src, int64_t now);

/*
 * What an item has already may be believed by this chain too: a file with
 * the CRLs of several CAs.
 */
void	revoke_vouch(struct certd *c, const struct quest *q,
	    const struct item *it);

#endif /* CERTD_REVOKE_INT_H */
