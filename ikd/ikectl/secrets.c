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
 * The way of secrets: straight to certd-sign, on a socket for root alone,
 * never through tmd.
 */
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "log.h"
#include "pipe.h"

#define ANSWER_SECONDS	10

struct talk {
	struct event_base	*base;
	struct pipe		*p;
	int			 ppk;		/* of ppk/, not psk/ */
	const struct mq_psk	*put;		/* or */
	const struct mq_unlock	*unlock;	/* or else list */
	void			(*fn)(const struct mq_row *);
	char			*said;		/* what failed; NULL: print */
	int			 status;
};

/* What failed, for people. */
static void say(struct talk *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct talk *t, const char *fmt, ...)
{
	char text[MSG_TEXT + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (t->said != NULL)
		snprintf(t->said, MSG_TEXT + 1, "%s", text);
	else
		fprintf(stderr, "ikectl: %s\n", text);
}

static void
finish(struct talk *t, int status)
{
	t->status = status;
	event_base_loopbreak(t->base);
}

static void
on_welcome(void *arg, const void *body, int fd)
{
	const struct mq_welcome *w = body;
	const struct mq_list l = { 1 };
	struct talk *t = arg;

	(void)fd;
	if (w->major != CTL_VERSION_MAJOR) {
		say(t, "the service is of another version (%u.%u)", w->major,
		    w->minor);
		finish(t, -1);
	} else if (t->put != NULL)
		pipe_send(t->p, t->ppk ? M_PPK_PUT : M_PSK_PUT, t->put, -1);
	else if (t->unlock != NULL)
		pipe_send(t->p, M_KEY_UNLOCK, t->unlock, -1);
	else
		pipe_send(t->p, t->ppk ? M_PPK_LIST : M_PSK_LIST, &l, -1);
}

static void
on_row(void *arg, const void *body, int fd)
{
	struct talk *t = arg;

	(void)fd;
	if (t->fn != NULL)
		t->fn(body);
}

static void
on_done(void *arg, const void *body, int fd)
{
	const struct mq_done *d = body;

	(void)fd;
	if (d->status != CTL_OK)
		say(arg, "%s", d->text);
	finish(arg, d->status == CTL_OK ? 0 : -1);
}

static const struct pipe_handler handlers[] = {
	{ M_SEC_WELCOME, on_welcome },
	{ M_SEC_ROW, on_row },
	{ M_SEC_PUT_DONE, on_done },
	{ M_SEC_LIST_DONE, on_done },
	{ M_SEC_UNLOCK_DONE, on_done },
	{ M_SEC_PPK_DONE, on_done },
	{ M_SEC_PPK_LIST_DONE, on_done },
	{ 0, NULL }
};

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct talk *t = arg;

	pipe_free(p);
	t->p = NULL;
	say(t, "certd-sign ended the connection%s%s",
	    why != NULL ? ": " : "", why != NULL ? why : "");
	finish(t, -1);
}

static const struct pipe_ops ops = { handlers, on_broken };

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	say(arg, "certd-sign does not answer");
	finish(arg, -1);
}

static int
talk(const struct ctl_opts *o, struct talk *t)
{
	const struct timeval tv = { ANSWER_SECONDS, 0 };
	struct event *deadline;
	struct mq_hello h;
	int fd;

	if ((fd = ctl_connect(o->run_dir, "secrets.sock")) == -1)
		return (1);
	if ((t->base = event_base_new()) == NULL)
		fatal("no event loop");
	t->p = pipe_new(t->base, fd, &proto_secrets, SIDE_A, &ops, t);
	deadline = evtimer_new(t->base, on_deadline, t);
	evtimer_add(deadline, &tv);
	ctl_hello_fill(&h);
	pipe_set_phase(t->p, PH_START);
	pipe_send(t->p, M_SEC_HELLO, &h, -1);
	pipe_set_phase(t->p, PH_RUN);
	pipe_loop(t->base);
	pipe_free(t->p);
	event_free(deadline);
	event_base_free(t->base);
	return (t->status);
}

int
secrets_tell(const struct ctl_opts *o, const char *kind, const char *name,
    const char *line, size_t len)
{
	struct talk t = { .status = -1, .ppk = strcmp(kind, "ppk") == 0 };
	struct mq_psk m;
	int rc;

	memset(&m, 0, sizeof(m));
	m.req = 1;
	wire_text_copy(m.name, sizeof(m.name), name);
	if (len > sizeof(m.secret))
		return (-1);
	if (line != NULL)
		memcpy(m.secret, line, len);
	m.secret_len = (uint16_t)len;
	t.put = &m;
	rc = talk(o, &t);
	explicit_bzero(&m, sizeof(m));
	return (rc);
}

int
secrets_unlock(const struct ctl_opts *o, struct mq_unlock *m, char *said)
{
	struct talk t = { .status = -1, .unlock = m, .said = said };
	int rc;

	m->req = 1;
	rc = talk(o, &t);
	explicit_bzero(m, sizeof(*m));
	return (rc);
}

int
secrets_list(const struct ctl_opts *o, const char *kind,
    void (*fn)(const struct mq_row *))
{
	struct talk t = { .status = -1, .fn = fn,
	    .ppk = strcmp(kind, "ppk") == 0 };

	return (talk(o, &t));
}
