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
 * An HTTP server that serves files, and misbehaves on request.
 *
 *	http_tool LOG ADDRESS PORT DIR
 *
 * GET gives DIR/PATH.  DIR/.rules may say otherwise for a path; it is read
 * at every request, so that a script changes it while we run.  A line is
 *
 *	PATH RULE [ARGUMENT...]
 *
 * and "*" as a path means each.  Several lines for a path add up:
 *
 *	file NAME	that file of DIR instead (another, an older one)
 *	type T		that Content-Type
 *	status N	that status; the file is still sent
 *	redirect URL	302 to there
 *	loop		302 to itself with a longer query each time
 *	length N	that Content-Length, whatever is sent
 *	truncate N	closed after N octets of the body
 *	reset N		the same, but by a reset
 *	size N		N octets of zero instead of a file
 *	endless		zeros without an end, chunked
 *	chunked		in chunks
 *	close		no Content-Length: the end is the end
 *	slow N MS	N octets each MS milliseconds
 *	wait MS		nothing for so long, then as usual
 *	dead		the request is read and never answered
 *	garbage		octets that are not HTTP
 *	headers N	a header of N octets
 *	run COMMAND	its output, by sh in DIR; a POST's body is its input
 *
 * A POST's body is put into DIR/.posted.  As a proxy's requests come with a
 * whole URL, that is cut to its path.  LOG gets "listening", then a line
 * "METHOD PATH OCTETS FROM HOST" for each request: OCTETS is of its body,
 * HOST the Host header, PATH as it was asked, with its query.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define REQUEST_MAX	65536
#define BODY_MAX	(256u << 20)
#define IDLE_MS		30000
#define CHILDREN_MAX	256

struct rules {
	char		 file[512], type[128], redirect[1024], run[1024];
	long long	 length, truncate, reset, size;	/* -1: not said */
	long		 slow, slow_ms, wait_ms, status, headers;
	int		 loop, endless, chunked, close, dead, garbage;
};

static char		 req[REQUEST_MAX + 1];
static size_t		 req_len, req_head;
static char		 method[16], target[2048], path[2048], host[256];
static struct rules	 r;
static uint8_t		*body;
static size_t		 body_len;
static FILE		*logfile;
static char		 from[128];

static void
sleep_ms(long ms)
{
	poll(NULL, 0, (int)ms);
}

static void
send_all(int fd, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	ssize_t n;

	while (len > 0) {
		if ((n = send(fd, p, len, MSG_NOSIGNAL)) <= 0)
			_exit(0);	/* who asked has gone */
		p += n;
		len -= (size_t)n;
	}
}

/* ---- Rules ---- */

static void
rule(char *name, char *a, char *b)
{
	static const struct { const char *name; int *flag; } flags[] = {
		{ "loop", &r.loop }, { "endless", &r.endless },
		{ "chunked", &r.chunked }, { "close", &r.close },
		{ "dead", &r.dead }, { "garbage", &r.garbage }
	};
	static const struct { const char *name; long long *to; } sizes[] = {
		{ "length", &r.length }, { "truncate", &r.truncate },
		{ "reset", &r.reset }, { "size", &r.size }
	};
	static const struct { const char *name; long *to; } numbers[] = {
		{ "status", &r.status }, { "wait", &r.wait_ms },
		{ "headers", &r.headers }, { "slow", &r.slow }
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(name, flags[i].name) == 0)
			*flags[i].flag = 1;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (strcmp(name, sizes[i].name) == 0)
			*sizes[i].to = atoll(a);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(name, numbers[i].name) == 0)
			*numbers[i].to = atol(a);
	if (strcmp(name, "slow") == 0)
		r.slow_ms = atol(b);
	if (strcmp(name, "file") == 0)
		snprintf(r.file, sizeof(r.file), "%s", a);
	if (strcmp(name, "type") == 0)
		snprintf(r.type, sizeof(r.type), "%s", a);
	if (strcmp(name, "redirect") == 0)
		snprintf(r.redirect, sizeof(r.redirect), "%s", a);
	if (strcmp(name, "run") == 0)
		snprintf(r.run, sizeof(r.run), "%s%s%s", a,
		    *b != '\0' ? " " : "", b);
}

static void
read_rules(void)
{
	char line[2048], where[2048], name[64], a[1024], b[1024];
	FILE *f;
	int n;

	memset(&r, 0, sizeof(r));
	r.length = r.truncate = r.reset = r.size = -1;
	r.status = 200;
	snprintf(r.type, sizeof(r.type), "application/octet-stream");
	snprintf(r.file, sizeof(r.file), "%.500s", path + 1);
	if ((f = fopen(".rules", "r")) == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		a[0] = b[0] = '\0';
		n = sscanf(line, "%2047s %63s %1023s %1023[^\n]", where, name,
		    a, b);
		if (n >= 2 && (strcmp(where, path) == 0 ||
		    strcmp(where, "*") == 0))
			rule(name, a, b);
	}
	fclose(f);
}

/* ---- The request ---- */

