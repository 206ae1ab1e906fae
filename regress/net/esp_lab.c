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

/* The lab of the data plane's tests; see esp_lab.h. */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <net/if.h>
#include <netinet/in.h>

#include <event2/event.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <sched.h>
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
#include "alg.h"
#include "esp_lab.h"
#include "pipe.h"
#include "reason.h"
#include "roles.h"
#include "spawn.h"
#include "ts.h"

#define NOBODY		65534
#define PORT		4500
#define ENOUGH		5000	/* octets of a command */

struct host lab_a = { .name = "A", .outer4 = "192.0.2.1",
    .outer6 = "2001:db8::1", .net4 = "10.1.0.", .net6 = "fd01::" };
struct host lab_b = { .name = "B", .outer4 = "192.0.2.2",
    .outer6 = "2001:db8::2", .net4 = "10.2.0.", .net6 = "fd02::" };

static struct event_base	*base;
static char			 empty[] = "/tmp/esp-pair-XXXXXX";
static int			 wire = -1;	/* a packet socket on B's v0 */

void
lab_enter(const struct host *h)
{
	assert_int_equal(setns(h->ns, CLONE_NEWNET), 0);
}

/* Runs a shell command in the host's namespace; its status. */
int
lab_run(const struct host *h, const char *fmt, ...)
{
	char cmd[ENOUGH];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	lab_enter(h);
	return (system(cmd));
}

/*
 * The same, with the loop running meanwhile (the planes need us for nothing,
 * but acquires are answered).
 */
pid_t
lab_begin(const struct host *h, const char *fmt, ...)
{
	char cmd[ENOUGH];
	va_list ap;
	pid_t pid;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	lab_enter(h);
	if ((pid = fork()) == 0) {
		execl("/bin/sh", "sh", "-c", cmd, (char *)NULL);
		_exit(127);
	}
	return (pid);
}

void
lab_turn(void)
{
	struct timeval tv = { 0, 1000 };

	event_base_loopexit(base, &tv);
	event_base_loop(base, EVLOOP_ONCE);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* What the planes say. */

static void
on_ready(void *ctx, const void *body, int fd)
{
	struct host *h = ctx;

	(void)body;
	(void)fd;
	pipe_set_phase(h->pipe, PH_RUN);
	h->ready = 1;
}

static void
on_result(void *ctx, const void *body, int fd)
{
	const struct me_sa_result *m = body;
	struct host *h = ctx;

	(void)fd;
	h->answered = 1;
	h->code = m->code;
	h->counters = m->counters;
}

static void
on_count(void *ctx, const void *body, int fd)
{
	const struct me_count *m = body;
	struct host *h = ctx;

	(void)fd;
	h->counters = m->counters;
}

static void
on_end(void *ctx, const void *body, int fd)
{
	struct host *h = ctx;

	(void)body;
	(void)fd;
	h->answered = 1;
}

static void
on_acquire(void *ctx, const void *body, int fd)
{
	struct host *h = ctx;

	(void)fd;
	h->acquire = *(const struct me_acquire *)body;
	h->acquires++;
}

static void
on_plane(void *ctx, const void *body, int fd)
{
	struct host *h = ctx;

	(void)fd;
	h->plane = *(const struct me_plane *)body;
	h->answered = 1;
}

static void
on_nothing(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
}

static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	struct host *h = ctx;

	(void)p;
	if (why != NULL)
		fail_msg("plane %s: %s", h->name, why);
}

static const struct pipe_handler handlers[] = {
	{ M_READY, on_ready }, { M_PONG, on_nothing },
	{ M_PREPARED, on_nothing }, { M_COMMITTED, on_nothing },
	{ M_PEER_BROKE, on_nothing },
	{ M_SA_ADDED, on_result }, { M_SA_DELETED, on_result },
	{ M_SA_MOVED, on_result }, { M_SA_COUNT, on_count },
	{ M_SA_COUNT_END, on_end }, { M_ESP_ACQUIRE, on_acquire },
	{ M_ESP_EXPIRE, on_nothing }, { M_PLANE_INFO, on_plane },
	{ 0, NULL }
};
static const struct pipe_ops ops = { handlers, on_broken };

