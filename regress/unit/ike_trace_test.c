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
 * What is shown to `ikectl trace`, to whom, and how much of it: datagrams by
 * tunnel, by address, and while the tunnel is not known; keys once, and only
 * on a pair of sockets that root made; what finds no room is counted.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ikd/ike/ike.h"
#include "../../ikd/ike/ike_const.h"
#include "../../ikd/ike/policy.h"
#include "../../ikd/ike/session.h"
#include "addr.h"
#include "pipe.h"
#include "proto_trace.h"
#include "roles.h"
#include "snap.h"

#define NOBODY	65534

static struct ike	*ike;
static unsigned int	 packets, keys, notes;
static uint32_t		 lost;
static struct mp_keys	 last_keys;

static uint64_t
env_now(void *ctx)
{
	(void)ctx;
	return (1000);
}

static void
env_wake(void *ctx, uint64_t ms)
{
	(void)ctx;
	(void)ms;
}

static void
env_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 7, len);
}

static int
env_to(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	(void)type;
	(void)body;
	return (PIPE_CLOSED);
}

static const struct ike_env env = {
	.now_ms = env_now, .wake_at = env_wake, .random = env_random,
	.to_sign = env_to, .to_certd = env_to, .to_tmd = env_to,
	.to_parent = env_to,
};

/* Tunnel 3 is with 192.0.2.3 alone, tunnel 4 with anybody of 198.51.100/24. */
static struct policy *
make_policy(void)
{
	static struct sn_tunnel_ike t;
	static struct sn_ike row;
	struct snap_writer *w = snap_open(ROLE_IKE, 1);
	struct policy *p = NULL;
	int fd;

	snap_put(w, SNAP_IKE, &row);
	t.remote_n = 1;
	t.tunnel = 3;
	prefix_parse("192.0.2.3", &t.remote[0]);
	snap_put(w, SNAP_TUNNEL_IKE, &t);
	t.tunnel = 4;
	prefix_parse("198.51.100.0/24", &t.remote[0]);
	snap_put(w, SNAP_TUNNEL_IKE, &t);
	fd = snap_close(w);
	assert_null(policy_read(fd, 1, NULL, &p));
	close(fd);
	return (p);
}

static int
set_up(void **state)
{
	(void)state;
	ike = ike_new(&env, 1);
	ike->policy = make_policy();
	packets = keys = notes = lost = 0;
	return (0);
}

static int
tear_down(void **state)
{
	(void)state;
	ike_free(ike);
	return (0);
}

static void
on_row(void *ctx, const struct msg_row *row, const void *body)
{
	const struct mp_packet *p = body;

	(void)ctx;
	switch (row->type) {
	case M_TRACED:
		packets++;
		lost += p->lost;
		break;
	case M_TRACE_KEYS:
		keys++;
		last_keys = *(const struct mp_keys *)body;
		break;
	default:
		notes++;
	}
}

/* Reads all that was shown. */
static void
look(int fd)
{
	static uint8_t rec[PIPE_RECORD];
	ssize_t n;

	packets = keys = notes = lost = 0;
	while ((n = recv(fd, rec, sizeof(rec), MSG_DONTWAIT)) > 0)
		assert_null(pipe_check_record(&proto_trace, SIDE_B, PH_RUN,
		    rec, (size_t)n, 0, on_row, NULL));
}

static int
begin(uint32_t req, uint32_t tunnel, const char *peer, int want_keys)
{
	struct mx_trace m = { .req = req, .tunnel = tunnel,
	    .keys = (uint8_t)want_keys };
	int fds[2];

	if (peer != NULL)
		addr_parse(peer, &m.peer);
	pipe_pair(fds);
	trace_begin(ike, &m, fds[1]);
	return (fds[0]);
}

/* A message of these SPIs to a peer. */
static void
pass(const uint8_t spi_i[8], const uint8_t spi_r[8], const char *to)
{
	struct wt_sock local = { .port = 500 }, remote = { .port = 500 };
	uint8_t buf[HDR_LEN + 4] = { 0 };

	memcpy(buf, spi_i, 8);
	memcpy(buf + 8, spi_r, 8);
	addr_parse("192.0.2.1", &local.addr);
	addr_parse(to, &remote.addr);
	trace_packet(ike, 1, &local, &remote, 0, buf, sizeof(buf));
}

static const uint8_t ours[8] = { 1, 1 }, theirs[8] = { 9, 9 }, none[8];

static struct session *
session_of_tunnel(uint32_t tunnel)
{
	struct session *s = session_new(ike, 0, ours);
	struct ike_keys k = { 0 };

	memcpy(s->spi_i, theirs, 8);
	memcpy(s->spi_r, ours, 8);
	s->tunnel = tunnel;
	s->suite.prf = 5;
	s->suite.encr = 20;
	s->suite.encr_bits = 128;
	k.e_len = 20;
	memset(k.ei, 0xaa, 20);
	memset(k.er, 0xbb, 20);
	assert_int_equal(session_set_keys(s, &k), 0);
	return (s);
}

