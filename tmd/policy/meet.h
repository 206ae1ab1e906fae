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

#ifndef POLICY_MEET_H
#define POLICY_MEET_H

#include "reader.h"

/*
 * Which negotiated children have packets in common with a child, found by
 * the addresses at the peer's side: a walk of all for each would be quadratic
 * in the number of tunnels.
 */
struct meet_index;

/* Of all children with SAs, but those of broken tunnels; lives in the arena. */
struct meet_index *meet_index(struct arena *a, const struct policy *po);

/*
 * Calls fn for each that meets c, in the order of the policy, c itself among
 * them if it is in the index.
 */
void	meet_each(struct meet_index *x, const struct child *c,
	    void (*fn)(void *arg, const struct tunnel *t,
	    const struct child *o), void *arg);

#endif /* POLICY_MEET_H */
