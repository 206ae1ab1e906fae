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

#ifndef CERTD_LRU_H
#define CERTD_LRU_H

#include <stddef.h>
#include <stdint.h>

/*
 * A bounded cache by digest: the entry not asked for longest makes room.
 * Keys are SHA-256 digests, so their first octets spread them.
 */
#define LRU_KEY		32

struct lru;

/* At most most entries (at least 1); drop frees a value that leaves. */
struct lru *lru_new(unsigned int most, void (*drop)(void *));
/* Drops everything; NULL is nothing. */
void	lru_free(struct lru *l);
/* Drops the entries and stays usable: what a reload does. */
void	lru_clear(struct lru *l);
/* The value, still the cache's, and now the newest; or NULL. */
void	*lru_get(struct lru *l, const uint8_t key[LRU_KEY]);
/* Takes value over; one with the same key is dropped. */
void	lru_put(struct lru *l, const uint8_t key[LRU_KEY], void *value);
/* Forgets one entry; nothing happens when there is none. */
void	lru_del(struct lru *l, const uint8_t key[LRU_KEY]);
unsigned int lru_count(const struct lru *l);

#endif /* CERTD_LRU_H */
