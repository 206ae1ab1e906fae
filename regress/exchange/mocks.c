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
 * Mock certd-sign, tmd and parent: each answers a millisecond later.  The
 * AUTH value is a real MAC over all that AUTH must cover, so that a wrong
 * message, nonce, identity or key shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "alg.h"
#include "id.h"
#include "mocks.h"
#include "../../ikd/ike/prf.h"
#include "reason.h"

/* An answer on its way. */
struct post {
	struct node	*n;
	uint16_t	 type;
	int		 from;		/* 's' sign, 't' tmd, 'p' parent */
	union {
		struct mk_tickets	 tickets;
		struct mk_signed	 sign;
		struct mk_checked	 checked;
		struct mx_grant_child	 child;
		struct mx_granted	 granted;
		struct mx_denied	 denied;
		struct mi_result	 result;
		struct mi_removed	 removed;
		struct mi_way		 way;
		struct mi_begun		 begun;
		struct mw_stream	 stream;
	} u;
};

static void
deliver(struct world *w, void *arg)
{
	struct post	*p = arg;
	struct ike	*ike = p->n->ike;

	(void)w;
	if (p->from == 's' && p->type == M_TICKETS)
		from_sign_tickets(ike, &p->u.tickets);
	else if (p->from == 's' && p->type == M_SIGNED)
		from_sign_signed(ike, &p->u.sign);
	else if (p->from == 's')
		from_sign_checked(ike, &p->u.checked);
	else if (p->from == 't' && p->type == M_GRANT_CHILD)
		from_tmd_grant_child(ike, &p->u.child);
	else if (p->from == 't' && p->type == M_GRANTED)
		from_tmd_granted(ike, &p->u.granted);
	else if (p->from == 't')
		from_tmd_denied(ike, &p->u.denied);
	else if (p->type == M_INSTALLED)
		from_parent_installed(ike, &p->u.result);
	else if (p->type == M_REMOVED)
		from_parent_removed(ike, &p->u.removed);
	else if (p->type == M_WAY)
		mobike_way(ike, &p->u.way);
	else if (p->from == 'e')
		tcp_stream(ike, &p->u.stream);
	else if (p->type == M_STREAM_BEGUN)
		tcp_begun(ike, &p->u.begun);
	else if (p->type == M_MIGRATED)
		from_parent_migrated(ike, &p->u.result);
	else
		from_parent_info(ike, &p->u.removed);
	free(p);
}

static struct post *
post_new(struct node *n, int from, uint16_t type)
{
	struct post	*p;

	p = calloc(1, sizeof(*p));
	p->n = n;
	p->from = from;
	p->type = type;
	return (p);
}

static void
send_later(struct post *p)
{
	world_later(p->n->w, 1 + p->n->slow, deliver, p);
}

/* ---- certd-sign ---- */

static int
says_full(const struct slice *m)
{
	struct packet		 pkt;
	struct pld_notify	 n;

	return (packet_parse(m->p, m->len, &pkt) == NULL &&
	    packet_notify(&pkt, N_FULL_TRANSCRIPT, &n));
}

/* Each round has a key of its own. */
static void
make_auth(const struct node *n, const struct mk_context *c,
    unsigned int round, int of_initiator, int we_initiate, const uint8_t *id,
    size_t id_len, uint8_t out[32])
{
	struct slice	 in[6] = { { NULL, 0 } };
	char		 psk[40];
	struct slice	 key = { (const uint8_t *)psk, 0 };
	int		 ours = of_initiator == we_initiate;

	key.len = (size_t)snprintf(psk, sizeof(psk), round == 0 ? "%s" :
	    "%s %u", n->psk, round);
	in[0] = of_initiator ? c->msg_i : c->msg_r;
	/* The nonce of the other side. */
	in[1] = ours ? c->nonce_peer :
	    (struct slice){ c->ticket.ticket, TICKET_LEN };
	in[2].p = id;
	in[2].len = id_len;
	in[3].p = of_initiator ? c->sk_pi : c->sk_pr;
	in[3].len = of_initiator ? c->sk_pi_len : c->sk_pr_len;
	in[4] = c->intauth;
	if (says_full(&c->msg_i) && says_full(&c->msg_r))
		in[5] = of_initiator ? c->msg_r : c->msg_i;
	assert_int_equal(prf_compute(PRF_HMAC_SHA2_256, key, in, 6, out), 0);
}

static unsigned int
rounds(unsigned int n)
{
	return (n == 0 ? 1 : n);
}

