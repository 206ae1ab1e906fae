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

#ifndef POLICY_LANE_H
#define POLICY_LANE_H

#include "reader.h"

/* A tunnel's values for a child that has none of its own. */
void	lane_inherit(struct lane *l, const struct lane *from);

/* The words of a ceiling that are a lane's. */
void	lane_row(const struct lane *l, struct wt_ceiling *s);

/* Octets by which lanes compare, into p; returns LANE_KEY. */
#define LANE_KEY	(12 + 2 * LANE_NAME)
size_t	lane_key(const struct lane *l, uint8_t p[LANE_KEY]);

#endif /* POLICY_LANE_H */
