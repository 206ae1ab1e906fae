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
 * OpenSSL fails under certd-sign and certd-token: a signature, the two halves
 * of a key, a ticket.  And a decision that fails after a token was to sign
 * for it leaves nothing for the token.
 */
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "../../certd/sign/privring.h"
#include "../../certd/sign/rsafit.h"
#include "../../certd/sign/sigmake.h"
#include "../../certd/sign/wrap.h"
#include "../../certd/token/hsm.h"
#include "broken.h"
#include "reason.h"
#include "sign_peer.h"

#define NOW	1000
#define ALL	((1U << SIGN_KINDS) - 1)
#define HASHES	(1 << 2 | 1 << 3 | 1 << 4 | 1 << 5)
#define URI	"pkcs11:token=gw;object=a"

BROKEN(EVP_DigestSignInit_ex, (EVP_MD_CTX *c, EVP_PKEY_CTX **p, const char *m,
    OSSL_LIB_CTX *l, const char *q, EVP_PKEY *k, const OSSL_PARAM *a),
    (c, p, m, l, q, k, a))
BROKEN(EVP_DigestSign, (EVP_MD_CTX *c, unsigned char *s, size_t *n,
    const unsigned char *t, size_t tn), (c, s, n, t, tn))
BROKEN(EVP_DigestVerifyInit_ex, (EVP_MD_CTX *c, EVP_PKEY_CTX **p,
    const char *m, OSSL_LIB_CTX *l, const char *q, EVP_PKEY *k,
    const OSSL_PARAM *a), (c, p, m, l, q, k, a))
BROKEN(EVP_DigestVerify, (EVP_MD_CTX *c, const unsigned char *s, size_t n,
    const unsigned char *t, size_t tn), (c, s, n, t, tn))
/* OpenSSL frees by it, too: it is done, whatever it answers. */
int
EVP_MD_CTX_reset(EVP_MD_CTX *c)
{
	static int (*real)(EVP_MD_CTX *);
	int r;

	if (real == NULL)
		real = (int (*)(EVP_MD_CTX *))(uintptr_t)dlsym(RTLD_NEXT,
		    "EVP_MD_CTX_reset");
	r = real(c);
	return (broken_here("EVP_MD_CTX_reset") ? broken.with : r);
}

BROKEN(EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *c, int pad), (c, pad))
BROKEN(EVP_PKEY_CTX_set_rsa_pss_saltlen, (EVP_PKEY_CTX *c, int len), (c, len))
BROKEN(EVP_PKEY_pairwise_check, (EVP_PKEY_CTX *c), (c))
BROKEN(EVP_PKEY_get_bn_param, (const EVP_PKEY *k, const char *n, BIGNUM **b),
    (k, n, b))
BROKEN(BN_mul, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b, BN_CTX *c),
    (r, a, b, c))
BROKEN(BN_mod_mul, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b,
    const BIGNUM *m, BN_CTX *c), (r, a, b, m, c))
BROKEN(BN_sub, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b), (r, a, b))
BROKEN(BN_is_one, (const BIGNUM *a), (a))
BROKEN(EVP_EncryptInit_ex2, (EVP_CIPHER_CTX *c, const EVP_CIPHER *t,
    const unsigned char *k, const unsigned char *i, const OSSL_PARAM *p),
    (c, t, k, i, p))
BROKEN(EVP_EncryptUpdate, (EVP_CIPHER_CTX *c, unsigned char *o, int *n,
    const unsigned char *i, int in), (c, o, n, i, in))
BROKEN(EVP_EncryptFinal_ex, (EVP_CIPHER_CTX *c, unsigned char *o, int *n),
    (c, o, n))
BROKEN(EVP_DecryptInit_ex2, (EVP_CIPHER_CTX *c, const EVP_CIPHER *t,
    const unsigned char *k, const unsigned char *i, const OSSL_PARAM *p),
    (c, t, k, i, p))
BROKEN(EVP_DecryptUpdate, (EVP_CIPHER_CTX *c, unsigned char *o, int *n,
    const unsigned char *i, int in), (c, o, n, i, in))
BROKEN(EVP_DecryptFinal_ex, (EVP_CIPHER_CTX *c, unsigned char *o, int *n),
    (c, o, n))
BROKEN(EVP_CIPHER_CTX_ctrl, (EVP_CIPHER_CTX *c, int t, int a, void *p),
    (c, t, a, p))
BROKEN(RAND_bytes, (unsigned char *p, int n), (p, n))
BROKEN(RAND_priv_bytes, (unsigned char *p, int n), (p, n))

static const uint8_t text[] = "what is to be signed";
static const struct slice part = { text, sizeof(text) };

static struct privring *
ring_of(EVP_PKEY *pkey)
{
	struct sn_secret f = { .kind = 2, .mode = 0100600, .name = "k" };
	struct privring *r = privring_new();
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	assert_non_null(pkey);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL,
	    0, NULL, NULL), 1);
	n = BIO_read(bio, f.data, sizeof(f.data));
	assert_true(n > 0);
	f.data_len = (uint16_t)n;
	privring_load(r, &f, 0);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return (r);
}

