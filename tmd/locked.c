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
 * Tunnels without their private key.
 */
#include <stdlib.h>
#include <string.h>

#include "locked.h"
#include "log.h"
#include "said.h"
#include "tunnel_fsm.h"

static struct said	 lacks = { .size = sizeof(struct mv_locked) };
_Static_assert(offsetof(struct mv_locked, tunnel) ==
    offsetof(struct said_head, tunnel), "its head is the list's");

const char *
locked_key(uint32_t tunnel)
{
	const struct mv_locked *m = said_of(&lacks, tunnel);

	return (m != NULL ? m->key : NULL);
}

static int
by_text(const void *a, const void *b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

unsigned int
locked_keys(void)
{
	const struct mv_locked *m;
	const char **keys;
	unsigned int n = 0;
	size_t i, all = 0;

	while (said_at(&lacks, all) != NULL)
		all++;
	keys = xcalloc(all + 1, sizeof(*keys));
	for (i = 0; (m = said_at(&lacks, i)) != NULL; i++)
		keys[i] = m->key;
	qsort(keys, all, sizeof(*keys), by_text);
	for (i = 0; i < all; i++)
		n += i == 0 || strcmp(keys[i], keys[i - 1]) != 0;
	free(keys);
	return (n);
}

/* What failed for its key alone is tried at once, or fails no more. */
static void
start_opened(void)
{
	struct tunnel *t;

	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t)) {
		if (t->code != RSN_LOCKED || locked_key(t->number) != NULL)
			continue;
		t->failures = 0;
		tunnel_set_reason(t, RSN_OK, NULL);
		if (t->state == TN_RETRY)
			tunnel_fsm(t, TE_ALARM);
	}
}

void
locked_said(const struct mv_locked *m)
{
	if (said_take(&lacks, m))
		start_opened();
}
