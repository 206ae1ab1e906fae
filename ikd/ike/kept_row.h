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

#ifndef IKE_KEPT_ROW_H
#define IKE_KEPT_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "proto_snap.h"

/*
 * Rows of a policy as they are kept while sessions use them.  The structs of
 * proto_snap.h have room for the most that a row can say, several thousand
 * octets; these have the same members, but names and lists are pointers to
 * as much as there is.  What is long is the same in most rows, proposals
 * above all, and is kept once.
 */
#define KEPT_8(kind, ...)		KEPT_8_##kind(__VA_ARGS__)
#define KEPT_8_U8(n)
#define KEPT_8_U16(n)
#define KEPT_8_U32(n)
#define KEPT_8_U64(n)			uint64_t n;
#define KEPT_8_FIX(n, size)
#define KEPT_8_STR(n, max)		const char *n;
#define KEPT_8_LIST(n, type, max)	const struct type *n;
#define KEPT_4(kind, ...)		KEPT_4_##kind(__VA_ARGS__)
#define KEPT_4_U8(n)
#define KEPT_4_U16(n)
#define KEPT_4_U32(n)			uint32_t n;
#define KEPT_4_U64(n)
#define KEPT_4_FIX(n, size)
#define KEPT_4_STR(n, max)
#define KEPT_4_LIST(n, type, max)
#define KEPT_1(kind, ...)		KEPT_1_##kind(__VA_ARGS__)
#define KEPT_1_U8(n)			uint8_t n;
#define KEPT_1_U16(n)			uint16_t n;
#define KEPT_1_U32(n)
#define KEPT_1_U64(n)
#define KEPT_1_FIX(n, size)		uint8_t n[size];
#define KEPT_1_STR(n, max)
#define KEPT_1_LIST(n, type, max)	uint16_t n##_n;

/* What is wide first, so that there are few holes. */
#define KEPT_STRUCT(fields)						\
	{ fields(KEPT_8) fields(KEPT_4) fields(KEPT_1) }

struct kept_tunnel KEPT_STRUCT(FIELDS_sn_tunnel_ike);
struct kept_child KEPT_STRUCT(FIELDS_sn_child_ike);

/* Where all of one policy is kept: nothing goes before the whole does. */
struct kept_rows;

struct kept_rows	*kept_new(void);
void		 kept_free(struct kept_rows *);	/* NULL is fine */

/* The row, as long as k lives; fatal on no memory. */
const struct kept_tunnel *kept_tunnel(struct kept_rows *k,
		    const struct sn_tunnel_ike *row);
const struct kept_child *kept_child(struct kept_rows *k,
		    const struct sn_child_ike *row);

/* Octets taken so far. */
size_t		 kept_size(const struct kept_rows *);

#endif /* IKE_KEPT_ROW_H */
