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

/* Keys: made, read, written, compared. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "key_io.h"
#include "log.h"

#define ITERATIONS	210000	/* of PBKDF2 with HMAC-SHA-256 */
#define SALT		16
#define RSA_LEAST	2048
#define RSA_MOST	8192

/* The curves, by our name, OpenSSL's and its short name. */
static const struct {
	const char	*ours, *make, *group, *digest;
} curves[] = {
	{ "p256", "P-256", "prime256v1", "SHA256" },
	{ "p384", "P-384", "secp384r1", "SHA384" },
	{ "p521", "P-521", "secp521r1", "SHA512" },
};
#define NCURVES	(sizeof(curves) / sizeof(curves[0]))

static EVP_PKEY *
make_rsa(const struct km *km)
{
	long bits = km_number(km, KO_BITS, 3072, RSA_LEAST, RSA_MOST);

	if (bits == -1)
		return (NULL);
	return (EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits));
}

EVP_PKEY *
key_make(const struct km *km)
{
	const char *type = km_opt(km, KO_TYPE);
	EVP_PKEY *key = NULL;
	size_t i;

	if (type == NULL || strcmp(type, "ecdsa") == 0)
		type = km_opt(km, KO_BITS) != NULL ? "rsa" : curves[0].ours;
	if (km_opt(km, KO_BITS) != NULL && strcmp(type, "rsa") != 0) {
		fail_words("--bits is of rsa keys");
		return (NULL);
	}
	if (strcmp(type, "rsa") == 0)
		key = make_rsa(km);
	else if (strcmp(type, "ed25519") == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else if (strcmp(type, "ed448") == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
	else {
		for (i = 0; i < NCURVES; i++)
			if (strcmp(type, curves[i].ours) == 0)
				break;
		if (i == NCURVES) {
			fail_words("\"%s\" is no type of key: rsa, p256, p384, "
			    "p521, ed25519, ed448", type);
			return (NULL);
		}
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curves[i].make);
	}
	if (key == NULL)
		fail_ssl("cannot make a key");
	return (key);
}

/* Index into curves[], or -1. */
static int
curve_of(const EVP_PKEY *key)
{
	char group[64];
	size_t n, i;

	if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key,
	    group, sizeof(group), &n) != 1)
		return (-1);
	for (i = 0; i < NCURVES; i++)
		if (strcmp(group, curves[i].group) == 0)
			return ((int)i);
	return (-1);
}

char *
key_type(const EVP_PKEY *key, char out[KEY_TEXT])
{
	int c = curve_of(key);

	if (EVP_PKEY_is_a(key, "RSA") == 1)
		snprintf(out, KEY_TEXT, "rsa-%d", EVP_PKEY_get_bits(key));
	else if (c != -1)
		snprintf(out, KEY_TEXT, "ecdsa-%s", curves[c].ours);
	else if (EVP_PKEY_is_a(key, "ED25519") == 1)
		snprintf(out, KEY_TEXT, "ed25519");
	else if (EVP_PKEY_is_a(key, "ED448") == 1)
		snprintf(out, KEY_TEXT, "ed448");
	else
		snprintf(out, KEY_TEXT, "%s-%d",
		    EVP_PKEY_get0_type_name(key) != NULL ?
		    EVP_PKEY_get0_type_name(key) : "unknown",
		    EVP_PKEY_get_bits(key));
	return (out);
}

const char *
key_wrong(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	if (EVP_PKEY_is_a(key, "RSA") == 1) {
		if (bits < RSA_LEAST)
			return ("an RSA key under 2048 bits is too weak");
		if (bits > RSA_MOST)
			return ("an RSA key has at most 8192 bits");
		return (NULL);
	}
	if (EVP_PKEY_is_a(key, "EC") == 1)
		return (curve_of(key) != -1 ? NULL :
		    "its curve is none of p256, p384, p521");
	if (EVP_PKEY_is_a(key, "ED25519") == 1 ||
	    EVP_PKEY_is_a(key, "ED448") == 1)
		return (NULL);
	return ("a key is rsa, ecdsa (p256, p384, p521), ed25519 or ed448");
}

const EVP_MD *
key_digest(const EVP_PKEY *key)
{
	int c = curve_of(key);

	if (c != -1)
		return (EVP_get_digestbyname(curves[c].digest));
	return (EVP_PKEY_is_a(key, "RSA") == 1 ? EVP_sha256() : NULL);
}

char *
fingerprint(const void *p, size_t len, char out[FP_TEXT])
{
	uint8_t md[32];
	size_t i, n;

	if (EVP_Q_digest(NULL, "SHA2-256", NULL, p, len, md, &n) != 1 ||
	    n != sizeof(md))
		fatal("no SHA-256");
	for (i = 0; i < sizeof(md); i++)
		snprintf(out + 3 * i, 4, i + 1 < sizeof(md) ? "%02X:" :
		    "%02X", md[i]);
	return (out);
}

char *
key_fingerprint(const EVP_PKEY *key, char out[FP_TEXT])
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	if (len <= 0)
		fatal("a public key cannot be encoded");
	(void)fingerprint(der, (size_t)len, out);
	OPENSSL_free(der);
	return (out);
}

int
key_same(const EVP_PKEY *a, const EVP_PKEY *b)
{
	return (EVP_PKEY_eq(a, b) == 1);
}

BIO *
bio_new(void)
{
	BIO *b = BIO_new(BIO_s_secmem());

	if (b == NULL)
		fatal("no memory");
	return (b);
}

