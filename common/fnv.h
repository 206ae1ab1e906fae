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

/* The hash of our own tables: of what the policy says, or bounded otherwise. */

#ifndef IKD_FNV_H
#define IKD_FNV_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a of len octets, 32 bits.  It has no seed: where a stranger chooses
 * what is kept, shares.h's is used.
 */
uint32_t	fnv_octets(const void *p, size_t len);
/* The same in 64 bits, on top of h: FNV64_START, or of what came before. */
#define FNV64_START	14695981039346656037ULL
#define FNV64_STEP	1099511628211ULL
uint64_t	fnv64(uint64_t h, const void *p, size_t len);

#endif
