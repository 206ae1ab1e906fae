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
 * `list -v` and the `show` verbs: labelled fields in two columns on a
 * terminal, one a line when piped; and plain tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ikectl.h"

#define LABEL	20	/* width of a label */
#define VALUE	30	/* width of the first column's value */

/* A tunnel's fields; a child's are indented. */
static void
full_row(const struct mq_row *r)
{
	int child = strcmp(r->kind, "child-full") == 0;
	const char *pad = child ? "  " : "";
	int two = isatty(STDOUT_FILENO);
	size_t i;

	for (i = 0; i < r->kv_n; i++) {
		const struct wt_kv *a = &r->kv[i], *b = &r->kv[i + 1];

		printf("%s%-*s ", pad, LABEL, a->k);
		if (two && i + 1 < r->kv_n && strlen(a->v) <= VALUE) {
			printf("%-*s %-*s %s\n", VALUE, a->v, LABEL, b->k,
			    b->v);
			i++;
		} else
			printf("%s\n", a->v);
	}
}

const struct printer print_full = { full_row, print_sentence };

/* One block of "key value" lines a row: show stats, sa, policy, dataplane. */
static void
blocks_row(const struct mq_row *r)
{
	static int any;
	size_t i;

	if (any++)
		putchar('\n');
	for (i = 0; i < r->kv_n; i++)
		printf("%s%-22s %s\n", i == 0 ? "" : "  ", r->kv[i].k,
		    r->kv[i].v);
}

/* The same, its kind before the first value: show cert. */
static void
kinds_row(const struct mq_row *r)
{
	static int any;
	size_t i;

	if (any++)
		putchar('\n');
	for (i = 0; i < r->kv_n; i++)
		printf("%s%-22s %s\n", i == 0 ? "" : "  ", i == 0 ? r->kind :
		    r->kv[i].k, r->kv[i].v);
}

const struct printer print_kinds = { kinds_row, print_sentence };
const struct printer print_blocks = { blocks_row, print_sentence };

/*
 * A table: the columns are the keys of the first row, as wide as the widest
 * value.  Rows are kept until the end: only for what is short.
 */
#define TABLE_MAX	4096

static struct mq_row *kept[TABLE_MAX];
static size_t nkept;

static void
table_row(const struct mq_row *r)
{
	if (nkept == TABLE_MAX || (kept[nkept] = malloc(sizeof(*r))) == NULL)
		return;
	*kept[nkept++] = *r;
}

static void
table_end(const struct mq_done *d)
{
	size_t i, c, w, n;
	int width[CTL_KVS];
	char since[32];
	const char *v;

	for (c = 0; nkept > 0 && c < kept[0]->kv_n; c++) {
		w = strlen(kept[0]->kv[c].k);
		for (i = 0; i < nkept; i++) {
			n = strlen(row_get(kept[i], kept[0]->kv[c].k, ""));
			w = n > w ? n : w;
		}
		width[c] = (int)w;
		printf("%-*s ", width[c], kept[0]->kv[c].k);
	}
	if (nkept > 0)
		putchar('\n');
	for (i = 0; i < nkept; i++) {
		for (c = 0; c < kept[0]->kv_n; c++) {
			v = row_get(kept[i], kept[0]->kv[c].k, "");
			if (strcmp(kept[0]->kv[c].k, "since") == 0)
				v = since_text(v, since, sizeof(since));
			printf("%-*s ", width[c], v);
		}
		putchar('\n');
	}
	while (nkept > 0)
		free(kept[--nkept]);
	print_sentence(d);
}

const struct printer print_table = { table_row, table_end };
