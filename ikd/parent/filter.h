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
#ifndef PARENT_FILTER_H
#define PARENT_FILTER_H

#include "proto_filter.h"

/*
 * Packet filters as the policy has compiled them: a standby list that a
 * snapshot fills, and the one that holds.
 */
/* filter_term.c: NULL, or why a term from tmd-policy can not be one. */
const char *filter_wrong(const struct wt_filter *t);

/* One term more for the standby list; NULL, or why it is refused. */
const char *filters_take(const struct wt_filter *t);
void	 filters_abort(void);
/*
 * The standby list holds; tun as asroot_filter_set() has it.  What the kernel
 * refuses is tried again by a timer, and what held before holds until then.
 */
void	 filters_commit(unsigned int tun);
/* NULL, or why what was committed last does not hold yet. */
const char *filters_refused(void);
/* A clean stop. */
void	 filters_clear(void);
/* Tells tmd the counters, for its request. */
void	 filters_tell(uint32_t req);

#endif /* PARENT_FILTER_H */
