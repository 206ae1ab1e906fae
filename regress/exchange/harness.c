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
 * The world of the exchange tests: clock, queue of things to come, network,
 * Diffie-Hellman, and what the tests ask of it.  The mock roles are in
 * mocks.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "addr.h"
#include "alg.h"
#include "../../ikd/ike/dh.h"
#include "harness.h"
#include "log.h"
#include "../../ikd/ike/ike_crypto.h"
#include "mocks.h"
#include "../../ikd/ike/natt.h"
#include "roles.h"
#include "../../ikd/ike/shown.h"
#include "snap.h"

struct later {
	struct later	*next;
	uint64_t	 at, seq;
	void		(*fn)(struct world *, void *);
	void		*arg;
};

/*
 * ---- Diffie-Hellman: 3^x mod 2^61-1, in 32 octets, or in those of ML-KEM's
 * keys and ciphertexts: who responds sends the latter ----
 */

struct dh_key {
	unsigned int	 group;
	uint64_t	 x;
	int		 responds;
	uint8_t		 pub[IKE_KE_MAX];
};

static uint64_t dh_counter;

static uint64_t
modexp(uint64_t b, uint64_t e)
{
	const uint64_t	 p = (1ULL << 61) - 1;
	uint64_t	 r = 1;

	for (; e > 0; e >>= 1) {
		if (e & 1)
			r = (uint64_t)((unsigned __int128)r * b % p);
		b = (uint64_t)((unsigned __int128)b * b % p);
	}
	return (r);
}

static size_t
mock_public_len(unsigned int group)
{
	return (group == 0 ? 0 : 32);
}

static struct dh_key *
mock_generate(unsigned int group)
{
	struct dh_key	*k;

	if (group == 0)
		return (NULL);
	k = calloc(1, sizeof(*k));
	k->group = group;
	k->x = 0x123456789abcdefULL + ++dh_counter * 0x9e3779b97f4aULL;
	put64(k->pub, modexp(3, k->x));
	return (k);
}

static struct dh_key *
mock_respond(unsigned int group)
{
	struct dh_key	*k = mock_generate(group);

	if (k != NULL)
		k->responds = 1;
	return (k);
}

int		 mock_short_ciphertext;
unsigned int	 mock_long_public;

static size_t
mock_len(unsigned int group, int ciphertext)
{
	switch (group) {
	case KE_MLKEM512:
		return (ciphertext ? 768 : 800);
	case KE_MLKEM768:
		return (ciphertext ? 1088 : 1184);
	case KE_MLKEM1024:
		return (1568);
	default:
		return (32);
	}
}

static const uint8_t *
mock_public(const struct dh_key *k, size_t *len)
{
	static uint8_t	 none[IKE_MSG_MAX];

	if (mock_long_public > 0 && k->responds) {
		mock_long_public--;
		*len = sizeof(none);
		return (none);
	}
	*len = mock_len(k->group, k->responds);
	if (mock_short_ciphertext && k->responds && *len > 32)
		--*len;
	return (k->pub);
}

static long
mock_shared(struct dh_key *k, const uint8_t *peer, size_t len, uint8_t *out,
    size_t size)
{
	uint64_t	 v;

	if (len != mock_len(k->group, !k->responds) || size < 32)
		return (-1);
	v = (uint64_t)get32(peer) << 32 | get32(peer + 4);
	if (v == 0)
		return (-1);
	memset(out, 0, 32);
	put64(out, modexp(v, k->x));
	out[31] = (uint8_t)k->group;
	return (32);
}

static void
mock_dh_free(struct dh_key *k)
{
	free(k);
}

const struct dh_ops mock_dh = { mock_public_len, mock_generate, mock_respond,
	mock_public, mock_shared, mock_dh_free };

/* ---- what is to come ---- */

