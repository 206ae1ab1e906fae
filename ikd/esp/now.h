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


#ifndef ESP_NOW_H
#define ESP_NOW_H

#include <stdint.h>

/*
 * CLOCK_BOOTTIME, read once a turn of the loop: packets of one batch share
 * it.  Tests set it.
 */
extern uint64_t now_ms;

/* Reads the clock into now_ms. */
void		now_read(void);

/* Whole seconds of now_ms. */
uint64_t	now_s(void);

/* A bucket of tokens: rate a second, at most burst at once. */
struct bucket {
	uint64_t	at_ms;
	uint64_t	tokens_1000;	/* thousandths */
	uint32_t	rate;
	uint32_t	burst;
};

/* Takes a token; 0 when there is none.  A zeroed bucket starts full. */
int		bucket_take(struct bucket *b);

#endif /* ESP_NOW_H */
