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
 * Who asked for a reload, one after the other.  Those who want no more than
 * that the files be read again are served together.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "life.h"
#include "proto_parent_tmd.h"

#define ASKS_MAX	16	/* tmd's credit is 8; and one signal */
#define UNSAFE_TOLD	20	/* children: one reason serves them all */

static struct ask {
	struct mt_reload m;
	int		 text;		/* a memfd, or -1 */
} queued[ASKS_MAX], now = { .text = -1 };
static uint32_t		reqs[ASKS_MAX];	/* who hears of the present one */
static unsigned int	nqueued, nreqs;

static int
is_plain(const struct mt_reload *m)
{
	return (m->what == RELOAD_HOLD && m->confirm == 0 &&
	    m->change.how == CHANGE_NONE);
}

static void
drop_text(struct ask *a)
{
	if (a->text != -1)
		close(a->text);
	a->text = -1;
}

int
ask_put(const struct mt_reload *m, int text)
{
	struct ask a = { *m, text };
	unsigned int i;

	/* One signal is as good as many, and they leave tmd's their room. */
	for (i = 0; m->req == 0 && i < nqueued; i++)
		if (queued[i].m.req == 0) {
			drop_text(&a);
			return (1);
		}
	if (nqueued == ASKS_MAX) {
		drop_text(&a);
		return (0);
	}
	queued[nqueued++] = a;
	return (1);
}

int
ask_next(void)
{
	unsigned int i, n = 0;

	if (nqueued == 0)
		return (0);
	drop_text(&now);
	now = queued[0];
	nreqs = 0;
	do {
		if (n > 0)
			drop_text(&queued[n]);
		reqs[nreqs++] = queued[n++].m.req;
	} while (n < nqueued && is_plain(&now.m) && is_plain(&queued[n].m));
	for (i = n; i < nqueued; i++)
		queued[i - n] = queued[i];
	nqueued -= n;
	return (1);
}

void
ask_none(void)
{
	drop_text(&now);
	memset(&now.m, 0, sizeof(now.m));
	nreqs = 0;
}

const struct mt_reload *
ask_now(void)
{
	return (&now.m);
}

int
ask_text(void)
{
	int fd = now.text;

	now.text = -1;
	return (fd);
}

void
reload_problem(struct parent *p, const struct mt_problem *m)
{
	struct mt_problem copy = *m;
	unsigned int i;
	enum log_level level = ask_now()->what == RELOAD_LOOK ?
	    LOG_L_DEBUG : m->warning ? LOG_L_WARNING : LOG_L_ERROR;

	log_line(LS_POLICY, level, "%s", m->text);
	if (m->source[0] != '\0') {
		log_line(LS_POLICY, level, "    %s", m->source);
		if (m->column > 0 && m->column <= 255)
			log_line(LS_POLICY, level, "    %*s", m->column, "^");
	}
	for (i = 0; i < nreqs; i++)
		if ((copy.req = reqs[i]) != 0)
			(void)parent_send(p, ROLE_TMD, 0, M_PROBLEM, &copy,
			    -1);
}

struct unsafe {
	struct parent	*p;
	char		 why[MSG_TEXT];
	unsigned int	 n;
};

static void
tell_unsafe(void *arg, uint32_t tunnel, uint32_t child)
{
	struct mt_problem m = { .warning = 1 };
	struct unsafe *u = arg;

	if (u->n++ > UNSAFE_TOLD)
		return;
	if (u->n <= UNSAFE_TOLD)
		snprintf(m.text, sizeof(m.text), "child %u.%u is not safe: "
		    "its clear traffic is not blocked yet: %.200s", tunnel,
		    child, u->why);
	else
		snprintf(m.text, sizeof(m.text), "more children are not safe");
	reload_problem(u->p, &m);
}

void
reload_unsafe(struct parent *p, uint32_t generation, const char *why)
{
	struct mt_problem m = { .warning = 0 };
	struct unsafe u = { .p = p };

	strlcpy(u.why, why, sizeof(u.why));
	snprintf(m.text, sizeof(m.text), "generation %u: %.480s", generation,
	    u.why);
	reload_problem(p, &m);
	ceilings_unsafe(tell_unsafe, &u);
}

/* No tunnel depends on the filters: the service goes on without. */
void
reload_filters(struct parent *p)
{
	struct mt_problem m = { .warning = 0 };
	const char *why = filters_refused();

	if (why == NULL)
		return;
	snprintf(m.text, sizeof(m.text), "generation %u: its filters do not "
	    "hold, but those before, if any; tried again until they do: %s",
	    p->generation, why);
	reload_problem(p, &m);
}

int
ask_answer(struct parent *p, int ok, const char *why)
{
	struct mt_reloaded m = { .ok = (uint8_t)ok,
	    .generation = p->generation };

	wire_text_copy(m.text, sizeof(m.text), why);
	while (nreqs > 0)
		if ((m.req = reqs[--nreqs]) != 0)
			(void)parent_send(p, ROLE_TMD, 0, M_RELOADED, &m, -1);
	return (nqueued > 0);
}

/* What it has begun goes on, and signals; what waits was not acknowledged. */
void
ask_forget(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < nqueued; i++)
		if (queued[i].m.req == 0)
			queued[n++] = queued[i];
		else
			drop_text(&queued[i]);
	nqueued = n;
	nreqs = 0;
}
