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
 * The codec: interprets the field tables that the described types yield.
 * Pure functions on octets; see wire.h.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wire.h"

#define LONG_LIST	4096	/* octets: above, not cleared as a whole */

/* Where an encoder or decoder stands. */
struct cursor {
	uint8_t		*out;		/* encoding */
	const uint8_t	*in;		/* decoding */
	size_t		 pos;
	size_t		 len;
	const char	*why;
};

static int	enc_type(struct cursor *, const struct wire_type *,
		    const uint8_t *);
static int	dec_type(struct cursor *, const struct wire_type *, uint8_t *);

/* Encoding.  Integers of 1, 2, 4 and 8 octets. */

static int
put(struct cursor *c, const void *p, size_t n)
{
	if (n > c->len - c->pos)
		return (-1);
	if (n > 0)
		memcpy(c->out + c->pos, p, n);
	c->pos += n;
	return (0);
}

/* Eight octets are stored wherever there is room: one store, no length. */
static inline int
put_uint(struct cursor *c, uint64_t v, size_t n)
{
	const uint64_t be = htobe64(v << (64 - 8 * n));
	const size_t room = c->len - c->pos;

	if (room >= sizeof(be))
		memcpy(c->out + c->pos, &be, sizeof(be));
	else if (n <= room)
		memcpy(c->out + c->pos, &be, n);
	else
		return (-1);
	c->pos += n;
	return (0);
}

static inline uint64_t
load_uint(const struct wire_field *f, const uint8_t *val)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (f->kind) {
	case WK_U8:
		return (*val);
	case WK_U16:
		memcpy(&u16, val, 2);
		return (u16);
	case WK_U32:
		memcpy(&u32, val, 4);
		return (u32);
	default:
		memcpy(&u64, val, 8);
		return (u64);
	}
}

/*
 * Most fields are integers, and a snapshot has millions: their widths are
 * told apart here, so that each is a few instructions, and enc_type() comes
 * here without the way through enc_field().
 */
static inline int
enc_uint(struct cursor *c, const struct wire_field *f, const uint8_t *val)
{
	uint64_t v = load_uint(f, val);

	switch (f->kind) {
	case WK_U8:
		return (put_uint(c, v, 1));
	case WK_U16:
		return (put_uint(c, v, 2));
	case WK_U32:
		return (put_uint(c, v, 4));
	default:
		return (put_uint(c, v, 8));
	}
}

static uint16_t
load_len(const struct wire_field *f, const uint8_t *base)
{
	uint16_t n;

	memcpy(&n, base + f->lenoff, sizeof(n));
	return (n);
}

/* Octets with a 16-bit length before them. */
static int
put_counted(struct cursor *c, const void *p, size_t n, size_t max)
{
	if (n > max || n > 0xffff || put_uint(c, n, 2) == -1)
		return (-1);
	return (put(c, p, n));
}

static int
enc_field(struct cursor *c, const struct wire_field *f, const uint8_t *base)
{
	const uint8_t *v = base + f->off;
	struct slice s;
	size_t i, n;

	switch (f->kind) {
	case WK_U8:
	case WK_U16:
	case WK_U32:
	case WK_U64:
		break;		/* enc_type() has them */
	case WK_FIX:
	case WK_SFIX:
		return (put(c, v, f->max));
	case WK_BUF:
	case WK_SBUF:
		return (put_counted(c, v, load_len(f, base), f->max));
	case WK_VAR:
		memcpy(&s, v, sizeof(s));
		return (put_counted(c, s.p, s.len, f->max));
	case WK_STR:
		n = strnlen((const char *)v, f->max + 1);
		if (n > f->max || !wire_text_ok((const char *)v, n))
			return (-1);
		return (put_counted(c, v, n, f->max));
	case WK_ONE:
		return (enc_type(c, f->sub, v));
	case WK_LIST:
		n = load_len(f, base);
		if (n > f->max || put_uint(c, n, 2) == -1)
			return (-1);
		for (i = 0; i < n; i++)
			if (enc_type(c, f->sub, v + i * f->sub->size) == -1)
				return (-1);
		return (0);
	}
	return (-1);
}

static int
enc_type(struct cursor *c, const struct wire_type *t, const uint8_t *val)
{
	const struct wire_field *f;
	size_t i;

	for (i = 0; i < t->nfields; i++) {
		f = &t->fields[i];
		if ((f->kind <= WK_U64 ? enc_uint(c, f, val + f->off) :
		    enc_field(c, f, val)) == -1) {
			if (c->why == NULL)
				c->why = f->name;
			return (-1);
		}
	}
	return (0);
}

