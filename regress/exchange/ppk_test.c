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
 * Post-quantum pre-shared keys (RFC 8784, RFC 9867): two negotiators, each
 * with the decisions of the real certd-sign behind it.  Every row of RFC
 * 8784's table in both ways, downgrades, keys that differ, what rekeys are
 * made of.  What the keys have to be is computed here, with OpenSSL's HMAC()
 * alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "alg.h"
#include "../../certd/sign/decide.h"
#include "../../certd/sign/hprf.h"
#include "harness.h"
#include "id.h"
#include "mocks.h"
#include "../../ikd/ike/exch_create.h"
#include "../../ikd/ike/tickets.h"
#include "reason.h"

#define KEY	"a post-quantum key of the tests, 32 octets or more"
#define OTHER	"another post-quantum key, as good as the first one"
#define LEN	48		/* of SHA-384 */

static struct signer	 sg[2];
/* What the last PPK_MIX of each end had, and what AUTH took there. */
static struct mk_ppk_mix mix[2];
static struct mv_verdict verdict[2];
static int		 mixes, alter;

/* An answer of certd-sign's on its way. */
struct answer {
	struct node	*n;
	uint16_t	 type;
	union {
		struct mk_tickets	 tickets;
		struct mk_signed	 sign;
		struct mk_checked	 checked;
		struct mk_ppk_keys	 keys;
		struct mk_ppk_mixed	 mixed;
	} u;
};

static void
arrive(struct world *w, void *arg)
{
	struct answer	*a = arg;

	(void)w;
	switch (a->type) {
	case M_TICKETS:
		from_sign_tickets(a->n->ike, &a->u.tickets);
		break;
	case M_SIGNED:
		from_sign_signed(a->n->ike, &a->u.sign);
		break;
	case M_AUTH_CHECKED:
		from_sign_checked(a->n->ike, &a->u.checked);
		break;
	case M_PPK_KEYS:
		from_sign_ppk_keys(a->n->ike, &a->u.keys);
		break;
	default:
		from_sign_ppk_mixed(a->n->ike, &a->u.mixed);
	}
	free(a);
}

static int
to_sign(void *ctx, uint16_t type, const void *body)
{
	struct node		*n = ctx;
	unsigned int		 i = (unsigned int)n->i;
	uint64_t		 now = n->w->now / 1000;
	const struct mk_want	*want = body;
	const struct mk_check	*check = body;
	struct answer		*a = calloc(1, sizeof(*a));

	a->n = n;
	switch (type) {
	case M_TICKETS_WANT:
		a->type = M_TICKETS;
		tickets_issue(sg[i].tickets, want->slot, want->count, now,
		    &a->u.tickets);
		break;
	case M_SIGN:
		a->type = M_SIGNED;
		decide_sign(&sg[i], i, &((const struct mk_sign *)body)->c,
		    now, &a->u.sign);
		break;
	case M_AUTH_CHECK:
		a->type = M_AUTH_CHECKED;
		if (decide_check(&sg[i], i, check, now, &verdict[i],
		    &a->u.checked))
			mocks_grant(n, check);
		break;
	case M_PPK_ASK:
		a->type = M_PPK_KEYS;
		decide_ppk_ask(&sg[i], i, body, now, &a->u.keys);
		break;
	default:
		assert_int_equal(type, M_PPK_MIX);
		a->type = M_PPK_MIXED;
		mix[i] = *(const struct mk_ppk_mix *)body;
		mixes++;
		decide_ppk_mix(&sg[i], i, body, now, &a->u.mixed);
	}
	world_later(n->w, 1, arrive, a);
	return (PIPE_OK);
}