void
world_later(struct world *w, uint64_t ms, void (*fn)(struct world *, void *),
    void *arg)
{
	struct later	*l, **p;

	l = calloc(1, sizeof(*l));
	l->at = w->now + ms;
	l->seq = w->seq++;
	l->fn = fn;
	l->arg = arg;
	for (p = &w->queue; *p != NULL && (*p)->at <= l->at; p = &(*p)->next)
		;
	l->next = *p;
	*p = l;
}

/* One thing: the earliest of the queue and the nodes' timers. */
static int
step(struct world *w, uint64_t end)
{
	struct later	*l = w->queue;
	struct node	*n = NULL;
	uint64_t	 at = UINT64_MAX;
	int		 i;

	if (l != NULL)
		at = l->at;
	for (i = 0; i < 2; i++)
		if (w->n[i].wake != 0 && w->n[i].wake < at) {
			n = &w->n[i];
			at = n->wake;
		}
	if (at > end) {
		w->now = end;
		return (0);
	}
	if (at > w->now)
		w->now = at;
	if (n != NULL) {
		n->wake = 0;
		ike_tick(n->ike);
		return (1);
	}
	w->queue = l->next;
	l->fn(w, l->arg);
	free(l);
	for (i = 0; i < 2; i++)
		ike_turn_end(w->n[i].ike);
	return (1);
}

void
world_run(struct world *w, uint64_t ms)
{
	uint64_t	 end = w->now + ms;

	while (step(w, end))
		;
}

int
world_until(struct world *w, int (*cond)(struct world *), uint64_t ms)
{
	uint64_t	 end = w->now + ms;

	while (!cond(w))
		if (!step(w, end))
			return (cond(w));
	return (1);
}

/* ---- network ---- */

int
node_has(const struct node *n, const struct wt_addr *a)
{
	size_t	 i;

	if (n->naddr == 0)
		return (addr_cmp(&n->at.addr, a) == 0);
	for (i = 0; i < n->naddr; i++)
		if (addr_cmp(&n->addr[i], a) == 0)
			return (1);
	return (0);
}

void
node_addrs(struct node *n, const char *addrs)
{
	struct mi_addrs	 m;
	char		 buf[256], *p, *s = buf;

	strlcpy(buf, addrs, sizeof(buf));
	memset(&m, 0, sizeof(m));
	n->naddr = 0;
	while ((p = strsep(&s, " ")) != NULL) {
		assert_int_equal(addr_parse(p, &n->addr[n->naddr]), 0);
		m.at[n->naddr].addr = n->addr[n->naddr];
		n->naddr++;
	}
	m.at_n = (uint16_t)n->naddr;
	from_parent_addrs(n->ike, &m);
	ike_turn_end(n->ike);
}

static void
arrive(struct world *w, void *arg)
{
	struct flight	*f = arg;
	struct arrival	 from;
	int		 i;

	for (i = 0; i < 2; i++)
		if (node_has(&w->n[i], &f->dst.addr))
			break;
	if (i < 2) {
		from.local = f->dst;
		from.remote = f->src;
		from.natt = f->natt;
		ike_datagram(w->n[i].ike, &from, f->buf, f->len);
	}
	free(f);
}

static void
fly(struct world *w, struct flight *f, enum fate fate)
{
	struct flight	*copy;

	switch (fate) {
	case DROP:
		free(f);
		return;
	case HOLD:
		w->held[w->nheld++] = f;
		return;
	case TWICE:
		copy = malloc(sizeof(*copy));
		*copy = *f;
		world_later(w, w->latency, arrive, copy);
		/* FALLTHROUGH */
	case PASS:
		world_later(w, w->latency + f->delay, arrive, f);
	}
}

