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
 * Key exchanges through OpenSSL 3: Diffie-Hellman, and KEMs by kem.c.  Keys
 * come and go as raw octets; group parameters and key generators are made
 * once.
 */

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "dh.h"
#include "ike_const.h"
#include "kem.h"
#include "log.h"

enum kind { K_RAW, K_EC, K_MODP, K_KEM };

/* Private exponents for our own MODP parameters: twice the strength. */
#define MODP_WEAK_BITS	160

struct group {
	uint16_t	 id;
	uint8_t		 kind;
	uint8_t		 must;		/* every OpenSSL 3 has it */
	uint16_t	 pub_len;
	uint16_t	 secret_len;
	const char	*name;		/* NULL: parameters of our own */
	BIGNUM		*(*prime)(BIGNUM *);
	EVP_PKEY	*params;	/* K_EC, K_MODP */
	EVP_PKEY_CTX	*maker;		/* generates keys */
	BIGNUM		*top;		/* K_MODP: p - 1 */
	uint16_t	 ct_len;	/* K_KEM: of a ciphertext */
};

/* RFC 7748 section 6.1: the public value is X25519(private, 9). */
#define X25519_LEN	32
static const uint8_t	 x25519_base[X25519_LEN] = { 9 };
static EVP_PKEY		*x25519_nine;
static EVP_PKEY		*x25519_peer;	/* its value is set each time */
static EVP_PKEY_CTX	*x25519_from;	/* takes key data */

#define RAW(id, len, name)						\
	{ id, K_RAW, 1, len, len, name, NULL, NULL, NULL, NULL, 0 }
#define EC(id, len, name)						\
	{ id, K_EC, 1, 2 * (len), len, name, NULL, NULL, NULL, \
	    NULL, 0 }
#define MODP(id, must, len, name, prime)				\
	{ id, K_MODP, must, len, len, name, prime, NULL, NULL, NULL, 0 }
/* FIPS 203, table 3. */
#define KEM(id, ek, ct, name)						\
	{ id, K_KEM, 0, ek, 32, name, NULL, NULL, NULL, NULL, ct }

static struct group groups[] = {
	RAW(KE_X25519, 32, "X25519"),
	RAW(KE_X448, 56, "X448"),
	EC(KE_ECP256, 32, "P-256"),
	EC(KE_ECP384, 48, "P-384"),
	EC(KE_ECP521, 66, "P-521"),
	MODP(KE_MODP2048, 1, 256, "modp_2048", BN_get_rfc3526_prime_2048),
	MODP(KE_MODP3072, 1, 384, "modp_3072", BN_get_rfc3526_prime_3072),
	MODP(KE_MODP4096, 1, 512, "modp_4096", BN_get_rfc3526_prime_4096),
	MODP(KE_MODP6144, 1, 768, "modp_6144", BN_get_rfc3526_prime_6144),
	MODP(KE_MODP8192, 1, 1024, "modp_8192", BN_get_rfc3526_prime_8192),
	MODP(KE_MODP1536, 0, 192, "modp_1536", BN_get_rfc3526_prime_1536),
	MODP(KE_MODP1024, 0, 128, NULL, BN_get_rfc2409_prime_1024),
	MODP(KE_MODP768, 0, 96, NULL, BN_get_rfc2409_prime_768),
	KEM(KE_MLKEM768, 1184, 1088, "ML-KEM-768"),
	KEM(KE_MLKEM512, 800, 768, "ML-KEM-512"),
	KEM(KE_MLKEM1024, 1568, 1568, "ML-KEM-1024"),
};

#define NGROUPS		(sizeof(groups) / sizeof(groups[0]))

struct dh_key {
	const struct group	*g;
	EVP_PKEY		*pkey;
	EVP_PKEY_CTX		*ctx;		/* derives; NULL: not made */
	size_t			 pub_len;
	uint8_t			 pub[];
};

static int	ready;

