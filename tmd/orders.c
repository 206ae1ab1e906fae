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
 * Orders to begin a negotiation.
 */
#include <stdlib.h>
#include <string.h>

#include "busy.h"
#include "event.h"
#include "hosts.h"
#include "log.h"
#include "manual.h"
#include "orders.h"
#include "proto_sign_tmd.h"
#include "reach.h"
#include "redirect.h"
#include "resume.h"
#include "sess.h"
#include "tunnel_fsm.h"
#include "vrf.h"

static int			enabled;
static uint32_t			generation;
static uint64_t			rate_second;
static unsigned int		rate_count;
static uint64_t			row_second;	/* the last with a place */
static unsigned int		row_count;
static uint64_t			wait_ms;
static struct me_acquire	packet;		/* tunnel 0: none */

void
orders_enable(int on)
{
	enabled = on;
}

void
orders_generation(uint32_t g)
{
	generation = g;
}

/* The worker whose turn it is by the tunnel's number, or the next alive. */
static int
pick_worker(const struct tunnel *t, unsigned int *w)
{
	unsigned int i, n = reach_workers();

	for (i = 0; i < n; i++) {
		*w = (t->number - 1 + i) % n;
		if (reach_has(ROLE_IKE, *w))
			return (1);
	}
	return (0);
}

/* At most ORDER_RATE a second, so that a large policy starts evenly. */
static int
rate_ok(void)
{
	uint64_t now = alarm_now();

	if (now != rate_second) {
		rate_second = now;
		rate_count = 0;
	}
	return (rate_count++ < ORDER_RATE);
}

/*
 * A place in the row behind those that wait already, ORDER_RATE a second:
 * whoever waits is rung once, not each second.
 */
static uint64_t
queue(void)
{
	uint64_t now = alarm_now();

	if (row_second <= now) {
		row_second = now + 1;
		row_count = 0;
	}
	if (row_count++ == ORDER_RATE) {
		row_second++;
		row_count = 1;
	}
	return ((row_second - now) * 1000);
}

/* The wanted children and those that are up; none: all that are open. */
static void
name_children(const struct tunnel *t, struct mx_initiate *m)
{
	const struct tun_child *c;
	int pass;

	for (pass = 0; pass < 2 && m->children_n == 0; pass++)
		TAILQ_FOREACH(c, &t->children, entry)
			if ((pass == 1 || c->want || c->npairs > 0) &&
			    tunnel_child_is_open(t, c) &&
			    m->children_n < CHILDREN_MAX)
				m->children[m->children_n++].n = c->number;
}

/* The child that the packet asks for comes first. */
static void
first_of(struct mx_initiate *m, uint32_t child)
{
	uint16_t i;

	for (i = 1; i < m->children_n; i++)
		if (m->children[i].n == child) {
			m->children[i].n = m->children[0].n;
			m->children[0].n = child;
			return;
		}
}

static void
fill_initiate(struct tunnel *t, struct mx_initiate *m)
{
	unsigned int n = tunnel_remotes(t);

	memset(m, 0, sizeof(*m));
	m->order = t->order;
	m->tunnel = t->number;
	m->generation = generation;
	(void)tunnel_remote(t, t->remote_index % n, &m->remote.addr);
	m->remote.port = t->pol->cf.remote_port;
	m->redirected = t->away_from;
	tunnel_local(t, m->remote.addr.af, &m->local.addr);
	m->initial_contact = (uint8_t)busy_alone(t);
	m->resume = (uint8_t)resume_may(t, &m->remote.addr);
	m->by_tcp = (uint8_t)t->by_tcp;
	m->wary = (uint8_t)t->wary;
	t->by_tcp = t->wary = 0;
	name_children(t, m);
	if (packet.tunnel == t->number) {
		first_of(m, packet.child);
		m->acquire_src = packet.src;
		m->acquire_dst = packet.dst;
		packet.tunnel = 0;
	}
}

