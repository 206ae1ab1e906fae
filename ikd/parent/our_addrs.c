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
 * This host's addresses, as ikd-ike is told of them.
 */

#include <event2/event.h>

#include <string.h>

#include "asroot_route.h"
#include "grant.h"
#include "plane_ops.h"

#define SETTLE_MS	20	/* what changes together is told once */

static void
add_addr(const struct wt_addr *a, void *arg)
{
	struct mi_addrs	*m = arg;

	if (m->addr_n < LINK_ADDRS)
		m->addr[m->addr_n] = *a;
	m->addr_n++;
}

void
plane_tell_addrs(struct parent *p, unsigned int inst)
{
	static struct mi_addrs	 m;

	memset(&m, 0, sizeof(m));
	asroot_addrs(add_addr, &m);
	if (m.addr_n > LINK_ADDRS)
		m.addr_n = 0;
	(void)parent_send(p, ROLE_IKE, inst, M_OUR_ADDRS, &m, -1);
}

static void
on_settled(int fd, short what, void *arg)
{
	unsigned int	 i;

	(void)fd;
	(void)what;
	(void)arg;
	for (i = 0; i < grants_parent->workers; i++)
		plane_tell_addrs(grants_parent, i);
}

void
plane_ways_changed(void)
{
	static const struct timeval	 soon = { 0, SETTLE_MS * 1000 };
	static struct event		*ev;

	if (ev == NULL && (ev = evtimer_new(grants_parent->base, on_settled,
	    NULL)) == NULL)
		fatal("out of memory");
	/* The first of a row starts the clock: it cannot be put off. */
	if (!evtimer_pending(ev, NULL))
		evtimer_add(ev, &soon);
}
