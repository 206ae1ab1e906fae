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
 * Snapshots of a trial where none was before; streams that nobody takes;
 * events that are lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "../../ikd/parent/asroot_route.h"
#include "../../ikd/parent/ceiling.h"
#include "../../ikd/parent/life.h"
#include "../../ikd/parent/streams.h"
#include "proto_parent_ike.h"

#define FLOOD	5000

static size_t	 queued;	/* octets for ikd-esp */
static int	 held[FLOOD];
static size_t	 nheld;

void
starter_send(struct parent *p, uint16_t type, const void *body, int fd)
{
	(void)p, (void)type, (void)body;
	if (fd != -1)
		close(fd);
}

int
ceiling_outer(uint32_t tunnel, const struct wt_addr *remote)
{
	(void)tunnel, (void)remote;
	return (1);
}

struct pipe *
parent_pipe(struct parent *p, enum role role, unsigned int inst)
{
	(void)inst;
	return (role == ROLE_ESP ? (struct pipe *)p : NULL);
}

size_t
pipe_queued(const struct pipe *p)
{
	(void)p;
	return (queued);
}

int
parent_send(struct parent *p, enum role role, unsigned int inst,
    uint16_t type, const void *body, int fd)
{
	(void)p, (void)role, (void)inst, (void)type, (void)body;
	held[nheld++] = fd;
	queued += 45;
	return (PIPE_OK);
}

/*
 * A tmd-policy that leaves a snapshot for a role on trial that had none: what
 * is gone back to is none, and no descriptor of ours.
 */
static void
test_trial(void **state)
{
	struct parent p = { .generation = 1 };
	int fd = memfd_create("snapshot", MFD_CLOEXEC);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	snaps_standby(ROLE_POLICY, fd);
	snaps_commit(&p, 2, 1);
	snaps_back();
	assert_int_equal(snaps_dup(ROLE_POLICY, 1), -1);
	snaps_base_drop();
	assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	snaps_drop_standby();
}

/* However many a stolen ikd-ike begins, few descriptors wait in the pipe. */
static void
test_flood(void **state)
{
	struct parent p = { .suite.userspace = 1 };
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	struct mi_stream m;
	unsigned int i, code = 0;
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd != -1 && bind(fd, (struct sockaddr *)&at, len) == 0 &&
	    listen(fd, 16) == 0 &&
	    getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	memset(&m, 0, sizeof(m));
	m.remote.addr.af = 4;
	memcpy(m.remote.addr.a, &at.sin_addr, 4);
	m.remote.port = ntohs(at.sin_port);
	for (i = 0; i < FLOOD; i++)
		code = streams_begin(&p, 0, &m);
	assert_int_equal(code, EBUSY);
	assert_in_range(nheld, 64, 1000);
	/* They are taken. */
	while (nheld > 0)
		close(held[--nheld]);
	queued = 0;
	assert_int_equal(streams_begin(&p, 0, &m), 0);
	assert_int_equal(nheld, 1);
	close(held[0]);
	close(fd);
}

/*
 * More events than the socket holds: a VRF may have been among those that are
 * lost, though none of the others is of one.
 */
static void
test_overrun(void **state)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd, i;

	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNET) == -1)
		skip();
	asroot_route_open();
	assert_int_equal(asroot_events() & EVENT_VRFS, 0);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ifr.ifr_flags = IFF_UP;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	i = asroot_events();
	assert_true((i & EVENT_WAYS) != 0 && (i & EVENT_VRFS) == 0);
	for (i = 0; i < 20000; i++) {
		ifr.ifr_mtu = 1500 + i % 2;
		assert_int_equal(ioctl(fd, SIOCSIFMTU, &ifr), 0);
	}
	assert_int_not_equal(asroot_events() & EVENT_VRFS, 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trial),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_overrun),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
