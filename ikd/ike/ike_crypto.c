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
 * Every algorithm fetched from OpenSSL, once, before the door closes.  A
 * fetch by name costs more than a short MAC.
 */

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <string.h>

#include "alg.h"
#include "dh.h"
#include "ike_crypto.h"
#include "log.h"

static struct {
	uint16_t	 encr;
	uint16_t	 keybits;
	int		 must;		/* OpenSSL has it in every build */
	const char	*name;
	EVP_CIPHER	*cipher;
} ciphers[] = {
	{ ENCR_AES_GCM_16, 256, 1, "AES-256-GCM", NULL },
	{ ENCR_AES_GCM_16, 192, 1, "AES-192-GCM", NULL },
	{ ENCR_AES_GCM_16, 128, 1, "AES-128-GCM", NULL },
	{ ENCR_CHACHA20_POLY1305, 0, 1, "ChaCha20-Poly1305", NULL },
	{ ENCR_AES_CBC, 256, 1, "AES-256-CBC", NULL },
	{ ENCR_AES_CBC, 192, 1, "AES-192-CBC", NULL },
	{ ENCR_AES_CBC, 128, 1, "AES-128-CBC", NULL },
	{ ENCR_3DES, 0, 0, "DES-EDE3-CBC", NULL },
};

static struct {
	uint16_t	 prf;
	int		 must;
	const char	*digest;
	EVP_MAC_CTX	*template;
	EVP_MAC_CTX	*shared;
} hmacs[] = {
	{ PRF_HMAC_SHA2_256, 1, "SHA2-256", NULL, NULL },
	{ PRF_HMAC_SHA2_384, 1, "SHA2-384", NULL, NULL },
	{ PRF_HMAC_SHA2_512, 1, "SHA2-512", NULL, NULL },
	{ PRF_HMAC_SHA1, 0, "SHA1", NULL, NULL },
	{ PRF_HMAC_MD5, 0, "MD5", NULL, NULL },
};

#define POOL		512	/* random octets asked for at a time */
#define NCIPHERS	(sizeof(ciphers) / sizeof(ciphers[0]))
#define NHMACS		(sizeof(hmacs) / sizeof(hmacs[0]))

static EVP_MD	*md_sha1;
static int	 ready;

static uint8_t	 pool[POOL];
static size_t	 pool_left;

static void
init_ciphers(void)
{
	size_t i;

	for (i = 0; i < NCIPHERS; i++) {
		ciphers[i].cipher = EVP_CIPHER_fetch(NULL, ciphers[i].name,
		    NULL);
		if (ciphers[i].cipher == NULL && ciphers[i].must)
			fatal("OpenSSL has no %s", ciphers[i].name);
	}
}

/*
 * A template has its digest but no key; each context is a copy of it, so
 * that the digest is looked up once.
 */
static void
init_hmacs(void)
{
	OSSL_PARAM params[2];
	EVP_MAC *mac;
	size_t i;

	if ((mac = EVP_MAC_fetch(NULL, "HMAC", NULL)) == NULL)
		fatal("OpenSSL has no HMAC");
	for (i = 0; i < NHMACS; i++) {
		params[0] = OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)
		    hmacs[i].digest, 0);
		params[1] = OSSL_PARAM_construct_end();
		hmacs[i].template = EVP_MAC_CTX_new(mac);
		if (hmacs[i].template == NULL)
			fatal("out of memory");
		if (EVP_MAC_CTX_set_params(hmacs[i].template, params) == 1)
			hmacs[i].shared = EVP_MAC_CTX_dup(hmacs[i].template);
		if (hmacs[i].shared == NULL && hmacs[i].must)
			fatal("OpenSSL has no HMAC with %s",
			    hmacs[i].digest);
	}
	EVP_MAC_free(mac);
}

void
ike_crypto_init(void)
{
	uint8_t octet;

	if (ready)
		return;
	init_ciphers();
	init_hmacs();
	if ((md_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL)) == NULL)
		fatal("OpenSSL has no SHA1");
	if (RAND_bytes(&octet, 1) != 1)
		fatal("OpenSSL has no random source");
	dh_init();
	ready = 1;
}

EVP_CIPHER *
ike_cipher(unsigned int encr, unsigned int keybits)
{
	size_t i;

	ike_crypto_init();
	for (i = 0; i < NCIPHERS; i++)
		if (ciphers[i].encr == encr && ciphers[i].keybits == keybits)
			return (ciphers[i].cipher);
	return (NULL);
}

EVP_MD *
ike_md_sha1(void)
{
	ike_crypto_init();
	return (md_sha1);
}

EVP_MAC_CTX *
ike_hmac_shared(unsigned int prf)
{
	size_t i;

	ike_crypto_init();
	for (i = 0; i < NHMACS; i++)
		if (hmacs[i].prf == prf)
			return (hmacs[i].shared);
	return (NULL);
}

EVP_MAC_CTX *
ike_hmac_new(unsigned int prf)
{
	size_t i;

	ike_crypto_init();
	for (i = 0; i < NHMACS; i++)
		if (hmacs[i].prf == prf && hmacs[i].shared != NULL)
			return (EVP_MAC_CTX_dup(hmacs[i].template));
	return (NULL);
}

/* OpenSSL's own way asks for the process's number and its locks each time. */
int
ike_random_octets(void *buf, size_t len)
{
	uint8_t *from;

	if (len > POOL)
		return (RAND_bytes(buf, (int)len) == 1 ? 0 : -1);
	if (len > pool_left) {
		if (RAND_bytes(pool, POOL) != 1)
			return (-1);
		pool_left = POOL;
	}
	from = pool + POOL - pool_left;
	memcpy(buf, from, len);
	explicit_bzero(from, len);
	pool_left -= len;
	return (0);
}
