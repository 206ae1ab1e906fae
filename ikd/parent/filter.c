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
 * Packet filters: what tmd-policy has compiled, checked, and its counters.
 */

#include <stdlib.h>
#include <string.h>

#include "asroot_filter.h"
#include "filter.h"
#include "grant.h"

static struct wt_filter	*standby;
static size_t		 nstandby;
static int		 held;		/* there is a table of ours */

const char *
filters_take(const struct wt_filter *t)
{
	const char	*why = filter_wrong(t);

	if (why != NULL || nstandby == FILTER_TERMS)
		return (why != NULL ? why : "too many filters");
	if (nstandby % 64 == 0)
		standby = xreallocarray(standby, nstandby + 64,
		    sizeof(*standby));
	standby[nstandby++] = *t;
	return (NULL);
}

void
filters_abort(void)
{
	free(standby);
	standby = NULL;
	nstandby = 0;
}

const char *
filters_commit(unsigned int tun)
{
	const char	*why = asroot_filter_set(standby, nstandby, tun);

	if (why == NULL)
		held = nstandby > 0;
	filters_abort();
	return (why);
}

void
filters_clear(void)
{
	if (held)
		(void)filters_commit(0);
}

static void
send_tallies(struct mt_tallies *m)
{
	if (m->t_n > 0)
		(void)parent_send(grants_parent, ROLE_TMD, 0, M_TALLIES, m,
		    -1);
	m->t_n = 0;
}

static void
add_tally(void *arg, const struct mt_tally *t)
{
	struct mt_tallies	*m = arg;

	if (m->t_n == sizeof(m->t) / sizeof(m->t[0]))
		send_tallies(m);
	m->t[m->t_n++] = *t;
}

void
filters_tell(uint32_t req)
{
	static struct mt_tallies	 m;
	static struct mt_result		 end;

	memset(&m, 0, sizeof(m));
	m.req = end.req = req;
	asroot_filter_count(add_tally, &m);
	send_tallies(&m);
	(void)parent_send(grants_parent, ROLE_TMD, 0, M_FILTERS_END, &end,
	    -1);
}
