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
 * The plain reader of policies against libyaml: what it takes, libyaml takes
 * too, and both make the same tree, word for word and place for place.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tmd/policy/yaml_tree.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
same(const struct node *a, const struct node *b)
{
	const struct node *x, *y;

	if (a->kind != b->kind || a->line != b->line || a->col != b->col ||
	    a->n != b->n || a->len != b->len || a->quoted != b->quoted ||
	    (a->key == NULL) != (b->key == NULL)) {
		fprintf(stderr, "%u:%u kind %u n %u len %u is not %u:%u kind "
		    "%u n %u len %u\n", a->line, a->col, a->kind, a->n,
		    a->len, b->line, b->col, b->kind, b->n, b->len);
		abort();
	}
	if (a->kind == NODE_SCALAR && memcmp(a->text, b->text,
	    a->len + 1U) != 0) {
		fprintf(stderr, "\"%s\" is not \"%s\"\n", a->text, b->text);
		abort();
	}
	if (a->key != NULL)
		same(a->key, b->key);
	for (x = a->first, y = b->first; x != NULL && y != NULL;
	    x = x->next, y = y->next)
		same(x, y);
	if (x != NULL || y != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena a = { NULL, 0 };
	struct problems ps = { .arena = &a };
	struct source src = { .name = "p", .rel = "p",
	    .text = (const char *)data, .len = len, .order = 1 };
	struct tree_limits one = { .nodes = YAML_NODES }, two = one;
	struct node *plain, *all;

	plain = yaml_tree_by(&a, &src, &one, &ps, TREE_PLAIN);
	if (ps.n != 0 || ps.errors != 0)
		abort();
	if (plain != NULL) {
		all = yaml_tree_by(&a, &src, &two, &ps, TREE_LIBRARY);
		if (all == NULL || ps.errors != 0 || one.nodes != two.nodes) {
			fprintf(stderr, "libyaml: %s\n",
			    ps.n > 0 ? ps.v[0].text : "another size");
			abort();
		}
		same(plain, all);
	}
	problems_free(&ps);
	arena_free(&a);
	return (0);
}
