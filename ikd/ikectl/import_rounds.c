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
 * Several rounds of authentication (RFC 4739), of both dialects.
 */
#include <string.h>

#include "addr.h"
#include "import_put.h"

struct yn *
put_round(struct yn *end, size_t i, size_t n)
{
	return (n > 1 ? yn_item(end, "auth", i) : yn_map(end, "auth"));
}

static int
same_proof(const struct yn *a, const struct yn *b)
{
	static const char *const by[] = { "psk", "cert", "key", "pubkey" };
	const char *x, *y;
	size_t i;

	for (i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		x = yn_get(a, by[i]);
		y = yn_get(b, by[i]);
		if (x != NULL && y != NULL && strcmp(x, y) == 0)
			return (1);
	}
	return (0);
}

void
put_rounds_differ(struct imp *im, const struct conf_sec *sec,
    struct yn *tunnel)
{
	static const char *const sides[] = { "local", "remote" };
	const struct yn *a, *b;
	size_t i;

	for (i = 0; i < 2; i++) {
		a = yn_first(yn_map(yn_map(tunnel, sides[i]), "auth"));
		for (; a != NULL; a = yn_next(a))
			for (b = yn_next(a); b != NULL; b = yn_next(b))
				if (same_proof(a, b)) {
					imp_refuse(im, sec, NULL, "two rounds "
					    "of one side with the same key "
					    "prove no more than one");
					return;
				}
	}
}

void
put_round_id(const struct imp_at *at, struct yn *end, struct yn *round,
    int psk, const char *address)
{
	struct wt_addr a;
	char text[IMP_TEXT];

	if (psk && address != NULL && addr_parse(address, &a) == 0) {
		if (put_id(at, address, text) == 0 && text[0] != '\0')
			yn_set(round, "id", "%s", text);
	} else if (psk)
		imp_note_set(at->im, at->sec, at->set, "without an ID this "
		    "round is of our address there, and here of the first "
		    "round's ID: say `id` if the peer wants that");
	else if (yn_get(end, "id") != NULL)
		imp_note_set(at->im, at->sec, at->set, "without an ID this "
		    "round is of the certificate's subject there, and here "
		    "of the first round's ID: say `id`");
}
