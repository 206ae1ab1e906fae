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

#ifndef UNIT_TMD_BED_H
#define UNIT_TMD_BED_H

/*
 * tmd with stand-ins for all other processes and a clock that is moved by
 * hand.  Code, not declarations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../tmd/redirect.h"

#include "tmd_help.h"

#include "../../tmd/children.h"
#include "../../tmd/ctl_stats.h"
#include "../../tmd/hosts.h"
#include "../../tmd/lifesize.h"
#include "../../tmd/locked.h"
#include "../../tmd/memo.h"
#include "../../tmd/orders.h"
#include "../../tmd/policy_now.h"
#include "../../tmd/reach.h"
#include "../../tmd/rebuild.h"
#include "../../tmd/renew.h"
#include "../../tmd/same_peer.h"
#include "../../tmd/sessions.h"
#include "../../tmd/tunnel_fsm.h"
#include "../../tmd/verdict.h"
#include "log.h"

/* What was said, in order. */
struct said {
	enum role	 role;
	unsigned int	 inst;
	uint16_t	 type;
	uint8_t		*body;
};

static struct said	said[512];
static unsigned int	nsaid;
static uint64_t		now_ms = 100000000;
static uint32_t		generation;
static uint8_t		next_ticket;

static inline int
stand_in(enum role r, unsigned int inst, uint16_t type, const void *body)
{
	const struct msg_table *t = r == ROLE_PARENT ? &proto_parent_tmd :
	    r == ROLE_IKE ? &proto_ike_tmd : r == ROLE_FETCH ?
	    &proto_tmd_fetch : &proto_sign_tmd;
	const struct msg_row *row = NULL;
	static uint8_t wire[PIPE_RECORD];
	size_t i;

	for (i = 0; i < t->nrows; i++)
		if (t->rows[i].type == type)
			row = &t->rows[i];
	assert_non_null(row);
	/* It must be fit for the pipe. */
	assert_true(wire_encode(row->body, body, wire, sizeof(wire)) >= 0);
	assert_true(nsaid < 512);
	said[nsaid].role = r;
	said[nsaid].inst = inst;
	said[nsaid].type = type;
	said[nsaid].body = malloc(row->body->size + 1);
	memcpy(said[nsaid].body, body, row->body->size);
	nsaid++;
	return (PIPE_OK);
}

static inline void
forget(void)
{
	while (nsaid > 0)
		free(said[--nsaid].body);
}

/* The n-th (from 0) message of this type, or NULL. */
static inline const void *
find(enum role r, uint16_t type, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < nsaid; i++)
		if (said[i].role == r && said[i].type == type && n-- == 0)
			return (said[i].body);
	return (NULL);
}

static inline unsigned int
times(enum role r, uint16_t type)
{
	unsigned int n = 0;

	while (find(r, type, n) != NULL)
		n++;
	return (n);
}

static inline void
pass(uint64_t ms)
{
	now_ms += ms;
	alarm_fake_ms(now_ms);
	while (alarm_run() > 0)
		;
}

static inline void
commit(struct policy *p)
{
	policy_prepare(p);
	policy_commit(p->generation);
	pass(0);
}

static inline void
on_tunnel_alarm(struct tunnel *t)
{
	tunnel_fsm(t, TE_ALARM);
}

static inline int
setup(void **state)
{
	(void)state;
	log_init("test", LOG_L_ERROR);
	reach_stand_in(stand_in);
	reach_set_workers(2);
	tunnel_on_alarm(on_tunnel_alarm, children_open);
	sess_on_alarm(sessions_alarm, children_grant_alarm);
	orders_enable(1);
	pass(10000);
	forget();
	return (0);
}

static inline int
teardown(void **state)
{
	(void)state;
	commit(help_policy(++generation));
	assert_null(tunnel_next(NULL));
	assert_int_equal(sess_count(), 0);
	forget();
	return (0);
}

