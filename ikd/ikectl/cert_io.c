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

/* Certificates, requests and CRLs: read from files and written to them. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "cert_io.h"
#include "key_io.h"
#include "log.h"

#define CHAIN_MAX	16	/* certificates in one file */

X509 *
cert_from_buf(const struct buf *b)
{
	const unsigned char *p = b->p;
	X509 *x;
	BIO *bio;

	if (is_pem(b)) {
		bio = bio_of(b);
		x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		BIO_free(bio);
	} else
		x = d2i_X509(NULL, &p, (long)b->len);
	ERR_clear_error();
	return (x);
}

X509_REQ *
req_decode(const struct buf *b)
{
	const unsigned char *p = b->p;
	X509_REQ *r;
	BIO *bio;

	if (is_pem(b)) {
		bio = bio_of(b);
		r = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
		BIO_free(bio);
	} else
		r = d2i_X509_REQ(NULL, &p, (long)b->len);
	ERR_clear_error();
	return (r);
}

X509_CRL *
crl_from_buf(const struct buf *b)
{
	const unsigned char *p = b->p;
	X509_CRL *c;
	BIO *bio;

	if (is_pem(b)) {
		bio = bio_of(b);
		c = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
		BIO_free(bio);
	} else
		c = d2i_X509_CRL(NULL, &p, (long)b->len);
	ERR_clear_error();
	return (c);
}

void
certs_add(STACK_OF(X509) *certs, X509 *x)
{
	if (X509_up_ref(x) != 1 || sk_X509_push(certs, x) <= 0)
		fatal("no memory");
}

STACK_OF(X509) *
certs_of(X509 *x)
{
	STACK_OF(X509) *certs = sk_X509_new_null();

	if (certs == NULL)
		fatal("no memory");
	certs_add(certs, x);
	return (certs);
}

void
certs_free(STACK_OF(X509) *certs)
{
	sk_X509_pop_free(certs, X509_free);
}

STACK_OF(X509) *
certs_decode(const struct buf *b)
{
	STACK_OF(X509) *certs;
	X509 *x = cert_from_buf(b);
	BIO *bio;

	if (x == NULL)
		return (NULL);
	certs = certs_of(x);
	X509_free(x);
	if (!is_pem(b))
		return (certs);
	bio = bio_of(b);
	x = PEM_read_bio_X509(bio, NULL, NULL, NULL);	/* again the first */
	X509_free(x);
	while (sk_X509_num(certs) < CHAIN_MAX &&
	    (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		certs_add(certs, x);
		X509_free(x);
	}
	BIO_free(bio);
	ERR_clear_error();
	return (certs);
}

/* A file that may be wrong: then there is nothing to show of it. */
static int
read_quietly(const struct km *km, const char *sub, const char *name,
    struct buf *b)
{
	int before = out_failing();

	if (!km_exists(km, sub, name))
		return (-1);
	if (km_read(km, sub, name, b) == 0)
		return (0);
	if (!before)
		out_forget();
	return (-1);
}

X509 *
cert_peek(const struct km *km, const char *sub, const char *name)
{
	struct buf b;
	X509 *x;

	if (read_quietly(km, sub, name, &b) == -1)
		return (NULL);
	x = cert_from_buf(&b);
	buf_free(&b);
	return (x);
}

X509_CRL *
crl_peek(const struct km *km, const char *name)
{
	struct buf b;
	X509_CRL *c;

	if (read_quietly(km, "crls", name, &b) == -1)
		return (NULL);
	c = crl_from_buf(&b);
	buf_free(&b);
	return (c);
}

STACK_OF(X509) *
certs_load(const struct km *km, const char *sub, const char *name)
{
	STACK_OF(X509) *certs;
	struct buf b;

	if (km_read(km, sub, name, &b) == -1)
		return (NULL);
	if ((certs = certs_decode(&b)) == NULL)
		fail("%s/%s/%s: no certificate", km->o->policy_dir, sub, name);
	buf_free(&b);
	return (certs);
}

BIO *
certs_encode(STACK_OF(X509) *certs, int der)
{
	BIO *out = bio_new();
	int i, rc;

	if (der)
		rc = i2d_X509_bio(out, sk_X509_value(certs, 0));
	else
		for (i = 0, rc = 1; rc == 1 && i < sk_X509_num(certs); i++)
			rc = PEM_write_bio_X509(out, sk_X509_value(certs, i));
	if (rc == 1)
		return (out);
	fail_ssl("the certificate cannot be written");
	BIO_free(out);
	return (NULL);
}

int
certs_save(const struct km *km, const char *sub, const char *name,
    STACK_OF(X509) *certs, int force)
{
	const void *p;
	size_t len;
	BIO *out;
	int rc;

	if ((out = certs_encode(certs, 0)) == NULL)
		return (-1);
	p = bio_data(out, &len);
	rc = km_write(km, sub, name, p, len, force);
	BIO_free(out);
	return (rc);
}

struct search {
	X509	*of, *found;
	char	*name;
};

static void
try_issuer(struct km *km, const char *name, void *arg)
{
	struct search *s = arg;
	X509 *ca;

	if (s->found != NULL || (ca = cert_peek(km, "ca", name)) == NULL)
		return;
	if (X509_check_issued(ca, s->of) == X509_V_OK &&
	    X509_verify(s->of, X509_get0_pubkey(ca)) == 1) {
		s->found = ca;
		if (s->name != NULL)
			snprintf(s->name, NAME_MAX_LEN + 1, "%s", name);
		return;
	}
	X509_free(ca);
}

X509 *
issuer_find(struct km *km, X509 *x, char *name)
{
	struct search s = { x, NULL, name };

	km_each(km, "ca", try_issuer, &s);
	ERR_clear_error();
	return (s.found);
}
