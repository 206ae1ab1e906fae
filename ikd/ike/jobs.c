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
 * Jobs: our own requests on a session that is up.  The window is one, so
 * they wait for each other in order.
 */
#include <stdlib.h>
#include <string.h>

#include "exch_create.h"
#include "log.h"
#include "reason.h"
#include "session.h"

#define JOBS_MAX	64 /* children's rekeys and deletes; more is a bug */

#define HURRY_TRIES	2

struct job {
	TAILQ_ENTRY(job)	 link;
	enum job_kind		 kind;
	uint32_t		 child;
	uint32_t		 spi_in;
	uint16_t		 code;
	uint64_t		 at;		/* ms; not before */
};

/* The same is queued already. */
static int
doubled(const struct session *s, enum job_kind kind, uint32_t child,
    uint32_t spi_in)
{
	const struct job	*j;

	TAILQ_FOREACH(j, &s->jobs, link)
		if (j->kind == kind && j->child == child &&
		    j->spi_in == spi_in)
			return (1);
	return (0);
}

/*
 * The session is about to be deleted: no traffic from now on.  A request
 * that is out is not waited for as long as usual.
 */
static void
stop_children(struct session *s, unsigned int code)
{
	struct child	*c;

	while ((c = TAILQ_FIRST(&s->children)) != NULL)
		child_remove(c, code, reason_text(code));
	if (window_outstanding(s))
		retrans_hurry(s, HURRY_TRIES);
}

/* The same is being asked for right now. */
static int
under_way(const struct session *s, enum job_kind kind, uint32_t child,
    uint32_t spi_in)
{
	return (s->own != NULL && s->own->kind == kind &&
	    s->own->child == child && s->own->old_spi == spi_in);
}

void
job_later(struct session *s, enum job_kind kind, uint32_t child,
    uint32_t spi_in, unsigned int code, uint32_t ms)
{
	struct job	*j;
	struct child	*c;

	if (s->state == SA_CLOSING || s->state == SA_CLOSED) {
		if (kind == JOB_IKE_DELETE)
			stop_children(s, code);
		return;
	}
	if (s->state == SA_DEAD || s->state == SA_DELETING ||
	    doubled(s, kind, child, spi_in) ||
	    (ms == 0 && under_way(s, kind, child, spi_in)))
		return;
	/* From now on the peer is told that it is being closed (2.25.1). */
	if (kind == JOB_CHILD_DELETE &&
	    (c = child_by_spi(s->ike, spi_in)) != NULL) {
		c->state = CH_DELETING;
		c->down_code = (uint16_t)code;
	}
	if (kind == JOB_IKE_DELETE)
		stop_children(s, code);
	j = xcalloc(1, sizeof(*j));
	j->kind = kind;
	j->child = child;
	j->spi_in = spi_in;
	j->code = (uint16_t)code;
	j->at = ms == 0 ? 0 : ike_now(s->ike) + ms;
	/*
	 * The end of all does not wait for what it ends; nor does what brings
	 * the rest where the peer is.
	 */
	if (kind == JOB_IKE_DELETE || kind == JOB_MOVE || kind == JOB_CHECK)
		TAILQ_INSERT_HEAD(&s->jobs, j, link);
	else
		TAILQ_INSERT_TAIL(&s->jobs, j, link);
	job_run(s);
}

void
job_add(struct session *s, enum job_kind kind, uint32_t child,
    uint32_t spi_in, unsigned int code)
{
	job_later(s, kind, child, spi_in, code, 0);
}

void
job_clear(struct session *s)
{
	struct job	*j;

	while ((j = TAILQ_FIRST(&s->jobs)) != NULL) {
		TAILQ_REMOVE(&s->jobs, j, link);
		free(j);
	}
}

void
job_inherit(struct session *from, struct session *to)
{
	struct job	*j, *next;

	TAILQ_FOREACH_SAFE(j, &from->jobs, link, next) {
		if (j->kind == JOB_IKE_REKEY || j->kind == JOB_PROBE ||
		    j->kind == JOB_CRASH_TOKEN || j->kind == JOB_TICKET)
			continue;
		TAILQ_REMOVE(&from->jobs, j, link);
		TAILQ_INSERT_TAIL(&to->jobs, j, link);
	}
	job_clear(from);
}