/* Namespaces and devices. */

static int
make_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) == -1)
		return (-1);
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	return (fd);
}

static int
udp_socket(const struct host *h, int af)
{
	struct sockaddr_in6 s6 = { .sin6_family = AF_INET6,
	    .sin6_port = htons(PORT) };
	struct sockaddr_in s4 = { .sin_family = AF_INET,
	    .sin_port = htons(PORT) };
	int fd, on = 1, buffer = 4 * 1024 * 1024;

	lab_enter(h);
	fd = socket(af, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(fd, -1);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer,
	    sizeof(buffer)), 0);
	if (af == AF_INET) {
		assert_int_equal(bind(fd, (struct sockaddr *)&s4,
		    sizeof(s4)), 0);
		return (fd);
	}
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
	    sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&s6, sizeof(s6)), 0);
	return (fd);
}

static int
tun_device(const struct host *h)
{
	unsigned long offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
	    TUN_F_TSO_ECN;
	struct ifreq ifr;
	int fd, head = 10;

	lab_enter(h);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, "ikd0", sizeof(ifr.ifr_name));
	ifr.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	assert_int_equal(ioctl(fd, TUNSETIFF, &ifr), 0);
	assert_int_equal(ioctl(fd, TUNSETVNETHDRSZ, &head), 0);
	/* With UDP's where the kernel has them: 0x20 and 0x40. */
	if (ioctl(fd, TUNSETOFFLOAD, offload | 0x60) == -1)
		assert_int_equal(ioctl(fd, TUNSETOFFLOAD, offload), 0);
	return (fd);
}

static void
make_host(struct host *h, const struct host *other)
{
	h->tun = tun_device(h);
	h->arena = memfd_create("arena", MFD_CLOEXEC);
	assert_int_not_equal(h->arena, -1);
	assert_int_equal(ftruncate(h->arena, ESP_ARENA_SIZE), 0);
	assert_int_equal(lab_run(h, "ip link set lo up && "
	    "ip addr add %s/24 dev v0 && ip addr add %s/64 dev v0 nodad && "
	    "ip link set v0 up && "
	    "ip link set ikd0 mtu 1400 txqueuelen 5000 up && "
	    "ip addr add %s1/24 dev ikd0 && "
	    "ip addr add %s1/64 dev ikd0 nodad && "
	    "ip route add %s0/24 dev ikd0 && ip route add %s/64 dev ikd0",
	    h->outer4, h->outer6, h->net4, h->net6, other->net4,
	    other->net6), 0);
	h->udp4 = udp_socket(h, AF_INET);
	h->udp6 = udp_socket(h, AF_INET6);
}

/* A pair of veth devices, one end in each namespace. */
static void
join(void)
{
	pid_t pid;
	int go[2];
	char c;

	assert_int_equal(pipe(go), 0);
	lab_enter(&lab_b);
	if ((pid = fork()) == 0) {
		close(go[1]);
		_exit(read(go[0], &c, 1) == -1);
	}
	close(go[0]);
	assert_int_equal(lab_run(&lab_a, "ip link add v0 type veth "
	    "peer name v0 netns %d", (int)pid), 0);
	close(go[1]);
	waitpid(pid, NULL, 0);
}

static void
give(struct host *h, uint8_t kind, uint8_t family, int fd)
{
	struct ml_socket m = { .kind = kind, .family = family, .port = PORT };

	pipe_send(h->pipe, M_GIVE_SOCKET, &m, dup(fd));
}

static void
ask(struct host *h, uint16_t type, const void *body)
{
	h->answered = 0;
	pipe_send(h->pipe, type, body, -1);
	LAB_UNTIL(h->answered);
}

