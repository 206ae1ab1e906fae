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


/* The pipes on which roles get their secrets, from the starter alone. */
#include <string.h>

#include "daemon.h"
#include "handout.h"
#include "lasting.h"
#include "log.h"
#include "pipe.h"
#include "proto_ctl.h"
#include "roles.h"
#include "rootfile.h"

static struct pipe *pipes[ROLE_MAX];

static const struct msg_table *const tables[ROLE_MAX] = {
	[ROLE_SIGN] = &proto_start_sign, [ROLE_FETCH] = &proto_start_fetch,
	[ROLE_TOKEN] = &proto_start_token
};

static void
gone(void *ctx, struct pipe *p, const char *why)
{
	struct pipe **place = ctx;

	(void)why;
	pipe_free(p);
	*place = NULL;
}

/* Before anything else it hears. */
static void
push_lasting(int state, const char *where)
{
	struct mq_lasting m;
	const char *why = lasting_read(state, m.secret);

	if (why != NULL)
		daemon_error("%s/%s: %s", where, LASTING_FILE, why);
	(void)pipe_send(pipes[ROLE_SIGN], M_LASTING, &m, -1);
	explicit_bzero(&m, sizeof(m));
	pipe_flush(pipes[ROLE_SIGN]);
}

int
handout_pipe(struct event_base *base, unsigned int role, int state,
    const char *where)
{
	static const struct pipe_handler none[] = { { 0, NULL } };
	static const struct pipe_ops ops = { none, gone };
	int pair[2];

	if (role >= ROLE_MAX || tables[role] == NULL)
		return (-1);
	pipe_pair(pair);
	pipe_free(pipes[role]);
	pipes[role] = pipe_new(base, pair[0], tables[role], SIDE_A, &ops,
	    &pipes[role]);
	if (role == ROLE_SIGN)
		push_lasting(state, where);
	return (pair[1]);
}

void
handout_push(unsigned int role, int dir, const char *where,
    uint32_t generation, uid_t signer)
{
	struct mq_secrets m = { .generation = generation };

	if (role >= ROLE_MAX || pipes[role] == NULL)
		return;
	wire_text_copy(m.dir, sizeof(m.dir), where);
	(void)pipe_send(pipes[role], M_SECRETS, &m, rootfile_secrets(dir,
	    m.dir, role, generation, signer));
	pipe_flush(pipes[role]);
}
