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
 * ikd-parent: starts and supervises the roles through the starter, hands out
 * sockets and pipes, coordinates reloads (the life half: life.h); checks
 * grants and programs the kernel (the grant half: parent.h).  No parser of
 * anything from the network or the policy file.
 *
 * Where to look: order.c is the order of a start and a stop, children.c one
 * role's life, reload_fsm.c and reload.c a new policy, reuseport.c and
 * sockets.c who gets a datagram.
 */
#include <sys/socket.h>

#include <event2/event.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>

#include "life.h"
#include "sandbox.h"

#define PRIORITIES	3	/* log lines are the last */
#define CAP_BIT(c)	(1ULL << (c))

static const int life_syscalls[] = {
	/* pipes between roles: pairs.c, children.c */
	SCMP_SYS(socketpair),
	/* UDP sockets: sockets.c; AF_INET and AF_INET6 alone */
	SCMP_SYS(bind),
	/* streams of RFC 9329: streams.c */
	SCMP_SYS(listen), SCMP_SYS(connect),
	/* log lines of the roles */
	SCMP_SYS(getppid),
	-1
};

static const int sockopts[] = {
	/* pipes between roles: common/pipe.c */
	SOL_SOCKET, SO_SNDBUF,
	/* UDP sockets: sockets.c */
	SOL_SOCKET, SO_REUSEADDR, SOL_SOCKET, SO_REUSEPORT,
	SOL_SOCKET, SO_MARK,
	SOL_SOCKET, SO_RCVBUFFORCE, SOL_SOCKET, SO_SNDBUFFORCE,
	SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
	IPPROTO_IP, IP_PKTINFO, IPPROTO_IP, IP_RECVTOS,
	IPPROTO_IP, IP_MTU_DISCOVER, IPPROTO_IP, IP_XFRM_POLICY,
	IPPROTO_IPV6, IPV6_V6ONLY, IPPROTO_IPV6, IPV6_RECVPKTINFO,
	IPPROTO_IPV6, IPV6_RECVTCLASS, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
	IPPROTO_IPV6, IPV6_XFRM_POLICY, IPPROTO_UDP, UDP_ENCAP,
	/* streams: streams.c */
	SOL_SOCKET, SO_KEEPALIVE,
	IPPROTO_TCP, TCP_KEEPIDLE, IPPROTO_TCP, TCP_KEEPINTVL,
	IPPROTO_TCP, TCP_KEEPCNT, IPPROTO_TCP, TCP_USER_TIMEOUT,
	IPPROTO_TCP, TCP_NODELAY, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
	-1
};

/* Both halves' calls in one list. */
static const int *
syscalls(void)
{
	static int all[128];
	const int *lists[] = { life_syscalls, grants_syscalls };
	const int *s;
	size_t i, n = 0;

	for (i = 0; i < 2; i++)
		for (s = lists[i]; *s != -1; s++) {
			if (n + 1 == sizeof(all) / sizeof(all[0]))
				fatal("too many system calls");
			all[n++] = *s;
		}
	all[n] = -1;
	return (all);
}

/* The door: everything that needs a path stands before it. */
static void
door(void)
{
	struct sandbox sb = { .inet = 1, .keep_caps =
	    CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_NET_BIND_SERVICE),
	    .sockopts = sockopts, .ioctls = grants_ioctls };

	plane_open_tun_fds();
	logs_open();
	alone_or_exit();
	order_cores();
	sandbox_prepare(NULL);
	sb.syscalls = syscalls();
	sandbox_enter(&sb);
}

int
main(void)
{
	static struct parent p;

	log_init("ikd-parent", LOG_L_INFO);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);	/* the starter says when to stop */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	if ((p.base = event_base_new()) == NULL ||
	    event_base_priority_init(p.base, PRIORITIES) == -1)
		fatal("no event loop");
	door();
	logs_init(&p);
	children_init(&p);
	grants_init(&p);
	reload_init(&p);
	starter_connect(&p);
	pipe_loop(p.base);
	fatal("the loop has ended");
}