static void
test_which(void **state)
{
	int t3 = begin(1, 3, NULL, 0), t4 = begin(2, 4, NULL, 0);
	int all = begin(3, 0, "198.51.100.9", 0);
	struct session *s;

	(void)state;
	/* No session: where it may belong. */
	pass(theirs, none, "192.0.2.3");
	pass(theirs, none, "198.51.100.9");
	pass(theirs, none, "203.0.113.1");
	look(t3);
	assert_int_equal(packets, 1);
	look(t4);
	assert_int_equal(packets, 1);
	look(all);
	assert_int_equal(packets, 1);
	/* A session that is tunnel 3's, wherever its peer is now. */
	s = session_of_tunnel(3);
	pass(theirs, ours, "198.51.100.9");
	look(t3);
	assert_int_equal(packets, 1);
	look(t4);
	assert_int_equal(packets, 0);
	look(all);
	assert_int_equal(packets, 1);
	/* Not known yet: by its address again. */
	s->tunnel = 0;
	pass(theirs, ours, "198.51.100.9");
	look(t3);
	assert_int_equal(packets, 0);
	look(t4);
	assert_int_equal(packets, 1);
	assert_int_equal(keys, 0);
	close(t3);
	close(t4);
	close(all);
}

static void
test_keys(void **state)
{
	int a = begin(1, 3, NULL, 1), b = begin(2, 3, NULL, 0);

	(void)state;
	(void)session_of_tunnel(3);
	pass(theirs, ours, "192.0.2.3");
	pass(theirs, ours, "192.0.2.3");
	look(b);
	assert_int_equal(packets, 2);
	assert_int_equal(keys, 0);
	look(a);
	assert_int_equal(packets, 2);
	assert_int_equal(keys, getuid() == 0);
	if (keys != 0) {
		assert_memory_equal(last_keys.spi_i, theirs, 8);
		assert_int_equal(last_keys.ei[19], 0xaa);
		assert_int_equal(last_keys.er[19], 0xbb);
		assert_int_equal(last_keys.ei_len, 20);
		assert_int_equal(last_keys.er_len, 20);
	}
	/* Who comes later gets them too; ended, its place is another's. */
	trace_end(ike, 1);
	close(a);
	a = begin(9, 3, NULL, 1);
	pass(theirs, ours, "192.0.2.3");
	look(a);
	assert_int_equal(keys, getuid() == 0);
	close(a);
	close(b);
}

/* Somebody else's pair, and an end that a listening socket of root's makes. */
static void
test_not_root(void **state)
{
	struct mx_trace m = { .req = 1, .tunnel = 3, .keys = 1 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/trace.XXXXXX";
	int fds[2], l, a, i;

	(void)state;
	if (getuid() != 0)
		skip();
	session_of_tunnel(3);
	assert_int_equal(seteuid(NOBODY), 0);
	pipe_pair(fds);
	assert_int_equal(seteuid(0), 0);
	trace_begin(ike, &m, fds[1]);
	pass(theirs, ours, "192.0.2.3");
	look(fds[0]);
	assert_int_equal(packets, 1);
	assert_int_equal(keys, 0);
	assert_int_equal(notes, 1);
	close(fds[0]);

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/sock", dir);
	l = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(bind(l, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(chmod(sun.sun_path, 0777), 0);
	assert_int_equal(listen(l, 1), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(seteuid(i == 0 ? NOBODY : 0), 0);
		fds[0] = socket(AF_UNIX, SOCK_SEQPACKET, 0);
		assert_int_equal(connect(fds[0], (struct sockaddr *)&sun,
		    sizeof(sun)), 0);
		assert_int_equal(seteuid(0), 0);
		a = accept(l, NULL, NULL);
		assert_true(a != -1);
		/* One end or the other: both have a name to do with them. */
		trace_begin(ike, &m, i == 0 ? fds[0] : a);
		pass(theirs, ours, "192.0.2.3");
		look(i == 0 ? a : fds[0]);
		assert_int_equal(packets, 1);
		assert_int_equal(keys, 0);
		close(i == 0 ? a : fds[0]);
	}
	close(l);
	unlink(sun.sun_path);
	rmdir(dir);
}

static void
test_bounds(void **state)
{
	struct mx_trace m = { .req = 100, .tunnel = 3 };
	int fd, fds[2], more[TRACES_MAX], i, n = 0;

	(void)state;
	/* Nobody reads: lost, counted, told with the next that is not. */
	fd = begin(1, 3, NULL, 0);
	for (i = 0; i < 100000; i++)
		pass(theirs, none, "192.0.2.3");
	look(fd);
	assert_true(packets > 0 && packets < 100000);
	n = (int)packets;
	pass(theirs, none, "192.0.2.3");
	look(fd);
	assert_int_equal(packets, 1);
	assert_int_equal(lost, 100000 - n);
	/* The reader has gone. */
	close(fd);
	pass(theirs, none, "192.0.2.3");
	assert_true(LIST_EMPTY(&ike->traces));
	/* What is no such socket; too many. */
	assert_int_equal(pipe(fds), 0);
	trace_begin(ike, &m, fds[1]);
	assert_true(LIST_EMPTY(&ike->traces));
	close(fds[0]);
	for (i = 0; i < TRACES_MAX; i++)
		more[i] = begin((uint32_t)i + 1, 3, NULL, 0);
	fd = begin(50, 3, NULL, 0);
	pass(theirs, none, "192.0.2.3");
	look(fd);
	assert_int_equal(packets, 0);
	look(more[TRACES_MAX - 1]);
	assert_int_equal(packets, 1);
	trace_end_all(ike);
	for (i = 0; i < TRACES_MAX; i++)
		close(more[i]);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_which, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_root, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_bounds, set_up,
		    tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