/* Until the empty line; 0: nothing (more) came. */
static int
read_head(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char *end;
	ssize_t n;

	req_len = 0;
	for (;;) {
		req[req_len] = '\0';
		if ((end = strstr(req, "\r\n\r\n")) != NULL)
			break;
		if (req_len == REQUEST_MAX || poll(&p, 1, IDLE_MS) != 1 ||
		    (n = read(fd, req + req_len, REQUEST_MAX - req_len)) <= 0)
			return (0);
		req_len += (size_t)n;
	}
	req_head = (size_t)(end - req) + 4;
	return (1);
}

static const char *
header(const char *name)
{
	static char value[512];
	size_t len = strlen(name);
	char *p;

	for (p = strstr(req, "\r\n"); p != NULL && p < req + req_head;
	    p = strstr(p + 2, "\r\n"))
		if (strncasecmp(p + 2, name, len) == 0 &&
		    p[2 + len] == ':') {
			value[0] = '\0';
			sscanf(p + 3 + len, " %511[^\r\n]", value);
			return (value);
		}
	return (NULL);
}

/* Two may post at once: each has a file of its own until it is there. */
static void
keep_body(void)
{
	char own[64];
	int fd;

	snprintf(own, sizeof(own), ".posted.%d", (int)getpid());
	if ((fd = open(own, O_RDWR | O_CREAT | O_TRUNC, 0644)) == -1 ||
	    write(fd, body, body_len) != (ssize_t)body_len ||
	    rename(own, ".posted") == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
	    dup2(fd, STDIN_FILENO) == -1)
		err(1, ".posted");
	if (fd != STDIN_FILENO)
		close(fd);
}

static void
read_body(int fd)
{
	const char *v = header("Content-Length");
	size_t have = req_len - req_head;
	ssize_t n;

	body_len = v != NULL ? (size_t)strtoul(v, NULL, 10) : 0;
	if (body_len > BODY_MAX || (body = malloc(body_len + 1)) == NULL)
		errx(1, "a body of %zu octets", body_len);
	if (have > body_len)
		have = body_len;
	memcpy(body, req + req_head, have);
	while (have < body_len) {
		if ((n = read(fd, body + have, body_len - have)) <= 0)
			_exit(0);
		have += (size_t)n;
	}
	if (strcmp(method, "POST") == 0)
		keep_body();
}

static int
read_request(int fd)
{
	const char *t = target, *v;

	if (!read_head(fd) ||
	    sscanf(req, "%15s %2047s", method, target) != 2)
		return (0);
	if (strncmp(t, "http://", 7) == 0 &&
	    (t = strchr(t + 7, '/')) == NULL)
		t = "/";
	snprintf(path, sizeof(path), "%s", t);
	path[strcspn(path, "?")] = '\0';
	snprintf(host, sizeof(host), "%s",
	    (v = header("Host")) != NULL ? v : "-");
	read_body(fd);
	fprintf(logfile, "%s %s %zu %s %s\n", method, target, body_len, from,
	    host);
	fflush(logfile);
	return (1);
}

/* ---- The answer ---- */

static void
send_body(int fd, const uint8_t *p, size_t len)
{
	char size[32];
	size_t n, step = r.slow > 0 ? (size_t)r.slow : 65536;

	while (len > 0) {
		n = len < step ? len : step;
		if (r.chunked) {
			snprintf(size, sizeof(size), "%zx\r\n", n);
			send_all(fd, size, strlen(size));
		}
		send_all(fd, p, n);
		if (r.chunked)
			send_all(fd, "\r\n", 2);
		p += n;
		len -= n;
		if (r.slow > 0)
			sleep_ms(r.slow_ms);
	}
}

static void
end_by_reset(int fd)
{
	const struct linger l = { 1, 0 };

	sleep_ms(100);		/* what was sent is there */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(fd);
	_exit(0);
}

static void
send_head(int fd, size_t len)
{
	char head[4096], *pad;
	int n;

	n = snprintf(head, sizeof(head), "HTTP/1.1 %ld %s\r\n"
	    "Content-Type: %s\r\nConnection: close\r\n", r.status,
	    r.status == 200 ? "OK" : "As told", r.type);
	if (r.loop)
		n += snprintf(head + n, sizeof(head) - (size_t)n,
		    "Location: %.1500s?%zu\r\n", path, strlen(target));
	else if (r.redirect[0] != '\0')
		n += snprintf(head + n, sizeof(head) - (size_t)n,
		    "Location: %s\r\n", r.redirect);
	if (r.chunked)
		n += snprintf(head + n, sizeof(head) - (size_t)n,
		    "Transfer-Encoding: chunked\r\n");
	else if (!r.close)
		n += snprintf(head + n, sizeof(head) - (size_t)n,
		    "Content-Length: %lld\r\n",
		    r.length != -1 ? r.length : (long long)len);
	send_all(fd, head, (size_t)n);
	if (r.headers > 0) {
		if ((pad = malloc((size_t)r.headers)) == NULL)
			err(1, NULL);
		memset(pad, 'a', (size_t)r.headers);
		send_all(fd, "X-Pad: ", 7);
		send_all(fd, pad, (size_t)r.headers);
		send_all(fd, "\r\n", 2);
		free(pad);
	}
	send_all(fd, "\r\n", 2);
}