/* And an ID. */
static void
round_id(const struct node *n, unsigned int round, struct wt_id *id)
{
	char text[48];

	snprintf(text, sizeof(text), round == 0 ? "%s" : "%s%u", n->id, round);
	assert_null(id_parse(text, id));
}

/* What it proves in this round: by the policy that, or what the test wants. */
static unsigned int
proves(const struct node *n, unsigned int round)
{
	return (n->round_as[round] != 0 ? n->round_as[round] - 1U : round);
}

static void
own_id(const struct node *n, unsigned int round, struct wt_id *id,
    uint8_t *body, size_t *len)
{
	round_id(n, proves(n, round), id);
	memset(body, 0, 4);
	body[0] = id->type;
	memcpy(body + 4, id->data, id->data_len);
	*len = 4 + (size_t)id->data_len;
}

/* Does our message contain the ticket? */
static void
check_ticket(const struct mk_context *c, int initiator)
{
	const struct slice	*m = initiator ? &c->msg_i : &c->msg_r;

	assert_non_null(memmem(m->p, m->len, c->ticket.ticket, TICKET_LEN));
}

/* Its AUTH of the round. */
static void
sign_round(const struct node *n, const struct mk_context *c, int initiator,
    struct wt_id *id, uint8_t auth[32])
{
	uint8_t	 body[64];
	size_t	 len;

	assert_in_range(c->round, 0, rounds(n->rounds_ours) - 1);
	own_id(n, c->round, id, body, &len);
	make_auth(n, c, proves(n, c->round), initiator, initiator, body, len,
	    auth);
	if (n->wrong_round == c->round + 1)
		auth[0] ^= 1;
}

static void
on_sign(struct node *n, const struct mk_sign *m)
{
	struct post	*p = post_new(n, 's', M_SIGNED);

	check_ticket(&m->c, 1);
	assert_int_not_equal(m->c.order, 0);
	p->u.sign.exch = m->c.exch;
	p->u.sign.rounds_ours = n->rounds_ours;
	p->u.sign.rounds_theirs = n->rounds_theirs;
	assert_true(m->c.multi & MULTI_SUPPORTED);
	assert_null(id_parse(n->w->n[!n->i].id, &p->u.sign.id_peer));
	p->u.sign.method = AUTH_PSK;
	p->u.sign.auth_len = 32;
	sign_round(n, &m->c, 1, &p->u.sign.id_ours, p->u.sign.auth);
	send_later(p);
}

void
mocks_grant(struct node *n, const struct mk_check *m)
{
	struct post	*p;
	size_t		 i;

	if (n->mute_tmd)
		return;
	n->granted++;
	if (n->deny != 0) {
		p = post_new(n, 't', M_DENIED);
		p->u.denied.exch = m->c.exch;
		memcpy(p->u.denied.ticket, m->c.ticket.ticket, TICKET_LEN);
		p->u.denied.code = (uint16_t)n->deny;
		strlcpy(p->u.denied.text, "denied", sizeof(p->u.denied.text));
		send_later(p);
		return;
	}
	for (i = 0; i < n->nchildren; i++) {
		p = post_new(n, 't', M_GRANT_CHILD);
		p->u.child.exch = m->c.exch;
		p->u.child.grant = ++n->grants;
		p->u.child.child = n->child[i].child;
		p->u.child.ts_local_n = n->child[i].ts_local_n;
		p->u.child.ts_remote_n = n->child[i].ts_remote_n;
		memcpy(p->u.child.ts_local, n->child[i].ts_local,
		    sizeof(p->u.child.ts_local));
		memcpy(p->u.child.ts_remote, n->child[i].ts_remote,
		    sizeof(p->u.child.ts_remote));
		if (n->grant_as[i].ts_local_n != 0) {
			p->u.child.ts_local[0] = n->grant_as[i].ts_local[0];
			p->u.child.ts_local_n = 1;
		}
		send_later(p);
	}
	p = post_new(n, 't', M_GRANTED);
	p->u.granted.exch = m->c.exch;
	memcpy(p->u.granted.ticket, m->c.ticket.ticket, TICKET_LEN);
	p->u.granted.tunnel = 1;
	p->u.granted.generation = m->c.generation;
	p->u.granted.expiry = n->expiry;
	p->u.granted.answers = (uint8_t)n->answers;
	send_later(p);
}

