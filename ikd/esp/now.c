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
 * The clock of the plane and its rate limits.
 */
#include <time.h>

#include "log.h"
#include "now.h"

uint64_t now_ms;

void
now_read(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) == -1)
		fatal_errno("clock");
	now_ms = (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

uint64_t
now_s(void)
{
	return (now_ms / 1000);
}

int
bucket_take(struct bucket *b)
{
	uint64_t full = (uint64_t)b->burst * 1000;
	uint64_t gained = (now_ms - b->at_ms) * b->rate;

	if (b->at_ms == 0 || gained > full)
		b->tokens_1000 = full;
	else if ((b->tokens_1000 += gained) > full)
		b->tokens_1000 = full;
	b->at_ms = now_ms;
	if (b->tokens_1000 < 1000)
		return (0);
	b->tokens_1000 -= 1000;
	return (1);
}
