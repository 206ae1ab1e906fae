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
 * One UDP datagram, or a part of one, as no socket would send it.
 *
 *	packet_tool KIND FROM TO FROM-PORT TO-PORT
 *
 * whole: a datagram.  first, later: a fragment, with the UDP header or behind
 * it, of a datagram whose rest never comes.  routed: source-routed, with all
 * stations behind it.  IPv4 or IPv6, as the addresses are.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA	24		/* of UDP; a multiple of 8 */

static uint8_t	 p[256];

static void
put16(size_t at, unsigned int v)
{
	p[at] = (uint8_t)(v >> 8);
	p[at + 1] = (uint8_t)v;
}

static size_t
put_udp(size_t at, const char *from, const char *to)
{
	put16(at, (unsigned int)atoi(from));
	put16(at + 2, (unsigned int)atoi(to));
	put16(at + 4, DATA);
	return (at + DATA);
}

/* RFC 791: the kernel fills in the length, the identification, the sum. */
static size_t
ip4(const char *kind, char **av, struct sockaddr_in *to)
{
	size_t	 head = strcmp(kind, "routed") == 0 ? 28 : 20;

	p[0] = (uint8_t)(0x40 | head / 4);
	put16(4, (unsigned int)getpid());
	if (strcmp(kind, "first") == 0)
		put16(6, 0x2000);
	else if (strcmp(kind, "later") == 0)
		put16(6, 0x2000 | 8);
	p[8] = 64;
	p[9] = IPPROTO_UDP;
	if (inet_pton(AF_INET, av[0], p + 12) != 1 ||
	    inet_pton(AF_INET, av[1], p + 16) != 1)
		errx(2, "%s, %s: no addresses", av[0], av[1]);
	if (head > 20) {
		p[20] = 131; /* loose source route, used up */
		p[21] = 7;
		p[22] = 8;
		memcpy(p + 23, p + 12, 4);
	}
	to->sin_family = AF_INET;
	memcpy(&to->sin_addr, p + 16, 4);
	return (put_udp(head, av[2], av[3]));
}

/* Behind the IPv6 header, which the kernel makes.  *proto: what is first. */
static size_t
ip6(const char *kind, char **av, int *proto)
{
	*proto = IPPROTO_UDP;
	if (strcmp(kind, "whole") == 0)
		return (put_udp(0, av[2], av[3]));
	p[0] = IPPROTO_UDP;
	if (strcmp(kind, "routed") == 0) {
		*proto = IPPROTO_ROUTING;
		p[2] = 4;			/* RFC 8754, no segment left */
	} else {
		*proto = IPPROTO_FRAGMENT;
		put16(2, strcmp(kind, "first") == 0 ? 1 : 64 | 1);
		put16(6, (unsigned int)getpid());
	}
	return (put_udp(8, av[2], av[3]));
}

int
main(int argc, char **argv)
{
	struct sockaddr_in	 to4 = { 0 };
	struct sockaddr_in6	 from6 = { .sin6_family = AF_INET6 }, to6 =
				    { .sin6_family = AF_INET6 };
	int			 fd, proto;
	size_t			 n;

	if (argc != 6)
		errx(2, "usage: packet_tool kind from to from-port to-port");
	if (strchr(argv[2], ':') == NULL) {
		n = ip4(argv[1], argv + 2, &to4);
		fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
		if (fd == -1 || sendto(fd, p, n, 0,
		    (struct sockaddr *)&to4, sizeof(to4)) != (ssize_t)n)
			err(1, "send");
		return (0);
	}
	n = ip6(argv[1], argv + 2, &proto);
	if (inet_pton(AF_INET6, argv[2], &from6.sin6_addr) != 1 ||
	    inet_pton(AF_INET6, argv[3], &to6.sin6_addr) != 1)
		errx(2, "%s, %s: no addresses", argv[2], argv[3]);
	fd = socket(AF_INET6, SOCK_RAW, proto);
	if (fd == -1 || bind(fd, (struct sockaddr *)&from6,
	    sizeof(from6)) == -1 || sendto(fd, p, n, 0,
	    (struct sockaddr *)&to6, sizeof(to6)) != (ssize_t)n)
		err(1, "send");
	return (0);
}
