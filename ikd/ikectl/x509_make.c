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

/* Certificates and requests: made, signed, verified. */
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "key_io.h"
#include "log.h"
#include "x509_make.h"

#define SERIAL_OCTETS	16
#define BACKDATED	300	/* seconds: a peer's clock may be slow */

static const struct {
	const char	*name;
	unsigned int	 bit;
	int		 eku;		/* extendedKeyUsage's, or undefined */
} usages[] = {
	{ "ike", USE_IKE, NID_undef },	/* RFC 4945 5.1.3.12: none is best */
	{ "server", USE_SERVER, NID_server_auth },
	{ "client", USE_CLIENT, NID_client_auth },
	{ "ocsp", USE_OCSP, NID_OCSP_sign },
	{ "ca", USE_CA, NID_undef },
};
#define NUSAGES	(sizeof(usages) / sizeof(usages[0]))

static unsigned int
one_usage(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < NUSAGES; i++)
		if (strlen(usages[i].name) == n &&
		    strncmp(usages[i].name, s, n) == 0)
			return (usages[i].bit);
	return (0);
}

unsigned int
usage_of_options(const struct km *km, unsigned int dflt)
{
	unsigned int all = 0, bit;
	const char *s;
	size_t i, n;

	for (i = 0; i < km->n[KO_USAGE]; i++)
		for (s = km->val[KO_USAGE][i];; s += n + 1) {
			n = strcspn(s, ",");
			if ((bit = one_usage(s, n)) == 0) {
				fail_words("--usage: \"%.*s\" is none of ike, "
				    "server, client, ocsp, ca", (int)n, s);
				return (0);
			}
			all |= bit;
			if (s[n] == '\0')
				break;
		}
	if ((all & USE_CA) != 0 && all != USE_CA) {
		fail_words("--usage: an authority's certificate is for nothing "
		    "else");
		return (0);
	}
	return (all != 0 ? all : dflt);
}

ASN1_INTEGER *
serial_make(void)
{
	unsigned char b[SERIAL_OCTETS];
	ASN1_INTEGER *serial = NULL;
	BIGNUM *bn;

	if (RAND_bytes(b, sizeof(b)) != 1)
		fatal("no random octets");
	b[0] = (b[0] & 0x7f) | 0x40;	/* positive, of one length */
	if ((bn = BN_bin2bn(b, sizeof(b), NULL)) == NULL ||
	    (serial = BN_to_ASN1_INTEGER(bn, NULL)) == NULL)
		fatal("no memory");
	BN_free(bn);
	return (serial);
}

char *
serial_text(const ASN1_INTEGER *serial)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(serial, NULL);
	char *s = bn != NULL ? BN_bn2hex(bn) : NULL;

	BN_free(bn);
	if (s == NULL)
		fatal("no memory");
	return (s);
}

/* Adds an extension; a failure is ours, or no memory. */
static void
extend(X509 *x, int nid, void *value, int critical)
{
	if (X509_add1_ext_i2d(x, nid, value, critical, X509V3_ADD_APPEND) != 1)
		fatal("cannot add extension %s", OBJ_nid2sn(nid));
}

static void
add_basic(X509 *x, const struct cert_plan *p)
{
	BASIC_CONSTRAINTS *bc = BASIC_CONSTRAINTS_new();

	if (bc == NULL)
		fatal("no memory");
	if ((p->usage & USE_CA) != 0) {
		bc->ca = 0xff;
		if (p->path_length >= 0 &&
		    ((bc->pathlen = ASN1_INTEGER_new()) == NULL ||
		    ASN1_INTEGER_set_int64(bc->pathlen, p->path_length) != 1))
			fatal("no memory");
	}
	extend(x, NID_basic_constraints, bc, 1);
	BASIC_CONSTRAINTS_free(bc);
}

/* RFC 5280 4.2.1.3; RFC 4945 5.1.3.2: an IKE peer signs. */
static void
add_key_usage(X509 *x, const struct cert_plan *p)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	int ok;

	if (bits == NULL)
		fatal("no memory");
	if ((p->usage & USE_CA) != 0)
		ok = ASN1_BIT_STRING_set_bit(bits, 5, 1) == 1 &&
		    ASN1_BIT_STRING_set_bit(bits, 6, 1) == 1;
	else
		ok = ASN1_BIT_STRING_set_bit(bits, 0, 1) == 1;
	if (!ok)
		fatal("no memory");
	extend(x, NID_key_usage, bits, 1);
	ASN1_BIT_STRING_free(bits);
}