static uint8_t *
slurp(FILE *f, size_t *len)
{
	size_t size = 65536, n;
	uint8_t *p = malloc(size);

	*len = 0;
	while (p != NULL && (n = fread(p + *len, 1, size - *len, f)) > 0)
		if ((*len += n) == size)
			p = realloc(p, size *= 2);
	if (p == NULL)
		err(1, NULL);
	return (p);
}

/* A command's output; our input is the body of a POST. */
static uint8_t *
output(size_t *len)
{
	char cmd[1200];
	uint8_t *p;
	FILE *f;

	snprintf(cmd, sizeof(cmd), "{ %s\n} %s", r.run,
	    strcmp(method, "POST") == 0 ? "" : "</dev/null");
	if ((f = popen(cmd, "r")) == NULL)
		err(1, "%s", r.run);
	p = slurp(f, len);
	if (pclose(f) != 0)
		r.status = 500;
	return (p);
}

static uint8_t *
content(size_t *len)
{
	uint8_t *p;
	FILE *f;

	if (r.run[0] != '\0')
		return (output(len));
	if (r.size >= 0) {
		*len = (size_t)r.size;
		if ((p = calloc(1, *len + 1)) == NULL)
			err(1, NULL);
		return (p);
	}
	if (strstr(r.file, "..") != NULL || r.file[0] == '\0' ||
	    (f = fopen(r.file, "r")) == NULL) {
		*len = 0;
		if (r.status == 200 && r.redirect[0] == '\0')
			r.status = 404;
		return (calloc(1, 1));
	}
	p = slurp(f, len);
	fclose(f);
	return (p);
}

static void
send_zeros(int fd)
{
	static const uint8_t zeros[65536];

	r.chunked = 1;
	send_head(fd, 0);
	for (;;)
		send_body(fd, zeros, sizeof(zeros));
}

static void
answer(int fd)
{
	static const char noise[] = "\x30\x82\x01\x0a not a word of it\r\n";
	size_t len, most;
	uint8_t *p;

	sleep_ms(r.wait_ms);
	while (r.dead)
		sleep_ms(1000);
	if (r.garbage) {
		send_all(fd, noise, sizeof(noise) - 1);
		return;
	}
	if (r.loop || r.redirect[0] != '\0')
		r.status = r.status == 200 ? 302 : r.status;
	if (r.endless)
		send_zeros(fd);
	p = content(&len);
	most = len;
	if (r.truncate >= 0 && most > (size_t)r.truncate)
		most = (size_t)r.truncate;
	if (r.reset >= 0 && most > (size_t)r.reset)
		most = (size_t)r.reset;
	send_head(fd, len);
	send_body(fd, p, most);
	if (r.reset >= 0)
		end_by_reset(fd);
	if (r.chunked && most == len)
		send_all(fd, "0\r\n\r\n", 5);
}

/* One request a connection; then what still comes is waited for. */
static void
serve(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char rest[512];

	if (read_request(fd)) {
		read_rules();
		answer(fd);
	}
	shutdown(fd, SHUT_WR);
	while (poll(&p, 1, 1000) == 1 && read(fd, rest, sizeof(rest)) > 0)
		;
}

static int
listener(const char *addr, const char *port)
{
	const struct addrinfo hint = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST | AI_PASSIVE };
	struct addrinfo *a;
	int fd, on = 1, rc;

	if ((rc = getaddrinfo(addr, port, &hint, &a)) != 0)
		errx(1, "%s %s: %s", addr, port, gai_strerror(rc));
	if ((fd = socket(a->ai_family, SOCK_STREAM, 0)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, a->ai_addr, a->ai_addrlen) == -1 ||
	    listen(fd, 64) == -1)
		err(1, "%s %s", addr, port);
	freeaddrinfo(a);
	return (fd);
}

static void
on_accept(int l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	static unsigned int n;
	int fd;

	if ((fd = accept(l, (struct sockaddr *)&ss, &len)) == -1)
		return;
	while (n > 0 && waitpid(-1, NULL, n >= CHILDREN_MAX ? 0 :
	    WNOHANG) > 0)
		n--;
	switch (fork()) {
	case -1:
		warn("fork");
		break;
	case 0:
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(l);
		if (getnameinfo((struct sockaddr *)&ss, len, from,
		    sizeof(from), NULL, 0, NI_NUMERICHOST) != 0)
			snprintf(from, sizeof(from), "?");
		serve(fd);
		_exit(0);
	default:
		n++;
	}
	close(fd);
}

int
main(int argc, char *argv[])
{
	int l;

	if (argc != 5) {
		fprintf(stderr, "usage: http_tool LOG ADDRESS PORT DIR\n");
		return (2);
	}
	if ((logfile = fopen(argv[1], "a")) == NULL)
		err(1, "%s", argv[1]);
	if (chdir(argv[4]) == -1)
		err(1, "%s", argv[4]);
	l = listener(argv[2], argv[3]);
	fprintf(logfile, "listening %s %s\n", argv[2], argv[3]);
	fflush(logfile);
	for (;;)
		on_accept(l);
}
