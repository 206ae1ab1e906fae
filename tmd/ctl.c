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
 * Clients of the control sockets and their open requests.
 */
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "log.h"
#include "policy_now.h"

struct ctl_client {
	TAILQ_ENTRY(ctl_client)	 entry;
	struct pipe		*pipe;
	unsigned int		 level;
	unsigned int		 uid;
	unsigned int		 open;		/* requests */
	struct alarm		 greet;		/* until HELLO */
	int			 hello;		/* said, and our version */
	int			 sink;		/* it gave; -1: none */
	int			 gone;
};

static TAILQ_HEAD(, ctl_client)	 clients = TAILQ_HEAD_INITIALIZER(clients);
static TAILQ_HEAD(, ctl_req)	 reqs = TAILQ_HEAD_INITIALIZER(reqs);
static struct event_base	*base;
static unsigned int		 nclients;
static uint32_t			 next_ask;
static struct alarm		 reaper;

static void	on_hello(void *, const void *, int);
static void	on_request(void *, const void *, int);
static void	on_sink(void *, const void *, int);
static void	on_broken(void *, struct pipe *, const char *);

static const struct pipe_handler handlers[] = {
	{ M_CTL_HELLO, on_hello },
	{ M_CTL_REQUEST, on_request },
	{ M_CTL_SINK, on_sink },
	{ 0, NULL }
};

static const struct pipe_ops ops = { handlers, on_broken };

/* The dead are buried between turns: callers up the stack may hold them. */
static void
reap(void *arg)
{
	struct ctl_client	*cl, *nextcl;
	struct ctl_req		*r, *next;

	(void)arg;
	for (r = TAILQ_FIRST(&reqs); r != NULL; r = next) {
		next = TAILQ_NEXT(r, entry);
		if (!r->done)
			continue;
		TAILQ_REMOVE(&reqs, r, entry);
		alarm_clear(&r->alarm);
		if (r->on_end != NULL)
			r->on_end(r);
		select_free(&r->targets);
		free(r->own);
		free(r->m);
		free(r);
	}
	for (cl = TAILQ_FIRST(&clients); cl != NULL; cl = nextcl) {
		nextcl = TAILQ_NEXT(cl, entry);
		if (!cl->gone)
			continue;
		TAILQ_REMOVE(&clients, cl, entry);
		alarm_clear(&cl->greet);
		nclients--;
		if (cl->sink != -1)
			close(cl->sink);
		pipe_free(cl->pipe);
		free(cl);
	}
}

static void
reap_soon(void)
{
	if (reaper.n.fn == 0)
		alarm_make(&reaper, reap, NULL);
	alarm_in_ms(&reaper, 0);
}

static void
client_gone(struct ctl_client *cl)
{
	struct ctl_req *r;

	if (cl->gone)
		return;
	cl->gone = 1;
	TAILQ_FOREACH(r, &reqs, entry)
		if (r->cl == cl) {
			r->cl = NULL;
			r->done = 1;
			alarm_clear(&r->alarm);
		}
	reap_soon();
}

static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	(void)p;
	if (why != NULL)
		log_info(LS_CORE, "a control client broke the rules: %s", why);
	client_gone(ctx);
}

/* Events, to every request that waits for some. */
static void
on_tmd_event(const struct tmd_event *ev)
{
	struct ctl_req *r;

	TAILQ_FOREACH(r, &reqs, entry)
		if (!r->done && r->on_event != NULL)
			r->on_event(r, ev);
}

/* Who is it, and what may he do? */
static void
credentials(struct ctl_client *cl, int fd, int ro)
{
	struct ucred uc;
	socklen_t len = sizeof(uc);

	cl->level = CTL_READ;
	cl->uid = (unsigned int)-1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &uc, &len) == -1)
		return;
	cl->uid = uc.uid;
	if (!ro)
		cl->level = uc.uid == 0 ? CTL_SECRETS : CTL_OPERATE;
}

/* Nobody takes all the places, and root finds one. */
static int
has_place(const struct ctl_client *cl)
{
	const struct ctl_client *o;
	unsigned int n = 0;

	if (cl->uid == 0)
		return (nclients < CLIENTS_MAX);
	TAILQ_FOREACH(o, &clients, entry)
		if (o->uid == cl->uid && !o->gone)
			n++;
	return (n < CLIENTS_UID && nclients < CLIENTS_MAX - CLIENTS_ROOT);
}

static void
on_no_greeting(void *arg)
{
	client_gone(arg);
}

static void
client_begins(struct ctl_client *cl, int fd)
{
	cl->sink = -1;
	cl->pipe = pipe_new(base, fd, &proto_ctl, SIDE_B, &ops, cl);
	pipe_set_phase(cl->pipe, PH_START);
	alarm_make(&cl->greet, on_no_greeting, cl);
	alarm_in_ms(&cl->greet, GREET_MS);
	TAILQ_INSERT_TAIL(&clients, cl, entry);
	nclients++;
}

