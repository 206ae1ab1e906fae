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

#ifndef POLICY_INCLUDE_H
#define POLICY_INCLUDE_H

#include "load.h"

/*
 * Files: the main one and what it includes, merged into one tree.
 */
#define INCLUDE_FILES	16384		/* one a tunnel, and room */

/* Text in memory as a source of the load; text must outlive it. */
const struct source *include_source(struct load *l, const char *name,
	    const char *rel, const char *text, size_t len);

/*
 * Reads a file.  beneath: rel is opened below the policy directory and no
 * symbolic link leads out; else name is a path of the caller's.  NULL when a
 * problem was told.
 */
const struct source *include_open(struct load *l, const char *name,
	    const char *rel, int beneath);

/* The same, of what is or comes into the database (db.h). */
const struct source *include_database(struct load *l, const char *name,
	    const char *text, size_t len);

/* Puts from, of the database, into root, the tree of the files. */
void	include_merge(struct load *l, struct node *root, struct node *from);

/* The tree of src and of all it includes; NULL when src is not YAML. */
struct node	*include_read(struct load *l, const struct source *src);

#endif /* POLICY_INCLUDE_H */