long
wire_encode(const struct wire_type *t, const void *val, uint8_t *buf,
    size_t size)
{
	struct cursor c = { .out = buf, .len = size };

	if (enc_type(&c, t, val) == -1)
		return (-1);
	return ((long)c.pos);
}

/* Decoding. */

static inline int
get_uint(struct cursor *c, size_t n, uint64_t *v)
{
	const uint8_t *p = c->in + c->pos;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	*v = 0;
	if (n > c->len - c->pos)
		return (-1);
	c->pos += n;
	switch (n) {
	case 1:
		*v = *p;
		break;
	case 2:
		memcpy(&u16, p, 2);
		*v = be16toh(u16);
		break;
	case 4:
		memcpy(&u32, p, 4);
		*v = be32toh(u32);
		break;
	default:
		memcpy(&u64, p, 8);
		*v = be64toh(u64);
	}
	return (0);
}

/* A 16-bit count of octets, at most max, all of them present. */
static int
get_counted(struct cursor *c, size_t max, const uint8_t **p, size_t *n)
{
	uint64_t v;

	if (get_uint(c, 2, &v) == -1 || v > max || v > c->len - c->pos)
		return (-1);
	*p = c->in + c->pos;
	*n = (size_t)v;
	c->pos += *n;
	return (0);
}

static inline int
dec_uint(struct cursor *c, const struct wire_field *f, uint8_t *v)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;
	int rv;

	switch (f->kind) {
	case WK_U8:
		rv = get_uint(c, 1, &u64);
		*v = (uint8_t)u64;
		return (rv);
	case WK_U16:
		rv = get_uint(c, 2, &u64);
		u16 = (uint16_t)u64;
		memcpy(v, &u16, 2);
		return (rv);
	case WK_U32:
		rv = get_uint(c, 4, &u64);
		u32 = (uint32_t)u64;
		memcpy(v, &u32, 4);
		return (rv);
	default:
		rv = get_uint(c, 8, &u64);
		memcpy(v, &u64, 8);
		return (rv);
	}
}

static int
dec_octets(struct cursor *c, const struct wire_field *f, uint8_t *base)
{
	uint8_t *v = base + f->off;
	struct slice s;
	uint16_t len;

	if (f->kind == WK_FIX || f->kind == WK_SFIX) {
		if (f->max > c->len - c->pos)
			return (-1);
		memcpy(v, c->in + c->pos, f->max);
		c->pos += f->max;
		return (0);
	}
	if (get_counted(c, f->max, &s.p, &s.len) == -1)
		return (-1);
	if (f->kind == WK_VAR) {
		memcpy(v, &s, sizeof(s));
		return (0);
	}
	if (f->kind == WK_STR) {
		if (!wire_text_ok((const char *)s.p, s.len))
			return (-1);
		v[s.len] = '\0';
	} else {
		len = (uint16_t)s.len;
		memcpy(base + f->lenoff, &len, sizeof(len));
	}
	if (s.len > 0)
		memcpy(v, s.p, s.len);
	return (0);
}

/*
 * Nobody reads behind a list's count: a long one, such as the 39,000 octets
 * of an answer's row, is cleared as far as it is filled.
 */
static int
is_long(const struct wire_field *f)
{
	return (f->kind == WK_LIST && f->max * f->sub->size > LONG_LIST);
}

static void
clear(const struct wire_type *t, uint8_t *val)
{
	size_t from = 0, i;

	for (i = 0; i < t->nfields; i++) {
		const struct wire_field *f = &t->fields[i];

		if (!is_long(f))
			continue;
		memset(val + from, 0, f->off - from);
		from = f->off + f->max * f->sub->size;
	}
	if (t->size > from)
		memset(val + from, 0, t->size - from);
}

static int
dec_list(struct cursor *c, const struct wire_field *f, uint8_t *base)
{
	uint8_t *v = base + f->off;
	uint64_t n;
	uint16_t count;
	size_t i;

	if (get_uint(c, 2, &n) == -1 || n > f->max)
		return (-1);
	count = (uint16_t)n;
	memcpy(base + f->lenoff, &count, sizeof(count));
	for (i = 0; i < n; i++, v += f->sub->size) {
		if (is_long(f))
			memset(v, 0, f->sub->size);
		if (dec_type(c, f->sub, v) == -1)
			return (-1);
	}
	return (0);
}

