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
 * Streams of IKE and ESP over TCP (RFC 9329): the sockets, nothing more.  One
 * that listens a family, which ikd-esp accepts from; and one for each stream
 * that an ikd-ike asks for, to an address that the policy has for the tunnel,
 * which is connecting when ikd-esp gets it.  What those options say holds for
 * accepted ones, too.  Who holds a stream is ikd-esp alone.
 */
#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "bypass.h"
#include "ceiling.h"
#include "proto_life.h"
#include "proto_parent_esp.h"
#include "proto_parent_ike.h"
#include "streams.h"

#define BACKLOG		256
#define KEEP_IDLE	60 /* seconds: a dead peer's is not held for ever */
#define KEEP_INTERVAL	10
#define KEEP_COUNT	4
#define UNACKED_MS	30000	/* then the way is dead, and it is made anew */
#define AHEAD		(32 * 1024)	/* octets not read yet by ikd-esp */
#define UNSENT		(128 * 1024)	/* octets the kernel keeps back */

static int listening[2] = { -1, -1 };	/* IPv4, IPv6 */

static int
set(int fd, int level, int name, int val)
{
	return (setsockopt(fd, level, name, &val, sizeof(val)));
}

/* A socket as all of them are; -1 and errno. */
static int
stream(int af)
{
	int fd, rc = 0;

	fd = socket(af, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return (-1);
	rc |= set(fd, SOL_SOCKET, SO_MARK, PARENT_SO_MARK);
	rc |= set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	rc |= set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	rc |= set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE);
	rc |= set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL);
	rc |= set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
	rc |= set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MS);
	rc |= set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	rc |= set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT);
	if (af == AF_INET6)
		rc |= set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (rc != 0) {
		close(fd);
		return (-1);
	}
	(void)socket_bypass(fd, af);
	return (fd);
}

static int
bind_to(int fd, const struct wt_sock *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sock_to(at, &ss);

	return (bind(fd, (struct sockaddr *)&ss, len));
}

static void
close_all(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (listening[i] != -1)
			close(listening[i]);
		listening[i] = -1;
	}
}

const char *
streams_open(const struct parent *p)
{
	static char why[160];
	struct wt_sock at = { .port = p->port_tcp };
	int i, fd;

	for (i = 0; i < 2 && p->port_tcp != 0; i++) {
		at.addr.af = i == 0 ? 4 : 6;
		fd = stream(i == 0 ? AF_INET : AF_INET6);
		if (fd == -1 && errno == EAFNOSUPPORT)
			continue;
		listening[i] = fd;
		if (fd == -1 || bind_to(fd, &at) == -1 ||
		    listen(fd, BACKLOG) == -1) {
			snprintf(why, sizeof(why), "TCP port %u, IPv%u: %s",
			    p->port_tcp, at.addr.af, errno == EADDRINUSE ?
			    "another program has it" : strerror(errno));
			close_all();
			return (why);
		}
	}
	return (NULL);
}

int
streams_listening(unsigned int family)
{
	return (listening[family == 6]);
}

/* Connecting, or connected; -1 and errno. */
static int
begin(const struct mi_stream *m)
{
	struct sockaddr_storage ss;
	struct wt_sock from = { .addr = m->local };
	socklen_t len = sock_to(&m->remote, &ss);
	int fd, save;

	fd = stream(m->remote.addr.af == 4 ? AF_INET : AF_INET6);
	if (fd == -1)
		return (-1);
	if ((from.addr.af == 0 || bind_to(fd, &from) == 0) &&
	    (connect(fd, (struct sockaddr *)&ss, len) == 0 ||
	    errno == EINPROGRESS))
		return (fd);
	save = errno;
	close(fd);
	errno = save;
	return (-1);
}

unsigned int
streams_begin(struct parent *p, unsigned int worker, const struct mi_stream *m)
{
	struct me_stream give = { .worker = (uint8_t)worker,
	    .session = m->session, .remote = m->remote };
	struct pipe *esp = parent_pipe(p, ROLE_ESP, 0);
	int fd;

	if (!p->suite.userspace || m->remote.port == 0 ||
	    (m->local.af != 0 && m->local.af != m->remote.addr.af) ||
	    !ceiling_outer(m->tunnel, &m->remote.addr))
		return (EACCES);
	/* What waits for it holds a descriptor each. */
	if (esp == NULL || pipe_queued(esp) > AHEAD)
		return (EBUSY);
	if ((fd = begin(m)) == -1)
		return ((unsigned int)errno);
	give.remote.tcp = 1;
	if (parent_send(p, ROLE_ESP, 0, M_GIVE_STREAM, &give, fd) != PIPE_OK)
		return (ECONNABORTED);
	return (0);
}
