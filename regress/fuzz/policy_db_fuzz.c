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
 * The database file: whatever its octets are, it is read or refused; and its
 * objects, as text, are read, printed and read back to the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tmd/policy/db_image.h"
#include "../../tmd/policy/include.h"
#include "../../tmd/policy/load.h"
#include "../../tmd/policy/yaml_print.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct node *
tree(struct load *l, const char *text, size_t len)
{
	return (yaml_tree(&l->arena, include_database(l, "database", text,
	    len), &l->lim, &l->ps));
}

static void
print_twice(struct load *l, const char *text, size_t len)
{
	struct node *n = tree(l, text, len);
	char *one, *two;
	size_t a, b;

	if (n == NULL)
		return;
	one = yaml_print(n, &a);
	/* A key of many octets, or of blanks, is none for libyaml. */
	if ((n = tree(l, one, a)) != NULL) {
		two = yaml_print(n, &b);
		if (a != b || memcmp(one, two, a) != 0)
			abort();
		free(two);
	} else if (strstr(l->ps.v[l->ps.n - 1].text, "simple key") == NULL &&
	    strstr(l->ps.v[l->ps.n - 1].text, "more than") == NULL)
		abort();
	free(one);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wt_change c = { .how = CHANGE_PUT };
	struct db_image im, two;
	const char *text = (const char *)data;
	struct load l;
	char *again;
	size_t n;

	load_init(&l, -1, ".");
	if (db_image_read(text, len, &im) == NULL) {
		again = db_image_write(&l.arena, &im, &n);
		if (db_image_read(again, n, &two) != NULL)
			abort();
		text = im.objects;
		len = im.objects_len;
	}
	print_twice(&l, text, len);
	load_free(&l);

	load_init(&l, -1, ".");
	l.change = &c;
	l.text = text;
	l.text_len = len;
	if (len > 0 && text[0] == '!') {
		strlcpy(c.object, "tunnels/x", sizeof(c.object));
		l.text++;
		l.text_len--;
	}
	(void)load_text(&l, "p", "p", "", 0);
	load_free(&l);
	return (0);
}
