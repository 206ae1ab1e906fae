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

#ifndef POLICY_PROBLEM_H
#define POLICY_PROBLEM_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/*
 * What is wrong with a policy: all of it, up to a bound, in the order of the
 * file.  Errors refuse the load, warnings are only told.
 */
#define PROBLEMS_MAX	100	/* of each kind: nobody reads more at once */

/* One file that was read. */
struct source {
	const char	*name;		/* for people: /etc/ikd/ikd.yaml */
	const char	*rel;		/* below the policy directory */
	const char	*text;
	size_t		 len;
	unsigned int	 order;		/* in which files were read, from 1 */
	int		 database;	/* no file of the policy's */
};

/* line and col count from 1; line 0: the file as a whole. */
struct place {
	const struct source	*src;	/* NULL: not of one file */
	uint32_t		 line;
	uint32_t		 col;
};

struct problem {
	int		 warning;
	struct place	 at;
	const char	*text;		/* without the place */
	const char	*source;	/* the line, fit to print; or "" */
	unsigned int	 caret;		/* in it, from 1 */
	size_t		 seq;
};

struct problems {
	struct arena	*arena;
	struct problem	*v;
	size_t		 n;
	unsigned int	 errors;	/* all, also those not kept */
	unsigned int	 warnings;
};

void	problem_error(struct problems *ps, struct place at, const char *fmt,
	    ...) __attribute__((format(printf, 3, 4)));
void	problem_warn(struct problems *ps, struct place at, const char *fmt,
	    ...) __attribute__((format(printf, 3, 4)));

/* Puts them into the order of the files. */
void	problems_sort(struct problems *ps);
/* "/etc/ikd/ikd.yaml:7:5: unknown key ..." into out; returns out. */
char	*problem_line(const struct problem *p, char *out, size_t size);
void	problems_free(struct problems *ps);

/*
 * The text of line n (from 1) and its length without the line's end, by
 * libyaml's idea of a line end; NULL when there is none.
 */
const char *source_line(const struct source *src, uint32_t n, size_t *len);

#endif /* POLICY_PROBLEM_H */
