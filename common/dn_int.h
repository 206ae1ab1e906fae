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

#ifndef COMMON_DN_INT_H
#define COMMON_DN_INT_H

#include "dn.h"

/* What dn.c (octets) and dn_text.c (text) share. */

enum { DER_NULL = 0x05, DER_OID = 0x06, DER_UTF8 = 0x0c, DER_NUMERIC = 0x12,
	DER_PRINTABLE = 0x13, DER_T61 = 0x14, DER_IA5 = 0x16,
	DER_VISIBLE = 0x1a, DER_UNIVERSAL = 0x1c, DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30, DER_SET = 0x31 };

/* An attribute and its value. */
struct dn_ava {
	struct slice	 oid, val;
	uint8_t		 tag;
};

/* One RDN: attributes first .. first + n - 1; n is 0 for a pattern's star. */
struct dn_rdn {
	uint8_t		 first, n;
};

struct dn {
	uint8_t		 nrdns, navas;
	struct dn_rdn	 rdn[DN_RDNS];
	struct dn_ava	 ava[DN_AVAS];
};

/* Takes a name apart; the slices point into der.  0, or -1. */
int	dn_read(struct slice der, int pattern, struct dn *dn);

/* The characters of a value, one by one; -1 at the end. */
struct dn_chars {
	uint8_t		 tag;
	struct slice	 rest;
};
long	dn_char(struct dn_chars *c);
/* Is it one of ASN.1's character strings? */
int	dn_is_text(uint8_t tag);

#endif /* COMMON_DN_INT_H */
