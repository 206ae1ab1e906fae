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
 * This host's addresses, as ikd-ike and tmd are told of them.
 */

#include <event2/event.h>

#include <string.h>

#include "asroot_route.h"
#include "grant.h"
#include "plane_ops.h"

#define SETTLE_MS	20	/* what changes together is told once */

static struct mi_addrs	m;
static unsigned int	on[LINK_ADDRS];		/* the link of each */

static void
add_addr(const struct wt_prefix *p, unsigned int ifindex, void *arg)
{
	unsigned int	*n = arg;

	if (*n < LINK_ADDRS) {
		m.at[*n].addr = p->addr;
		on[*n] = ifindex;
	}
	++*n;
}

static void
name_link(unsigned int ifindex, const char *name, void *arg)
{
	unsigned int	 i;

	(void)arg;
	for (i = 0; i < m.at_n; i++)
		if (on[i] == ifindex)
			strlcpy(m.at[i].link, name, sizeof(m.at[i].link));
}

void
plane_tell_addrs(struct parent *p, unsigned int inst)
{
	unsigned int	 n = 0;

	memset(&m, 0, sizeof(m));
	asroot_addrs(add_addr, &n);
	m.more = n > LINK_ADDRS;
	m.at_n = (uint16_t)(m.more ? LINK_ADDRS : n);
	asroot_links(name_link, NULL);
	(void)parent_send(p, ROLE_IKE, inst, M_OUR_ADDRS, &m, -1);
}

static void
add_net(const struct wt_prefix *p, unsigned int ifindex, void *arg)
{
	struct mt_here	*h = arg;

	(void)ifindex;
	if (h->net_n == HERE_NETS) {
		h->more = 1;
		(void)parent_send(grants_parent, ROLE_TMD, 0, M_HERE, h, -1);
		h->net_n = 0;
	}
	h->net[h->net_n++] = *p;
}

void
plane_tell_here(struct parent *p)
{
	static struct mt_here	 h;

	h.net_n = 0;
	asroot_addrs(add_net, &h);
	h.more = 0;
	(void)parent_send(p, ROLE_TMD, 0, M_HERE, &h, -1);
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
	plane_tell_here(grants_parent);
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
