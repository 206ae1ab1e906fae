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
 * certd-sign where certificates are: decide_cert.c (claims, our AUTH for
 * certd), ours.c, privring.c, sigmake.c.  The signatures are checked with
 * OpenSSL, whose word is not ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "../../certd/sign/sigmake.h"
#include "reason.h"
#include "sign_peer.h"

#define NOW	1000
#define ALL	((1U << SIGN_KINDS) - 1)
#define HASHES	(1 << 2 | 1 << 3 | 1 << 4 | 1 << 5)

static struct signer s;
static struct sign_peer p;
static struct mc_ask ask;
static struct mc_claimed claimed;
static struct mc_signed out;
static uint8_t octets[OCTETS_MAX];

static EVP_PKEY *
key_put(const char *name, EVP_PKEY *pkey, const char *passphrase)
{
	struct sn_secret f = { .kind = 2, .mode = 0100600 };
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	assert_non_null(pkey);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey,
	    passphrase == NULL ? NULL : EVP_aes_128_cbc(), passphrase,
	    passphrase == NULL ? 0 : (int)strlen(passphrase), NULL, NULL), 1);
	n = BIO_read(bio, f.data, sizeof(f.data));
	assert_true(n > 0);
	f.data_len = (uint16_t)n;
	snprintf(f.name, sizeof(f.name), "%s", name);
	privring_load(s.priv, &f, 0);
	BIO_free(bio);
	return (pkey);
}

static void
entry(uint32_t tunnel, unsigned int ours, unsigned int theirs,
    const char *id_remote, const char *key)
{
	static struct sn_auth a;

	peer_cert_row(&a, tunnel, theirs, id_remote, key);
	a.kind_ours = (uint8_t)ours;
	if (ours == AUTHK_PSK || theirs == AUTHK_PSK)
		snprintf(a.psks[a.psks_n++].w, sizeof(a.psks[0].w), "new");
	assert_null(entries_add(s.entries, &a));
}

static int
setup(void **state)
{
	static const uint8_t boot[BOOT_KEY_LEN] = { 1 };

	(void)state;
	hprf_init();
	s.tickets = tickets_new(boot);
	s.orders = orders_new();
	s.entries = entries_new();
	s.keys = keyring_new("/etc/ikd");
	s.priv = privring_new();
	s.generation = 7;
	s.workers = 4;
	assert_null(keyring_put(s.keys, "new", (const uint8_t *)"a long key",
	    10));
	entry(1, AUTHK_CERT, AUTHK_CERT, "fqdn:bee", "ec");
	entry(2, AUTHK_PSK, AUTHK_CERT, "fqdn:cow", "");
	entry(3, AUTHK_CERT, AUTHK_PSK, "fqdn:dog", "ec");
	entry(4, AUTHK_CERT, AUTHK_CERT, "fqdn:eel", "gone");
	entries_index(s.entries);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	peer_signer_free(&s);
	return (0);
}

/* What certd asks of a responder's exchange with this peer. */
static void
begin(uint32_t tunnel, const char *id_i)
{
	struct mk_tickets t;

	tickets_issue(s.tickets, 1, 1, NOW, &t);
	peer_begin(&p, &t.t[0], 0);
	peer_ids(&p, id_i, "fqdn:gw");
	memset(&ask, 0, sizeof(ask));
	ask.req = 5;
	ask.worker = 1;
	ask.tunnel = tunnel;
	ask.k = p.check;
	ask.k.method = 14;
	ask.k.c.hashes = HASHES;
}

static unsigned int
claim(void)
{
	decide_claim(&s, &ask, NOW, octets, &claimed);
	assert_int_equal(claimed.req, 5);
	return (claimed.code);
}

static unsigned int
sign(void)
{
	decide_cert_sign(&s, &ask, NOW, &out);
	return (out.code);
}

