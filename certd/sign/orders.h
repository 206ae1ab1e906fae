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

#ifndef SIGN_ORDERS_H
#define SIGN_ORDERS_H

#include "proto_ike_sign.h"
#include "proto_sign_tmd.h"

/*
 * tmd's one-time orders to initiate.  An order is open, then bound to the
 * ticket it was signed with, then done.  It is forgotten TICKET_SECONDS after
 * it came or was signed with; the number of orders is bounded.
 */
#define ORDERS_MAX	16384	/* every tunnel of a large policy at once */

struct orders;

struct orders	*orders_new(void);
void		 orders_free(struct orders *o);

/* Returns NULL, or a literal that says why it was not taken. */
const char	*orders_add(struct orders *o, const struct mv_order *m,
		    uint64_t now);
void		 orders_drop(struct orders *o, uint32_t order);
/* tmd was restarted: none may be used any more. */
void		 orders_clear(struct orders *o);

/*
 * Consumes an open order of this worker for this ticket, or, behind that, ends
 * it with the ticket's verdict.  *tunnel says whom it is for.  NULL, or a
 * literal.
 */
const char	*orders_sign(struct orders *o, unsigned int worker,
		    uint32_t order, const struct mk_ticket *k, uint64_t now,
		    uint32_t *tunnel);
const char	*orders_verdict(struct orders *o, uint32_t order,
		    const struct mk_ticket *k, uint64_t now,
		    uint32_t *tunnel);

/*
 * Is it an open order of this worker, which still may be used?  *tunnel as
 * above; NULL, or a literal.
 */
const char	*orders_open(struct orders *o, unsigned int worker,
		    uint32_t order, uint64_t now, uint32_t *tunnel);

/* Is this nonce a ticket that an order was signed with, lately? */
int		 orders_signed_with(struct orders *o, struct slice nonce,
		    uint64_t now);

#endif /* SIGN_ORDERS_H */