void
ctl_attach(struct event_base *b, int fd)
{
	struct ctl_client *cl = xcalloc(1, sizeof(*cl));

	base = b;
	cl->level = CTL_READ;
	client_begins(cl, fd);
}

static void
on_accept(evutil_socket_t lfd, int ro)
{
	static uint64_t told;
	struct ctl_client *cl;
	int fd;

	fd = accept4(lfd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			log_warn(LS_CORE, "accept: %s", strerror(errno));
		return;
	}
	cl = xcalloc(1, sizeof(*cl));
	credentials(cl, fd, ro);
	if (!has_place(cl)) {
		if (alarm_now() != told)
			log_warn(LS_CORE, "too many control clients, uid %u "
			    "is turned away", cl->uid);
		told = alarm_now();
		close(fd);
		free(cl);
		return;
	}
	client_begins(cl, fd);
}

static void
on_accept_rw(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	on_accept(fd, 0);
}

static void
on_accept_ro(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	on_accept(fd, 1);
}

void
ctl_listen(struct event_base *b, int fd, int ro)
{
	struct event *ev;

	base = b;
	event_listen(on_tmd_event);
	evutil_make_socket_nonblocking(fd);
	ev = event_new(base, fd, EV_READ | EV_PERSIST,
	    ro ? on_accept_ro : on_accept_rw, NULL);
	if (ev == NULL || event_add(ev, NULL) == -1)
		fatal("cannot watch the control socket");
}

static void
on_hello(void *ctx, const void *body, int fd)
{
	const struct mq_hello	*m = body;
	struct ctl_client	*cl = ctx;
	struct mq_welcome	 w;

	(void)fd;
	alarm_clear(&cl->greet);
	pipe_set_phase(cl->pipe, PH_RUN);
	cl->hello = m->major == CTL_VERSION_MAJOR;
	memset(&w, 0, sizeof(w));
	w.major = CTL_VERSION_MAJOR;
	w.minor = CTL_VERSION_MINOR;
	w.level = (uint8_t)cl->level;
	w.generation = policy_now()->generation;
	strlcpy(w.program, "tmd " IKD_VERSION, sizeof(w.program));
	if (pipe_send(cl->pipe, M_CTL_WELCOME, &w, -1) != PIPE_OK)
		client_gone(cl);
}

void
ctl_row(struct ctl_req *r, const struct mq_row *row)
{
	if (r->done || r->cl == NULL || r->cl->gone)
		return;
	if (pipe_send(r->cl->pipe, M_CTL_ROW, row, -1) != PIPE_OK)
		client_gone(r->cl);
}

int
ctl_row_lossy(struct ctl_req *r, const struct mq_row *row)
{
	if (r->done || r->cl == NULL || r->cl->gone ||
	    pipe_queued(r->cl->pipe) > CTL_LOSSY)
		return (-1);
	ctl_row(r, row);
	return (0);
}

void
ctl_done(struct ctl_req *r, enum ctl_exit status, const char *fmt, ...)
{
	struct mq_done	 m;
	char		 text[MSG_TEXT + 1];
	va_list		 ap;

	if (r->done)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->done = 1;
	alarm_clear(&r->alarm);
	reap_soon();
	if (r->cl == NULL || r->cl->gone)
		return;
	r->cl->open--;
	m.req = r->id;
	m.status = (uint8_t)status;
	wire_text_copy(m.text, sizeof(m.text), text);
	if (pipe_send(r->cl->pipe, M_CTL_DONE, &m, -1) != PIPE_OK)
		client_gone(r->cl);
}

/* Rows until the client lags; then a look every few milliseconds. */
static void
produce_more(struct ctl_req *r)
{
	while (!r->done && r->cl != NULL && !r->cl->gone &&
	    pipe_queued(r->cl->pipe) < CTL_HIGH) {
		r->stalled_ms = 0;
		if (!r->produce(r))
			return;
	}
	if (r->done || r->cl == NULL || r->cl->gone)
		return;
	if (r->stalled_ms == 0)
		r->stalled_ms = alarm_now_ms();
	if (alarm_now_ms() - r->stalled_ms > STALL_MS) {
		log_info(LS_CORE, "a control client does not read");
		client_gone(r->cl);
		return;
	}
	alarm_in_ms(&r->alarm, 20);
}

void
ctl_produce(struct ctl_req *r, int (*fn)(struct ctl_req *))
{
	r->produce = fn;
	r->on_alarm = produce_more;
	produce_more(r);
}

struct ctl_req *
ctl_by_ask(uint32_t ask)
{
	struct ctl_req *r;

	TAILQ_FOREACH(r, &reqs, entry)
		if (r->ask == ask && !r->done)
			return (r);
	return (NULL);
}