/* The octets of one side: message, the other's nonce, prf(SK_p, ID). */
static size_t
octets_of(int of_i, const char *id, uint8_t *to)
{
	uint8_t buf[ID_BODY_MAX], *msg = of_i ? p.msg_i : p.msg_r;
	struct slice b = body(buf, id);
	size_t n = of_i ? p.msg_i_len : p.msg_r_len;

	memcpy(to, msg, n);
	memcpy(to + n, (of_i ? p.msg_r : p.msg_i) + 32, 32);
	hprf(PRF_HMAC_SHA2_384, of_i ? p.check.c.sk_pi : p.check.c.sk_pr, 48,
	    &b, 1, to + n + 32);
	return (n + 32 + 48);
}

static void
test_claim(void **state)
{
	uint8_t want[OCTETS_MAX];
	size_t n;

	(void)state;
	begin(1, "fqdn:bee");
	assert_int_equal(claim(), RSN_OK);
	assert_int_equal(claimed.tunnel, 1);
	assert_int_equal(claimed.generation, 7);
	n = octets_of(1, "fqdn:bee", want);
	assert_int_equal(claimed.octets.len, n);
	assert_memory_equal(claimed.octets.p, want, n);
	/* Once. */
	assert_int_equal(claim(), RSN_TICKET);
	/* And certd-sign itself judges no more of it. */
	{
		struct mk_checked c;
		struct mv_verdict v;

		assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &c),
		    0);
		assert_int_equal(c.code, RSN_TICKET);
	}
}

static void
test_refused(void **state)
{
	(void)state;
	/* A peer with a pre-shared key is not certd's to judge. */
	begin(3, "fqdn:dog");
	assert_int_equal(claim(), RSN_AUTH_PEER);
	assert_int_equal(claimed.octets.len, 0);
	/* Nor may certd choose a tunnel for another peer. */
	begin(1, "fqdn:cow");
	assert_int_equal(claim(), RSN_NO_TUNNEL);
	begin(9, "fqdn:bee");
	assert_int_equal(claim(), RSN_GONE);
	begin(1, "fqdn:bee");
	ask.worker = 2;
	assert_int_equal(claim(), RSN_TICKET);
	/* No signature without a claim, none twice, none for an initiator. */
	begin(1, "fqdn:bee");
	assert_int_equal(sign(), RSN_TICKET);
	begin(4, "fqdn:eel");
	assert_int_equal(claim(), RSN_OK);
	assert_int_equal(sign(), RSN_NO_SECRET);
	assert_non_null(strstr(out.text, "private/gone"));
	assert_int_equal(out.auth_len, 0);
}

/* Our AUTH by the old method 9: r and s, which OpenSSL gets as DER. */
static void
check_raw(EVP_PKEY *key, const uint8_t *sig, size_t len, const uint8_t *tbs,
    size_t n)
{
	ECDSA_SIG *e = ECDSA_SIG_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *der = NULL;
	int derlen;

	assert_int_equal(len, 64);
	assert_int_equal(ECDSA_SIG_set0(e, BN_bin2bn(sig, 32, NULL),
	    BN_bin2bn(sig + 32, 32, NULL)), 1);
	derlen = i2d_ECDSA_SIG(e, &der);
	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL,
	    NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestVerify(ctx, der, (size_t)derlen, tbs, n),
	    1);
	OPENSSL_free(der);
	ECDSA_SIG_free(e);
	EVP_MD_CTX_free(ctx);
}

/* Method 14: OpenSSL reads the identifier in front to its last octet. */
static void
check_14(const uint8_t *sig)
{
	const uint8_t *q = sig + 1;
	X509_ALGOR *alg = d2i_X509_ALGOR(NULL, &q, sig[0]);

	assert_non_null(alg);
	assert_ptr_equal(q, sig + 1 + sig[0]);
	X509_ALGOR_free(alg);
}

static int
verifies(EVP_PKEY *key, const char *md, int pss, const uint8_t *sig,
    size_t len, const uint8_t *tbs, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	int ok;

	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, &pctx, md, NULL, NULL,
	    key, NULL), 1);
	if (pss) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx,
		    RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx,
		    RSA_PSS_SALTLEN_DIGEST), 1);
	}
	ok = EVP_DigestVerify(ctx, sig, len, tbs, n) == 1;
	EVP_MD_CTX_free(ctx);
	return (ok);
}

