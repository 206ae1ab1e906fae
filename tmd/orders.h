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

#ifndef TMD_ORDERS_H
#define TMD_ORDERS_H

#include "proto_ike_tmd.h"
#include "proto_parent_esp.h"
#include "tunnel.h"

/*
 * Orders: how tmd begins a negotiation.  ORDER lets certd-sign sign for us
 * once, INITIATE sends a worker on its way; both carry one number.
 */

/*
 * Begins one for t, towards the address it is at.  Returns 1: it is out
 * (t->order); 0: not now, t->blocked is set and orders_kick() will ring.
 */
int	orders_start(struct tunnel *t);
/* When to try again at the latest, after orders_start() said not now. */
uint64_t	orders_wait_ms(void);
/* Takes it back: certd-sign forgets it, a late verdict is refused. */
void	orders_cancel(struct tunnel *t);
/* It has ended, one way or the other. */
void	orders_over(struct tunnel *t);
/* Was n (from a message) the one that is out? */
int	orders_is(const struct tunnel *t, uint32_t n);

/* The packet that asks for a child, for the next INITIATE or CHILD_DO. */
void	orders_acquire(const struct me_acquire *m);
/* Puts it into a CHILD_DO for this child, if it asks for that. */
void	orders_packet(const struct tunnel *t, struct mx_child *m);

/* From now on (or no longer) orders may go out at all. */
void	orders_enable(int on);
/* ike or sign came (back): rings those that wait for them. */
void	orders_kick(void);
/* A new certd-sign knows none of the orders that are out: says them again. */
void	orders_again(void);
/* Worker w is gone, with all negotiations in it. */
void	orders_worker_gone(unsigned int w);

/* The policy's generation that orders carry. */
void	orders_generation(uint32_t generation);

#define ORDER_GUARD_MS	(600 * 1000)	/* ike gives up long before */
#define ORDER_RATE	200		/* begun in one second, at most */
#define BLOCKED_MS	1000	/* ike or sign away: look again, at least */

#endif /* TMD_ORDERS_H */
