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
 * Every message in every state, for both roles: in clear, sealed by a
 * forger, sealed by the peer; with the id that is expected and with others.
 * What is not in the table below changes nothing: the session goes on and
 * comes up as if it had never come.  Nothing is up or installed without a
 * verdict.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "matrix_places.h"
#include "../../ikd/ike/sk.h"
#include "mocks.h"
#include "reason.h"

#define CALM_MS	40000	/* a half-open one is gone, too */

/*
 * Under a sanitizer: every cell that is acted on, and every THIN-th of those
 * that are not, so that each place, exchange, body and cover has its turn.  The
 * plain build has all.
 */
#ifdef IKD_ASAN
#define THIN	5
#else
#define THIN	1
#endif

enum body { EMPTY, NOTIFY, DELETES, UNKNOWN, MOVES, BROKEN, CREATES, COOKIES,
	REDIRECTS, BODIES };
enum cover { CLEAR, FORGED, SEALED, COVERS };
enum ids { EXPECTED, BEFORE, BEHIND, IDS };

static const unsigned int exchs[] = { EXCH_SA_INIT, EXCH_AUTH,
    EXCH_CREATE_CHILD, EXCH_INFORMATIONAL, EXCH_INTERMEDIATE,
    EXCH_FOLLOWUP_KE, EXCH_SESSION_RESUME, 240 };
#define NEXCHS	(sizeof(exchs) / sizeof(exchs[0]))
/* Of them, as sets. */
#define AUTH		0x02
#define CREATE		0x04
#define INFO		0x08
#define INTER		0x10
#define FOLLOW		0x20
#define RESUME		0x40
#define NO_PLACE	(AUTH | INTER | 0x80)	/* where an SA is up */
#define ANY_UP		(NO_PLACE | CREATE | INFO | FOLLOW)

#define ANSWERED	1
#define ENDS		2
#define LATE		4	/* certd-sign or the plane says so first */
#define ANEW		8	/* another session takes its place */
#define TAKEN		16	/* as an answer, if not the one hoped for */

#define ST(state)	(1U << (state))
#define HALF		(ST(SA_R_INIT) | ST(SA_R_INTER))
#define ROUND		ST(SA_R_ROUND)
#define LEAVING		(ST(SA_REKEYED) | ST(SA_DELETING))
#define UPS		(ST(SA_UP) | LEAVING)
#define B(body)		(1U << (body))
#define ANY		(B(BODIES) - 1)
#define CRITICAL	N_UNSUPPORTED_CRITICAL_PAYLOAD

/*
 * What is acted on, of the messages that the peer seals and numbers right;
 * what stands first, counts.
 */
