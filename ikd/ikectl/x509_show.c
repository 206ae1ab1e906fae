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

/* What `show` and `list` say of certificates and CRLs. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "cert_io.h"
#include "key_io.h"
#include "log.h"
#include "utc.h"
#include "x509_make.h"
#include "x509_name.h"
#include "x509_show.h"

#define DAY		86400
#define WARN_DAYS	30

long long
seconds_to(const ASN1_TIME *t)
{
	int days, seconds;

	if (ASN1_TIME_diff(&days, &seconds, NULL, t) != 1)
		return (-1);
	return ((long long)days * DAY + seconds);
}

char *
date_text(const ASN1_TIME *t, char *out, size_t size)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		snprintf(out, size, "?");
	else
		utc_text(timegm(&tm), out, size);
	return (out);
}

/* "in 12 days", "today", "12 days ago". */
static const char *
when(long long s)
{
	static char text[40];

	if (s >= 0)
		snprintf(text, sizeof(text), "in %lld day%s", s / DAY,
		    s / DAY == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text), "%lld day%s ago", -s / DAY,
		    -s / DAY == 1 ? "" : "s");
	return (text);
}

const char *
cert_dates_wrong(const struct km *km, const X509 *x)
{
	static char text[80];
	long long from = seconds_to(X509_get0_notBefore(x));
	long long to = seconds_to(X509_get0_notAfter(x));
	long warn = km_number(km, KO_WARN, WARN_DAYS, 0, 36500);

	if (from > 0)
		snprintf(text, sizeof(text), "begins %s", when(from));
	else if (to < 0)
		snprintf(text, sizeof(text), "ended %s", when(to));
	else if (to < warn * DAY)
		snprintf(text, sizeof(text), "ends %s", when(to));
	else
		return (NULL);
	return (text);
}

const char *
crl_dates_wrong(const X509_CRL *crl)
{
	static char text[80];
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);
	long long age = -seconds_to(X509_CRL_get0_lastUpdate(crl)), left;

	if (next == NULL)
		return ("has no time of its next one");
	left = seconds_to(next);
	if (left < 0)
		snprintf(text, sizeof(text), "stale: the next CRL was due %s",
		    when(left));
	else if (left < (left + age) / 5)
		snprintf(text, sizeof(text), "the next CRL is due %s",
		    when(left));
	else
		return (NULL);
	return (text);
}

struct search {
	X509		*ca;
	int		 delta;
	X509_CRL	*found;
	char		*name;
};

static void
try_crl(struct km *km, const char *name, void *arg)
{
	struct search *s = arg;
	X509_CRL *crl;

	if (s->found != NULL || (crl = crl_peek(km, name)) == NULL)
		return;
	if (crl_is_delta(crl) == s->delta &&
	    X509_NAME_cmp(X509_CRL_get_issuer(crl),
	    X509_get_subject_name(s->ca)) == 0 &&
	    X509_CRL_verify(crl, X509_get0_pubkey(s->ca)) == 1) {
		s->found = crl;
		if (s->name != NULL)
			snprintf(s->name, NAME_MAX_LEN + 1, "%s", name);
		return;
	}
	X509_CRL_free(crl);
}

int
crl_is_delta(const X509_CRL *crl)
{
	return (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0);
}

static X509_CRL *
find(struct km *km, X509 *ca, int delta, char *name)
{
	struct search s = { ca, delta, NULL, name };

	km_each(km, "crls", try_crl, &s);
	ERR_clear_error();
	return (s.found);
}

X509_CRL *
crl_find(struct km *km, X509 *ca, char *name)
{
	return (find(km, ca, 0, name));
}

X509_CRL *
crl_find_delta(struct km *km, X509 *ca, char *name)
{
	return (find(km, ca, 1, name));
}

