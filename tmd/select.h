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

#ifndef TMD_SELECT_H
#define TMD_SELECT_H

#include "proto_ctl.h"
#include "tunnel.h"

/*
 * Which tunnels a request means: names, numbers, NAME/CHILD, N.M, lists by
 * commas, and the options remote-id, address and all.
 */

/* One word, taken apart; pure. */
struct select_word {
	uint32_t	number;		/* 0: by name */
	uint32_t	child;		/* N.M; 0: none */
	char		name[NAME_MAX_LEN + 1];
	char		child_name[NAME_MAX_LEN + 1];	/* NAME/CHILD */
};

/* Returns NULL, or what is wrong (a literal). */
const char	*select_parse(const char *s, size_t len,
		    struct select_word *w);

/* What was meant; child 0 is the whole tunnel. */
struct target {
	uint32_t	tunnel, child;
};

struct targets {
	struct target	*v;
	size_t		 n, max;
};

void	select_free(struct targets *ts);

/*
 * Resolves args and options of a request.  Returns 0, or -1 with a sentence
 * in err ("no tunnel "bostn"; nearest is "boston"").  Nothing named at all:
 * every tunnel when all_if_none, else an error.
 */
int	select_targets(const struct mq_request *m, int all_if_none,
	    struct targets *ts, char *err, size_t size);

/* The value of an option, or NULL. */
const char *select_opt(const struct mq_request *m, const char *key);

/* How many letters have to change; at most 64 of each are looked at. */
unsigned int select_distance(const char *a, const char *b);

#endif /* TMD_SELECT_H */
