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
 * Asking tmd: one verb after the other, the rows of all become one page.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "page.h"
#include "pipe.h"
#include "role.h"

static const char *const verbs[] = { "list", "show stats", "show processes",
    "show dataplane", "show cert" };
#define NVERBS		(sizeof(verbs) / sizeof(verbs[0]))

static struct {
	struct event_base	*base;
	struct event		*deadline;
	asks_done		*done;
	struct pipe		*pipe;
	int			 welcome;
	size_t			 at;		/* NVERBS: nothing is asked */
	uint32_t		 req;
	uint32_t		 late[NVERBS];	/* given up, not answered */
	struct page		*page;
} asks = { .at = NVERBS };

static void
finish(const char *why)
{
	struct evbuffer *out = NULL;

	if (asks.at == NVERBS && asks.page == NULL)
		return;
	evtimer_del(asks.deadline);
	asks.at = NVERBS;
	if (why == NULL) {
		if ((out = evbuffer_new()) == NULL)
			fatal("no memory");
		page_print(asks.page, out);
	}
	page_free(asks.page);
	asks.page = NULL;
	asks.done(out, why);
	if (out != NULL)
		evbuffer_free(out);
}

static void
drop_pipe(void)
{
	pipe_free(asks.pipe);
	asks.pipe = NULL;
	asks.welcome = 0;
	memset(asks.late, 0, sizeof(asks.late));
	finish("tmd is being started again");
}

static void
ask_next(void)
{
	const struct timeval tv = { asks.at == 0 ? ASK_SECONDS :
	    OTHER_SECONDS, 0 };
	static struct mq_request q;

	/* One that hangs is asked again when it has answered. */
	while (asks.at > 0 && asks.at < NVERBS && asks.late[asks.at] != 0)
		asks.at++;
	if (asks.at == NVERBS) {
		finish(NULL);
		return;
	}
	evtimer_add(asks.deadline, &tv);
	q.req = ++asks.req;
	wire_text_copy(q.verb, sizeof(q.verb), verbs[asks.at]);
	q.opts_n = asks.at == 0;	/* list: of what is down, too */
	wire_text_copy(q.opts[0].k, sizeof(q.opts[0].k), "children");
	if (pipe_send(asks.pipe, M_CTL_REQUEST, &q, -1) != PIPE_OK)
		finish("tmd does not take the question");
}

static void
on_welcome(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
	asks.welcome = 1;
	if (asks.page != NULL)
		ask_next();
}

static void
on_row(void *arg, const void *body, int fd)
{
	const struct mq_row *row = body;

	(void)arg;
	(void)fd;
	if (asks.page != NULL && row->req == asks.req)
		page_row(asks.page, verbs[asks.at], row);
}

/* What one verb could not answer is missing, and the others are there. */
static void
on_done(void *arg, const void *body, int fd)
{
	const struct mq_done *d = body;
	size_t i;

	(void)arg;
	(void)fd;
	for (i = 0; i < NVERBS; i++)
		if (asks.late[i] == d->req)
			asks.late[i] = 0;
	if (asks.page == NULL || d->req != asks.req)
		return;
	if (d->status != CTL_OK)
		log_debug(LS_CORE, "%s: %s", verbs[asks.at], d->text);
	asks.at++;
	ask_next();
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
	(void)arg;
	(void)p;
	if (why != NULL)
		role_peer_broke(ROLE_TMD, 0, why);
	drop_pipe();
}

static const struct pipe_ops ops = { handlers, on_broken };

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	asks.late[asks.at] = asks.req;
	asks.req++;		/* what still comes is not for the next */
	if (asks.at == 0) {
		finish("tmd does not answer");
		return;
	}
	log_debug(LS_CORE, "%s: no answer", verbs[asks.at]);
	asks.at++;
	ask_next();
}

void
asks_init(struct event_base *base, asks_done *done)
{
	asks.base = base;
	asks.done = done;
	if ((asks.deadline = evtimer_new(base, on_deadline, NULL)) == NULL)
		fatal("no memory");
}

void
asks_pipe(int fd)
{
	struct mq_hello h;

	drop_pipe();
	asks.pipe = pipe_new(asks.base, fd, &proto_ctl, SIDE_A, &ops, NULL);
	memset(&h, 0, sizeof(h));
	h.major = CTL_VERSION_MAJOR;
	h.minor = CTL_VERSION_MINOR;
	snprintf(h.program, sizeof(h.program), "tmd-metrics %s", IKD_VERSION);
	pipe_set_phase(asks.pipe, PH_START);
	(void)pipe_send(asks.pipe, M_CTL_HELLO, &h, -1);
	pipe_set_phase(asks.pipe, PH_RUN);
}

void
asks_gone(void)
{
	drop_pipe();
}

void
asks_collect(void)
{
	const struct timeval tv = { ASK_SECONDS, 0 };

	if (asks.page != NULL)
		return;
	asks.page = page_new();
	asks.at = 0;
	evtimer_add(asks.deadline, &tv);
	if (asks.pipe == NULL)
		finish("tmd is being started again");
	else if (asks.welcome)
		ask_next();
}
