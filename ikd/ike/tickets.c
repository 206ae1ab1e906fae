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

/*
 * Tickets: asked of certd-sign in batches, so that no IKE_SA_INIT waits for
 * a pipe.  The batch follows the demand of the last round.
 */
#include <string.h>
#include <strings.h>

#include "ike.h"
#include "log.h"
#include "tickets.h"

#define REFRESH_MS	20000	/* a third of a ticket's use */

static size_t
wanted(const struct ticket_pool *tp)
{
	size_t	 n = TICKETS_IDLE + 2 * tp->used;

	return (n > TICKETS_ROOM ? TICKETS_ROOM : n);
}

static void
tickets_ask(struct ike *ike)
{
	struct ticket_pool	*tp = &ike->tickets;
	struct mk_want		 want;
	size_t			 n = wanted(tp);

	if (tp->asked || !ike->sign_up || tp->n >= n)
		return;
	n -= tp->n;
	want.slot = ike->slot;
	want.count = (uint16_t)(n > TICKET_BATCH ? TICKET_BATCH : n);
	if (ike->env->to_sign(ike->env->ctx, M_TICKETS_WANT, &want) == 0)
		tp->asked = 1;
}

/* Those too old to be used are at the front. */
static void
tickets_age(struct ike *ike)
{
	struct ticket_pool	*tp = &ike->tickets;
	uint64_t		 now = ike_now(ike);

	while (tp->n > 0 && now - tp->born[tp->first] >= TICKET_FRESH_MS) {
		tp->first = (tp->first + 1) % TICKETS_ROOM;
		tp->n--;
	}
}

/*
 * Replaces what will be too old before the next round; the demand of the
 * round just over says how many.
 */
static void
tickets_refresh(struct ike *ike, void *arg)
{
	struct ticket_pool	*tp = &ike->tickets;
	uint64_t		 now = ike_now(ike);

	(void)arg;
	while (tp->n > 0 &&
	    now - tp->born[tp->first] + REFRESH_MS >= TICKET_FRESH_MS) {
		tp->first = (tp->first + 1) % TICKETS_ROOM;
		tp->n--;
	}
	tp->asked = 0;		/* a request this old was lost with its pipe */
	tickets_ask(ike);
	tp->used = 0;
	timer_set(ike, &tp->refresh, REFRESH_MS);
}

void
tickets_init(struct ike *ike)
{
	timer_init(&ike->tickets.refresh, tickets_refresh, NULL);
	timer_set(ike, &ike->tickets.refresh, REFRESH_MS);
}

void
tickets_reset(struct ike *ike, int connected)
{
	struct ticket_pool	*tp = &ike->tickets;

	tp->first = tp->n = 0;
	tp->asked = 0;
	ike->sign_up = connected;
	tickets_ask(ike);
}

void
tickets_got(struct ike *ike, const struct mk_tickets *m)
{
	struct ticket_pool	*tp = &ike->tickets;
	size_t			 i, at;

	tp->asked = 0;
	for (i = 0; i < m->t_n && tp->n < TICKETS_ROOM; i++) {
		if (m->t[i].slot != ike->slot)
			continue;
		at = (tp->first + tp->n) % TICKETS_ROOM;
		tp->t[at] = m->t[i];
		tp->born[at] = ike_now(ike);
		tp->n++;
	}
}

int
tickets_take(struct ike *ike, struct mk_ticket *out)
{
	struct ticket_pool	*tp = &ike->tickets;

	tickets_age(ike);
	tp->used++;
	if (tp->n == 0) {
		tickets_ask(ike);
		return (-1);
	}
	*out = tp->t[tp->first];
	explicit_bzero(&tp->t[tp->first], sizeof(tp->t[0]));
	tp->first = (tp->first + 1) % TICKETS_ROOM;
	tp->n--;
	/* The more come, the more come until the answer does. */
	if (tp->n < wanted(tp) / 2)
		tickets_ask(ike);
	return (0);
}
