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
 * An OCSP responder whose answers are of any time, which openssl's are not.
 *
 *	ocsp_tool CA KEY good|revoked THIS NEXT
 *
 * reads a request from its input and writes the response for the first
 * certificate in it, signed by the CA's own key, without a nonce: as one that
 * was recorded.  THIS and NEXT are seconds from now for thisUpdate and
 * nextUpdate.
 */
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static FILE *
opened(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL)
		err(1, "%s", path);
	return (f);
}

static ASN1_TIME *
from_now(const char *seconds)
{
	ASN1_TIME *t = ASN1_TIME_adj(NULL, time(NULL), 0, atol(seconds));

	if (t == NULL)
		errx(1, "%s: no time", seconds);
	return (t);
}

static OCSP_REQUEST *
asked(void)
{
	static unsigned char in[65536];
	const unsigned char *p = in;
	OCSP_REQUEST *r;
	size_t n;

	n = fread(in, 1, sizeof(in), stdin);
	if ((r = d2i_OCSP_REQUEST(NULL, &p, (long)n)) == NULL ||
	    OCSP_request_onereq_count(r) < 1)
		errx(1, "this is no request");
	return (r);
}

static void
answer(OCSP_BASICRESP *b)
{
	OCSP_RESPONSE *resp;
	unsigned char *der = NULL;
	int len;

	resp = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
	len = i2d_OCSP_RESPONSE(resp, &der);
	if (len <= 0 || fwrite(der, 1, (size_t)len, stdout) != (size_t)len ||
	    fflush(stdout) != 0)
		errx(1, "cannot be written");
	OPENSSL_free(der);
	OCSP_RESPONSE_free(resp);
}

int
main(int argc, char *argv[])
{
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	ASN1_TIME *this, *next;
	OCSP_REQUEST *r;
	FILE *f, *g;
	EVP_PKEY *key;
	int revoked;
	X509 *ca;

	if (argc != 6)
		errx(1, "usage: ocsp_tool CA KEY good|revoked THIS NEXT");
	revoked = strcmp(argv[3], "revoked") == 0;
	ca = PEM_read_X509(f = opened(argv[1]), NULL, NULL, NULL);
	key = PEM_read_PrivateKey(g = opened(argv[2]), NULL, NULL, NULL);
	this = from_now(argv[4]);
	next = from_now(argv[5]);
	r = asked();
	if (b == NULL || ca == NULL || key == NULL ||
	    OCSP_basic_add1_status(b, OCSP_onereq_get0_id(
	    OCSP_request_onereq_get0(r, 0)), revoked ?
	    V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD, 0,
	    revoked ? this : NULL, this, next) == NULL ||
	    OCSP_basic_sign(b, ca, key, EVP_sha256(), NULL, 0) != 1)
		errx(1, "no response");
	answer(b);
	OCSP_BASICRESP_free(b);
	OCSP_REQUEST_free(r);
	ASN1_TIME_free(this);
	ASN1_TIME_free(next);
	EVP_PKEY_free(key);
	X509_free(ca);
	fclose(f);
	fclose(g);
	return (0);
}
