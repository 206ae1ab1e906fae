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
 * `ikectl trace`: reads what the ikd-ikes write to our socketpair and makes a
 * file for Wireshark of it, and one of keys beside it.
 */
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "ikectl.h"
#include "log.h"
#include "pcapng.h"

#define SINK_ROOM	(1024 * 1024)	/* what may wait for us */

static struct event_base	*loop;
static struct pipe		*sink;
static struct event		*on_int, *on_term;
static int			 own = -1;	/* our end of the pair */
static int			 to = -1;	/* the file, or stdout */
static FILE			*keys;		/* NULL: not asked for */
static struct pcapng_streams	 streams;
static unsigned int		 tcp_port;	/* there were some by TCP */
static unsigned long long	 shown, lost;
static int			 stopped, failed;

static void
stop(int why)
{
	if (why == -1)
		failed = 1;
	stopped = 1;
	event_base_loopbreak(loop);
}

static int
put(const uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n) {
		n = write(to, p, len);
		if (n == -1 && errno == EINTR)
			n = 0;
		if (n == -1) {
			fprintf(stderr, "ikectl: trace: %s\n",
			    strerror(errno));
			return (-1);
		}
	}
	return (0);
}

/* "As the route says": it says the same to us. */
static void
ask_route(struct mp_packet *m)
{
	struct sockaddr_storage ss;
	struct wt_sock s;
	socklen_t len;
	int fd;

	fd = socket(m->remote.addr.af == 4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	len = sock_to(&m->remote, &ss);
	if (connect(fd, (struct sockaddr *)&ss, len) == 0) {
		len = sizeof(ss);
		if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0) {
			sock_from((struct sockaddr *)&ss, &s);
			m->local.addr = s.addr;
		}
	}
	close(fd);
	if (m->local.addr.af == 0)
		m->local.addr.af = m->remote.addr.af;
}

/* The head of the file, once the service does what it was asked to. */
static void
begin(void)
{
	static int begun;
	uint8_t head[PCAPNG_HEAD];

	if (!begun++ && put(head, pcapng_head("ikectl " IKD_VERSION, head)) ==
	    -1)
		stop(-1);
}

static void
on_packet(void *ctx, const void *body, int fd)
{
	static uint8_t buf[TRACE_DATA + PCAPNG_MORE];
	struct mp_packet m = *(const struct mp_packet *)body;
	size_t n;

	(void)ctx;
	(void)fd;
	lost += m.lost;
	if (m.local.addr.af == 0 && m.remote.addr.af != 0)
		ask_route(&m);
	begin();
	n = pcapng_packet(&streams, &m, buf, sizeof(buf));
	if (n > 0 && put(buf, n) == -1)
		stop(-1);
	else if (n > 0)
		shown++;
	if (n > 0 && m.remote.tcp)
		tcp_port = m.client ? m.remote.port : m.local.port;
}

static void
on_keys(void *ctx, const void *body, int fd)
{
	const struct mp_keys *m = body;
	char line[KEY_LINE];

	(void)ctx;
	(void)fd;
	if (keys == NULL)
		return;
	if (pcapng_key_line(m, line, sizeof(line)) == 0)
		fprintf(keys, "%s\n", line);
	else
		fprintf(stderr, "ikectl: trace: Wireshark has no name for "
		    "this cipher or integrity (%u, %u): an IKE SA stays "
		    "closed to it\n", m->suite.encr, m->suite.integ);
	explicit_bzero(line, sizeof(line));
	if (fflush(keys) == EOF) {
		fprintf(stderr, "ikectl: trace: keys: %s\n", strerror(errno));
		stop(-1);
	}
}

static void
on_note(void *ctx, const void *body, int fd)
{
	const struct mp_note *m = body;

	(void)ctx;
	(void)fd;
	fprintf(stderr, "ikectl: trace: %s\n", m->text);
}

static const struct pipe_handler handlers[] = {
	{ M_TRACED, on_packet },
	{ M_TRACE_KEYS, on_keys },
	{ M_TRACE_NOTE, on_note },
	{ 0, NULL }
};

