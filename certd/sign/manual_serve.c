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
 * Manual keys on the pipes: tmd orders, the parent installs.
 */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "manual.h"
#include "reason.h"
#include "sign.h"

#define WAITING_MOST	16384	/* as many pairs as a plane has room for */

/* What waits for the parent's credit, oldest first: no key is in it. */
struct waiting {
	TAILQ_ENTRY(waiting)	 entry;
	struct mv_keys_use	 use;
};
static TAILQ_HEAD(, waiting)	 waiting = TAILQ_HEAD_INITIALIZER(waiting);
static unsigned int		 nwaiting;

/*
 * What prints are made with: the machine's secret, so that one that we told
 * in an earlier life is still known; without it, this life's.
 */
static struct slice
print_key(struct sign *sg)
{
	if (sg->starter != NULL)
		pipe_read_now(sg->starter);
	if (sg->lasting_there)
		return ((struct slice){ sg->lasting, sizeof(sg->lasting) });
	return ((struct slice){ sg->boot_key, sizeof(sg->boot_key) });
}

void
manual_want(struct sign *sg, const struct mv_keys_want *m)
{
	static struct mv_keys_are out;

	if (sg->manuals != NULL)
		manuals_tell(sg->manuals, print_key(sg), m, &out);
	else {
		memset(&out, 0, sizeof(out));
		out.order = m->order;
		out.tunnel = m->tunnel;
		out.code = RSN_BUSY;
		wire_text_copy(out.text, sizeof(out.text), "certd-sign has no "
		    "policy yet");
	}
	pipe_send(sg->tmd, M_KEYS_ARE, &out, -1);
}

static void
used(struct sign *sg, uint32_t grant, unsigned int code, const char *text)
{
	struct mv_keys_used m = { .grant = grant, .code = (uint16_t)code };

	wire_text_copy(m.text, sizeof(m.text), text);
	if (sg->tmd != NULL)
		pipe_send(sg->tmd, M_KEYS_USED, &m, -1);
}

static int
has_credit(const struct sign *sg)
{
	return (pipe_credit(sg->role->parent, M_KEYS_INSTALL) > 0);
}

static void
install(struct sign *sg, const struct mv_keys_use *m)
{
	static struct mi_keys in;
	const char *why = "certd-sign has no policy yet";

	if (sg->manuals != NULL)
		why = manuals_install(sg->manuals, print_key(sg), m, &in);
	if (why != NULL)
		used(sg, m->grant, RSN_ORDER, why);
	else if (pipe_send(sg->role->parent, M_KEYS_INSTALL, &in, -1) !=
	    PIPE_OK)
		used(sg, m->grant, RSN_BUSY, "the parent is away");
	explicit_bzero(&in, sizeof(in));
}

static void
waiting_drop(struct waiting *w)
{
	TAILQ_REMOVE(&waiting, w, entry);
	nwaiting--;
	free(w);
}

static void
on_credit(void *arg, uint16_t type)
{
	struct role_ctx *ctx = arg;
	struct waiting *w;

	while ((w = TAILQ_FIRST(&waiting)) != NULL && has_credit(ctx->priv)) {
		install(ctx->priv, &w->use);
		waiting_drop(w);
	}
	if (w != NULL)
		pipe_on_credit(ctx->parent, type, on_credit);
}

void
manual_use(struct sign *sg, const struct mv_keys_use *m)
{
	struct waiting *w;

	if (nwaiting == 0 && has_credit(sg)) {
		install(sg, m);
		return;
	}
	if (nwaiting == WAITING_MOST) {
		used(sg, m->grant, RSN_BUSY, "too many at once");
		return;
	}
	w = xcalloc(1, sizeof(*w));
	w->use = *m;
	TAILQ_INSERT_TAIL(&waiting, w, entry);
	nwaiting++;
	pipe_on_credit(sg->role->parent, M_KEYS_INSTALL, on_credit);
}

void
manual_tmd_gone(void)
{
	while (!TAILQ_EMPTY(&waiting))
		waiting_drop(TAILQ_FIRST(&waiting));
}

static void
on_installed(void *arg, const void *body, int fd)
{
	const struct mi_result *m = body;
	struct role_ctx *ctx = arg;

	(void)fd;
	used(ctx->priv, m->req, m->code, m->text);
}

const struct pipe_handler manual_handlers[] = {
	{ M_KEYS_INSTALLED, on_installed },
	{ 0, NULL }
};
