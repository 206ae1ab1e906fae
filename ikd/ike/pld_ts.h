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

#ifndef IKE_PLD_TS_H
#define IKE_PLD_TS_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * Traffic Selector payloads, RFC 7296 section 3.13, to struct wt_ts.
 */
struct ts_list {
	size_t		n;
	size_t		skipped; /* of unknown types, or beyond LINK_TS */
	struct wt_ts	ts[LINK_TS];
};

/*
 * NULL or what is wrong: bounds, counts, an empty list, lo above hi.
 * Selectors of types we do not know and those beyond LINK_TS are counted as
 * skipped (section 2.9 lets a responder narrow them away), so n may be 0.
 */
const char	*pld_ts_parse(const uint8_t *p, size_t len,
		    struct ts_list *l);

#endif /* IKE_PLD_TS_H */
