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

/* Certificates and CRLs for tests, from a line of text each. */

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certd_pki.h"

/* Outside of cmocka too (fuzz seeds, benchmarks): a mistake ends it. */
static void
die(const char *what, const char *at)
{
	fprintf(stderr, "pki: %s at \"%.60s\"\n", what, at);
	ERR_print_errors_fp(stderr);
	abort();
}

#define KEYS	64

EVP_PKEY *
pki_key(const char *type, unsigned int number)
{
	static struct { char type[12]; unsigned int number; EVP_PKEY *key; }
	    made[KEYS];
	EVP_PKEY *k = NULL;
	unsigned int i;

	for (i = 0; i < KEYS && made[i].key != NULL; i++)
		if (strcmp(made[i].type, type) == 0 &&
		    made[i].number == number)
			return (made[i].key);
	if (i == KEYS)
		die("too many keys", type);
	if (strcmp(type, "p256") == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	else if (strcmp(type, "p384") == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	else if (strcmp(type, "p521") == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521");
	else if (strcmp(type, "k256") == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1");
	else if (strcmp(type, "ed25519") == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else if (strcmp(type, "ed448") == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
	else if (strncmp(type, "rsa", 3) == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
		    (size_t)atoi(type + 3));
	else if (strncmp(type, "pss", 3) == 0) {
		EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS",
		    NULL);

		if (c == NULL || EVP_PKEY_keygen_init(c) != 1 ||
		    EVP_PKEY_CTX_set_rsa_keygen_bits(c, atoi(type + 3)) != 1 ||
		    EVP_PKEY_generate(c, &k) != 1)
			k = NULL;
		EVP_PKEY_CTX_free(c);
	}
	if (k == NULL)
		die("no such key", type);
	snprintf(made[i].type, sizeof(made[i].type), "%s", type);
	made[i].number = number;
	made[i].key = k;
	return (k);
}

struct pki_item *
pki_get(struct pki *p, const char *name)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->item[i].name, name) == 0)
			return (&p->item[i]);
	die("no such item", name);
	return (NULL);
}

struct slice
pki_der(const struct pki_item *it)
{
	unsigned char *der = NULL;
	int len;

	len = it->x != NULL ? i2d_X509(it->x, &der) :
	    i2d_X509_CRL(it->crl->x, &der);
	if (len <= 0)
		die("no DER", it->name);
	return ((struct slice){ der, (size_t)len });
}

/* One line taken apart. */
struct line {
	unsigned int	 n;
	char		*word[32];
	char		 text[1024];
};

static const char *
value(const struct line *l, const char *key)
{
	size_t len = strlen(key);
	unsigned int i;

	for (i = 1; i < l->n; i++)
		if (strncmp(l->word[i], key, len) == 0 &&
		    (l->word[i][len] == '=' || l->word[i][len] == '\0'))
			return (l->word[i] + len + (l->word[i][len] == '='));
	return (NULL);
}

static long
number(const struct line *l, const char *key, long otherwise)
{
	const char *v = value(l, key);

	return (v == NULL ? otherwise : atol(v));
}

static X509_NAME *
name_of(const char *text)
{
	X509_NAME *n = X509_NAME_new();
	char buf[256], *part, *next, *eq;
	int type;

	snprintf(buf, sizeof(buf), "%s", text);
	for (part = buf; *part != '\0'; part++)
		if (*part == '_')
			*part = ' ';
	for (part = buf[0] == '/' && buf[1] != '\0' ? buf + 1 : NULL;
	    part != NULL; part = next) {
		if ((next = strchr(part, '/')) != NULL)
			*next++ = '\0';
		if ((eq = strchr(part, '=')) == NULL)
			die("no name", text);
		*eq++ = '\0';
		type = MBSTRING_UTF8;
		if (*eq == '%') {	/* %p:text PrintableString */
			type = V_ASN1_PRINTABLESTRING;
			eq++;
		}
		if (X509_NAME_add_entry_by_txt(n, part, type,
		    (unsigned char *)eq, -1, -1, 0) != 1)
			die("no name", text);
	}
	return (n);
}

static void
set_time(ASN1_TIME *t, long days)
{
	if (ASN1_TIME_adj(t, (time_t)PKI_NOW, (int)days, 0) == NULL)
		die("no time", "");
}

/* An extension nobody knows, with a NULL in it. */
static X509_EXTENSION *
odd_extension(const char *oid, int crit)
{
	ASN1_OBJECT *obj = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	ASN1_OCTET_STRING_set(s, (const unsigned char *)"\x05\x00", 2);
	e = X509_EXTENSION_create_by_OBJ(NULL, obj, crit, s);
	ASN1_OBJECT_free(obj);
	ASN1_OCTET_STRING_free(s);
	return (e);
}

/*
 * OpenSSL's text; the section that it names is "a=b" joined by '&' after '@'
 * (where OpenSSL wants "@s") or '%' (where it wants "s").
 */
static CONF *
sections(char *v)
{
	char text[512], *s;
	CONF *conf;
	BIO *b;
	long line;

	snprintf(text, sizeof(text), "[s]\n");
	if ((s = strpbrk(v, "@%")) != NULL &&
	    !(*s == '@' && strstr(v, "email:") != NULL)) {
		snprintf(text, sizeof(text), "[s]\n%s\n", s + 1);
		snprintf(s, 3, "%s", *s == '@' ? "@s" : "s");
	}
	for (s = text; *s != '\0'; s++)
		if (*s == '&')
			*s = '\n';
	conf = NCONF_new(NULL);
	b = BIO_new_mem_buf(text, -1);
	if (NCONF_load_bio(conf, b, &line) != 1)
		die("no section", text);
	BIO_free(b);
	return (conf);
}

static X509_EXTENSION *
extension(X509V3_CTX *ctx, int nid, const char *text)
{
	X509_EXTENSION *e;
	char v[512], *s;
	CONF *conf;

	snprintf(v, sizeof(v), "%s", text);
	conf = sections(v);
	for (s = v; *s != '\0'; s++)
		*s = *s == '_' ? ' ' : *s == '|' ? ';' : *s;
	X509V3_set_nconf(ctx, conf);
	if ((e = X509V3_EXT_nconf_nid(conf, ctx, nid, v)) == NULL)
		die("no extension", text);
	NCONF_free(conf);
	return (e);
}

static const struct {
	const char	*word;
	int		 nid;
} exts[] = {
	{ "bc", NID_basic_constraints }, { "ku", NID_key_usage },
	{ "eku", NID_ext_key_usage }, { "nc", NID_name_constraints },
	{ "san", NID_subject_alt_name }, { "pol", NID_certificate_policies },
	{ "polcon", NID_policy_constraints },
	{ "polmap", NID_policy_mappings },
	{ "inhany", NID_inhibit_any_policy },
	{ "cdp", NID_crl_distribution_points }, { "fresh", NID_freshest_crl },
	{ "aia", NID_info_access },
};

static void
add_exts(X509 *x, X509 *issuer, const struct line *l)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	char bc[64];
	size_t i;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	if (value(l, "noskid") == NULL) {
		e = extension(&ctx, NID_subject_key_identifier, "hash");
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	if (issuer != x && value(l, "noakid") == NULL && X509_get_ext_by_NID(
	    issuer, NID_subject_key_identifier, -1) >= 0) {
		e = extension(&ctx, NID_authority_key_identifier, "keyid");
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	if (value(l, "ca") != NULL || value(l, "path") != NULL) {
		snprintf(bc, sizeof(bc), "critical,CA:TRUE%s%s",
		    value(l, "path") != NULL ? ",pathlen:" : "",
		    value(l, "path") != NULL ? value(l, "path") : "");
		e = extension(&ctx, NID_basic_constraints, bc);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
		if (value(l, "ku") == NULL) {
			e = extension(&ctx, NID_key_usage,
			    "critical,keyCertSign,cRLSign");
			X509_add_ext(x, e, -1);
			X509_EXTENSION_free(e);
		}
	}
	for (i = 0; i < sizeof(exts) / sizeof(exts[0]); i++)
		if (value(l, exts[i].word) != NULL) {
			e = extension(&ctx, exts[i].nid,
			    value(l, exts[i].word));
			X509_add_ext(x, e, -1);
			X509_EXTENSION_free(e);
		}
	for (i = 0; i < 2; i++)
		if (value(l, i == 0 ? "ext" : "crit") != NULL) {
			e = odd_extension(value(l, i == 0 ? "ext" : "crit"),
			    (int)i);
			X509_add_ext(x, e, -1);
			X509_EXTENSION_free(e);
		}
}

static const EVP_MD *
md_of(const struct line *l, EVP_PKEY *key)
{
	const char *md = value(l, "md");

	if (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448"))
		return (NULL);
	return (EVP_get_digestbyname(md != NULL ? md : "SHA256"));
}

/* The last octet of a signature is not what it was. */
static void
spoil(const ASN1_BIT_STRING *sig)
{
	ASN1_STRING *s = (ASN1_STRING *)(uintptr_t)sig;
	unsigned char buf[1024];
	int len = ASN1_STRING_length(s);

	memcpy(buf, ASN1_STRING_get0_data(s), (size_t)len);
	buf[len - 1] ^= 1;
	ASN1_STRING_set(s, buf, len);
}

/* ecdsa-with-SHA256 becomes ecdsa-with-SHA384 inside, not outside. */
static struct slice
mismatch(struct slice der)
{
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2 };
	uint8_t *p = memmem(der.p, der.len, oid, sizeof(oid));

	if (p == NULL)
		die("no algorithm", "oid");
	p[sizeof(oid) - 1] = 3;
	return (der);
}

static void
make_cert(struct pki *p, struct pki_item *it, const struct line *l)
{
	const char *by = value(l, "by"), *subj = value(l, "subj"), *why;
	struct pki_item *issuer = by != NULL ? pki_get(p, by) : it;
	EVP_PKEY *sk;
	X509_NAME *n;
	char def[64];
	struct slice der;
	X509 *x = it->x = X509_new();

	if (value(l, "keyof") != NULL)
		it->key = pki_get(p, value(l, "keyof"))->key;
	else
		it->key = pki_key(value(l, "key") != NULL ? value(l, "key") :
		    "p256", (unsigned int)(it - p->item));
	X509_set_version(x, value(l, "v1") != NULL ? X509_VERSION_1 :
	    X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x),
	    number(l, "serial", 100 + (it - p->item)));
	snprintf(def, sizeof(def), "/O=Test/CN=%s", it->name);
	n = name_of(subj != NULL ? subj : def);
	X509_set_subject_name(x, n);
	X509_NAME_free(n);
	if (value(l, "iss") != NULL) {
		n = name_of(value(l, "iss"));
		X509_set_issuer_name(x, n);
		X509_NAME_free(n);
	} else
		X509_set_issuer_name(x, X509_get_subject_name(issuer->x));
	set_time(X509_getm_notBefore(x), number(l, "nb", -10));
	set_time(X509_getm_notAfter(x), number(l, "na", 10));
	X509_set_pubkey(x, it->key);
	if (value(l, "v1") == NULL)
		add_exts(x, issuer->x, l);
	sk = value(l, "signkey") != NULL ?
	    pki_get(p, value(l, "signkey"))->key : issuer->key;
	if (X509_sign(x, sk, md_of(l, sk)) <= 0)
		die("no signature", l->word[0]);
	if (value(l, "badsig") != NULL) {
		const ASN1_BIT_STRING *sig;

		X509_get0_signature(&sig, NULL, x);
		spoil(sig);
	}
	der = pki_der(it);
	if (value(l, "oid") != NULL)
		der = mismatch(der);
	it->cert = cert_decode(der, &why);
	OPENSSL_free((void *)(uintptr_t)der.p);
	if (it->cert == NULL)
		die(why, l->word[0]);
}

static void
revoke(struct pki *p, X509_CRL *x, long serial, int reason, const char *of)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	ASN1_TIME *t = ASN1_TIME_new();

	ASN1_INTEGER_set(n, serial);
	X509_REVOKED_set_serialNumber(r, n);
	set_time(t, -2);
	X509_REVOKED_set_revocationDate(r, t);
	if (reason >= 0) {
		ASN1_ENUMERATED *e = ASN1_ENUMERATED_new();

		ASN1_ENUMERATED_set(e, reason);
		X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, e, 0, 0);
		ASN1_ENUMERATED_free(e);
	}
	if (of != NULL) {
		GENERAL_NAMES *gens = GENERAL_NAMES_new();
		GENERAL_NAME *gn = GENERAL_NAME_new();

		GENERAL_NAME_set0_value(gn, GEN_DIRNAME, X509_NAME_dup(
		    X509_get_subject_name(pki_get(p, of)->x)));
		sk_GENERAL_NAME_push(gens, gn);
		X509_REVOKED_add1_ext_i2d(r, NID_certificate_issuer, gens, 1,
		    0);
		GENERAL_NAMES_free(gens);
	}
	X509_CRL_add0_revoked(x, r);
	ASN1_INTEGER_free(n);
	ASN1_TIME_free(t);
}

