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

/* Certificates: decoding, fingerprints, printed names, validity. */

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cert.h"
#include "dn.h"
#include "log.h"

int64_t
cert_time_of(const ASN1_TIME *t)
{
	struct tm tm;
	int64_t r = INT64_MIN;

	if (t != NULL && ASN1_TIME_to_tm(t, &tm) == 1)
		r = timegm(&tm);
	ERR_clear_error();
	return (r);
}

/* SHA-1 of the SubjectPublicKeyInfo, as CERTREQ names it. */
static int
spki_sha1(X509 *x, uint8_t out[KEY_SHA1])
{
	unsigned char *der = NULL;
	int len;

	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	if (len <= 0)
		return (-1);
	key_sha1((struct slice){ der, (size_t)len }, out);
	OPENSSL_free(der);
	return (0);
}

static struct cert *
cert_of(X509 *x, struct slice der, const char **why)
{
	struct cert *c = xcalloc(1, sizeof(*c));

	c->refs = 1;
	c->x = x;
	c->not_before = cert_time_of(X509_get0_notBefore(x));
	c->not_after = cert_time_of(X509_get0_notAfter(x));
	if (c->not_before == INT64_MIN || c->not_after == INT64_MIN)
		*why = "its validity is no time";
	else if (X509_check_purpose(x, -1, 0) != 1 ||
	    (X509_get_extension_flags(x) & EXFLAG_INVALID) != 0)
		*why = "an extension of the certificate is broken";
	else if (spki_sha1(x, c->key_sha1) == -1)
		*why = "its public key is broken";
	else {
		c->kind = key_kind(cert_key(c), &c->key_fault);
		key_sha256(der, c->fp);
		return (c);
	}
	cert_free(c);
	return (NULL);
}

struct cert *
cert_decode(struct slice der, const char **why)
{
	const unsigned char *p = der.p;
	struct cert *c = NULL;
	X509 *x;

	if (der.len == 0 || der.len > CERT_CHAIN_MAX) {
		*why = der.len == 0 ? "an empty certificate" :
		    "the certificate is too long";
		return (NULL);
	}
	x = d2i_X509(NULL, &p, (long)der.len);
	if (x == NULL)
		*why = "this is no certificate (X.509)";
	else if (p != der.p + der.len) {
		*why = "octets after the end of the certificate";
		X509_free(x);
	} else
		c = cert_of(x, der, why);
	ERR_clear_error();
	return (c);
}

/* One block of a PEM file.  1: one more, 0: passed over, -1: broken. */
static int
pem_block(const char *name, const char *header, struct slice der,
    struct cert **out, const char **why)
{
	if (strcmp(name, PEM_STRING_X509) != 0 &&
	    strcmp(name, PEM_STRING_X509_OLD) != 0)
		return (0);
	if (header[0] != '\0') {
		*why = "an encrypted certificate";
		return (-1);
	}
	*out = cert_decode(der, why);
	return (*out == NULL ? -1 : 1);
}

static int
decode_pem(BIO *bio, struct cert **out, unsigned int max, const char **why)
{
	char *name, *header;
	unsigned char *data;
	unsigned int n = 0;
	struct cert *c;
	long len;
	int r = 0;

	while (r >= 0 && PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
		c = NULL;
		r = pem_block(name, header,
		    (struct slice){ data, (size_t)len }, &c, why);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
		if (r == 1 && n == max) {
			*why = "too many certificates in one file";
			cert_free(c);
			r = -1;
		} else if (r == 1)
			out[n++] = c;
	}
	if (r >= 0 && ERR_GET_REASON(ERR_peek_last_error()) !=
	    PEM_R_NO_START_LINE) {
		*why = "the PEM encoding is broken";
		r = -1;
	}
	if (r >= 0 && n > 0)
		return ((int)n);
	while (n > 0)
		cert_free(out[--n]);
	if (r >= 0)
		*why = "there is no certificate in it (DER or PEM)";
	return (-1);
}

int
cert_decode_file(struct slice in, struct cert **out, unsigned int max,
    const char **why)
{
	BIO *bio;
	int n;

	if (in.len > 0 && in.p[0] == 0x30) {
		if (max == 0)
			return (-1);
		out[0] = cert_decode(in, why);
		return (out[0] == NULL ? -1 : 1);
	}
	if (in.len > 4UL * CERT_FILE * CERT_CHAIN_MAX) {
		*why = "the file is too long";
		return (-1);
	}
	ERR_clear_error();
	if ((bio = BIO_new_mem_buf(in.p, (int)in.len)) == NULL)
		fatal("out of memory");
	n = decode_pem(bio, out, max, why);
	BIO_free(bio);
	ERR_clear_error();
	return (n);
}

struct cert *
cert_ref(struct cert *c)
{
	c->refs++;
	return (c);
}

void
cert_free(struct cert *c)
{
	if (c == NULL || --c->refs > 0)
		return;
	X509_free(c->x);
	free(c);
}

EVP_PKEY *
cert_key(const struct cert *c)
{
	return (X509_get0_pubkey(c->x));
}

int
cert_is_self_issued(const struct cert *c)
{
	return ((X509_get_extension_flags(c->x) & EXFLAG_SI) != 0);
}

int
cert_issued(const struct cert *by, const struct cert *c)
{
	EVP_PKEY *key;
	int yes;

	if (by == c || X509_cmp(by->x, c->x) == 0 ||
	    X509_check_issued(by->x, c->x) != X509_V_OK)
		return (0);
	yes = (key = cert_key(by)) != NULL && X509_verify(c->x, key) == 1;
	ERR_clear_error();
	return (yes);
}

int
cert_is_ca(const struct cert *c)
{
	uint32_t f = X509_get_extension_flags(c->x);

	return ((f & EXFLAG_CA) != 0 ||
	    ((f & EXFLAG_V1) != 0 && (f & EXFLAG_SS) != 0));
}

char *
cert_name_print(const X509_NAME *n, char *out, size_t size)
{
	const unsigned char *der;
	size_t len;

	out[0] = '\0';
	if (n != NULL && X509_NAME_get0_der(n, &der, &len) == 1)
		dn_print((struct slice){ der, len }, out, size);
	ERR_clear_error();
	return (out);
}

char *
cert_subject(const struct cert *c, char *out, size_t size)
{
	return (cert_name_print(X509_get_subject_name(c->x), out, size));
}

char *
cert_issuer(const struct cert *c, char *out, size_t size)
{
	return (cert_name_print(X509_get_issuer_name(c->x), out, size));
}

char *
cert_serial_print(const ASN1_INTEGER *n, char *out, size_t size)
{
	const unsigned char *p = ASN1_STRING_get0_data(n);
	int i, len = ASN1_STRING_length(n);
	size_t at = 0;

	snprintf(out, size, "%s", len == 0 ? "0" : "");
	if (ASN1_STRING_type(n) == V_ASN1_NEG_INTEGER && size > 1)
		out[at++] = '-';
	for (i = 0; i < len && at + 3 <= size; i++, at += 2)
		snprintf(out + at, size - at, "%02x", p[i]);
	return (out);
}

char *
cert_serial(const struct cert *c, char *out, size_t size)
{
	return (cert_serial_print(X509_get0_serialNumber(c->x), out, size));
}