static void
tell_sign(const struct tunnel *t)
{
	struct mv_order m = { t->order, t->number, generation,
	    (uint8_t)t->order_worker };

	if (manual_is(t)) {
		manual_want(t, generation);
		return;
	}
	reach_sign(M_ORDER, &m);
}

/* No child can be up: vrf.c begins when the VRF of one is there. */
static int
all_lack(struct tunnel *t)
{
	const struct tun_child *c;
	const char *why = NULL;

	TAILQ_FOREACH(c, &t->children, entry)
		if ((why = vrf_lacks(&c->pol->ceiling)) == NULL)
			return (0);
	tunnel_set_reason(t, RSN_PLANE, why);
	t->blocked = 0;
	t->failures = 1;
	wait_ms = (uint64_t)t->pol->cf.retry_most * 1000;
	return (1);
}

int
orders_start(struct tunnel *t)
{
	struct mx_initiate	m;
	unsigned int		w;

	if (t->order != 0)
		return (1);
	if (all_lack(t))
		return (0);
	wait_ms = BLOCKED_MS;
	w = MANUAL_WORKER;
	if (!enabled || !reach_has(ROLE_SIGN, 0) ||
	    (!manual_is(t) && !pick_worker(t, &w))) {
		t->blocked = 1;
		return (0);
	}
	if (!hosts_ready(t))
		return (0);
	redirect_check(t);
	/*
	 * No address: just looked up, in vain.  Manual keys that stand are
	 * only looked at.
	 */
	if (tunnel_remotes(t) == 0 || (!(manual_is(t) &&
	    !TAILQ_EMPTY(&t->sessions)) && !rate_ok())) {
		if (tunnel_remotes(t) != 0)
			wait_ms = queue();
		t->blocked = 1;
		return (0);
	}
	/* Drawn, so that no worker can guess the order of another. */
	do
		t->order = arc4random();
	while (t->order == 0);
	busy_update(t);
	t->blocked = 0;
	t->order_worker = w;
	t->order_used = 0;
	t->order_ms = alarm_now_ms();
	tell_sign(t);
	if (manual_is(t))
		return (1);
	fill_initiate(t, &m);
	reach_ike(w, M_INITIATE, &m);
	event_log(t, NULL, LOG_L_DEBUG, "order %u to %s", t->order,
	    role_name(ROLE_IKE, w));
	return (1);
}

uint64_t
orders_wait_ms(void)
{
	return (wait_ms);
}

void
orders_over(struct tunnel *t)
{
	t->order = 0;
	t->by_tcp = t->wary = 0;
	busy_update(t);
	t->order_used = 0;
}

void
orders_cancel(struct tunnel *t)
{
	struct mv_order_id m;

	t->blocked = 0;
	t->by_tcp = t->wary = 0;
	if (t->order == 0)
		return;
	m.order = t->order;
	if (!t->order_used && !manual_is(t))
		reach_sign(M_ORDER_DROP, &m);
	orders_over(t);
}

int
orders_is(const struct tunnel *t, uint32_t n)
{
	return (n != 0 && t->order == n);
}

void
orders_acquire(const struct me_acquire *m)
{
	packet = *m;
}

void
orders_packet(const struct tunnel *t, struct mx_child *m)
{
	if (packet.tunnel != t->number || packet.child != m->child)
		return;
	m->acquire_src = packet.src;
	m->acquire_dst = packet.dst;
	packet.tunnel = 0;
}

void
orders_kick(void)
{
	struct tunnel *t;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		if (t->blocked) {
			t->blocked = 0;
			tunnel_fsm(t, TE_ALARM);
		}
}

void
orders_again(void)
{
	struct tunnel	*t;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		if (t->order != 0 && !t->order_used)
			tell_sign(t);
}

void
orders_worker_gone(unsigned int w)
{
	struct tunnel *t;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t)) {
		if (t->order == 0 || t->order_worker != w)
			continue;
		orders_cancel(t);
		tunnel_set_reason(t, RSN_RESTARTED, NULL);
		tunnel_fsm(t, TE_FAILED_OURS);
	}
}
