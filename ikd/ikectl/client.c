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
 * The connection to tmd: socket, versions, one request, its rows.  Whatever
 * does not answer ends by a deadline: tmd's own for what takes its time.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "log.h"
#include "pipe.h"

#define HELLO_SECONDS	10	/* a service that lives says WELCOME sooner */

struct client {
	struct event_base	*base;
	struct event		*deadline;
	struct pipe		*p;
	const struct mq_request	*req;
	const struct printer	*out;
	int			 sink;
	int			 status;
	int			 done;
};

int
ctl_connect(const char *dir, const char *name)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, n;

	n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return (-1);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		n = errno;
		close(fd);
		errno = n;
		return (-1);
	}
	return (fd);
}

int
ctl_connect_failed(const char *dir, const char *name)
{
	if (errno == EACCES || errno == EPERM) {
		fprintf(stderr, "ikectl: %s/%s: you may not: be root or a "
		    "member of its group\n", dir, name);
		return (CTL_PERMISSION);
	}
	fprintf(stderr, "ikectl: the service does not run (%s/%s: %s)\n", dir,
	    name, strerror(errno));
	return (CTL_DOWN);
}

void
ctl_hello_fill(struct mq_hello *h)
{
	memset(h, 0, sizeof(*h));
	h->major = CTL_VERSION_MAJOR;
	h->minor = CTL_VERSION_MINOR;
	snprintf(h->program, sizeof(h->program), "ikectl %s", IKD_VERSION);
}

static void
finish(struct client *c, int status)
{
	c->status = status;
	c->done = 1;
	event_base_loopbreak(c->base);
}

static void
on_welcome(void *arg, const void *body, int fd)
{
	const struct mq_welcome *w = body;
	struct client *c = arg;

	(void)fd;
	if (w->major != CTL_VERSION_MAJOR) {
		fprintf(stderr, "ikectl: the service speaks version %u.%u of "
		    "the control protocol, this ikectl %u.%u: use the ikectl "
		    "that came with it\n", w->major, w->minor,
		    CTL_VERSION_MAJOR, CTL_VERSION_MINOR);
		finish(c, CTL_REFUSED);
		return;
	}
	evtimer_del(c->deadline);
	if (c->sink != -1)
		pipe_send(c->p, M_CTL_SINK, NULL, c->sink);
	c->sink = -1;
	if (pipe_send(c->p, M_CTL_REQUEST, c->req, -1) != PIPE_OK)
		finish(c, CTL_DOWN);
}

static void
on_row(void *arg, const void *body, int fd)
{
	struct client *c = arg;

	(void)fd;
	c->out->row(body);
}

static void
on_done(void *arg, const void *body, int fd)
{
	const struct mq_done *d = body;
	struct client *c = arg;

	(void)fd;
	c->out->end(d);
	finish(c, d->status);
}

static const struct pipe_handler handlers[] = {
	{ M_CTL_WELCOME, on_welcome },
	{ M_CTL_ROW, on_row },
	{ M_CTL_DONE, on_done },
	{ 0, NULL }
};

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct client *c = arg;

	pipe_free(p);
	c->p = NULL;
	if (c->done)
		return;
	fprintf(stderr, "ikectl: the service ended the connection%s%s\n",
	    why != NULL ? ": " : "", why != NULL ? why : "");
	finish(c, CTL_DOWN);
}

static const struct pipe_ops ops = { handlers, on_broken };

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	fprintf(stderr, "ikectl: the service does not answer\n");
	finish(arg, CTL_DEADLINE);
}

int
client_ask(const struct ctl_opts *o, const struct mq_request *req,
    const struct printer *out)
{
	return (client_ask_sink(o, req, out, -1, NULL));
}

int
client_ask_sink(const struct ctl_opts *o, const struct mq_request *req,
    const struct printer *out, int sink, void (*start)(struct event_base *))
{
	const struct timeval tv = { HELLO_SECONDS, 0 };
	struct client c = { .req = req, .out = out, .sink = sink,
	    .status = CTL_DOWN };
	const char *name = "ikd.sock";
	struct mq_hello h;
	int fd, n;

	fd = ctl_connect(o->run_dir, name);
	/* Whoever may only look tries the socket for looking. */
	if (fd == -1 && errno == EACCES &&
	    (fd = ctl_connect(o->run_dir, "ikd-ro.sock")) == -1)
		errno = EACCES;
	if (fd == -1) {
		n = ctl_connect_failed(o->run_dir, name);
		if (sink != -1)
			close(sink);
		return (n);
	}
	if ((c.base = event_base_new()) == NULL)
		fatal("no event loop");
	c.p = pipe_new(c.base, fd, &proto_ctl, SIDE_A, &ops, &c);
	c.deadline = evtimer_new(c.base, on_deadline, &c);
	evtimer_add(c.deadline, &tv);
	ctl_hello_fill(&h);
	pipe_set_phase(c.p, PH_START);
	pipe_send(c.p, M_CTL_HELLO, &h, -1);
	pipe_set_phase(c.p, PH_RUN);
	if (start != NULL)
		start(c.base);
	pipe_loop(c.base);
	if (c.sink != -1)
		close(c.sink);
	pipe_free(c.p);
	event_free(c.deadline);
	event_base_free(c.base);
	return (c.status);
}