BIO *
bio_of(const struct buf *b)
{
	BIO *bio = BIO_new_mem_buf(b->p, (int)b->len);

	if (bio == NULL)
		fatal("no memory");
	return (bio);
}

const void *
bio_data(BIO *b, size_t *len)
{
	char *p = NULL;
	long n = BIO_get_mem_data(b, &p);

	*len = n > 0 ? (size_t)n : 0;
	return (p);
}

int
is_pem(const struct buf *b)
{
	return (memmem(b->p, b->len, "-----BEGIN ", 11) != NULL);
}

/* What OpenSSL's question for a passphrase needs. */
struct ask {
	const struct km	*km;
	const char	*what;
	struct pass	*pass;
	int		 asked;
	int		 failed;	/* none could be had: said */
};

static int
on_ask(char *out, int size, int writing, void *arg)
{
	struct ask *a = arg;

	(void)writing;
	a->asked = 1;
	if (a->km == NULL || a->failed)
		return (-1);
	if (!a->pass->have && pass_old(a->km, a->what, a->pass) == -1) {
		a->failed = 1;
		return (-1);
	}
	if (size < 0 || a->pass->len > (size_t)size) {
		fail("the passphrase is too long");
		a->failed = 1;
		return (-1);
	}
	memcpy(out, a->pass->text, a->pass->len);
	return ((int)a->pass->len);
}

/* PEM, or one of DER's forms. */
static EVP_PKEY *
decode(const struct buf *b, struct ask *a)
{
	const unsigned char *p = b->p;
	BIO *bio = bio_of(b);
	EVP_PKEY *key;

	if (is_pem(b))
		key = PEM_read_bio_PrivateKey(bio, NULL, on_ask, a);
	else {
		key = d2i_AutoPrivateKey(NULL, &p, (long)b->len);
		if (key == NULL)
			key = d2i_PKCS8PrivateKey_bio(bio, NULL, on_ask, a);
	}
	BIO_free(bio);
	return (key);
}

/* 1: both halves are there and belong together. */
static int
pair_ok(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return (ok);
}

EVP_PKEY *
key_decode(const struct km *km, const struct buf *b, const char *what,
    int *encrypted, struct pass *pass)
{
	struct pass own = { .have = 0 };
	struct ask a = { km, what, pass != NULL ? pass : &own, 0, 0 };
	EVP_PKEY *key = decode(b, &a);

	if (encrypted != NULL)
		*encrypted = a.asked;
	pass_wipe(&own);
	if (key != NULL && !pair_ok(key)) {
		fail_ssl("%s: the halves of the key do not belong together",
		    what);
		EVP_PKEY_free(key);
		return (NULL);
	}
	if (key == NULL && a.asked && km != NULL && !a.failed)
		fail("%s: wrong passphrase, or a damaged file", what);
	else if (key == NULL && !a.asked)
		fail_ssl("%s: no private key", what);
	ERR_clear_error();
	return (key);
}

EVP_PKEY *
key_load(const struct km *km, const char *sub, const char *name,
    int *encrypted)
{
	char what[256];
	EVP_PKEY *key;
	struct buf b;

	if (km_read(km, sub, name, &b) == -1)
		return (NULL);
	snprintf(what, sizeof(what), "%s/%s", sub, name);
	key = key_decode(km, &b, what, encrypted, NULL);
	buf_free(&b);
	return (key);
}

EVP_PKEY *
key_decode_public(const struct buf *b)
{
	const unsigned char *p = b->p;
	EVP_PKEY *key;
	BIO *bio;

	if (is_pem(b)) {
		bio = bio_of(b);
		key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
		BIO_free(bio);
	} else
		key = d2i_PUBKEY(NULL, &p, (long)b->len);
	ERR_clear_error();
	return (key);
}

/* PKCS#8 under PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC. */
static int
write_encrypted(BIO *out, PKCS8_PRIV_KEY_INFO *p8, const struct pass *pass)
{
	X509_SIG *sig;
	int rc;

	sig = PKCS8_encrypt(-1, EVP_aes_256_cbc(), pass->text,
	    (int)pass->len, NULL, SALT, ITERATIONS, p8);
	if (sig == NULL)
		return (0);
	rc = PEM_write_bio_PKCS8(out, sig);
	X509_SIG_free(sig);
	return (rc);
}

BIO *
key_encode(const EVP_PKEY *key, const struct pass *pass,
    enum key_purpose purpose)
{
	PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(key);
	BIO *out = bio_new();
	char line[64];
	size_t len;
	int rc = 0;

	snprintf(line, sizeof(line), KEY_PURPOSE "%s\n",
	    key_purpose_name(purpose));
	len = strlen(line);
	if (BIO_write(out, line, (int)len) != (int)len)
		fatal("no memory");
	if (p8 != NULL && pass != NULL && pass->have)
		rc = write_encrypted(out, p8, pass);
	else if (p8 != NULL)
		rc = PEM_write_bio_PKCS8_PRIV_KEY_INFO(out, p8);
	PKCS8_PRIV_KEY_INFO_free(p8);
	if (rc == 1)
		return (out);
	fail_ssl("the private key cannot be written");
	BIO_free(out);
	return (NULL);
}

BIO *
key_encode_public(const EVP_PKEY *key, int der)
{
	BIO *out = bio_new();

	if ((der ? i2d_PUBKEY_bio(out, key) :
	    PEM_write_bio_PUBKEY(out, key)) == 1)
		return (out);
	fail_ssl("the public key cannot be written");
	BIO_free(out);
	return (NULL);
}
