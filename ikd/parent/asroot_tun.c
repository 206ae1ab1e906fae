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
 * The TUN device.  The parent keeps its queue open, so that device, routes
 * and what is queued survive ikd-esp.
 */

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "asroot_route.h"
#include "asroot_tun.h"
#include "log.h"
#include "roles.h"

#define TUN_HEAD	10	/* of struct virtio_net_hdr */
#ifndef TUN_F_USO4
#define TUN_F_USO4	0x20	/* headers before Linux 6.2 */
#define TUN_F_USO6	0x40
#endif

static int	tun = -1;
static uid_t	owner;

void
asroot_tun_open(void)
{
	const char	*user = role_info(ROLE_ESP)->user;
	struct passwd	*pw;

	if ((pw = getpwnam(user)) == NULL)
		fatal("no user %s", user);
	owner = pw->pw_uid;
	if ((tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK |
	    O_CLOEXEC)) == -1)
		fatal_errno("/dev/net/tun");
}

/*
 * Super-packets for ikd-esp, as many kinds as the kernel has: UDP's came with
 * Linux 6.2.  Without any the host cuts them before us.
 */
static void
offload(void)
{
	static const unsigned int kinds[] = {
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN |
		    TUN_F_USO4 | TUN_F_USO6,
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
		TUN_F_CSUM,
	};
	size_t	i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ioctl(tun, TUNSETOFFLOAD, (unsigned long)kinds[i]) == 0)
			return;
	log_notice(LS_CORE, "%s: no segmentation offload", TUN_NAME);
}

unsigned int
asroot_tun_make(void)
{
	struct ifreq	 ifr;
	unsigned int	 ifindex;
	int		 head = TUN_HEAD;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, TUN_NAME, sizeof(ifr.ifr_name));
	ifr.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(tun, TUNSETIFF, &ifr) == -1)
		fatal_errno("%s: is another ikd running in this network "
		    "namespace?", TUN_NAME);
	/* Before the link is up: else any user may attach. */
	if (ioctl(tun, TUNSETOWNER, (unsigned long)owner) == -1)
		fatal_errno("%s: owner", TUN_NAME);
	if (ioctl(tun, TUNSETVNETHDRSZ, &head) == -1)
		fatal_errno("%s: header", TUN_NAME);
	offload();
	if ((ifindex = asroot_link_index(TUN_NAME)) == 0)
		fatal("%s: no index", TUN_NAME);
	if (asroot_link_up(ifindex, TUN_MTU) == -1)
		fatal("%s: cannot be brought up", TUN_NAME);
	return (ifindex);
}

int
asroot_tun_queue(void)
{
	return (tun == -1 ? -1 : fcntl(tun, F_DUPFD_CLOEXEC, 0));
}

void
asroot_tun_close(void)
{
	if (tun != -1)
		close(tun);
	tun = -1;
}
