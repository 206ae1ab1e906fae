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
 * OCSP responses, from a server or from a peer's IKE_AUTH.  With the first
 * octet odd the CA signs what was decoded again.
 */

#include <openssl/ocsp.h>

#include <stdint.h>
#include <stdio.h>

#include "certd_setup.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static unsigned char *
sign_again(const uint8_t *data, size_t len, int *outlen)
{
	const unsigned char *p = data;
	unsigned char *der = NULL;
	OCSP_RESPONSE *r, *again = NULL;
	OCSP_BASICRESP *b = NULL;

	*outlen = 0;
	r = d2i_OCSP_RESPONSE(NULL, &p, (long)len);
	if (r != NULL && (b = OCSP_response_get1_basic(r)) != NULL &&
	    OCSP_basic_sign(b, fuzz_root->x, fuzz_key, NULL, NULL,
	    OCSP_NOCERTS) == 1 && (again = OCSP_response_create(
	    OCSP_RESPONSE_STATUS_SUCCESSFUL, b)) != NULL)
		*outlen = i2d_OCSP_RESPONSE(again, &der);
	OCSP_RESPONSE_free(r);
	OCSP_RESPONSE_free(again);
	OCSP_BASICRESP_free(b);
	return (der);
}

static void
check(const uint8_t *data, size_t len, int again)
{
	static const uint8_t nonce[] = "a nonce";
	struct ocsp_in in = { .response = { data, len }, .cert = fuzz_leaf,
	    .issuer = fuzz_root, .now = FUZZ_NOW };
	struct ocsp_answer a;
	struct chain_in ci = { .now = FUZZ_NOW, .leaf = fuzz_leaf,
	    .trust = fuzz_trust, .revocation = REVOCATION_STRICT,
	    .ocsp = &in.response, .nocsp = 1 };
	struct chain_result r;

	ocsp_check(&in, &a);
	if ((a.v == OV_GOOD) != (a.why == NULL))
		abort();
	chain_verify(&ci, &r);
	if ((r.why == CHAIN_OK) != (a.v == OV_GOOD))
		abort();
	chain_result_free(&r);
	in.nonce = (struct slice){ nonce, sizeof(nonce) };
	ocsp_check(&in, &a);
	(void)again;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned char *der;
	int n;

	fuzz_setup();
	if (len < 1)
		return (0);
	if ((data[0] & 1) == 0) {
		check(data + 1, len - 1, 0);
		return (0);
	}
	der = sign_again(data + 1, len - 1, &n);
	if (n > 0)
		check(der, (size_t)n, 1);
	OPENSSL_free(der);
	return (0);
}