/* Is this what the round has to be by the policy? */
static int
good_round(const struct node *n, const struct mk_check *m)
{
	unsigned int	 k = m->c.round, theirs = rounds(n->rounds_theirs);
	struct slice	 body = m->initiator ? m->id_r : m->id_i;
	struct wt_id	 want_id;
	uint8_t		 want[32];

	if (((m->c.multi & MULTI_FOLLOWS) != 0) != (k + 1 < theirs))
		return (0);
	if (k >= theirs)
		return (m->method == 0 && m->auth.len == 0);
	round_id(&n->w->n[!n->i], k, &want_id);
	make_auth(n, &m->c, k, !m->initiator, m->initiator, body.p, body.len,
	    want);
	return (m->method == AUTH_PSK && m->auth.len == 32 &&
	    memcmp(want, m->auth.p, 32) == 0 && (k == 0 ||
	    (body.len == 4U + want_id.data_len &&
	    memcmp(body.p + 4, want_id.data, want_id.data_len) == 0)));
}

static void
on_check(struct node *n, const struct mk_check *m)
{
	struct post	*p = post_new(n, 's', M_AUTH_CHECKED);
	unsigned int	 k = m->c.round;
	int		 last;

	check_ticket(&m->c, m->initiator);
	/* Each once, one after the other. */
	assert_true(k == 0 || k == n->round + 1);
	n->round = k;
	n->can = m->c.can;
	n->chain_len = m->chain.len;
	n->chain_hash = window_hash(m->chain.p, m->chain.len);
	p->u.checked.exch = m->c.exch;
	if (!good_round(n, m)) {
		p->u.checked.code = RSN_AUTH_PEER;
		strlcpy(p->u.checked.text, "the PSK differs",
		    sizeof(p->u.checked.text));
		send_later(p);
		return;
	}
	n->believed++;
	p->u.checked.tunnel = 1;
	p->u.checked.rounds_ours = n->rounds_ours;
	p->u.checked.rounds_theirs = n->rounds_theirs;
	last = k + 1 >= rounds(n->rounds_ours) &&
	    k + 1 >= rounds(n->rounds_theirs);
	if (!m->initiator && k < rounds(n->rounds_ours)) {
		p->u.checked.method = AUTH_PSK;
		p->u.checked.auth_len = 32;
		sign_round(n, &m->c, 0, &p->u.checked.id_ours,
		    p->u.checked.auth);
	}
	/* Both orders of the two pipes happen. */
	if (!last && !(n->grants_early && k == 0))
		send_later(p);
	else if (n->grants & 1) {
		mocks_grant(n, m);
		send_later(p);
	} else {
		send_later(p);
		mocks_grant(n, m);
	}
}

static void
on_want(struct node *n, const struct mk_want *m)
{
	struct post	*p;
	uint16_t	 i;

	if (n->no_tickets)
		return;
	p = post_new(n, 's', M_TICKETS);
	p->u.tickets.t_n = m->count;
	for (i = 0; i < m->count; i++) {
		p->u.tickets.t[i].slot = m->slot;
		p->u.tickets.t[i].counter = ++n->tickets;
		n->env.random(n, p->u.tickets.t[i].ticket, TICKET_LEN);
	}
	send_later(p);
}

static int
to_sign(void *ctx, uint16_t type, const void *body)
{
	struct node	*n = ctx;

	if (type != M_TICKETS_WANT && n->nocredit > 0) {
		n->nocredit--;
		return (PIPE_NOCREDIT);
	}
	if (type == M_TICKETS_WANT)
		on_want(n, body);
	else if (n->mute_sign)
		return (PIPE_OK);
	else if (type == M_SIGN)
		on_sign(n, body);
	else
		on_check(n, body);
	return (PIPE_OK);
}

/* ---- tmd ---- */

static int
to_tmd(void *ctx, uint16_t type, const void *body)
{
	struct node	*n = ctx;

	switch (type) {
	case M_STEP:
		if (n->nsteps < NSTEPS)
			n->step[n->nsteps++] = *(const struct mx_step *)body;
		break;
	case M_SESSION_UP:
		n->up = *(const struct mx_up *)body;
		n->ups++;
		n->again_ups += n->up.again;
		break;
	case M_SESSION_DOWN:
		n->down = *(const struct mx_down *)body;
		n->downs++;
		break;
	case M_CHILD_UP:
		n->child_up = *(const struct mx_child_up *)body;
		n->child_ups++;
		break;
	case M_CHILD_DOWN:
		n->child_down = *(const struct mx_child_down *)body;
		n->child_downs++;
		break;
	case M_NEG_FAILED:
		n->fail = *(const struct mx_failed *)body;
		if (n->fail.child != 0)
			n->child_failed++;
		else
			n->failed++;
		break;
	case M_SESSION_MOVED:
		n->moved++;
		break;
	case M_INITIAL_CONTACT:
		n->initial_contacts++;
		break;
	case M_CARRIED:
		n->carried = *(const struct mx_carried *)body;
		n->carrieds++;
		break;
	case M_RENEW:
		n->renews++;
		n->renew = *(const struct mx_session *)body;
		break;
	case M_REDIRECTED:
		n->away = *(const struct mx_redirected *)body;
		n->aways++;
		break;
	case M_REPLAY_END:
		n->replay_ends++;
		break;
	}
	return (PIPE_OK);
}

