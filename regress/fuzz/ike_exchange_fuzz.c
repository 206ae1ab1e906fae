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
 * Whole exchanges: the two negotiators of regress/exchange, and an input
 * that says what tmd wants of them, what becomes of each datagram, and what
 * a peer with the session's keys would send instead.  Messages are opened,
 * changed and sealed anew, so that what is behind the Encrypted payload is
 * reached.  Whatever was said, both give back what they took.
 *
 * The first octet says which exchanges: with several key exchanges, in
 * fragments, with cookies, meddled with from the first message on, and one of
 * enum way, which comes up when nobody meddles.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../exchange/harness.h"
#include "../exchange/resume_side.h"
#include "../../ikd/ike/sk.h"
#include "reason.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define DEEDS_MAX	48	/* of one input */
#define SENT_MAX	400	/* datagrams, then the network is left alone */
#define PLAIN_MAX	4096
#define CALM_MS		(400 * 1000)	/* retransmission, liveness, delete */
#define IVS		(1ULL << 63)	/* apart from the negotiators' own */

/* Two bits of the first octet. */
enum way {
	PLAIN,
	ROUNDS,			/* several of IKE_AUTH (RFC 4739) */
	RESUMED,		/* IKE_SESSION_RESUME (RFC 5723) */
	BY_TCP			/* RFC 9329 */
};
#define WAY(first)	((enum way)((first) >> 2 & 3))

static struct {
	const uint8_t	*p;
	size_t		 left;
	uint64_t	 iv;
	enum way	 way;
} in;

/* The next octet; behind the end zeros, which mean: as it is. */
static unsigned int
octet(void)
{
	if (in.left == 0)
		return (0);
	in.left--;
	return (*in.p++);
}

static void
check(int ok)
{
	if (!ok)
		abort();
}

/* ---- what is inside SK ---- */

struct plain {
	uint8_t	 next;		/* type of the first payload */
	size_t	 frag;		/* 4: a fragment with these numbers; 0 */
	uint8_t	 numbers[4];
	uint8_t	 buf[PLAIN_MAX];
	size_t	 len;
};

/* Where payload k starts, with its length; 0: there are fewer. */
static size_t
payload_at(const struct plain *pl, unsigned int k, size_t *off)
{
	size_t	 len;

	for (*off = 0; *off + 4 <= pl->len; *off += len) {
		len = get16(pl->buf + *off + 2);
		if (len < 4 || *off + len > pl->len)
			return (0);
		if (k-- == 0)
			return (len);
	}
	return (0);
}

/* Puts n octets of the input at off, which make room for themselves. */
static void
insert(struct plain *pl, size_t off, size_t n)
{
	size_t	 i;

	if (pl->len + n > PLAIN_MAX)
		return;
	memmove(pl->buf + off + n, pl->buf + off, pl->len - off);
	for (i = 0; i < n; i++)
		pl->buf[off + i] = (uint8_t)octet();
	pl->len += n;
}

/* A payload whose type, critical bit and body the input says, in front. */
static void
put_payload(struct plain *pl)
{
	unsigned int	 type = octet(), critical = octet();
	size_t		 n = octet();

	if (pl->len + n + 4 > PLAIN_MAX)
		return;
	insert(pl, 0, n);
	memmove(pl->buf + 4, pl->buf, pl->len);
	pl->buf[0] = pl->next;
	pl->buf[1] = critical & 1 ? 0x80 : 0;
	put16(pl->buf + 2, (uint16_t)(n + 4));
	pl->len += n + 4;
	pl->next = (uint8_t)type;
}

/* The k-th is sent twice, or not at all. */
static void
double_or_drop(struct plain *pl, unsigned int k, int twice)
{
	uint8_t	*next = &pl->next, after;
	size_t	 off, before, len;

	if ((len = payload_at(pl, k, &off)) == 0)
		return;
	if (k > 0 && payload_at(pl, k - 1, &before) != 0)
		next = &pl->buf[before];
	after = pl->buf[off];
	if (!twice) {
		*next = after;
		memmove(pl->buf + off, pl->buf + off + len,
		    pl->len - off - len);
		pl->len -= len;
	} else if (pl->len + len <= PLAIN_MAX) {
		memmove(pl->buf + off + len, pl->buf + off, pl->len - off);
		pl->len += len;
		pl->buf[off] = *next;
	}
}

/* Octets of the k-th payload's body. */
static void
change_body(struct plain *pl, unsigned int k)
{
	unsigned int	 at = octet(), n = octet() % 16;
	size_t		 off, len, i;

	if ((len = payload_at(pl, k, &off)) == 0)
		return;
	for (i = 0; i < n; i++)
		pl->buf[off + (at + i) % len] = (uint8_t)octet();
}

