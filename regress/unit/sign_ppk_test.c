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
 * certd/sign/ppk.c and common/ppkid.c: what a hostile ike gets, and the
 * numbers, which come from openssl's command (openssl mac -digest SHA384) and
 * from an independent program.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "id.h"
#include "ike_hex.h"
#include "../../ikd/ike/keymat.h"
#include "reason.h"
#include "sign_peer.h"

#define NOW	1000
/* The octets 80 to 9f. */
#define PPK	"0x808182838485868788898a8b8c8d8e8f"			\
		"909192939495969798999a9b9c9d9e9f"
#define PSK	"the key of bee"
#define N_PPK	0x4033		/* USE_PPK */
#define N_INT	0x403d		/* USE_PPK_INT */

static struct signer s;
static struct sign_peer p;

static int
setup(void **state)
{
	static const struct sn_ppk row = { .id = "x", .secret = "x" };
	static struct sn_auth a;
	uint8_t key[BOOT_KEY_LEN] = { 1 };

	(void)state;
	hprf_init();
	memset(&s, 0, sizeof(s));
	s.tickets = tickets_new(key);
	s.orders = orders_new();
	s.mixes = mixes_new();
	s.entries = entries_new();
	s.keys = keyring_new("/etc/ikd");
	s.ppks = keyring_new("/etc/ikd");
	s.workers = 4;
	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strcpy(a.name, "t");
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	a.remote_n = 1;
	a.remote[0].addr.af = 4;
	assert_null(id_parse("fqdn:gw", &a.id_local));
	assert_null(id_parse("fqdn:bee", &a.id_remote));
	a.psks_n = a.ppks_n = 1;
	strcpy(a.psks[0].w, "k");
	strcpy(a.ppks[0].w, "x");
	a.ppk = PPK_REQUIRE;
	assert_null(entries_add(s.entries, &a));
	assert_null(entries_add_ppk(s.entries, &row));
	entries_index(s.entries);
	assert_null(keyring_put(s.keys, "k", (const uint8_t *)PSK,
	    strlen(PSK)));
	assert_null(keyring_put(s.ppks, "x", (const uint8_t *)PPK,
	    strlen(PPK)));
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	peer_signer_free(&s);
	return (0);
}

/* An exchange where both messages have this notify. */
static void
begin(int initiator, unsigned int notify)
{
	struct mk_tickets t;

	tickets_issue(s.tickets, 1, 1, NOW, &t);
	peer_begin(&p, &t.t[0], initiator);
	if (notify != 0) {
		peer_notify_of(p.msg_i, &p.msg_i_len, &p.check.c.msg_i,
		    notify);
		peer_notify_of(p.msg_r, &p.msg_r_len, &p.check.c.msg_r,
		    notify);
	}
}

static unsigned int
mix_of(struct mk_ppk_mixed *out)
{
	static struct mk_ppk_mix m;
	unsigned int i;

	memset(&m, 0, sizeof(m));
	m.ticket = p.check.c.ticket;
	m.sk_d_len = 48;
	for (i = 0; i < 48; i++)
		m.sk_d[i] = (uint8_t)i;
	decide_ppk_mix(&s, 1, &m, NOW, out);
	return (out->code);
}

static const char mixed_hex[] =
    "cb0bce187a214cef3cafe880b5501e7f38b8bd16d4bf3cb8888ed270f101b567"
    "f9c28d25a33daaffc06b9a1d8db56e3e";

/* RFC 9867 as initiator: an open order, once, and one mix after it. */
static void
test_initiator(void **state)
{
	static struct mk_ppk_ask a;
	static struct mk_ppk_keys out;
	struct mv_order o = { .order = 5, .tunnel = 1, .worker = 1 };
	struct mk_ppk_mixed mixed;

	(void)state;
	begin(1, N_INT);
	assert_int_equal(mix_of(&mixed), RSN_TICKET);
	memset(&a, 0, sizeof(a));
	a.c = p.check.c;
	a.initiator = 1;
	a.c.order = 5;
	decide_ppk_ask(&s, 1, &a, NOW, &out);
	assert_int_equal(out.code, RSN_ORDER);
	assert_null(orders_add(s.orders, &o, NOW));
	/* That try has used up the ticket for this. */
	decide_ppk_ask(&s, 1, &a, NOW, &out);
	assert_int_equal(out.code, RSN_TICKET);
	begin(1, N_INT);
	a.c = p.check.c;
	a.c.order = 5;
	decide_ppk_ask(&s, 2, &a, NOW, &out);
	assert_int_equal(out.code, RSN_TICKET);
	decide_ppk_ask(&s, 1, &a, NOW, &out);
	assert_int_equal(out.code, RSN_OK);
	assert_int_equal(out.keys_n, 1);
	assert_int_equal(out.keys[0].id_len, 2);
	assert_memory_equal(out.keys[0].id, "\002x", 2);
	assert_int_equal(mix_of(&mixed), RSN_OK);
	assert_hex(mixed.sk_d, mixed.sk_d_len, mixed_hex);
	assert_int_equal(mix_of(&mixed), RSN_TICKET);
	assert_int_equal(mixed.sk_d_len, 0);
}

