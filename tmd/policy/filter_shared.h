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

#ifndef POLICY_FILTER_SHARED_H
#define POLICY_FILTER_SHARED_H

#include "filter.h"
#include "meet.h"

/*
 * Rules for one tunnel that are for another's packets, too: tunnels are told
 * apart by the addresses of their children, and a child with any-host, or
 * one that others overlap, has addresses that are not its own.
 */
struct filter_shared;

/*
 * Of a rule for one tunnel whose children meet another's; else NULL.  *all
 * is made when it is needed; both live in the arena.
 */
struct filter_shared *filters_shared_new(struct reader *r,
	    const struct filter *f, struct meet_index **all);

/* One of its terms, with a way through a tunnel: warned of, once a rule. */
void	filters_shared(struct filter_shared *s, const struct wt_filter *term);

#endif /* POLICY_FILTER_SHARED_H */