static void
add_extended(X509 *x, unsigned int usage)
{
	EXTENDED_KEY_USAGE *eku = sk_ASN1_OBJECT_new_null();
	size_t i;

	if (eku == NULL)
		fatal("no memory");
	for (i = 0; i < NUSAGES; i++)
		if ((usage & usages[i].bit) != 0 && usages[i].eku !=
		    NID_undef && sk_ASN1_OBJECT_push(eku,
		    OBJ_nid2obj(usages[i].eku)) <= 0)
			fatal("no memory");
	/* Others' purposes would shut IKE out: RFC 4945 5.1.3.12. */
	if (sk_ASN1_OBJECT_num(eku) > 0 && (usage & USE_IKE) != 0 &&
	    sk_ASN1_OBJECT_push(eku, OBJ_nid2obj(NID_ipsec_IKE)) <= 0)
		fatal("no memory");
	if (sk_ASN1_OBJECT_num(eku) > 0)
		extend(x, NID_ext_key_usage, eku, 0);
	sk_ASN1_OBJECT_free(eku);
}

/* A URL as the one name of a GENERAL_NAMES. */
static GENERAL_NAME *
url_name(const char *url)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_IA5STRING *s = ASN1_IA5STRING_new();

	if (g == NULL || s == NULL || ASN1_STRING_set(s, url, -1) != 1)
		fatal("no memory");
	GENERAL_NAME_set0_value(g, GEN_URI, s);
	return (g);
}

static void
add_crl_places(X509 *x, const char *const *urls, size_t n)
{
	CRL_DIST_POINTS *all = sk_DIST_POINT_new_null();
	DIST_POINT *d;
	size_t i;

	for (i = 0; i < n; i++) {
		if (all == NULL || (d = DIST_POINT_new()) == NULL ||
		    (d->distpoint = DIST_POINT_NAME_new()) == NULL ||
		    (d->distpoint->name.fullname =
		    sk_GENERAL_NAME_new_null()) == NULL ||
		    sk_GENERAL_NAME_push(d->distpoint->name.fullname,
		    url_name(urls[i])) <= 0 || sk_DIST_POINT_push(all, d) <= 0)
			fatal("no memory");
		d->distpoint->type = 0;
	}
	if (n > 0)
		extend(x, NID_crl_distribution_points, all, 0);
	CRL_DIST_POINTS_free(all);
}

static void
add_ocsp_places(X509 *x, const char *const *urls, size_t n)
{
	AUTHORITY_INFO_ACCESS *all = sk_ACCESS_DESCRIPTION_new_null();
	ACCESS_DESCRIPTION *a;
	size_t i;

	for (i = 0; i < n; i++) {
		if (all == NULL || (a = ACCESS_DESCRIPTION_new()) == NULL ||
		    sk_ACCESS_DESCRIPTION_push(all, a) <= 0)
			fatal("no memory");
		ASN1_OBJECT_free(a->method);
		a->method = OBJ_nid2obj(NID_ad_OCSP);
		GENERAL_NAME_free(a->location);
		a->location = url_name(urls[i]);
	}
	if (n > 0)
		extend(x, NID_info_access, all, 0);
	AUTHORITY_INFO_ACCESS_free(all);
}

/* Subject and authority key identifiers: SHA-1 of the key (RFC 5280). */
static void
add_key_ids(X509 *x, X509 *issuer)
{
	const ASN1_OCTET_STRING *of_issuer;
	AUTHORITY_KEYID *akid = AUTHORITY_KEYID_new();
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int n;

	if (akid == NULL || id == NULL ||
	    X509_pubkey_digest(x, EVP_sha1(), md, &n) != 1 ||
	    ASN1_OCTET_STRING_set(id, md, (int)n) != 1)
		fatal("no key identifier");
	extend(x, NID_subject_key_identifier, id, 0);
	of_issuer = issuer != NULL ? X509_get0_subject_key_id(issuer) : id;
	if (of_issuer != NULL) {
		akid->keyid = ASN1_OCTET_STRING_dup(of_issuer);
		if (akid->keyid == NULL)
			fatal("no memory");
		extend(x, NID_authority_key_identifier, akid, 0);
	}
	ASN1_OCTET_STRING_free(id);
	AUTHORITY_KEYID_free(akid);
}

