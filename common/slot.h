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

#ifndef COMMON_SLOT_H
#define COMMON_SLOT_H

#include <stdint.h>

/*
 * Slots (0 to 63; worker = slot mod N) and the hash that gives an initiator's
 * first message its slot.  The kernel computes the same in the steering
 * program of ikd/parent/reuseport.c; a test compares the two.
 */
#define SLOT_MUL_1	0x9e3779b1u
#define SLOT_MUL_2	0x85ebca6bu

/* spi: SPIi as on the wire; seed: from HELLO. */
unsigned int	 slot_hash(const uint8_t spi[8], uint64_t seed);

#endif /* COMMON_SLOT_H */