/* What allows nothing goes first, what was used last. */
static void
test_full(void **state)
{
	struct mixes *x = mixes_new();
	struct mix m;
	unsigned int i;

	(void)state;
	memset(&m, 0, sizeof(m));
	for (i = 0; i < 2; i++) {
		m.ticket.counter = i;
		m.n = 1;
		strlcpy(m.name[0], "x", sizeof(m.name[0]));
		mixes_allow(x, &m, NOW);
	}
	m.ticket.counter = 0;
	assert_null(mixes_use(x, &m.ticket, 0, NOW));
	m.n = 0;
	for (i = 2; i < MIXES_MAX + 100; i++) {
		m.ticket.counter = i;
		mixes_allow(x, &m, NOW);
	}
	m.ticket.counter = 2;
	assert_null(mixes_find(x, &m.ticket, NOW));
	m.ticket.counter = 1;
	assert_non_null(mixes_find(x, &m.ticket, NOW));
	m.n = 1;
	for (i = 5000; i < 5000 + MIXES_MAX; i++) {
		m.ticket.counter = i;
		mixes_allow(x, &m, NOW);
	}
	m.ticket.counter = 1;
	assert_null(mixes_find(x, &m.ticket, NOW));
	m.ticket.counter = 0;
	assert_non_null(mixes_used(x, &m.ticket, NOW));
	assert_null(mixes_used(x, &m.ticket, NOW + TICKET_SECONDS + 1));
	mixes_free(x);
}

/* As responder: only what a peer has confirmed. */
static void
test_responder(void **state)
{
	static struct mk_ppk_ask a;
	static struct mk_ppk_keys out, again;
	struct mk_ppk_mixed mixed;

	(void)state;
	begin(0, N_INT);
	memset(&a, 0, sizeof(a));
	a.c = p.check.c;
	a.keys_n = 1;
	a.keys[0].id_len = 2;
	memcpy(a.keys[0].id, "\002x", 2);
	decide_ppk_ask(&s, 1, &a, NOW, &out);
	assert_int_equal(out.code, RSN_OK);
	assert_int_equal(out.keys_n, 0);
	assert_non_null(strstr(out.text, "PPK \"x\" differs from the peer's"));
	assert_int_equal(mix_of(&mixed), RSN_TICKET);
	/* Not by another notify, nor by one side's alone. */
	begin(0, N_PPK);
	a.c = p.check.c;
	decide_ppk_ask(&s, 1, &a, NOW, &again);
	assert_int_equal(again.code, RSN_INVALID_SYNTAX);
	begin(0, 0);
	peer_notify_of(p.msg_i, &p.msg_i_len, &p.check.c.msg_i, N_INT);
	a.c = p.check.c;
	decide_ppk_ask(&s, 1, &a, NOW, &again);
	assert_int_equal(again.code, RSN_INVALID_SYNTAX);
	assert_int_equal(mix_of(&mixed), RSN_TICKET);
}

/* RFC 8784: an AUTH that is good with the PPK in it, or nothing. */
static void
test_auth(void **state)
{
	static struct mv_verdict v;
	static struct mk_checked out;
	struct mk_ppk_mixed mixed;
	struct sign_peer with;
	unsigned int i, good;

	(void)state;
	for (good = 0; good < 2; good++) {
		begin(0, N_PPK);
		peer_ids(&p, "fqdn:bee", "fqdn:gw");
		p.check.ppk = (struct slice){ (const uint8_t *)"\002x", 2 };
		/* The peer's SK_p are what the PPK makes of these. */
		for (i = 0; i < 48; i++)
			p.check.c.sk_pi[i] = p.check.c.sk_pr[i] = (uint8_t)i;
		with = p;
		if (good) {
			hex(mixed_hex, with.check.c.sk_pi, 48);
			hex(mixed_hex, with.check.c.sk_pr, 48);
		}
		with.check.c.msg_i.p = with.msg_i;
		with.check.c.msg_r.p = with.msg_r;
		with.check.id_i.p = with.id_i;
		peer_auth(&with, PSK);
		p.check.auth = with.check.auth;
		assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out),
		    good);
		assert_int_equal(out.mix, good);
		assert_int_equal(out.auth_len, good ? 48 : 0);
		assert_int_equal(mix_of(&mixed), good ? RSN_OK : RSN_TICKET);
	}
	assert_true(peer_accepts(&with, PSK, "fqdn:gw", out.auth,
	    out.auth_len));
	assert_hex(mixed.sk_d, mixed.sk_d_len, mixed_hex);
	assert_string_equal(v.ppk, "x (RFC 8784)");
	/* Of another length than the PRF's, or too late. */
	assert_int_equal(mix_of(&mixed), RSN_TICKET);
}

