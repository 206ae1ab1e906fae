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
 * Distinguished names as DER: taking them apart, comparing, matching
 * (RFC 5280 sections 4.1.2.4 and 7.1).
 */

#include <string.h>

#include "dn_int.h"
#include "fnv.h"

#define DER_LEN_MAX	65535	/* no name is longer */

/* One element off the front of *in.  Definite, minimal lengths alone. */
static int
der_take(struct slice *in, uint8_t *tag, struct slice *val)
{
	size_t len, head = 2;

	if (in->len < 2 || (in->p[0] & 0x1f) == 0x1f)
		return (-1);
	*tag = in->p[0];
	len = in->p[1];
	if (len == 0x81) {
		if (in->len < 3 || (len = in->p[2]) < 0x80)
			return (-1);
		head = 3;
	} else if (len == 0x82) {
		if (in->len < 4)
			return (-1);
		len = (size_t)in->p[2] << 8 | in->p[3];
		if (len < 0x100)
			return (-1);
		head = 4;
	} else if (len >= 0x80)
		return (-1);
	if (len > in->len - head)
		return (-1);
	val->p = in->p + head;
	val->len = len;
	in->p += head + len;
	in->len -= head + len;
	return (0);
}

int
dn_is_text(uint8_t tag)
{
	switch (tag) {
	case DER_UTF8:
	case DER_NUMERIC:
	case DER_PRINTABLE:
	case DER_T61:
	case DER_IA5:
	case DER_VISIBLE:
	case DER_UNIVERSAL:
	case DER_BMP:
		return (1);
	default:
		return (0);
	}
}

/* AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY } */
static int
read_ava(struct slice *in, int pattern, struct dn_ava *a)
{
	struct slice seq;
	uint8_t tag;

	if (der_take(in, &tag, &seq) == -1 || tag != DER_SEQUENCE ||
	    der_take(&seq, &tag, &a->oid) == -1 || tag != DER_OID ||
	    a->oid.len == 0 || (a->oid.p[a->oid.len - 1] & 0x80) != 0 ||
	    der_take(&seq, &a->tag, &a->val) == -1 || seq.len != 0)
		return (-1);
	if (a->tag == DER_NULL && (!pattern || a->val.len != 0))
		return (-1);
	if ((a->tag == DER_BMP && a->val.len % 2 != 0) ||
	    (a->tag == DER_UNIVERSAL && a->val.len % 4 != 0))
		return (-1);
	return (0);
}

static int
read_rdn(struct slice set, int pattern, struct dn *dn)
{
	struct dn_rdn *r;

	if (dn->nrdns == DN_RDNS || (set.len == 0 && !pattern))
		return (-1);
	r = &dn->rdn[dn->nrdns++];
	r->first = dn->navas;
	r->n = 0;
	while (set.len > 0) {
		if (dn->navas == DN_AVAS ||
		    read_ava(&set, pattern, &dn->ava[dn->navas]) == -1)
			return (-1);
		dn->navas++;
		r->n++;
	}
	return (0);
}

int
dn_read(struct slice der, int pattern, struct dn *dn)
{
	struct slice seq, set;
	uint8_t tag;

	dn->nrdns = dn->navas = 0;
	if (der.len > DER_LEN_MAX || der_take(&der, &tag, &seq) == -1 ||
	    tag != DER_SEQUENCE || der.len != 0)
		return (-1);
	while (seq.len > 0)
		if (der_take(&seq, &tag, &set) == -1 || tag != DER_SET ||
		    read_rdn(set, pattern, dn) == -1)
			return (-1);
	return (0);
}

int
dn_valid(struct slice der, int pattern)
{
	struct dn dn;

	return (dn_read(der, pattern, &dn) == 0);
}

int
dn_is_wild(struct slice der)
{
	struct dn dn;
	unsigned int i;

	if (dn_read(der, 1, &dn) == -1)
		return (0);
	for (i = 0; i < dn.nrdns; i++)
		if (dn.rdn[i].n == 0)
			return (1);
	for (i = 0; i < dn.navas; i++)
		if (dn.ava[i].tag == DER_NULL)
			return (1);
	return (0);
}

static long
take_octets(struct slice *s, size_t n)
{
	long c = 0;

	while (n-- > 0) {
		c = c << 8 | s->p[0];
		s->p++;
		s->len--;
	}
	return (c & 0x7fffffff);
}