/* The k-th payload's body is longer or shorter, its length says so. */
static void
resize_body(struct plain *pl, unsigned int k)
{
	size_t	 at = octet(), n = octet() % 64, off, len;
	int	 more = octet() & 1;

	if ((len = payload_at(pl, k, &off)) == 0)
		return;
	at = 4 + at % (len - 3);
	if (more && pl->len + n <= PLAIN_MAX) {
		insert(pl, off + at, n);
		len += n;
	} else if (!more && at + n <= len) {
		memmove(pl->buf + off + at, pl->buf + off + at + n,
		    pl->len - off - at - n);
		pl->len -= n;
		len -= n;
	}
	put16(pl->buf + off + 2, (uint16_t)len);
}

static void
change_plain(struct plain *pl)
{
	unsigned int	 how = octet() % 8, k = octet() % 8;

	switch (how) {
	case 0:
		change_body(pl, k);
		break;
	case 1:
	case 2:
		double_or_drop(pl, k, how == 1);
		break;
	case 3:
		put_payload(pl);
		break;
	case 4:
		resize_body(pl, k);
		break;
	case 5:
		pl->next = (uint8_t)octet();
		break;
	case 6:
		pl->len -= octet() % (pl->len + 1);
		break;
	case 7:
		pl->len = 0;
		insert(pl, 0, octet());
		break;
	}
}

/* ---- messages of a session ---- */

static struct sk_ctx *
context(const struct session *s, enum sk_dir dir)
{
	struct slice	 e, a;

	if (s->keys.seal == NULL)
		return (NULL);
	sk_keys(s->keys.seal, &e, &a);
	return (sk_ctx_new(&s->suite, dir, e, a));
}

/* The sender's session of a message, or NULL. */
static struct session *
sender(struct node *n, const struct flight *f)
{
	struct session	*s;

	LIST_FOREACH(s, &n->ike->all, all)
		if (memcmp(s->spi_i, f->buf, SPI_LEN) == 0 &&
		    memcmp(s->spi_r, f->buf + SPI_LEN, SPI_LEN) == 0)
			return (s);
	return (NULL);
}

/* Takes a sealed message of s apart. */
static int
unwrap(const struct session *s, const struct flight *f, struct plain *pl)
{
	struct sk_ctx	*sk = context(s, SK_OPEN);
	struct flight	 copy = *f;
	const uint8_t	*p;
	int		 ok = 0;

	pl->frag = f->buf[16] == PLD_SKF ? 4 : 0;
	if (sk != NULL && f->len > HDR_LEN + 8 &&
	    (f->buf[16] == PLD_SK || pl->frag != 0) && sk_open(sk, copy.buf,
	    copy.len, HDR_LEN + pl->frag, &p, &pl->len) == SK_GOOD &&
	    pl->len <= PLAIN_MAX) {
		memcpy(pl->buf, p, pl->len);
		memcpy(pl->numbers, copy.buf + HDR_LEN + 4, 4);
		pl->next = copy.buf[HDR_LEN];
		ok = 1;
	}
	sk_ctx_free(sk);
	return (ok);
}

/* Seals pl behind the header that f has; 0 or -1. */
static int
wrap(const struct session *s, struct flight *f, const struct plain *pl)
{
	struct sk_ctx	*sk = context(s, SK_SEAL);
	size_t		 iv, icv, pad, block, at = HDR_LEN + pl->frag;
	int		 rc = -1;

	if (sk == NULL)
		return (-1);
	iv = sk_iv_len(sk);
	icv = sk_icv_len(sk);
	block = sk_block_len(sk);
	pad = (block - (pl->len + 1) % block) % block;
	f->len = at + 4 + iv + pl->len + pad + 1 + icv;
	if (f->len <= sizeof(f->buf)) {
		f->buf[16] = pl->frag != 0 ? PLD_SKF : PLD_SK;
		put32(f->buf + 24, (uint32_t)f->len);
		f->buf[HDR_LEN] = pl->next;
		f->buf[HDR_LEN + 1] = 0;
		put16(f->buf + HDR_LEN + 2, (uint16_t)(f->len - HDR_LEN));
		memcpy(f->buf + HDR_LEN + 4, pl->numbers, pl->frag);
		memcpy(f->buf + at + 4 + iv, pl->buf, pl->len);
		memset(f->buf + at + 4 + iv + pl->len, 0, pad);
		f->buf[f->len - icv - 1] = (uint8_t)pad;
		rc = sk_seal(sk, f->buf, f->len, at, IVS | ++in.iv);
	}
	sk_ctx_free(sk);
	return (rc);
}

