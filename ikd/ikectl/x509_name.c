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

/* Names in certificates, from text and to text. */
#include <arpa/inet.h>

#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "key_io.h"
#include "log.h"
#include "x509_name.h"

#define RDNS_MAX	20
#define VALUE_MAX	256
#define PRINT_FLAGS	(XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN |	\
	(ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB))

/*
 * The value up to an unescaped comma, blanks around it left out; *end is
 * behind it.  Its length, or -1.
 */
static int
value(const char *s, char *out, const char **end)
{
	int n = 0, kept = 0;
	uint8_t octet;

	while (*s == ' ')
		s++;
	for (; *s != '\0' && *s != ','; s++) {
		if (n == VALUE_MAX - 1)
			return (-1);
		if (*s != '\\') {
			out[n++] = *s;
			kept = *s == ' ' ? kept : n;
			continue;
		}
		if (*++s == '\0')
			return (-1);
		if (hex_octets(s, 2, &octet) == 0) {
			out[n++] = (char)octet;
			s++;
		} else
			out[n++] = *s;
		kept = n;
	}
	*end = s;
	out[kept] = '\0';
	return (kept);
}

/* "CN=gw" at *s, which moves behind the comma.  0 or -1, said. */
static int
add_rdn(X509_NAME *name, const char **s)
{
	char type[64], val[VALUE_MAX];
	const char *at = *s, *eq;
	int n, nid;

	while (*at == ' ')
		at++;
	eq = strchr(at, '=');
	n = eq != NULL ? (int)(eq - at) : 0;
	while (n > 0 && at[n - 1] == ' ')
		n--;
	if (n == 0 || (size_t)n >= sizeof(type))
		return (fail_words("\"%s\": a name is TYPE=VALUE, ..., as "
		    "\"C=DE, O=Acme, CN=gw\"", at));
	snprintf(type, sizeof(type), "%.*s", n, at);
	nid = OBJ_txt2nid(strcmp(type, "E") == 0 ? "emailAddress" : type);
	if (nid == NID_undef)
		return (fail_words("\"%s\" is no part of a name: C, ST, L, O, "
		    "OU, CN, DC, E, serialNumber and the like", type));
	if ((n = value(eq + 1, val, s)) <= 0)
		return (fail_words("%s: the value is empty, too long or ends "
		    "in a backslash", type));
	if ((int)strlen(val) != n || !wire_text_ok(val, (size_t)n))
		return (fail_words("%s: the value is not printable", type));
	if (X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
	    (const unsigned char *)val, n, -1, 0) != 1)
		return (fail_ssl("%s=%s", type, val));
	if (**s == ',')
		(*s)++;
	else if (**s == '\0')
		return (0);
	if ((*s)[strspn(*s, " ")] == '\0')
		return (fail_words("%s=%s: nothing stands behind the comma",
		    type, val));
	return (0);
}

X509_NAME *
name_parse(const char *s)
{
	X509_NAME *name = X509_NAME_new();
	int n = 0;

	if (name == NULL)
		fatal("no memory");
	do {
		if (n++ == RDNS_MAX) {
			fail_words("a name of more than %d parts", RDNS_MAX);
			break;
		}
		if (add_rdn(name, &s) == -1)
			break;
		if (*s == '\0')
			return (name);
	} while (1);
	X509_NAME_free(name);
	return (NULL);
}

/* The text in a BIO, as a string of its own. */
static char *
bio_string(BIO *b)
{
	size_t len;
	const char *p = bio_data(b, &len);
	char *s = OPENSSL_strndup(p != NULL ? p : "", len);

	BIO_free(b);
	if (s == NULL)
		fatal("no memory");
	return (s);
}

char *
name_text(const X509_NAME *name)
{
	BIO *b = bio_new();

	if (X509_NAME_print_ex(b, name, 0, PRINT_FLAGS) < 0)
		fatal("a name cannot be printed");
	return (bio_string(b));
}

/* Letters, digits and hyphens in labels; a wildcard names no host. */
static int
dns_ok(const char *s)
{
	size_t n = strlen(s), label = 0, i;

	if (n == 0 || n > 253)
		return (0);
	for (i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (label == 0 || s[i - 1] == '-')
				return (0);
			label = 0;
			continue;
		}
		if ((!isalnum((unsigned char)s[i]) && s[i] != '-' &&
		    s[i] != '_') || (s[i] == '-' && label == 0))
			return (0);
		if (++label > 63)
			return (0);
	}
	return (label > 0 && s[n - 1] != '-');
}

static int
email_ok(const char *s)
{
	const char *at = strchr(s, '@'), *p;

	for (p = s; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == ',')
			return (0);
	return (at != NULL && at != s && strlen(s) <= 254 && dns_ok(at + 1));
}

const char *
url_wrong(const char *s)
{
	const char *p;

	if (strncmp(s, "http://", 7) != 0 && strncmp(s, "https://", 8) != 0 &&
	    strncmp(s, "ldap://", 7) != 0)
		return ("not an http:, https: or ldap: URL");
	for (p = s; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '"' || *p == '<')
			return ("a URL has no blanks and no letters beyond "
			    "ASCII");
	return (p - s > 1000 ? "a URL of more than 1000 octets" : NULL);
}

