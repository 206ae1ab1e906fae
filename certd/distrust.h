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

#ifndef CERTD_DISTRUST_H
#define CERTD_DISTRUST_H

#include "certd.h"

/*
 * What is no longer trusted, told to tmd; and, since a tmd that ends may not
 * have read it, to the next one again, which has the sessions from before.
 * The oldest goes when there are too many.
 */
#define DISTRUST_MOST	4096

/* No longer; text is for people. */
void	distrust_say(struct certd *c, const uint8_t fp[KEY_FP],
	    const char *text);
/* Found good since: a session of now rests on it. */
void	distrust_over(const uint8_t fp[KEY_FP]);
/* There is a new tmd. */
void	distrust_again(struct certd *c);

#endif /* CERTD_DISTRUST_H */
