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

/*
 * Edit distance (optimal string alignment) over three rows.
 */

#include <string.h>

#include "near.h"

#define NEAR_MAX	64	/* longest name that is compared */

static unsigned int
min2(unsigned int a, unsigned int b)
{
	return (a < b ? a : b);
}

unsigned int
near_distance(const char *a, const char *b)
{
	unsigned int rows[3][NEAR_MAX + 1], *two, *one, *now, cost;
	size_t i, j, la = strlen(a), lb = strlen(b);

	if (la > NEAR_MAX || lb > NEAR_MAX)
		return (strcmp(a, b) == 0 ? 0 : NEAR_MAX);
	for (j = 0; j <= lb; j++)
		rows[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		two = rows[(i + 1) % 3];
		one = rows[(i - 1) % 3];
		now = rows[i % 3];
		now[0] = (unsigned int)i;
		for (j = 1; j <= lb; j++) {
			cost = a[i - 1] != b[j - 1];
			now[j] = min2(one[j - 1] + cost,
			    min2(one[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] = min2(now[j], two[j - 2] + 1);
		}
	}
	return (rows[la % 3][lb]);
}

/* How far a typing error may go: a third of the word. */
void
near_start(struct near *n, const char *want)
{
	size_t len = strlen(want);

	n->want = want;
	n->best = NULL;
	n->tag = NULL;
	n->least = len < 3 ? 2 : len > 12 ? 5 : (unsigned int)len / 3 + 1;
}

void
near_try(struct near *n, const char *name, const void *tag)
{
	unsigned int d;
	size_t lw = strlen(n->want), ln = strlen(name);

	if ((lw > ln ? lw - ln : ln - lw) >= n->least)
		return;
	if ((d = near_distance(n->want, name)) < n->least) {
		n->least = d;
		n->best = name;
		n->tag = tag;
	}
}
