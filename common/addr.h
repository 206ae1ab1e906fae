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

#ifndef COMMON_ADDR_H
#define COMMON_ADDR_H

#include <sys/socket.h>

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/* Room for the text of any of the printers below. */
#define ADDR_TEXT	128

/* struct wt_addr: af is 4 or 6 (0: none), IPv4 in the first 4 octets. */

/* Parses "192.0.2.1" or "2001:db8::1".  Returns 0, or -1. */
int	addr_parse(const char *s, struct wt_addr *a);
char	*addr_print(const struct wt_addr *a, char *out, size_t size);
/* Order: family, then octets.  0 when equal. */
int	addr_cmp(const struct wt_addr *a, const struct wt_addr *b);
/* 4 or 16; 0 for no address. */
size_t	addr_len(const struct wt_addr *a);

/* Parses a/n or a/netmask or a (host).  Host bits are cleared.  0 or -1. */
int	prefix_parse(const char *s, struct wt_prefix *p);
char	*prefix_print(const struct wt_prefix *p, char *out, size_t size);
int	prefix_has(const struct wt_prefix *p, const struct wt_addr *a);
/* 1 when every address of b is in a. */
int	prefix_covers(const struct wt_prefix *a, const struct wt_prefix *b);
/* First and last address. */
void	prefix_range(const struct wt_prefix *p, struct wt_addr *lo,
	    struct wt_addr *hi);

/*
 * Splits lo..hi into the fewest prefixes, at most max.  Returns how many,
 * or -1 when there would be more, or lo > hi, or the families differ.
 */
int	range_to_prefixes(const struct wt_addr *lo, const struct wt_addr *hi,
	    struct wt_prefix *out, int max);

/* struct wt_sock: address and port; "192.0.2.1[4500]", of TCP "[4500/tcp]". */
void	sock_from(const struct sockaddr *sa, struct wt_sock *s);
socklen_t sock_to(const struct wt_sock *s, struct sockaddr_storage *ss);
char	*sock_print(const struct wt_sock *s, char *out, size_t size);
int	sock_cmp(const struct wt_sock *a, const struct wt_sock *b);

#endif /* COMMON_ADDR_H */