/* One character of UTF-8; an octet that begins none stands apart. */
static long
take_utf8(struct slice *s)
{
	static const struct { uint8_t mask, lead; long least; } form[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
	};
	size_t i, n;
	long c;

	for (n = 0; n < 4; n++)
		if ((s->p[0] & form[n].mask) == form[n].lead)
			break;
	if (n == 4 || n >= s->len)
		return (0x110000 + take_octets(s, 1));
	c = s->p[0] & (uint8_t)~form[n].mask;
	for (i = 1; i <= n; i++) {
		if ((s->p[i] & 0xc0) != 0x80)
			return (0x110000 + take_octets(s, 1));
		c = c << 6 | (s->p[i] & 0x3f);
	}
	if (c < form[n].least || c > 0x10ffff)
		return (0x110000 + take_octets(s, 1));
	take_octets(s, n + 1);
	return (c);
}

long
dn_char(struct dn_chars *c)
{
	if (c->rest.len == 0)
		return (-1);
	switch (c->tag) {
	case DER_UTF8:
		return (take_utf8(&c->rest));
	case DER_BMP:
		return (take_octets(&c->rest, 2));
	case DER_UNIVERSAL:
		return (take_octets(&c->rest, 4));
	default:
		return (take_octets(&c->rest, 1));
	}
}

/* A value as it is compared: blanks folded, ASCII in lower case. */
struct folded {
	struct dn_chars	 c;
	int		 begun;
	long		 held;		/* a character read ahead, or -1 */
};

/* Blanks of ASCII: space, tabulators, ends of lines. */
static int
is_blank(long c)
{
	return (c == ' ' || (c >= '\t' && c <= '\r'));
}

static long
folded_next(struct folded *f)
{
	long c;
	int blank = 0;

	if (f->held != -1) {
		c = f->held;
		f->held = -1;
		return (c);
	}
	while (is_blank(c = dn_char(&f->c)))
		blank = 1;
	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (blank && f->begun && c != -1) {
		f->held = c;
		return (' ');
	}
	f->begun = 1;
	return (c);
}

static int
octets_cmp(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return (a.len < b.len ? -1 : 1);
	return (a.len == 0 ? 0 : memcmp(a.p, b.p, a.len));
}

/* All types of text are one: an order of values, 0 for equal ones. */
static int
value_cmp(const struct dn_ava *a, const struct dn_ava *b)
{
	struct folded fa = { { a->tag, a->val }, 0, -1 };
	struct folded fb = { { b->tag, b->val }, 0, -1 };
	int at = dn_is_text(a->tag) ? DER_UTF8 : a->tag;
	int bt = dn_is_text(b->tag) ? DER_UTF8 : b->tag;
	long ca, cb;

	if (at != bt)
		return (at < bt ? -1 : 1);
	if (at != DER_UTF8)
		return (octets_cmp(a->val, b->val));
	do {
		ca = folded_next(&fa);
		cb = folded_next(&fb);
		if (ca != cb)
			return (ca < cb ? -1 : 1);
	} while (ca != -1);
	return (0);
}

static int
ava_equal(const struct dn_ava *want, const struct dn_ava *a)
{
	return (octets_cmp(want->oid, a->oid) == 0 &&
	    (want->tag == DER_NULL || value_cmp(want, a) == 0));
}

static int
ava_cmp(const struct dn_ava *a, const struct dn_ava *b)
{
	int c = octets_cmp(a->oid, b->oid);

	return (c != 0 ? c : value_cmp(a, b));
}

/* Attributes in any order; exact ones choose before "any value" does. */
static int
rdn_equal(const struct dn *w, const struct dn_rdn *want, const struct dn *d,
    const struct dn_rdn *r)
{
	uint64_t used = 0;
	unsigned int i, k, pass;

	if (want->n != r->n)
		return (0);
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < want->n; i++) {
			const struct dn_ava *a = &w->ava[want->first + i];

			if ((a->tag == DER_NULL) != pass)
				continue;
			for (k = 0; k < r->n; k++)
				if ((used & (uint64_t)1 << k) == 0 &&
				    ava_equal(a, &d->ava[r->first + k]))
					break;
			if (k == r->n)
				return (0);
			used |= (uint64_t)1 << k;
		}
	return (1);
}

/*
 * The usual walk of a pattern with stars: on a mismatch the last star takes
 * one RDN more.  A star takes at least one.
 */