static void
change_inside(struct world *w, struct flight *f)
{
	static struct plain	 pl;
	struct session		*s = sender(&w->n[f->from], f);
	struct flight		 was = *f;
	unsigned int		 times = 1 + octet() % 3;

	if (s == NULL || !unwrap(s, f, &pl))
		return;
	while (times-- > 0)
		change_plain(&pl);
	if (pl.frag != 0)
		pl.numbers[(octet() & 1) * 2 + 1] = (uint8_t)octet();
	if (octet() % 16 == 1)
		f->buf[18] = (uint8_t)octet();
	if (octet() % 16 == 1)
		f->buf[19] ^= (uint8_t)octet();
	if (octet() % 16 == 1)
		f->buf[23] ^= (uint8_t)octet();
	if (wrap(s, f, &pl) == -1)
		*f = was;
}

static enum fate
network(struct world *w, struct flight *f)
{
	unsigned int	 what = octet() % 16, n;

	if (w->sent > SENT_MAX)
		return (PASS);
	switch (what) {
	case 1:
		return (DROP);
	case 2:
		return (TWICE);
	case 3:
		return (w->nheld < 60 ? HOLD : PASS);
	case 4:
		f->delay = octet() * 16;
		return (PASS);
	case 5:
		for (n = 1 + octet() % 8; n > 0 && f->len > 0; n--)
			f->buf[octet() * (octet() + 1) % f->len] ^=
			    (uint8_t)octet();
		return (PASS);
	case 6:
	case 7:
	case 8:
		change_inside(w, f);
		return (PASS);
	default:
		return (PASS);
	}
}

/* ---- deeds ---- */

static struct session *
some_session(struct node *n)
{
	struct session	*s, *found = NULL;
	unsigned int	 k = octet() % 4;

	LIST_FOREACH(s, &n->ike->all, all) {
		found = s;
		if (k-- == 0)
			break;
	}
	return (found);
}

/* A request, or an answer, that nobody but a peer with the keys can make. */
static void
say(struct world *w, struct node *n)
{
	static struct plain	 pl;
	struct session		*s = some_session(n);
	struct flight		*f;
	unsigned int		 flags = octet(), parts = octet() % 6;

	if (s == NULL || s->keys.seal == NULL)
		return;
	f = calloc(1, sizeof(*f));
	memcpy(f->buf, s->spi_i, SPI_LEN);
	memcpy(f->buf + SPI_LEN, s->spi_r, SPI_LEN);
	f->buf[17] = 0x20;
	f->buf[18] = (uint8_t)(34 + octet() % 11);
	f->buf[19] = (uint8_t)((s->initiator ? HDR_INITIATOR : 0) |
	    (flags & HDR_RESPONSE));
	put32(f->buf + 20, (flags & HDR_RESPONSE ? s->win.in_id :
	    s->win.out_id) + octet() % 3);
	pl.next = 0;
	pl.len = 0;
	pl.frag = flags & 2 ? 4 : 0;
	if (pl.frag != 0) {
		put16(pl.numbers, (uint16_t)(octet() % 4));
		put16(pl.numbers + 2, (uint16_t)(octet() % 4));
	}
	while (parts-- > 0)
		put_payload(&pl);
	if (flags & 1)
		change_plain(&pl);
	if (wrap(s, f, &pl) == 0)
		world_inject(w, !n->i, &s->local, &s->remote, s->natt, f->buf,
		    f->len);
	free(f);
}

static void
order_session(struct node *n, unsigned int what)
{
	struct session		*s = some_session(n);
	struct mx_session	 m;

	if (s == NULL)
		return;
	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.what = (uint8_t)what;
	m.code = RSN_ADMIN;
	from_tmd_session_do(n->ike, &m);
	ike_turn_end(n->ike);
}

static void
order_child(struct node *n, unsigned int what)
{
	struct session	*s = some_session(n);
	struct mx_child	 m;

	if (s == NULL)
		return;
	memset(&m, 0, sizeof(m));
	memcpy(m.spi_i, s->spi_i, SPI_LEN);
	memcpy(m.spi_r, s->spi_r, SPI_LEN);
	m.child = 1;
	m.what = (uint8_t)what;
	m.code = RSN_ADMIN;
	from_tmd_child_do(n->ike, &m);
	ike_turn_end(n->ike);
}

static void
initiate(struct node *n, uint32_t order)
{
	if (in.way == RESUMED)
		resume_initiate(n, order, 1);
	else
		node_initiate(n, order);
}

static void
deed(struct world *w, uint32_t *order)
{
	unsigned int	 what = octet();
	struct node	*n = &w->n[what >> 7];

	switch (what % 12) {
	case 0:
		world_run(w, octet());
		break;
	case 1:
		world_run(w, octet() * 256U);
		break;
	case 2:
		initiate(n, ++*order);
		break;
	case 3:
		order_session(n, SESSION_REKEY);
		break;
	case 4:
		order_session(n, 1 + octet() % 4);
		break;
	case 5:
		order_child(n, CHILD_REKEY);
		break;
	case 6:
		order_child(n, 1 + octet() % 3);
		break;
	case 7:
		world_release(w);
		break;
	case 8:
		world_release_reversed(w);
		break;
	case 9:
		if (in.way == BY_TCP && w->stream != 0) {
			world_cut(w);
			break;
		}
		/* FALLTHROUGH */
	default:
		say(w, n);
	}
}