static void
add_number(X509_CRL *x, int nid, long v, int crit)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	ASN1_INTEGER_set(n, v);
	X509_CRL_add1_ext_i2d(x, nid, n, crit, 0);
	ASN1_INTEGER_free(n);
}

static void
crl_exts(X509_CRL *x, X509 *issuer, const struct line *l)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, NULL, NULL, x, 0);
	add_number(x, NID_crl_number, number(l, "num", 1), 0);
	if (value(l, "delta") != NULL)
		add_number(x, NID_delta_crl, number(l, "delta", 1), 1);
	if (value(l, "idp") != NULL) {
		e = extension(&ctx, NID_issuing_distribution_point,
		    value(l, "idp"));
		X509_CRL_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	if (value(l, "fresh") != NULL) {
		e = extension(&ctx, NID_freshest_crl, value(l, "fresh"));
		X509_CRL_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	if (value(l, "crit") != NULL) {
		e = odd_extension(value(l, "crit"), 1);
		X509_CRL_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
}

static void
make_crl(struct pki *p, struct pki_item *it, const struct line *l)
{
	struct pki_item *issuer = pki_get(p, value(l, "by"));
	const char *s, *why;
	unsigned char *der = NULL;
	X509_CRL *x = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_new();
	EVP_PKEY *sk;
	int len;

	X509_CRL_set_version(x, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(x, X509_get_subject_name(issuer->x));
	set_time(t, number(l, "tu", -1));
	X509_CRL_set1_lastUpdate(x, t);
	set_time(t, number(l, "nu", 1));
	if (value(l, "nonu") == NULL)
		X509_CRL_set1_nextUpdate(x, t);
	ASN1_TIME_free(t);
	for (s = value(l, "rev"); s != NULL; s = strchr(s, ',')) {
		s += *s == ',';
		revoke(p, x, atol(s), (int)number(l, "reason", -1),
		    value(l, "for"));
	}
	if (value(l, "remove") != NULL)
		revoke(p, x, number(l, "remove", 0), 8, NULL);
	crl_exts(x, issuer->x, l);
	X509_CRL_sort(x);
	sk = value(l, "signkey") != NULL ?
	    pki_get(p, value(l, "signkey"))->key : issuer->key;
	if (X509_CRL_sign(x, sk, md_of(l, sk)) <= 0)
		die("no signature", l->word[0]);
	if (value(l, "badsig") != NULL) {
		const ASN1_BIT_STRING *sig;

		X509_CRL_get0_signature(x, &sig, NULL);
		spoil(sig);
	}
	len = i2d_X509_CRL(x, &der);
	if (len <= 0 || crl_decode((struct slice){ der, (size_t)len },
	    &it->crl, 1, &why) != 1)
		die("no CRL", l->word[0]);
	OPENSSL_free(der);
	X509_CRL_free(x);
}

static void
make_line(struct pki *p, struct line *l)
{
	struct pki_item *it;

	if (p->n == PKI_MOST)
		die("too many", l->word[0]);
	it = &p->item[p->n++];
	memset(it, 0, sizeof(*it));
	snprintf(it->name, sizeof(it->name), "%s", l->word[0] +
	    (l->word[0][0] == '!'));
	if (l->word[0][0] == '!')
		make_crl(p, it, l);
	else
		make_cert(p, it, l);
}

void
pki_make(struct pki *p, const char *text)
{
	struct line l;
	const char *end;
	char *save, *w;

	memset(p, 0, sizeof(*p));
	for (; (end = strchr(text, ';')) != NULL; text = end + 1) {
		if ((size_t)(end - text) >= sizeof(l.text))
			die("too long", text);
		snprintf(l.text, sizeof(l.text), "%.*s", (int)(end - text),
		    text);
		l.n = 0;
		for (w = strtok_r(l.text, " \n\t", &save); w != NULL &&
		    l.n < 32; w = strtok_r(NULL, " \n\t", &save))
			l.word[l.n++] = w;
		if (l.n > 0)
			make_line(p, &l);
	}
}

void
pki_free(struct pki *p)
{
	unsigned int i;

	for (i = 0; i < p->n; i++) {
		cert_free(p->item[i].cert);
		crl_free(p->item[i].crl);
		X509_free(p->item[i].x);
	}
	p->n = 0;
}
