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

#include <stdio.h>
#include <time.h>

#include "own_end.h"
#include "said.h"
#include "utc.h"

static struct said	 ends = { .size = sizeof(struct mv_own_end) };
_Static_assert(offsetof(struct mv_own_end, tunnel) ==
    offsetof(struct said_head, tunnel), "its head is the list's");

void
own_end_said(const struct mv_own_end *m)
{
	said_take(&ends, m);
}

/* -1: no peer takes it; 1: that will be so; the clock is the wall's. */
static int
state(const struct mv_own_end *e)
{
	uint64_t t = (uint64_t)time(NULL);

	return (t < e->begins || t > e->ends ? -1 : 1);
}

/* Of those that it shows, in one round or the other, the worst. */
static const struct mv_own_end *
worst(uint32_t tunnel)
{
	const struct mv_own_end *e = said_of(&ends, tunnel), *w = e;

	for (; e != NULL; e = said_more(&ends, e))
		if (state(e) < state(w) || (state(e) == state(w) &&
		    e->ends < w->ends))
			w = e;
	return (w);
}

const char *
own_end_text(uint32_t tunnel, int soon, char *out, size_t size)
{
	const struct mv_own_end *e = worst(tunnel);
	char text[UTC_TEXT];
	int is, early;

	if (e == NULL || ((is = state(e)) == 1 && !soon))
		return (NULL);
	early = is == -1 && (uint64_t)time(NULL) < e->begins;
	snprintf(out, size, "our certificate certs/%s %s on %s", e->file,
	    is == 1 ? "ends" : early ? "begins" : "ended", utc_text(
	    (int64_t)(early ? e->begins : e->ends), text, sizeof(text)));
	return (out);
}

unsigned int
own_end_bad(void)
{
	const struct mv_own_end *e;
	uint32_t last = 0;
	unsigned int n = 0;
	size_t i;

	for (i = 0; (e = said_at(&ends, i)) != NULL; i++)
		if (e->tunnel != last && state(e) == -1) {
			last = e->tunnel;
			n++;
		}
	return (n);
}
