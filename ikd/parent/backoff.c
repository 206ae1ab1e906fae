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

/* Restart with back-off: pure, so that a test can ask it. */
#include "backoff.h"

unsigned int
backoff_wait(struct backoff *b, uint64_t lived_s)
{
	unsigned int ms = b->next_ms;

	if (ms == 0 || lived_s >= BACKOFF_HEALTHY_S)
		ms = BACKOFF_FIRST_MS;
	b->next_ms = ms > BACKOFF_MOST_MS / 2 ? BACKOFF_MOST_MS : ms * 2;
	return (ms);
}
