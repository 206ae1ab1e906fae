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

#ifndef IKE_TICKETS_H
#define IKE_TICKETS_H

#include <stddef.h>
#include <stdint.h>

#include "proto_ike_sign.h"
#include "timer.h"

/*
 * The pool of tickets from certd-sign: our nonces in IKE_SA_INIT.  A ticket
 * serves a verdict within TICKET_SECONDS of its issue; we begin to use one
 * only while it is younger than half of that.
 */
#define TICKETS_ROOM	(2 * TICKET_BATCH)
#define TICKET_FRESH_MS	60000
#define TICKETS_IDLE	16	/* kept ready while nobody comes */

struct ticket_pool {
	struct mk_ticket	 t[TICKETS_ROOM];	/* a ring */
	uint64_t		 born[TICKETS_ROOM];
	size_t			 first;
	size_t			 n;
	size_t			 used;		/* since the last refresh */
	int			 asked;		/* TICKETS_WANT is out */
	struct timer		 refresh;
};

void	tickets_init(struct ike *);
/* certd-sign is there, or is gone: what it gave is void. */
void	tickets_reset(struct ike *, int connected);
void	tickets_got(struct ike *, const struct mk_tickets *);
/* Takes a fresh one; -1: none (they are asked for). */
int	tickets_take(struct ike *, struct mk_ticket *);

#endif /* IKE_TICKETS_H */
