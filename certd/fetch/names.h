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


#ifndef FETCH_NAMES_H
#define FETCH_NAMES_H

#include "proto_types.h"

/*
 * Names to addresses.  getaddrinfo(3) waits, so each runs in a thread of its
 * own, which touches nothing but its own question.
 */
#define NAMES_ADDRS	16	/* of one name; more are not tried */

struct event_base;
struct lookup;

/*
 * rc is getaddrinfo(3)'s, text says it; n addresses in the order in which
 * they should be tried.
 */
typedef void names_fn(void *arg, int rc, const char *text,
    const struct wt_addr *addr, unsigned int n);

/* Before the door: the pipe, the ways of libc.  Fatal on failure. */
void	names_prepare(struct event_base *base);

/*
 * Begins; fn is called once, from the loop, unless it is cancelled.  NULL
 * when too many threads still wait for a name server.
 */
struct lookup *names_lookup(const char *host, names_fn *fn, void *arg);
void	names_cancel(struct lookup *l);		/* NULL is fine */

/*
 * The addresses that /etc/hosts has for a name, at most max; localhost has
 * its own in any case.  Reads the file, asks nobody.
 */
unsigned int names_local(const char *host, struct wt_addr *out,
	    unsigned int max);

#endif /* FETCH_NAMES_H */
