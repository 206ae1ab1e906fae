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


/* What certd asked for: identical ones are one, each has its turn. */

#include <event2/event.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job_int.h"
#include "log.h"
#include "names.h"
#include "reason.h"

TAILQ_HEAD(job_list, job);

struct fetch_policy fetch_policy_now;

static struct job_list jobs = TAILQ_HEAD_INITIALIZER(jobs);
static unsigned int running;
static struct event_base *loop;
static struct pipe *asker;
static struct event *turn;	/* others may start */

static void
job_free(struct job *j)
{
	TAILQ_REMOVE(&jobs, j, next);
	running -= (unsigned int)j->started;
	names_cancel(j->lookup);
	transfer_cancel(j->transfer);
	event_free(j->deadline);
	free(j);
}

/* Not from inside an end: from the loop. */
static void
others_may_start(void)
{
	const struct timeval now = { 0, 0 };

	if (running < JOBS_AT_ONCE && !TAILQ_EMPTY(&jobs))
		evtimer_add(turn, &now);
}

void
job_got(struct job *j, int fd, uint32_t len)
{
	struct mc_fetched m = { .len = len };
	unsigned int i;
	int each;

	log_debug(LS_CERT, "fetched %u octets from %s", len, j->url);
	for (i = 0; i < j->nreqs && asker != NULL; i++) {
		if ((each = fcntl(fd, F_DUPFD_CLOEXEC, 3)) == -1)
			fatal_errno("dup");
		m.req = j->reqs[i];
		(void)pipe_send(asker, M_FETCHED, &m, each);
	}
	close(fd);
	job_free(j);
	others_may_start();
}

static void
refuse(struct pipe *p, uint32_t req, enum reason code, const char *text)
{
	struct mc_unfetched m = { .req = req, .code = (uint16_t)code };

	wire_text_copy(m.text, sizeof(m.text), text);
	(void)pipe_send(p, M_UNFETCHED, &m, -1);
}

void
job_failed(struct job *j, enum reason code, const char *fmt, ...)
{
	char text[2 * MSG_TEXT] = "";
	unsigned int i;
	size_t n = 0;
	va_list ap;

	if (j->redirects > 0)
		n = (size_t)snprintf(text, sizeof(text), "after %u "
		    "redirect%s: ", j->redirects, j->redirects == 1 ? "" :
		    "s");
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	log_debug(LS_CERT, "not fetched: %s: %s", j->url, text);
	for (i = 0; i < j->nreqs && asker != NULL; i++)
		refuse(asker, j->reqs[i], code, text);
	job_free(j);
	others_may_start();
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct job *j;

	(void)fd;
	(void)what;
	(void)arg;
	TAILQ_FOREACH(j, &jobs, next)
		if (!j->started)
			break;
	if (j == NULL || running >= JOBS_AT_ONCE)
		return;
	j->started = 1;
	running++;
	others_may_start();
	job_start(j);
}

/* Octets that may come; 0: as the policy says. */
static uint32_t
max_of(const struct mc_fetch *m)
{
	if (m->kind == FETCH_CERT && (m->max == 0 || m->max > CHAIN_MAX))
		return (CHAIN_MAX);
	return (m->max);
}

/* One that asks for the same and is under way. */
static struct job *
same(const struct mc_fetch *m)
{
	struct job *j;

	TAILQ_FOREACH(j, &jobs, next)
		if (j->kind == m->kind && j->nreqs < JOB_REQS &&
		    strcmp(j->url, m->url) == 0 &&
		    j->body_len == m->body.len && (m->body.len == 0 ||
		    memcmp(j->body, m->body.p, m->body.len) == 0) &&
		    j->max == max_of(m))
			return (j);
	return (NULL);
}

static const char *
not_fit(const struct mc_fetch *m, struct furl *u)
{
	const char *why;

	if (fetch_policy_now.row.timeout == 0)
		return ("certd-fetch has no policy yet");
	if ((why = furl_parse(m->url, u)) != NULL)
		return (why);
	if (m->kind != FETCH_CRL && furl_is_ldap(u))
		return ("an LDAP directory has CRLs alone");
	if (m->kind == FETCH_CERT && u->scheme != FURL_HTTP)
		return ("a certificate by hash and URL is fetched by http "
		    "alone");
	/* Its chain cannot have been verified: that is what it is for. */
	if (m->kind == FETCH_CERT && fetch_policy_now.row.allow_n == 0)
		return ("allow in fetch does not say which addresses may be "
		    "asked for a certificate");
	return (NULL);
}

void
jobs_begin(struct pipe *p, const struct mc_fetch *m)
{
	struct furl at;
	const char *why;
	struct job *j;

	if (m->kind < FETCH_CRL || m->kind > FETCH_CERT) {
		refuse(p, m->req, RSN_UNSUPPORTED, "an unknown kind of "
		    "fetch");
		return;
	}
	if ((why = not_fit(m, &at)) != NULL) {
		refuse(p, m->req, RSN_INVALID_SYNTAX, why);
		return;
	}
	asker = p;
	if ((j = same(m)) != NULL) {
		j->reqs[j->nreqs++] = m->req;
		return;
	}
	j = xcalloc(1, sizeof(*j));
	j->kind = (enum fetch_kind)m->kind;
	strlcpy(j->url, m->url, sizeof(j->url));
	if (m->body.len > 0)
		memcpy(j->body, m->body.p, m->body.len);
	j->body_len = m->body.len;
	j->max = max_of(m);
	j->reqs[j->nreqs++] = m->req;
	j->at = at;
	if ((j->deadline = evtimer_new(loop, job_deadline, j)) == NULL)
		fatal("out of memory");
	TAILQ_INSERT_TAIL(&jobs, j, next);
	others_may_start();
}

void
jobs_drop(void)
{
	struct job *j;

	asker = NULL;
	while ((j = TAILQ_FIRST(&jobs)) != NULL)
		job_free(j);
}

void
jobs_set_policy(const struct fetch_policy *p)
{
	fetch_policy_now = *p;
}

void
jobs_init(struct event_base *base)
{
	loop = base;
	if ((turn = evtimer_new(loop, on_turn, NULL)) == NULL)
		fatal("out of memory");
}