static void
test_keymat(void **state)
{
	static const struct wt_suite suite = { .proto = PROTO_IKE,
	    .encr = ENCR_AES_GCM_16, .encr_bits = 256,
	    .prf = PRF_HMAC_SHA2_384, .ke = KE_X25519 };
	uint8_t seed[48], ni[32], nr[32], spi_i[8], spi_r[8];
	struct nonces n = { { ni, 32 }, { nr, 32 }, { NULL, 0 } };
	struct ike_keys k;

	(void)state;
	memset(ni, 0x11, sizeof(ni));
	memset(nr, 0x22, sizeof(nr));
	memset(spi_i, 0x33, sizeof(spi_i));
	memset(spi_r, 0x44, sizeof(spi_r));
	hex(mixed_hex, seed, sizeof(seed));
	assert_int_equal(keymat_ike_ppk(&suite, &n,
	    (struct slice){ seed, 48 }, spi_i, spi_r, &k), 0);
	assert_hex(k.d, k.d_len, "e4e690782513b9aa932337dafbf6a013"
	    "a8a36dcb9418b4c4358dc26eb44800ea9a100954e2d4287b30e5377278f820c9");
	assert_hex(k.ei, k.e_len, "5a332c84f7f7d13bad145d884f0b6674"
	    "8bd88974fff69898ff5a746e89e6f5b83811af85");
	assert_hex(k.er, k.e_len, "344d3d8ee6d382a8b729f310c46cf953"
	    "4f9829d0cbbed84531c2f16598db2656ede30c1f");
	assert_hex(k.pi, k.p_len, "3c2d2590abca56d273a4660cc3e3d7fc"
	    "05bf15a0e14f4ae445249d4802ed3958169148e578d6e7fc714db3058ea16d08");
	assert_hex(k.pr, k.p_len, "c24548e83a1e0b0daf560ef09b08b396"
	    "c971c61e29b0d25cf2e0041b951c39837084808d3b2cd8ebcbd8713fd711ddf4");
}

static void
test_id(void **state)
{
	uint8_t id[PPK_ID_MAX];
	char out[PPK_SHOWN], tiny[8], longer[200];
	size_t len;

	(void)state;
	assert_null(ppk_id_read("boston", id, &len));
	assert_int_equal(len, 7);
	assert_memory_equal(id, "\002boston", 7);
	assert_string_equal(ppk_id_print((struct slice){ id, len }, out,
	    sizeof(out)), "boston");
	assert_null(ppk_id_read("opaque:boston", id, &len));
	assert_memory_equal(id, "\001boston", 7);
	assert_string_equal(ppk_id_print((struct slice){ id, len }, out,
	    sizeof(out)), "opaque:boston");
	id[0] = 3;
	assert_string_equal(ppk_id_print((struct slice){ id, 4 }, out,
	    sizeof(out)), "0x03626f73");
	assert_string_equal(ppk_id_print((struct slice){ id, 4 }, tiny,
	    sizeof(tiny)), "0x0362");
	assert_string_equal(ppk_id_print((struct slice){ NULL, 0 }, out,
	    sizeof(out)), "0x");
	memset(id, 0xff, sizeof(id));
	id[0] = PPK_ID_FIXED;
	(void)ppk_id_print((struct slice){ id, sizeof(id) }, out,
	    sizeof(out));
	assert_int_equal(strlen(out), sizeof(out) - 2);
	memset(longer, 'a', sizeof(longer));
	longer[199] = '\0';
	assert_non_null(ppk_id_read(longer, id, &len));
	assert_non_null(ppk_id_read("", id, &len));
	assert_non_null(ppk_id_read("opaque:", id, &len));
	assert_non_null(ppk_id_read("a\nb", id, &len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test_setup_teardown(test_initiator, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_responder, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_auth, setup, teardown),
		cmocka_unit_test(test_keymat),
		cmocka_unit_test(test_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
