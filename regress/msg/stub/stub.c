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

/* What every stub does alike; see stub.h. */
#include <sys/prctl.h>

#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "proto_life.h"
#include "stub.h"

#define PARENT_FD	3

extern char **environ;

static enum role
role_of(const char *prog)
{
	unsigned int r;

	for (r = ROLE_STARTER; r < ROLE_CTL; r++)
		if (strcmp(role_info(r)->prog, prog) == 0)
			return ((enum role)r);
	fatal("%s is no role", prog);
}

const struct msg_table *
stub_table(enum role a, enum role b, enum msg_side *side)
{
	const struct msg_table *t;
	unsigned int i;

	for (i = 0; (t = proto_at(i)) != NULL; i++)
		if ((t->side_a == a && t->side_b == b) ||
		    (t->side_a == b && t->side_b == a)) {
			*side = t->side_a == a ? SIDE_A : SIDE_B;
			return (t);
		}
	return (NULL);
}

void
stub_begin(struct stub *s, char *argv[])
{
	char self[4096], path[4200];
	enum msg_side side;
	ssize_t n;
	FILE *f;

	s->role = role_of(argv[0]);
	log_init(argv[0], LOG_L_INFO);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n <= 0)
		fatal_errno("/proc/self/exe");
	self[n] = '\0';
	snprintf(path, sizeof(path), "%s.order", self);
	if ((f = fopen(path, "r")) == NULL) {
		snprintf(path, sizeof(path), "%s.real", self);
		(void)execve(path, argv, environ);
		fatal_errno("%s", path);
	}
	if (fgets(s->order, sizeof(s->order), f) == NULL)
		fatal("no order in %s", path);
	fclose(f);
	s->order[strcspn(s->order, "\n")] = '\0';
	/* The test may take the order away now. */
	(void)prctl(PR_SET_NAME, "ordered");
	memset(s->peer, 0xff, sizeof(s->peer));
	s->table = s->role == ROLE_PARENT ? &proto_parent_certd :
	    stub_table(ROLE_PARENT, s->role, &side);
	if ((s->base = event_base_new()) == NULL)
		fatal("no event loop");
	(void)fcntl(PARENT_FD, F_SETFD, FD_CLOEXEC);
}

/* LIFE_ROWS, as an honest role answers them. */

static void
on_hello(void *arg, const void *body, int fd)
{
	const struct ml_hello *m = body;
	struct stub *s = arg;

	(void)fd;
	s->inst = m->inst;
	if (s->hello != NULL && s->hello(s))
		return;
	pipe_send(s->parent, M_READY, NULL, -1);
	pipe_set_phase(s->parent, PH_RUN);
}

static void
on_give_log(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	log_set_pipe(fd);
}

static void
on_give_pipe(void *arg, const void *body, int fd)
{
	const struct ml_peer *m = body;
	struct stub *s = arg;

	if (s->peer[m->role][m->inst] != -1)
		close(s->peer[m->role][m->inst]);
	s->peer[m->role][m->inst] = fd;
	if (s->given != NULL)
		s->given(s, m->role, m->inst);
}

static void
on_ping(void *arg, const void *body, int fd)
{
	struct stub *s = arg;

	(void)fd;
	if (!s->mute)
		pipe_send(s->parent, M_PONG, body, -1);
}

static void
on_prepare(void *arg, const void *body, int fd)
{
	const struct ml_prepare *m = body;
	struct ml_prepared r = { .generation = m->generation, .ok = 1 };
	struct stub *s = arg;

	close(fd);
	r.ok = !s->veto;
	pipe_send(s->parent, M_PREPARED, &r, -1);
}

static void
on_commit(void *arg, const void *body, int fd)
{
	const struct ml_generation *m = body;
	struct stub *s = arg;

	(void)fd;
	s->generation = m->generation;
	pipe_send(s->parent, M_COMMITTED, m, -1);
}

static void
on_stop(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	(void)fd;
	_exit(0);
}

static void
on_other(void *arg, const void *body, int fd)
{
	(void)arg;
	(void)body;
	if (fd != -1)
		close(fd);
}

static const struct pipe_handler life[] = {
	{ M_HELLO, on_hello }, { M_GIVE_LOG, on_give_log },
	{ M_GIVE_PIPE, on_give_pipe }, { M_PING, on_ping },
	{ M_PREPARE, on_prepare }, { M_COMMIT, on_commit },
	{ M_STOP, on_stop }, { 0, NULL }
};

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg;
	(void)p;
	log_error(LS_CORE, "stub: the parent's pipe ends: %s",
	    why == NULL ? "closed" : why);
	_exit(0);
}

static const struct pipe_handler *
find(const struct pipe_handler *h, uint16_t type)
{
	for (; h != NULL && h->type != 0; h++)
		if (h->type == type)
			return (h);
	return (NULL);
}

void
stub_serve(struct stub *s)
{
	static struct pipe_handler all[128];
	struct pipe_ops ops = { all, on_broken };
	const struct pipe_handler *h;
	size_t i;

	for (i = 0; i < s->table->nrows; i++) {
		all[i] = (struct pipe_handler){ s->table->rows[i].type,
		    on_other };
		if ((h = find(s->own, all[i].type)) != NULL ||
		    (h = find(life, all[i].type)) != NULL)
			all[i] = *h;
	}
	s->parent = pipe_new(s->base, PARENT_FD, s->table, SIDE_B, &ops, s);
	pipe_set_phase(s->parent, PH_START);
	pipe_loop(s->base);
	if (s->play != NULL)
		s->play(s);
	_exit(0);
}
