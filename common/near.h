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

#ifndef NEAR_H
#define NEAR_H

#include <stddef.h>

/*
 * The nearest valid name, for "did you mean".
 */

/* Edits from a to b: insert, delete, change, swap of two neighbours. */
unsigned int	near_distance(const char *a, const char *b);

struct near {
	const char	*want;
	const char	*best;		/* NULL: nothing is near */
	unsigned int	 least;
	const void	*tag;		/* what was given with best */
};

/* Starts a search for what resembles want. */
void	near_start(struct near *n, const char *want);
/* One candidate; the first of equals stays. */
void	near_try(struct near *n, const char *name, const void *tag);

#endif /* NEAR_H */
