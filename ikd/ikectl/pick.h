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


#ifndef IKECTL_PICK_H
#define IKECTL_PICK_H

#include "ikectl.h"

/*
 * --sort and --where: rows of an answer are kept, a tunnel's with those of
 * its children and peers, and given to the printer in order, or not at all.
 */

/*
 * FIELD[=PATTERN] as it was written; which: 's' sort ("-FIELD" is from the
 * highest down), 'w' where (several must all hold).  0, or -1 with what is
 * wrong said.
 */
int	pick_option(int which, const char *text);
/* The printer to use instead of out: out itself when nothing was asked. */
const struct printer *pick_printer(const struct printer *out);

/* Pure: the order of two values, numbers at their front as numbers. */
int	pick_cmp(const char *a, const char *b);
/* Pure: is it the same field: case, '-' and '_' do not matter? */
int	pick_is_field(const char *key, const char *name, size_t len);

#endif /* IKECTL_PICK_H */
