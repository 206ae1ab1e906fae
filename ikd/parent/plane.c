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
 * The grant half's beginning and end: what is opened before the door, what
 * an earlier life left, and a clean stop that leaves nothing.
 */

#include <sys/ioctl.h>
#include <sys/random.h>

#include <linux/if_tun.h>

#include <event2/event.h>

#include <string.h>

#include <seccomp.h>

#include "asroot_filter.h"
#include "asroot_nft.h"
#include "asroot_route.h"
#include "asroot_sa.h"
#include "asroot_tun.h"
#include "asroot_vrf.h"
#include "asroot_xfrm.h"
#include "asroot_xfrmi.h"
#include "ceiling.h"
#include "esp_plane.h"
#include "filter.h"
#include "from_ike.h"
#include "grant.h"
#include "hold.h"
#include "kernel_plane.h"
#include "lanes.h"
#include "steer.h"

static unsigned int	 tun;

const int grants_syscalls[] = {
	/* netlink, on sockets opened before the door: libnl */
	SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(getsockname),
	SCMP_SYS(sched_yield),
	/* the plane's arena: esp_plane.c */
	SCMP_SYS(memfd_create), SCMP_SYS(ftruncate),
	/* the kernel's counters, from their start: kernel_stat.c */
	SCMP_SYS(pread64),
	-1
};

const unsigned int grants_ioctls[] = {
	/* the TUN device: asroot_tun.c */
	TUNSETIFF, TUNSETOWNER, TUNSETPERSIST, TUNSETQUEUE, TUNSETVNETHDRSZ,
	TUNSETOFFLOAD,
	0
};

void
plane_open_tun_fds(void)
{
	asroot_tun_open();
	asroot_route_open();
	asroot_xfrmi_open();
	asroot_vrf_open();
	(void)asroot_xfrm_open();
	asroot_nft_open();
	asroot_filter_open();
	asroot_sa_open();
	kernel_event_open();
	kernel_stat_open();
}

/* Hints name addresses of ours. */
static void
on_route_event(int fd, short what, void *arg)
{
	int	 events = asroot_events();

	(void)fd;
	(void)what;
	(void)arg;
	if (events & EVENT_VRFS)
		lanes_vrfs();
	if (events & EVENT_ADDRS) {
		steer_addrs_changed();
		asroot_route_flush();
	}
	if (events & EVENT_VRFS)
		(void)hold_flush();
	if (events & EVENT_WAYS)
		plane_ways_changed();
}

void
grants_init(struct parent *p)
{
	struct event	*ev;
	uint8_t		 key[16];

	grants_parent = p;
	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		fatal_errno("getrandom");
	from_ike_init(key);
	explicit_bzero(key, sizeof(key));
	plane_init();
	ev = event_new(p->base, asroot_events_fd(), EV_READ | EV_PERSIST,
	    on_route_event, NULL);
	if (ev == NULL || event_add(ev, NULL) == -1)
		fatal("out of memory");
}

/*
 * Policies of an earlier life stand until the first ceilings have set theirs
 * (ceilings_commit): nothing is in the clear meanwhile.  Its rules and routes
 * go then, too.
 */
void
plane_reconcile(void)
{
	asroot_xfrm_recognise();
	asroot_sa_clean();
	tun = asroot_tun_make();
	hold_init(tun);
}

/*
 * The kernel transforms what is routed into the TUN before it gets there, so
 * routes are the same for both planes; nothing else may pass by it then.
 */
const char *
plane_choose(int userspace)
{
	const char	*why = NULL;

	if (!userspace && (why = asroot_sa_try()) != NULL)
		return (why);
	if (userspace)
		asroot_nft_set(tun);
	else {
		plane = &plane_kernel;
		asroot_xfrm_by_kernel();
	}
	kernel_event_start(!userspace);
	asroot_allow_device(1, tun);
	(void)asroot_xfrm_flush();
	return (NULL);
}

int
plane_auto(void)
{
	static int	 known = -1;
	const char	*why;

	if (known != -1)
		return (known);
	known = (why = asroot_sa_try()) != NULL;
	if (known)
		log_notice(LS_KERNEL, "no ESP in the kernel (%s): the data "
		    "plane is in user space, if the policy leaves the choice",
		    why);
	return (known);
}

void
plane_teardown(void)
{
	struct grant	*g;

	while ((g = grant_next(NULL)) != NULL)
		grant_drop(g);
	kernel_late_end();
	filters_clear();
	ceilings_withdraw();
	if (tun != 0) {
		asroot_rules_base(0);
		(void)asroot_route_flush();
		asroot_allow_device(0, tun);
		(void)asroot_xfrm_flush();
		if (plane == &plane_userspace)
			asroot_nft_clear();
	}
	asroot_tun_close();
}