static void
net_send(void *ctx, const struct wt_sock *local, const struct wt_sock *remote,
    int natt, const uint8_t *buf, size_t len)
{
	struct node	*n = ctx;
	struct world	*w = n->w;
	struct flight	*f;

	assert_true(len <= sizeof(f->buf));
	f = calloc(1, sizeof(*f));
	f->from = n->i;
	f->src = *local;
	if (f->src.addr.af == 0)
		f->src.addr = n->at.addr;
	f->dst = *remote;
	f->natt = natt;
	f->len = len;
	memcpy(f->buf, buf, len);
	f->n = ++w->sent;
	if (!node_has(n, &f->src.addr)) {
		free(f);	/* as sendmsg(2) says */
		return;
	}
	if (f->dst.tcp && (w->stream == 0 || w->stream !=
	    (n->i == 0 ? f->src.port : f->dst.port))) {
		free(f);	/* of a stream that is no more */
		return;
	}
	if (w->nat && n->i == 0) {
		f->src.addr = w->nat_as.addr;
		f->src.port = (uint16_t)(w->nat_as.port + natt);
	} else if (w->nat && addr_cmp(&f->dst.addr, &w->nat_as.addr) == 0) {
		f->dst.addr = w->n[0].at.addr;
		f->dst.port = natt ? 4500 : 500;
	}
	fly(w, f, w->hook == NULL ? PASS : w->hook(w, f));
}

static void
net_keepalive(void *ctx, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	struct node	*n = ctx;

	(void)local;
	(void)remote;
	n->keepalives++;
}

void
world_release(struct world *w)
{
	unsigned int	 i;

	for (i = 0; i < w->nheld; i++)
		fly(w, w->held[i], PASS);
	w->nheld = 0;
}

void
world_release_reversed(struct world *w)
{
	while (w->nheld > 0)
		fly(w, w->held[--w->nheld], PASS);
}

void
world_inject(struct world *w, int to, const struct wt_sock *src,
    const struct wt_sock *dst, int natt, const uint8_t *buf, size_t len)
{
	struct flight	*f;

	f = calloc(1, sizeof(*f));
	f->from = !to;
	f->src = *src;
	f->dst = *dst;
	f->natt = natt;
	f->len = len;
	memcpy(f->buf, buf, len);
	world_later(w, 0, arrive, f);
}

enum fate
drop_all(struct world *w, struct flight *f)
{
	(void)w, (void)f;
	return (DROP);
}

enum fate
drop_auth(struct world *w, struct flight *f)
{
	(void)w;
	return (exch_of(f) == EXCH_AUTH ? DROP : PASS);
}

enum fate
drop_nth(struct world *w, struct flight *f)
{
	return (f->n == *(unsigned int *)w->hook_arg ? DROP : PASS);
}

enum fate
chaos(struct world *w, struct flight *f)
{
	struct chaos	*k = w->hook_arg;
	unsigned int	 r;

	k->rng = k->rng * 6364136223846793005ULL + 1442695040888963407ULL;
	r = (unsigned int)(k->rng >> 33);
	if (r % 6 == 0)
		return (DROP);
	if (r / 91 % 16 == 0)
		f->buf[(k->rng >> 3) % f->len] ^= (uint8_t)(1 + r / 1456 % 255);
	if (r / 6 % 3 == 0)
		f->delay = r / 18 % 3000;
	else if (r / 6 % 3 == 1)
		f->delay = r / 18 % 60;
	return (r / 7 % 5 == 0 ? TWICE : PASS);
}

void
flight_read(struct session *s, const struct flight *f, struct flight *copy,
    struct packet *pkt)
{
	struct sk_ctx	*open = session_open_own(s);
	const uint8_t	*plain;
	size_t		 len;

	*copy = *f;
	assert_null(packet_parse(copy->buf, copy->len, pkt));
	assert_int_equal(sk_open(open, copy->buf, copy->len, pkt->sk_off,
	    &plain, &len), SK_GOOD);
	assert_null(packet_parse_inner(pkt, plain, len));
	sk_ctx_free(open);
}

int
is_request(const struct flight *f)
{
	return ((f->buf[19] & HDR_RESPONSE) == 0);
}

unsigned int
exch_of(const struct flight *f)
{
	return (f->buf[18]);
}

/* ---- clock and random ---- */

static uint64_t
clock_now(void *ctx)
{
	return (((struct node *)ctx)->w->now);
}

static void
clock_wake(void *ctx, uint64_t ms)
{
	((struct node *)ctx)->wake = ms;
}

