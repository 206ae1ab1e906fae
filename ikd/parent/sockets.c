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
 * UDP sockets: one per family, port and worker, wildcard, steered; made
 * here because a reuseport group belongs to the uid that called socket(2).
 * The duplicate we keep lets a dead worker's datagrams wait for the next.
 * And the listening sockets that the starter made for us.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "bypass.h"
#include "life.h"
#include "proto_life.h"
#include "proto_start.h"
#include "reuseport.h"
#include "streams.h"

#define BUF_OCTETS	(4 * 1024 * 1024)	/* bursts: see esp-plane */
#define GROUPS		4	/* two families, two ports */
#define METRICS_BACKLOG	16

static struct udp_socket {
	int		 fd;
	unsigned int	 kind, family, port, index;
	enum role	 owner;
	unsigned int	 inst;
} socks[GROUPS * WORKERS_MAX + 2];
static unsigned int nsocks;
static int listeners[SOCK_SECRETS + 1];
static int metrics_fd = -1;
static char why_text[200];

static const char *
failed(const char *what, const struct udp_socket *s)
{
	snprintf(why_text, sizeof(why_text), "UDP port %u, IPv%u: %s: %s",
	    s->port, s->family, what, errno == EADDRINUSE ?
	    "another program has it (another IKE daemon?)" : strerror(errno));
	return (why_text);
}

static int
set(int fd, int level, int name, int val)
{
	return (setsockopt(fd, level, name, &val, sizeof(val)));
}

static int
options(int fd, const struct udp_socket *s, int kernel)
{
	int rc = 0;

	rc |= set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	rc |= set(fd, SOL_SOCKET, SO_MARK, PARENT_SO_MARK);
	rc |= set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUF_OCTETS);
	rc |= set(fd, SOL_SOCKET, SO_SNDBUFFORCE, BUF_OCTETS);
	/* The kernel takes ESP out; what has the non-ESP marker is left. */
	if (kernel && s->kind == SOCK_UDP_NATT)
		rc |= set(fd, IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP);
	if (s->family == 4) {
		rc |= set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		rc |= set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
		rc |= set(fd, IPPROTO_IP, IP_RECVTOS, s->owner == ROLE_ESP);
	} else {
		rc |= set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		rc |= set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		rc |= set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
		    IPV6_PMTUDISC_DONT);
		rc |= set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS,
		    s->owner == ROLE_ESP);
	}
	return (rc);
}

static int
bind_any(int fd, const struct udp_socket *s)
{
	struct sockaddr_in6 s6 = { .sin6_family = AF_INET6,
	    .sin6_port = htons((uint16_t)s->port) };
	struct sockaddr_in s4 = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)s->port) };

	if (s->family == 4)
		return (bind(fd, (struct sockaddr *)&s4, sizeof(s4)));
	return (bind(fd, (struct sockaddr *)&s6, sizeof(s6)));
}

/* The steering program belongs to the group: its first socket brings it. */
static int
steer(const struct parent *p, int fd, const struct udp_socket *s)
{
	struct sock_filter insns[REUSEPORT_MAX];
	struct sock_fprog prog = { .filter = insns };

	prog.len = (unsigned short)reuseport_program(insns, p->workers,
	    s->kind == SOCK_UDP_NATT, p->seed);
	return (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog,
	    sizeof(prog)));
}

/* NULL or what failed; fd -1 and NULL: the system has no such family. */
static const char *
open_one(const struct parent *p, struct udp_socket *s)
{
	int af = s->family == 4 ? AF_INET : AF_INET6;

	s->fd = socket(af, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd == -1 && errno == EAFNOSUPPORT)
		return (NULL);
	if (s->fd == -1)
		return (failed("socket", s));
	if (options(s->fd, s, !p->suite.userspace) != 0)
		return (failed("options", s));
	if (socket_bypass(s->fd, af) == -1 && s->index == 0 &&
	    s->kind == SOCK_UDP_IKE)
		log_notice(LS_KERNEL, "no XFRM here (%s): UDP sockets have no "
		    "bypass policy", strerror(errno));
	if (s->index == 0 && steer(p, s->fd, s) == -1)
		return (failed("steering program", s));
	if (bind_any(s->fd, s) == -1)
		return (failed("bind", s));
	return (NULL);
}

