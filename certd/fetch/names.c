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
 * Names to addresses: a thread for each lookup, which hands its result back
 * over a pipe(2) to the loop.
 */

#include <sys/stat.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "log.h"
#include "names.h"
#include "reachable.h"

#define THREADS_MAX	64	/* libc waits 30 s and more for dead servers */
#define STACK		(512 * 1024)
#define HOSTS_MAX	(1024 * 1024)

struct lookup {
	char		 host[256];
	names_fn	*fn;		/* NULL: cancelled */
	void		*arg;
	int		 rc, err;
	struct wt_addr	 addr[NAMES_ADDRS];
	unsigned int	 n;
};

/* What the resolver reads, and whether it could at the start. */
static struct {
	const char	*path;
	int		 was_ok;
} files[] = { { "/etc/resolv.conf", 0 }, { "/etc/hosts", 0 } };
#define NFILES	(sizeof(files) / sizeof(files[0]))

static struct event *answers;
static int to_loop = -1;
static unsigned int threads;

/* The thread: nothing but its own lookup, libc, and the pipe. */
static void *
look_up(void *arg)
{
	const struct addrinfo hint = { .ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL, *ai;
	struct lookup *l = arg;
	struct wt_sock s;

	l->rc = getaddrinfo(l->host, NULL, &hint, &list);
	l->err = errno;
	for (ai = l->rc == 0 ? list : NULL; ai != NULL &&
	    l->n < NAMES_ADDRS; ai = ai->ai_next) {
		sock_from(ai->ai_addr, &s);
		if (s.addr.af != 0)
			l->addr[l->n++] = s.addr;
	}
	if (l->rc == 0)
		freeaddrinfo(list);
	if (write(to_loop, &l, sizeof(l)) != sizeof(l))
		abort();
	return (NULL);
}

static void
answered(struct lookup *l)
{
	threads--;
	if (l->fn != NULL)
		l->fn(l->arg, l->rc, l->rc == EAI_SYSTEM ? strerror(l->err) :
		    l->rc == 0 ? "no address" : gai_strerror(l->rc), l->addr,
		    l->n);
	free(l);
}

static void
on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct lookup *l;
	ssize_t n;

	(void)what;
	(void)arg;
	while ((n = read(fd, &l, sizeof(l))) == (ssize_t)sizeof(l))
		answered(l);
	if (n != -1 || errno != EAGAIN)
		fatal("the pipe from our own threads");
}

static int
readable(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd != -1)
		close(fd);
	return (fd != -1);
}

/*
 * libc asks /etc/hosts and DNS, both of which it has inside: whatever else
 * nsswitch.conf names would be loaded from behind the door.
 */
void
names_prepare(struct event_base *base)
{
	int fds[2];
	size_t i;

	if (pipe2(fds, O_CLOEXEC) == -1 ||
	    fcntl(fds[0], F_SETFL, O_NONBLOCK) == -1)
		fatal_errno("a pipe");
	to_loop = fds[1];
	answers = event_new(base, fds[0], EV_READ | EV_PERSIST, on_answer,
	    NULL);
	if (answers == NULL || event_add(answers, NULL) == -1)
		fatal("out of memory");
	if (__nss_configure_lookup("hosts", "files dns") != 0)
		fatal_errno("the ways to look up names");
	for (i = 0; i < NFILES; i++)
		files[i].was_ok = readable(files[i].path);
}

/*
 * Who rewrites one of these files puts a new one in its place, which the
 * door does not know; libc would then ask 127.0.0.1 and nobody would see.
 */
static void
check_files(void)
{
	size_t i;

	for (i = 0; i < NFILES; i++) {
		if (readable(files[i].path) || errno == ENOENT)
			continue;
		if (!files[i].was_ok && errno == EACCES)
			continue; /* not for us: a new start does not help */
		log_notice(LS_CERT, "%s is another file now: starting again "
		    "to read it", files[i].path);
		log_flush();
		_exit(0);
	}
}

struct lookup *
names_lookup(const char *host, names_fn *fn, void *arg)
{
	pthread_attr_t attr;
	struct lookup *l;
	pthread_t t;
	int rc;

	check_files();
	if (threads == THREADS_MAX)
		return (NULL);
	l = xcalloc(1, sizeof(*l));
	strlcpy(l->host, host, sizeof(l->host));
	l->fn = fn;
	l->arg = arg;
	if (pthread_attr_init(&attr) != 0 ||
	    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) != 0 ||
	    pthread_attr_setstacksize(&attr, STACK) != 0)
		fatal("a thread's attributes");
	rc = pthread_create(&t, &attr, look_up, l);
	pthread_attr_destroy(&attr);
	if (rc != 0) {
		log_warn(LS_CERT, "no thread to look up a name: %s",
		    strerror(rc));
		free(l);
		return (NULL);
	}
	threads++;
	return (l);
}

void
names_cancel(struct lookup *l)
{
	if (l != NULL)
		l->fn = NULL;
}

static int
is_localhost(const char *host)
{
	static const char name[] = "localhost";
	size_t n = strlen(host), m = sizeof(name) - 1;

	return (n >= m && strcmp(host + n - m, name) == 0 &&
	    (n == m || host[n - m - 1] == '.'));
}

unsigned int
names_local(const char *host, struct wt_addr *out, unsigned int max)
{
	unsigned int n = 0;
	char *text;
	ssize_t len;
	int fd;

	if (is_localhost(host) && max >= 2) {
		addr_parse("127.0.0.1", &out[n++]);
		addr_parse("::1", &out[n++]);
	}
	check_files();
	if ((fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC)) == -1)
		return (n);
	text = xcalloc(1, HOSTS_MAX);
	if ((len = read(fd, text, HOSTS_MAX)) > 0)
		n += reachable_hosts(text, (size_t)len, host, out + n,
		    max - n);
	free(text);
	close(fd);
	return (n);
}
