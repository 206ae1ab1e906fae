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
 * Our own addresses and the networks they are in.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "here.h"
#include "log.h"

struct nets {
	struct wt_prefix	*v;
	size_t			 n;
};

static struct nets	held, coming;

static void
add(struct nets *o, const struct wt_prefix *p)
{
	if (addr_len(&p->addr) == 0 || p->plen > 8 * addr_len(&p->addr))
		return;
	o->v = xreallocarray(o->v, o->n + 1, sizeof(*o->v));
	o->v[o->n++] = *p;
}

static int
same(const struct nets *a, const struct nets *b)
{
	size_t i;

	if (a->n != b->n)
		return (0);
	for (i = 0; i < a->n; i++)
		if (a->v[i].plen != b->v[i].plen ||
		    addr_cmp(&a->v[i].addr, &b->v[i].addr) != 0)
			return (0);
	return (1);
}

int
here_told(const struct mt_here *m)
{
	uint16_t i;
	int new;

	for (i = 0; i < m->net_n; i++)
		add(&coming, &m->net[i]);
	if (m->more)
		return (0);
	new = !same(&held, &coming);
	free(held.v);
	held = coming;
	memset(&coming, 0, sizeof(coming));
	return (new);
}

/* Nobody's alone: of a link, of many, of nobody, of each host itself. */
static int
no_host(const struct wt_addr *a)
{
	static const struct wt_prefix no[] = {
		{ { 4, { 0 } }, 8 }, { { 4, { 127 } }, 8 },
		{ { 4, { 169, 254 } }, 16 }, { { 4, { 224 } }, 3 },
		{ { 6, { 0 } }, 127 }, { { 6, { 0xfe, 0x80 } }, 10 },
		{ { 6, { 0xff } }, 8 },
	};
	size_t i;

	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (prefix_has(&no[i], a))
			return (1);
	return (0);
}

/* The address of all hosts of an IPv4 network, or of the network itself. */
static int
of_all(const struct wt_prefix *p, const struct wt_addr *a)
{
	struct wt_prefix net = *p;
	struct wt_addr lo, hi;

	if (a->af != 4 || p->plen > 30)
		return (0);
	prefix_range(&net, &lo, &hi);
	return (addr_cmp(a, &lo) == 0 || addr_cmp(a, &hi) == 0);
}

int
here_has(const struct wt_addr *a)
{
	size_t i;

	for (i = 0; i < held.n; i++)
		if (addr_cmp(a, &held.v[i].addr) == 0)
			return (1);
	return (0);
}

const char *
here_objection(const struct wt_addr *a, const struct wt_addr *outer)
{
	int near = 0;
	size_t i;

	if (no_host(a))
		return ("it is no host's");
	if (here_has(a))
		return ("it is our own");
	for (i = 0; i < held.n; i++) {
		near |= prefix_has(&held.v[i], a);
		if (of_all(&held.v[i], a))
			return ("it is a network's, of ours, and no host's");
	}
	return (near && addr_cmp(a, outer) != 0 ?
	    "it is in a network that we are connected to, and not where the "
	    "peer is" : NULL);
}
