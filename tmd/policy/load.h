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

#ifndef POLICY_LOAD_H
#define POLICY_LOAD_H

#include "numbers.h"
#include "proto_parent_policy.h"
#include "reader.h"

/*
 * One load: files to model, or to problems.
 */
struct load {
	struct arena		 arena;
	struct problems		 ps;
	struct policy		 po;
	struct tree_limits	 lim;
	size_t			 octets;	/* of files, still to be read */
	unsigned int		 nsources;
	/* given by the caller */
	int			 dirfd;		/* policy directory, or -1 */
	const char		*dir;		/* its name for people */
	int			 userspace;	/* the plane in use */
	int			 checking;	/* by a person, not a role */
	int			 as_user;	/* opened by another's right */
	struct number_rows	 numbers;
	struct slice		 later; /* numbers, if they are wanted */
	const char		*objects;	/* of the database */
	size_t			 objects_len;
	const struct wt_change	*change;	/* NULL: none */
	const char		*text;		/* the change's */
	size_t			 text_len;
	struct kept		*kept; /* of the load before, or NULL */
	int			 damaged;	/* database.old holds */
	int			 unsure; /* with kept: it does not count */
	uint8_t			 key[32];	/* kept.h */
	char			 state[64];	/* the sum of load_state() */
};

/* An empty load; dirfd stays the caller's, -1: no include, no psk/. */
void	load_init(struct load *l, int dirfd, const char *dir);

/*
 * Reads the main file's text, which people know as `name` and which is
 * `rel` below the directory, and all it includes; resolves and checks.
 * Returns 1 when there is no error; the problems are sorted.
 */
int	load_text(struct load *l, const char *name, const char *rel,
	    const char *text, size_t len);

/*
 * The same for a file: rel below the directory (beneath 1), or name, any
 * path of the caller's (beneath 0).
 */
int	load_file(struct load *l, const char *name, const char *rel,
	    int beneath);

/* What an earlier load wrote; bad lines are warnings. */
void	load_old_numbers(struct load *l, const char *text, size_t len);
/*
 * The same with the objects of the database, by the octets of both of its
 * files (db_image.h; NULL: there is none), which must outlive l.  After
 * l->kept: numbers that are as it left them are read if need be.
 */
void	load_database(struct load *l, const char *now, size_t now_len,
	    const char *old, size_t old_len);
/* The database file as it is to be; NULL: as it is. */
char	*load_state(struct load *l, const char *now, size_t now_len,
	    size_t *len);

void	load_free(struct load *l);

#endif /* POLICY_LOAD_H */
