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
 * A client of TCP encapsulation (RFC 9329) that shares no code with ours.
 *
 *	stream_tool vector ADDRESS PORT
 *	stream_tool say ADDRESS PORT TEXT
 *	stream_tool many ADDRESS PORT COUNT SECONDS
 *
 * vector speaks the RFC's octets: the prefix in pieces, an empty message, a
 * keepalive, then an IKE request of version 3, which is to be answered with
 * version 2 (RFC 7296 section 2.5) in a frame; last a length of 1, which is to
 * end the connection.  say sends a text ("-": nothing) and waits until the
 * other end closes.  many opens so many connections that say nothing and
 * prints how many of them stand after so many seconds.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY	4096
#define WAIT_MS	15000

/* Length 34: marker, header; version 3.0, IKE_SA_INIT, initiator, id 0. */
static const uint8_t	 request[] = {
	0x00, 0x22, 0x00, 0x00, 0x00, 0x00,
	0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x30, 0x22, 0x08, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x1c
};
/* Length 42: the same header as a response of version 2, one notify: 5. */
static const uint8_t	 answer[] = {
	0x00, 0x2a, 0x00, 0x00, 0x00, 0x00,
	0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x29, 0x20, 0x22, 0x20, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x24,
	0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x05
};

static int
connected(const char *address, const char *port)
{
	struct sockaddr_in	 sin = { .sin_family = AF_INET };
	int			 fd, on = 1;

	sin.sin_port = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, address, &sin.sin_addr) != 1)
		errx(2, "%s", address);
	if ((fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		err(2, "socket");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "connect");
	return (fd);
}

static void
say(int fd, const void *p, size_t n)
{
	if (send(fd, p, n, MSG_NOSIGNAL) != (ssize_t)n)
		err(1, "send");
}

/* Octets that came, or 0 when the other end has closed. */
static size_t
hear(int fd, uint8_t *p, size_t n)
{
	struct pollfd	 pfd = { fd, POLLIN, 0 };
	size_t		 at = 0;
	ssize_t		 got;

	while (at < n) {
		if (poll(&pfd, 1, WAIT_MS) != 1)
			errx(1, "nothing came");
		if ((got = read(fd, p + at, n - at)) == -1 &&
		    errno != ECONNRESET)
			err(1, "read");
		if (got <= 0)
			return (0);
		at += (size_t)got;
	}
	return (at);
}

static int
vector(int fd)
{
	uint8_t	 got[sizeof(answer)];

	say(fd, "IKE", 3);
	(void)poll(NULL, 0, 50);
	say(fd, "TCP\0\2\0\3\377\0", 9);
	(void)poll(NULL, 0, 50);
	say(fd, request + 1, sizeof(request) - 1);
	if (hear(fd, got, sizeof(got)) == 0)
		errx(1, "closed");
	if (memcmp(got, answer, sizeof(answer)) != 0) {
		for (size_t i = 0; i < sizeof(got); i++)
			printf("%02x", got[i]);
		errx(1, " came");
	}
	say(fd, "\0\1", 2);
	return (hear(fd, got, 1) == 0 ? 0 : 1);
}

static int
many(char *argv[])
{
	static int	 fd[MANY];
	uint8_t		 c;
	int		 i, n = atoi(argv[4]), stand = 0;

	if (n > MANY)
		errx(2, "at most %d", MANY);
	for (i = 0; i < n; i++)
		fd[i] = connected(argv[2], argv[3]);
	(void)poll(NULL, 0, atoi(argv[5]) * 1000);
	for (i = 0; i < n; i++)
		stand += recv(fd[i], &c, 1, MSG_DONTWAIT) == -1 &&
		    errno == EAGAIN;
	printf("%d\n", stand);
	return (0);
}

int
main(int argc, char *argv[])
{
	uint8_t	 c;
	int	 fd;

	if (argc == 6 && strcmp(argv[1], "many") == 0)
		return (many(argv));
	if (argc == 4 && strcmp(argv[1], "vector") == 0)
		return (vector(connected(argv[2], argv[3])));
	if (argc != 5 || strcmp(argv[1], "say") != 0)
		errx(2, "usage");
	fd = connected(argv[2], argv[3]);
	if (strcmp(argv[4], "-") != 0)
		say(fd, argv[4], strlen(argv[4]));
	return (hear(fd, &c, 1) == 0 ? 0 : 1);
}