void
job_hand_on(const struct session *s)
{
	const struct exch	*x = s->own;
	struct session		*to;

	to = session_by_id(s->ike, s->heir);
	while (to != NULL && to->state == SA_REKEYED)
		to = session_by_id(s->ike, to->heir);
	if (x == NULL || !window_outstanding(s) || to == NULL)
		return;
	switch (x->kind) {
	case JOB_CHILD_NEW:
	case JOB_CHILD_REKEY:
	case JOB_CHILD_DELETE:
		job_add(to, x->kind, x->child, x->old_spi, x->notify);
		break;
	case JOB_MOVE:
	case JOB_ADDRS:
	case JOB_CHECK:
		if (to->mob != NULL)
			job_add(to, x->kind, 0, to->mob->serial, 0);
		break;
	default:	/* of the SA that ends, or asked anew by the heir */
		break;
	}
}

static int
start(struct session *s, struct exch *x)
{
	switch (x->kind) {
	case JOB_CHILD_NEW:
	case JOB_CHILD_REKEY:
		return (exch_child_i_start(s, x));
	case JOB_IKE_REKEY:
		return (exch_ike_i_start(s, x));
	default:
		return (exch_info_start(s, x));
	}
}

/*
 * When it may go.  A pair that the peer asked for is not touched, nor is the
 * IKE SA rekeyed, while the peer may not know of the pair yet: it would not
 * find it, and hold on to it afterwards.
 */
static uint64_t
due(const struct session *s, const struct job *j)
{
	const struct child	*c;

	if (j->kind == JOB_CHILD_REKEY || j->kind == JOB_CHILD_DELETE) {
		c = child_by_spi(s->ike, j->spi_in);
		if (c == NULL || c->initiator)
			return (j->at);
	} else if (j->kind != JOB_IKE_REKEY)
		return (j->at);
	return (j->at > s->win.unsure ? j->at : s->win.unsure);
}

/*
 * A pair of that child that was replaced goes before the next is made, or
 * there would be more at once than a grant lets stand.
 */
static int
waits(const struct session *s, const struct job *rekey)
{
	const struct job	*j;

	if (rekey->kind != JOB_CHILD_REKEY)
		return (0);
	TAILQ_FOREACH(j, &s->jobs, link)
		if (j->kind == JOB_CHILD_DELETE && j->child == rekey->child)
			return (1);
	return (0);
}

static int
is_childs(enum job_kind kind)
{
	return (kind == JOB_CHILD_NEW || kind == JOB_CHILD_REKEY ||
	    kind == JOB_CHILD_DELETE);
}

/* The peer's rekey of the IKE SA has its additional key exchanges to come. */
static int
rekey_is_half(const struct session *s)
{
	return (s->half != NULL && s->half->kind == JOB_IKE_REKEY);
}

int
job_is_held(const struct session *s)
{
	const struct job	*j;

	if (rekey_is_half(s))
		TAILQ_FOREACH(j, &s->jobs, link)
			if (is_childs(j->kind) && j->at <= ike_now(s->ike))
				return (1);
	return (0);
}

/* The next one that may go now; NULL, and the timer set for a later one. */
static struct job *
next_job(struct session *s)
{
	struct job	*j;
	uint64_t	 now = ike_now(s->ike), soonest = 0, at;

	TAILQ_FOREACH(j, &s->jobs, link) {
		if (s->state == SA_REKEYED && j->kind != JOB_IKE_DELETE &&
		    j->kind != JOB_MOVE)
			continue;
		/* The peer's child is being made under this SA. */
		if (j->kind == JOB_IKE_REKEY &&
		    (s->peer != NULL || s->half != NULL || s->held != NULL))
			continue;
		/* It would be under way when the heir takes the pairs. */
		if (is_childs(j->kind) && rekey_is_half(s))
			continue;
		if (waits(s, j))
			continue;
		at = due(s, j);
		if (at <= now)
			return (j);
		if (soonest == 0 || at < soonest)
			soonest = at;
	}
	if (soonest != 0)
		timer_set(s->ike, &s->jobtimer, soonest - now);
	return (NULL);
}

void
job_run(struct session *s)
{
	struct job	*j;

	while ((s->state == SA_UP || s->state == SA_REKEYED) &&
	    s->own == NULL && !window_outstanding(s) &&
	    (j = next_job(s)) != NULL) {
		s->own = exch_new(s, j->kind, 1);
		s->own->child = j->child;
		s->own->old_spi = j->spi_in;
		s->own->notify = j->code;
		TAILQ_REMOVE(&s->jobs, j, link);
		free(j);
		if (start(s, s->own) == -1)
			exch_free(s->ike, &s->own);
	}
}