static const struct row {
	unsigned int	 states, exchs;
	int		 response;
	unsigned int	 bodies;
	int		 what;
	unsigned int	 notify;	/* in the answer; 0: none */
} rows[] = {
	{ HALF, AUTH | INTER, 0, B(UNKNOWN), ANSWERED | ENDS, CRITICAL },
	{ HALF, AUTH | INTER, 0, ANY, ANSWERED | ENDS, N_INVALID_SYNTAX },
	{ ROUND, AUTH | INFO, 0, B(BROKEN), ANSWERED | ENDS,
	    N_INVALID_SYNTAX },
	{ ROUND, AUTH | INFO, 0, B(UNKNOWN), ANSWERED | ENDS, CRITICAL },
	/* RFC 4739: who has no round left says nothing; it has one. */
	{ ROUND, AUTH, 0, ANY, ANSWERED | ENDS | LATE,
	    N_AUTHENTICATION_FAILED },
	{ ROUND, INFO, 0, B(DELETES) | B(NOTIFY), ANSWERED | ENDS, 0 },
	{ ROUND, INFO, 0, ANY, ANSWERED, 0 },
	{ ST(SA_I_AUTH), AUTH, 1, ANY, ENDS, 0 },
	{ ST(SA_I_INTER), INTER, 1, ANY, ENDS, 0 },
	{ UPS, ANY_UP, 0, B(BROKEN), ANSWERED | ENDS, N_INVALID_SYNTAX },
	{ UPS, NO_PLACE, 0, ANY, ANSWERED | ENDS, N_INVALID_SYNTAX },
	{ UPS, ANY_UP, 0, B(UNKNOWN), ANSWERED, CRITICAL },
	{ UPS, FOLLOW, 0, ANY, ANSWERED, N_STATE_NOT_FOUND },
	{ ST(SA_UP), CREATE, 0, B(CREATES), ANSWERED | LATE, 0 },
	{ ST(SA_UP), CREATE, 0, ANY, ANSWERED | ENDS, N_INVALID_SYNTAX },
	{ LEAVING, CREATE, 0, ANY, ANSWERED, N_TEMPORARY_FAILURE },
	{ UPS, INFO, 0, B(EMPTY) | B(CREATES) | B(COOKIES) | B(REDIRECTS),
	    ANSWERED, 0 },
	{ UPS, INFO, 0, B(MOVES), ANSWERED, N_COOKIE2 },
	{ UPS, INFO, 0, ANY, ANSWERED | ENDS | LATE, 0 },
	{ ST(SA_DELETING), INFO, 1, ANY, ENDS, 0 },
};
/* And first, where a request is out, or half of one is in. */
static const struct row asked[] = {
	{ ST(SA_UP), CREATE | FOLLOW | INFO, 1, B(BROKEN) | B(UNKNOWN), ENDS,
	    0 },
	{ ST(SA_UP), CREATE | INFO, 1, ANY, TAKEN, 0 },
	{ ST(SA_UP), FOLLOW, 1, B(NOTIFY), TAKEN, 0 },
	/* The peer may believe in a secret that we do not have. */
	{ ST(SA_UP), FOLLOW, 1, ANY, ENDS, 0 },
};
/* What is asked for lacks the additional key exchange. */
static const struct row no_more_ke = { ST(SA_UP), CREATE, 0, B(CREATES),
    ANSWERED, N_NO_PROPOSAL_CHOSEN };
/*
 * And in clear, where a ticket is shown: a full exchange instead, and one that
 * tmd has to order where another request is signed than the one answered.
 */
static const struct row in_clear[] = {
	{ ST(SA_I_INIT), RESUME, 1, B(NOTIFY), ANEW, 0 },
	{ ST(SA_I_INIT), RESUME, 1, B(COOKIES), ENDS, 0 },
};

struct cell {
	size_t		 place;
	size_t		 exch;		/* of exchs[] */
	int		 response;
	enum body	 body;
	enum cover	 cover;
	enum ids	 ids;
};

static char where[160];		/* the cell, when it fails */

/* Node 1 - lost answers; and what node x answers to what is injected. */
struct wire {
	int		 lose_info;	/* INFORMATIONAL does not arrive */
	int		 mute;		/* node 1 answers nothing */
	int		 watch;		/* this node's responses; -1 */
	unsigned int	 answers;
	struct flight	 last;
	struct flight	 first;		/* request that began the SA */
};

static enum fate
tap(struct world *w, struct flight *f)
{
	struct wire	*k = w->hook_arg;

	if (f->from == 0 && is_request(f) && exch_in_clear(exch_of(f)))
		k->first = *f;
	if (k->watch == f->from && !is_request(f)) {
		k->answers++;
		k->last = *f;
		return (DROP);		/* nobody asked for it */
	}
	/* The other is asked nothing else meanwhile; that comes again. */
	if (k->watch == !f->from && is_request(f))
		return (DROP);
	if (k->mute && f->from == 1 && !is_request(f))
		return (DROP);
	return (k->lose_info && exch_of(f) == EXCH_INFORMATIONAL ? DROP :
	    PASS);
}