static const char *
group_type(const struct group *g)
{
	return (g->kind == K_RAW || g->kind == K_KEM ? g->name :
	    g->kind == K_EC ? "EC" : "DH");
}

/* Key or parameters of a group from a builder, which this frees. */
static EVP_PKEY *
pkey_from(const struct group *g, int selection, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *pkey = NULL;

	if (params == NULL)
		goto done;
	ctx = EVP_PKEY_CTX_new_from_name(NULL, group_type(g), NULL);
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
		goto done;
	if (EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
 done:
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	return (pkey);
}

/* Pushes what names the group's parameters; 1 or 0 as OpenSSL has it. */
static int
push_group(const struct group *g, OSSL_PARAM_BLD *bld, BIGNUM *p,
    BIGNUM *base)
{
	if (g->name != NULL)
		return (OSSL_PARAM_BLD_push_utf8_string(bld,
		    OSSL_PKEY_PARAM_GROUP_NAME, g->name, 0) == 1);
	/* RFC 2409 sections 6.1 and 6.2: the generator is 2. */
	return (g->prime(p) != NULL && BN_set_word(base, 2) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_P, p) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_G, base) == 1 &&
	    OSSL_PARAM_BLD_push_int(bld, OSSL_PKEY_PARAM_DH_PRIV_LEN,
	    MODP_WEAK_BITS) == 1);
}

static int
group_params(struct group *g)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *p = BN_new(), *base = BN_new();

	if (bld == NULL || p == NULL || base == NULL)
		fatal("out of memory");
	if (push_group(g, bld, p, base) == 1)
		g->params = pkey_from(g, EVP_PKEY_KEY_PARAMETERS, bld);
	else
		OSSL_PARAM_BLD_free(bld);
	if (g->kind == K_MODP) {
		g->top = g->prime(NULL);
		if (g->top == NULL || BN_sub_word(g->top, 1) != 1)
			fatal("out of memory");
	}
	BN_free(p);
	BN_free(base);
	return (g->params != NULL ? 0 : -1);
}

static int
group_init(struct group *g)
{
	if (g->kind == K_RAW || g->kind == K_KEM)
		g->maker = EVP_PKEY_CTX_new_from_name(NULL, g->name, NULL);
	else if (group_params(g) == 0)
		g->maker = EVP_PKEY_CTX_new_from_pkey(NULL, g->params, NULL);
	if (g->maker == NULL || EVP_PKEY_keygen_init(g->maker) != 1) {
		EVP_PKEY_CTX_free(g->maker);
		g->maker = NULL;
		return (-1);
	}
	return (0);
}

static void
x25519_init(void)
{
	x25519_nine = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL,
	    x25519_base, X25519_LEN);
	x25519_peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL,
	    x25519_base, X25519_LEN);
	x25519_from = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
	if (x25519_nine == NULL || x25519_peer == NULL || x25519_from == NULL ||
	    EVP_PKEY_fromdata_init(x25519_from) != 1)
		fatal("OpenSSL has no X25519");
}

static const struct group *
group_find(unsigned int id)
{
	size_t i;

	dh_init();
	for (i = 0; i < NGROUPS; i++)
		if (groups[i].id == id && groups[i].maker != NULL)
			return (&groups[i]);
	return (NULL);
}

static size_t
ossl_public_len(unsigned int group)
{
	const struct group *g = group_find(group);

	return (g == NULL ? 0 : g->pub_len);
}

static void
ossl_free(struct dh_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->ctx);
	EVP_PKEY_free(k->pkey);
	free(k);
}

/*
 * Wraps a key and reads its public value.  EC points come as 4 | x | y
 * (RFC 5903 section 7 wants x | y); DH values are padded to p's width.
 */
