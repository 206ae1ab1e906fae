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


/*
 * Anti-replay window: RFC 4303 section 3.4.3 and appendix A2, in the ring
 * form of RFC 6479.  Pure.
 */
#include <stdatomic.h>

#include "replay.h"

#define WORD_BITS	64

static unsigned int
word_of(uint64_t seq)
{
	return ((seq / WORD_BITS) % REPLAY_WORDS);
}

static uint64_t
bit_of(uint64_t seq)
{
	return (1ULL << (seq % WORD_BITS));
}

/*
 * RFC 4303 appendix A2.2: the high half is chosen so that the number falls
 * into the window or ahead of it.  Without a window there is still one to
 * choose by, else the subspace could not be told.
 */
uint64_t
replay_number(const struct replay *r, uint32_t window, int esn, uint32_t low)
{
	uint32_t th = r->top >> 32, tl = (uint32_t)r->top;
	uint32_t w = window == 0 ? WORD_BITS : window;
	uint32_t bottom = tl - w + 1;

	if (!esn)
		return (low);
	if (tl >= w - 1) {			/* case A */
		if (low < bottom)
			th++;
	} else if (low >= bottom) {		/* case B: window wraps */
		if (th == 0)			/* before the first number */
			return (low);
		th--;
	}
	return ((uint64_t)th << 32 | low);
}

int
replay_check(const struct replay *r, uint32_t window, uint64_t seq)
{
	if (window == 0)
		return (1);
	if (seq == 0)
		return (0);
	if (seq > r->top)
		return (1);
	if (r->top - seq >= window)
		return (0);
	return ((r->ring[word_of(seq)] & bit_of(seq)) == 0);
}

/*
 * The order matters when the process is killed half way: first the top, then
 * the words that fall behind it.  A stale bit refuses a packet that was never
 * seen; a cleared one behind an old top would let a replay in.
 */
static void
advance(struct replay *r, uint64_t seq)
{
	uint64_t from = r->top / WORD_BITS, to = seq / WORD_BITS, n;

	r->top = seq;
	atomic_signal_fence(memory_order_seq_cst);
	n = to - from;
	if (n > REPLAY_WORDS)
		n = REPLAY_WORDS;
	for (; n > 0; n--)
		r->ring[(to - n + 1) % REPLAY_WORDS] = 0;
	atomic_signal_fence(memory_order_seq_cst);
}

int
replay_update(struct replay *r, uint32_t window, uint64_t seq)
{
	if (!replay_check(r, window, seq))
		return (0);
	if (seq > r->top)
		advance(r, seq);
	if (window != 0)
		r->ring[word_of(seq)] |= bit_of(seq);
	return (1);
}