static void
test_signature(void **state)
{
	static const char *const all[] = { "EVP_DigestSignInit_ex",
	    "EVP_DigestSign" };
	static const char *const pss[] = { "EVP_DigestSignInit_ex",
	    "EVP_DigestSign", "EVP_PKEY_CTX_set_rsa_padding",
	    "EVP_PKEY_CTX_set_rsa_pss_saltlen" };
	struct privring *ec = ring_of(EVP_EC_gen("P-256"));
	struct privring *rsa = ring_of(EVP_RSA_gen(2048));
	uint8_t sig[SIG_OUT_MAX];
	struct sig_way way;

	(void)state;
	assert_null(sig_choose(privring_find(ec, "k"), ALL, 0, HASHES, &way));
	assert_true(sig_make(privring_find(ec, "k"), &way, &part, 1, sig) > 0);
	BREAK_EACH(all, assert_int_equal(sig_make(privring_find(ec, "k"),
	    &way, &part, 1, sig), 0));
	assert_null(sig_choose(privring_find(rsa, "k"), ALL, 0, HASHES,
	    &way));
	assert_true(way.pss);
	assert_true(sig_make(privring_find(rsa, "k"), &way, &part, 1, sig) >
	    0);
	BREAK_EACH(pss, assert_int_equal(sig_make(privring_find(rsa, "k"),
	    &way, &part, 1, sig), 0));
	privring_free(ec);
	privring_free(rsa);
}

/* The halves of a key do not fit unless OpenSSL says that they do. */
static void
halves(EVP_PKEY *(*make)(void), int want)
{
	struct privring *r = ring_of(make());

	while (privring_check(r))
		;
	assert_int_equal(privring_find(r, "k")->problem[0] == '\0', want);
	privring_free(r);
}

static EVP_PKEY *
make_ec(void)
{
	return (EVP_EC_gen("P-384"));
}

static void
test_halves(void **state)
{
	static const char *const pair[] = { "EVP_PKEY_pairwise_check" };
	static const char *const rsa[] = { "EVP_PKEY_get_bn_param", "BN_mul",
	    "BN_mod_mul", "BN_sub", "BN_is_one", "EVP_DigestSignInit_ex",
	    "EVP_DigestSign", "EVP_MD_CTX_reset", "EVP_DigestVerifyInit_ex",
	    "EVP_DigestVerify" };
	EVP_PKEY *k = EVP_RSA_gen(2048);

	(void)state;
	halves(make_ec, 1);
	BREAK_EACH(pair, halves(make_ec, 0));
	assert_int_equal(rsafit(k), 1);
	BREAK_EACH(rsa, assert_int_equal(rsafit(k), 0));
	EVP_PKEY_free(k);
}

static void
test_tickets(void **state)
{
	static const char *const seal[] = { "EVP_EncryptInit_ex2",
	    "EVP_EncryptUpdate", "EVP_EncryptFinal_ex",
	    "EVP_CIPHER_CTX_ctrl" };
	static const char *const open[] = { "EVP_DecryptInit_ex2",
	    "EVP_DecryptUpdate", "EVP_DecryptFinal_ex",
	    "EVP_CIPHER_CTX_ctrl" };
	static const uint8_t zero[sizeof(text)];
	uint8_t out[sizeof(text) + WRAP_OVERHEAD], back[sizeof(text)];
	struct wrap *w = wrap_new();
	struct slice sealed = { out, sizeof(out) };

	(void)state;
	assert_int_equal(wrap_make(w, NOW, part, out), sizeof(out));
	BREAK_EACH(seal, {
		uint8_t none[sizeof(out)];

		assert_int_equal(wrap_make(w, NOW, part, none), 0);
	});
	assert_int_equal(wrap_open(w, NOW, sealed, back), sizeof(text));
	BREAK_EACH(open, {
		memset(back, 7, sizeof(back));
		assert_int_equal(wrap_open(w, NOW, sealed, back), 0);
		assert_memory_equal(back, zero, sizeof(back));
	});
	wrap_free(w);
}

/* Without randomness there is no key: certd-sign ends. */
static int
dies_drawing(void)
{
	uint8_t out[sizeof(text) + WRAP_OVERHEAD];
	int status;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		struct wrap *w = wrap_new();

		(void)!freopen("/dev/null", "w", stderr);
		_exit(wrap_make(w, NOW, part, out) > 0 ? 0 : 40);
	}
	broken.n++;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void
test_random(void **state)
{
	static const char *const draw[] = { "RAND_bytes", "RAND_priv_bytes" };

	(void)state;
	assert_false(dies_drawing());
	BREAK_EACH(draw, assert_true(dies_drawing()));
}