long
ctl_opt_seconds(struct ctl_req *r, const char *key)
{
	const char *v = select_opt(r->m, key);
	char *end;
	long n;

	if (v == NULL)
		return (0);
	errno = 0;
	n = strtol(v, &end, 10);
	if (errno != 0 || end == v || *end != '\0' || n < 1 ||
	    n > 1000000000) {
		ctl_done(r, CTL_USAGE, "%s: \"%s\" is not a number of seconds",
		    key, v);
		return (-1);
	}
	return (n);
}

static void
on_req_alarm(void *arg)
{
	struct ctl_req *r = arg;

	if (!r->done && r->on_alarm != NULL)
		r->on_alarm(r);
}

/* May it be done at all?  Answers by itself when not. */
static int
admit(struct ctl_req *r, struct ctl_client *cl)
{
	if (!cl->hello)
		ctl_done(r, CTL_REFUSED, "this service speaks version %d of "
		    "the control protocol: use the ikectl that came with it",
		    CTL_VERSION_MAJOR);
	else if (cl->open > 1)
		ctl_done(r, CTL_REFUSED, "one request at a time");
	else if (r->verb == NULL && ctl_verb_planned(r->m->verb))
		ctl_done(r, CTL_REFUSED, "%s: not supported by this version",
		    r->m->verb);
	else if (r->verb == NULL)
		ctl_done(r, CTL_USAGE, "%s: no such verb", r->m->verb);
	else if (r->verb->level > cl->level)
		ctl_done(r, CTL_PERMISSION, "%s: not permitted on this "
		    "socket", r->verb->name);
	return (!r->done);
}

static int
check_opts(struct ctl_req *r)
{
	uint16_t i;

	for (i = 0; i < r->m->opts_n; i++)
		if (!ctl_verb_takes(r->verb, r->m->opts[i].k)) {
			ctl_done(r, CTL_USAGE, "%s takes no option --%s",
			    r->verb->name, r->m->opts[i].k);
			return (0);
		}
	return (1);
}

static int
find_targets(struct ctl_req *r)
{
	char err[MSG_TEXT];

	switch (r->verb->words) {
	case CW_SOME:
	case CW_ALL:
		if (select_targets(r->m, r->verb->words == CW_ALL,
		    &r->targets, err, sizeof(err)) == 0)
			break;
		ctl_done(r, r->m->args_n == 0 && r->m->opts_n == 0 ?
		    CTL_USAGE : CTL_REFUSED, "%s", err);
		return (0);
	case CW_NONE:
		if (r->m->args_n == 0)
			break;
		ctl_done(r, CTL_USAGE, "%s takes no arguments",
		    r->verb->name);
		return (0);
	case CW_OWN:
		break;
	}
	return (1);
}

void
ctl_request(struct ctl_client *cl, const struct mq_request *m)
{
	struct ctl_req *r = xcalloc(1, sizeof(*r));

	r->m = xcalloc(1, sizeof(*r->m));
	*r->m = *m;
	r->cl = cl;
	r->id = m->req;
	if (++next_ask == 0)
		next_ask = 1;
	r->ask = next_ask;
	r->t0_ms = alarm_now_ms();
	r->verb = ctl_verb_find(m->verb);
	alarm_make(&r->alarm, on_req_alarm, r);
	TAILQ_INSERT_TAIL(&reqs, r, entry);
	cl->open++;
	if (!admit(r, cl) || !check_opts(r) || !find_targets(r))
		return;
	if (r->verb->level >= CTL_OPERATE)
		log_notice(LS_CORE, "uid %u: %s %s%s", cl->uid, m->verb,
		    m->args_n > 0 ? m->args[0].w : "",
		    m->args_n > 1 ? " ..." : "");
	r->verb->fn(r);
}

int
ctl_may(const struct ctl_req *r, unsigned int level)
{
	return (r->cl != NULL && r->cl->level >= level);
}

static void
on_sink(void *ctx, const void *body, int fd)
{
	struct ctl_client *cl = ctx;

	(void)body;
	cl->sink = fd;
}

int
ctl_take_sink(struct ctl_req *r)
{
	int fd = r->cl != NULL ? r->cl->sink : -1;

	if (fd != -1)
		r->cl->sink = -1;
	return (fd);
}

/*
 * DONE is the last that is said of a request, so who has not yet been sent all
 * of it asks without waiting: one turn would serve thousands of him.
 */
static void
on_request(void *ctx, const void *body, int fd)
{
	struct ctl_client *cl = ctx;

	(void)fd;
	if (cl->gone)
		return;
	if (pipe_queued(cl->pipe) > 0) {
		log_info(LS_CORE, "a control client asks without waiting for "
		    "the answer");
		client_gone(cl);
		return;
	}
	ctl_request(cl, body);
}
