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

/* Distribution points of CRLs and OCSP as URLs. */

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "urls.h"

static const char *const schemes[] = { "http://", "https://", "ldap://",
	"ldaps://" };

static int
scheme_ok(const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		n = strlen(schemes[i]);
		if (len > n && strncasecmp(s, schemes[i], n) == 0)
			return (1);
	}
	return (0);
}

/* Takes what is printable ASCII without blanks, and not there yet. */
static void
add(struct urls *u, const char *s, size_t len)
{
	char url[URL_LEN + 1];
	size_t i;

	if (u->n == URLS_MAX || len > URL_LEN || !scheme_ok(s, len))
		return;
	for (i = 0; i < len; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f || strchr("\"<>\\^`{|}",
		    s[i]) != NULL)
			return;
	memcpy(url, s, len);
	url[len] = '\0';
	for (i = 0; i < u->n; i++)
		if (strcmp(u->url[i], url) == 0)
			return;
	u->url[u->n++] = xstrdup(url);
}

static void
add_uri(struct urls *u, const GENERAL_NAME *gn)
{
	const ASN1_IA5STRING *s;
	int type;

	s = GENERAL_NAME_get0_value(gn, &type);
	if (type == GEN_URI && s != NULL)
		add(u, (const char *)ASN1_STRING_get0_data(s),
		    (size_t)ASN1_STRING_length(s));
}

/* RFC 4516: the name as RFC 4514 writes it, with what a URL needs escaped. */
static void
add_name(struct urls *u, const X509_NAME *name, const char *attribute)
{
	static const char plain[] = "=,+-._~:@$'()!*";
	char url[URL_LEN + 1];
	const unsigned char *p;
	char *text;
	size_t at;
	long i, len;
	BIO *bio;

	if (name == NULL || X509_NAME_entry_count(name) == 0 ||
	    (bio = BIO_new(BIO_s_mem())) == NULL)
		return;
	at = (size_t)snprintf(url, sizeof(url), "ldap:///");
	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0 &&
	    (len = BIO_get_mem_data(bio, &text)) > 0) {
		p = (const unsigned char *)text;
		for (i = 0; i < len && at + 4 < sizeof(url); i++)
			if ((p[i] >= '0' && p[i] <= '9') ||
			    ((p[i] | 32) >= 'a' && (p[i] | 32) <= 'z') ||
			    (p[i] != '\0' && strchr(plain, p[i]) != NULL))
				url[at++] = (char)p[i];
			else
				at += (size_t)snprintf(url + at,
				    sizeof(url) - at, "%%%02X", p[i]);
		if (i == len && at + 1 + strlen(attribute) < sizeof(url)) {
			at += (size_t)snprintf(url + at, sizeof(url) - at,
			    "?%s", attribute);
			add(u, url, at);
		}
	}
	BIO_free(bio);
	ERR_clear_error();
}

static void
add_general(struct urls *u, const GENERAL_NAMES *names, const char *attribute)
{
	const GENERAL_NAME *gn;
	int i, type;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		gn = sk_GENERAL_NAME_value(names, i);
		add_uri(u, gn);
		if (GENERAL_NAME_get0_value(gn, &type) != NULL &&
		    type == GEN_DIRNAME)
			add_name(u, gn->d.directoryName, attribute);
	}
}

/* One point; a name relative to the issuer is the issuer's entry plus it. */
static void
add_point(struct urls *u, DIST_POINT *dp, const X509_NAME *issuer,
    const char *attribute)
{
	DIST_POINT_NAME *dpn = dp->distpoint;

	if (dpn != NULL && dpn->type == 0)
		add_general(u, dpn->name.fullname, attribute);
	else if (dpn != NULL && dpn->type == 1 &&
	    DIST_POINT_set_dpname(dpn, issuer) == 1)
		add_name(u, dpn->dpname, attribute);
	else if (dpn == NULL && dp->CRLissuer != NULL)
		add_general(u, dp->CRLissuer, attribute);
}

static void
points(CRL_DIST_POINTS *dps, const X509_NAME *issuer, const char *attribute,
    struct urls *u)
{
	int i;

	memset(u, 0, sizeof(*u));
	for (i = 0; i < sk_DIST_POINT_num(dps); i++)
		add_point(u, sk_DIST_POINT_value(dps, i), issuer, attribute);
	CRL_DIST_POINTS_free(dps);
	ERR_clear_error();
}

void
urls_crl(X509 *x, struct urls *u)
{
	points(X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL),
	    X509_get_issuer_name(x), "certificateRevocationList;binary", u);
}

void
urls_delta(X509 *x, struct urls *u)
{
	points(X509_get_ext_d2i(x, NID_freshest_crl, NULL, NULL),
	    X509_get_issuer_name(x), "deltaRevocationList;binary", u);
}

void
urls_crl_delta(X509_CRL *crl, struct urls *u)
{
	points(X509_CRL_get_ext_d2i(crl, NID_freshest_crl, NULL, NULL),
	    X509_CRL_get_issuer(crl), "deltaRevocationList;binary", u);
}

void
urls_ocsp(X509 *x, struct urls *u)
{
	AUTHORITY_INFO_ACCESS *aia;
	ACCESS_DESCRIPTION *ad;
	int i;

	memset(u, 0, sizeof(*u));
	aia = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	for (i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
		ad = sk_ACCESS_DESCRIPTION_value(aia, i);
		if (OBJ_obj2nid(ad->method) == NID_ad_OCSP)
			add_uri(u, ad->location);
	}
	AUTHORITY_INFO_ACCESS_free(aia);
	ERR_clear_error();
}

void
urls_free(struct urls *u)
{
	while (u->n > 0)
		free(u->url[--u->n]);
}
