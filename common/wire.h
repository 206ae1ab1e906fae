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

#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The one codec of the house.  A type is described once, as a list of
 * fields; the list yields the C struct and a table that a single encoder,
 * decoder and printer interpret.  Everything is big-endian, of explicit
 * width, without padding; the decoder checks every bound and that every
 * byte was consumed.
 *
 *	#define FIELDS_wt_addr(X)	\
 *		X(U8, af)		\
 *		X(FIX, a, 16)
 *	WIRE_STRUCT(wt_addr);		(in the header)
 *	WIRE_TYPE(wt_addr);		(in one .c file)
 *
 * Kinds:
 *   U8 U16 U32 U64	name		an unsigned integer
 *   FIX		name, n		exactly n octets, uint8_t name[n]
 *   BUF		name, max	up to max octets, stored inline:
 *					uint16_t name_len; uint8_t name[max]
 *   VAR		name, max	up to max octets, NOT copied: struct
 *					slice name, points into the message
 *   STR		name, max	printable UTF-8 without NUL, at most
 *					max octets: char name[max + 1]
 *   ONE		name, type	a nested described type
 *   LIST		name, type, max	up to max of them, inline:
 *					uint16_t name_n; struct type name[max]
 *   SFIX SBUF		as FIX and BUF, but secret: never printed
 */

/* Octets that somebody else owns. */
struct slice {
	const uint8_t	*p;
	size_t		 len;
};

enum wire_kind {
	WK_U8, WK_U16, WK_U32, WK_U64, WK_FIX, WK_BUF, WK_VAR, WK_STR,
	WK_ONE, WK_LIST, WK_SFIX, WK_SBUF
};

struct wire_type;

struct wire_field {
	const char		*name;
	enum wire_kind		 kind;
	uint32_t		 max;	/* octets or elements */
	size_t			 off;	/* of the value in the struct */
	size_t			 lenoff;	/* of name_len or name_n */
	const struct wire_type	*sub;	/* ONE, LIST */
};

struct wire_type {
	const char		*name;
	size_t			 size;	/* of the C struct */
	size_t			 nfields;
	const struct wire_field	*fields;
};