/* Nothing half done, and as many SA pairs as the sessions know of. */
static void
settled(struct world *w)
{
	struct session	*s;
	struct child	*c;
	unsigned int	 known, used;
	int		 i, k;

	w->hook = NULL;
	world_release(w);
	world_run(w, CALM_MS);
	for (i = 0; i < 2; i++) {
		known = used = 0;
		LIST_FOREACH(s, &w->n[i].ike->all, all) {
			check(s->setup == NULL && s->half == NULL);
			TAILQ_FOREACH(c, &s->children, link)
				known++;
		}
		for (k = 0; k < NPAIRS; k++)
			used += w->n[i].pair[k].used ? 1 : 0;
		check(used <= known);
		check(w->n[i].ike->half_open == 0);
		check(w->n[i].ike->frag_octets == 0);
		for (k = 0; k < 256; k++)
			check(LIST_FIRST(&w->n[i].ike->pending[k]) == NULL);
	}
}

static void
suites(struct world *w, unsigned int which)
{
	static const char *const	 ike[] = {
		"aes256gcm16-prfsha384-x25519-ecp256",
		"aes128-sha256-ecp256", "chacha20poly1305-prfsha256-x25519"
	};

	static const char	 more[] =
	    "aes256gcm16-prfsha384-x25519-ke1_ecp256-ke2_mlkem512";
	static const char	 child[] = "aes256gcm16-x25519-ke1_ecp384";
	/* The policy of resume_side.c has but one PRF. */
	const char		*word = which & 0x10 ? more :
				    ike[in.way == RESUMED ? 0 : which % 3];
	int			 i;

	for (i = 0; i < 2; i++)
		node_proposal(&w->n[i], word, which & 0x10 ? child : NULL);
	if (which & 0x40)
		w->n[1].ike_row.cookies_at = 1;
	if (which & 0x20)	/* all but the smallest go in pieces */
		w->n[0].tunnel.fragment_size =
		    w->n[1].tunnel.fragment_size = 190;
}

static struct world *
make(unsigned int first)
{
	struct world	*w = in.way == RESUMED ? resume_world(1) : world_new(1);
	int		 i;

	w->hostile = 1;
	suites(w, first);
	for (i = 0; i < 2; i++) {
		if (in.way == ROUNDS) {
			w->n[i].rounds_ours = (uint8_t)(2 + i);
			w->n[i].rounds_theirs = (uint8_t)(3 - i);
		} else if (in.way == BY_TCP) {
			w->n[i].tunnel.tcp = TCP_ALWAYS;
			w->n[i].tunnel.tcp_port = 4500;
			w->n[i].tunnel.mobike = 1;
		}
	}
	world_start(w);
	if (in.way == BY_TCP)
		node_addrs(&w->n[0], "192.0.2.1");
	return (w);
}

/* A ticket is got first, and the session lost with both processes. */
static void
before(struct world *w, uint32_t *order)
{
	int	 i;

	resume_initiate(&w->n[0], *order, 0);
	check(world_until(w, both_up, 5000));
	world_run(w, 100);
	for (i = 0; i < 2; i++) {
		node_restart(&w->n[i]);
		side[i].there = 0;
	}
	world_run(w, 50);
	++*order;
}

/* What it is about has happened. */
static void
begun(struct world *w)
{
	int	 i;

	if (in.way == PLAIN)
		return;
	check(world_until(w, both_up, 5000));
	for (i = 0; i < 2; i++) {
		check(in.way != ROUNDS || w->n[i].believed == 3);
		check(in.way != RESUMED || side[i].resumed == 1);
		check(in.way != BY_TCP || node_session(&w->n[i])->remote.tcp);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct world	*w;
	unsigned int	 first, deeds;
	uint32_t	 order = 1;

	in.p = data;
	in.left = len;
	in.iv = 0;
	first = octet();
	in.way = WAY(first);
	w = make(first);
	if (in.way == RESUMED)
		before(w, &order);
	if (first & 0x80)	/* the first exchanges are meddled with */
		w->hook = network;
	initiate(&w->n[0], order);
	world_run(w, 200);
	if (!(first & 0x80))
		begun(w);
	w->hook = network;
	for (deeds = 0; deeds < DEEDS_MAX && in.left > 0; deeds++)
		deed(w, &order);
	settled(w);
	(in.way == RESUMED ? resume_world_free : world_free)(w);
	return (0);
}