static struct dh_key *
wrap(const struct group *g, EVP_PKEY *pkey)
{
	uint8_t point[1 + IKE_KE_MAX];
	size_t lead = g->kind == K_EC, len = 0;
	struct dh_key *k;

	if ((k = malloc(sizeof(*k) + g->pub_len)) == NULL) {
		EVP_PKEY_free(pkey);
		return (NULL);
	}
	k->g = g;
	k->pkey = pkey;
	k->ctx = NULL;
	k->pub_len = g->pub_len;
	if (EVP_PKEY_get_octet_string_param(pkey,
	    OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point),
	    &len) != 1 || len != lead + g->pub_len) {
		ossl_free(k);
		return (NULL);
	}
	memcpy(k->pub, point + lead, g->pub_len);
	return (k);
}

static const uint8_t *
ossl_public_value(const struct dh_key *k, size_t *len)
{
	*len = k->pub_len;
	return (k->pub);
}

/* RFC 6989 section 2.1: 1 < y < p - 1. */
static int
modp_in_range(const struct group *g, const uint8_t *y, size_t len)
{
	BIGNUM *n = BN_bin2bn(y, len, NULL);
	int ok;

	ok = n != NULL && BN_cmp(n, BN_value_one()) > 0 &&
	    BN_cmp(n, g->top) < 0;
	BN_free(n);
	return (ok);
}

/*
 * The peer's key, its value checked.  For EC, OpenSSL reads a point only
 * when coordinates are in range and on the curve (RFC 6989 section 2.3);
 * an all-zero value is no point.
 */
static EVP_PKEY *
peer_key(const struct group *g, const uint8_t *y, size_t len)
{
	uint8_t point[1 + IKE_KE_MAX];
	size_t lead = g->kind == K_EC;
	EVP_PKEY *pkey;

	if (len != g->pub_len)
		return (NULL);
	/* A new object costs OpenSSL a walk over all names that it knows. */
	if (g->id == KE_X25519)
		return (EVP_PKEY_set1_encoded_public_key(x25519_peer, y,
		    len) == 1 && EVP_PKEY_up_ref(x25519_peer) == 1 ?
		    x25519_peer : NULL);
	if (g->kind == K_RAW)
		return (EVP_PKEY_new_raw_public_key_ex(NULL, g->name, NULL,
		    y, len));
	if (g->kind == K_MODP && !modp_in_range(g, y, len))
		return (NULL);
	if ((pkey = EVP_PKEY_dup(g->params)) == NULL)
		return (NULL);
	point[0] = 4;		/* uncompressed */
	memcpy(point + lead, y, len);
	if (EVP_PKEY_set1_encoded_public_key(pkey, point, lead + len) != 1) {
		EVP_PKEY_free(pkey);
		return (NULL);
	}
	return (pkey);
}

/* The context that multiplies by this key, made at its first use. */
static EVP_PKEY_CTX *
context(struct dh_key *k)
{
	if (k->ctx != NULL)
		return (k->ctx);
	k->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
	if (k->ctx == NULL || EVP_PKEY_derive_init(k->ctx) != 1)
		goto fail;
	/* RFC 7296 2.14: g^ir is padded to the modulus's width. */
	if (k->g->kind == K_MODP && EVP_PKEY_CTX_set_dh_pad(k->ctx, 1) != 1)
		goto fail;
	return (k->ctx);
 fail:
	EVP_PKEY_CTX_free(k->ctx);
	k->ctx = NULL;
	return (NULL);
}

/* The secret, g->secret_len octets; 0 or -1. */
static int
derive(struct dh_key *k, EVP_PKEY *peer, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = context(k);
	size_t len = k->g->secret_len;

	if (ctx == NULL)
		return (-1);
	/* 0: no second test of the peer's value, an exponentiation long */
	if (EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) != 1)
		return (-1);
	if (EVP_PKEY_derive(ctx, out, &len) != 1 || len != k->g->secret_len)
		return (-1);
	return (0);
}

