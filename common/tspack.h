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

#ifndef COMMON_TSPACK_H
#define COMMON_TSPACK_H

#include "ts.h"

/*
 * The selectors of a child, our side's and the peer's, in as few octets as
 * they need, for those who keep many: 22 where two struct wt_ts have 76.
 */

/* Into out; NULL: only counts.  Returns how many octets. */
size_t	ts_pack(const struct wt_ts *local, size_t nlocal,
	    const struct wt_ts *remote, size_t nremote, uint8_t *out);
/* One side of what ts_pack() wrote; returns how many selectors. */
size_t	ts_unpack(const uint8_t *p, int remote, struct wt_ts out[TS_MAX]);

#endif /* COMMON_TSPACK_H */
