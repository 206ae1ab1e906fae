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
 * The pipes of tmd as a sender sees them.
 */
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "proto_ike_tmd.h"
#include "proto_parent_tmd.h"
#include "proto_sign_tmd.h"
#include "reach.h"

static struct pipe	*pipes[ROLE_MAX];	/* all but ROLE_IKE's */
static struct pipe	*ike[WORKERS_MAX];
static unsigned int	 workers = 1;
static reach_fn		*stand_in;

/* REVOKEs that wait for credit, oldest first. */
static uint32_t	*waiting;
static size_t	 nwaiting, maxwaiting;

void
reach_stand_in(reach_fn *fn)
{
	stand_in = fn;
}

void
reach_set_workers(unsigned int n)
{
	workers = n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : n;
}

unsigned int
reach_workers(void)
{
	return (workers);
}

/*
 * Whatever else is written in the same turn: certd-sign is told to install
 * keys after the parent has their grant; ike of an order or grant after
 * certd-sign or the parent.
 */
void
reach_set(enum role r, unsigned int inst, struct pipe *p)
{
	if (p != NULL)
		pipe_set_rank(p, r == ROLE_PARENT ? 2 : r != ROLE_IKE);
	if (r != ROLE_IKE)
		pipes[r] = p;
	else if (inst < WORKERS_MAX)
		ike[inst] = p;
}

struct pipe *
reach_pipe(enum role r, unsigned int inst)
{
	if (r != ROLE_IKE)
		return (pipes[r]);
	return (inst < WORKERS_MAX ? ike[inst] : NULL);
}

int
reach_has(enum role r, unsigned int inst)
{
	return (stand_in != NULL || reach_pipe(r, inst) != NULL);
}

static int
reach_send(enum role r, unsigned int inst, uint16_t type, const void *body)
{
	struct pipe *p;

	if (stand_in != NULL)
		return (stand_in(r, inst, type, body));
	if ((p = reach_pipe(r, inst)) == NULL)
		return (PIPE_CLOSED);
	return (pipe_send(p, type, body, -1));
}

int
reach_ike(unsigned int worker, uint16_t type, const void *body)
{
	return (reach_send(ROLE_IKE, worker, type, body));
}

int
reach_ike_fd(unsigned int worker, uint16_t type, const void *body, int fd)
{
	struct pipe *p = reach_pipe(ROLE_IKE, worker);

	if (stand_in == NULL && p != NULL)
		return (pipe_send(p, type, body, fd));
	close(fd);
	return (stand_in == NULL ? PIPE_CLOSED :
	    stand_in(ROLE_IKE, worker, type, body));
}

int
reach_sign(uint16_t type, const void *body)
{
	return (reach_send(ROLE_SIGN, 0, type, body));
}

int
reach_certd(uint16_t type, const void *body)
{
	return (reach_send(ROLE_CERTD, 0, type, body));
}

int
reach_fetch(uint16_t type, const void *body)
{
	return (reach_send(ROLE_FETCH, 0, type, body));
}

int
reach_parent(uint16_t type, const void *body)
{
	return (reach_send(ROLE_PARENT, 0, type, body));
}

int
reach_parent_fd(uint16_t type, const void *body, int fd)
{
	struct pipe *p = reach_pipe(ROLE_PARENT, 0);

	if (stand_in == NULL && p != NULL)
		return (pipe_send(p, type, body, fd));
	close(fd);
	return (stand_in == NULL ? PIPE_CLOSED :
	    stand_in(ROLE_PARENT, 0, type, body));
}

unsigned int
reach_grant_room(void)
{
	if (stand_in != NULL)
		return (1024);
	if (pipes[ROLE_PARENT] == NULL)
		return (0);
	return (pipe_credit(pipes[ROLE_PARENT], M_GRANT));
}

void
reach_revoke(uint32_t grant)
{
	struct mt_grant_id m = { .id = grant };

	if (nwaiting == 0 && reach_parent(M_REVOKE, &m) != PIPE_NOCREDIT)
		return;
	if (nwaiting == maxwaiting) {
		maxwaiting = maxwaiting == 0 ? 256 : maxwaiting * 2;
		waiting = xreallocarray(waiting, maxwaiting,
		    sizeof(*waiting));
	}
	waiting[nwaiting++] = grant;
}

size_t
reach_revokes(void)
{
	return (nwaiting);
}

void
reach_revoke_more(void)
{
	struct mt_grant_id	m;
	size_t			i, n;

	for (n = 0; n < nwaiting; n++) {
		m.id = waiting[n];
		if (reach_parent(M_REVOKE, &m) == PIPE_NOCREDIT)
			break;
	}
	for (i = n; i < nwaiting; i++)
		waiting[i - n] = waiting[i];
	nwaiting -= n;
}