/* ---- the parent ---- */

static int
same_ts(const struct mi_install *a, const struct mi_install *b)
{
	return (a->ts_local_n == b->ts_local_n &&
	    a->ts_remote_n == b->ts_remote_n &&
	    ts_equal(&a->ts_local[0], &b->ts_local[0]) &&
	    ts_equal(&a->ts_remote[0], &b->ts_remote[0]));
}

/*
 * What the parent lets stand on one grant.  Two of ours never come to more
 * than three of the same selectors; a hostile peer may ask for it, and the
 * parent refuses.
 */
static int
has_room(const struct node *n, const struct mi_install *m)
{
	int		 i, live = 0, same = 0, retired = 0;

	for (i = 0; i < NPAIRS; i++)
		if (n->pair[i].used && n->pair[i].m.grant == m->grant) {
			retired += n->pair[i].retired;
			live += !n->pair[i].retired;
			same += !n->pair[i].retired &&
			    same_ts(&n->pair[i].m, m);
		}
	if (n->w->hostile)
		return (live < GRANT_PAIRS && retired <= 16);
	assert_in_range(live, 0, GRANT_PAIRS - 1);
	assert_in_range(same, 0, 2);
	assert_in_range(retired, 0, 16);
	return (1);
}

static void
on_install(struct node *n, const struct mi_install *m)
{
	struct post	*p = post_new(n, 'p', M_INSTALLED);
	int		 i;

	assert_true(m->serial > n->serial);
	n->serial = m->serial;
	n->install = *m;
	n->installs++;
	p->u.result.req = m->req;
	p->u.result.code = has_room(n, m) ? (uint16_t)n->install_code :
	    RSN_CEILING;
	if (p->u.result.code == 0) {
		for (i = 0; i < NPAIRS; i++)
			if (n->pair[i].used)
				assert_int_not_equal(n->pair[i].m.spi_in,
				    m->spi_in);
		for (i = 0; i < NPAIRS && n->pair[i].used; i++)
			;
		assert_int_not_equal(i, NPAIRS);
		n->pair[i].used = 1;
		n->pair[i].retired = 0;
		n->pair[i].m = *m;
	}
	send_later(p);
}

static void
on_remove(struct node *n, const struct mi_sa *m)
{
	struct post	*p = post_new(n, 'p', M_REMOVED);
	int		 i;

	n->removes++;
	p->u.removed.req = m->req;
	p->u.removed.code = RSN_GONE;
	for (i = 0; i < NPAIRS; i++)
		if (n->pair[i].used && n->pair[i].m.spi_in == m->spi_in) {
			assert_int_equal(n->pair[i].m.grant, m->grant);
			n->pair[i].used = 0;
			p->u.removed.code = RSN_OK;
		}
	send_later(p);
}

static void
on_retire(struct node *n, const struct mi_pair *m)
{
	int		 i;

	n->retires++;
	for (i = 0; i < NPAIRS; i++)
		if (n->pair[i].used && n->pair[i].m.spi_in == m->spi_in) {
			assert_int_equal(n->pair[i].m.grant, m->grant);
			n->pair[i].retired = 1;
			return;
		}
	fail_msg("pair %08x is retired, but not installed", m->spi_in);
}

/* By the first address of that family. */
static void
route(const struct node *n, struct mi_way *m)
{
	size_t	 i;

	for (i = 0; i < n->naddr && m->local.af == 0; i++)
		if (n->addr[i].af == m->remote.af)
			m->local = n->addr[i];
}