/* From a little ago for so many days, but no longer than the issuer. */
static void
set_dates(X509 *x, const struct cert_plan *p)
{
	const ASN1_TIME *end;
	time_t now = time(NULL);

	if (X509_time_adj_ex(X509_getm_notBefore(x), 0, -BACKDATED, &now) ==
	    NULL || X509_time_adj_ex(X509_getm_notAfter(x), (int)p->days, 0,
	    &now) == NULL)
		fatal("no date of %ld days", p->days);
	if (p->issuer == NULL)
		return;
	end = X509_get0_notAfter(p->issuer);
	if (ASN1_TIME_compare(X509_get0_notAfter(x), end) != 1)
		return;
	if (X509_set1_notAfter(x, end) != 1)
		fatal("no memory");
	out_warn("The certificate ends with its authority's, earlier than "
	    "asked.");
}

static void
set_body(X509 *x, const struct cert_plan *p)
{
	const X509_NAME *issuer = p->issuer != NULL ?
	    X509_get_subject_name(p->issuer) : p->subject;
	ASN1_INTEGER *own = p->serial == NULL ? serial_make() : NULL;

	if (X509_set_version(x, X509_VERSION_3) != 1 ||
	    X509_set_serialNumber(x, own != NULL ? own :
	    (ASN1_INTEGER *)(uintptr_t)p->serial) != 1 ||
	    X509_set_issuer_name(x, issuer) != 1 ||
	    X509_set_subject_name(x, p->subject) != 1 ||
	    X509_set_pubkey(x, p->key) != 1)
		fatal("no memory for a certificate");
	ASN1_INTEGER_free(own);
	set_dates(x, p);
	add_basic(x, p);
	add_key_usage(x, p);
	add_extended(x, p->usage);
	add_key_ids(x, p->issuer);
	if (sk_GENERAL_NAME_num(p->names) > 0)
		/* Critical when it is the only name: RFC 5280 4.2.1.6. */
		extend(x, NID_subject_alt_name,
		    (GENERAL_NAMES *)(uintptr_t)p->names,
		    X509_NAME_entry_count(p->subject) == 0);
	add_crl_places(x, p->crl, p->ncrl);
	add_ocsp_places(x, p->ocsp, p->nocsp);
}

X509 *
cert_make(const struct cert_plan *p)
{
	X509 *x = X509_new();

	if (x == NULL)
		fatal("no memory");
	set_body(x, p);
	if (X509_sign(x, p->signer, key_digest(p->signer)) <= 0)
		fail_ssl("cannot sign the certificate");
	else if (X509_verify(x, p->issuer != NULL ?
	    X509_get0_pubkey(p->issuer) : p->signer) != 1)
		fail_ssl("the new certificate does not verify");
	else
		return (x);
	X509_free(x);
	return (NULL);
}

X509_REQ *
req_make(X509_NAME *subject, EVP_PKEY *key, const GENERAL_NAMES *names)
{
	X509_EXTENSIONS *exts = NULL;
	X509_REQ *r = X509_REQ_new();

	if (r == NULL || X509_REQ_set_version(r, X509_REQ_VERSION_1) != 1 ||
	    X509_REQ_set_subject_name(r, subject) != 1 ||
	    X509_REQ_set_pubkey(r, key) != 1)
		fatal("no memory for a request");
	if (sk_GENERAL_NAME_num(names) > 0 &&
	    (X509V3_add1_i2d(&exts, NID_subject_alt_name,
	    (GENERAL_NAMES *)(uintptr_t)names, 0, X509V3_ADD_APPEND) != 1 ||
	    X509_REQ_add_extensions(r, exts) != 1))
		fatal("no memory for a request's names");
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	if (X509_REQ_sign(r, key, key_digest(key)) <= 0)
		fail_ssl("cannot sign the request");
	else if (X509_REQ_verify(r, key) != 1)
		fail_ssl("the new request does not verify");
	else
		return (r);
	X509_REQ_free(r);
	return (NULL);
}

const char *
req_wrong(X509_REQ *req)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(req);
	const char *why;

	if (key == NULL)
		return ("its public key cannot be read");
	if ((why = key_wrong(key)) != NULL)
		return (why);
	if (X509_REQ_verify(req, key) == 1)
		return (NULL);
	ERR_clear_error();
	return ("its signature is not by its own key");
}