static void
entry(struct signer *s, const char *ours, const char *theirs,
    unsigned int mode, const char *ppks)
{
	static struct sn_auth	 a;
	char			 buf[64], *p = buf, *name;

	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strlcpy(a.name, "t", sizeof(a.name));
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.remote_n = 1;
	a.remote[0].addr.af = 4;
	assert_null(id_parse(ours, &a.id_local));
	assert_null(id_parse(theirs, &a.id_remote));
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	a.psks_n = 1;
	strlcpy(a.psks[0].w, "k", sizeof(a.psks[0].w));
	a.ppk = (uint8_t)mode;
	strlcpy(buf, ppks, sizeof(buf));
	while ((name = strsep(&p, " ")) != NULL)
		if (*name != '\0')
			strlcpy(a.ppks[a.ppks_n++].w, name,
			    sizeof(a.ppks[0].w));
	assert_null(entries_add(s->entries, &a));
}

static void
put(struct keyring *k, const char *name, const char *key)
{
	assert_null(keyring_put(k, name, (const uint8_t *)key, strlen(key)));
}

/* PPKs of a policy: "x y", all with this key. */
static void
add_ppks(struct signer *s, const char *names, const char *key)
{
	struct sn_ppk	 row;
	char		 buf[64], *p = buf, *name;

	strlcpy(buf, names, sizeof(buf));
	while ((name = strsep(&p, " ")) != NULL) {
		memset(&row, 0, sizeof(row));
		strlcpy(row.id, name, sizeof(row.id));
		strlcpy(row.secret, name, sizeof(row.secret));
		assert_null(entries_add_ppk(s->entries, &row));
		put(s->ppks, name, key);
	}
}

/* One end: its policy's ppk, and which it has. */
static void
end_of(struct world *w, int i, unsigned int mode, const char *names,
    const char *key)
{
	static const uint8_t	 boot[BOOT_KEY_LEN] = { 7 };
	struct signer		*s = &sg[i];

	memset(s, 0, sizeof(*s));
	s->tickets = tickets_new(boot);
	s->orders = orders_new();
	s->mixes = mixes_new();
	s->entries = entries_new();
	s->keys = keyring_new("/etc/ikd");
	s->ppks = keyring_new("/etc/ikd");
	s->generation = 1;
	s->workers = 2;
	/* As responder any of them. */
	entry(s, w->n[i].id, w->n[!i].id, mode, i == 0 ? names : "");
	add_ppks(s, names, key);
	entries_index(s->entries);
	put(s->keys, "k", w->n[i].psk);
	w->n[i].tunnel.ppk = (uint8_t)mode;
	w->n[i].env.to_sign = to_sign;
}

static void
order(struct world *w, uint32_t number)
{
	struct mv_order	 m = { .order = number, .tunnel = 1,
	    .generation = 1 };

	assert_null(orders_add(sg[0].orders, &m, w->now / 1000));
	node_initiate(&w->n[0], number);
}

/*
 * Notifies of a type in an IKE_SA_INIT message become those of a private one;
 * returns how many.
 */
static int
hide(uint8_t *p, size_t len, unsigned int type)
{
	size_t	 i;
	int	 n = 0;

	for (i = 28; i + 8 <= len; i++)
		if (p[i + 1] == 0 && p[i + 2] == 0 && p[i + 3] == 8 &&
		    p[i + 4] == 0 && p[i + 5] == 0 &&
		    p[i + 6] == type >> 8 && p[i + 7] == (type & 255)) {
			p[i + 6] = 0xa0;
			n++;
		}
	return (n);
}

/* RFC 8784 alone: the initiator never said anything else. */
static enum fate
only_auth(struct world *w, struct flight *f)
{
	struct session	*s = LIST_FIRST(&w->n[0].ike->all);

	if (f->from == 0 && exch_of(f) == EXCH_SA_INIT && is_request(f)) {
		hide(f->buf, f->len, N_USE_PPK_INT);
		if (s != NULL && window_work(s)->req != NULL)
			hide(window_work(s)->req,
			    window_work(s)->req_len, N_USE_PPK_INT);
	}
	return (PASS);
}

