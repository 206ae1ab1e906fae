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

#define REVOKE_STALE	(7 * 86400)	/* a stale CRL still revokes so long */
#define REVOKE_TRIED	16	/* issuers that did not sign are remembered */

/* What an item has or asks for. */
struct revdata {
	struct crl	*crl[CRL_FILE];
	int		 ncrl;
	struct cert	*cert, *issuer, *signer;	/* of OCSP */
	uint8_t		 nonce[OCSP_NONCE_MAX];
	/* An OCSP response; or a file of CRLs that nobody vouched for yet. */
	uint8_t		*der;
	size_t		 len;
	int		 revokes;	/* that OCSP response does */
	int64_t		 since;		/* that file came then */
	int		 on_disk;	/* there is one in the directory */
	uint8_t		 tried[REVOKE_TRIED][KEY_FP];
	unsigned int	 ntried;
	int		 passed;	/* crl[] lacks older ones of the file */
	int		 told;		/* and that was said */
};

/*
 * The item for a source of this chain: made, and filled from the disk, where
 * there is none.  NULL: no room.
 */
struct item	*revoke_item(struct certd *c, struct quest *q,
		    const struct source *src, int64_t now);

/* quest.c: sources for chain[depth], in their order; none twice. */
void	quest_add(struct quest *q, unsigned int kind, unsigned int depth,
	    int delta, const struct urls *u);

/*
 * crltake.c: a CRL goes into the set of the book in force once somebody's
 * verified chain has its issuer.  Octets that certd-fetch brought: into the
 * item, the set and the directory.  NULL, or what is wrong.
 */
const char	*crltake(struct certd *c, struct item *it, struct slice in,
		    int64_t now);
/* From the directory into an item that has just been made. */
void		 crltake_from_disk(struct certd *c, struct item *it,
		    int64_t now);
/*
 * Somebody asks for the item: what nobody vouched for so far may be believed
 * by this chain.
 */
void		 crltake_vouch(struct certd *c, const struct quest *q,
		    struct item *it, int64_t now);
/* Into the set of another book. */
void		 crltake_again(struct certd *c, struct revdata *d);
void		 crltake_clear(struct revdata *d);
/* What nobody vouched for yet makes room. */
void		 crltake_let_go(struct item *it);

#endif /* CERTD_REVOKE_INT_H */
