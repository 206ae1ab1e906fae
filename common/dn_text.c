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

/*
 * Distinguished names as text, in both directions: "C=US, O=Acme, CN=x".
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dn_int.h"

#define VALUE_MAX	256	/* octets of one value in the policy */
#define OID_MAX		32

/* RFC 4514 section 3, RFC 4519, and what certificates have besides. */
static const struct {
	const char	*name;
	uint8_t		 len;
	uint8_t		 oid[10];
} attrs[] = {
	{ "CN", 3, { 0x55, 4, 3 } },
	{ "C", 3, { 0x55, 4, 6 } },
	{ "L", 3, { 0x55, 4, 7 } },
	{ "ST", 3, { 0x55, 4, 8 } },
	{ "O", 3, { 0x55, 4, 10 } },
	{ "OU", 3, { 0x55, 4, 11 } },
	{ "SERIALNUMBER", 3, { 0x55, 4, 5 } },
	{ "SURNAME", 3, { 0x55, 4, 4 } },
	{ "STREET", 3, { 0x55, 4, 9 } },
	{ "TITLE", 3, { 0x55, 4, 12 } },
	{ "DESCRIPTION", 3, { 0x55, 4, 13 } },
	{ "POSTALCODE", 3, { 0x55, 4, 17 } },
	{ "NAME", 3, { 0x55, 4, 41 } },
	{ "GIVENNAME", 3, { 0x55, 4, 42 } },
	{ "INITIALS", 3, { 0x55, 4, 43 } },
	{ "GENERATION", 3, { 0x55, 4, 44 } },
	{ "UNIQUEIDENTIFIER", 3, { 0x55, 4, 45 } },
	{ "DNQUALIFIER", 3, { 0x55, 4, 46 } },
	{ "PSEUDONYM", 3, { 0x55, 4, 65 } },
	{ "ORGANIZATIONIDENTIFIER", 3, { 0x55, 4, 97 } },
	{ "EMAILADDRESS", 9,
	    { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
	{ "UNSTRUCTUREDNAME", 9,
	    { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 2 } },
	{ "UNSTRUCTUREDADDRESS", 9,
	    { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 8 } },
	{ "UID", 10,
	    { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1 } },
	{ "DC", 10,
	    { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25 } },
	/* Other words for the same; the first one above is printed. */
	{ "E", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
	{ "EMAIL", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
	{ "S", 3, { 0x55, 4, 8 } },
	{ "G", 3, { 0x55, 4, 42 } },
	{ "GN", 3, { 0x55, 4, 42 } },
	{ "SN", 3, { 0x55, 4, 4 } },
	{ "T", 3, { 0x55, 4, 12 } },
	{ "I", 3, { 0x55, 4, 43 } },
};
#define NATTRS		(sizeof(attrs) / sizeof(attrs[0]))

/* Printing: where the text ends, and that it never passes the end. */
struct text {
	char		*p;
	size_t		 at, size;
};

static void
put(struct text *t, char c)
{
	if (t->at + 1 < t->size) {
		t->p[t->at++] = c;
		t->p[t->at] = '\0';
	}
}

static void
put_hex(struct text *t, unsigned int octet)
{
	static const char digits[] = "0123456789abcdef";

	put(t, '\\');
	put(t, digits[octet >> 4 & 15]);
	put(t, digits[octet & 15]);
}

static void
put_word(struct text *t, const char *s)
{
	while (*s != '\0')
		put(t, *s++);
}

/* A character beyond ASCII, as the octets of its UTF-8. */
static void
put_wide(struct text *t, long c)
{
	if (c >= 0x110000) { /* an octet that was no UTF-8, or no character */
		put_hex(t, (unsigned int)c & 0xff);
	} else if (c < 0x800) {
		put_hex(t, 0xc0 | (unsigned int)(c >> 6));
		put_hex(t, 0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		put_hex(t, 0xe0 | (unsigned int)(c >> 12));
		put_hex(t, 0x80 | (c >> 6 & 0x3f));
		put_hex(t, 0x80 | (c & 0x3f));
	} else {
		put_hex(t, 0xf0 | (unsigned int)(c >> 18));
		put_hex(t, 0x80 | (c >> 12 & 0x3f));
		put_hex(t, 0x80 | (c >> 6 & 0x3f));
		put_hex(t, 0x80 | (c & 0x3f));
	}
}

static void
put_value(struct text *t, const struct dn_ava *a)
{
	struct dn_chars c = { a->tag, a->val };
	size_t i;
	long ch;
	int first = 1;

	if (a->tag == DER_NULL) {
		put(t, '*');
		return;
	}
	if (!dn_is_text(a->tag)) {
		put(t, '#');
		for (i = 0; i < a->val.len; i++)
			put_hex(t, a->val.p[i]);
		return;
	}
	while ((ch = dn_char(&c)) != -1) {
		if (ch >= 0x80)
			put_wide(t, ch);
		else if (ch < 0x20 || ch == 0x7f ||
		    (ch == ' ' && (first || c.rest.len == 0)))
			put_hex(t, (unsigned int)ch);
		else {
			if (strchr(",+\\*=#\";<>", (int)ch) != NULL)
				put(t, '\\');
			put(t, (char)ch);
		}
		first = 0;
	}
}

static const char *
attr_known(const uint8_t *oid, size_t len)
{
	size_t i;

	for (i = 0; i < NATTRS; i++)
		if (attrs[i].len == len &&
		    memcmp(attrs[i].oid, oid, len) == 0)
			return (attrs[i].name);
	return (NULL);
}

static void
put_oid(struct text *t, struct slice oid)
{
	const char *name = attr_known(oid.p, oid.len);
	char num[24];
	uint64_t arc = 0;
	size_t i;
	int first = 1;

	if (name != NULL) {
		put_word(t, name);
		return;
	}
	for (i = 0; i < oid.len; i++) {
		arc = arc << 7 | (oid.p[i] & 0x7f);
		if ((oid.p[i] & 0x80) != 0)
			continue;
		if (first) {
			unsigned int top = arc >= 80 ? 2 :
			    (unsigned int)arc / 40;

			snprintf(num, sizeof(num), "%u.%llu", top,
			    (unsigned long long)arc - 40 * top);
		} else
			snprintf(num, sizeof(num), ".%llu",
			    (unsigned long long)arc);
		put_word(t, num);
		first = 0;
		arc = 0;
	}
}

char *
dn_print(struct slice der, char *out, size_t size)
{
	struct text t = { out, 0, size };
	struct dn dn;
	unsigned int i, k;

	if (size > 0)
		out[0] = '\0';
	if (dn_read(der, 1, &dn) == -1) {
		put_word(&t, "not a name");
		return (out);
	}
	for (i = 0; i < dn.nrdns; i++) {
		if (i > 0)
			put_word(&t, ", ");
		if (dn.rdn[i].n == 0)
			put(&t, '*');
		for (k = 0; k < dn.rdn[i].n; k++) {
			const struct dn_ava *a = &dn.ava[dn.rdn[i].first + k];

			if (k > 0)
				put_word(&t, " + ");
			put_oid(&t, a->oid);
			put(&t, '=');
			put_value(&t, a);
		}
	}
	return (out);
}

/* Parsing: octets written so far. */
struct octets {
	uint8_t		*p;
	size_t		 len, size;
};

/* Wraps what was written since start into an element. */
static int
wrap(struct octets *o, size_t start, uint8_t tag)
{
	size_t len = o->len - start,
	    head = len < 0x80 ? 2 : len < 0x100 ? 3 : 4;
	uint8_t *p = o->p + start;

	if (o->size - o->len < head)
		return (-1);
	memmove(p + head, p, len);
	*p++ = tag;
	if (head == 3)
		*p++ = 0x81;
	if (head == 4) {
		*p++ = 0x82;
		*p++ = (uint8_t)(len >> 8);
	}
	*p = (uint8_t)len;
	o->len += head;
	return (0);
}

static int
append(struct octets *o, const uint8_t *p, size_t len)
{
	if (o->size - o->len < len)
		return (-1);
	memcpy(o->p + o->len, p, len);
	o->len += len;
	return (0);
}

/* "2.5.4.3": arcs in base 128 (X.690 8.19). */
static size_t
oid_encode(const char *s, size_t n, uint8_t out[OID_MAX])
{
	uint64_t arc, first = 0;
	unsigned int arcs = 0;
	size_t i = 0, len = 0;
	int shift;

	while (i < n) {
		if (!isdigit((unsigned char)s[i]))
			return (0);
		for (arc = 0; i < n && isdigit((unsigned char)s[i]); i++)
			if ((arc = arc * 10 + (uint64_t)(s[i] - '0')) >
			    UINT32_MAX)
				return (0);
		if (i < n && (s[i++] != '.' || i == n))
			return (0);
		if (arcs++ == 0) {
			first = arc;
			continue;
		}
		if (arcs == 2) {
			if (first > 2 || (first < 2 && arc > 39))
				return (0);
			arc += first * 40;
		}
		for (shift = 35; shift > 0 && arc >> shift == 0; shift -= 7)
			;
		for (; shift >= 0; shift -= 7) {
			if (len == OID_MAX)
				return (0);
			out[len++] = (uint8_t)((arc >> shift & 0x7f) |
			    (shift > 0 ? 0x80 : 0));
		}
	}
	return (arcs < 2 ? 0 : len);
}

static size_t
attr_oid(const char *s, size_t n, uint8_t out[OID_MAX])
{
	size_t i;

	for (i = 0; i < NATTRS; i++)
		if (strlen(attrs[i].name) == n &&
		    strncasecmp(attrs[i].name, s, n) == 0) {
			memcpy(out, attrs[i].oid, attrs[i].len);
			return (attrs[i].len);
		}
	return (oid_encode(s, n, out));
}

static int
hex_pair(const char *s)
{
	static const char digits[] = "0123456789abcdef";
	const char *h, *l;

	if (s[0] == '\0' || s[1] == '\0' ||
	    (h = strchr(digits, tolower((unsigned char)s[0]))) == NULL ||
	    (l = strchr(digits, tolower((unsigned char)s[1]))) == NULL)
		return (-1);
	return ((int)((h - digits) << 4 | (l - digits)));
}

/* A value up to an unescaped comma, plus or the end; *star: it is "*". */
static const char *
take_value(const char **sp, uint8_t *val, size_t *lenp, int *star)
{
	const char *s = *sp;
	size_t len = 0, kept = 0;
	int c, literal = 0, stars = 0;

	for (; *s != '\0' && *s != ',' && *s != '+'; s++) {
		if (len == VALUE_MAX)
			return ("a value of the name is too long");
		if (*s == '*')
			stars++;
		if (*s == '\\') {
			literal = 1;
			if ((c = hex_pair(s + 1)) >= 0)
				s += 2;
			else if (*++s == '\0')
				return ("a backslash at the end of the name");
			else
				c = (unsigned char)*s;
			val[len++] = (uint8_t)c;
			kept = len;
			continue;
		}
		val[len++] = (uint8_t)*s;
		if (*s != ' ')
			kept = len;
	}
	*star = stars == 1 && kept == 1 && !literal;
	if (stars > 0 && !*star)
		return ("a star stands for a whole value or RDN; "
		    "write \\* for a literal one");
	if (kept == 0)
		return ("an empty value in the name");
	*sp = s;
	*lenp = kept;
	return (NULL);
}

/* Text that is not UTF-8 would never compare equal to anybody's. */
static int
utf8_ok(const uint8_t *p, size_t len)
{
	struct dn_chars c = { DER_UTF8, { p, len } };
	long ch;

	while ((ch = dn_char(&c)) != -1)
		if (ch >= 0x110000)
			return (0);
	return (1);
}

/* X.680's PrintableString. */
static int
printable(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!(p[i] < 0x80 && isalnum(p[i])) && (p[i] == '\0' ||
		    strchr(" '()+,-./:=?", p[i]) == NULL))
			return (0);
	return (1);
}

static int
ascii(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] >= 0x80)
			return (0);
	return (1);
}

/*
 * RFC 5280 appendix A.1: country, serialNumber and dnQualifier are
 * PrintableStrings, DC and mail addresses are IA5Strings.
 */
static uint8_t
string_type(const uint8_t *oid, size_t n, const uint8_t *val, size_t len)
{
	if (n == 3 && (oid[2] == 5 || oid[2] == 6 || oid[2] == 46) &&
	    oid[0] == 0x55 && oid[1] == 4 && printable(val, len))
		return (DER_PRINTABLE);
	if (((n == 10 && oid[0] == 0x09 && oid[9] == 25) ||
	    (n == 9 && oid[0] == 0x2a && oid[8] == 1)) &&
	    attr_known(oid, n) && ascii(val, len))
		return (DER_IA5);
	return (DER_UTF8);
}

/*
 * DER wants the elements of a SET in ascending order (X.690 11.6): the last
 * one, from at on, goes to its place behind start.
 */
static void
sort_in(struct octets *o, size_t start, size_t at)
{
	uint8_t one[4 + OID_MAX + 2 + VALUE_MAX + 4 + 2];
	size_t len = o->len - at, n, to;

	for (to = start; to < at; to += n) {
		n = 2U + o->p[to + 1];
		if (o->p[to + 1] == 0x81)
			n = 3U + o->p[to + 2];
		else if (o->p[to + 1] == 0x82)
			n = 4U + ((size_t)o->p[to + 2] << 8 | o->p[to + 3]);
		if (memcmp(o->p + at, o->p + to, len < n ? len : n) < 0)
			break;
	}
	if (to == at || len > sizeof(one))
		return;
	memcpy(one, o->p + at, len);
	memmove(o->p + to + len, o->p + to, at - to);
	memcpy(o->p + to, one, len);
}

/* "CN=x" */
static const char *
take_ava(const char **sp, int pattern, struct octets *o)
{
	uint8_t oid[OID_MAX], val[VALUE_MAX];
	const char *s = *sp, *why;
	size_t n, len, oid_n, start = o->len, at;
	uint8_t tag;
	int star = 0;

	for (n = 0; isalnum((unsigned char)s[n]) || s[n] == '.'; n++)
		;
	oid_n = len = attr_oid(s, n, oid);
	for (s += n; *s == ' '; s++)
		;
	if (n == 0 || *s != '=')
		return ("a name is ATTRIBUTE=VALUE, ... such as "
		    "\"C=US, O=Acme, CN=gw\"");
	if (len == 0)
		return ("no such attribute of a name: known are C ST L O OU "
		    "CN DC UID serialNumber emailAddress ..., or an OID");
	for (s++; *s == ' '; s++)
		;
	if (append(o, oid, len) == -1 || wrap(o, start, DER_OID) == -1)
		return ("the name is too long");
	if ((why = take_value(&s, val, &len, &star)) != NULL)
		return (why);
	if (star && !pattern)
		return ("a wildcard where a name is needed");
	if (!star && !utf8_ok(val, len))
		return ("a value of the name is not UTF-8");
	at = o->len;
	tag = star ? DER_NULL : string_type(oid, oid_n, val, len);
	if (append(o, val, star ? 0 : len) == -1 || wrap(o, at, tag) == -1 ||
	    wrap(o, start, DER_SEQUENCE) == -1)
		return ("the name is too long");
	*sp = s;
	return (NULL);
}

/* One RDN: "*", or attributes joined by plus. */
static const char *
take_rdn(const char **sp, int pattern, struct octets *o)
{
	const char *s = *sp, *why;
	size_t start = o->len, at, n;

	n = s[0] == '*' ? 1 + strspn(s + 1, " ") : 0;
	if (s[0] == '*' && (s[n] == ',' || s[n] == '\0')) {
		if (!pattern)
			return ("a wildcard where a name is needed");
		s += n;
	} else
		for (;;) {
			at = o->len;
			if ((why = take_ava(&s, pattern, o)) != NULL)
				return (why);
			sort_in(o, start, at);
			if (*s != '+')
				break;
			for (s++; *s == ' '; s++)
				;
		}
	*sp = s;
	return (wrap(o, start, DER_SET) == -1 ? "the name is too long" : NULL);
}

const char *
dn_parse(const char *s, int pattern, uint8_t *out, size_t size, size_t *len)
{
	struct octets o = { out, 0, size };
	struct dn dn;
	const char *why;

	for (;;) {
		while (*s == ' ')
			s++;
		if (*s == '\0')
			return (o.len == 0 ? "an empty name" :
			    "the name ends in a comma");
		if ((why = take_rdn(&s, pattern, &o)) != NULL)
			return (why);
		if (*s == '\0')
			break;
		s++;
	}
	if (wrap(&o, 0, DER_SEQUENCE) == -1)
		return ("the name is too long");
	if (dn_read((struct slice){ out, o.len }, pattern, &dn) == -1)
		return ("the name has too many parts");
	*len = o.len;
	return (NULL);
}