static struct world *
world_of(uint64_t seed, unsigned int mode_i, const char *names_i,
    unsigned int mode_r, const char *names_r, int inter)
{
	struct world	*w = world_new(seed);

	hprf_init();
	mixes = 0;
	memset(mix, 0, sizeof(mix));
	memset(verdict, 0, sizeof(verdict));
	end_of(w, 0, mode_i, names_i, KEY);
	end_of(w, 1, mode_r, names_r, KEY);
	/* Those of the mock are void. */
	world_run(w, 5);
	tickets_reset(w->n[0].ike, 1);
	tickets_reset(w->n[1].ike, 1);
	w->hook = inter ? NULL : only_auth;
	return (w);
}

static void
finish(struct world *w)
{
	int	 i;

	world_free(w);
	for (i = 0; i < 2; i++) {
		tickets_free(sg[i].tickets);
		orders_free(sg[i].orders);
		mixes_free(sg[i].mixes);
		entries_free(sg[i].entries);
		keyring_free(sg[i].keys);
		keyring_free(sg[i].ppks);
	}
}

static int
up(struct world *w)
{
	world_start(w);
	order(w, 1);
	return (world_until(w, both_up, 300000));
}

/* prf of the tests: HMAC-SHA-384. */
static void
hmac(const void *key, size_t len, const uint8_t *in, size_t n,
    uint8_t out[LEN])
{
	unsigned int	 m = 0;

	assert_non_null(HMAC(EVP_sha384(), key, (int)len, in, n, out, &m));
	assert_int_equal(m, LEN);
}

/* prf+(PPK, SK_d): one block, RFC 8784 section 3. */
static void
mixed(const uint8_t *sk_d, uint8_t out[LEN])
{
	uint8_t	 in[LEN + 1];

	memcpy(in, sk_d, LEN);
	in[LEN] = 1;
	hmac(KEY, strlen(KEY), in, sizeof(in), out);
}

/* Both have the keys, and the PPK is in them, each time once. */
static void
keys_have_it(struct world *w, int inter)
{
	struct session	*a = node_session(&w->n[0]);
	struct session	*b = node_session(&w->n[1]);
	uint8_t		 want[LEN];

	assert_int_equal(mixes, 2);
	assert_memory_equal(mix[0].sk_d, mix[1].sk_d, LEN);
	assert_memory_equal(a->keys.d, b->keys.d, LEN);
	assert_memory_not_equal(a->keys.d, mix[0].sk_d, LEN);
	if (!inter) {
		mixed(mix[0].sk_d, want);
		assert_memory_equal(a->keys.d, want, LEN);
	}
	assert_int_equal(world_pairs(w), 1);
	assert_true(verdict[0].ppk_used && verdict[1].ppk_used);
	assert_string_equal(verdict[1].ppk, inter ? "x (RFC 9867)" :
	    "x (RFC 8784)");
}

/* ---- RFC 8784 section 3, table 1, and the initiator's side of it ---- */

static const struct {
	unsigned int	 i, r;		/* enum ppk_mode of the ends */
	int		 has;		/* has the responder this PPK? */
	enum { NO_SA, WITHOUT, WITH } end;
	int		 told;		/* by whom: the node that refuses */
	const char	*text;
} rows[] = {
	{ PPK_NO, PPK_NO, 1, WITHOUT, 0, NULL },
	{ PPK_NO, PPK_OFFER, 1, WITHOUT, 0, NULL },
	{ PPK_NO, PPK_REQUIRE, 1, NO_SA, 1, "tunnel t requires a post-quantum "
	    "pre-shared key: the peer did not offer to use one" },
	{ PPK_OFFER, PPK_NO, 1, WITHOUT, 0, NULL },
	{ PPK_OFFER, PPK_OFFER, 1, WITH, 0, NULL },
	{ PPK_OFFER, PPK_REQUIRE, 1, WITH, 0, NULL },
	{ PPK_OFFER, PPK_OFFER, 0, WITHOUT, 0, NULL },
	{ PPK_OFFER, PPK_REQUIRE, 0, NO_SA, 1, "tunnel t requires a "
	    "post-quantum pre-shared key: we have no PPK \"x\", which the "
	    "peer wants to use" },
	{ PPK_REQUIRE, PPK_NO, 1, NO_SA, 0, "the peer does not offer to use a "
	    "post-quantum pre-shared key, which tunnel tunnel-a requires" },
	{ PPK_REQUIRE, PPK_OFFER, 1, WITH, 0, NULL },
	{ PPK_REQUIRE, PPK_REQUIRE, 1, WITH, 0, NULL },
	{ PPK_REQUIRE, PPK_OFFER, 0, NO_SA, 1, "we have no PPK \"x\", which "
	    "the peer wants to use, and the peer does not go on without" },
	{ PPK_REQUIRE, PPK_REQUIRE, 0, NO_SA, 1, "we have no PPK \"x\", which "
	    "the peer wants to use" },
};
#define NROWS	(sizeof(rows) / sizeof(rows[0]))

