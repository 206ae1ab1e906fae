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

#ifndef POLICY_DB_H
#define POLICY_DB_H

#include "load.h"

/*
 * The database beside the file: named objects, of the shape they have in the
 * file, that `ikectl db` makes, changes and removes.  What kinds there are is
 * a table; a new one is a row of it.
 */
struct db_kind {
	const char	*path;		/* "policies/ike": of KIND/NAME */
	const char	*top;		/* its key in the file */
	const char	*sub;		/* and one below, or NULL */
	const char	*order;		/* the key whose order counts; "": the
					 * object itself is a list; or NULL */
	int		 list;		/* the key holds a list, no names */
};
extern const struct db_kind db_kinds[];		/* ended by path NULL */

/* The map or list of root that holds the kind's objects; NULL: none. */
struct node *db_container(const struct node *root, const struct db_kind *k);

/*
 * Reads l->objects, edits them as l->change says, and puts them into root,
 * the tree of the files.  1, or 0 when problems were told.
 */
int	db_apply(struct load *l, struct node *root);

/* db_rows.c: "ikd.yaml:14", or "the database". */
void	db_where(const struct node *n, char *out, size_t size);

#endif /* POLICY_DB_H */
