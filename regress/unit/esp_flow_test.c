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
 * ikd/esp as a whole, in one process: a socketpair is the TUN, a UDP socket
 * on the loopback the peer, who seals and opens with the same code.
 */

#include <sys/socket.h>
#include <netinet/in.h>

#include <event2/event.h>
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
static unsigned int	 mappings, strays;
static struct mw_stray	 stray;
static uint64_t		 before[CNT_MAX];

static void
on_stray(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	stray = *(const struct mw_stray *)body;
	strays++;
}

static void
on_mapping(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)fd;
	mapping = *(const struct mw_mapping *)body;
	mappings++;
}

static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	(void)ctx;
	(void)p;
	fail_msg("pipe: %s", why == NULL ? "closed" : why);
}

static int
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

static int
start(void **state)
{
	static const struct pipe_handler handlers[] = {
		{ M_STRAY, on_stray }, { M_MAPPING, on_mapping }, { 0, NULL }
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
	stray_init(base, 2, 42);
	pipe_pair(fds);
	stray_pipe_given(1, fds[0]);
	ike = pipe_new(base, fds[1], &proto_ike_esp, SIDE_A, &ops, NULL);
	return (0);
}

static int
fresh(void **state)
{
	(void)state;
	mem = help_arena();
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
	memcpy(before, counts, sizeof(before));
	mappings = strays = 0;
	return (0);
}

static int
done(void **state)
{
	uint8_t p[4096];

	(void)state;
	spd_clear();
	sa_detach();
	munmap(mem, HELP_SIZE);
	while (recv(tun, p, sizeof(p), 0) > 0 || recv(peer, p, sizeof(p), 0) > 0)
		;
	return (0);
}

static void
assert_count(unsigned int id, uint64_t n)
{
	if (counts[id] - before[id] != n)
		fail_msg("%s: %llu, not %llu", count_name(id),
		    (unsigned long long)(counts[id] - before[id]),
		    (unsigned long long)n);
}

/* Everything that is ready, twice: what one made ready too. */
static void
turn(void)
{
	int i;

	for (i = 0; i < 4; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Runs the plane until the counter has moved. */
static void
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

static ssize_t
receive(int fd, uint8_t *p, size_t size)
{
	struct pollfd pfd = { fd, POLLIN, 0 };
	int i;

	for (i = 0; i < WAIT_MS; i++) {
		turn();
		if (poll(&pfd, 1, 1) == 1)
			return (recv(fd, p, size, 0));
	}
	fail_msg("nothing came");
	return (-1);
}

static void
nothing(int fd)
{
	uint8_t p[64];

	turn();
	assert_int_equal(recv(fd, p, sizeof(p), 0), -1);
}

static struct me_sa_add
pair(uint32_t handle, uint32_t spi)
{
	struct me_sa_add m = help_add(handle, spi);

	m.local = plane_at;
	m.remote = peer_at;
	return (m);
}

/* The peer's side of a pair: keys are alike both ways. */
static struct seal *
peer_seal(const struct me_sa_add *m, int out)
{
	struct seal *s = seal_new(&m->suite, out, m->encr_in, m->encr_in_len,
	    m->integ_in, m->integ_in_len);

	assert_non_null(s);
	return (s);
}

static void
send_to_plane(int fd, const uint8_t *p, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t slen = sock_to(&plane_at, &ss);

	assert_int_equal(sendto(fd, p, len, 0, (struct sockaddr *)&ss, slen),
	    len);
}

/* Seals an inner packet as the peer and sends it. */
static size_t
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

static void
test_out_and_in(void **state)
{
	static const uint16_t suites[][3] = {
		{ ENCR_AES_GCM_16, 128, 0 }, { ENCR_AES_GCM_16, 256, 0 },
		{ ENCR_CHACHA20_POLY1305, 0, 0 },
		{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA2_256_128 },
		{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_512_256 },
		{ ENCR_3DES, 0, INTEG_HMAC_SHA1_96 },
	};
	uint8_t p[200], got[300], esp[400], *inner, next;
	struct me_sa_add m;
	struct seal *s;
	size_t i, n;
	ssize_t r;

	(void)state;
	for (i = 0; i < 2 * sizeof(suites) / sizeof(suites[0]); i++) {
		m = pair(1, SPI);
		help_keys(&m, suites[i / 2][0], suites[i / 2][1],
		    suites[i / 2][2]);
		m.suite.esn = i % 2;
		help_must_add(&m);
		n = help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 5, 6, 150);
		assert_int_equal(send(tun, p, n, 0), n);
		r = receive(peer, got, sizeof(got));
		assert_int_equal(be32(got), SPI);
		assert_int_equal(be32(got + 4), 1);
		s = peer_seal(&m, 0);
		assert_int_equal(seal_open(s, 1, got, r, &inner, &next), n);
		assert_memory_equal(inner, p, n);
		seal_free(s);
		n = help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 150);
		peer_sends(&m, 1, p, n, 4, esp);
		assert_int_equal(receive(tun, got, sizeof(got)), n);
		assert_memory_equal(got, p, n);
		sa_delete(sa_by_handle(1));
	}
	assert_count(CNT_UDP_SENT, 12);
	assert_count(CNT_TUN_WRITTEN, 12);
}

static void
test_inner6(void **state)
{
	uint8_t p[200], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);
	size_t n;

	(void)state;
	m.ts_local[0] = help_ts("2001:db8:1::/48");
	m.ts_remote[0] = help_ts("2001:db8:2::/48");
	help_must_add(&m);
	n = help_ip6(p, "2001:db8:1::1", "2001:db8:2::1", 17, 1, 2, 100);
	assert_int_equal(send(tun, p, n, 0), n);
	receive(peer, got, sizeof(got));
	n = help_ip6(p, "2001:db8:2::1", "2001:db8:1::1", 17, 1, 2, 100);
	peer_sends(&m, 1, p, n, 41, esp);
	assert_int_equal(receive(tun, got, sizeof(got)), n);
	/* A next header that does not fit the packet. */
	peer_sends(&m, 2, p, n, 4, esp);
	until(CNT_DROP_INNER, 1);
	nothing(tun);
}