/* A policy of one tunnel, which the caller may change before. */
static inline struct tunnel *
load(struct sn_tunnel *t, unsigned int nchildren)
{
	struct policy *p = help_policy(++generation);

	help_add(p, t, nchildren);
	commit(p);
	return (tunnel_find(t->tunnel));
}

static inline struct tunnel *
load_start(uint8_t start, unsigned int nchildren)
{
	struct sn_tunnel t;

	help_tunnel(&t, 1, "boston", start);
	return (load(&t, nchildren));
}

/* A verdict for t: order 0 makes us the responder. */
static inline void
verdict(struct mv_verdict *v, const struct tunnel *t, uint32_t order)
{
	char a[48];

	memset(v, 0, sizeof(*v));
	v->ticket.slot = order != 0 ? (uint8_t)t->order_worker : 0;
	v->ticket.ticket[0] = ++next_ticket;
	v->exch = 1000 + next_ticket;
	v->spi_i[7] = v->spi_r[7] = next_ticket;
	v->initiator = order != 0;
	v->order = order;
	v->tunnel = t->number;
	v->generation = generation;
	v->method = 2;
	assert_null(id_parse("fqdn:gw.example.com", &v->id_ours));
	snprintf(a, sizeof(a), "fqdn:peer%u.example.com", t->number);
	assert_null(id_parse(a, &v->id_peer));
	help_sock(&v->local, "192.0.2.1", 4500);
	snprintf(a, sizeof(a), "198.51.100.%u", t->number);
	help_sock(&v->remote, a, 4500);
}

static inline void
up_of(struct mx_up *m, const struct mv_verdict *v)
{
	memset(m, 0, sizeof(*m));
	m->order = v->order;
	m->tunnel = v->tunnel;
	memcpy(m->ticket, v->ticket.ticket, TICKET_LEN);
	memcpy(m->spi_i, v->spi_i, 8);
	memcpy(m->spi_r, v->spi_r, 8);
	m->initiator = v->initiator;
	m->local = v->local;
	m->remote = v->remote;
	m->since = now_ms / 1000;
	m->ends_at = m->since + 14400;
}

static inline void
session_up(const struct mv_verdict *v)
{
	struct mx_up m;

	up_of(&m, v);
	sessions_up(v->ticket.slot, &m);
	pass(0);
}

static inline void
session_down(const struct mv_verdict *v, uint16_t code)
{
	struct mx_down m;

	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, v->spi_i, 8);
	memcpy(m.spi_r, v->spi_r, 8);
	m.tunnel = v->tunnel;
	m.code = code;
	sessions_down(v->ticket.slot, &m);
	pass(0);
}

static inline void
child_up(const struct mv_verdict *v, uint32_t child, uint32_t spi)
{
	struct session *s = sess_by_ticket(v->ticket.ticket);
	struct mx_child_up m;

	memset(&m, 0, sizeof(m));
	m.grant = sess_grant(s, child)->id;
	m.tunnel = v->tunnel;
	m.child = child;
	m.spi_in = spi;
	m.spi_out = spi + 1;
	m.suite.proto = 3;
	m.since = now_ms / 1000;
	m.ts_local_n = m.ts_remote_n = 1;
	help_ts(&m.ts_local[0], "10.0.0.0/24");
	help_ts(&m.ts_remote[0], "10.1.1.0/24");
	children_up(v->ticket.slot, &m);
}

/* t initiates, is answered, and is Active. */
static inline void
bring_up(struct tunnel *t, struct mv_verdict *v)
{
	assert_int_not_equal(t->order, 0);
	verdict(v, t, t->order);
	verdict_take(v, 0);
	session_up(v);
	child_up(v, 1, 0x1000);
	assert_int_equal(t->state, TN_ACTIVE);
}

static inline void
fail_order(struct tunnel *t, uint16_t code)
{
	struct mx_failed m;

	memset(&m, 0, sizeof(m));
	m.order = t->order;
	m.tunnel = t->number;
	m.initiator = 1;
	m.code = code;
	sessions_failed(t->order_worker, &m);
	pass(0);
}

#endif /* UNIT_TMD_BED_H */
