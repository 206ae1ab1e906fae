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
 * Encrypts and decrypts ESP packets (RFC 4303 sections 2 and 3.3, 3.4).
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "cksum.h"
#include "log.h"
#include "seal.h"

#define ESP_HEAD	8	/* SPI and sequence number */
#define TRAILER		2	/* pad length and next header */
#define SALT_MAX	4
#define BLOCK_MAX	16

/* OpenSSL's names; lengths stand in common/alg.c. */
static struct cipher {
	uint16_t	 id;
	uint16_t	 bits;
	const char	*name;
	size_t		 align;		/* of payload, padding and trailer */
	EVP_CIPHER	*evp;
} ciphers[] = {
	/* RFC 4106 section 3 and RFC 7634: any length, so ESP's own 4. */
	{ ENCR_AES_GCM_16, 128, "AES-128-GCM", 4, NULL },
	{ ENCR_AES_GCM_16, 192, "AES-192-GCM", 4, NULL },
	{ ENCR_AES_GCM_16, 256, "AES-256-GCM", 4, NULL },
	{ ENCR_CHACHA20_POLY1305, 0, "ChaCha20-Poly1305", 4, NULL },
	{ ENCR_AES_CBC, 128, "AES-128-CBC", 16, NULL },
	{ ENCR_AES_CBC, 192, "AES-192-CBC", 16, NULL },
	{ ENCR_AES_CBC, 256, "AES-256-CBC", 16, NULL },
	{ ENCR_3DES, 0, "DES-EDE3-CBC", 8, NULL },
};

static const struct {
	uint16_t	 id;
	const char	*digest;
} macs[] = {
	{ INTEG_HMAC_SHA2_256_128, "SHA2-256" },
	{ INTEG_HMAC_SHA2_384_192, "SHA2-384" },
	{ INTEG_HMAC_SHA2_512_256, "SHA2-512" },
	{ INTEG_HMAC_SHA1_96, "SHA1" },
	{ INTEG_HMAC_MD5_96, "MD5" },
};

#define NCIPHERS	(sizeof(ciphers) / sizeof(ciphers[0]))
#define NMACS		(sizeof(macs) / sizeof(macs[0]))

static EVP_MAC *hmac;

/* One direction. */
struct seal {
	EVP_CIPHER_CTX	*cipher;
	EVP_MAC_CTX	*mac;		/* NULL with an AEAD */
	size_t		 align;		/* a power of two */
	size_t		 iv;
	size_t		 icv;
	int		 esn;
	uint8_t		 salt[SALT_MAX];
	OSSL_PARAM	 tag[2];	/* where an AEAD's ICV stands */
};

/*
 * CBC needs IVs that nobody can foretell (RFC 3602 section 3); drawing them
 * one by one would cost more than the encryption of a small packet.
 */
static struct {
	uint8_t	bytes[64 * BLOCK_MAX];
	size_t	left;
} iv_pool;

static int
random_iv(uint8_t *iv, size_t len)
{
	if (iv_pool.left < len) {
		if (RAND_bytes(iv_pool.bytes, sizeof(iv_pool.bytes)) != 1)
			return (-1);
		iv_pool.left = sizeof(iv_pool.bytes);
	}
	iv_pool.left -= len;
	memcpy(iv, iv_pool.bytes + iv_pool.left, len);
	return (0);
}

void
seal_warm(void)
{
	size_t i;

	for (i = 0; i < NCIPHERS; i++)
		if (ciphers[i].evp == NULL &&
		    (ciphers[i].evp = EVP_CIPHER_fetch(NULL, ciphers[i].name,
		    NULL)) == NULL)
			fatal("OpenSSL has no %s", ciphers[i].name);
	if (hmac == NULL && (hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) == NULL)
		fatal("OpenSSL has no HMAC");
}

static const struct cipher *
find_cipher(const struct wt_suite *suite)
{
	size_t i;

	for (i = 0; i < NCIPHERS; i++)
		if (ciphers[i].id == suite->encr &&
		    ciphers[i].bits == suite->encr_bits)
			return (&ciphers[i]);
	return (NULL);
}

static const char *
find_digest(uint16_t id)
{
	size_t i;

	for (i = 0; i < NMACS; i++)
		if (macs[i].id == id)
			return (macs[i].digest);
	return (NULL);
}

int
seal_known(const struct wt_suite *suite, size_t encr, size_t integ)
{
	const struct alg *ea, *ia;

	ea = alg_by_id(XF_ENCR, suite->encr, suite->encr_bits);
	if (suite->proto != PROTO_ESP || ea == NULL || ea->keylen != encr ||
	    find_cipher(suite) == NULL)
		return (0);
	if (ea->aead)
		return (suite->integ == INTEG_NONE && integ == 0);
	ia = alg_by_id(XF_INTEG, suite->integ, 0);
	return (ia != NULL && ia->keylen == integ &&
	    find_digest(suite->integ) != NULL);
}

