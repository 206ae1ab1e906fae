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

#ifndef POLICY_NUMBERS_H
#define POLICY_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "problem.h"

struct reader;
struct policy;

/*
 * Numbers of tunnels outlive a load in a file of lines
 *	N name <tab> digest
 * A tunnel keeps its number by name; renamed, by its digest; a new one gets
 * the lowest free.  `number:` in the policy fixes it.
 */
struct number_row {
	uint32_t	 n;
	const char	*name;
	uint8_t		 digest[32];
	int		 has_digest;
	int		 used;
};

struct number_rows {
	struct number_row	*v;
	unsigned int		 n;
};

/* Pure.  Lines that are not of this form are warnings. */
void	numbers_parse(struct arena *a, struct problems *ps, const char *text,
	    size_t len, struct number_rows *out);

/*
 * Gives each tunnel its number and each child its reqid.  Two tunnels of one
 * number, or a fixed number that another tunnel has, are problems.
 */
void	numbers_assign(struct reader *r, struct number_rows *rows);
/* Its second half alone, where all tunnels have their numbers. */
void	numbers_reqids(struct reader *r);

/* The file for the next load; *len says how long. */
char	*numbers_print(struct arena *a, const struct policy *po, size_t *len);

#endif /* POLICY_NUMBERS_H */
