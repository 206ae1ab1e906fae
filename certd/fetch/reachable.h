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


#ifndef FETCH_REACHABLE_H
#define FETCH_REACHABLE_H

#include <stddef.h>

#include "proto_snap.h"

/*
 * Which addresses the policy lets us contact.  Pure.
 */

/*
 * Is a allowed and not excluded?  An IPv4 address inside an IPv6 one counts
 * as both; where its place is not known (RFC 8215) it is looked for at all of
 * them, and excludes, but does not allow.
 */
int	reachable_addr(const struct sn_fetch *f, const struct wt_addr *a);

/*
 * The addresses that text, of the form of hosts(5), has for a name; at most
 * max.  Returns how many.
 */
unsigned int reachable_hosts(const char *text, size_t len, const char *name,
	    struct wt_addr *out, unsigned int max);

#endif /* FETCH_REACHABLE_H */