static void
test_sign(void **state)
{
	EVP_PKEY *k = key_put("ec", EVP_EC_gen("P-256"), NULL);
	uint8_t want[OCTETS_MAX];
	size_t n;

	(void)state;
	begin(1, "fqdn:bee");
	assert_int_equal(claim(), RSN_OK);
	assert_int_equal(sign(), RSN_OK);
	assert_int_equal(out.method, 14);
	n = octets_of(0, "fqdn:gw", want);
	check_14(out.auth);
	assert_true(verifies(k, "SHA256", 0, out.auth + 1 + out.auth[0],
	    out.auth_len - 1U - out.auth[0], want, n));
	assert_int_equal(sign(), RSN_TICKET);
	/* A peer of old. */
	begin(1, "fqdn:bee");
	ask.k.c.hashes = 0;
	assert_int_equal(claim(), RSN_OK);
	assert_int_equal(sign(), RSN_OK);
	assert_int_equal(out.method, 9);
	n = octets_of(0, "fqdn:gw", want);
	check_raw(k, out.auth, out.auth_len, want, n);
	/* The peer has a certificate and we a pre-shared key. */
	begin(2, "fqdn:cow");
	assert_int_equal(claim(), RSN_OK);
	assert_int_equal(sign(), RSN_OK);
	assert_int_equal(out.method, 2);
	assert_true(peer_accepts(&p, "a long key", "fqdn:gw", out.auth,
	    out.auth_len));
	EVP_PKEY_free(k);
}

/* And the other way round: its pre-shared key, our certificate. */
static void
test_mixed(void **state)
{
	EVP_PKEY *k = key_put("ec", EVP_EC_gen("P-256"), NULL);
	struct mk_checked c;
	struct mv_verdict v;
	uint8_t want[OCTETS_MAX];
	size_t n;

	(void)state;
	begin(3, "fqdn:dog");
	p.check.c.hashes = HASHES;
	peer_auth(&p, "a long key");
	assert_int_equal(decide_check(&s, 1, &p.check, NOW, &v, &c), 1);
	assert_int_equal(v.tunnel, 3);
	assert_int_equal(c.method, 14);
	n = octets_of(0, "fqdn:gw", want);
	assert_true(verifies(k, "SHA256", 0, c.auth + 1 + c.auth[0],
	    c.auth_len - 1U - c.auth[0], want, n));
	EVP_PKEY_free(k);
}