static void
one_row(size_t k, int inter)
{
	struct world	*w = world_of(k + 1, rows[k].i, "x", rows[k].r,
	    rows[k].has ? "x" : "y", inter);
	struct node	*n;
	int		 early = rows[k].i == PPK_REQUIRE && inter &&
	    !rows[k].has && rows[k].r == PPK_OFFER;

	assert_int_equal(up(w), rows[k].end != NO_SA);
	world_run(w, 300);
	if (rows[k].end == WITH) {
		keys_have_it(w, inter);
		assert_int_equal(w->n[0].ike->stat[ST_PPK_USED], 1);
		assert_int_equal(w->n[1].ike->stat[ST_PPK_USED], 1);
	} else {
		assert_int_equal(mixes, 0);
		assert_int_equal(w->n[1].ike->stat[ST_PPK_USED], 0);
	}
	if (rows[k].end == WITHOUT) {
		assert_int_equal(world_pairs(w), 1);
		assert_false(verdict[0].ppk_used || verdict[1].ppk_used);
		assert_int_equal(verdict[0].ppk[0] != '\0',
		    rows[k].i != PPK_NO);
		assert_int_equal(verdict[1].ppk[0] != '\0',
		    rows[k].r != PPK_NO);
	}
	if (rows[k].end == NO_SA) {
		/* By RFC 9867 the initiator sees it first. */
		n = &w->n[early ? 0 : rows[k].told];
		assert_int_equal(w->n[0].installs + w->n[1].installs, 0);
		assert_int_equal(n->fail.code, RSN_PPK);
		if (strstr(n->fail.text, early ? "the peer has no PPK \"x\"" :
		    rows[k].text) == NULL)
			fail_msg("row %zu: \"%s\"", k, n->fail.text);
		assert_true(n->ike->stat[ST_PPK_REFUSED] > 0);
	}
	finish(w);
}

static void
test_rows(void **state)
{
	size_t	 k;

	(void)state;
	for (k = 0; k < NROWS; k++)
		one_row(k, 0);
}

static void
test_rows_int(void **state)
{
	size_t	 k;

	(void)state;
	for (k = 0; k < NROWS; k++)
		/* Both require, neither has it: the initiator says it. */
		if (!(rows[k].i == PPK_REQUIRE && rows[k].r == PPK_REQUIRE &&
		    !rows[k].has))
			one_row(k, 1);
}

/* ---- RFC 9867's keys ---- */

