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

#ifndef CERTD_WATCH_H
#define CERTD_WATCH_H

#include "certd.h"
#include "judge.h"

/*
 * Peers that were found good, so that a CRL or OCSP response of a later day
 * can revoke them: then tmd is told to end what rests on their certificate.
 * The WATCH_MOST proved last; certd's death forgets them.
 */
#define WATCH_MOST	8192

/* This peer of a tunnel was found good by these certificates, in a round. */
void	watch_add(struct certd *c, uint32_t tunnel, unsigned int round,
	    const struct shown *sh, const struct judged *j);
/* There is news: all of them are looked at again, a few each turn. */
void	watch_sweep(struct certd *c);
/* How often there was news so far. */
uint64_t watch_news(void);

#endif /* CERTD_WATCH_H */