static int
match(const struct dn *w, const struct dn *d)
{
	unsigned int i = 0, k = 0, star_i = 0, star_k = 0;
	int star = 0;

	while (k < d->nrdns) {
		if (i < w->nrdns && w->rdn[i].n == 0) {
			star = 1;
			star_i = ++i;
			star_k = ++k;
			continue;
		}
		if (i < w->nrdns &&
		    rdn_equal(w, &w->rdn[i], d, &d->rdn[k])) {
			i++;
			k++;
			continue;
		}
		if (!star)
			return (0);
		i = star_i;
		k = ++star_k;
	}
	return (i == w->nrdns);
}

int
dn_equal(struct slice a, struct slice b)
{
	struct dn da, db;

	return (dn_read(a, 0, &da) == 0 && dn_read(b, 0, &db) == 0 &&
	    match(&da, &db));
}

int
dn_match(struct slice pattern, struct slice name)
{
	struct dn w, d;

	return (dn_read(pattern, 1, &w) == 0 && dn_read(name, 0, &d) == 0 &&
	    match(&w, &d));
}

/* A character, or the end of a value: -1. */
static uint8_t *
put_char(uint8_t *p, long c)
{
	*p++ = (uint8_t)(c >> 24);
	*p++ = (uint8_t)(c >> 16);
	*p++ = (uint8_t)(c >> 8);
	*p++ = (uint8_t)c;
	return (p);
}

static uint8_t *
put_canon(uint8_t *p, const struct dn_ava *a)
{
	struct folded f = { { a->tag, a->val }, 0, -1 };
	size_t i;
	long c;

	*p++ = (uint8_t)(a->oid.len >> 8);
	*p++ = (uint8_t)a->oid.len;
	memcpy(p, a->oid.p, a->oid.len);
	p += a->oid.len;
	*p++ = dn_is_text(a->tag) ? DER_UTF8 : a->tag;
	if (dn_is_text(a->tag))
		while ((c = folded_next(&f)) != -1)
			p = put_char(p, c);
	else
		for (i = 0; i < a->val.len; i++)
			p = put_char(p, a->val.p[i]);
	return (put_char(p, -1));
}

size_t
dn_canon(struct slice der, uint8_t *out, size_t size)
{
	const struct dn_ava *order[DN_AVAS];
	struct dn dn;
	unsigned int i, k, n;
	uint8_t *p = out;

	/*
	 * An attribute takes 8 octets beside OID and value, here 7 and four
	 * for each octet of its value: never more than four for one.
	 */
	if (size / 4 < der.len || dn_read(der, 0, &dn) == -1)
		return (0);
	for (i = 0; i < dn.nrdns; i++) {
		*p++ = dn.rdn[i].n;
		for (n = 0; n < dn.rdn[i].n; n++) {
			const struct dn_ava *a = &dn.ava[dn.rdn[i].first + n];

			for (k = n; k > 0 && ava_cmp(a, order[k - 1]) < 0; k--)
				order[k] = order[k - 1];
			order[k] = a;
		}
		for (k = 0; k < n; k++)
			p = put_canon(p, order[k]);
	}
	return ((size_t)(p - out));
}

/* FNV-1a, of characters. */
static uint64_t
mix(uint64_t h, unsigned long v)
{
	h = (h ^ v) * FNV64_STEP;
	return (h ^ h >> 32);
}

static uint64_t
ava_hash(const struct dn_ava *a)
{
	struct folded f = { { a->tag, a->val }, 0, -1 };
	uint64_t h = FNV64_START;
	size_t i;
	long c;

	for (i = 0; i < a->oid.len; i++)
		h = mix(h, a->oid.p[i]);
	if (!dn_is_text(a->tag)) {
		h = mix(h, a->tag);
		for (i = 0; i < a->val.len; i++)
			h = mix(h, a->val.p[i]);
		return (h);
	}
	while ((c = folded_next(&f)) != -1)
		h = mix(h, (unsigned long)c);
	return (h);
}

unsigned int
dn_rdn_hashes(struct slice der, uint64_t hash[DN_RDNS])
{
	struct dn dn;
	unsigned int i, k;

	if (dn_read(der, 1, &dn) == -1)
		return (0);
	for (i = 0; i < dn.nrdns; i++) {
		hash[i] = 0;
		for (k = 0; k < dn.rdn[i].n; k++) {
			const struct dn_ava *a = &dn.ava[dn.rdn[i].first + k];

			if (a->tag == DER_NULL)
				break;
			/* Their order does not matter. */
			hash[i] += ava_hash(a) | 1;
		}
		if (k < dn.rdn[i].n)
			hash[i] = 0;
		else if (k > 0 && hash[i] == 0)
			hash[i] = 1;
	}
	return (dn.nrdns);
}
