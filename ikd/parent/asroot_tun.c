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
 * The TUN device.  The parent keeps its queues open, so that device, routes
 * and what is queued survive ikd-esp.  It stands until we stop, whoever dies:
 * were it to go from under a packet that came by it, the host's answer would
 * look for another way, and IPv6 still takes that for the device's own, which
 * no block policy holds up.
 *
 * The host puts a flow's packets into the queue that the hash of its
 * addresses and ports names, unless it has seen packets of that flow written
 * by another queue: then it moves the flow there, and some of its packets
 * would overtake others.  So ikd-esp writes by one that is detached, of which
 * the host takes no such note, and reads the rest.
 */

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "asroot_route.h"
#include "asroot_tun.h"
#include "log.h"

#define TUN_HEAD	10	/* of struct virtio_net_hdr */
#ifndef TUN_F_USO4
#define TUN_F_USO4	0x20	/* headers before Linux 6.2 */
#define TUN_F_USO6	0x40
#endif

#define FLAGS		(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE)
#define WRITER		0	/* the detached one */
#define READERS		4	/* a flood fills the queue of its flow alone */

#define QUEUES		(1 + READERS)

static int	queue[QUEUES] = { -1, -1, -1, -1, -1 };
static uid_t	owner;
static int	made;

void
asroot_tun_open(void)
{
	size_t	i;

	owner = geteuid();
	for (i = 0; i < QUEUES; i++)
		if ((queue[i] = open("/dev/net/tun", O_RDWR | O_NONBLOCK |
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
		if (ioctl(queue[WRITER], TUNSETOFFLOAD,
		    (unsigned long)kinds[i]) == 0)
			return;
	log_notice(LS_CORE, "%s: no segmentation offload", TUN_NAME);
}

/* The first that is attached makes the device. */
static void
set_queue(int fd, unsigned long request, int flags)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, TUN_NAME, sizeof(ifr.ifr_name));
	ifr.ifr_flags = (short)flags;
	if (ioctl(fd, request, &ifr) == -1)
		fatal_errno("%s: is another ikd running in this network "
		    "namespace?", TUN_NAME);
}

static void
is_tun(unsigned int ifindex, const char *name, void *arg)
{
	if (strcmp(name, TUN_NAME) == 0)
		*(unsigned int *)arg = ifindex;
}

unsigned int
asroot_tun_make(void)
{
	unsigned int	 ifindex = 0;
	int		 head = TUN_HEAD;
	size_t		 i;

	set_queue(queue[WRITER], TUNSETIFF, FLAGS);
	/* At once: a device without an owner is anybody's. */
	if (ioctl(queue[WRITER], TUNSETOWNER, (unsigned long)owner) == -1)
		fatal_errno("%s: owner", TUN_NAME);
	if (ioctl(queue[WRITER], TUNSETPERSIST, 1UL) == -1)
		fatal_errno("%s: persistence", TUN_NAME);
	made = 1;
	for (i = WRITER + 1; i < QUEUES; i++)
		set_queue(queue[i], TUNSETIFF, FLAGS);
	if (ioctl(queue[WRITER], TUNSETVNETHDRSZ, &head) == -1)
		fatal_errno("%s: header", TUN_NAME);
	offload();
	set_queue(queue[WRITER], TUNSETQUEUE, IFF_DETACH_QUEUE);
	asroot_links(is_tun, &ifindex);
	if (ifindex == 0)
		fatal("%s: no index", TUN_NAME);
	if (asroot_link_up(ifindex, TUN_MTU) == -1)
		fatal("%s: cannot be brought up", TUN_NAME);
	return (ifindex);
}

int
asroot_tun_queue(unsigned int i)
{
	if (i >= QUEUES || queue[i] == -1)
		return (-1);
	return (fcntl(queue[i], F_DUPFD_CLOEXEC, 0));
}

void
asroot_tun_close(void)
{
	size_t	i;

	if (made && ioctl(queue[WRITER], TUNSETPERSIST, 0UL) == -1)
		log_warn(LS_CORE, "%s stays: %s", TUN_NAME, strerror(errno));
	made = 0;
	for (i = 0; i < QUEUES; i++) {
		if (queue[i] != -1)
			close(queue[i]);
		queue[i] = -1;
	}
}