static void
push(GENERAL_NAMES *all, GENERAL_NAME *g)
{
	if (g == NULL || sk_GENERAL_NAME_push(all, g) <= 0)
		fatal("no memory");
}

static GENERAL_NAME *
text_name(int type, const char *s)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_IA5STRING *v = ASN1_IA5STRING_new();

	if (g == NULL || v == NULL || ASN1_STRING_set(v, s, -1) != 1)
		fatal("no memory");
	GENERAL_NAME_set0_value(g, type, v);
	return (g);
}

/* NULL: not an address. */
static GENERAL_NAME *
ip_name(const char *s)
{
	unsigned char a[16];
	ASN1_OCTET_STRING *v;
	GENERAL_NAME *g;
	int n = 4;

	if (inet_pton(AF_INET, s, a) != 1) {
		n = 16;
		if (inet_pton(AF_INET6, s, a) != 1)
			return (NULL);
	}
	g = GENERAL_NAME_new();
	v = ASN1_OCTET_STRING_new();
	if (g == NULL || v == NULL || ASN1_OCTET_STRING_set(v, a, n) != 1)
		fatal("no memory");
	GENERAL_NAME_set0_value(g, GEN_IPADD, v);
	return (g);
}

/* 0 or -1, said. */
static int
add_options(const struct km *km, GENERAL_NAMES *all)
{
	GENERAL_NAME *g;
	const char *s;
	size_t i;

	for (i = 0; i < km->n[KO_DNS]; i++) {
		s = km->val[KO_DNS][i];
		if (!dns_ok(s))
			return (fail_words("--dns: \"%s\" is not a host's "
			    "name", s));
		push(all, text_name(GEN_DNS, s));
	}
	for (i = 0; i < km->n[KO_IP]; i++) {
		s = km->val[KO_IP][i];
		if ((g = ip_name(s)) == NULL)
			return (fail_words("--ip: \"%s\" is not an "
			    "address", s));
		push(all, g);
	}
	for (i = 0; i < km->n[KO_EMAIL]; i++) {
		s = km->val[KO_EMAIL][i];
		if (!email_ok(s))
			return (fail_words("--email: \"%s\" is not "
			    "user@host", s));
		push(all, text_name(GEN_EMAIL, s));
	}
	return (0);
}

GENERAL_NAMES *
san_of_options(const struct km *km)
{
	GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();

	if (all == NULL)
		fatal("no memory");
	if (add_options(km, all) == 0)
		return (all);
	GENERAL_NAMES_free(all);
	return (NULL);
}

GENERAL_NAMES *
san_plain(const GENERAL_NAMES *all)
{
	GENERAL_NAMES *some = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *g;
	char *s;
	int i, good;

	if (some == NULL)
		fatal("no memory");
	for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		g = sk_GENERAL_NAME_value(all, i);
		s = san_text(g);
		good = (g->type == GEN_DNS && dns_ok(s + 4)) ||
		    (g->type == GEN_EMAIL && email_ok(s + 6)) ||
		    (g->type == GEN_IPADD && strcmp(s, "ip:?") != 0);
		if (good)
			push(some, GENERAL_NAME_dup(g));
		else
			out_warn("The request asks for %s, which is left out.",
			    s);
		OPENSSL_free(s);
	}
	return (some);
}

static void put(BIO *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(BIO *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (BIO_vprintf(b, fmt, ap) <= 0)
		fatal("no memory");
	va_end(ap);
}

static void
ip_text(BIO *b, const ASN1_OCTET_STRING *v)
{
	int n = ASN1_STRING_length(v);
	char s[INET6_ADDRSTRLEN] = "?";

	if (n == 4 || n == 16)
		(void)inet_ntop(n == 4 ? AF_INET : AF_INET6,
		    ASN1_STRING_get0_data(v), s, sizeof(s));
	put(b, "ip:%s", s);
}

/* Other people's octets: a zero among them must not hide the rest. */
static void
ia5_text(BIO *b, const char *word, const ASN1_STRING *v)
{
	const unsigned char *p = ASN1_STRING_get0_data(v);
	int i, n = ASN1_STRING_length(v);

	put(b, "%s:", word);
	for (i = 0; i < n; i++)
		put(b, p[i] > ' ' && p[i] < 0x7f ? "%c" : "\\%02X",
		    p[i]);
}

char *
san_text(const GENERAL_NAME *g)
{
	BIO *b = bio_new();
	char *s;

	switch (g->type) {
	case GEN_DNS:
		ia5_text(b, "dns", g->d.dNSName);
		break;
	case GEN_EMAIL:
		ia5_text(b, "email", g->d.rfc822Name);
		break;
	case GEN_URI:
		ia5_text(b, "uri", g->d.uniformResourceIdentifier);
		break;
	case GEN_IPADD:
		ip_text(b, g->d.iPAddress);
		break;
	case GEN_DIRNAME:
		s = name_text(g->d.directoryName);
		put(b, "dn:%s", s);
		OPENSSL_free(s);
		break;
	default:
		put(b, "a name of type %d", g->type);
	}
	return (bio_string(b));
}
