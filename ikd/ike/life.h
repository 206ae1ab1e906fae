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

#ifndef IKE_LIFE_H
#define IKE_LIFE_H

#include <stdint.h>

/*
 * Lifetimes: renewal before the end, the hard end, liveness, keepalives.
 */
struct child;
struct session;

/* When renewal of a lifetime starts, in seconds from its begin. */
uint32_t life_renewal(uint32_t lifetime, unsigned int overlap,
	    uint32_t random);
/* The same for bytes and packets, from their number; 0 stays 0. */
uint64_t life_soft(uint64_t hard, unsigned int overlap, uint32_t random);

void	life_session_init(struct session *);
void	life_session_start(struct session *);
void	life_session_stop(struct session *);
/* Another policy holds: the liveness and keepalive times may differ. */
void	life_session_policy(struct session *);
void	life_child_init(struct child *);
void	life_child_start(struct child *);
void	life_child_stop(struct child *);
/* Deleted on both sides: goes when packets on their way have come. */
#define LIFE_LINGER_MS	500
void	life_child_linger(struct child *);
/* Replaced: the peer has so long to delete it, then we do. */
void	life_child_replaced(struct child *, uint64_t ms);
/* A rekey failed for now: again in a while, the hard end stays. */
void	life_child_retry(struct child *);
void	life_session_retry(struct session *);
/*
 * No rekey can bring what the policies ask for: tmd is told, which begins
 * another authentication; asked again in a while.
 */
void	life_session_anew(struct session *);

/* An authentic message came in; ESP's last packet by QUERY_SA. */
void	life_heard(struct session *);
/* Its keys have protected so many octets more, in or out. */
void	life_count(struct session *, size_t octets);
void	life_queried(struct session *, uint64_t last_in_seconds);
/* Probe now, whatever the timer says. */
void	life_probe(struct session *);

#endif /* IKE_LIFE_H */
