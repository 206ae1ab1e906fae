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


#ifndef ESP_REPLAY_H
#define ESP_REPLAY_H

#include <stdint.h>

/*
 * The anti-replay window of RFC 4303 section 3.4.3 as a ring of words (RFC
 * 6479), with extended sequence numbers (RFC 4303 appendix A).  Lives in the
 * arena: pointer-free.  Zeroed memory is a fresh window.
 */
#define REPLAY_MAX	4096	/* widest window: what policy allows */
#define REPLAY_WORDS	(REPLAY_MAX / 64 + 2)	/* one redundant, one partial */

struct replay {
	uint64_t	top;		/* highest authenticated; 0: none */
	uint64_t	ring[REPLAY_WORDS];
};

/*
 * The 64-bit number that the 32 bits in a packet stand for, before it is
 * authenticated.  Without ESN that is the 32 bits themselves.
 */
uint64_t replay_number(const struct replay *r, uint32_t window, int esn,
	    uint32_t low);

/* May seq be new?  1, or 0: seen, too old, or zero.  window 0: always 1. */
int	 replay_check(const struct replay *r, uint32_t window, uint64_t seq);

/*
 * Marks seq as seen; only once the packet is authentic.  Returns 1, or 0 when
 * it has been seen meanwhile.  Killed in the middle, it errs towards
 * forgetting nothing.
 */
int	 replay_update(struct replay *r, uint32_t window, uint64_t seq);

#endif /* ESP_REPLAY_H */