static void
rng(void *ctx, void *buf, size_t len)
{
	struct node	*n = ctx;
	uint8_t		*p = buf;

	while (len-- > 0) {
		n->rng ^= n->rng << 13;
		n->rng ^= n->rng >> 7;
		n->rng ^= n->rng << 17;
		*p++ = (uint8_t)(n->rng >> 24);
	}
}

/* ---- making and asking ---- */

static void
node_init(struct world *w, int i, uint64_t seed)
{
	struct node	*n = &w->n[i];

	n->w = w;
	n->i = i;
	n->rng = seed * 0x9e3779b97f4a7c15ULL + (uint64_t)i * 7919 + 1;
	addr_parse(i == 0 ? "192.0.2.1" : "198.51.100.7", &n->at.addr);
	n->at.port = 500;
	n->env.ctx = n;
	n->env.now_ms = clock_now;
	n->env.wake_at = clock_wake;
	n->env.random = rng;
	n->env.send = net_send;
	n->env.keepalive = net_keepalive;
	n->env.dh = &mock_dh;
	mocks_init(n);
	n->ike = ike_new(&n->env, (unsigned int)i);
	tickets_reset(n->ike, 1);
}

static int
to_nobody(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	(void)type;
	(void)body;
	return (PIPE_CLOSED);
}

void
node_restart(struct node *n)
{
	struct ike_env	 env = n->env;

	n->env.to_tmd = n->env.to_parent = n->env.to_sign = to_nobody;
	n->env.to_esp = to_nobody;
	ike_free(n->ike);
	n->env = env;
	memset(n->pair, 0, sizeof(n->pair));
	n->wake = 0;
	n->serial = 0;
	n->ike = ike_new(&n->env, (unsigned int)n->i);
	tickets_reset(n->ike, 1);
	world_commit(n->w, n->i, 1);
}

struct world *
world_new(uint64_t seed)
{
	struct world	*w;

	ike_crypto_init();
	log_init("exchange", getenv("EXCHANGE_DEBUG") != NULL ?
	    LOG_L_DEBUG : LOG_L_ERROR);
	dh_counter = 0;
	w = calloc(1, sizeof(*w));
	w->now = 1000000;
	w->latency = 10;
	node_init(w, 0, seed);
	node_init(w, 1, seed);
	return (w);
}

void
world_start(struct world *w)
{
	world_commit(w, 0, 1);
	world_commit(w, 1, 1);
	world_run(w, 50);
}

void
world_free(struct world *w)
{
	struct later	*l;
	int		 i;

	for (i = 0; i < 2; i++)
		ike_free(w->n[i].ike);
	while ((l = w->queue) != NULL) {
		w->queue = l->next;
		free(l->arg);
		free(l);
	}
	while (w->nheld > 0)
		free(w->held[--w->nheld]);
	free(w);
}

void
node_shows(struct node *n, size_t items, size_t len)
{
	struct snap_writer	*sw = snap_open(ROLE_IKE, 1);
	struct sn_shown		 row;
	uint8_t			*buf = malloc(len);
	size_t			 i, j;
	int			 fd;

	memset(&row, 0, sizeof(row));
	row.tunnel = 1;
	row.encoding = 4;
	row.data.p = buf;
	row.data.len = len;
	for (i = 0; i < items; i++) {
		for (j = 0; j < len; j++)
			buf[j] = (uint8_t)(i + j * 7 + (j >> 8));
		snap_put(sw, SNAP_SHOWN, &row);
	}
	fd = snap_close(sw);
	assert_null(shown_read(fd, 1, &n->ike->shown));
	close(fd);
	free(buf);
}

struct session *
node_session(struct node *n)
{
	struct session	*s, *found = NULL;

	LIST_FOREACH(s, &n->ike->all, all)
		if (s->state == SA_UP && s->told) {
			if (found != NULL)
				fail_msg("two sessions");
			found = s;
		}
	return (found);
}

