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
 * What we show of certificates, as certd told: rows sorted by tunnel.
 */

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "roles.h"
#include "shown.h"
#include "snap.h"

struct shown {
	struct shown_item	*v;
	size_t			 n, cap;
};

static const char *
take(void *arg, uint16_t type, const void *val)
{
	const struct sn_shown *row = val;
	struct shown *sh = arg;
	struct shown_item *it;

	if (type != SNAP_SHOWN)
		return ("a row that is not for ikd-ike");
	if (sh->n > 0 && sh->v[sh->n - 1].tunnel > row->tunnel)
		return ("rows out of order");
	if (sh->n == sh->cap) {
		sh->cap = sh->cap == 0 ? 16 : 2 * sh->cap;
		sh->v = xreallocarray(sh->v, sh->cap, sizeof(*sh->v));
	}
	it = &sh->v[sh->n++];
	it->tunnel = row->tunnel;
	it->round = row->round;
	it->encoding = row->encoding;
	it->len = (uint16_t)row->data.len;
	it->data = xcalloc(1, row->data.len + 1);
	memcpy(it->data, row->data.p, row->data.len);
	return (NULL);
}

void
shown_free(struct shown *sh)
{
	size_t i;

	if (sh == NULL)
		return;
	for (i = 0; i < sh->n; i++)
		free(sh->v[i].data);
	free(sh->v);
	free(sh);
}

const char *
shown_read(int fd, uint32_t generation, struct shown **out)
{
	struct shown *sh = xcalloc(1, sizeof(*sh));
	const char *why;

	why = snap_read(fd, ROLE_IKE, generation, take, sh);
	if (why == NULL)
		*out = sh;
	else
		shown_free(sh);
	return (why);
}

/* The first row of this tunnel or a later one. */
static size_t
first_of(const struct shown *sh, uint32_t tunnel)
{
	size_t lo = 0, hi = sh->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (sh->v[mid].tunnel < tunnel)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

const struct shown_item *
shown_at(const struct shown *sh, uint32_t tunnel, size_t i)
{
	if (sh == NULL)
		return (NULL);
	i += tunnel == 0 ? 0 : first_of(sh, tunnel);
	if (i >= sh->n || (tunnel != 0 && sh->v[i].tunnel != tunnel))
		return (NULL);
	return (&sh->v[i]);
}
