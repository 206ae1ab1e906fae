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

#ifndef POLICY_CANON_H
#define POLICY_CANON_H

#include <stddef.h>

#include "keys.h"

/*
 * The canonical policy: everything that holds, with its defaults, in the
 * order of the tables.  It reads back to itself.
 */
struct canon {
	char			*buf;		/* grows; always terminated */
	size_t			 len;
	size_t			 size;
	unsigned int		 depth;
	const struct tunnel	*tunnel;	/* being printed */
	int			 remote;	/* its remote side */
	int			 item;		/* the next key begins one */
	int			 comment; /* what is said only to be read */
};

/* The whole policy; the text is the caller's to free(3). */
char	*canon_policy(const struct policy *po);

/* The text of an ID that reads back; written: where it stands, or NULL. */
const char *canon_id(const struct wt_id *id, const struct node *written,
	    char *out, size_t size);

/* For the printers: one line, a list, a map that is opened and closed. */
void	canon_line(struct canon *c, const char *key, const char *value);
void	canon_words(struct canon *c, const char *key, const char *const *v,
	    unsigned int n);
void	canon_open(struct canon *c, const char *key);
void	canon_close(struct canon *c);
/* A map of a list, likewise. */
void	canon_item(struct canon *c);
/* One key of the table, as canon_map() prints all that are built. */
void	canon_value(struct canon *c, const struct key *k, const void *obj);
void	canon_map(struct canon *c, const struct keymap *m, const void *obj);

#endif /* POLICY_CANON_H */
