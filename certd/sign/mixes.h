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

#ifndef SIGN_MIXES_H
#define SIGN_MIXES_H

#include "proto_ppk.h"

/*
 * Which ticket may have a PPK mixed into an SK_d, once, and which has: an
 * entry is made where certd-sign itself has found that there is reason to,
 * and TICKET_SECONDS later it is forgotten.  Their number is bounded; then the
 * oldest go, first of those that allow nothing, last of those that were used.
 */
#define MIXES_MAX	4096
#define MIXES_KEYS	PPK_KEYS

struct mixes;

/* For which PPKs (names of the policy, n of them) it is, and with what PRF. */
struct mix {
	struct mk_ticket	 ticket;
	uint16_t		 prf;
	unsigned int		 n;
	char			 name[MIXES_KEYS][PPK_NAME_MAX + 1];
	char			 why[MSG_TEXT + 1];	/* n 0: there is none */
};

struct mixes	*mixes_new(void);
void		 mixes_free(struct mixes *);	/* NULL is fine */

/* Copies *m; an entry of the same ticket is replaced. */
void		 mixes_allow(struct mixes *, const struct mix *m,
		    uint64_t now);
/*
 * Uses it up: its i-th PPK is mixed.  NULL, or a literal that says why not.
 */
const char	*mixes_use(struct mixes *, const struct mk_ticket *,
		    unsigned int i, uint64_t now);
/* What is known of the ticket, or NULL; valid until one is allowed. */
const struct mix *mixes_find(struct mixes *, const struct mk_ticket *,
		    uint64_t now);
/* The PPK that was mixed with this ticket; NULL: none was. */
const char	*mixes_used(struct mixes *, const struct mk_ticket *,
		    uint64_t now);

#endif /* SIGN_MIXES_H */