/* In the child: another user, an empty root to be, fd 3. */
static void __attribute__((noreturn))
become_plane(int parent)
{
	const char *build = getenv("BUILD");
	struct spawn s = { .prog = "ikd-esp", .uid = NOBODY, .gid = NOBODY,
	    .caps = SPAWN_CAP(CAP_SYS_CHROOT) };
	char path[4096];

	snprintf(path, sizeof(path), "%s/bin",
	    build != NULL ? build : ".build/plain");
	s.dir = open(path, O_PATH | O_CLOEXEC);
	if (s.dir == 3)
		s.dir = fcntl(s.dir, F_DUPFD_CLOEXEC, 4);
	if (s.dir == -1 || chdir(empty) == -1 ||
	    (parent == 3 ? fcntl(3, F_SETFD, 0) : dup2(parent, 3)) == -1)
		_exit(127);
	spawn_become(&s);
}

/* Starts a plane on the host's arena, as the starter and parent do. */
void
lab_start_plane(struct host *h)
{
	struct ml_hello hello = { .role = ROLE_ESP, .workers = 1,
	    .level = 3, .userspace = 1 };
	struct me_query all = { .req = 3 };
	int fds[2];

	pipe_pair(fds);
	if ((h->pid = fork()) == 0)
		become_plane(fds[1]);
	assert_true(h->pid > 0);
	close(fds[1]);
	h->pipe = pipe_new(base, fds[0], &proto_parent_esp, SIDE_A, &ops, h);
	h->ready = 0;
	pipe_set_phase(h->pipe, PH_START);
	pipe_send(h->pipe, M_HELLO, &hello, -1);
	LAB_UNTIL(h->ready);
	give(h, SOCK_ARENA, 0, h->arena);
	give(h, SOCK_UDP_NATT, 4, h->udp4);
	give(h, SOCK_UDP_NATT, 6, h->udp6);
	give(h, SOCK_TUN, 0, h->tun);
	/* Answered once all of that has been taken. */
	ask(h, M_SA_QUERY, &all);
}

void
lab_kill_plane(struct host *h)
{
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	pipe_free(h->pipe);
}

/* Everything on the wire must be ours: UDP 4500, ARP, neighbour discovery. */
void
lab_check_wire(void)
{
	uint8_t p[2048];
	unsigned int n = 0, esp = 0;
	ssize_t len;
	int type;

	while ((len = recv(wire, p, sizeof(p), MSG_DONTWAIT)) > 0) {
		n++;
		type = p[12] << 8 | p[13];
		if (type == ETHERTYPE_IP) {
			assert_int_equal(p[14 + 9], IPPROTO_UDP);
			/* Fragments of the outer packet have no ports. */
			if (((p[14 + 6] << 8 | p[14 + 7]) & 0x1fff) == 0)
				assert_int_equal(p[36] << 8 | p[37], PORT);
			esp++;
		} else if (type == ETHERTYPE_IPV6) {
			if (p[14 + 6] == IPPROTO_UDP) {
				assert_int_equal(p[56] << 8 | p[57], PORT);
				esp++;
			} else
				assert_true(p[14 + 6] == IPPROTO_ICMPV6 ||
				    p[14 + 6] == IPPROTO_FRAGMENT ||
				    p[14 + 6] == IPPROTO_HOPOPTS);
		} else
			assert_int_equal(type, ETHERTYPE_ARP);
	}
	assert_true(n > 0 && esp > 0);
}

static void
listen_on_wire(void)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
	    .sll_protocol = htons(ETH_P_ALL) };

	lab_enter(&lab_b);
	wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	assert_int_not_equal(wire, -1);
	ll.sll_ifindex = if_nametoindex("v0");
	assert_int_equal(bind(wire, (struct sockaddr *)&ll, sizeof(ll)), 0);
}

int
lab_set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(empty));
	assert_int_equal(chmod(empty, 0555), 0);
	base = event_base_new();
	lab_a.ns = make_namespace();
	lab_b.ns = make_namespace();
	join();
	make_host(&lab_a, &lab_b);
	make_host(&lab_b, &lab_a);
	listen_on_wire();
	lab_start_plane(&lab_a);
	lab_start_plane(&lab_b);
	return (0);
}

