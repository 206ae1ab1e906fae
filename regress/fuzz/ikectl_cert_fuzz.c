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
 * What an administrator takes from others: a certificate, a request, a CRL
 * or PKCS#12, in PEM or DER, as the key manager reads and prints it.
 */

#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/ikectl/cert_io.h"
#include "../../ikd/ikectl/key_io.h"
#include "../../ikd/ikectl/p12.h"
#include "../../ikd/ikectl/x509_make.h"
#include "../../ikd/ikectl/x509_name.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
names(GENERAL_NAMES *all)
{
	char *s;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		s = san_text(sk_GENERAL_NAME_value(all, i));
		if (!wire_text_ok(s, strlen(s)))
			abort();
		OPENSSL_free(s);
	}
	GENERAL_NAMES_free(all);
}

static void
subject(const X509_NAME *name)
{
	X509_NAME *again;
	char *s = name_text(name);

	/* What is printed is read, or refused. */
	again = name_parse(s);
	X509_NAME_free(again);
	OPENSSL_free(s);
}

static void
request(const struct buf *b)
{
	X509_REQ *req = req_decode(b);
	STACK_OF(X509_EXTENSION) *exts;

	if (req == NULL)
		return;
	(void)req_wrong(req);
	subject(X509_REQ_get_subject_name(req));
	exts = X509_REQ_get_extensions(req);
	names(X509V3_get_d2i(exts, NID_subject_alt_name, NULL, NULL));
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	X509_REQ_free(req);
}

static void
certificate(const struct buf *b)
{
	STACK_OF(X509) *certs = certs_decode(b);
	X509 *x;
	char *s;

	if (certs == NULL)
		return;
	x = sk_X509_value(certs, 0);
	subject(X509_get_subject_name(x));
	s = serial_text(X509_get0_serialNumber(x));
	OPENSSL_free(s);
	names(X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL));
	if (X509_get0_pubkey(x) != NULL)
		(void)key_wrong(X509_get0_pubkey(x));
	certs_free(certs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	X509_CRL *crl;
	struct buf b;

	if ((b.p = malloc(size + 1)) == NULL)
		abort();
	memcpy(b.p, data, size);
	b.p[size] = '\0';
	b.len = size;
	certificate(&b);
	request(&b);
	crl = crl_from_buf(&b);
	X509_CRL_free(crl);
	(void)p12_is(&b);
	EVP_PKEY_free(key_decode_public(&b));
	ERR_clear_error();
	free(b.p);
	return (0);
}
