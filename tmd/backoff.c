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
 * The waits between attempts.
 */
#include "backoff.h"

uint64_t
backoff_ms(uint32_t first, uint32_t most, unsigned int n, uint32_t rnd)
{
	uint64_t ms = (uint64_t)(first == 0 ? 1 : first) * 1000;
	uint64_t top = (uint64_t)(most == 0 ? 1 : most) * 1000;

	while (n > 1 && ms < top) {
		ms *= 2;
		n--;
	}
	if (ms > top)
		ms = top;
	return (ms - rnd % (ms / 8 + 1));
}