static void
test_replay(void **state)
{
	uint8_t p[100], got[300], esp[400], copy[400];
	struct me_sa_add m = pair(1, SPI);
	size_t n;

	(void)state;
	help_must_add(&m);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	n = peer_sends(&m, 2000, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	/* peer_sends() left the packet as it went out. */
	memcpy(copy, esp, n);
	send_to_plane(peer, copy, n);
	until(CNT_DROP_REPLAY, 1);
	peer_sends(&m, 2000 - 1023, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	peer_sends(&m, 2000 - 1024, p, 100, 4, esp);
	until(CNT_DROP_REPLAY, 2);
	peer_sends(&m, 0, p, 100, 4, esp);
	until(CNT_DROP_REPLAY, 3);
	/* A forged packet far ahead does not move the window. */
	put32(copy + 4, 0xffff0000);
	send_to_plane(peer, copy, n);
	until(CNT_DROP_ICV, 1);
	peer_sends(&m, 1999, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	assert_int_equal(sa_by_handle(1)->rec->n.replays, 3);
	assert_int_equal(sa_by_handle(1)->rec->n.bad_icv, 1);
	nothing(tun);
}

/* Killed, and on with the same arena: no number twice, no replay in. */
static void
test_restart(void **state)
{
	uint8_t p[100], got[300], esp[400], copy[400];
	struct me_sa_add m = pair(1, SPI);
	uint32_t seq;
	size_t n;

	(void)state;
	help_must_add(&m);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	send(tun, p, 100, 0);
	receive(peer, got, sizeof(got));
	seq = be32(got + 4);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	n = peer_sends(&m, 9, p, 100, 4, copy);
	receive(tun, got, sizeof(got));
	sa_detach();
	assert_null(sa_attach_memory(mem, HELP_SIZE, help_on_lost));
	send_to_plane(peer, copy, n);
	until(CNT_DROP_REPLAY, 1);
	peer_sends(&m, 10, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	send(tun, p, 100, 0);
	receive(peer, got, sizeof(got));
	assert_true(be32(got + 4) > seq);
}

/* RFC 4301 section 5.2: what is in the tunnel must be of the tunnel. */
static void
test_selectors_in(void **state)
{
	uint8_t p[100], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	m.ts_local[0].proto = m.ts_remote[0].proto = 17;
	m.ts_local[0].port_lo = m.ts_local[0].port_hi = 53;
	help_must_add(&m);
	help_ip4(p, "10.3.0.1", "10.1.0.1", 17, 6, 53, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	help_ip4(p, "10.2.0.1", "10.4.0.1", 17, 6, 53, 100);
	peer_sends(&m, 2, p, 100, 4, esp);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 6, 6, 53, 100);
	peer_sends(&m, 3, p, 100, 4, esp);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 54, 100);
	peer_sends(&m, 4, p, 100, 4, esp);
	until(CNT_DROP_TS_IN, 4);
	assert_int_equal(sa_by_handle(1)->rec->n.bad_ts, 4);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 53, 100);
	peer_sends(&m, 5, p, 100, 4, esp);
	until(CNT_TUN_WRITTEN, 1);
}

static void
test_dummy_and_padding(void **state)
{
	uint8_t p[200], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	help_must_add(&m);
	memset(p, 0xee, sizeof(p));
	peer_sends(&m, 1, p, 60, 59, esp);
	until(CNT_DUMMY, 1);
	nothing(tun);
	/* TFC padding behind the packet is cut off. */
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 2, p, 180, 4, esp);
	assert_int_equal(receive(tun, got, sizeof(got)), 100);
	peer_sends(&m, 3, p, 100, 17, esp);
	until(CNT_DROP_NEXT, 1);
	peer_sends(&m, 4, p, 99, 4, esp);
	until(CNT_DROP_INNER, 1);
}

static void
test_not_esp(void **state)
{
	uint8_t p[100] = { 0xff };

	(void)state;
	send_to_plane(peer, p, 1);
	until(CNT_KEEPALIVE, 1);
	send_to_plane(peer, p, 3);
	until(CNT_DROP_RUNT, 1);
	send_to_plane(peer, p, 7);
	until(CNT_DROP_RUNT, 2);
	send_to_plane(peer, p, 50);
	until(CNT_DROP_NO_SA, 1);
	memset(p, 0, 20);
	send_to_plane(peer, p, 20);
	until(CNT_DROP_STRAY_BAD, 1);
	nothing(tun);
}

static void
test_stray(void **state)
{
	uint8_t p[4 + 40] = { 0 };

	(void)state;
	p[4] = 5;			/* SPIi: slot 5, worker 1 of 2 */
	p[4 + 8] = 9;
	p[4 + 17] = 0x20;
	put32(p + 4 + 24, 40);
	send_to_plane(peer, p, sizeof(p));
	until(CNT_STRAY, 1);
	turn();
	assert_int_equal(strays, 1);
	assert_int_equal(stray.data.len, sizeof(p));
	assert_int_equal(sock_cmp(&stray.remote, &peer_at), 0);
	assert_int_equal(addr_cmp(&stray.local.addr, &plane_at.addr), 0);
	/* The initiator's flag: the slot stands in SPIr; so does version 1's. */
	assert_int_equal(stray_slot(p + 4, 40, 42), 5);
	p[4 + 19] = 0x08;
	assert_int_equal(stray_slot(p + 4, 40, 42), 9);
	p[4 + 8] = 0;
	assert_in_range(stray_slot(p + 4, 40, 42), 0, 63);
	p[4 + 17] = 0x10;
	assert_int_equal(stray_slot(p + 4, 40, 42), 0);
	p[4 + 17] = 0x20;
	assert_int_equal(stray_slot(p + 4, 39, 42), -1);
}

/* From elsewhere: delivered and told, but we send as before. */
static void
test_mapping(void **state)
{
	uint8_t p[100], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);
	struct wt_sock moved;
	struct seal *s;
	int fd, i;
	long n;

	(void)state;
	help_must_add(&m);
	fd = bound_udp(&moved);
	s = peer_seal(&m, 1);
	for (i = 1; i <= 3; i++) {
		help_ip4(esp + seal_head(s), "10.2.0.1", "10.1.0.1", 17, 6, 5,
		    100);
		n = seal_packet(s, SPI, i, esp, 100, 4);
		send_to_plane(fd, esp, n);
		receive(tun, got, sizeof(got));
	}
	seal_free(s);
	turn();
	assert_int_equal(mappings, 1);		/* once a second */
	assert_int_equal(mapping.spi_in, SPI);
	assert_int_equal(sock_cmp(&mapping.remote, &moved), 0);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	send(tun, p, 100, 0);
	receive(peer, got, sizeof(got));
	assert_int_equal(sa_move(sa_by_handle(1), &plane_at, &moved), RSN_OK);
	send(tun, p, 100, 0);
	receive(fd, got, sizeof(got));
	close(fd);
	/* A forged packet tells nobody anything. */
	mappings = 0;
	memset(esp, 0, 100);
	put32(esp, SPI);
	put32(esp + 4, 77);
	send_to_plane(peer, esp, 100);
	until(CNT_DROP_ICV, 1);
	turn();
	assert_int_equal(mappings, 0);
}

