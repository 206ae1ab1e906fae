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
 * Two ikd-esp processes as the suite starts them (esp_lab.h).  Pings go
 * through; one plane is killed and another goes on with its arena.  With the
 * arguments "bench N" it sends N small and N large datagrams instead and
 * prints what each plane's processor time was per packet.
 */
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "addr.h"
#include "esp_lab.h"
#include "pipe.h"

static void
ping(const char *options, const char *net)
{
	if (lab_run(&lab_a, "ping -n -i 0.02 -W 5 %s %s1 >/dev/null", options,
	    net) != 0)
		fail_msg("ping %s %s1", options, net);
}

/*
 * Until pair n has carried so many each way: a ping whose processor was busy
 * ends before its last answers are there.
 */
static void
carried(uint32_t n, uint64_t packets)
{
	LAB_UNTIL(lab_counters(&lab_a, n).in_packets >= packets &&
	    lab_counters(&lab_b, n).in_packets >= packets);
}

static void
test_ping(void **state)
{
	struct wt_counters c;
	int six;

	(void)state;
	for (six = 0; six < 2; six++) {
		lab_add_both(1, six);
		ping("-c 20", lab_b.net4);
		ping("-c 20", lab_b.net6);
		carried(1, 40);
		c = lab_counters(&lab_a, 1);
		assert_int_equal(c.out_packets, 40);
		assert_int_equal(c.in_packets, 40);
		c = lab_counters(&lab_b, 1);
		assert_int_equal(c.out_packets, 40);
		assert_int_equal(c.replays + c.bad_icv + c.bad_ts, 0);
		lab_delete_both(1);
	}
	lab_check_wire();
}

/* Whole, cut by the host, and refused by the plane with a hint. */
static void
test_sizes(void **state)
{
	(void)state;
	lab_add_both(2, 0);
	ping("-c 2 -M do -s 1372", lab_b.net4);
	ping("-c 2 -s 6000", lab_b.net4);
	ping("-c 2 -s 6000", lab_b.net6);
	/* The wire gets narrower: learnt, told, then cut by the host. */
	assert_int_equal(lab_run(&lab_a, "ip link set v0 mtu 1280"), 0);
	assert_int_equal(lab_run(&lab_b, "ip link set v0 mtu 1280"), 0);
	(void)lab_run(&lab_a, "ping -n -c 3 -i 0.1 -W 1 -M do -s 1300 %s1 "
	    ">/dev/null 2>&1", lab_b.net4);
	assert_true(lab_plane(&lab_a, "path mtu changes") > 0);
	assert_int_equal(lab_run(&lab_a, "ip route get %s1 | "
	    "grep -q 'mtu 1218'", lab_b.net4), 0);
	ping("-c 2 -M do -s 1190", lab_b.net4);
	ping("-c 2 -s 3000", lab_b.net4);
	assert_true(lab_plane(&lab_a, "icmp too big sent") > 0);
	assert_int_equal(lab_run(&lab_a, "ip link set v0 mtu 1500"), 0);
	assert_int_equal(lab_run(&lab_b, "ip link set v0 mtu 1500"), 0);
	lab_delete_both(2);
	lab_check_wire();
}

