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
 * A whole policy file from memory to model: it is refused with problems that
 * fit their bounds, or its canonical form reads back to itself.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tmd/policy/canon.h"
#include "../../tmd/policy/report.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_problems(const struct load *l)
{
	struct mt_problem m;
	const struct problem *p;
	uint8_t buf[2048];
	size_t i;

	if (l->ps.errors == 0 && l->ps.warnings == 0 && l->ps.n != 0)
		abort();
	for (i = 0; i < l->ps.n; i++) {
		p = &l->ps.v[i];
		report_message(p, &m);
		if (wire_encode(&wire_mt_problem, &m, buf, sizeof(buf)) == -1)
			abort();
		if (p->source[0] != '\0' && p->caret == 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct load l, again;
	char *one, *two;
	int ok;

	load_init(&l, -1, ".");
	ok = load_text(&l, "p", "p", (const char *)data, len);
	check_problems(&l);
	if (ok) {
		one = canon_policy(&l.po);
		load_init(&again, -1, ".");
		if (!load_text(&again, "p", "p", one, strlen(one))) {
			fprintf(stderr, "%s\n%s\n", one,
			    again.ps.v[0].text);
			abort();
		}
		two = canon_policy(&again.po);
		if (strcmp(one, two) != 0) {
			fprintf(stderr, "%s\nis not\n%s\n", one, two);
			abort();
		}
		free(one);
		free(two);
		load_free(&again);
	}
	load_free(&l);
	return (0);
}