static int
new_mac(struct seal *s, uint16_t id, const uint8_t *key, size_t len)
{
	OSSL_PARAM params[2];
	char digest[16];

	strlcpy(digest, find_digest(id), sizeof(digest));
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
	    digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	if ((s->mac = EVP_MAC_CTX_new(hmac)) == NULL)
		return (-1);
	return (EVP_MAC_init(s->mac, key, len, params) == 1 ? 0 : -1);
}

struct seal *
seal_new(const struct wt_suite *suite, int out, const uint8_t *encr,
    size_t encr_len, const uint8_t *integ, size_t integ_len)
{
	const struct cipher *c;
	const struct alg *ea;
	struct seal *s;

	if (!seal_known(suite, encr_len, integ_len))
		return (NULL);
	seal_warm();
	c = find_cipher(suite);
	ea = alg_by_id(XF_ENCR, suite->encr, suite->encr_bits);
	s = xcalloc(1, sizeof(*s));
	s->align = c->align;
	s->iv = ea->ivlen;
	s->icv = ea->icvlen;
	s->esn = suite->esn;
	memcpy(s->salt, encr + encr_len - ea->saltlen, ea->saltlen);
	if ((s->cipher = EVP_CIPHER_CTX_new()) == NULL ||
	    EVP_CipherInit_ex2(s->cipher, c->evp, encr, NULL, out, NULL) != 1)
		goto bad;
	if (ea->aead) {
		s->tag[0] = OSSL_PARAM_construct_octet_string(
		    OSSL_CIPHER_PARAM_AEAD_TAG, NULL, s->icv);
		s->tag[1] = OSSL_PARAM_construct_end();
		return (s);
	}
	s->icv = alg_by_id(XF_INTEG, suite->integ, 0)->icvlen;
	if (EVP_CIPHER_CTX_set_padding(s->cipher, 0) != 1 ||
	    new_mac(s, suite->integ, integ, integ_len) == -1)
		goto bad;
	return (s);
bad:
	seal_free(s);
	return (NULL);
}

