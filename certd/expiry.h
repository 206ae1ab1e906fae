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

#ifndef CERTD_EXPIRY_H
#define CERTD_EXPIRY_H

#include "book.h"

/*
 * What ends, or has ended.  Times are seconds since 1970; warn is how many
 * before the end.  out is returned, empty when there is nothing to say.
 */
#define EXPIRY_TEXT	128

char	*expiry_cert(const struct cert *c, int64_t now, uint32_t warn,
	    char out[EXPIRY_TEXT]);
/*
 * A list is issued anew all the time: it is late when no more than a fifth of
 * its life is left, and no more than warn; one that is fetched, and renewed
 * by then, when it is a tenth.
 */
char	*expiry_crl(const struct crl *c, int64_t now, uint32_t warn,
	    char out[EXPIRY_TEXT]);
/* Whole days from now until t; behind it they are negative. */
long	 expiry_days(int64_t t, int64_t now);

/*
 * Logs all of it, or what has come to that since (0: all); returns how many
 * lines that were.
 */
unsigned int expiry_log(const struct book *b, int64_t now, int64_t since);

#endif /* CERTD_EXPIRY_H */
