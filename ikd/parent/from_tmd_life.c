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

/* tmd asks about the suite: RELOAD, PROCESSES, LOG_LEVEL. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "life.h"
#include "reason.h"

static int reload_text = -1;	/* for the RELOAD that follows */

static void
on_reload_text(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	if (reload_text != -1)
		close(reload_text);
	reload_text = fd;
}

static void
on_reload(void *ctx, const void *body, int fd)
{
	const struct child_id *id = ctx;
	const struct mt_reload *m = body;
	int text = reload_text;

	(void)fd;
	reload_text = -1;
	if (m->what > RELOAD_KEEP || m->confirm > RELOAD_TRIAL_MAX ||
	    m->req == 0) {
		if (text != -1)
			close(text);
		child_violation(id, "RELOAD %u for %u s", m->what,
		    m->confirm);
		return;
	}
	reload_asked(id->parent, m, text);
}

static const char *
state_word(const struct child *c)
{
	switch (c->state) {
	case CH_SETTLED:
		return ("running");
	case CH_STARTING:
	case CH_READY:
		return ("starting");
	case CH_WAITING:
		return ("waiting");
	case CH_OFF:
	case CH_ENDING:
		break;
	}
	return ("stopped");
}

static void
send_process(const struct child_id *id, const struct mt_process *m)
{
	(void)parent_send(id->parent, ROLE_TMD, 0, M_PROCESS, m, -1);
}

static void
send_child(const struct child_id *id, uint32_t req, const struct child *c)
{
	struct mt_process m = { .req = req, .role = (uint8_t)c->id.role,
	    .inst = (uint8_t)c->id.inst, .restarts = c->restarts,
	    .since = c->since };
	int running = c->state != CH_OFF && c->state != CH_WAITING;

	/* tmd-policy lives only while it loads. */
	if (c->id.role == ROLE_POLICY && !running)
		return;
	m.pid = running ? c->pid : 0;
	strlcpy(m.state, state_word(c), sizeof(m.state));
	if (c->restarts > 0)
		snprintf(m.last_end, sizeof(m.last_end), "%.40s %llu s ago",
		    c->last_end,
		    (unsigned long long)(parent_now() - c->ended_at));
	send_process(id, &m);
}

static void
on_processes(void *ctx, const void *body, int fd)
{
	const struct child_id *id = ctx;
	const struct mt_req *q = body;
	struct mt_process m = { .req = q->req, .state = "running" };
	struct mt_result end = { .req = q->req, .code = RSN_OK };
	struct child *c;
	unsigned int i;

	(void)fd;
	m.since = order_since();
	m.role = ROLE_STARTER;
	m.pid = (uint32_t)getppid();
	send_process(id, &m);
	m.role = ROLE_PARENT;
	m.pid = (uint32_t)getpid();
	send_process(id, &m);
	for (i = 0; (c = child_at(i)) != NULL; i++)
		send_child(id, q->req, c);
	(void)parent_send(id->parent, ROLE_TMD, 0, M_PROCESSES_END, &end, -1);
}

static void
on_log_level(void *ctx, const void *body, int fd)
{
	const struct child_id *id = ctx;
	const struct mt_level *m = body;

	(void)fd;
	if (m->level > LOG_L_DEBUG || (m->sub >= LS_MAX && m->sub != 255)) {
		child_violation(id, "log level %u of %u", m->level, m->sub);
		return;
	}
	logs_set(m->sub, m->level);
}

const struct pipe_handler from_tmd_life_handlers[] = {
	{ M_RELOAD, on_reload }, { M_RELOAD_TEXT, on_reload_text },
	{ M_PROCESSES, on_processes },
	{ M_LOG_LEVEL, on_log_level }, { 0, NULL }
};
