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
 * Many UDP flows at once, to see whether a path keeps the order of each:
 * sends numbered datagrams from one address to an echo on another and reads
 * them back.
 *
 *	flow_tool echo ADDRESS PORT FLOWS
 *	flow_tool send ADDRESS ADDRESS PORT FLOWS COUNT SECONDS
 *	flow_tool flood ADDRESS ADDRESS PORT COUNT
 *
 * Flow i goes from port PORT + i to port PORT + i.  The echo runs until it is
 * killed and sends nothing back of a flow that came out of order; number 1
 * begins it anew, for a sender who tries again.  The sender prints how many
 * came back and how many flows had one too late; it waits so many seconds for
 * the last one.  A flood is of one flow, as fast as can be, and waits for
 * nothing.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FLOWS	64
#define AHEAD	16	/* numbers of a flow that are under way at most */

struct flow {
	uint32_t	 sent;
	uint32_t	 seen;		/* the highest */
	uint32_t	 got;
	int		 late;		/* one came behind a higher one */
};

static struct flow	 flow[FLOWS];
static struct pollfd	 pfd[FLOWS];
static unsigned int	 flows;

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000);
}

static struct sockaddr_in
address(const char *text, unsigned int port)
{
	struct sockaddr_in s = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port) };

	if (inet_pton(AF_INET, text, &s.sin_addr) != 1)
		errx(2, "%s: no address", text);
	return (s);
}

static void
open_flows(const char *local, const char *remote, unsigned int port)
{
	struct sockaddr_in me, it;
	unsigned int i;

	for (i = 0; i < flows; i++) {
		me = address(local, port + i);
		pfd[i].events = POLLIN;
		pfd[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		if (pfd[i].fd == -1 || bind(pfd[i].fd,
		    (struct sockaddr *)&me, sizeof(me)) == -1)
			err(2, "port %u", port + i);
		if (remote == NULL)
			continue;
		it = address(remote, port + i);
		if (connect(pfd[i].fd, (struct sockaddr *)&it,
		    sizeof(it)) == -1)
			err(2, "connect");
	}
}

/* One number of a flow came; returns 1 when all before it came before. */
static int
take(struct flow *f, uint32_t n)
{
	f->got++;
	if (n <= f->seen)
		f->late = 1;
	else
		f->seen = n;
	return (!f->late);
}

static void
echo(void)
{
	struct sockaddr_in from;
	socklen_t len;
	unsigned int i;
	uint32_t n;

	for (;;) {
		if (poll(pfd, flows, -1) == -1)
			err(2, "poll");
		for (i = 0; i < flows; i++)
			for (;;) {
				len = sizeof(from);
				if (recvfrom(pfd[i].fd, &n, sizeof(n), 0,
				    (struct sockaddr *)&from, &len) !=
				    sizeof(n))
					break;
				if (ntohl(n) == 1)
					memset(&flow[i], 0, sizeof(flow[i]));
				if (take(&flow[i], ntohl(n)))
					(void)sendto(pfd[i].fd, &n, sizeof(n),
					    0, (struct sockaddr *)&from, len);
			}
	}
}

static void
send_more(unsigned int i, uint32_t count)
{
	struct flow *f = &flow[i];
	uint32_t n;

	while (f->sent < count && f->sent - f->got < AHEAD) {
		n = htonl(f->sent + 1);
		if (send(pfd[i].fd, &n, sizeof(n), 0) != sizeof(n))
			return;
		f->sent++;
	}
}

/* How many came back of all flows, and how many flows had one late. */
static int
load(uint32_t count, uint32_t seconds)
{
	uint64_t until = now_ms() + seconds * 1000ull;
	uint32_t n, got, late = 0;
	unsigned int i;

	do {
		for (i = 0; i < flows; i++) {
			while (recv(pfd[i].fd, &n, sizeof(n), 0) == sizeof(n))
				(void)take(&flow[i], ntohl(n));
			send_more(i, count);
		}
		(void)poll(pfd, flows, 10);
		for (got = i = 0; i < flows; i++)
			got += flow[i].got;
	} while (got < count * flows && now_ms() < until);
	for (i = 0; i < flows; i++)
		late += flow[i].late;
	printf("%u of %u came back, %u flows out of order\n", got,
	    count * flows, late);
	return (got == count * flows && late == 0 ? 0 : 1);
}

static int
flood(uint32_t count)
{
	static uint8_t datagram[64];
	uint32_t n, sent = 0;

	for (n = 0; n < count; n++)
		if (send(pfd[0].fd, datagram, sizeof(datagram), 0) > 0)
			sent++;
	printf("%u of %u sent\n", sent, count);
	return (0);
}

static uint32_t
number(const char *text)
{
	return ((uint32_t)strtoul(text, NULL, 10));
}

int
main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	int echoes = argc == 5 && strcmp(what, "echo") == 0;
	int floods = argc == 6 && strcmp(what, "flood") == 0;

	if (!echoes && !floods && (argc != 8 || strcmp(what, "send") != 0))
		errx(2, "usage: see the source");
	flows = floods ? 1 : number(argv[echoes ? 4 : 5]);
	if (flows == 0 || flows > FLOWS)
		errx(2, "1 to %d flows", FLOWS);
	open_flows(argv[2], echoes ? NULL : argv[3],
	    number(argv[echoes ? 3 : 4]));
	if (floods)
		return (flood(number(argv[5])));
	if (!echoes)
		return (load(number(argv[6]), number(argv[7])));
	echo();
	return (0);
}