static void
test_ecn(void **state)
{
	uint8_t p[100], got[300], esp[400], control[64];
	struct me_sa_add m = pair(1, SPI);
	struct iovec iov = { got, sizeof(got) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct pollfd pfd = { peer, POLLIN, 0 };
	int tos = 3, i;

	(void)state;
	help_must_add(&m);
	/* Outer: copied. */
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	ecn_set(p, 0xb8 | 2);
	send(tun, p, 100, 0);
	for (i = 0; i < WAIT_MS && poll(&pfd, 1, 1) != 1; i++)
		turn();
	h.msg_control = control;
	h.msg_controllen = sizeof(control);
	assert_true(recvmsg(peer, &h, 0) > 0);
	assert_int_equal(*(uint8_t *)CMSG_DATA(CMSG_FIRSTHDR(&h)), 0xb8 | 2);
	/* Inner: marked if it may be, dropped if it may not. */
	assert_int_equal(setsockopt(peer, IPPROTO_IP, IP_TOS, &tos,
	    sizeof(tos)), 0);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	until(CNT_DROP_ECN, 1);
	ecn_set(p, 2);
	peer_sends(&m, 2, p, 100, 4, esp);
	assert_int_equal(receive(tun, got, sizeof(got)), 100);
	assert_int_equal(ecn_get(got), 3);
	assert_int_equal(cksum_end(cksum_add(0, got, 20)), 0);
	tos = 0;
	setsockopt(peer, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
}

/* The three cases of RFC 4301 section 8.2.1. */
static void
test_sizes(void **state)
{
	uint8_t p[2000], got[2100], *inner, next;
	struct me_sa_add m = pair(1, SPI);
	struct sa *sa;
	struct seal *s;
	ssize_t r;

	(void)state;
	sa = help_must_add(&m);
	sa->mtu = 1000;
	sa->mtu_until = now_s() + 100;
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 1300);
	put16(p + 6, 0x4000);
	send(tun, p, 1300, 0);
	r = receive(tun, got, sizeof(got));
	assert_int_equal(r, 20 + 8 + 528);
	assert_int_equal(be16(got + 26), 1000 - 62);
	assert_count(CNT_TOO_BIG, 1);
	nothing(peer);
	/* No DF: two fragments, each in a packet of its own. */
	put16(p + 6, 0);
	send(tun, p, 1300, 0);
	s = peer_seal(&m, 0);
	r = receive(peer, got, sizeof(got));
	assert_true(r + 28 <= 1000);
	r = seal_open(s, 1, got, r, &inner, &next);
	assert_int_equal(be16(inner + 6), 0x2000);
	assert_int_equal(r, 932);
	r = receive(peer, got, sizeof(got));
	r = seal_open(s, 2, got, r, &inner, &next);
	assert_int_equal(be16(inner + 6), 912 / 8);
	assert_int_equal(r, 1300 - 912);
	seal_free(s);
	/* DF, but nobody may be told less than 576. */
	sa->mtu = 576;
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 570);
	put16(p + 6, 0x4000);
	send(tun, p, 570, 0);
	assert_true(receive(peer, got, sizeof(got)) > 570);
}

