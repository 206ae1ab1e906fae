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

/* What the starter tells us, and the pipe to it: fd 3. */
#include <string.h>
#include <unistd.h>

#include "life.h"
#include "proto_start.h"

#define STARTER_FD	3

static int kept;

static void
on_boot(void *ctx, const void *body, int fd)
{
	const struct ms_boot *m = body;
	struct parent *p = ctx;

	(void)fd;
	memcpy(p->boot, m->boot, sizeof(p->boot));
	p->debug = m->debug;
	kept = m->kept;
	load_dir(m->dir);
}

static void
on_kept(void *ctx, const void *body, int fd)
{
	const struct ms_keep *m = body;

	(void)ctx;
	snaps_kept(m->consumer, m->generation, fd);
}

static void
on_kept_end(void *ctx, const void *body, int fd)
{
	(void)body;
	(void)fd;
	order_boot(ctx, kept);
}

static struct child *
named(unsigned int role, unsigned int inst)
{
	struct child *c = child_of(role, inst);

	if (c == NULL)
		fatal("the starter speaks of role %u instance %u", role, inst);
	return (c);
}

static void
on_role_started(void *ctx, const void *body, int fd)
{
	const struct ms_pid *m = body;

	(void)ctx;
	(void)fd;
	child_started(named(m->role, m->inst), m->pid);
}

static void
on_role_died(void *ctx, const void *body, int fd)
{
	const struct ms_pid *m = body;

	(void)ctx;
	(void)fd;
	child_died(named(m->role, m->inst), (int)m->status);
}

static void
on_listening(void *ctx, const void *body, int fd)
{
	const struct ms_listening *m = body;

	sockets_listening(m->kind, fd);
	order_step(ctx);
}

static void
on_listen_failed(void *ctx, const void *body, int fd)
{
	const struct ms_failed *m = body;

	(void)fd;
	order_failed(ctx, "control socket: %s", m->text);
}

static void
on_secrets_pushed(void *ctx, const void *body, int fd)
{
	const struct ms_generation *m = body;

	(void)fd;
	catchup_secrets_pushed(ctx, m->generation);
	reload_secrets_pushed(m->generation);
}

static void
on_saved(void *ctx, const void *body, int fd)
{
	const struct ms_saved *m = body;

	(void)ctx, (void)fd;
	reload_saved(m->generation, m->text);
}

static void
on_reload_now(void *ctx, const void *body, int fd)
{
	(void)body;
	(void)fd;
	reload_request(ctx);
}

static void
on_stop_now(void *ctx, const void *body, int fd)
{
	(void)body;
	(void)fd;
	order_stop(ctx);
}

static const struct pipe_handler handlers[] = {
	{ M_BOOT, on_boot }, { M_KEPT, on_kept }, { M_KEPT_END, on_kept_end },
	{ M_ROLE_STARTED, on_role_started }, { M_ROLE_DIED, on_role_died },
	{ M_LISTENING, on_listening }, { M_LISTEN_FAILED, on_listen_failed },
	{ M_SECRETS_PUSHED, on_secrets_pushed }, { M_SAVED, on_saved },
	{ M_RELOAD_NOW, on_reload_now }, { M_STOP_NOW, on_stop_now },
	{ 0, NULL }
};

/*
 * Without the starter nobody starts or reaps: the roles see our end and
 * leave; block policies stay for the next start.
 */
static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	(void)ctx;
	(void)p;
	fatal("the starter %s", why != NULL ? why : "is gone");
}

void
starter_connect(struct parent *p)
{
	static const struct pipe_ops ops = { handlers, on_broken };

	p->starter = pipe_new(p->base, STARTER_FD, &proto_start, SIDE_B, &ops,
	    p);
}

void
starter_send(struct parent *p, uint16_t type, const void *body, int fd)
{
	(void)pipe_send(p->starter, type, body, fd);
}