/* Revoked or not, by a CRL that was found: 1 if it has an entry at all. */
static int
entry_text(X509_CRL *crl, X509 *x, const char *name, char *out, size_t size)
{
	X509_REVOKED *r = NULL;
	ASN1_ENUMERATED *why;
	char date[40];
	int found = X509_CRL_get0_by_cert(crl, &r, x);

	/* 2: it is taken off the list again (removeFromCRL). */
	if (found != 1) {
		snprintf(out, size, "good by crls/%s", name);
		return (found == 2);
	}
	why = X509_REVOKED_get_ext_d2i(r, NID_crl_reason, NULL, NULL);
	snprintf(out, size, "revoked %s, %s, by crls/%s",
	    date_text(X509_REVOKED_get0_revocationDate(r), date, sizeof(date)),
	    reason_name(why != NULL ? (int)ASN1_ENUMERATED_get(why) : 0),
	    name);
	ASN1_ENUMERATED_free(why);
	return (1);
}

void
crl_says(struct km *km, X509 *x, char *out, size_t size)
{
	X509 *ca = issuer_find(km, x, NULL);
	char name[NAME_MAX_LEN + 1];
	X509_CRL *crl;
	int told = 0;

	out[0] = '\0';
	if (ca == NULL)
		return;
	/* A delta is the newer word, about what it names alone. */
	if ((crl = crl_find_delta(km, ca, name)) != NULL)
		told = entry_text(crl, x, name, out, size);
	X509_CRL_free(crl);
	if (!told) {
		out[0] = '\0';
		if ((crl = crl_find(km, ca, name)) != NULL)
			(void)entry_text(crl, x, name, out, size);
		X509_CRL_free(crl);
	}
	X509_free(ca);
}

static void
out_names(X509 *x)
{
	GENERAL_NAMES *all;
	char *s;
	int i;

	all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	out_item("names", NULL);
	for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		s = san_text(sk_GENERAL_NAME_value(all, i));
		out_item("names", s);
		OPENSSL_free(s);
	}
	GENERAL_NAMES_free(all);
}

/* Key usage by its bits, then the purposes of extendedKeyUsage. */
static void
out_usage(X509 *x)
{
	static const struct {
		uint32_t	 bit;
		const char	*name;
	} bits[] = {
		{ X509v3_KU_DIGITAL_SIGNATURE, "digitalSignature" },
		{ X509v3_KU_NON_REPUDIATION, "nonRepudiation" },
		{ X509v3_KU_KEY_ENCIPHERMENT, "keyEncipherment" },
		{ X509v3_KU_DATA_ENCIPHERMENT, "dataEncipherment" },
		{ X509v3_KU_KEY_AGREEMENT, "keyAgreement" },
		{ X509v3_KU_KEY_CERT_SIGN, "keyCertSign" },
		{ X509v3_KU_CRL_SIGN, "cRLSign" },
	};
	uint32_t ku = X509_get_key_usage(x);
	EXTENDED_KEY_USAGE *eku;
	char oid[80];
	size_t k;
	int i;

	out_item("usage", NULL);
	for (k = 0; ku != UINT32_MAX && k < sizeof(bits) / sizeof(bits[0]);
	    k++)
		if ((ku & bits[k].bit) != 0)
			out_item("usage", bits[k].name);
	eku = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	for (i = 0; i < sk_ASN1_OBJECT_num(eku); i++)
		if (OBJ_obj2txt(oid, sizeof(oid),
		    sk_ASN1_OBJECT_value(eku, i), 0) > 0)
			out_item("usage", oid);
	sk_ASN1_OBJECT_pop_free(eku, ASN1_OBJECT_free);
}

/* The first URI of a list of names. */
static void
out_uris(const char *key, const GENERAL_NAMES *names)
{
	GENERAL_NAME *g;
	char *s;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		g = sk_GENERAL_NAME_value(names, i);
		s = san_text(g);
		out_item(key, g->type == GEN_URI ? s + 4 : s);
		OPENSSL_free(s);
	}
}

static void
out_places(X509 *x)
{
	AUTHORITY_INFO_ACCESS *aia;
	ACCESS_DESCRIPTION *a;
	CRL_DIST_POINTS *dps;
	DIST_POINT *d;
	char *s;
	int i;

	dps = X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
	for (i = 0; i < sk_DIST_POINT_num(dps); i++) {
		d = sk_DIST_POINT_value(dps, i);
		if (d->distpoint != NULL && d->distpoint->type == 0)
			out_uris("crl", d->distpoint->name.fullname);
	}
	CRL_DIST_POINTS_free(dps);
	aia = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	for (i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
		a = sk_ACCESS_DESCRIPTION_value(aia, i);
		if (OBJ_obj2nid(a->method) != NID_ad_OCSP)
			continue;
		s = san_text(a->location);
		out_item("ocsp", a->location->type == GEN_URI ? s + 4 : s);
		OPENSSL_free(s);
	}
	AUTHORITY_INFO_ACCESS_free(aia);
}

