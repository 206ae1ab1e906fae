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
 * Requests that come while another of the same peer is being worked on (RFC
 * 7296 section 2.3): authentic ones wait, as they came, and then come again.
 */
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "log.h"
#include "session.h"
#include "sk.h"
#include "window.h"

static void
let_go(struct ahead *a)
{
	if (a == NULL)
		return;
	freezero(a->msg, a->len);
	free(a);
}

/* The lowest of those that wait; NULL: none. */
static struct ahead **
lowest(struct work *w)
{
	struct ahead	**a, **low = NULL;

	for (a = w->ahead; a < w->ahead + IKE_WINDOW; a++)
		if (*a != NULL && (low == NULL ||
		    (int32_t)((*a)->id - (*low)->id) < 0))
			low = a;
	return (low);
}

/* In a turn of its own: what it does may end the session. */
static void
due(struct ike *ike, void *arg)
{
	struct work	*w = arg;
	struct session	*s = w->s;
	struct ahead	**low = lowest(w), *a;

	if (low == NULL || w->busy)
		return;
	a = *low;
	*low = NULL;
	ahead_next(s);
	window_work_over(s);
	ike->stat[ST_PACKETS_IN]--;	/* counted when it came */
	ike_datagram(ike, &a->from, a->msg, a->len);
	let_go(a);
}

void
ahead_init(struct work *w)
{
	timer_init(&w->ahead_timer, due, w);
}

void
ahead_next(struct session *s)
{
	struct work	*w = s->win.work;

	if (!w->busy && lowest(w) != NULL)
		timer_set(s->ike, &w->ahead_timer, 0);
}

static int
authentic(const struct session *s, uint8_t *buf, size_t len)
{
	struct packet	 pkt;
	const uint8_t	*plain;
	size_t		 plain_len;

	return (s->keys.open != NULL &&
	    packet_parse(buf, len, &pkt) == NULL &&
	    pkt.sk_off != 0 && pkt.frag_total == 0 &&
	    sk_open(s->keys.open, buf, len, pkt.sk_off, &plain,
	    &plain_len) == SK_GOOD);
}

void
ahead_keep(struct session *s, const struct ike_hdr *h, const uint8_t *msg,
    size_t len, const struct arrival *from)
{
	struct ahead	**ap, *a;
	uint8_t		*copy;
	int		 good;

	ap = &window_begin_work(s)->ahead[h->msgid % IKE_WINDOW];
	if (*ap != NULL || h->next != PLD_SK)
		return;
	copy = xcalloc(1, len);
	memcpy(copy, msg, len);
	good = authentic(s, copy, len);		/* and overwritten */
	freezero(copy, len);
	if (!good) {
		s->ike->stat[ST_FORGED]++;
		return;
	}
	s->win.wide = 1;
	a = *ap = xcalloc(1, sizeof(*a));
	a->id = h->msgid;
	a->from = *from;
	a->len = len;
	a->msg = xcalloc(1, len);
	memcpy(a->msg, msg, len);
}

void
ahead_clear(struct session *s)
{
	struct work	*w = s->win.work;
	size_t		 i;

	timer_clear(s->ike, &w->ahead_timer);
	for (i = 0; i < IKE_WINDOW; i++) {
		let_go(w->ahead[i]);
		w->ahead[i] = NULL;
	}
}
