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

#ifndef TMD_SAID_H
#define TMD_SAID_H

#include <stddef.h>
#include <stdint.h>

/*
 * What another process says of tunnels, message by message: always the whole
 * list, in the place of the one before.  Each message of it begins with these.
 */
struct said_head {
	uint8_t		 first, last;
	uint32_t	 tunnel;	/* 0: the list is empty */
};

/* More of one list than any policy has a use for: the rest is not kept. */
#define SAID_MOST	(1u << 18)

struct said_part {
	uint8_t		*at;
	size_t		 n, room;
};

/* A list; but for the size of a message, zeroed. */
struct said {
	size_t			 size;
	struct said_part	 now, next;	/* next: being said */
	size_t			 dropped;	/* of next */
};

/* m, copied, is the next of the list; 1: and its last, it holds from here. */
int	said_take(struct said *s, const void *m);
/* The i-th of those that hold, by their tunnels; NULL behind the last. */
const void *said_at(const struct said *s, size_t i);
/* What was said of this tunnel, the first of it, or NULL. */
const void *said_of(const struct said *s, uint32_t tunnel);
/* The next of the same tunnel after m, which is of s, or NULL. */
const void *said_more(const struct said *s, const void *m);

#endif /* TMD_SAID_H */
