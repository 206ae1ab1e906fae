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

/* The face of a CRL: all of it but its entries. */

#include <openssl/err.h>
#include <openssl/x509.h>

#include "crl.h"

/* OpenSSL encodes no CRL without a signature; this key is nobody's. */
static EVP_PKEY *
no_ones_key(void)
{
	static EVP_PKEY *key;

	if (key == NULL)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return (key);
}

static X509_CRL *
fill(const X509_CRL *x)
{
	X509_CRL *f = X509_CRL_new();
	long version = X509_CRL_get_version(x);
	int i;

	if (f == NULL ||
	    (version != 0 && X509_CRL_set_version(f, version) != 1) ||
	    X509_CRL_set_issuer_name(f, X509_CRL_get_issuer(x)) != 1 ||
	    X509_CRL_set1_lastUpdate(f, X509_CRL_get0_lastUpdate(x)) != 1 ||
	    (X509_CRL_get0_nextUpdate(x) != NULL && X509_CRL_set1_nextUpdate(f,
	    X509_CRL_get0_nextUpdate(x)) != 1))
		goto bad;
	for (i = 0; i < X509_CRL_get_ext_count(x); i++)
		if (X509_CRL_add_ext(f, X509_CRL_get_ext(x, i), -1) != 1)
			goto bad;
	if (no_ones_key() != NULL && X509_CRL_sign(f, no_ones_key(), NULL) > 0)
		return (f);
bad:
	X509_CRL_free(f);
	return (NULL);
}

X509_CRL *
crl_face(const X509_CRL *x)
{
	X509_CRL *f = fill(x), *out = NULL;
	unsigned char *der = NULL;
	const unsigned char *p;
	int len;

	/* OpenSSL looks at extensions when it decodes them. */
	if (f != NULL && (len = i2d_X509_CRL(f, &der)) > 0) {
		p = der;
		out = d2i_X509_CRL(NULL, &p, len);
	}
	OPENSSL_free(der);
	X509_CRL_free(f);
	ERR_clear_error();
	return (out);
}