/* The last of them has gone; the service's own pipe says why. */
static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	(void)ctx;
	(void)p;
	if (why != NULL) {
		fprintf(stderr, "ikectl: trace: %s\n", why);
		stop(-1);
	}
}

static const struct pipe_ops ops = { handlers, on_broken };

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	(void)sig;
	(void)what;
	(void)arg;
	/* What came before we were told. */
	pipe_read_now(sink);
	stop(0);
}

static void
start(struct event_base *base)
{
	loop = base;
	sink = pipe_new(base, own, &proto_trace, SIDE_B, &ops, NULL);
	on_int = evsignal_new(base, SIGINT, on_signal, NULL);
	on_term = evsignal_new(base, SIGTERM, on_signal, NULL);
	if (on_int == NULL || on_term == NULL ||
	    evsignal_add(on_int, NULL) == -1 ||
	    evsignal_add(on_term, NULL) == -1)
		fatal("signals");
}

static void
trace_row(const struct mq_row *r)
{
	begin();
	fprintf(stderr, "Tracing %s: interrupt to end.\n",
	    row_get(r, "of", ""));
}

static void
trace_done(const struct mq_done *d)
{
	if (d->status != CTL_OK)
		print_sentence(d);
	/* What came before the end was said. */
	pipe_read_now(sink);
}

const struct printer print_trace = { trace_row, trace_done };

/* A file of ours alone, that was not there before. */
static int
make(const char *name)
{
	int fd;

	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1)
		fprintf(stderr, "ikectl: trace: %s: %s\n", name,
		    strerror(errno));
	return (fd);
}

/* 0, or an exit status. */
static int
open_files(const struct ctl_opts *o, int decrypt)
{
	char name[4096];
	int fd;

	if (o->output == NULL && decrypt)
		return (usage_wrong("ikectl: trace: keys are written beside "
		    "the file: say -o FILE, too"));
	if (o->output == NULL) {
		if (isatty(STDOUT_FILENO))
			return (usage_wrong("ikectl: trace: say -o FILE, or "
			    "pipe it: this is for programs"));
		to = STDOUT_FILENO;
		return (0);
	}
	if ((to = make(o->output)) == -1)
		return (CTL_REFUSED);
	if (!decrypt)
		return (0);
	snprintf(name, sizeof(name), "%s.keys", o->output);
	if ((fd = make(name)) == -1) {
		(void)unlink(o->output);
		return (CTL_REFUSED);
	}
	if ((keys = fdopen(fd, "w")) == NULL)
		fatal_errno("%s", name);
	return (0);
}

/* Nothing was written to them: the next one may have the names. */
static void
unmake(const struct ctl_opts *o)
{
	char name[4096];

	if (o->output == NULL)
		return;
	(void)unlink(o->output);
	snprintf(name, sizeof(name), "%s.keys", o->output);
	if (keys != NULL)
		(void)unlink(name);
}

static int
wants_keys(const struct mq_request *q)
{
	uint16_t i;

	for (i = 0; i < q->opts_n; i++)
		if (strcmp(q->opts[i].k, "decrypt") == 0)
			return (1);
	return (0);
}

int
trace_run(const struct ctl_opts *o, const struct mq_request *q)
{
	int fds[2], room = SINK_ROOM, status;

	if ((status = open_files(o, wants_keys(q))) != 0)
		return (status);
	pipe_pair(fds);
	/* More room where we may; who is not root gets what he gets. */
	if (setsockopt(fds[1], SOL_SOCKET, SO_SNDBUFFORCE, &room,
	    sizeof(room)) == -1)
		(void)setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &room,
		    sizeof(room));
	own = fds[0];
	status = client_ask_sink(o, q, &print_trace, fds[1], start);
	if (stopped)
		status = failed ? CTL_REFUSED : CTL_OK;
	if (status == CTL_OK) {
		fprintf(stderr, "%llu messages, %llu lost.\n", shown, lost);
		if (tcp_port != 0)
			fprintf(stderr, "Some went by TCP: tshark shows them "
			    "with -d tcp.port==%u,isakmp\n", tcp_port);
	}
	else if (shown == 0)
		unmake(o);
	return (status);
}
