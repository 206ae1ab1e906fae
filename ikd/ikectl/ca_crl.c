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

/* `ikectl ca crl`: our own authorities' CRLs, and those of others. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca_store.h"
#include "cert_io.h"
#include "key_io.h"
#include "km.h"
#include "log.h"
#include "x509_make.h"
#include "x509_show.h"

static BIO *
encode(const X509_CRL *crl, int der)
{
	BIO *out = bio_new();

	if ((der ? i2d_X509_CRL_bio(out, crl) :
	    PEM_write_bio_X509_CRL(out, crl)) != 1)
		fatal("a CRL cannot be encoded");
	return (out);
}

/* crls/NAME always takes the place of the last one. */
static int
save(struct km *km, const char *name, const X509_CRL *crl)
{
	BIO *out = encode(crl, 0);
	const void *p;
	size_t len;
	int rc;

	p = bio_data(out, &len);
	rc = km_write(km, "crls", name, p, len, 1);
	BIO_free(out);
	return (rc);
}

/* Where it is published: DER behind a URL (RFC 5280 4.2.1.13), so --der. */
static int
publish(struct km *km, const X509_CRL *crl)
{
	BIO *out = encode(crl, km_opt(km, KO_DER) != NULL);
	const char *path = km_opt(km, KO_OUT);
	const void *p;
	size_t len;
	int rc;

	p = bio_data(out, &len);
	rc = km_write_path(path, p, len, 0644, 1);
	BIO_free(out);
	return (rc);
}

static void
told(struct km *km, const char *name, X509 *ca)
{
	out_row("crl");
	out_text("name", "%s", name);
	out_crl_state(km, ca);
	km_tell(km, "crls", name);
}

static struct revoked *
entries(const struct ca *ca, size_t *n)
{
	struct revoked *list = calloc(ca->index.n + 1, sizeof(*list));
	const struct issued *e;
	ASN1_INTEGER *serial;
	BIGNUM *bn;
	size_t i;

	if (list == NULL)
		fatal("no memory");
	for (i = *n = 0; i < ca->index.n; i++) {
		e = &ca->index.v[i];
		if (e->revoked == 0)
			continue;
		bn = NULL;
		if (BN_hex2bn(&bn, e->serial) <= 0 ||
		    (serial = BN_to_ASN1_INTEGER(bn, NULL)) == NULL)
			fatal("no memory");
		BN_free(bn);
		list[(*n)++] = (struct revoked){ serial, e->revoked,
		    e->reason };
	}
	return (list);
}

int
ca_issue_crl(struct km *km, const char *name, struct ca *ca)
{
	long days = km_number(km, KO_CRLDAYS, ca->crl_days, 1, 3650);
	struct revoked *list;
	unsigned long number;
	X509_CRL *crl = NULL;
	size_t i, n;
	int rc = -1;

	if (days == -1 || (number = ca_next_crl(km, ca)) == 0)
		return (-1);
	list = entries(ca, &n);
	crl = crl_make(ca->cert, ca->key, list, n, number, days);
	if (crl != NULL && save(km, name, crl) == 0)
		rc = km_opt(km, KO_OUT) != NULL ? publish(km, crl) : 0;
	if (rc == 0)
		told(km, name, ca->cert);
	for (i = 0; i < n; i++)
		ASN1_INTEGER_free((ASN1_INTEGER *)(uintptr_t)list[i].serial);
	free(list);
	X509_CRL_free(crl);
	return (rc);
}

/* By CRL number (RFC 5280 section 5.2.3); without, by the time of issue. */
static int
is_older(const X509_CRL *crl, const X509_CRL *old)
{
	ASN1_INTEGER *a = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL,
	    NULL);
	ASN1_INTEGER *b = X509_CRL_get_ext_d2i(old, NID_crl_number, NULL,
	    NULL);
	int older;

	if (a != NULL && b != NULL)
		older = ASN1_INTEGER_cmp(a, b) < 0;
	else
		older = ASN1_TIME_compare(X509_CRL_get0_lastUpdate(crl),
		    X509_CRL_get0_lastUpdate(old)) == -1;
	ASN1_INTEGER_free(a);
	ASN1_INTEGER_free(b);
	return (older);
}

/* It must be that authority's, and not older than what is here. */
static const char *
crl_wrong(struct km *km, X509_CRL *crl, X509 *ca)
{
	X509_CRL *old;
	const char *why = NULL;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl),
	    X509_get_subject_name(ca)) != 0)
		return ("is another authority's");
	if (X509_CRL_verify(crl, X509_get0_pubkey(ca)) != 1)
		return ("its signature is not by that authority");
	if ((old = crl_find(km, ca, NULL)) != NULL &&
	    is_older(crl, old))
		why = "is older than the one that is here; --force takes it";
	X509_CRL_free(old);
	return (km_opt(km, KO_FORCE) != NULL ? NULL : why);
}

static int
import(struct km *km, X509_CRL *crl)
{
	const char *name = km->pos[0], *why;
	X509 *ca = cert_peek(km, "ca", name);
	int rc;

	if (ca == NULL)
		return (fail("%s/ca/%s: no certificate (ikectl ca import)",
		    km->o->policy_dir, name));
	if ((why = crl_wrong(km, crl, ca)) != NULL)
		rc = fail("%s: refused: %s", km->pos[1], why);
	else
		rc = save(km, name, crl);
	if (rc == 0)
		told(km, name, ca);
	ERR_clear_error();
	X509_free(ca);
	return (rc);
}

int
ca_crl(struct km *km)
{
	X509_CRL *crl;
	struct ca ca;
	struct buf b;
	int rc = -1;

	if (km->npos == 1) {
		if (ca_open(km, km->pos[0], 1, &ca) == 0)
			rc = ca_issue_crl(km, km->pos[0], &ca);
		ca_close(&ca);
		return (rc);
	}
	if (km_opt(km, KO_CRLDAYS) != NULL || km_opt(km, KO_OUT) != NULL)
		return (fail("another's CRL is taken as it is"));
	if (km_read_path(km->pos[1], &b) == -1)
		return (-1);
	if ((crl = crl_from_buf(&b)) == NULL)
		fail("%s: no CRL", km->pos[1]);
	else
		rc = import(km, crl);
	X509_CRL_free(crl);
	buf_free(&b);
	return (rc);
}