static struct me_idle
row(uint8_t action)
{
	struct me_idle m;

	memset(&m, 0, sizeof(m));
	m.tunnel = m.child = 1;
	m.action = action;
	m.ts_local_n = m.ts_remote_n = 1;
	m.ts_local[0] = help_ts("10.1.0.0/16");
	m.ts_remote[0] = help_ts("10.2.0.0/16");
	return (m);
}

static void
test_trap(void **state)
{
	uint8_t p[100], got[300], *inner, next;
	struct me_idle m = row(IDLE_TRAP);
	struct me_sa_add add = pair(1, SPI);
	struct seal *s;
	ssize_t r;
	int i;

	(void)state;
	spd_set_idle(&m);
	for (i = 0; i < 3; i++) {
		help_ip4(p, "10.1.0.1", "10.2.0.1", 17, i, 5, 100);
		send(tun, p, 100, 0);
	}
	until(CNT_HELD, 3);
	assert_count(CNT_ACQUIRE, 1);
	nothing(peer);
	help_must_add(&add);
	held_release(1, 1, outbound_held);
	udp_flush();
	s = peer_seal(&add, 0);
	for (i = 0; i < 3; i++) {
		r = receive(peer, got, sizeof(got));
		r = seal_open(s, i + 1, got, r, &inner, &next);
		assert_int_equal(r, 100);
		assert_int_equal(be16(inner + 20), i);
	}
	seal_free(s);
	assert_int_equal(held_count(), 0);
}

