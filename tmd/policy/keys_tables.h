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
#ifndef POLICY_KEYS_TABLES_H
#define POLICY_KEYS_TABLES_H

#include <stddef.h>

/* How the rows of the tables of keys are written: keys.c, keys_filter.c. */
#define N(a)		(sizeof(a) / sizeof((a)[0]))
#define OFF(t, m)	.off = offsetof(struct t, m)
#define MAX32		UINT32_MAX
#define NOT_WHY(name_, only_, why_)					\
	{ .name = (name_), .type = KEY_NOT, .only = (only_), .why = (why_) }
#define MAP(what_, rows, built_, t)					\
	{ (what_), (rows), N(rows), (built_), offsetof(struct t, at) }

#endif /* POLICY_KEYS_TABLES_H */
