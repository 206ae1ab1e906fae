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

/* Certificate revocation lists are made here. */
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "key_io.h"
#include "log.h"
#include "x509_make.h"

/* By their numbers; 7 is not one. */
static const char *const reasons[] = { "unspecified", "keyCompromise",
	"CACompromise", "affiliationChanged", "superseded",
	"cessationOfOperation", "certificateHold", NULL, "removeFromCRL",
	"privilegeWithdrawn", "AACompromise" };
#define NREASONS	((int)(sizeof(reasons) / sizeof(reasons[0])))

const char *
reason_name(int reason)
{
	if (reason < 0 || reason >= NREASONS || reasons[reason] == NULL)
		return ("a reason nobody knows");
	return (reasons[reason]);
}

int
reason_of(const char *name)
{
	int i;

	for (i = 0; i < NREASONS; i++)
		if (reasons[i] != NULL && strcasecmp(reasons[i], name) == 0)
			return (i);
	return (-1);
}

static ASN1_TIME *
time_of(time_t t)
{
	ASN1_TIME *a = ASN1_TIME_set(NULL, t);

	if (a == NULL)
		fatal("no memory for a date");
	return (a);
}

static void
add_entry(X509_CRL *crl, const struct revoked *e)
{
	ASN1_TIME *when = time_of(e->when);
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_ENUMERATED *why = ASN1_ENUMERATED_new();

	if (r == NULL || why == NULL || X509_REVOKED_set_serialNumber(r,
	    (ASN1_INTEGER *)(uintptr_t)e->serial) != 1 ||
	    X509_REVOKED_set_revocationDate(r, when) != 1)
		fatal("no memory for a CRL's entry");
	/* RFC 5280 5.3.1: "unspecified" is better left out. */
	if (e->reason > 0 && (ASN1_ENUMERATED_set_int64(why, e->reason) != 1 ||
	    X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, why, 0,
	    X509V3_ADD_APPEND) != 1))
		fatal("no memory for a CRL's entry");
	if (X509_CRL_add0_revoked(crl, r) != 1)
		fatal("no memory for a CRL's entry");
	ASN1_ENUMERATED_free(why);
	ASN1_TIME_free(when);
}

static void
extend(X509_CRL *crl, int nid, void *value)
{
	if (X509_CRL_add1_ext_i2d(crl, nid, value, 0, X509V3_ADD_APPEND) != 1)
		fatal("cannot add extension %s", OBJ_nid2sn(nid));
}

/* RFC 5280 5.2: who signed, and which of the lists it is. */
static void
add_extensions(X509_CRL *crl, X509 *ca, unsigned long number)
{
	AUTHORITY_KEYID *akid = AUTHORITY_KEYID_new();
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(ca);
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	if (akid == NULL || n == NULL ||
	    ASN1_INTEGER_set_uint64(n, number) != 1)
		fatal("no memory for a CRL");
	if (id != NULL) {
		if ((akid->keyid = ASN1_OCTET_STRING_dup(id)) == NULL)
			fatal("no memory for a CRL");
		extend(crl, NID_authority_key_identifier, akid);
	}
	extend(crl, NID_crl_number, n);
	ASN1_INTEGER_free(n);
	AUTHORITY_KEYID_free(akid);
}

X509_CRL *
crl_make(X509 *ca, EVP_PKEY *key, const struct revoked *list, size_t n,
    unsigned long number, long days)
{
	time_t now = time(NULL);
	ASN1_TIME *from = time_of(now), *to = time_of(now + days * 86400);
	X509_CRL *crl = X509_CRL_new();
	size_t i;

	if (crl == NULL || X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) != 1 ||
	    X509_CRL_set1_lastUpdate(crl, from) != 1 ||
	    X509_CRL_set1_nextUpdate(crl, to) != 1)
		fatal("no memory for a CRL");
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	for (i = 0; i < n; i++)
		add_entry(crl, &list[i]);
	add_extensions(crl, ca, number);
	if (X509_CRL_sort(crl) != 1)
		fatal("cannot sort a CRL");
	if (X509_CRL_sign(crl, key, key_digest(key)) <= 0)
		fail_ssl("cannot sign the CRL");
	else if (X509_CRL_verify(crl, X509_get0_pubkey(ca)) != 1)
		fail_ssl("the new CRL does not verify");
	else
		return (crl);
	X509_CRL_free(crl);
	return (NULL);
}
