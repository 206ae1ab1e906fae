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

/* One run of tmd-policy: LOAD, problems, snapshots, the end. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "life.h"
#include "plane_ops.h"
#include "proto_parent_policy.h"

static struct {
	char		 dir[256];
	uint32_t	 generation;
	int		 loaded;	/* LOADED came, and was told on */
	int		 waits;		/* for the end of the one before */
	int		 damaged;	/* the database file */
	int		 have_state;
	int		 state;
} load;

static const char *
complete(void)
{
	unsigned int r;
	int fd;

	for (r = 0; r < ROLE_MAX; r++) {
		if (!snaps_consumer(r))
			continue;
		if ((fd = snaps_dup(r, 1)) == -1)
			return ("tmd-policy made no snapshot for someone");
		close(fd);
	}
	return (NULL);
}

void
load_dir(const char *name)
{
	strlcpy(load.dir, name, sizeof(load.dir));
}

int
load_new_state(void)
{
	int fd = load.have_state ? load.state : -1;

	load.have_state = 0;
	return (fd);
}

int
load_damaged(void)
{
	return (load.damaged);
}

void
load_drop_state(void)
{
	int fd = load_new_state();

	if (fd != -1)
		close(fd);
}

void
load_start(uint32_t generation)
{
	load_drop_state();
	snaps_drop_standby();
	load.generation = generation;
	load.loaded = 0;
	load.waits = child_of(ROLE_POLICY, 0)->state != CH_OFF;
	if (!load.waits)
		child_start(child_of(ROLE_POLICY, 0));
}

void
load_ready(struct child *c)
{
	const struct parent *p = c->id.parent;
	struct mp_load m = { .generation = load.generation,
	    .change = ask_now()->change };
	static const uint8_t left[] = { ROLE_IKE, ROLE_SIGN, ROLE_TMD };
	int text = ask_text(), kept = snaps_dup(ROLE_POLICY, 0);
	size_t i;

	/* Until one is chosen, `auto` is what this kernel can do. */
	m.userspace = (uint8_t)(p->workers == 0 ? plane_auto() :
	    p->suite.userspace);

	strlcpy(m.dir, load.dir, sizeof(m.dir));
	if (text != -1)
		(void)child_send(c, M_LOAD_TEXT, NULL, text);
	for (i = 0; kept != -1 && i < sizeof(left); i++)
		(void)child_send(c, M_LOAD_LEFT, &(struct mp_snapshot){
		    left[i] }, snaps_dup(left[i], 0));
	if (kept != -1)
		(void)child_send(c, M_LOAD_KEPT, NULL, kept);
	(void)child_send(c, M_LOAD, &m, -1);
}

void
load_ended(struct child *c)
{
	char text[MSG_TEXT];

	if (load.waits) {
		load.waits = 0;
		if (!c->id.parent->stopping)
			child_start(c);
	} else if (!load.loaded) {
		snprintf(text, sizeof(text), "tmd-policy ended before it was "
		    "done: %s", c->last_end);
		reload_loaded(text);
	}
}

/* What comes behind LOADED counts no more, nor of one that is stopped. */
static int
is_over(void)
{
	return (load.loaded || load.waits);
}

static void
on_problem(void *ctx, const void *body, int fd)
{
	const struct child_id *id = ctx;

	(void)fd;
	if (!is_over())
		reload_problem(id->parent, body);
}

static void
on_snapshot(void *ctx, const void *body, int fd)
{
	const struct mp_snapshot *m = body;

	(void)ctx;
	if (is_over())
		close(fd);
	else
		snaps_standby(m->consumer, fd);
}

static void
on_state(void *ctx, const void *body, int fd)
{
	(void)ctx;
	(void)body;
	if (is_over())
		close(fd);
	else {
		load.have_state = 1;
		load.state = fd;
	}
}

static void
on_loaded(void *ctx, const void *body, int fd)
{
	const struct mp_done *m = body;
	struct child *c = ctx;
	char text[MSG_TEXT];

	(void)fd;
	child_stop(c);
	if (is_over())
		return;
	load.loaded = 1;
	load.damaged = m->damaged != 0;
	snprintf(text, sizeof(text), "%u error%s in the policy", m->errors,
	    m->errors == 1 ? "" : "s");
	/* Its end, with all its memory, is not waited for. */
	reload_loaded(m->ok ? complete() : text);
}

const struct pipe_handler from_policy_handlers[] = {
	{ M_LOAD_PROBLEM, on_problem }, { M_SNAPSHOT, on_snapshot },
	{ M_NEW_STATE, on_state }, { M_LOADED, on_loaded }, { 0, NULL }
};