/* A key of raw octets, its public part void.  NULL on failure. */
static EVP_PKEY *
x25519_key(const uint8_t *priv)
{
	OSSL_PARAM params[3];
	EVP_PKEY *pkey = NULL;

	params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    (void *)(uintptr_t)x25519_base, X25519_LEN);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY,
	    (void *)(uintptr_t)priv, X25519_LEN);
	params[2] = OSSL_PARAM_construct_end();
	if (EVP_PKEY_fromdata(x25519_from, &pkey, EVP_PKEY_KEYPAIR,
	    params) != 1) {
		EVP_PKEY_free(pkey);
		return (NULL);
	}
	return (pkey);
}

/*
 * X25519 keys are made of random octets and the public value is computed by
 * the ladder, which OpenSSL has in assembler; its own key generation takes
 * half as long again.  Nobody asks OpenSSL for the key's public part.
 */
static struct dh_key *
x25519_generate(const struct group *g)
{
	uint8_t priv[X25519_LEN];
	struct dh_key *k;

	if ((k = calloc(1, sizeof(*k) + g->pub_len)) == NULL)
		return (NULL);
	k->g = g;
	k->pub_len = g->pub_len;
	if (RAND_priv_bytes(priv, sizeof(priv)) != 1)
		goto fail;
	if ((k->pkey = x25519_key(priv)) == NULL)
		goto fail;
	if (derive(k, x25519_nine, k->pub) != 0)
		goto fail;
	explicit_bzero(priv, sizeof(priv));
	return (k);
 fail:
	explicit_bzero(priv, sizeof(priv));
	ossl_free(k);
	return (NULL);
}

static struct dh_key *
ossl_generate(unsigned int group)
{
	const struct group *g = group_find(group);
	EVP_PKEY *pkey = NULL;
	struct dh_key *k = NULL;

	if (g == NULL)
		return (NULL);
	if (group == KE_X25519)
		k = x25519_generate(g);
	if (k == NULL && EVP_PKEY_keygen(g->maker, &pkey) == 1)
		k = wrap(g, pkey);
	if (k == NULL)
		ERR_clear_error();
	return (k);
}

/* A KEM's responder has nothing before it has the initiator's key. */
static struct dh_key *
ossl_respond(unsigned int group)
{
	const struct group *g = group_find(group);
	struct dh_key *k;

	if (g == NULL || g->kind != K_KEM)
		return (ossl_generate(group));
	if ((k = calloc(1, sizeof(*k) + g->ct_len)) == NULL)
		return (NULL);
	k->g = g;
	k->pub_len = g->ct_len;
	return (k);
}

static int
kem_shared(struct dh_key *k, const uint8_t *peer, size_t len, uint8_t *out)
{
	const struct group *g = k->g;

	if (k->pkey == NULL)
		return (len != g->pub_len ? -1 : kem_encapsulate(g->name,
		    peer, len, k->pub, g->ct_len, out, g->secret_len));
	return (len != g->ct_len ? -1 : kem_decapsulate(k->pkey, peer, len,
	    out, g->secret_len));
}

/* RFC 8031 section 3.2 (RFC 7748 section 6): an all-zero secret is void. */
static int
is_zero(const uint8_t *p, size_t len)
{
	uint8_t any = 0;

	while (len > 0)
		any |= p[--len];
	return (any == 0);
}

static long
ossl_shared(struct dh_key *k, const uint8_t *peer, size_t len, uint8_t *out,
    size_t size)
{
	EVP_PKEY *theirs = NULL;
	size_t n = k->g->secret_len;
	int r = -1;

	if (size < n)
		return (-1);
	if (k->g->kind == K_KEM)
		r = kem_shared(k, peer, len, out);
	else if ((theirs = peer_key(k->g, peer, len)) != NULL)
		r = derive(k, theirs, out);
	EVP_PKEY_free(theirs);
	if (r == 0 && is_zero(out, n))
		r = -1;
	if (r != 0) {
		ERR_clear_error();
		explicit_bzero(out, n);
		return (-1);
	}
	return ((long)n);
}

