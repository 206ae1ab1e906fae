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
 * Half-open sessions, counted in all and by source: an IPv4 address, or a
 * network of 64 bits, whose addresses any host in it has at its choice.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "halfopen.h"
#include "log.h"
#include "policy.h"
#include "session.h"

#define HOLD_MS		10000	/* `flood: hold` when the policy has none */
#define CALM		3	/* so many times that, without a flood */
#define ASKED_MS	5000
#define ASKED_MOST	1000000	/* no sum of them overflows */

struct source {
	LIST_ENTRY(source)	 link;
	struct wt_addr		 addr;
	unsigned int		 n;
};

static struct source_list *
chain(const struct ike *ike, const struct wt_addr *a)
{
	uint64_t	 h;

	h = window_hash(a->a, addr_len(a));
	h ^= h >> 32;
	return ((struct source_list *)&ike->sources[h %
	    (sizeof(ike->sources) / sizeof(ike->sources[0]))]);
}

static struct wt_addr
source_of(const struct wt_addr *a)
{
	struct wt_addr	 n = *a;

	if (n.af == 6)
		memset(n.a + 8, 0, 8);
	return (n);
}

static struct source *
find(const struct ike *ike, const struct wt_addr *a)
{
	struct wt_addr	 n = source_of(a);
	struct source	*src;

	LIST_FOREACH(src, chain(ike, &n), link)
		if (addr_cmp(&src->addr, &n) == 0)
			return (src);
	return (NULL);
}

unsigned int
halfopen_of(const struct ike *ike, const struct wt_addr *a)
{
	struct source	*src = find(ike, a);

	return (src == NULL ? 0 : src->n);
}

void
halfopen_add(struct session *s)
{
	struct source	*src;

	src = find(s->ike, &s->remote.addr);
	if (src == NULL) {
		src = xcalloc(1, sizeof(*src));
		src->addr = source_of(&s->remote.addr);
		LIST_INSERT_HEAD(chain(s->ike, &src->addr), src, link);
	}
	src->n++;
	s->half_src = src;
	s->ike->half_open++;
}

void
halfopen_drop(struct session *s)
{
	struct source	*src = s->half_src;

	if (src == NULL)
		return;
	s->half_src = NULL;
	s->ike->half_open--;
	if (--src->n == 0) {
		LIST_REMOVE(src, link);
		free(src);
	}
}

/* Those asked count for one period, or nearly two. */
static void
turn(struct ike *ike)
{
	uint64_t	 now = ike_now(ike), gone = now - ike->asked_since;

	if (gone < ASKED_MS)
		return;
	ike->asked[1] = gone < 2 * ASKED_MS ? ike->asked[0] : 0;
	ike->asked[0] = 0;
	ike->asked_since = now;
}

unsigned int
halfopen_pressure(struct ike *ike)
{
	turn(ike);
	return (ike->half_open + ike->asked[0] + ike->asked[1]);
}

void
halfopen_asked(struct ike *ike)
{
	turn(ike);
	if (ike->asked[0] < ASKED_MOST)
		ike->asked[0]++;
}

void
halfopen_hold(struct session *s)
{
	const struct sn_ike	*p = &s->ike->policy->ike;
	uint64_t		 ms = p->hold_ms != 0 ? p->hold_ms : HOLD_MS;

	if (halfopen_pressure(s->ike) < p->cookies_at)
		ms *= CALM;
	timer_set(s->ike, &s->wait, ms);
}

void
halfopen_free(struct ike *ike)
{
	if (ike->half_open != 0)
		fatal("%u half-open sessions left", ike->half_open);
}
