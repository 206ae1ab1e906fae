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
 * Numbered UDP packets both ways, and what became of them.
 *
 *	number_tool LOCAL REMOTE PORT INTERVAL-US [OCTETS]
 *
 * One runs at each end.  Each sends one packet at an interval, never two at
 * once to make up for a late one, so that no queue on the way overflows; the
 * counting begins when both have heard of each other.  SIGTERM ends the
 * sending; when nothing has come for QUIET_MS, it prints
 *
 *	sent N refused N received N reordered N twice N overflow N
 *
 * and a line for each range that did not come, with the time of day at which
 * it was missed, and for each that was refused, with how long the send took.
 * "overflow" counts what the kernel dropped because we were slow to read: such
 * a loss is nobody's on the way.
 */
#include <sys/socket.h>

#include <err.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS	1500
#define GAPS		64
#define OCTETS_MAX	1400
#define NUMBERS		(1u << 27)	/* bits; more packets are no test */

struct gap {
	uint64_t	 from, to; /* from 0: refused in `to` microseconds */
	struct timespec	 at;
};

static volatile sig_atomic_t	 stop;
static uint8_t			*seen;
static struct gap		 gaps[GAPS];
static unsigned int		 ngaps;
static uint64_t			 sent, refused, received, reordered, twice;
static uint64_t			 highest;
static uint32_t			 overflow;

static void
on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static int
udp(const char *local, const char *remote, const char *port)
{
	const struct addrinfo	 hint = { .ai_socktype = SOCK_DGRAM,
				    .ai_flags = AI_NUMERICHOST };
	struct addrinfo		*l, *r;
	int			 fd, on = 1, size = 4 << 20;

	if (getaddrinfo(local, port, &hint, &l) != 0 ||
	    getaddrinfo(remote, port, &hint, &r) != 0)
		errx(2, "%s, %s, %s: no addresses", local, remote, port);
	if ((fd = socket(l->ai_family, SOCK_DGRAM, 0)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
	    sizeof(size)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) == -1 ||
	    bind(fd, l->ai_addr, l->ai_addrlen) == -1 ||
	    connect(fd, r->ai_addr, r->ai_addrlen) == -1)
		err(2, "%s to %s", local, remote);
	freeaddrinfo(l);
	freeaddrinfo(r);
	return (fd);
}

static int64_t
now_us(void)
{
	struct timespec	 t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
		err(2, "clock");
	return ((int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
}

static void
missed(uint64_t from, uint64_t to)
{
	if (ngaps == GAPS)
		return;
	gaps[ngaps].from = from;
	gaps[ngaps].to = to;
	(void)clock_gettime(CLOCK_REALTIME, &gaps[ngaps].at);
	ngaps++;
}

/* Number 0 only says that its sender is there. */
static void
note(uint64_t n)
{
	uint8_t	*octet, bit = (uint8_t)(1 << (n & 7));

	if (n == 0)
		return;
	if (n >= NUMBERS)
		errx(2, "number %ju", (uintmax_t)n);
	octet = &seen[n >> 3];
	if ((*octet & bit) != 0) {
		twice++;
		return;
	}
	*octet |= bit;
	received++;
	if (n < highest)
		reordered++;
	else {
		if (n != highest + 1)
			missed(highest + 1, n - 1);
		highest = n;
	}
}

/* One packet; 0: there is none. */
static int
hear(int fd)
{
	union {
		struct cmsghdr	 h;
		uint8_t		 room[CMSG_SPACE(sizeof(uint32_t))];
	} control;
	uint64_t	 n;
	struct iovec	 iov = { &n, sizeof(n) };
	struct msghdr	 m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr	*c;

	if (recvmsg(fd, &m, MSG_DONTWAIT) < (ssize_t)sizeof(n))
		return (0);
	for (c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&overflow, CMSG_DATA(c), sizeof(overflow));
	note(n);
	return (1);
}

/* Hears until then; 1 if anything came. */
static int
hear_until(int fd, int64_t until)
{
	struct pollfd	 p = { .fd = fd, .events = POLLIN };
	struct timespec	 ts;
	int64_t		 left;
	int		 any = 0;

	while ((left = until - now_us()) > 0) {
		ts.tv_sec = left / 1000000;
		ts.tv_nsec = left % 1000000 * 1000;
		if (ppoll(&p, 1, &ts, NULL) > 0)
			while (hear(fd))
				any = 1;
	}
	return (any);
}

/* What is refused here was not sent: it has no number. */
static void
say(int fd, int number, size_t len)
{
	static uint8_t	 packet[OCTETS_MAX];
	uint64_t	 n = number ? sent + 1 : 0;
	int64_t		 began = now_us();

	memcpy(packet, &n, sizeof(n));
	if (send(fd, packet, len, 0) == -1) {
		if (number) {
			refused++;
			missed(0, (uint64_t)(now_us() - began));
		}
		return;
	}
	if (number)
		sent++;
}

static uint64_t
still_missing(const struct gap *g)
{
	uint64_t	 n, count = 0;

	for (n = g->from; n != 0 && n <= g->to; n++)
		count += (seen[n >> 3] & 1 << (n & 7)) == 0;
	return (count);
}

static void
report(void)
{
	char		 when[32];
	unsigned int	 i;

	printf("sent %ju refused %ju received %ju reordered %ju twice %ju "
	    "overflow %u\n", (uintmax_t)sent, (uintmax_t)refused,
	    (uintmax_t)received, (uintmax_t)reordered, (uintmax_t)twice,
	    overflow);
	for (i = 0; i < ngaps; i++) {
		if (gaps[i].from != 0 && still_missing(&gaps[i]) == 0)
			continue;
		strftime(when, sizeof(when), "%H:%M:%S",
		    localtime(&gaps[i].at.tv_sec));
		if (gaps[i].from == 0)
			printf("send refused at %s.%03ld after %ju us\n", when,
			    gaps[i].at.tv_nsec / 1000000,
			    (uintmax_t)gaps[i].to);
		else
			printf("lost %ju of %ju-%ju at %s.%03ld\n",
			    (uintmax_t)still_missing(&gaps[i]),
			    (uintmax_t)gaps[i].from, (uintmax_t)gaps[i].to,
			    when, gaps[i].at.tv_nsec / 1000000);
	}
}

int
main(int argc, char *argv[])
{
	int64_t		 interval, next;
	size_t		 octets = 64;
	int		 fd, met = 0;

	if (argc < 5 || (interval = atoi(argv[4])) <= 0)
		errx(2, "local remote port interval-us [octets]");
	if (argc > 5)
		octets = (size_t)atoi(argv[5]);
	if (octets < sizeof(uint64_t) || octets > OCTETS_MAX)
		errx(2, "%zu octets", octets);
	if (signal(SIGTERM, on_term) == SIG_ERR ||
	    (seen = calloc(NUMBERS / 8, 1)) == NULL)
		err(2, "start");
	fd = udp(argv[1], argv[2], argv[3]);
	for (next = now_us(); !stop; ) {
		say(fd, met, octets);
		next += interval;
		if (next < now_us())
			next = now_us() + interval;
		if (hear_until(fd, next) && !met) {
			met = 1;
			printf("counting\n");
			fflush(stdout);
		}
	}
	while (hear_until(fd, now_us() + QUIET_MS * 1000))
		;
	report();
	return (0);
}
