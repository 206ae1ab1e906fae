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
 * ikd-esp: ESP in UDP between a TUN device and the NAT-T port.
 *
 * The way of a packet from the wire:
 *	udp -> inbound -> sa (SPI) -> replay -> seal (open) -> expire -> pkt
 *	    -> sel -> ecn -> mss -> merge -> tun
 * and to it:
 *	tun -> outbound -> pkt -> spd -> split -> mss, pmtu, frag4, icmp
 *	    -> expire -> sa (number) -> seal -> ecn -> udp_send
 * By TCP (RFC 9329) it is stream_in -> stream_frame -> inbound, and stream_out
 * in place of udp_send; stream has the table of them.
 * IKE among the ESP goes by stray to ikd-ike; a packet without an SA by held
 * and tell to the parent.  The SA table is an arena that outlives us.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <event2/event.h>

#include <seccomp.h>
#include <string.h>
#include <unistd.h>

#include "crypto_warm.h"
#include "from_parent.h"
#include "held.h"
#include "log.h"
#include "now.h"
#include "proto_parent_esp.h"
#include "role.h"
#include "sa.h"
#include "seal.h"
#include "stray.h"
#include "stream.h"
#include "tell.h"
#include "tun.h"
#include "udp.h"

#define SWEEP_S		1	/* held packets are looked at this often */

static struct event *sweep;

static const int syscalls[] = {
	/* udp: batches */
	SCMP_SYS(recvmmsg), SCMP_SYS(sendmmsg),
	/* stream: what peers open, and which end is ours */
	SCMP_SYS(accept4), SCMP_SYS(getsockname),
	-1
};

static const int sockopts[] = {
	/* udp: what comes with a packet, and errors */
	IPPROTO_IP, IP_PKTINFO, IPPROTO_IP, IP_RECVTOS,
	IPPROTO_IP, IP_RECVERR, IPPROTO_IPV6, IPV6_RECVPKTINFO,
	IPPROTO_IPV6, IPV6_RECVTCLASS, IPPROTO_IPV6, IPV6_RECVERR,
	/* udp: datagrams in bulk, and what was lost */
	IPPROTO_UDP, UDP_GRO, SOL_SOCKET, SO_RXQ_OVFL,
	/* udp_send: DF as packets have it */
	IPPROTO_IP, IP_MTU_DISCOVER, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
	-1
};

/* Memory is locked in prepare(), page by page as it is used. */
static const struct sandbox sandbox = { .syscalls = syscalls,
    .sockopts = sockopts };

static void
warm(void)
{
	crypto_warm();
	seal_warm();
}

/*
 * Keys stay out of swap.  The packet buffers and the arena are large and
 * mostly untouched, so pages are locked when they come to exist; where the
 * limit is too low for that the log says so.
 */
static void
prepare(struct role_ctx *ctx)
{
	struct rlimit limit;

	(void)ctx;
#ifndef IKD_ASAN	/* the sanitizers' shadow cannot be locked */
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == -1)
		fatal_errno("locked memory");
	if (limit.rlim_cur < 4 * ESP_ARENA_SIZE &&
	    limit.rlim_cur != RLIM_INFINITY && geteuid() != 0) {
		log_notice(LS_CORE, "session keys may be swapped out: the "
		    "limit of locked memory is %llu",
		    (unsigned long long)limit.rlim_cur);
		return;
	}
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == -1)
		fatal_errno("locked memory");
#else
	(void)limit;
#endif
}

static void
on_sweep(int fd, short what, void *arg)
{
	const struct timeval tv = { SWEEP_S, 0 };

	(void)fd;
	(void)what;
	(void)arg;
	now_read();
	held_expire();
	stream_sweep();
	event_add(sweep, &tv);
}

static void
init(struct role_ctx *ctx)
{
	now_read();
	tell_parent_is(ctx->parent);
	stray_init(ctx->base, ctx->workers, ctx->seed);
	stream_init(ctx->base, ctx->workers);
	if ((sweep = evtimer_new(ctx->base, on_sweep, NULL)) == NULL)
		fatal("no timer");
	on_sweep(-1, 0, NULL);
}

static void
pipe_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	(void)ctx;
	if (r != ROLE_IKE)
		fatal("a pipe to %s", role_name(r, inst));
	stray_pipe_given(inst, fd);
}

static void
pipe_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	(void)ctx;
	if (r == ROLE_IKE)
		stray_pipe_gone(inst);
}

/* Packets wait in TUN and sockets until the table is there. */
static void
take_arena(int fd)
{
	const char *why;

	sa_detach();
	if ((why = sa_attach(fd, from_parent_lost)) != NULL)
		fatal("the SA arena: %s", why);
	if (sa_count() > 0)
		log_notice(LS_CORE, "going on with %u SA pairs", sa_count());
	udp_start();
	tun_resume();
}

static void
socket_given(struct role_ctx *ctx, unsigned int kind, unsigned int family,
    unsigned int port, unsigned int index, int fd)
{
	(void)index;
	switch (kind) {
	case SOCK_UDP_NATT:
		udp_given(ctx->base, family, port, fd);
		break;
	case SOCK_TUN:
		tun_given(ctx->base, fd);
		break;
	case SOCK_STREAMS:
		stream_listener(fd);
		break;
	case SOCK_ARENA:
		take_arena(fd);
		break;
	default:
		fatal("a socket of kind %u", kind);
	}
}

int
main(void)
{
	static const struct role_ops ops = {
		.role = ROLE_ESP,
		.parent_table = &proto_parent_esp,
		.handlers = from_parent_handlers,
		.sandbox = &sandbox,
		.warm = warm,
		.prepare = prepare,
		.init = init,
		.pipe_given = pipe_given,
		.pipe_gone = pipe_gone,
		.socket_given = socket_given,
	};
	struct role_ctx ctx;

	memset(&ctx, 0, sizeof(ctx));
	return (role_main(&ctx, &ops));
}