/* Every type of key, every way it may sign. */
static void
test_ways(void **state)
{
	static const struct {
		const char	*name, *type, *group;
		size_t		 bits;
		uint32_t	 sigs, hashes;
		uint8_t		 weak, method;
		const char	*md;
		int		 pss;
	} t[] = {
	    { "r", "RSA", NULL, 2048, ALL, HASHES, 0, 14, "SHA256", 1 },
	    { "r", "RSA", NULL, 2048, ALL, 1 << 4, 0, 14, "SHA512", 1 },
	    { "r", "RSA", NULL, 2048, 1 << SIGN_RSA, HASHES, 0, 14, "SHA256",
		0 },
	    { "r", "RSA", NULL, 2048, ALL, 0, 0, 1, "SHA256", 0 },
	    { "r", "RSA", NULL, 2048, ALL, 0, WEAK_SHA1, 1, "SHA1", 0 },
	    { "r4", "RSA", NULL, 4096, ALL, HASHES, 0, 14, "SHA384", 1 },
	    { "e3", "EC", "P-384", 0, ALL, HASHES, 0, 14, "SHA384", 0 },
	    { "e5", "EC", "P-521", 0, ALL, HASHES, 0, 14, "SHA512", 0 },
	    { "e5", "EC", "P-521", 0, ALL, 1 << 2, 0, 14, "SHA256", 0 },
	    { "25", "ED25519", NULL, 0, ALL, HASHES, 0, 14, NULL, 0 },
	    { "448", "ED448", NULL, 0, ALL, HASHES, 0, 14, NULL, 0 },
	};
	static const uint8_t tbs[] = "what is to be signed";
	struct slice part[2] = { { tbs, 5 }, { tbs + 5, sizeof(tbs) - 5 } };
	uint8_t sig[SIG_OUT_MAX];
	struct sig_way way;
	EVP_PKEY *k;
	size_t i, n, head;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		k = t[i].bits != 0 ? EVP_PKEY_Q_keygen(NULL, NULL, t[i].type,
		    t[i].bits) : t[i].group != NULL ? EVP_PKEY_Q_keygen(NULL,
		    NULL, t[i].type, t[i].group) : EVP_PKEY_Q_keygen(NULL,
		    NULL, t[i].type);
		privring_free(s.priv);
		s.priv = privring_new();
		key_put(t[i].name, k, NULL);
		assert_null(sig_choose(privring_find(s.priv, t[i].name),
		    t[i].sigs, t[i].weak, t[i].hashes, &way));
		assert_int_equal(way.method, t[i].method);
		n = sig_make(privring_find(s.priv, t[i].name), &way, part, 2,
		    sig);
		assert_true(n > 0);
		head = t[i].method == 14 ? 1U + sig[0] : 0;
		if (head > 0)
			check_14(sig);
		if (!verifies(k, t[i].md, t[i].pss, sig + head, n - head, tbs,
		    sizeof(tbs)))
			fail_msg("row %zu does not verify", i);
		EVP_PKEY_free(k);
	}
}

/* RFC 9593: what the peer announces goes before what we would take. */
static void
test_announced(void **state)
{
#define C(n)	(1U << (n))
	static const struct {
		const char	*key, *digest;
		uint32_t	 hashes, can;
		int		 pss;
		unsigned int	 method;
	} t[] = {
		{ "r", "SHA2-256", HASHES, 0, 1, 14 },
		{ "r", "SHA2-384", HASHES, C(CAN_RSA_PSS + 1), 1, 14 },
		{ "r", "SHA2-512", HASHES, C(CAN_RSA + 2), 0, 14 },
		{ "r", "SHA2-256", HASHES, C(CAN_RSA_OLD), 0, 1 },
		{ "r", "SHA2-512", HASHES, C(CAN_RSA_OLD) | C(CAN_RSA + 2), 0,
		    14 },
		/* Announced, but not among its hashes; none of ours. */
		{ "r", "SHA2-256", C(2), C(CAN_RSA_PSS + 1), 1, 14 },
		{ "r", "SHA2-256", HASHES, C(CAN_PSK) | C(CAN_ED448), 1, 14 },
		{ "e", "SHA2-256", HASHES, 0, 0, 14 },
		{ "e", "SHA2-512", HASHES, C(CAN_ECDSA + 2), 0, 14 },
		{ "e", "SHA2-256", HASHES, C(CAN_ECDSA_OLD), 0, 9 },
		{ "e", "SHA2-256", HASHES, C(CAN_ECDSA_OLD + 1), 0, 14 },
	};
	struct sig_way way;
	size_t i;

	(void)state;
	EVP_PKEY_free(key_put("r", EVP_RSA_gen(2048), NULL));
	EVP_PKEY_free(key_put("e", EVP_EC_gen("P-256"), NULL));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_null(sig_choose_of(privring_find(s.priv, t[i].key),
		    ALL, 0, t[i].hashes, t[i].can, &way));
		if (way.method != t[i].method || way.pss != t[i].pss ||
		    strcmp(way.digest, t[i].digest) != 0)
			fail_msg("row %zu: method %u, %s", i, way.method,
			    way.digest);
	}
	/* Where the policy forbids it, announcing does not help. */
	assert_non_null(sig_choose_of(privring_find(s.priv, "r"),
	    1U << SIGN_ECDSA, 0, HASHES, C(CAN_RSA), &way));
#undef C
}

