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

#ifndef POLICY_TREE_BUILD_H
#define POLICY_TREE_BUILD_H

#include "yaml_tree.h"

/*
 * A tree in the making: lists and maps on a stack, filled in the order of
 * the text by libyaml's events (yaml_tree.c) or by the plain reader
 * (yaml_plain.c).  The functions return 0, or -1 with a problem told; ps
 * NULL: untold, somebody else will read the text again.
 */
struct builder {
	struct arena		*arena;
	const struct source	*src;
	struct problems		*ps;
	struct tree_limits	*lim;
	struct node		*root;
	struct node		*stack[YAML_DEPTH];
	struct node		*key[YAML_DEPTH];	/* waits for a value */
	int			 depth;
	int			 documents;
};

/* A scalar whose text (NUL behind it, not copied) is checked already. */
int	tree_scalar(struct builder *b, const char *text, size_t len,
	    int quoted, uint32_t line, uint32_t col);
/* A list or map begins; the innermost ends. */
int	tree_open(struct builder *b, enum node_kind kind, uint32_t line,
	    uint32_t col);
int	tree_close(struct builder *b);

/*
 * yaml_plain.c: reads a text made of block maps, one-line lists and maps in
 * brackets, and simple words, which is how policies are written.  Returns 0
 * with the tree in b, or -1 when there is anything else in the text: then b
 * is of no use, and nothing has been told.
 */
int	plain_tree(struct builder *b);

#endif /* POLICY_TREE_BUILD_H */