/* The context of the peer's sealing key, or of another. */
static struct sk_ctx *
peers_seal(const struct session *s, enum sk_dir dir, int forged)
{
	const struct sk_ctx	*ours;
	struct slice		 e, a;
	uint8_t			 key[IKE_KEY_MAX];

	ours = dir == SK_SEAL ? s->keys.open : s->keys.seal;
	if (ours == NULL)
		return (NULL);
	sk_keys(ours, &e, &a);
	/* A responder's, that the peer's next request will be under. */
	if (s->setup != NULL && s->setup->next_open != NULL) {
		const struct ike_keys	*k = &s->setup->next;

		e.p = dir == SK_SEAL ? k->ei : k->er;
		a.p = dir == SK_SEAL ? k->ai : k->ar;
	}
	memcpy(key, e.p, e.len);
	e.p = key;
	if (forged)
		key[0] ^= 1;
	return (sk_ctx_new(&s->suite, dir, e, a));
}

/* A new child, as the peer would ask for it. */
static void
put_child(struct msg_build *m, const struct node *n)
{
	static const uint8_t		 spi[4] = { 1, 2, 3, 4 };
	static const uint8_t		 nonce[32] = { 1 }, ke[32] = { 1 };
	const struct sn_child_ike	*c = &n->w->n[!n->i].child[0];
	struct wt_proposal		 p, offer;
	char				 err[256];

	assert_int_equal(proposal_parse("aes256gcm16-x25519", PROTO_ESP, NULL,
	    &p, err, sizeof(err)), 0);
	prop_offer(&p, 1, c->esn, 0, &offer);
	msg_add_sa(m, &offer, 1, spi, sizeof(spi));
	msg_add_nonce(m, nonce, sizeof(nonce));
	msg_add_ke(m, KE_X25519, ke, sizeof(ke));
	tsp_add(m, PLD_TSI, c->ts_local, c->ts_local_n);
	tsp_add(m, PLD_TSR, c->ts_remote, c->ts_remote_n);
}

static void
put_body(struct msg_build *m, enum body b, const struct node *n)
{
	switch (b) {
	case CREATES:
		put_child(m, n);
		break;
	case NOTIFY:
		msg_add_notify(m, N_AUTHENTICATION_FAILED, NULL, 0);
		break;
	case DELETES:
		msg_add_delete_ike(m);
		break;
	case UNKNOWN:
		msg_open(m, 200);
		msg_put32(m, 0);
		m->buf[m->pld_off + 1] = 0x80;
		msg_close(m);
		break;
	case COOKIES:
		msg_add_notify(m, N_COOKIE, "sixteen  octets", 16);
		break;
	case REDIRECTS:		/* to 198.51.100.9, without our nonce */
		msg_add_notify(m, N_REDIRECT, "\1\4\306\63\144\11", 6);
		break;
	case MOVES:		/* RFC 4555: not agreed here */
		msg_add_notify(m, N_UPDATE_SA_ADDRESSES, NULL, 0);
		msg_add_notify(m, N_COOKIE2, "sixteen  octets", 16);
		break;
	case BROKEN:		/* shorter than it says */
		msg_open(m, PLD_N);
		msg_put32(m, 0);
		msg_close(m);
		put16(m->buf + m->len - 6, 200);
		break;
	default:
		break;
	}
}

/* Injects the cell's message; 0: there are no keys to seal it with. */
static int
say(struct world *w, struct session *s, const struct cell *c)
{
	static uint64_t	 iv = 1ULL << 62;
	struct node	*n = &w->n[places[c->place].node];
	struct sk_ctx	*seal = NULL;
	struct ike_hdr	 h;
	struct out	 o;
	struct wt_sock	 src, dst;
	long		 len;

	memset(&h, 0, sizeof(h));
	memcpy(h.spi_i, s->spi_i, SPI_LEN);
	memcpy(h.spi_r, s->spi_r, SPI_LEN);
	h.exch = (uint8_t)exchs[c->exch];
	h.flags = (s->initiator ? 0 : HDR_INITIATOR) |
	    (c->response ? HDR_RESPONSE : 0);
	h.msgid = (c->response ? s->win.out_id : s->win.in_id) +
	    (c->ids == BEFORE ? -1U : c->ids == EXPECTED ? 0 :
	    s->state < SA_UP || c->response ? 1 : IKE_WINDOW);
	msg_begin(&o.m, o.buf, sizeof(o.buf), &h);
	if (c->cover != CLEAR) {
		seal = peers_seal(s, SK_SEAL, c->cover == FORGED);
		if (seal == NULL)
			return (0);
		msg_begin_sk(&o.m, seal);
	}
	put_body(&o.m, c->body, n);
	len = seal == NULL ? msg_finish(&o.m) :
	    msg_finish_sk(&o.m, seal, ++iv);
	sk_ctx_free(seal);
	assert_true(len > 0);
	src = s->remote;
	dst = s->local;
	dst.addr = n->at.addr;
	world_inject(w, n->i, &src, &dst, s->natt, o.buf, (size_t)len);
	return (1);
}

