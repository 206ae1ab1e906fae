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

#ifndef ESP_FLOW_H
#define ESP_FLOW_H

/*
 * ikd/esp as a whole, in one process: a socketpair is the TUN, a UDP socket
 * on the loopback the peer, who seals and opens with the same code.
 */

#include <sys/socket.h>
#include <sys/uio.h>
#include <netinet/in.h>

#include <event2/event.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ikd/esp/count.h"
#include "../../ikd/esp/ecn.h"
#include "../../ikd/esp/held.h"
#include "../../ikd/esp/now.h"
#include "../../ikd/esp/outbound.h"
#include "../../ikd/esp/spd.h"
#include "../../ikd/esp/stray.h"
#include "../../ikd/esp/tun.h"
#include "../../ikd/esp/udp.h"
#include "pipe.h"
#include "proto_small.h"
#include "esp_help.h"

#define WAIT_MS	2000		/* for what must come */
#define SPI	0x03000100

static struct event_base *base;
static struct pipe	*ike;		/* ikd-ike's end */
static void		*mem;
static int		 tun, peer;	/* the far ends */
static struct wt_sock	 plane_at, peer_at;
static struct mw_mapping mapping;
static unsigned int	 mappings, strays, tellings;
static struct mw_stream	 told;
static struct mw_stray	 stray;
static uint64_t		 before[CNT_MAX];

static inline void
on_stray(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	stray = *(const struct mw_stray *)body;
	strays++;
}

static inline void
on_mapping(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	mapping = *(const struct mw_mapping *)body;
	mappings++;
}

static inline void
on_stream(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	told = *(const struct mw_stream *)body;
	tellings++;
}

static inline void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	(void)ctx;
	(void)p;
	fail_msg("pipe: %s", why == NULL ? "closed" : why);
}

static inline int
bound_udp(struct wt_sock *at)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on,
	    sizeof(on)), 0);
	sock_from((struct sockaddr *)&sin, at);
	return (fd);
}

static inline int
start(void **state)
{
	static const struct pipe_handler handlers[] = {
		{ M_STRAY, on_stray }, { M_MAPPING, on_mapping },
		{ M_STREAM, on_stream }, { 0, NULL }
	};
	static const struct pipe_ops ops = { handlers, on_broken };
	int fds[2];

	(void)state;
	now_read();
	base = event_base_new();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK,
	    0, fds), 0);
	tun = fds[1];
	tun_given(base, fds[0]);
	peer = bound_udp(&peer_at);
	udp_given(base, 4, 0, bound_udp(&plane_at));
	udp_start();
	tun_resume();
	stray_init(base, 2, 42);
	pipe_pair(fds);
	stray_pipe_given(1, fds[0]);
	ike = pipe_new(base, fds[1], &proto_ike_esp, SIDE_A, &ops, NULL);
	return (0);
}

static inline int
fresh(void **state)
{
	(void)state;
	mem = help_arena();
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
	memcpy(before, counts, sizeof(before));
	mappings = strays = tellings = 0;
	return (0);
}

static inline void
drain(int fd)
{
	uint8_t p[4096];

	tun_flush();
	while (recv(fd, p, sizeof(p), 0) > 0)
		;
}

static inline int
done(void **state)
{
	(void)state;
	spd_clear();
	sa_detach();
	munmap(mem, HELP_SIZE);
	drain(tun);
	drain(peer);
	return (0);
}

static inline void
assert_count(unsigned int id, uint64_t n)
{
	if (counts[id] - before[id] != n)
		fail_msg("%s: %llu, not %llu", count_name(id),
		    (unsigned long long)(counts[id] - before[id]),
		    (unsigned long long)n);
}

/* Everything that is ready, twice: what one made ready too. */
static inline void
turn(void)
{
	int i;

	for (i = 0; i < 4; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Runs the plane until the counter has moved. */
static inline void
until(unsigned int id, uint64_t n)
{
	struct pollfd idle = { -1, 0, 0 };
	int i;

	for (i = 0; i < WAIT_MS && counts[id] - before[id] < n; i++) {
		turn();
		if (counts[id] - before[id] < n)
			poll(&idle, 1, 1);
	}
	assert_count(id, n);
}

/* What the host sends and takes, with the header of a TUN. */
static inline ssize_t
host_sends_v(const struct virtio_net_hdr *v, const uint8_t *p, size_t len)
{
	struct iovec iov[2] = {
		{ (void *)(uintptr_t)v, sizeof(*v) },
		{ (void *)(uintptr_t)p, len }
	};
	ssize_t n = writev(tun, iov, 2);

	return (n == -1 ? -1 : n - (ssize_t)sizeof(*v));
}

static inline ssize_t
host_sends(const uint8_t *p, size_t len)
{
	static const struct virtio_net_hdr plain;

	return (host_sends_v(&plain, p, len));
}

static inline ssize_t
take(int fd, struct virtio_net_hdr *v, uint8_t *p, size_t size)
{
	struct iovec iov[2] = { { v, sizeof(*v) }, { p, size } };
	ssize_t n;

	if (fd != tun)
		return (recv(fd, p, size, 0));
	n = readv(fd, iov, 2);
	return (n == -1 ? -1 : n - (ssize_t)sizeof(*v));
}

static inline ssize_t
receive_v(int fd, struct virtio_net_hdr *v, uint8_t *p, size_t size)
{
	struct pollfd pfd = { fd, POLLIN, 0 };
	int i;

	for (i = 0; i < WAIT_MS; i++) {
		turn();
		if (poll(&pfd, 1, 1) == 1)
			return (take(fd, v, p, size));
	}
	fail_msg("nothing came");
	return (-1);
}

static inline ssize_t
receive(int fd, uint8_t *p, size_t size)
{
	struct virtio_net_hdr v;

	return (receive_v(fd, &v, p, size));
}

static inline void
nothing(int fd)
{
	uint8_t p[64];

	turn();
	assert_int_equal(recv(fd, p, sizeof(p), 0), -1);
}

static inline struct me_sa_add
pair(uint32_t handle, uint32_t spi)
{
	struct me_sa_add m = help_add(handle, spi);

	m.local = plane_at;
	m.remote = peer_at;
	return (m);
}

/* The peer's side of a pair: keys are alike both ways. */
static inline struct seal *
peer_seal(const struct me_sa_add *m, int out)
{
	struct seal *s = seal_new(&m->suite, out, m->encr_in, m->encr_in_len,
	    m->integ_in, m->integ_in_len);

	assert_non_null(s);
	return (s);
}

static inline void
send_to_plane(int fd, const uint8_t *p, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t slen = sock_to(&plane_at, &ss);

	assert_int_equal(sendto(fd, p, len, 0, (struct sockaddr *)&ss, slen),
	    len);
}

/* Seals an inner packet as the peer and sends it. */
static inline size_t
peer_sends(const struct me_sa_add *m, uint64_t seq, const uint8_t *inner,
    size_t len, uint8_t next, uint8_t *esp)
{
	struct seal *s = peer_seal(m, 1);
	long n;

	memcpy(esp + seal_head(s), inner, len);
	n = seal_packet(s, m->spi_in, seq, esp, len, next);
	assert_true(n > 0);
	seal_free(s);
	send_to_plane(peer, esp, n);
	return (n);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, fresh, done)

#endif /* ESP_FLOW_H */