static void
test_no_way(void **state)
{
	struct sig_way way;
	EVP_PKEY *k;

	(void)state;
	EVP_PKEY_free(key_put("r", EVP_RSA_gen(2048), NULL));
	assert_non_null(sig_choose(privring_find(s.priv, "r"),
	    1 << SIGN_ECDSA, 0, HASHES, &way));
	assert_non_null(sig_choose(privring_find(s.priv, "r"),
	    1 << SIGN_RSA_PSS, 0, 0, &way));
	EVP_PKEY_free(key_put("w", EVP_RSA_gen(1024), NULL));
	assert_non_null(sig_choose(privring_find(s.priv, "w"), ALL, 0, HASHES,
	    &way));
	assert_null(sig_choose(privring_find(s.priv, "w"), ALL,
	    WEAK_RSA1024, HASHES, &way));
	EVP_PKEY_free(key_put("ed", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
	    NULL));
	assert_non_null(sig_choose(privring_find(s.priv, "ed"), ALL, 0,
	    1 << 2, &way));
	/* Files that are no use say why. */
	EVP_PKEY_free(key_put("locked", EVP_EC_gen("P-256"), "secret"));
	assert_non_null(strstr(privring_find(s.priv, "locked")->problem,
	    "passphrase"));
	k = EVP_EC_gen("P-224");
	EVP_PKEY_free(key_put("odd", k, NULL));
	assert_non_null(strstr(privring_find(s.priv, "odd")->problem,
	    "neither"));
	{
		struct sn_secret f = { .kind = 2, .name = "junk",
		    .mode = 0100600, .data_len = 4, .data = "\x30\x01\x02" };

		privring_load(s.priv, &f, 0);
		assert_true(privring_find(s.priv, "junk")->problem[0] != '\0');
		strlcpy(f.name, "open", sizeof(f.name));
		f.mode = 0100644;
		privring_load(s.priv, &f, 0);
		assert_non_null(strstr(privring_find(s.priv, "open")->problem,
		    "readable"));
	}
	assert_null(privring_find(s.priv, "none"));
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

/* The file of a key as key_put() made it last, and its SHA-256. */
static void
seal(struct sn_secret *f, EVP_PKEY *k, const char *pass, uint8_t digest[32])
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	memset(f, 0, sizeof(*f));
	f->kind = 2;
	f->mode = 0100600;
	strcpy(f->name, "ec");
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, k,
	    EVP_aes_128_cbc(), pass, (int)strlen(pass), NULL, NULL), 1);
	n = BIO_read(bio, f->data, sizeof(f->data));
	assert_true(n > 0);
	f->data_len = (uint16_t)n;
	hprf_digest(f->data, f->data_len, digest, 32);
	BIO_free(bio);
}

/* A key in the clear below a line that says what it is for. */
static void
put_for(const char *purpose, EVP_PKEY *k)
{
	struct sn_secret f = { .kind = 2, .name = "ec", .mode = 0100600 };
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	assert_true(BIO_printf(bio, "ikd key purpose: %s\n", purpose) > 0);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, k, NULL, NULL, 0,
	    NULL, NULL), 1);
	n = BIO_read(bio, f.data, sizeof(f.data));
	assert_true(n > 0);
	f.data_len = (uint16_t)n;
	privring_free(s.priv);
	s.priv = privring_new();
	privring_load(s.priv, &f, 0);
	while (privring_check(s.priv))
		;
	BIO_free(bio);
}

static size_t
der_of(EVP_PKEY *k, uint8_t *to, size_t room)
{
	unsigned char *der = NULL;
	int n = i2d_PrivateKey(k, &der);

	assert_true(n > 0 && (size_t)n <= room);
	memcpy(to, der, (size_t)n);
	OPENSSL_clear_free(der, (size_t)n);
	return ((size_t)n);
}

static unsigned int
sign_anew(void)
{
	begin(1, "fqdn:bee");
	assert_int_equal(claim(), RSN_OK);
	return (sign());
}