void
seal_free(struct seal *s)
{
	if (s == NULL)
		return;
	EVP_CIPHER_CTX_free(s->cipher);
	EVP_MAC_CTX_free(s->mac);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

size_t
seal_head(const struct seal *s)
{
	return (ESP_HEAD + s->iv);
}

size_t
seal_size(const struct seal *s, size_t len)
{
	size_t body = len + TRAILER;

	body = (body + s->align - 1) & ~(s->align - 1);
	return (seal_head(s) + body + s->icv);
}

size_t
seal_room(const struct seal *s, size_t size)
{
	size_t fixed = seal_head(s) + s->icv, body;

	if (size < fixed + s->align)
		return (0);
	body = (size - fixed) & ~(s->align - 1);
	return (body - TRAILER);
}

/* RFC 4106 section 5, RFC 7634 section 2.1: SPI and the number as it is. */
static size_t
make_aad(const struct seal *s, const uint8_t *esp, uint64_t seq, uint8_t *aad)
{
	memcpy(aad, esp, 4);
	if (s->esn) {
		put64(aad + 4, seq);
		return (12);
	}
	put32(aad + 4, (uint32_t)seq);
	return (8);
}

/* Everything from the SPI to the end of the ciphertext, then the high half. */
static int
make_mac(struct seal *s, const uint8_t *esp, size_t len, uint64_t seq,
    uint8_t *mac)
{
	uint8_t high[4];
	size_t n;

	put32(high, seq >> 32);
	if (EVP_MAC_init(s->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(s->mac, esp, len) != 1)
		return (-1);
	if (s->esn && EVP_MAC_update(s->mac, high, sizeof(high)) != 1)
		return (-1);
	return (EVP_MAC_final(s->mac, mac, &n, EVP_MAX_MD_SIZE) == 1 ? 0 : -1);
}

/* The nonce of RFC 4106 section 4: the salt, then the IV. */
static void
make_nonce(const struct seal *s, const uint8_t *esp, uint8_t *nonce)
{
	memcpy(nonce, s->salt, SALT_MAX);
	memcpy(nonce + SALT_MAX, esp + ESP_HEAD, s->iv);
}

static int
seal_aead(struct seal *s, uint64_t seq, uint8_t *esp, size_t body)
{
	uint8_t nonce[SALT_MAX + BLOCK_MAX], aad[12], *p = esp + seal_head(s);
	size_t aadlen = make_aad(s, esp, seq, aad);
	int n;

	/* The sequence number is the IV: it never comes twice. */
	put64(esp + ESP_HEAD, seq);
	make_nonce(s, esp, nonce);
	s->tag[0].data = p + body;
	if (EVP_EncryptInit_ex2(s->cipher, NULL, NULL, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(s->cipher, NULL, &n, aad, aadlen) != 1 ||
	    EVP_EncryptUpdate(s->cipher, p, &n, p, body) != 1 ||
	    EVP_EncryptFinal_ex(s->cipher, p + body, &n) != 1 ||
	    EVP_CIPHER_CTX_get_params(s->cipher, s->tag) != 1)
		return (-1);
	return (0);
}

static int
seal_cbc(struct seal *s, uint64_t seq, uint8_t *esp, size_t body)
{
	uint8_t mac[EVP_MAX_MD_SIZE], *p = esp + seal_head(s);
	int n;

	if (random_iv(esp + ESP_HEAD, s->iv) == -1 ||
	    EVP_EncryptInit_ex(s->cipher, NULL, NULL, NULL,
	    esp + ESP_HEAD) != 1 ||
	    EVP_EncryptUpdate(s->cipher, p, &n, p, body) != 1 ||
	    make_mac(s, esp, seal_head(s) + body, seq, mac) == -1)
		return (-1);
	memcpy(p + body, mac, s->icv);
	return (0);
}

long
seal_packet(struct seal *s, uint32_t spi, uint64_t seq, uint8_t *esp,
    size_t len, uint8_t next)
{
	uint8_t *p = esp + seal_head(s) + len;
	size_t total = seal_size(s, len);
	size_t body = total - seal_head(s) - s->icv, pad, i;
	int r;

	put32(esp, spi);
	put32(esp + 4, (uint32_t)seq);
	pad = body - len - TRAILER;
	for (i = 1; i <= pad; i++)	/* RFC 4303 section 2.4 */
		*p++ = i;
	*p++ = pad;
	*p = next;
	if (s->mac == NULL)
		r = seal_aead(s, seq, esp, body);
	else
		r = seal_cbc(s, seq, esp, body);
	return (r == -1 ? -1 : (long)total);
}

static int
open_aead(struct seal *s, uint64_t seq, uint8_t *esp, size_t body)
{
	uint8_t nonce[SALT_MAX + BLOCK_MAX], aad[12], *p = esp + seal_head(s);
	size_t aadlen = make_aad(s, esp, seq, aad);
	int n;

	make_nonce(s, esp, nonce);
	s->tag[0].data = p + body;
	if (EVP_DecryptInit_ex2(s->cipher, NULL, NULL, nonce, s->tag) != 1 ||
	    EVP_DecryptUpdate(s->cipher, NULL, &n, aad, aadlen) != 1 ||
	    EVP_DecryptUpdate(s->cipher, p, &n, p, body) != 1 ||
	    EVP_DecryptFinal_ex(s->cipher, p + body, &n) != 1)
		return (-1);
	return (0);
}

/* Integrity first: nothing unauthentic is decrypted. */
static int
open_cbc(struct seal *s, uint64_t seq, uint8_t *esp, size_t body)
{
	uint8_t mac[EVP_MAX_MD_SIZE], *p = esp + seal_head(s);
	int n;

	if (make_mac(s, esp, seal_head(s) + body, seq, mac) == -1 ||
	    CRYPTO_memcmp(mac, p + body, s->icv) != 0)
		return (-1);
	if (EVP_DecryptInit_ex(s->cipher, NULL, NULL, NULL,
	    esp + ESP_HEAD) != 1 ||
	    EVP_DecryptUpdate(s->cipher, p, &n, p, body) != 1)
		return (-1);
	return (0);
}

long
seal_open(struct seal *s, uint64_t seq, uint8_t *esp, size_t len,
    uint8_t **inner, uint8_t *next)
{
	uint8_t *p = esp + seal_head(s);
	size_t body, pad, i;
	int r;

	if (len < seal_head(s) + s->icv + s->align)
		return (SEAL_MALFORMED);
	body = len - seal_head(s) - s->icv;
	if ((body & (s->align - 1)) != 0)
		return (SEAL_MALFORMED);
	if (s->mac == NULL)
		r = open_aead(s, seq, esp, body);
	else
		r = open_cbc(s, seq, esp, body);
	if (r == -1)
		return (SEAL_ICV);
	*next = p[body - 1];
	pad = p[body - 2];
	if (pad + TRAILER > body)
		return (SEAL_PADDING);
	for (i = 1; i <= pad; i++)
		if (p[body - TRAILER - pad + i - 1] != i)
			return (SEAL_PADDING);
	*inner = p;
	return (body - TRAILER - pad);
}