static void
out_dates(const X509 *x)
{
	char date[40];

	out_text("not_before", "%s", date_text(X509_get0_notBefore(x), date,
	    sizeof(date)));
	out_text("not_after", "%s", date_text(X509_get0_notAfter(x), date,
	    sizeof(date)));
	out_number("days_left", seconds_to(X509_get0_notAfter(x)) / DAY);
}

static void
out_key(X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char type[KEY_TEXT], fp[FP_TEXT];

	out_text("key", "%s", key != NULL ? key_type(key, type) : "?");
	if (key != NULL)
		out_text("key_fingerprint", "%s", key_fingerprint(key, fp));
}

void
out_cert(struct km *km, X509 *x)
{
	char *subject = name_text(X509_get_subject_name(x));
	char *issuer = name_text(X509_get_issuer_name(x));
	char *serial = serial_text(X509_get0_serialNumber(x));
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	char fp[FP_TEXT];

	if (n <= 0)
		fatal("a certificate cannot be encoded");
	out_text("subject", "%s", subject);
	out_text("issuer", "%s", issuer);
	out_text("serial", "%s", serial);
	out_text("algorithm", "%s", OBJ_nid2ln(X509_get_signature_nid(x)));
	out_key(x);
	out_text("fingerprint", "%s", fingerprint(der, (size_t)n, fp));
	out_dates(x);
	out_names(x);
	out_truth("ca", X509_check_ca(x) == 1);
	if (X509_get_pathlen(x) >= 0)
		out_number("path_length", X509_get_pathlen(x));
	out_usage(x);
	out_places(x);
	if (cert_dates_wrong(km, x) != NULL)
		out_text("warning", "%s", cert_dates_wrong(km, x));
	OPENSSL_free(der);
	OPENSSL_free(serial);
	OPENSSL_free(issuer);
	OPENSSL_free(subject);
}

static void
out_crl_number(const char *key, const X509_CRL *crl)
{
	ASN1_INTEGER *n = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL,
	    NULL);
	int64_t number;

	if (n != NULL && ASN1_INTEGER_get_int64(&number, n) == 1)
		out_number(key, number);
	ASN1_INTEGER_free(n);
}

static void
out_delta_state(struct km *km, X509 *ca)
{
	char name[NAME_MAX_LEN + 1];
	X509_CRL *crl = crl_find_delta(km, ca, name);

	if (crl == NULL)
		return;
	out_text("delta_state", "%s", crl_dates_wrong(crl) != NULL ?
	    crl_dates_wrong(crl) : "fresh");
	out_text("delta_file", "crls/%s", name);
	out_crl_number("delta_number", crl);
	X509_CRL_free(crl);
}

void
out_crl_state(struct km *km, X509 *ca)
{
	char name[NAME_MAX_LEN + 1], date[40];
	X509_CRL *crl = crl_find(km, ca, name);
	const ASN1_TIME *next;

	if (crl == NULL) {
		out_text("crl_state", "no CRL of it is here");
		out_delta_state(km, ca);
		return;
	}
	out_text("crl_state", "%s", crl_dates_wrong(crl) != NULL ?
	    crl_dates_wrong(crl) : "fresh");
	out_text("crl_file", "crls/%s", name);
	out_crl_number("crl_number", crl);
	next = X509_CRL_get0_nextUpdate(crl);
	out_number("crl_revoked",
	    sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) > 0 ?
	    sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) : 0);
	out_text("crl_last_update", "%s",
	    date_text(X509_CRL_get0_lastUpdate(crl), date, sizeof(date)));
	out_text("crl_next_update", "%s", date_text(next, date,
	    sizeof(date)));
	out_delta_state(km, ca);
	X509_CRL_free(crl);
}
