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

#ifndef TMD_LIFESIZE_H
#define TMD_LIFESIZE_H

#include <stdint.h>

struct grant;
struct mx_carried;
struct session;

/*
 * tunnel-lifesize: how many octets one authentication is good for.  The
 * counters are looked at every LIFESIZE_MS while any tunnel has a limit, so
 * the limit is passed by what flows in that time.
 */
#define LIFESIZE_MS	10000

/* Octets that have passed under g, by pairs gone and present. */
uint64_t lifesize_used(const struct grant *g);
/*
 * Worker w says what an IKE SA has carried, by which `list -v` knows what is
 * left of its lifesize; the end itself is ike's.
 */
void	lifesize_carried(unsigned int w, const struct mx_carried *m);
/* Of the session, those of its grants that are gone among them. */
uint64_t lifesize_of(const struct session *s);
/* A policy holds: starts or stops looking. */
void	lifesize_policy(void);
/* The counters that were asked for (with req 0) have come. */
void	lifesize_came(void);

#endif /* TMD_LIFESIZE_H */