/* Field to struct member. */
#define WIRE_DECL(kind, ...)		WIRE_DECL_##kind(__VA_ARGS__)
#define WIRE_DECL_U8(n)			uint8_t n;
#define WIRE_DECL_U16(n)		uint16_t n;
#define WIRE_DECL_U32(n)		uint32_t n;
#define WIRE_DECL_U64(n)		uint64_t n;
#define WIRE_DECL_FIX(n, sz)		uint8_t n[sz];
#define WIRE_DECL_SFIX(n, sz)		uint8_t n[sz];
#define WIRE_DECL_BUF(n, max)		uint16_t n##_len; uint8_t n[max];
#define WIRE_DECL_SBUF(n, max)		uint16_t n##_len; uint8_t n[max];
#define WIRE_DECL_VAR(n, max)		struct slice n;
#define WIRE_DECL_STR(n, max)		char n[(max) + 1];
#define WIRE_DECL_ONE(n, type)		struct type n;
#define WIRE_DECL_LIST(n, type, max)	uint16_t n##_n; struct type n[max];
#define WIRE_STRUCT(T)							\
	struct T { FIELDS_##T(WIRE_DECL) };				\
	extern const struct wire_type wire_##T

/* Field to table row; WIRE_SELF is the struct being described. */
#define WIRE_ROW(kind, ...)		WIRE_ROW_##kind(__VA_ARGS__)
#define WIRE_ROW_(n, k, m, l, s)					\
	{ #n, k, m, offsetof(WIRE_SELF, n), l, s },
#define WIRE_ROW_U8(n)			WIRE_ROW_(n, WK_U8, 1, 0, NULL)
#define WIRE_ROW_U16(n)			WIRE_ROW_(n, WK_U16, 2, 0, NULL)
#define WIRE_ROW_U32(n)			WIRE_ROW_(n, WK_U32, 4, 0, NULL)
#define WIRE_ROW_U64(n)			WIRE_ROW_(n, WK_U64, 8, 0, NULL)
#define WIRE_ROW_FIX(n, sz)		WIRE_ROW_(n, WK_FIX, sz, 0, NULL)
#define WIRE_ROW_SFIX(n, sz)		WIRE_ROW_(n, WK_SFIX, sz, 0, NULL)
#define WIRE_ROW_BUF(n, max)						\
	WIRE_ROW_(n, WK_BUF, max, offsetof(WIRE_SELF, n##_len), NULL)
#define WIRE_ROW_SBUF(n, max)						\
	WIRE_ROW_(n, WK_SBUF, max, offsetof(WIRE_SELF, n##_len), NULL)
#define WIRE_ROW_VAR(n, max)		WIRE_ROW_(n, WK_VAR, max, 0, NULL)
#define WIRE_ROW_STR(n, max)		WIRE_ROW_(n, WK_STR, max, 0, NULL)
#define WIRE_ROW_ONE(n, type)		WIRE_ROW_(n, WK_ONE, 0, 0, &wire_##type)
#define WIRE_ROW_LIST(n, type, max)					\
	WIRE_ROW_(n, WK_LIST, max, offsetof(WIRE_SELF, n##_n), &wire_##type)

/*
 * A .c file that instantiates types writes, for each:
 *	#define WIRE_SELF struct wt_addr
 *	WIRE_TYPE(wt_addr);
 *	#undef WIRE_SELF
 */
#define WIRE_TYPE(T)							\
	static const struct wire_field wire_fields_##T[] = {		\
		FIELDS_##T(WIRE_ROW)					\
	};								\
	const struct wire_type wire_##T = {				\
		#T, sizeof(struct T),					\
		sizeof(wire_fields_##T) / sizeof(wire_fields_##T[0]),	\
		wire_fields_##T						\
	}

/* A type without fields: an empty message. */
#define WIRE_EMPTY(T)							\
	const struct wire_type wire_##T = { #T, 0, 0, NULL }

/*
 * Encodes *val as described by t into buf of size octets.  Returns the
 * octets written, or -1 when they do not fit or a value breaks its own
 * bound (a list longer than its maximum, a string that is not printable).
 * What is in buf behind them is lost.
 */
long	wire_encode(const struct wire_type *t, const void *val,
	    uint8_t *buf, size_t size);

/*
 * Decodes exactly len octets into *val (t->size octets, need not be
 * cleared before; afterwards all of it is set but the unused places of a
 * list that is longer than some 4,000 octets).  VAR fields then point into
 * buf.  Returns 0, or -1 with
 * *why (may be NULL) set to the name of the field at fault.
 */
int	wire_decode(const struct wire_type *t, const uint8_t *buf, size_t len,
	    void *val, const char **why);

/*
 * The same for a prefix of buf: *used says how much was consumed.
 */
int	wire_decode_prefix(const struct wire_type *t, const uint8_t *buf,
	    size_t len, void *val, size_t *used, const char **why);

/*
 * Prints *val as "name{field=value ...}" into out, always terminated.
 * Secret fields print as <n secret octets>.  Returns out.
 */
char	*wire_print(const struct wire_type *t, const void *val, char *out,
	    size_t size);

/* The largest number of octets a value of type t can encode to. */
size_t	wire_max(const struct wire_type *t);

/*
 * Returns 1 when the text is well-formed UTF-8 without control characters,
 * the only text that may travel in a STR.
 */
int	wire_text_ok(const char *s, size_t len);

/*
 * Copies src into dst of size octets and makes it fit for a STR: cut at a
 * character's boundary, everything unprintable replaced by '?'.
 */
void	wire_text_copy(char *dst, size_t size, const char *src);

#endif /* COMMON_WIRE_H */