static int
is_of(const struct row *r, const struct cell *c)
{
	return ((r->states & ST(places[c->place].state)) != 0 &&
	    (r->exchs & 1U << c->exch) != 0 && r->response == c->response &&
	    (r->bodies & B(c->body)) != 0);
}

/* The exchange that node 0 awaits an answer in, as a set; 0: none. */
static unsigned int
awaits(size_t place)
{
	if (places[place].node != 0)
		return (0);
	switch (places[place].bed) {
	case BED_CHILDLESS:
	case BED_ASKS:
		return (CREATE);
	case BED_FOLLOWS:
		return (FOLLOW);
	case BED_PROBES:
		return (INFO);
	default:
		return (0);
	}
}

static const struct row *
row_of(const struct cell *c)
{
	size_t	 i;

	/* That number is of the request that is being worked on. */
	if (c->ids != EXPECTED || (!c->response &&
	    places[c->place].bed == BED_ASKS && places[c->place].node == 1))
		return (NULL);
	for (i = 0; c->cover == CLEAR && places[c->place].bed == BED_RESUMES &&
	    i < sizeof(in_clear) / sizeof(in_clear[0]); i++)
		if (is_of(&in_clear[i], c))
			return (&in_clear[i]);
	if (c->cover == SEALED && places[c->place].bed == BED_FOLLOWS &&
	    is_of(&no_more_ke, c))
		return (&no_more_ke);
	for (i = 0; c->cover == SEALED && i < sizeof(asked) / sizeof(asked[0]);
	    i++)
		if ((awaits(c->place) & 1U << c->exch) && is_of(&asked[i], c))
			return (&asked[i]);
	for (i = 0; c->cover == SEALED && i < sizeof(rows) / sizeof(rows[0]);
	    i++)
		if (is_of(&rows[i], c))
			return (&rows[i]);
	return (NULL);
}

/* The first notify of the answer that went out. */
static unsigned int
answer_notify(struct sk_ctx *open, const struct wire *k)
{
	static struct flight	 f;
	struct packet		 pkt;
	struct pld_notify	 n;
	const struct pld	*p;
	const uint8_t		*plain;
	size_t			 len;

	f = k->last;
	assert_non_null(open);
	assert_null(packet_parse(f.buf, f.len, &pkt));
	assert_int_equal(sk_open(open, f.buf, f.len, pkt.sk_off, &plain, &len),
	    SK_GOOD);
	assert_null(packet_parse_inner(&pkt, plain, len));
	if ((p = packet_find(&pkt, PLD_N, NULL)) == NULL)
		return (0);
	assert_null(pld_notify_parse(p->p, p->len, &n));
	return (n.type);
}

/* What never happens, whatever is said. */
static void
no_verdict_no_sa(struct world *w)
{
	struct node	*n;

	for (n = &w->n[0]; n < &w->n[2]; n++) {
		assert_true(n->ups <= n->believed +
		    n->ike->stat[ST_IKE_REKEYS]);
		if (n->believed == 0)
			assert_int_equal(n->installs, 0);
	}
}

