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

#ifndef CERTD_UNTIL_H
#define CERTD_UNTIL_H

#include <stdint.h>

#include "book.h"
#include "judge.h"

/*
 * How long a verdict holds (real-time clock, seconds; 0: no end).  With soft
 * revocation as long as the certificates do, since watch.c takes it back;
 * strict wants an answer of each day.  r may be NULL.
 */
uint64_t	until_of(const struct rule *r, const struct judged *j);
/*
 * Now, by the clock that a verdict is dated by (CLOCK_BOOTTIME, seconds): it
 * is certd's own, so that no verdict is younger than the certd that made it.
 */
uint64_t	until_now(void);

#endif /* CERTD_UNTIL_H */
