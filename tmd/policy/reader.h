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

#ifndef POLICY_READER_H
#define POLICY_READER_H

#include "keys.h"

/*
 * Reads maps of the tree into the model by the table of keys.
 */

/* Where the reader is, for sentences: child "lan" of tunnel "boston". */
struct label {
	const struct label	*up;
	const char		*kind;
	const char		*name;	/* NULL: kind alone */
};

struct reader {
	struct arena		*arena;
	struct problems		*ps;
	struct policy		*po;
	const struct label	*label;
	struct tunnel		 tunnel0;	/* what each starts from */
	struct child		 child0;
	int			 in_defaults;
	unsigned int		 child_errors;	/* of the tunnel being read */
	char			 where[256];
	int			 unsure;	/* kept.h: read it all */
};

/* The defaults of the table into obj (which is otherwise zero). */
void	keymap_defaults(struct reader *r, const struct keymap *m, void *obj);

/*
 * Reads map n into obj: unknown keys, wrong types and values are problems.
 * An empty scalar ("tunnels:") is an empty map.
 */
void	keymap_read(struct reader *r, const struct keymap *m,
	    const struct node *n, void *obj);

/* Is n a map (or nothing)?  Else a problem is told and 0 returned. */
int	reader_is_map(struct reader *r, const struct node *n,
	    const char *name);
/* Is n one non-empty value?  Else a problem is told and 0 returned. */
int	reader_is_value(struct reader *r, const struct node *n,
	    const char *name);
/*
 * One value, or a list of values, as words; at most max.  Returns 0, or -1
 * with a problem told.
 */
int	reader_words(struct reader *r, const struct node *n, const char *name,
	    unsigned int max, struct words *out);
/*
 * The ID that v is, of the side that is being read, or any with the group that
 * it is; NULL: told.
 */
struct wt_id *reader_id(struct reader *r, const struct key *k,
	    const struct node *v, const struct id_group **group);
/* `in child "lan" of tunnel "boston"', with a blank before; "" on top. */
const char *reader_where(struct reader *r);
/*
 * The row of words that v is; else NULL, and it is told that it is none or
 * is not built.  why (may be NULL): what to say of any other word.
 */
const struct word *reader_word(struct reader *r, const struct node *v,
	    const char *name, const struct word *words, const char *why);
/* Tells which words there are, and why no other. */
void	reader_not_a_word(struct reader *r, const struct node *v,
	    const char *name, const struct word *words, const char *why);
/* Tells that a value (or key) is not built. */
void	reader_unsupported(struct reader *r, const struct node *n,
	    const char *what, const char *why);

#define reader_error(r, n, ...)						\
	problem_error((r)->ps, node_place(n), __VA_ARGS__)

#endif /* POLICY_READER_H */
