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
 * The negotiated PRF (RFC 7296 section 2.13, RFC 4868): HMAC by OpenSSL,
 * fetched once, one context for each hash.
 */

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "alg.h"
#include "log.h"
#include "hprf.h"

static struct {
	unsigned int	 id;
	const char	*digest;
	size_t		 len;
	EVP_MAC_CTX	*ctx;
} prfs[] = {
	{ PRF_HMAC_SHA2_256, "SHA2-256", 32, NULL },
	{ PRF_HMAC_SHA2_384, "SHA2-384", 48, NULL },
	{ PRF_HMAC_SHA2_512, "SHA2-512", 64, NULL },
	{ PRF_HMAC_SHA1, "SHA1", 20, NULL },
	{ PRF_HMAC_MD5, "MD5", 16, NULL },
};

static EVP_MD	*sha256;

#define NPRFS	(sizeof(prfs) / sizeof(prfs[0]))

void
hprf_init(void)
{
	OSSL_PARAM params[2];
	EVP_MAC *mac;
	size_t i;

	if (prfs[0].ctx != NULL)
		return;
	if ((mac = EVP_MAC_fetch(NULL, "HMAC", NULL)) == NULL)
		fatal("OpenSSL has no HMAC");
	for (i = 0; i < NPRFS; i++) {
		params[0] = OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST,
		    (char *)(uintptr_t)prfs[i].digest, 0);
		params[1] = OSSL_PARAM_construct_end();
		prfs[i].ctx = EVP_MAC_CTX_new(mac);
		if (prfs[i].ctx == NULL ||
		    EVP_MAC_CTX_set_params(prfs[i].ctx, params) != 1)
			fatal("OpenSSL has no HMAC with %s", prfs[i].digest);
	}
	EVP_MAC_free(mac);
	if ((sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL)
		fatal("OpenSSL has no SHA-256");
}

size_t
hprf_len(unsigned int id)
{
	size_t i;

	for (i = 0; i < NPRFS; i++)
		if (prfs[i].id == id)
			return (prfs[i].len);
	return (0);
}

void
hprf(unsigned int id, const void *key, size_t keylen,
    const struct slice *parts, size_t nparts, uint8_t *out)
{
	static const uint8_t nobody[16];
	EVP_MAC_CTX *ctx = NULL;
	size_t i, len = 0;

	for (i = 0; i < NPRFS; i++)
		if (prfs[i].id == id)
			ctx = prfs[i].ctx;
	if (ctx == NULL)
		fatal("prf %u", id);
	if (EVP_MAC_init(ctx, key, keylen, NULL) != 1)
		fatal("HMAC");
	for (i = 0; i < nparts; i++)
		if (parts[i].len > 0 &&
		    EVP_MAC_update(ctx, parts[i].p, parts[i].len) != 1)
			fatal("HMAC");
	if (EVP_MAC_final(ctx, out, &len, PRF_MAX) != 1 || len != hprf_len(id))
		fatal("HMAC");
	/* The context keeps its key: let it be nobody's. */
	if (EVP_MAC_init(ctx, nobody, sizeof(nobody), NULL) != 1)
		fatal("HMAC");
}

void
hprf_digest(const void *data, size_t len, uint8_t *out, size_t outlen)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	hprf_init();
	if (EVP_Digest(data, len, md, &n, sha256, NULL) != 1 || outlen > n)
		fatal("SHA-256 failed");
	memcpy(out, md, outlen);
}