/* The parent begins a stream, ikd-esp says that it stands. */
static void
on_begin_stream(struct node *n, const struct mi_stream *m)
{
	struct post	*p;

	n->streams++;
	assert_int_equal(m->remote.tcp, 1);
	if (n->stream_code == -1)
		return;
	p = post_new(n, 'p', M_STREAM_BEGUN);
	p->u.begun.session = m->session;
	p->u.begun.code = (uint16_t)n->stream_code;
	send_later(p);
	if (n->stream_code != 0)
		return;
	p = post_new(n, 'e', M_STREAM);
	p->u.stream.session = m->session;
	p->u.stream.remote = m->remote;
	p->u.stream.local.addr = m->local.af != 0 ? m->local :
	    n->naddr > 0 ? n->addr[0] : n->at.addr;
	p->u.stream.local.port = n->w->stream =
	    (uint16_t)(50000 + n->streams);
	p->u.stream.local.tcp = 1;
	send_later(p);
}

static int
to_esp(void *ctx, uint16_t type, const void *body)
{
	struct node		*n = ctx;
	const struct mw_hold	*m = body;

	assert_int_equal(type, M_STREAM_HOLD);
	assert_true(m->local.tcp && m->remote.tcp);
	n->holds += m->more ? 1 : -1;
	return (PIPE_OK);
}

void
world_cut(struct world *w)
{
	struct session	*s;
	struct mw_stream m;
	int		 i;

	w->stream = 0;
	for (i = 0; i < 2; i++) {
		if ((s = node_session(&w->n[i])) == NULL)
			continue;
		memset(&m, 0, sizeof(m));
		m.local = s->local;
		m.remote = s->remote;
		w->n[i].holds = 0;
		tcp_stream(w->n[i].ike, &m);
		ike_turn_end(w->n[i].ike);
	}
}

static int
to_parent(void *ctx, uint16_t type, const void *body)
{
	struct node	*n = ctx;
	struct post	*p;

	if (n->mute_parent)
		return (PIPE_OK);
	if (type == M_INSTALL && n->no_installs)
		return (PIPE_NOCREDIT);
	if (n->nocredit > 0) {
		n->nocredit--;
		return (PIPE_NOCREDIT);
	}
	switch (type) {
	case M_INSTALL:
		on_install(n, body);
		break;
	case M_REMOVE:
		on_remove(n, body);
		break;
	case M_RETIRE:
		on_retire(n, body);
		break;
	case M_MIGRATE:
		n->migrate = *(const struct mi_migrate *)body;
		assert_true(n->migrate.serial > n->serial);
		n->serial = n->migrate.serial;
		n->migrates++;
		p = post_new(n, 'p', M_MIGRATED);
		p->u.result.req = n->migrate.req;
		send_later(p);
		break;
	case M_ASK_WAY:
		p = post_new(n, 'p', M_WAY);
		p->u.way = *(const struct mi_way *)body;
		route(n, &p->u.way);
		send_later(p);
		break;
	case M_BEGIN_STREAM:
		on_begin_stream(n, body);
		break;
	case M_QUERY_SA:
		if (n->mute_query)
			break;
		p = post_new(n, 'p', M_SA_INFO);
		p->u.removed.req = ((const struct mi_sa *)body)->req;
		p->u.removed.code = (uint16_t)n->query_code;
		p->u.removed.counters.last_in = n->last_in;
		send_later(p);
		break;
	}
	return (PIPE_OK);
}

/* ---- defaults ---- */

static void
any_prefix(struct wt_prefix *p, const char *s)
{
	assert_int_equal(prefix_parse(s, p), 0);
}

static void
proposals(struct wt_proposal *p, uint16_t *n, const char *word,
    unsigned int proto)
{
	char	 err[256];

	*n = 1;
	if (proposal_parse(word, proto, NULL, p, err, sizeof(err)) != 0)
		fail_msg("%s: %s", word, err);
}

static void
one_ts(struct wt_ts *t, uint16_t *n, const char *net)
{
	struct wt_prefix	 p;

	any_prefix(&p, net);
	ts_from_prefix(t, &p);
	*n = 1;
}

void
node_child(struct node *n, size_t i, const char *local, const char *remote)
{
	struct sn_child_ike	*c = &n->child[i];

	memset(c, 0, sizeof(*c));
	c->tunnel = 1;
	c->child = (uint32_t)i + 1;
	snprintf(c->name, sizeof(c->name), "child%zu", i + 1);
	c->mode = MODE_TUNNEL;
	c->pfs = 1;
	c->esn = 1;
	c->replay_window = 1024;
	c->lifetime = 3600;
	c->overlap = 15;
	proposals(c->proposals, &c->proposals_n, "aes256gcm16", PROTO_ESP);
	one_ts(c->ts_local, &c->ts_local_n, local);
	one_ts(c->ts_remote, &c->ts_remote_n, remote);
	if (n->nchildren <= i)
		n->nchildren = i + 1;
}