static int
dec_field(struct cursor *c, const struct wire_field *f, uint8_t *base)
{
	switch (f->kind) {
	case WK_U8:
	case WK_U16:
	case WK_U32:
	case WK_U64:
		return (dec_uint(c, f, base + f->off));
	case WK_ONE:
		return (dec_type(c, f->sub, base + f->off));
	case WK_LIST:
		return (dec_list(c, f, base));
	default:
		return (dec_octets(c, f, base));
	}
}

static int
dec_type(struct cursor *c, const struct wire_type *t, uint8_t *val)
{
	size_t i;

	for (i = 0; i < t->nfields; i++) {
		if (dec_field(c, &t->fields[i], val) == -1) {
			if (c->why == NULL)
				c->why = t->fields[i].name;
			return (-1);
		}
	}
	return (0);
}

int
wire_decode_prefix(const struct wire_type *t, const uint8_t *buf, size_t len,
    void *val, size_t *used, const char **why)
{
	struct cursor c = { .in = buf, .len = len };

	clear(t, val);
	if (dec_type(&c, t, val) == -1) {
		if (why != NULL)
			*why = c.why;
		return (-1);
	}
	*used = c.pos;
	return (0);
}

int
wire_decode(const struct wire_type *t, const uint8_t *buf, size_t len,
    void *val, const char **why)
{
	size_t used;

	if (wire_decode_prefix(t, buf, len, val, &used, why) == -1)
		return (-1);
	if (used != len) {
		if (why != NULL)
			*why = "octets after the last field";
		return (-1);
	}
	return (0);
}

size_t
wire_max(const struct wire_type *t)
{
	size_t i, sum = 0;

	for (i = 0; i < t->nfields; i++) {
		const struct wire_field *f = &t->fields[i];

		switch (f->kind) {
		case WK_ONE:
			sum += wire_max(f->sub);
			break;
		case WK_LIST:
			sum += 2 + f->max * wire_max(f->sub);
			break;
		case WK_BUF:
		case WK_SBUF:
		case WK_VAR:
		case WK_STR:
			sum += 2 + f->max;
			break;
		default:
			sum += f->max;
		}
	}
	return (sum);
}

/* Printing, for debug logs: never a secret. */

struct text {
	char	*p;
	size_t	 size;
	size_t	 len;
};

static void	print_type(struct text *, const struct wire_type *,
		    const uint8_t *);

static void __attribute__((format(printf, 2, 3)))
add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->len + 1 >= t->size)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->p + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n < t->size - t->len ? (size_t)n :
		    t->size - t->len - 1;
}

static void
print_hex(struct text *t, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < 16; i++)
		add(t, "%02x", p[i]);
	if (n > 16)
		add(t, "..(%zu)", n);
}

static void
print_field(struct text *t, const struct wire_field *f, const uint8_t *base)
{
	const uint8_t *v = base + f->off;
	struct slice s;
	size_t i;

	switch (f->kind) {
	case WK_SFIX:
		add(t, "<%u secret octets>", f->max);
		break;
	case WK_SBUF:
		add(t, "<%u secret octets>", load_len(f, base));
		break;
	case WK_FIX:
		print_hex(t, v, f->max);
		break;
	case WK_BUF:
		print_hex(t, v, load_len(f, base));
		break;
	case WK_VAR:
		memcpy(&s, v, sizeof(s));
		add(t, "<%zu octets>", s.len);
		break;
	case WK_STR:
		add(t, "\"%s\"", (const char *)v);
		break;
	case WK_ONE:
		print_type(t, f->sub, v);
		break;
	case WK_LIST:
		add(t, "[");
		for (i = 0; i < load_len(f, base); i++) {
			if (i > 0)
				add(t, " ");
			print_type(t, f->sub, v + i * f->sub->size);
		}
		add(t, "]");
		break;
	default:
		add(t, "%" PRIu64, load_uint(f, v));
	}
}

static void
print_type(struct text *t, const struct wire_type *type, const uint8_t *val)
{
	size_t i;

	add(t, "{");
	for (i = 0; i < type->nfields; i++) {
		add(t, "%s%s=", i > 0 ? " " : "", type->fields[i].name);
		print_field(t, &type->fields[i], val);
	}
	add(t, "}");
}

char *
wire_print(const struct wire_type *t, const void *val, char *out, size_t size)
{
	struct text x = { out, size, 0 };

	if (size > 0)
		out[0] = '\0';
	add(&x, "%s", t->name);
	print_type(&x, t, val);
	return (out);
}