/* It goes on as if nothing had come. */
static void
goes_on(struct world *w, size_t place)
{
	enum sa_state	 st = places[place].state;
	struct wire	*k = w->hook_arg;
	int		 up = st < SA_DELETING, heirs;

	k->watch = -1;
	k->lose_info = 0;
	w->n[0].no_tickets = 0;
	w->n[0].slow = w->n[1].slow = 0;
	world_run(w, CALM_MS);
	assert_int_equal(both_up(w), up);
	assert_int_equal(world_pairs(w), up);
	/* An heir is told as up, its forebear not as down. */
	heirs = st == SA_REKEYED;
	assert_int_equal(w->n[0].ups - w->n[0].downs, up + heirs);
	assert_int_equal(w->n[1].ups - w->n[1].downs, up + heirs);
	world_clean(w);
}

static void
acted(struct world *w, struct sk_ctx *open, const struct row *r,
    const struct cell *c, uint64_t id, uint32_t out_id)
{
	struct wire	*k = w->hook_arg;
	struct session	*s;
	int		 node = places[c->place].node;

	/*
	 * A Delete is answered when the plane has retired the pairs, a new
	 * child when it has it, and a round that is none when certd-sign has
	 * said so.
	 */
	if (r->what & LATE)
		world_run(w, SLOW + 10);
	assert_int_equal(k->answers, (r->what & ANSWERED) != 0);
	if (r->what & ANSWERED)
		assert_int_equal(answer_notify(open, k), r->notify);
	if (r->what & ANEW) {
		assert_null(session_by_id(w->n[node].ike, id));
		goes_on(w, c->place);
	}
	/* As initiator, refused: it may have to tell the responder first. */
	k->watch = -1;
	k->lose_info = 0;
	world_run(w, 20000);
	s = session_by_id(w->n[node].ike, id);
	if (r->what & ENDS)
		assert_null(s);
	if (r == &in_clear[1])
		assert_int_equal(w->n[node].fail.code, RSN_RESUME);
	if (r->what & TAKEN) {
		assert_non_null(s);
		assert_int_equal(s->state, places[c->place].state);
		assert_true(s->win.out_id > out_id);
	}
}

static void
run_cell(const struct cell *c)
{
	struct wire		 k = { .watch = -1 };
	struct world		*w = place_world(c->place, 1 + c->place);
	int			 node = places[c->place].node;
	const struct row	*r = row_of(c);
	struct sk_ctx		*open;	/* what it answers */
	struct session		*s;
	uint64_t		 id;
	enum sa_state		 st;
	uint32_t		 in_id, out_id;

	w->hook = tap;
	w->hook_arg = &k;
	s = place_reach(w, c->place, &k.lose_info);
	st = s->state;
	id = s->id;
	in_id = s->win.in_id;
	out_id = s->win.out_id;
	open = peers_seal(s, SK_OPEN, 0);
	k.watch = node;
	if (!say(w, s, c)) {
		sk_ctx_free(open);
		place_free(c->place, w);
		return;
	}
	world_run(w, 1);
	if (r != NULL)
		acted(w, open, r, c, id, out_id);
	else {
		assert_int_equal(k.answers, 0);
		s = session_by_id(w->n[node].ike, id);
		assert_non_null(s);
		assert_int_equal(s->state, st);
		assert_int_equal(s->win.in_id, in_id);
		assert_int_equal(s->win.out_id, out_id);
		goes_on(w, c->place);
	}
	no_verdict_no_sa(w);
	sk_ctx_free(open);
	place_free(c->place, w);
}

static void
test_complete(void **state)
{
	(void)state;
	places_complete();
}