void
node_proposal(struct node *n, const char *ike, const char *esp)
{
	if (ike != NULL)
		proposals(n->tunnel.proposals, &n->tunnel.proposals_n, ike,
		    PROTO_IKE);
	if (esp != NULL)
		proposals(n->child[0].proposals, &n->child[0].proposals_n,
		    esp, PROTO_ESP);
}

void
mocks_init(struct node *n)
{
	struct sn_tunnel_ike	*t = &n->tunnel;

	n->env.to_sign = n->env.to_certd = to_sign;
	n->env.to_tmd = to_tmd;
	n->env.to_parent = to_parent;
	n->env.to_esp = to_esp;
	strlcpy(n->psk, "the secret", sizeof(n->psk));
	snprintf(n->id, sizeof(n->id), "fqdn:%c.example", 'a' + n->i);
	n->ike_row.userspace = 1;
	n->ike_row.port_ike = 500;
	n->ike_row.port_natt = 4500;
	n->ike_row.cookies_at = 500;
	n->ike_row.send_certs = SEND_CERTS_ALWAYS;
	n->ike_row.per_source = 10;
	n->ike_row.half_open = 20000;
	n->ike_row.hold_ms = 10000;
	t->tunnel = 1;
	snprintf(t->name, sizeof(t->name), "tunnel-%c", 'a' + n->i);
	t->lifetime = 14400;
	t->overlap = 5;
	t->initial_contact = 1;
	t->dpd = 30;
	t->nat_keepalive = 20;
	t->encap_force = 1;	/* as every tunnel of the user-space plane */
	t->rt_first_ms = 1000;
	t->rt_factor_100 = 180;
	t->rt_tries = 7;
	t->remote_n = 1;
	any_prefix(&t->remote[0], "0.0.0.0/0");
	t->local_n = 2;
	any_prefix(&t->local[0], "0.0.0.0/0");
	any_prefix(&t->local[1], "::/0");
	node_child(n, 0, n->i == 0 ? "10.1.0.0/16" : "10.2.0.0/16",
	    n->i == 0 ? "10.2.0.0/16" : "10.1.0.0/16");
	node_proposal(n, "aes256gcm16-prfsha384-x25519-ecp256", NULL);
}

void
world_commit(struct world *w, int node, uint32_t generation)
{
	struct node	*n = &w->n[node];
	struct policy	*p = policy_new(generation);
	size_t		 i;

	assert_null(policy_row(p, SNAP_IKE, &n->ike_row));
	assert_null(policy_row(p, SNAP_TUNNEL_IKE, &n->tunnel));
	if (n->other.tunnel != 0)
		assert_null(policy_row(p, SNAP_TUNNEL_IKE, &n->other));
	for (i = 0; i < n->nchildren; i++)
		assert_null(policy_row(p, SNAP_CHILD_IKE, &n->child[i]));
	assert_null(policy_finish(p));
	n->ike->standby = p;
	ike_commit(n->ike);
}

/* ---- tmd's orders ---- */

void
node_initiate(struct node *n, uint32_t order)
{
	struct mx_initiate	 m;

	memset(&m, 0, sizeof(m));
	m.order = order;
	m.tunnel = 1;
	m.generation = 1;
	/* Forced or not, an end that knows its address can tell of NAT. */
	if (!n->tunnel.encap_force)
		m.local.addr = n->at.addr;
	m.remote.addr = n->w->n[!n->i].at.addr;
	m.initial_contact = 1;
	m.redirected = n->came_from;
	m.resume = (uint8_t)n->resume;
	m.by_tcp = (uint8_t)n->by_tcp;
	m.wary = (uint8_t)n->wary;
	exch_initiate(n->ike, &m);
	ike_turn_end(n->ike);
}

void
node_session_do(struct node *n, unsigned int what)
{
	struct session		*s = node_session(n);
	struct mx_session	 m;

	assert_non_null(s);
	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.what = (uint8_t)what;
	m.code = RSN_ADMIN;
	from_tmd_session_do(n->ike, &m);
	ike_turn_end(n->ike);
}

void
node_child_do(struct node *n, uint32_t child, unsigned int what)
{
	struct session	*s = node_session(n);
	struct mx_child	 m;

	assert_non_null(s);
	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.child = child;
	m.what = (uint8_t)what;
	m.code = RSN_ADMIN;
	from_tmd_child_do(n->ike, &m);
	ike_turn_end(n->ike);
}