/* The first packet makes the SA come, and is not lost. */
static void
test_trap(void **state)
{
	struct me_idle m;
	struct me_sa_add sa = lab_half(&lab_a, 3, 0);
	int status;
	pid_t pid;

	(void)state;
	memset(&m, 0, sizeof(m));
	m.tunnel = m.child = 1;
	m.action = IDLE_TRAP;
	m.ts_local_n = m.ts_remote_n = 2;
	memcpy(m.ts_local, sa.ts_local, sizeof(m.ts_local));
	memcpy(m.ts_remote, sa.ts_remote, sizeof(m.ts_remote));
	pipe_send(lab_a.pipe, M_SET_IDLE_ROW, &m, -1);
	lab_a.acquires = 0;
	/* Answered in turn: the row stands before the packet is there. */
	(void)lab_plane(&lab_a, "icmp too big sent");
	pid = lab_begin(&lab_a, "ping -n -c 1 -W 8 %s1 >/dev/null", lab_b.net4);
	LAB_UNTIL(lab_a.acquires == 1);
	assert_int_equal(lab_a.acquire.tunnel, 1);
	assert_int_equal(lab_a.acquire.dst.proto, IPPROTO_ICMP);
	assert_int_equal(lab_a.acquire.dst.lo[3], 1);
	lab_add_both(3, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(lab_counters(&lab_a, 3).out_packets, 1);
	m.action = IDLE_NONE;
	pipe_send(lab_a.pipe, M_SET_IDLE_ROW, &m, -1);
	lab_delete_both(3);
	/* Without SA and policy nothing goes anywhere. */
	assert_int_not_equal(lab_run(&lab_a, "ping -n -c 1 -W 1 %s1 >/dev/null",
	    lab_b.net4), 0);
	assert_true(lab_plane(&lab_a, "drop: no sa and no policy") > 0);
	lab_check_wire();
}

/* Killed; the next goes on with the same keys, and no number comes twice. */
static void
test_kill(void **state)
{
	struct wt_counters c;
	int i;

	(void)state;
	lab_add_both(4, 0);
	ping("-c 20", lab_b.net4);
	carried(4, 20);
	for (i = 0; i < 3; i++) {
		lab_kill_plane(i % 2 ? &lab_b : &lab_a);
		lab_start_plane(i % 2 ? &lab_b : &lab_a);
		ping("-c 10", lab_b.net4);
		carried(4, 30 + 10 * (unsigned int)i);
	}
	c = lab_counters(&lab_b, 4);
	assert_int_equal(c.in_packets, 50);
	assert_int_equal(c.replays + c.bad_icv, 0);
	c = lab_counters(&lab_a, 4);
	assert_int_equal(c.in_packets, 50);
	assert_int_equal(c.replays + c.bad_icv, 0);
	assert_int_equal(lab_plane(&lab_a, "drop: replay"), 0);
	lab_delete_both(4);
	lab_check_wire();
}

/* Processor time of a process, in clock ticks; of its own code in *own. */
static uint64_t
ticks(pid_t pid, uint64_t *own)
{
	unsigned long long user = 0, sys = 0;
	char path[64], line[1024], *p;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL || fgets(line, sizeof(line), f) ==
	    NULL || (p = strrchr(line, ')')) == NULL ||
	    sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
	    "%llu %llu", &user, &sys) != 2)
		fail_msg("%s", path);
	fclose(f);
	*own = user;
	return (user + sys);
}

/* Sends n datagrams of len octets from A to B at a pace that is not lossy. */
static void
bench_run(uint32_t pair, unsigned int n, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons(9999) };
	static uint8_t data[1400];
	struct wt_addr addr;
	unsigned int i, before;
	uint64_t ta, tb, ua, ub, ua0, ub0;
	double us;
	int fd;

	lab_add_both(pair, 0);
	lab_enter(&lab_a);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(addr_parse("10.2.0.1", &addr), 0);
	memcpy(&to.sin_addr, addr.a, 4);
	ta = ticks(lab_a.pid, &ua0);
	tb = ticks(lab_b.pid, &ub0);
	for (i = 0; i < n; i++) {
		sendto(fd, data, len, 0, (struct sockaddr *)&to, sizeof(to));
		if (i % 32 == 31)
			usleep(100);
	}
	/* Until what is on the way has come. */
	i = 0;
	do {
		before = i;
		usleep(100000);
		i = (unsigned int)lab_counters(&lab_b, pair).in_packets;
	} while (i != before);
	us = 1e6 / (double)sysconf(_SC_CLK_TCK);
	ta = ticks(lab_a.pid, &ua) - ta;
	tb = ticks(lab_b.pid, &ub) - tb;
	printf("# %zu octets: %u sent, %u arrived, CPU %.2f + %.2f us a "
	    "packet, of it user space %.2f + %.2f\n", len, n, i,
	    (double)ta * us / n, (double)tb * us / i,
	    (double)(ua - ua0) * us / n, (double)(ub - ub0) * us / i);
	lab_delete_both(pair);
	close(fd);
}

static unsigned int bench_n;

static void
test_bench(void **state)
{
	(void)state;
	bench_run(9, bench_n, 64);
	bench_run(10, bench_n, 1350);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ping),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_trap),
		cmocka_unit_test(test_kill),
	};
	const struct CMUnitTest bench[] = {
		cmocka_unit_test(test_bench),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) == -1) {
		printf("1..1\nok 1 - esp_pair # SKIP needs root and "
		    "/dev/net/tun\n");
		return (0);
	}
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && strcmp(argv[1], "bench") == 0) {
		bench_n = (unsigned int)atoi(argv[2]);
		return (cmocka_run_group_tests(bench, lab_set_up,
		    lab_tear_down));
	}
	return (cmocka_run_group_tests(tests, lab_set_up, lab_tear_down));
}
