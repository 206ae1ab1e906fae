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
 * The numbers file: whatever it says, each tunnel gets a number of its own,
 * and what is written next reads back to the same.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tmd/policy/load.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char yaml[] = "tunnels:\n"
    "  a: { remote: 10.0.0.1, psk: x }\n"
    "  b: { remote: 10.0.0.2, psk: x }\n"
    "  c d: { remote: 10.0.0.3, psk: x }\n";

static char *
load(struct load *l, const char *numbers, size_t len)
{
	size_t n;

	load_init(l, -1, ".");
	load_old_numbers(l, numbers, len);
	if (!load_text(l, "p", "p", yaml, sizeof(yaml) - 1))
		abort();
	return (numbers_print(&l->arena, &l->po, &n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct load one, two;
	char *first, *second;
	unsigned int i;

	first = load(&one, (const char *)data, len);
	second = load(&two, first, strlen(first));
	if (strcmp(first, second) != 0 || two.ps.warnings != 0)
		abort();
	for (i = 0; i < 3; i++)
		if (one.po.tunnels[i].number == 0 ||
		    one.po.tunnels[i].number ==
		    one.po.tunnels[(i + 1) % 3].number)
			abort();
	load_free(&one);
	load_free(&two);
	return (0);
}
