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


#ifndef ESP_HELD_H
#define ESP_HELD_H

#include <stddef.h>
#include <stdint.h>

#include "spd.h"

/*
 * First packets of a trapped child wait here for its SA, a few of them and
 * not for long.
 */
#define HELD_PER_ROW	8
#define HELD_ALL	256
#define HELD_MS		10000

/* Keeps a copy; what does not fit, or waits too long, is a counted drop. */
void	held_keep(const struct idle_row *row, const uint8_t *p, size_t len);

/* Gives the child's packets to fn in their order; they are gone after. */
void	held_release(uint32_t tunnel, uint32_t child,
	    void (*fn)(const uint8_t *p, size_t len));

/* Drops what has waited too long. */
void	held_expire(void);

/* How many wait. */
unsigned int held_count(void);

#endif /* ESP_HELD_H */