/* All sockets of one port and family, in the order the program counts. */
static const char *
open_group(struct parent *p, unsigned int family, unsigned int kind)
{
	unsigned int i, n = p->workers + (kind == SOCK_UDP_NATT);
	struct udp_socket *s;
	const char *why;

	for (i = 0; i < n; i++) {
		s = &socks[nsocks];
		*s = (struct udp_socket){ .kind = kind, .family = family,
		    .port = kind == SOCK_UDP_IKE ? p->port_ike : p->port_natt,
		    .index = i, .owner = i < p->workers ? ROLE_IKE : ROLE_ESP,
		    .inst = i < p->workers ? i : 0 };
		if ((why = open_one(p, s)) != NULL)
			return (why);
		if (s->fd == -1) {
			log_notice(LS_KERNEL, "no IPv%u on this system",
			    family);
			return (NULL);
		}
		nsocks++;
	}
	return (NULL);
}

/* For tmd-metrics.  NULL or what failed. */
static const char *
open_metrics(const struct wt_sock *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sock_to(at, &ss);
	char text[ADDR_TEXT];

	if (at->port == 0)
		return (NULL);
	metrics_fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);
	if (metrics_fd != -1 &&
	    set(metrics_fd, SOL_SOCKET, SO_REUSEADDR, 1) == 0 &&
	    bind(metrics_fd, (struct sockaddr *)&ss, len) == 0 &&
	    listen(metrics_fd, METRICS_BACKLOG) == 0)
		return (NULL);
	snprintf(why_text, sizeof(why_text), "metrics: %s: %s",
	    sock_print(at, text, sizeof(text)), strerror(errno));
	return (why_text);
}

const char *
sockets_open(struct parent *p, const struct wt_sock *metrics)
{
	const char *why = open_metrics(metrics);
	unsigned int family;

	for (family = 4; family <= 6 && why == NULL; family += 2) {
		why = open_group(p, family, SOCK_UDP_IKE);
		if (why == NULL)
			why = open_group(p, family, SOCK_UDP_NATT);
	}
	return (why);
}

static void
give(struct child *c, unsigned int kind, unsigned int family,
    unsigned int port, unsigned int index, int fd)
{
	struct ml_socket m = { (uint8_t)kind, (uint8_t)family,
	    (uint16_t)port, (uint16_t)index };
	int dupfd = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (dupfd == -1)
		fatal_errno("dup of a socket");
	(void)child_send(c, M_GIVE_SOCKET, &m, dupfd);
}

static void
give_listener(struct child *c, unsigned int kind)
{
	if (listeners[kind] > 0)
		give(c, kind, 0, 0, 0, listeners[kind]);
}

static void
give_streams(struct child *c)
{
	unsigned int family;

	for (family = 4; family <= 6; family += 2)
		if (streams_listening(family) != -1)
			give(c, SOCK_STREAMS, family, 0, 0,
			    streams_listening(family));
}

void
sockets_give(struct child *c)
{
	const struct udp_socket *s;

	for (s = socks; s < socks + nsocks; s++)
		if (s->owner == c->id.role && s->inst == c->id.inst)
			give(c, s->kind, s->family, s->port, s->index, s->fd);
	if (c->id.role == ROLE_TMD) {
		give_listener(c, SOCK_CTL);
		give_listener(c, SOCK_CTL_RO);
	} else if (c->id.role == ROLE_SIGN)
		give_listener(c, SOCK_SECRETS);
	else if (c->id.role == ROLE_METRICS)
		give(c, SOCK_METRICS, 0, 0, 0, metrics_fd);
	else if (c->id.role == ROLE_ESP)
		give_streams(c);
}

/* Listening sockets. */

static void
ask(struct parent *p, unsigned int kind, const char *name, const char *group,
    unsigned int mode)
{
	struct ms_listen m = { .kind = (uint8_t)kind,
	    .mode = (uint16_t)mode };

	if (name[0] == '\0')
		return;
	strlcpy(m.name, name, sizeof(m.name));
	strlcpy(m.group, group, sizeof(m.group));
	listeners[kind] = -1;
	starter_send(p, M_LISTEN, &m, -1);
}

void
sockets_listen(struct parent *p)
{
	ask(p, SOCK_CTL, p->suite.ctl_name, p->suite.ctl_group, 0660);
	ask(p, SOCK_CTL_RO, p->suite.ctl_ro_name, p->suite.ctl_group, 0666);
	ask(p, SOCK_SECRETS, "secrets.sock", "", 0600);
}

void
sockets_listening(unsigned int kind, int fd)
{
	if (kind < SOCK_CTL || kind > SOCK_SECRETS || listeners[kind] != -1) {
		close(fd);
		return;
	}
	listeners[kind] = fd;
}

int
sockets_complete(void)
{
	unsigned int kind;

	for (kind = SOCK_CTL; kind <= SOCK_SECRETS; kind++)
		if (listeners[kind] == -1)
			return (0);
	return (1);
}
