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
 * A third party on the path: copies UDP payloads of somebody else's to the
 * same destination from an address of its own, each as it is (a replay) and
 * altered (a forgery).
 *
 *	copy_tool INTERFACE SOURCE DESTINATION PORT OWN-PORT COUNT
 *
 * The copies of COUNT packets go out together when a line on standard input
 * says that the packets themselves have been used: a copy that is there first
 * is no replay, and it would be right to follow it.  The status says whether
 * it got so many within 20 seconds.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS		20
#define IP_HEAD		20
#define UDP_HEAD	8
#define COPIES		64

static int
tap(const char *name)
{
	struct sockaddr_ll ll;
	int fd;

	memset(&ll, 0, sizeof(ll));
	ll.sll_family = AF_PACKET;
	ll.sll_protocol = htons(ETH_P_ALL);
	ll.sll_ifindex = (int)if_nametoindex(name);
	if (ll.sll_ifindex == 0)
		err(2, "%s", name);
	if ((fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL))) == -1 ||
	    bind(fd, (struct sockaddr *)&ll, sizeof(ll)) == -1)
		err(2, "packet socket");
	return (fd);
}

static int
own_socket(const char *port)
{
	struct sockaddr_in sin;
	int fd;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons((uint16_t)atoi(port));
	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1 ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(2, "port %s", port);
	return (fd);
}

/* The UDP payload of a packet from src to to, but not our own; or 0. */
static size_t
payload(uint8_t *p, size_t len, const struct in_addr *src, uint16_t own,
    const struct sockaddr_in *to, uint8_t **out)
{
	size_t head = len < IP_HEAD ? 0 : (size_t)(p[0] & 15) * 4;

	if (head < IP_HEAD || len < head + UDP_HEAD + 8 || p[0] >> 4 != 4 ||
	    p[9] != IPPROTO_UDP || memcmp(p + 12, src, 4) != 0 ||
	    memcmp(p + 16, &to->sin_addr, 4) != 0 ||
	    memcmp(p + head + 2, &to->sin_port, 2) != 0 ||
	    memcmp(p + head, &own, 2) == 0)
		return (0);
	*out = p + head + UDP_HEAD;
	return (len - head - UDP_HEAD);
}

/* The same, then with a number far ahead, then with another last octet. */
static void
copy(int fd, uint8_t *p, size_t len, const struct sockaddr_in *to)
{
	const struct sockaddr *sa = (const struct sockaddr *)to;

	(void)sendto(fd, p, len, 0, sa, sizeof(*to));
	p[6] ^= 1;
	(void)sendto(fd, p, len, 0, sa, sizeof(*to));
	p[6] ^= 1;
	p[len - 1] ^= 1;
	(void)sendto(fd, p, len, 0, sa, sizeof(*to));
}

struct held {
	size_t len;
	uint8_t octets[2048];
};

static void
gather(int in, const struct in_addr *src, uint16_t own,
    const struct sockaddr_in *to, struct held *held, int count)
{
	static uint8_t buf[65536];
	uint8_t *p;
	ssize_t n;
	size_t len;

	while (count > 0) {
		if ((n = read(in, buf, sizeof(buf))) == -1)
			err(2, "read");
		len = payload(buf, (size_t)n, src, own, to, &p);
		if (len == 0 || len > sizeof(held->octets))
			continue;
		memcpy(held->octets, p, len);
		held->len = len;
		held++;
		count--;
	}
}

int
main(int argc, char *argv[])
{
	static struct held held[COPIES];
	struct sockaddr_in to;
	struct in_addr src;
	char go[8];
	int i, in, out, count;

	memset(&to, 0, sizeof(to));
	to.sin_family = AF_INET;
	if (argc != 7 || inet_pton(AF_INET, argv[2], &src) != 1 ||
	    inet_pton(AF_INET, argv[3], &to.sin_addr) != 1 ||
	    (count = atoi(argv[6])) > COPIES)
		errx(2, "interface source destination port own-port count");
	to.sin_port = htons((uint16_t)atoi(argv[4]));
	in = tap(argv[1]);
	out = own_socket(argv[5]);
	alarm(SECONDS);
	printf("listening\n");
	fflush(stdout);
	gather(in, &src, htons((uint16_t)atoi(argv[5])), &to, held, count);
	if (fgets(go, sizeof(go), stdin) == NULL)
		errx(2, "no word to go");
	for (i = 0; i < count; i++)
		copy(out, held[i].octets, held[i].len, &to);
	return (0);
}
