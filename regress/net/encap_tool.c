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
 * Lets the kernel take ESP out of UDP, for SAs that somebody has set by hand:
 *
 *	encap_tool ADDRESS PORT
 *
 * holds the socket that does it until it is ended.  Writes "ready".
 */
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#include <linux/udp.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd, how = UDP_ENCAP_ESPINUDP;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &sin.sin_addr) != 1)
		errx(2, "usage: encap_tool address port");
	sin.sin_port = htons((uint16_t)atoi(argv[2]));
	if ((fd = socket(AF_INET, SOCK_DGRAM, 0)) == -1 ||
	    bind(fd, (const struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "%s port %s", argv[1], argv[2]);
	if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &how, sizeof(how)) == -1)
		err(1, "UDP_ENCAP");
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