/* What a token signs counts when its public key verifies it. */
static void
test_token(void **state)
{
	static const char *const calls[] = { "EVP_DigestSignInit_ex",
	    "EVP_DigestSign", "EVP_DigestVerifyInit_ex", "EVP_DigestVerify" };
	EVP_PKEY *k = EVP_RSA_gen(2048), *other = EVP_RSA_gen(2048);
	struct hsm_key key = { .priv = k, .pub = k };
	uint8_t sig[512];

	(void)state;
	assert_int_equal(hsm_sign(&key, 2, 1, part, sig, sizeof(sig)), 256);
	BREAK_EACH(calls, assert_int_equal(hsm_sign(&key, 2, 1, part, sig,
	    sizeof(sig)), 0));
	key.pub = other;
	assert_int_equal(hsm_sign(&key, 2, 1, part, sig, sizeof(sig)), 0);
	EVP_PKEY_free(k);
	EVP_PKEY_free(other);
}

/* ---- a decision that fails after later() ---- */

static struct signer s;
static struct later room;
static struct sign_peer p;

static void
entry(uint32_t tunnel, unsigned int round, unsigned int theirs,
    const char *id_remote)
{
	static struct sn_auth a;

	peer_cert_row(&a, tunnel, theirs, id_remote, URI);
	a.round = (uint8_t)round;
	a.rounds_ours = a.rounds_theirs = 2;
	a.rule[0] = 1;
	if (theirs == AUTHK_PSK)
		snprintf(a.psks[a.psks_n++].w, sizeof(a.psks[0].w), "one");
	assert_null(entries_add(s.entries, &a));
}

/* No rounds: the first of two never passes, after all else has. */
static int
setup(void **state)
{
	static const uint8_t boot[BOOT_KEY_LEN] = { 1 };
	struct mn_key m = { .type = PRIV_P256, .bits = 256 };

	(void)state;
	hprf_init();
	memset(&s, 0, sizeof(s));
	s.tickets = tickets_new(boot);
	s.orders = orders_new();
	s.entries = entries_new();
	s.keys = keyring_new("/etc/ikd");
	s.tokens = privring_new();
	s.later = &room;
	s.workers = 4;
	strlcpy(m.key, URI, sizeof(m.key));
	privring_told(s.tokens, &m);
	assert_null(keyring_put(s.keys, "one", (const uint8_t *)"a long key",
	    10));
	entry(1, 0, AUTHK_PSK, "fqdn:ant");
	entry(1, 1, AUTHK_PSK, "fqdn:ant2");
	entry(2, 0, AUTHK_CERT, "fqdn:bee");
	entry(2, 1, AUTHK_CERT, "fqdn:bee2");
	entries_index(s.entries);
	memset(&room, 0, sizeof(room));
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	peer_signer_free(&s);
	return (0);
}

static void
begin(const char *id)
{
	struct mk_tickets t;

	tickets_issue(s.tickets, 1, 1, NOW, &t);
	peer_begin(&p, &t.t[0], 0);
	peer_ids(&p, id, "fqdn:gw");
	p.check.c.hashes = HASHES;
	p.check.c.multi = MULTI_SUPPORTED | MULTI_FOLLOWS;
}

static void
nothing_left(void)
{
	static const uint8_t zero[OCTETS_MAX];

	assert_int_equal(room.wanted, 0);
	assert_int_equal(room.len2, 0);
	assert_memory_equal(room.octets, zero, sizeof(zero));
	assert_memory_equal(room.octets2, zero, sizeof(zero));
}

static void
test_later_check(void **state)
{
	struct mk_checked out;
	struct mv_verdict v;

	(void)state;
	begin("fqdn:ant");
	peer_auth(&p, "a long key");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 0);
	assert_int_equal(out.code, RSN_TICKET);
	nothing_left();
	/* With rounds it goes to the token. */
	s.rounds = rounds_new();
	begin("fqdn:ant");
	peer_auth(&p, "a long key");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &out), 1);
	assert_int_equal(room.wanted, 1);
	assert_true(room.len > 0);
}

static void
test_later_cert(void **state)
{
	static uint8_t octets[OCTETS_MAX];
	static struct mc_claimed claimed;
	static struct mc_signed out;
	static struct mc_ask ask;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin("fqdn:bee");
		memset(&ask, 0, sizeof(ask));
		ask.worker = 1;
		ask.tunnel = 2;
		ask.k = p.check;
		ask.k.method = 14;
		decide_claim(&s, &ask, NOW, octets, &claimed);
		assert_int_equal(claimed.code, RSN_OK);
		decide_cert_sign(&s, &ask, NOW, &out);
		assert_int_equal(out.code, i == 0 ? RSN_TICKET : RSN_OK);
		assert_int_equal(room.wanted, i);
		if (i == 0)
			nothing_left();
		s.rounds = s.rounds == NULL ? rounds_new() : s.rounds;
	}
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_token),
		T(test_later_check),
		T(test_later_cert),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests_name("sign_fails", tests, NULL, NULL));
}