int
lab_tear_down(void **state)
{
	(void)state;
	lab_kill_plane(&lab_a);
	lab_kill_plane(&lab_b);
	rmdir(empty);
	return (0);
}

/* SA pairs. */

static struct wt_sock
sock(const char *addr)
{
	struct wt_sock s;

	memset(&s, 0, sizeof(s));
	assert_int_equal(addr_parse(addr, &s.addr), 0);
	s.port = PORT;
	return (s);
}

static void
set_ts(struct wt_ts *t, const char *net, int six)
{
	struct wt_prefix p;
	char text[64];

	snprintf(text, sizeof(text), six ? "%s/64" : "%s0/24", net);
	assert_int_equal(prefix_parse(text, &p), 0);
	ts_from_prefix(t, &p);
}

/* Host h's half of pair n; keys and SPIs differ by direction. */
struct me_sa_add
lab_half(const struct host *h, uint32_t n, int six)
{
	const struct host *o = h == &lab_a ? &lab_b : &lab_a;
	struct me_sa_add m;

	memset(&m, 0, sizeof(m));
	m.handle = n;
	m.tunnel = 1;
	m.child = 1;
	m.spi_in = h == &lab_a ? 0x01000100 + n : 0x02000100 + n;
	m.spi_out = h == &lab_a ? 0x02000100 + n : 0x01000100 + n;
	m.suite.proto = PROTO_ESP;
	m.suite.encr = ENCR_AES_GCM_16;
	m.suite.encr_bits = 256;
	m.suite.esn = 1;
	m.replay_window = 1024;
	m.encr_in_len = m.encr_out_len = 36;
	memset(m.encr_in, (int)(m.spi_in >> 24) + (int)n, 36);
	memset(m.encr_out, (int)(m.spi_out >> 24) + (int)n, 36);
	m.local = sock(six ? h->outer6 : h->outer4);
	m.remote = sock(six ? o->outer6 : o->outer4);
	m.ts_local_n = m.ts_remote_n = 2;
	set_ts(&m.ts_local[0], h->net4, 0);
	set_ts(&m.ts_local[1], h->net6, 1);
	set_ts(&m.ts_remote[0], o->net4, 0);
	set_ts(&m.ts_remote[1], o->net6, 1);
	return (m);
}

static void
add(struct host *h, const struct me_sa_add *m)
{
	ask(h, M_SA_ADD, m);
	assert_int_equal(h->code, RSN_OK);
}

static void
delete(struct host *h, uint32_t handle)
{
	struct me_handle m = { .handle = handle };

	ask(h, M_SA_DEL, &m);
	assert_int_equal(h->code, RSN_OK);
}

void
lab_add_both(uint32_t n, int six)
{
	struct me_sa_add m = lab_half(&lab_b, n, six);

	/* The one that is sent to first. */
	add(&lab_b, &m);
	m = lab_half(&lab_a, n, six);
	add(&lab_a, &m);
}

void
lab_delete_both(uint32_t n)
{
	delete(&lab_a, n);
	delete(&lab_b, n);
}

struct wt_counters
lab_counters(struct host *h, uint32_t n)
{
	struct me_query q = { .req = 1, .handle = n };

	memset(&h->counters, 0, sizeof(h->counters));
	ask(h, M_SA_QUERY, &q);
	return (h->counters);
}

/* A counter of PLANE_INFO. */
uint64_t
lab_plane(struct host *h, const char *name)
{
	struct me_req q = { .req = 2 };
	unsigned int i;

	ask(h, M_PLANE_QUERY, &q);
	for (i = 0; i < h->plane.kv_n; i++)
		if (strcmp(h->plane.kv[i].k, name) == 0)
			return (strtoull(h->plane.kv[i].v, NULL, 10));
	fail_msg("no counter \"%s\"", name);
	return (0);
}
