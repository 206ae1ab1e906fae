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

#ifndef PARENT_BACKOFF_H
#define PARENT_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_MS	100
#define BACKOFF_MOST_MS		10000
#define BACKOFF_HEALTHY_S	60	/* a life this long forgives */

struct backoff {
	unsigned int	 next_ms;	/* 0: none yet */
};

/*
 * How long to wait before the next start of something that lived for
 * lived_s seconds: 100 ms, doubling up to 10 s, from the beginning again
 * after a life of a minute.  Milliseconds.
 */
unsigned int	 backoff_wait(struct backoff *b, uint64_t lived_s);

#endif /* PARENT_BACKOFF_H */
