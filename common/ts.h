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

#ifndef COMMON_TS_H
#define COMMON_TS_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * Traffic selectors (RFC 7296 section 3.13): a protocol (0: any), a port
 * range (for ICMP type and code as that section has it), an address range.
 * struct wt_ts; a list of them means "any of these".
 */
#define TS_MAX		32	/* selectors a side: what we accept and send */
#define TS_POLICIES	64	/* prefix pairs a child, in the kernel */

/* Well-formed: a family, lo <= hi, ports lo <= hi (or OPAQUE 65535..0). */
int	ts_valid(const struct wt_ts *t);
int	ts_equal(const struct wt_ts *a, const struct wt_ts *b);
/* Every packet of b matches a. */
int	ts_covers(const struct wt_ts *a, const struct wt_ts *b);
/* Every selector of b is covered by ONE selector of a. */
int	ts_list_covers(const struct wt_ts *a, size_t na,
	    const struct wt_ts *b, size_t nb);
/* The common part; 1 when there is one. */
int	ts_intersect(const struct wt_ts *a, const struct wt_ts *b,
	    struct wt_ts *out);
/*
 * Narrowing (RFC 7296 section 2.9): the part of the peer's list that ours
 * allows, without doubles, at most max.  Returns how many.
 */
size_t	ts_narrow(const struct wt_ts *ours, size_t nours,
	    const struct wt_ts *theirs, size_t ntheirs,
	    struct wt_ts *out, size_t max);
/* Does a packet's side (address, protocol, port) match? */
int	ts_match(const struct wt_ts *t, const struct wt_addr *a, uint8_t proto,
	    uint16_t port);
void	ts_from_prefix(struct wt_ts *t, const struct wt_prefix *p);
void	ts_from_addr(struct wt_ts *t, const struct wt_addr *a);
/* "10.1.0.0/16", "10.0.0.5-10.0.0.9", with "[tcp/443]" where not any. */
char	*ts_print(const struct wt_ts *t, char *out, size_t size);
/* The range alone, as above. */
char	*ts_range_print(const struct wt_ts *t, char *out, size_t size);
/* Its protocol: "tcp", "47", "any". */
char	*ts_proto_print(const struct wt_ts *t, char *out, size_t size);
/* Its ports: "any", "443", "10-20", "opaque"; of ICMP "type 8". */
char	*ts_ports_print(const struct wt_ts *t, char *out, size_t size);
/* Have all of the list one protocol and the same ports? */
int	ts_list_even(const struct wt_ts *t, size_t n);
/* The list, joined by ", ". */
char	*ts_list_print(const struct wt_ts *t, size_t n, char *out,
	    size_t size);

#endif /* COMMON_TS_H */
