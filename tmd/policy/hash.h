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

#ifndef POLICY_HASH_H
#define POLICY_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Octets to pointer, so that ten thousand tunnels cost no quadratic search.
 * Keys are not copied: they must outlive the table.
 */
struct hash_slot {
	const void	*key;
	size_t		 len;
	uint64_t	 sum;		/* of the key */
	void		*val;
};

struct hash {
	struct hash_slot	*slots;
	size_t			 size;		/* a power of two, or 0 */
	size_t			 used;
};

/* The value stored under these octets, or NULL. */
void	*hash_get(const struct hash *h, const void *key, size_t len);
/*
 * Stores val (not NULL).  When the key is there already nothing changes and
 * the value that is there is returned; else NULL.
 */
void	*hash_put(struct hash *h, const void *key, size_t len, void *val);
void	 hash_free(struct hash *h);

#endif /* POLICY_HASH_H */
