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
 * A SOCKS proxy for versions 4 and 4a, CONNECT alone.
 *
 *	socks4_tool LOG ADDRESS PORT
 *
 * LOG gets "listening", then a line "ADDRESS NAME" for each request; NAME is
 * "-" when the client looked it up.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *logfile;

/* Up to and with the next zero octet. */
static void
read_text(int fd, char *out, size_t size)
{
	size_t n = 0;

	do {
		if (n == size || read(fd, out + n, 1) != 1)
			_exit(0);
	} while (out[n++] != '\0');
}

static int
to(struct in_addr in, const char *name, uint16_t port)
{
	const struct addrinfo hint = { .ai_family = AF_INET,
	    .ai_socktype = SOCK_STREAM };
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_port = htons(port), .sin_addr = in };
	struct addrinfo *ai;
	int fd;

	if (name != NULL) {
		if (getaddrinfo(name, NULL, &hint, &ai) != 0)
			return (-1);
		memcpy(&sin, ai->ai_addr, sizeof(sin));
		sin.sin_port = htons(port);
	}
	if ((fd = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		return (-1);
	return (fd);
}

static void
pump(int a, int b)
{
	struct pollfd p[2] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
	char buf[16384];
	ssize_t n;
	int i;

	while (poll(p, 2, 30000) > 0)
		for (i = 0; i < 2; i++) {
			if (p[i].revents == 0)
				continue;
			if ((n = read(p[i].fd, buf, sizeof(buf))) <= 0 ||
			    send(p[1 - i].fd, buf, (size_t)n, MSG_NOSIGNAL) !=
			    n)
				return;
		}
}

static void
serve(int fd)
{
	uint8_t head[8], answer[8] = { 0, 90 };
	char user[256], name[256], text[64];
	struct in_addr in;
	int by_name, up;

	if (recv(fd, head, 8, MSG_WAITALL) != 8 || head[0] != 4 ||
	    head[1] != 1)
		return;
	read_text(fd, user, sizeof(user));
	memcpy(&in, head + 4, 4);
	/* 0.0.0.x: the name follows */
	by_name = head[4] == 0 && head[5] == 0 && head[6] == 0 &&
	    head[7] != 0;
	if (by_name)
		read_text(fd, name, sizeof(name));
	fprintf(logfile, "%s %s\n", inet_ntop(AF_INET, &in, text,
	    sizeof(text)), by_name ? name : "-");
	fflush(logfile);
	up = to(in, by_name ? name : NULL,
	    (uint16_t)(head[2] << 8 | head[3]));
	if (up == -1)
		answer[1] = 91;
	if (send(fd, answer, 8, MSG_NOSIGNAL) == 8 && up != -1)
		pump(fd, up);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int l, fd, on = 1;

	if (argc != 4) {
		fprintf(stderr, "usage: socks4_tool LOG ADDRESS PORT\n");
		return (2);
	}
	if ((logfile = fopen(argv[1], "a")) == NULL)
		err(1, "%s", argv[1]);
	signal(SIGCHLD, SIG_IGN);
	sin.sin_port = htons((uint16_t)atoi(argv[3]));
	if (inet_pton(AF_INET, argv[2], &sin.sin_addr) != 1 ||
	    (l = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(l, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(l, 64) == -1)
		err(1, "%s %s", argv[2], argv[3]);
	fprintf(logfile, "listening\n");
	fflush(logfile);
	for (;;) {
		if ((fd = accept(l, NULL, NULL)) == -1)
			continue;
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(l);
			serve(fd);
			_exit(0);
		}
		close(fd);
	}
}