unsigned int
node_children(struct node *n)
{
	struct session	*s = node_session(n);
	struct child	*c;
	unsigned int	 k = 0;

	if (s != NULL)
		TAILQ_FOREACH(c, &s->children, link)
			k += child_live(c) ? 1 : 0;
	return (k);
}

int
both_up(struct world *w)
{
	struct session	*a = node_session(&w->n[0]);
	struct session	*b = node_session(&w->n[1]);

	return (a != NULL && b != NULL &&
	    memcmp(a->spi_i, b->spi_i, SPI_LEN) == 0 &&
	    memcmp(a->spi_r, b->spi_r, SPI_LEN) == 0);
}

static int
mirrored(const struct mi_install *a, const struct mi_install *b)
{
	return (a->spi_in == b->spi_out && a->spi_out == b->spi_in &&
	    a->encr_in_len == b->encr_out_len &&
	    memcmp(a->encr_in, b->encr_out, a->encr_in_len) == 0 &&
	    memcmp(a->encr_out, b->encr_in, a->encr_in_len) == 0 &&
	    memcmp(a->integ_in, b->integ_out, a->integ_in_len) == 0 &&
	    memcmp(a->integ_out, b->integ_in, a->integ_in_len) == 0 &&
	    a->ts_local_n == b->ts_remote_n &&
	    ts_equal(&a->ts_local[0], &b->ts_remote[0]) &&
	    ts_equal(&a->ts_remote[0], &b->ts_local[0]));
}

unsigned int
world_pairs(struct world *w)
{
	struct pair	*a, *b;
	unsigned int	 n = 0, m = 0;
	int		 i, j;

	for (i = 0; i < NPAIRS; i++) {
		b = &w->n[1].pair[i];
		m += b->used ? 1 : 0;
		a = &w->n[0].pair[i];
		if (!a->used)
			continue;
		for (j = 0; j < NPAIRS; j++) {
			b = &w->n[1].pair[j];
			if (b->used && mirrored(&a->m, &b->m))
				break;
		}
		if (j == NPAIRS)
			fail_msg("pair %08x of a has no counterpart",
			    a->m.spi_in);
		n++;
	}
	if (n != m)
		fail_msg("a has %u pairs, b has %u", n, m);
	return (n);
}

/* A liveness check may be on its way just now. */
static int
probing(struct world *w)
{
	struct session	*s;
	int		 i;

	for (i = 0; i < 2; i++)
		LIST_FOREACH(s, &w->n[i].ike->all, all)
			if (s->queries > 0 ||
			    (s->own != NULL && s->own->kind == JOB_PROBE))
				return (1);
	return (0);
}

void
world_clean(struct world *w)
{
	struct session	*s;
	struct child	*c;
	unsigned int	 pairs, all;
	int		 i, j;

	for (i = 0; i < 100 && probing(w); i++)
		world_run(w, 20);
	for (i = 0; i < 2; i++) {
		all = pairs = 0;
		LIST_FOREACH(s, &w->n[i].ike->all, all) {
			all++;
			assert_null(s->own);
			assert_null(s->peer);
			assert_null(s->setup);
			assert_false(window_outstanding(s));
			assert_int_equal(s->state, SA_UP);
			TAILQ_FOREACH(c, &s->children, link) {
				assert_true(child_live(c));
				pairs++;
			}
		}
		assert_true(all <= 1);
		for (j = 0; j < NPAIRS; j++)
			pairs -= w->n[i].pair[j].used ? 1 : 0;
		assert_int_equal(pairs, 0);
		assert_int_equal(w->n[i].ike->half_open, 0);
		for (j = 0; j < 256; j++)
			assert_null(LIST_FIRST(&w->n[i].ike->pending[j]));
	}
}

struct world *
world_up(uint64_t seed)
{
	struct world	*w = world_new(seed);

	world_start(w);
	node_initiate(&w->n[0], 1);
	if (!world_until(w, both_up, 5000))
		fail_msg("not up");
	world_run(w, 100);
	assert_int_equal(world_pairs(w), 1);
	return (w);
}
