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

#ifndef ESP_SELIDX_H
#define ESP_SELIDX_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * Finds whose remote selectors may hold an address, without looking at all
 * of them: each selector stands under the prefix that its lowest and highest
 * address share.  A candidate need not match; none that matches is missing.
 */
struct selidx_item;

#define SELIDX_BUCKETS	16384

struct selidx {
	struct selidx_item	*bucket[SELIDX_BUCKETS];
	uint32_t		 count[2][129];	/* v4, v6: by prefix length */
};

/* The owner, with its n selectors; they must be the same at selidx_del(). */
void	selidx_add(struct selidx *x, void *owner, const struct wt_ts *ts,
	    size_t n);
void	selidx_del(struct selidx *x, void *owner, const struct wt_ts *ts,
	    size_t n);

/* Calls fn for each candidate, maybe more than once; no changes meanwhile. */
void	selidx_each(const struct selidx *x, const struct wt_addr *a,
	    void (*fn)(void *owner, void *arg), void *arg);

#endif /* ESP_SELIDX_H */