/* Nothing leaves in clear, whatever the row says. */
static void
test_rows(void **state)
{
	uint8_t p[100];
	struct me_idle m = row(IDLE_DROP);

	(void)state;
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 1, 5, 100);
	send(tun, p, 100, 0);
	until(CNT_DROP_NO_POLICY, 1);
	spd_set_idle(&m);
	send(tun, p, 100, 0);
	until(CNT_DROP_IDLE, 1);
	m.action = IDLE_PASS;
	spd_set_idle(&m);
	send(tun, p, 100, 0);
	until(CNT_DROP_PASS, 1);
	p[0] = 0;
	send(tun, p, 100, 0);
	until(CNT_DROP_OUT_PARSE, 1);
	nothing(peer);
	nothing(tun);
}

/* A rekey by the peer: its first packet on the new pair turns us over. */
static void
test_hold(void **state)
{
	uint8_t p[100], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	help_must_add(&m);
	m = pair(2, SPI + 1);
	m.hold_out = 1;
	m.replaces = 1;
	help_must_add(&m);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	send(tun, p, 100, 0);
	receive(peer, got, sizeof(got));
	assert_int_equal(be32(got), SPI);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	receive(tun, got, sizeof(got));
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	send(tun, p, 100, 0);
	receive(peer, got, sizeof(got));
	assert_int_equal(be32(got), SPI + 1);
}

static void
test_expire(void **state)
{
	uint8_t p[100], got[300], esp[400];
	struct me_sa_add m = pair(1, SPI);

	(void)state;
	m.hard_packets = 1;
	help_must_add(&m);
	help_ip4(p, "10.1.0.1", "10.2.0.1", 17, 6, 5, 100);
	send(tun, p, 100, 0);
	receive(peer, got, sizeof(got));
	send(tun, p, 100, 0);
	until(CNT_DROP_EXPIRED, 1);
	assert_count(CNT_EXPIRE, 1);
	help_ip4(p, "10.2.0.1", "10.1.0.1", 17, 6, 5, 100);
	peer_sends(&m, 1, p, 100, 4, esp);
	until(CNT_DROP_EXPIRED, 2);
	assert_count(CNT_EXPIRE, 1);
	nothing(tun);
}

/* More than a batch at once, in their order. */
static void
test_many(void **state)
{
	uint8_t p[100], got[300];
	struct me_sa_add m = pair(1, SPI);
	uint32_t i, sent = 0, seen = 0;
	ssize_t r;

	(void)state;
	help_must_add(&m);
	while (seen < 500) {
		for (i = 0; i < 100 && sent < 500; i++, sent++) {
			help_ip4(p, "10.1.0.1", "10.2.0.1", 17, sent, 5, 100);
			if (send(tun, p, 100, 0) != 100)
				break;
		}
		r = receive(peer, got, sizeof(got));
		do {
			assert_int_equal(be32(got + 4), ++seen);
		} while ((r = recv(peer, got, sizeof(got), 0)) > 0);
	}
}

#define T(f)	cmocka_unit_test_setup_teardown(f, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_out_and_in), T(test_inner6), T(test_replay),
		T(test_restart), T(test_selectors_in),
		T(test_dummy_and_padding), T(test_not_esp), T(test_stray),
		T(test_mapping), T(test_ecn), T(test_sizes), T(test_trap),
		T(test_rows), T(test_hold), T(test_expire), T(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, start, NULL));
}