/* The first LEN octets of prf+(SKEYSEED', Ni | Nr | SPIi | SPIr) are SK_d. */
static void
test_keys_int(void **state)
{
	struct world	*w = world_of(30, PPK_OFFER, "x", PPK_OFFER, "x", 1);
	uint8_t		 in[32 + 32 + 16 + 1], seed[LEN], want[LEN];
	struct session	*s;

	(void)state;
	world_start(w);
	order(w, 1);
	s = LIST_FIRST(&w->n[0].ike->all);
	while (s->state != SA_I_AUTH)
		world_run(w, 1);
	memcpy(in, s->setup->ticket.ticket, 32);
	assert_int_equal(s->setup->nonce_peer_len, 32);
	memcpy(in + 32, s->setup->nonce_peer, 32);
	memcpy(in + 64, s->spi_i, 8);
	memcpy(in + 72, s->spi_r, 8);
	in[80] = 1;
	mixed(mix[0].sk_d, seed);
	hmac(seed, LEN, in, sizeof(in), want);
	assert_memory_equal(s->keys.d, want, LEN);
	/* And the confirmation was of the same. */
	hmac(KEY, strlen(KEY), in, 80, want);
	assert_memory_equal(s->setup->ppk.keys[0].conf, want, 8);
	assert_true(world_until(w, both_up, 5000));
	world_run(w, 300);
	keys_have_it(w, 1);
	finish(w);
}

/* With the last key exchange, in one IKE_INTERMEDIATE. */
static void
test_hybrid(void **state)
{
	struct world	*w;
	unsigned int	 i, k, n;

	(void)state;
	for (k = 0; k < 2; k++) {
		w = world_of(31, PPK_REQUIRE, "x", PPK_OFFER, "x", 1);
		for (i = 0; i < 2; i++) {
			w->n[i].tunnel.fragment_size = 1280;
			node_proposal(&w->n[i], k == 0 ? "aes256gcm16-"
			    "prfsha384-x25519-ke1_ecp256-ke3_mlkem768" :
			    "aes256gcm16-prfsha384-x25519-ke1_ecp256", NULL);
		}
		assert_true(up(w));
		world_run(w, 300);
		keys_have_it(w, 1);
		for (i = n = 0; i < w->n[0].nsteps; i++)
			n += strcmp(w->n[0].step[i].what,
			    "IKE_INTERMEDIATE") == 0;
		assert_int_equal(n, k == 0 ? 2 : 1);
		finish(w);
	}
}

/* The second of those offered is the one that the peer has. */
static void
test_several(void **state)
{
	struct world	*w = world_of(32, PPK_OFFER, "old x", PPK_OFFER, "x",
	    1);

	(void)state;
	assert_true(up(w));
	world_run(w, 300);
	keys_have_it(w, 1);
	finish(w);
}

/* ---- what rekeys are made of ---- */

static void
test_rekeys(void **state)
{
	struct world	*w;
	int		 inter;

	(void)state;
	for (inter = 0; inter < 2; inter++) {
		w = world_of(40, PPK_REQUIRE, "x", PPK_REQUIRE, "x", inter);
		assert_true(up(w));
		world_run(w, 300);
		node_child_do(&w->n[0], 1, CHILD_REKEY);
		world_run(w, 2000);
		node_session_do(&w->n[1], SESSION_REKEY);
		world_run(w, 2000);
		node_child_do(&w->n[1], 1, CHILD_REKEY);
		world_run(w, WORLD_SETTLED);
		assert_int_equal(w->n[0].ike->stat[ST_CHILD_REKEYS], 2);
		assert_int_equal(w->n[0].ike->stat[ST_IKE_REKEYS], 1);
		/* The PPK itself is not asked for again. */
		assert_int_equal(mixes, 2);
		assert_int_equal(world_pairs(w), 1);
		world_clean(w);
		finish(w);
	}
}

/* ---- who is in between ---- */

/* Cuts the offer out of what the other end is to see. */
static enum fate
strip(struct world *w, struct flight *f)
{
	(void)w;
	if (exch_of(f) != EXCH_SA_INIT || is_request(f) == (alter == 1))
		return (PASS);
	hide(f->buf, f->len, N_USE_PPK);
	hide(f->buf, f->len, N_USE_PPK_INT);
	return (PASS);
}