/* A key with a passphrase: no mistake of the policy, but of no use yet. */
static void
test_locked(void **state)
{
	EVP_PKEY *k = EVP_EC_gen("P-256"), *odd = EVP_EC_gen("P-224");
	uint8_t digest[32], other[32] = { 1 }, der[4096];
	struct privring *next = privring_new(), *changed = privring_new();
	struct sn_secret f;
	char text[256];
	size_t n;

	(void)state;
	seal(&f, k, "open", digest);
	privring_load(s.priv, &f, 0);
	assert_int_equal(privring_locked(s.priv), 1);
	assert_non_null(strstr(privring_find(s.priv, "ec")->problem,
	    "ikectl key unlock ec"));
	(void)decide_keys_problem(s.entries, s.keys, s.ppks, s.priv, NULL, text,
	    sizeof(text));
	assert_non_null(strstr(text, "private/gone"));	/* that alone */
	assert_null(strstr(text, "more"));
	assert_int_equal(sign_anew(), RSN_LOCKED);
	assert_int_equal(out.auth_len, 0);
	assert_non_null(strstr(out.text, "ikectl key unlock ec"));
	/* Not by another file's key, nor by none, nor by a useless one. */
	n = der_of(k, der, sizeof(der));
	assert_non_null(privring_unlock(s.priv, "ec", other, der, n));
	assert_non_null(privring_unlock(s.priv, "eg", digest, der, n));
	assert_non_null(privring_unlock(s.priv, "ec", digest, der, n - 1));
	assert_non_null(privring_unlock(s.priv, "ec", digest, der, 0));
	assert_non_null(privring_unlock(s.priv, "ec", digest, f.data,
	    f.data_len));
	n = der_of(odd, der, sizeof(der));
	assert_non_null(privring_unlock(s.priv, "ec", digest, der, n));
	assert_int_equal(sign_anew(), RSN_LOCKED);
	/* Opened, twice is no harm; it signs. */
	n = der_of(k, der, sizeof(der));
	assert_null(privring_unlock(s.priv, "ec", digest, der, n));
	assert_null(privring_unlock(s.priv, "ec", digest, der, n));
	assert_int_equal(privring_locked(s.priv), 0);
	assert_int_equal(sign_anew(), RSN_OK);
	/* A reload of the very same file keeps it open; of another, not. */
	privring_load(next, &f, 0);
	privring_inherit(next, s.priv);
	assert_int_equal(privring_locked(next), 0);
	seal(&f, k, "other", digest);
	privring_load(changed, &f, 0);
	privring_inherit(changed, s.priv);
	privring_inherit(changed, NULL);
	assert_int_equal(privring_locked(changed), 1);
	privring_free(s.priv);
	s.priv = next;
	assert_int_equal(sign_anew(), RSN_OK);
	privring_free(changed);
	EVP_PKEY_free(k);
	EVP_PKEY_free(odd);
}

/* AUTH of IKE is signed by a key of IKE, whoever else's lies in its place. */
static void
test_purpose(void **state)
{
	static const char *const others[] = { "ca", "tls", "coffee" };
	EVP_PKEY *k = EVP_EC_gen("P-256");
	char text[512];
	size_t i;

	(void)state;
	put_for("ike", k);
	assert_string_equal(privring_find(s.priv, "ec")->problem, "");
	assert_int_equal(sign_anew(), RSN_OK);
	for (i = 0; i < 3; i++) {
		put_for(others[i], k);
		assert_null(privring_find(s.priv, "ec")->pkey);
		assert_int_equal(sign_anew(), RSN_NO_SECRET);
		assert_int_equal(out.auth_len, 0);
		(void)decide_keys_problem(s.entries, s.keys, s.ppks, s.priv,
		    NULL, text, sizeof(text));
		assert_non_null(strstr(text, "private/ec"));
	}
	put_for("ca", k);
	assert_non_null(strstr(privring_find(s.priv, "ec")->problem,
	    "authority"));
	EVP_PKEY_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_claim), T(test_refused), T(test_sign), T(test_mixed),
		T(test_ways), T(test_announced), T(test_no_way), T(test_locked),
		T(test_purpose),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