static void
test_matrix(void **state)
{
	struct cell	 c;
	unsigned int	 i, n = 0, nth = 0;

	(void)state;
	for (c.place = 0; c.place < nplaces; c.place++)
		for (i = 0; i < NEXCHS * 2 * BODIES * COVERS * IDS; i++) {
			c.exch = i % NEXCHS;
			c.response = (int)(i / 8 % 2);
			c.body = (enum body)(i / 16 % BODIES);
			c.cover = (enum cover)(i / (16 * BODIES) % COVERS);
			c.ids = (enum ids)(i / (16 * BODIES * COVERS));
			if (row_of(&c) == NULL && ++nth % THIN != 0)
				continue;
			snprintf(where, sizeof(where), "%s of %c (%d, %d): "
			    "%s %s, body %d, cover %d, id %d",
			    sa_state_name(places[c.place].state),
			    'a' + places[c.place].node, places[c.place].bed,
			    places[c.place].step, exch_name(exchs[c.exch]),
			    c.response ? "response" : "request", c.body,
			    c.cover, c.ids);
			run_cell(&c);
			n++;
		}
	printf("# %u cells\n", n);
	where[0] = '\0';
}

/*
 * The request that began it, once more: answered as long as no other came, and
 * never the beginning of a second SA while the first is being made.
 */
static void
test_first_again(void **state)
{
	struct session	*s;
	struct world	*w;
	enum sa_state	 st;
	unsigned int	 n;
	size_t		 p;

	(void)state;
	for (p = 0; p < nplaces; p++) {
		struct wire	 k = { .watch = -1 };

		st = places[p].state;
		if (places[p].node == 0)
			continue;
		snprintf(where, sizeof(where), "%s (%d, %d)",
		    sa_state_name(st), places[p].bed, places[p].step);
		w = place_world(p, 100 + p);
		w->hook = tap;
		w->hook_arg = &k;
		s = place_reach(w, p, &k.lose_info);
		n = w->n[1].ike->nsessions;
		k.watch = 1;
		world_inject(w, 1, &k.first.src, &k.first.dst, k.first.natt,
		    k.first.buf, k.first.len);
		world_run(w, 1);
		assert_int_equal(s->state, st);
		if (st < SA_UP) {
			assert_int_equal(w->n[1].ike->nsessions, n);
			assert_int_equal(k.answers, st == SA_R_INIT);
		}
		goes_on(w, p);
		no_verdict_no_sa(w);
		place_free(p, w);
	}
	where[0] = '\0';
}

/*
 * A response with a critical payload that we do not know is no answer, and
 * what the peer has done is not known: nothing stands, at both ends.
 */
static void
test_critical_in_response(void **state)
{
	struct cell	 c = { .response = 1, .cover = SEALED };
	struct session	*s;
	struct world	*w;
	unsigned int	 i;

	(void)state;
	for (i = 0; i < 6; i++) {
		struct wire	 k = { .watch = -1 };

		w = world_new(70 + i);
		w->hook = tap;
		w->hook_arg = &k;
		c.exch = 1 + i / 2;	/* of IKE_AUTH, and so on */
		c.body = i & 1 ? UNKNOWN : BROKEN;
		c.place = place_of(i < 2 ? SA_I_AUTH : SA_UP, 0);
		s = place_reach(w, c.place, &k.lose_info);
		k.mute = 1;
		if (i / 2 == 1)
			node_child_do(&w->n[0], 1, CHILD_REKEY);
		else if (i / 2 == 2)
			node_session_do(&w->n[0], SESSION_PROBE);
		assert_true(window_outstanding(s));
		world_run(w, 1);
		assert_true(say(w, s, &c));
		world_run(w, 1);
		k.mute = 0;
		world_run(w, 30000);
		assert_int_equal(w->n[0].ike->nsessions, 0);
		assert_int_equal(w->n[1].ike->nsessions, 0);
		assert_int_equal(world_pairs(w), 0);
		assert_int_equal(i < 2 ? w->n[0].fail.code :
		    w->n[0].down.code, i & 1 ? RSN_UNSUPPORTED :
		    RSN_INVALID_SYNTAX);
		assert_int_equal(w->n[1].ups, w->n[1].downs);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_first_again),
		cmocka_unit_test(test_critical_in_response),
	};
	int	 failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (where[0] != '\0')
		printf("# in %s\n", where);
	return (failed);
}