static void
test_downgrade(void **state)
{
	struct world	*w;
	unsigned int	 mode;

	(void)state;
	for (mode = PPK_OFFER; mode <= PPK_REQUIRE; mode++)
		for (alter = 0; alter < 2; alter++) {
			w = world_of(50, mode, "x", mode, "x", 1);
			w->hook = strip;
			assert_false(up(w));
			assert_int_equal(w->n[0].ups + w->n[1].ups, 0);
			assert_int_equal(w->n[0].installs +
			    w->n[1].installs, 0);
			finish(w);
		}
}

/* RFC 8784 section 6: an answer without it may be forged. */
static enum fate
strip_once(struct world *w, struct flight *f)
{
	int	*n = w->hook_arg;

	if (exch_of(f) == EXCH_SA_INIT && !is_request(f) && (*n)++ == 0) {
		hide(f->buf, f->len, N_USE_PPK);
		hide(f->buf, f->len, N_USE_PPK_INT);
	}
	return (PASS);
}

static void
test_forged_answer(void **state)
{
	struct world	*w = world_of(51, PPK_REQUIRE, "x", PPK_OFFER, "x",
	    1);
	int		 n = 0;

	(void)state;
	w->hook = strip_once;
	w->hook_arg = &n;
	assert_true(up(w));
	world_run(w, 300);
	assert_true(n > 1);
	keys_have_it(w, 1);
	finish(w);
}

/* ---- keys that differ ---- */

static void
test_differs(void **state)
{
	static const struct {
		unsigned int	 i;
		int		 inter;
		unsigned int	 code;
		const char	*text;
	} cases[] = {
		{ PPK_OFFER, 0, RSN_PPK, "PPK \"x\" differs from the peer's "
		    "of this name (tunnel t, peer fqdn:a.example)" },
		{ PPK_REQUIRE, 0, RSN_AUTH_PEER, "the pre-shared key of "
		    "tunnel t, or PPK \"x\", differs from the peer's" },
		{ PPK_OFFER, 1, RSN_PPK, "tunnel t requires a post-quantum "
		    "pre-shared key: PPK \"x\" differs from the peer's" },
	};
	struct world	*w;
	size_t		 k;

	(void)state;
	for (k = 0; k < 3; k++) {
		w = world_of(60, cases[k].i, "x", PPK_REQUIRE, "x",
		    cases[k].inter);
		assert_int_equal(keyring_forget(sg[1].ppks, "x"), 1);
		put(sg[1].ppks, "x", OTHER);
		assert_false(up(w));
		assert_int_equal(w->n[1].fail.code, cases[k].code);
		if (strstr(w->n[1].fail.text, cases[k].text) == NULL)
			fail_msg("case %zu: \"%s\"", k, w->n[1].fail.text);
		if (!cases[k].inter)
			assert_non_null(strstr(w->n[0].fail.text,
			    "PPK \"x\" or this identity"));
		finish(w);
	}
}

/* The PSK differs, the PPK does not. */
static void
test_psk_differs(void **state)
{
	struct world	*w = world_of(61, PPK_OFFER, "x", PPK_OFFER, "x", 0);

	(void)state;
	assert_int_equal(keyring_forget(sg[1].keys, "k"), 1);
	put(sg[1].keys, "k", "not the secret");
	assert_false(up(w));
	assert_int_equal(w->n[1].fail.code, RSN_AUTH_PEER);
	finish(w);
}

/* ---- loss, and a peer that does not do what it said ---- */

static enum fate
twice_nth(struct world *w, struct flight *f)
{
	return (f->n == *(unsigned int *)w->hook_arg ? TWICE : PASS);
}

static void
test_lost(void **state)
{
	struct world	*w;
	unsigned int	 n;
	int		 twice;

	(void)state;
	for (n = 1; n <= 6; n++)
		for (twice = 0; twice < 2; twice++) {
			w = world_of(n, PPK_OFFER, "x", PPK_OFFER, "x", 1);
			w->hook = twice ? twice_nth : drop_nth;
			w->hook_arg = &n;
			assert_true(up(w));
			world_run(w, 300);
			keys_have_it(w, 1);
			finish(w);
		}
}

