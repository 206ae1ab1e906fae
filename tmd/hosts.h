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

#ifndef TMD_HOSTS_H
#define TMD_HOSTS_H

#include "proto_certd_fetch.h"
#include "tunnel.h"

/*
 * Where the peer of a tunnel is, if the policy says it by name: names are
 * looked up by certd-fetch at each attempt, so a peer that has moved is
 * found.  Where its packets come from is no question of this: who it is
 * says its authentication.
 */
struct hosts;

/* words: as in sn_tunnel; empty: NULL.  The end of one (NULL is fine). */
struct hosts	*hosts_new(const char *words);
void		 hosts_free(struct hosts *h);

/* The addresses that are known, in order; hosts_addr() is 0 behind the last. */
unsigned int	 hosts_count(const struct hosts *h);
int		 hosts_addr(const struct hosts *h, unsigned int n,
		    struct wt_addr *a);

/*
 * Before an attempt: 1, all is known that can be; 0, names are being looked
 * up, and t->blocked tells hosts_named() to go on.
 */
int		 hosts_ready(struct tunnel *t);

/* What is known may be wrong: looked up again before the next attempt. */
void		 hosts_stale(struct tunnel *t);

/* What h (NULL is fine) waits for will come to nobody. */
void		 hosts_unask(struct hosts *h);

/* certd-fetch answers; it is away, with what it was asked. */
void		 hosts_named(const struct mf_named *m);
void		 hosts_fetch_gone(void);

#define HOSTS_FRESH_MS	60000	/* an answer serves so long */
#define HOSTS_NONE_MS	1000	/* and one without an address */
#define HOSTS_WAIT_MS	5000	/* for a name, where others are known */

#endif /* TMD_HOSTS_H */
