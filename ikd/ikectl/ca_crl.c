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
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca_store.h"
#include "cert_io.h"
#include "crlext.h"
#include "key_io.h"
#include "km.h"
#include "log.h"
#include "name.h"
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

/* Do both list the same kind of certificates? */
static int
same_scope(const X509_CRL *a, const X509_CRL *b)
{
	return (crlext_same(a, b, NID_issuing_distribution_point));
}

/* RFC 5280 section 5.2.4: does the delta continue this whole CRL? */
static const char *
delta_wrong(const X509_CRL *delta, const X509_CRL *base)
{
	ASN1_INTEGER *from, *have;
	const char *why = NULL;

	if (base == NULL)
		return ("is a delta CRL, and the whole one that it continues "
		    "is not here");
	from = X509_CRL_get_ext_d2i(delta, NID_delta_crl, NULL, NULL);
	have = X509_CRL_get_ext_d2i(base, NID_crl_number, NULL, NULL);
	if (from == NULL || have == NULL)
		why = "is a delta CRL, and there is no number by which the "
		    "one that is here could be its base";
	else if (ASN1_INTEGER_cmp(have, from) < 0)
		why = "is a delta CRL for a later one than is here";
	else if (!same_scope(delta, base))
		why = "is a delta CRL for other certificates than those of "
		    "the one that is here (issuingDistributionPoint)";
	else if (is_older(delta, base))
		why = "is a delta CRL older than the whole one that is here";
	ASN1_INTEGER_free(from);
	ASN1_INTEGER_free(have);
	return (why);
}

/* It must be that authority's, and not older than what is here. */
static const char *
crl_wrong(struct km *km, X509_CRL *crl, X509 *ca)
{
	X509_CRL *base, *old;
	const char *why = NULL;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl),
	    X509_get_subject_name(ca)) != 0)
		return ("is another authority's");
	if (X509_CRL_verify(crl, X509_get0_pubkey(ca)) != 1)
		return ("its signature is not by that authority");
	base = crl_find(km, ca, NULL);
	old = crl_is_delta(crl) ? crl_find_delta(km, ca, NULL) : base;
	if (crl_is_delta(crl))
		why = delta_wrong(crl, base);
	if (why == NULL && km_opt(km, KO_FORCE) == NULL && old != NULL) {
		if (is_older(crl, old))
			why = "is older than the one that is here; --force "
			    "takes it";
		else if (!same_scope(crl, old))
			why = "is for other certificates than the one that "
			    "is here (issuingDistributionPoint); --force "
			    "puts it in its place";
	}
	if (old != base)
		X509_CRL_free(old);
	X509_CRL_free(base);
	return (why);
}

/* Beside its base; the name of no other authority's. */
static int
save_delta(struct km *km, const char *name, const X509_CRL *crl)
{
	char file[NAME_MAX_LEN + sizeof(CRL_DELTA)];

	snprintf(file, sizeof(file), "%s" CRL_DELTA, name);
	if (name_file_wrong(file) != NULL || km_exists(km, "ca", file))
		return (fail("crls/%s cannot be written: %s", file,
		    name_file_wrong(file) != NULL ? name_file_wrong(file) :
		    "there is an authority of this name"));
	return (save(km, file, crl));
}

/* A delta that the new whole CRL contains has nothing more to say. */
static int
drop_delta(struct km *km, X509 *ca, const X509_CRL *crl)
{
	char file[NAME_MAX_LEN + 1];
	X509_CRL *delta = crl_find_delta(km, ca, file);
	int rc = 0;

	if (delta != NULL && !is_older(crl, delta))
		rc = km_unlink(km, "crls", file);
	X509_CRL_free(delta);
	return (rc);
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
	else if (crl_is_delta(crl))
		rc = save_delta(km, name, crl);
	else if ((rc = save(km, name, crl)) == 0)
		rc = drop_delta(km, ca, crl);
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
