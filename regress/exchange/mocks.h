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

#ifndef MOCKS_H
#define MOCKS_H

#include "harness.h"

/* The mock certd-sign, tmd and parent of a node; and its default policy. */
void	mocks_init(struct node *);

/* tmd's grants, or its denial, on a check that was good. */
void	mocks_grant(struct node *, const struct mk_check *);

/* fn(w, arg) in ms milliseconds; arg is freed with the world if it ends. */
void	world_later(struct world *, uint64_t ms,
	    void (*fn)(struct world *, void *), void *arg);

#endif /* MOCKS_H */