/* USE_PPK agreed on, and no PPK_IDENTITY in IKE_AUTH. */
static void
test_nothing_named(void **state)
{
	struct world	*w = world_of(70, PPK_OFFER, "x", PPK_OFFER, "x", 0);
	struct session	*s;

	(void)state;
	world_start(w);
	order(w, 1);
	s = LIST_FIRST(&w->n[0].ike->all);
	while (s->state != SA_I_SIGN)
		world_run(w, 1);
	s->setup->ppk.way = PPK_WAY_NONE;
	world_run(w, 5000);
	assert_int_equal(w->n[1].ups, 0);
	assert_int_equal(w->n[1].fail.code, RSN_PPK);
	assert_non_null(strstr(w->n[1].fail.text, "names none in IKE_AUTH"));
	finish(w);
}

/* RFC 9867 agreed on, and no PPK_IDENTITY_KEY comes. */
static void
test_nothing_asked(void **state)
{
	struct world	*w;
	struct session	*s;
	unsigned int	 mode;

	(void)state;
	for (mode = PPK_OFFER; mode <= PPK_REQUIRE; mode++) {
		w = world_of(71, PPK_OFFER, "x", mode, "x", 1);
		world_start(w);
		order(w, 1);
		s = LIST_FIRST(&w->n[0].ike->all);
		/* It believes that it is done. */
		s->setup->ppk.step = PPK_STEP_OVER;
		assert_int_equal(world_until(w, both_up, 5000),
		    mode == PPK_OFFER);
		assert_int_equal(mixes, 0);
		if (mode == PPK_REQUIRE)
			assert_non_null(strstr(w->n[1].fail.text,
			    "the peer named none in IKE_INTERMEDIATE"));
		finish(w);
	}
}

/* Nobody gets a second one mixed, nor one without a check. */
static void
test_no_oracle(void **state)
{
	struct world		*w = world_of(72, PPK_OFFER, "x", PPK_OFFER,
	    "x", 0);
	struct mk_ppk_mixed	 out;
	struct mk_tickets	 t;
	struct mk_ppk_mix	 m;
	uint64_t		 now;

	(void)state;
	assert_true(up(w));
	now = w->now / 1000;
	decide_ppk_mix(&sg[0], 0, &mix[0], now, &out);
	assert_int_equal(out.code, RSN_TICKET);
	assert_int_equal(out.sk_d_len, 0);
	decide_ppk_mix(&sg[1], 1, &mix[1], now, &out);
	assert_int_equal(out.code, RSN_TICKET);
	/* A good ticket that nobody has shown an AUTH with. */
	tickets_issue(sg[1].tickets, 1, 1, now, &t);
	m = mix[1];
	m.ticket = t.t[0];
	decide_ppk_mix(&sg[1], 1, &m, now, &out);
	assert_int_equal(out.code, RSN_TICKET);
	/* Another worker's. */
	decide_ppk_mix(&sg[1], 0, &mix[1], now, &out);
	assert_int_equal(out.code, RSN_TICKET);
	finish(w);
}

/* certd-sign is silent, or has no key any more. */
static void
test_gone(void **state)
{
	struct world	*w = world_of(73, PPK_REQUIRE, "x", PPK_OFFER, "x",
	    1);

	(void)state;
	assert_int_equal(keyring_forget(sg[0].ppks, "x"), 1);
	assert_false(up(w));
	assert_int_equal(w->n[0].fail.code, RSN_NO_SECRET);
	assert_non_null(strstr(w->n[0].fail.text,
	    "tunnel t: /etc/ikd/ppk/x: no such file"));
	finish(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rows_int),
		cmocka_unit_test(test_keys_int),
		cmocka_unit_test(test_hybrid),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_rekeys),
		cmocka_unit_test(test_downgrade),
		cmocka_unit_test(test_forged_answer),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_psk_differs),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_nothing_named),
		cmocka_unit_test(test_nothing_asked),
		cmocka_unit_test(test_no_oracle),
		cmocka_unit_test(test_gone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