unsigned int
dh_group(const struct dh_key *k)
{
	return (k->g->id);
}

struct dh_key *
dh_import(unsigned int group, const uint8_t *priv, size_t len,
    const uint8_t *pub, size_t pub_len)
{
	const struct group *g = group_find(group);
	uint8_t point[1 + IKE_KE_MAX] = { 4 };
	size_t lead;
	OSSL_PARAM_BLD *bld;
	EVP_PKEY *pkey;
	BIGNUM *x, *y;

	if (g == NULL || pub_len != g->pub_len || g->kind == K_KEM)
		return (NULL);
	if (g->kind == K_RAW) {
		pkey = EVP_PKEY_new_raw_private_key_ex(NULL, g->name, NULL,
		    priv, len);
		return (pkey == NULL ? NULL : wrap(g, pkey));
	}
	lead = g->kind == K_EC;
	memcpy(point + lead, pub, pub_len);
	x = BN_bin2bn(priv, len, NULL);
	y = BN_bin2bn(pub, pub_len, NULL);
	if (x == NULL || y == NULL || (bld = OSSL_PARAM_BLD_new()) == NULL)
		fatal("out of memory");
	if (g->name == NULL)
		fatal("no import into groups without a name");
	if (push_group(g, bld, NULL, NULL) != 1 ||
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, x) != 1 ||
	    (g->kind == K_EC ? OSSL_PARAM_BLD_push_octet_string(bld,
	    OSSL_PKEY_PARAM_PUB_KEY, point, lead + pub_len) :
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PUB_KEY, y)) != 1)
		fatal("out of memory");
	pkey = pkey_from(g, EVP_PKEY_KEYPAIR, bld);
	BN_clear_free(x);
	BN_free(y);
	return (pkey == NULL ? NULL : wrap(g, pkey));
}

const struct dh_ops dh_openssl = {
	.public_len = ossl_public_len,
	.generate = ossl_generate,
	.respond = ossl_respond,
	.public_value = ossl_public_value,
	.shared = ossl_shared,
	.free = ossl_free,
};

/* One of everything, so that nothing is first done behind the door. */
static void
warm(unsigned int group)
{
	uint8_t out[IKE_KE_MAX];
	struct dh_key *k = dh_openssl.generate(group);

	if (k == NULL || dh_openssl.shared(k, k->pub, k->g->pub_len, out,
	    sizeof(out)) == -1)
		fatal("OpenSSL fails in group %s", group_find(group)->name);
	dh_openssl.free(k);
	explicit_bzero(out, sizeof(out));
}

/* The same of a KEM, which OpenSSL need not have. */
static void
warm_kem(unsigned int id)
{
	uint8_t out[IKE_KE_MAX];
	struct dh_key *i, *r;

	if (group_find(id) == NULL)
		return;
	i = dh_openssl.generate(id);
	r = dh_openssl.respond(id);
	if (i == NULL || r == NULL ||
	    dh_openssl.shared(r, i->pub, i->pub_len, out, sizeof(out)) == -1 ||
	    dh_openssl.shared(i, r->pub, r->pub_len, out, sizeof(out)) == -1)
		fatal("OpenSSL fails in %s", group_find(id)->name);
	dh_openssl.free(i);
	dh_openssl.free(r);
	explicit_bzero(out, sizeof(out));
}

void
dh_init(void)
{
	size_t i;

	if (ready)
		return;
	x25519_init();
	for (i = 0; i < NGROUPS; i++)
		if (group_init(&groups[i]) != 0 && groups[i].must)
			fatal("OpenSSL has no group %s", groups[i].name);
	ERR_clear_error();
	ready = 1;
	warm(KE_X25519);
	warm(KE_ECP256);
	warm(KE_MODP2048);
	warm_kem(KE_MLKEM512);
	warm_kem(KE_MLKEM768);
	warm_kem(KE_MLKEM1024);
}
