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
 * Which roles have a pipe between them, and giving its ends.  No other pair
 * has one.
 */
#include "life.h"

/*
 * Who accuses more partners than this in one life is itself to be doubted.
 * Whom strangers can reach is so from the first: accuser and accused start
 * anew, and in the time after the accuser alone, whichever of its workers
 * and whichever of its lives it is.  So a stolen one, stolen again and
 * again, takes one partner with it, not all of them for ever.
 */
#define ACCUSATIONS_MOST	8
#define DOUBT_SECONDS		600

static const struct { enum role a, b; } pairs[] = {
	{ ROLE_IKE, ROLE_SIGN }, { ROLE_IKE, ROLE_CERTD },
	{ ROLE_IKE, ROLE_TMD }, { ROLE_IKE, ROLE_ESP },
	{ ROLE_IKE, ROLE_DHCP }, { ROLE_SIGN, ROLE_TMD },
	{ ROLE_CERTD, ROLE_TMD }, { ROLE_SIGN, ROLE_CERTD },
	{ ROLE_CERTD, ROLE_FETCH }, { ROLE_TMD, ROLE_FETCH },
	{ ROLE_TMD, ROLE_DHCP }, { ROLE_SIGN, ROLE_TOKEN },
	{ ROLE_METRICS, ROLE_TMD }
};

/* The role at the other end of pair i from r, or ROLE_NONE. */
static enum role
partner(size_t i, enum role r)
{
	return (pairs[i].a == r ? pairs[i].b : pairs[i].b == r ? pairs[i].a :
	    ROLE_NONE);
}

static void
give(struct child *to, const struct child *other, int fd)
{
	struct ml_peer m = { (uint8_t)other->id.role,
	    (uint8_t)other->id.inst };

	(void)child_send(to, M_GIVE_PIPE, &m, fd);
}

static void
each_partner(struct child *c, void (*fn)(struct child *, struct child *))
{
	struct child *o;
	unsigned int n;
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		for (n = 0; n < WORKERS_MAX; n++) {
			o = child_of(partner(i, c->id.role), n);
			if (o != NULL && o->state == CH_SETTLED &&
			    o->pipe != NULL)
				fn(c, o);
		}
}

static void
connect_one(struct child *c, struct child *o)
{
	int fds[2];

	pipe_pair(fds);
	give(o, c, fds[0]);
	give(c, o, fds[1]);
}

static void
tell_gone(struct child *c, struct child *o)
{
	struct ml_peer m = { (uint8_t)c->id.role, (uint8_t)c->id.inst };

	(void)child_send(o, M_PEER_GONE, &m, -1);
}

void
pairs_connect(struct child *c)
{
	each_partner(c, connect_one);
}

void
pairs_gone(struct child *c)
{
	if (c->state == CH_SETTLED)
		each_partner(c, tell_gone);
}

static int
partners(enum role a, enum role b)
{
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (partner(i, a) == b)
			return (1);
	return (0);
}

static int
exposed(enum role r)
{
	return (r != ROLE_SIGN && r != ROLE_TMD);
}

/* May an accusation by this role still cost another's life? */
static int
believed(enum role r)
{
	static uint64_t since[ROLE_MAX];
	uint64_t now = parent_now();

	if (!exposed(r))
		return (1);
	if (since[r] != 0 && now - since[r] < DOUBT_SECONDS)
		return (0);
	since[r] = now;
	return (1);
}

void
pairs_on_broke(void *ctx, const void *body, int fd)
{
	const struct ml_broke *m = body;
	struct child *by = ctx, *c = child_of(m->role, m->inst);
	int yes;

	(void)fd;
	if (c == NULL || !partners(by->id.role, m->role)) {
		child_violation(&by->id, "speaks of a pipe it cannot have");
		return;
	}
	if (++by->accusations > ACCUSATIONS_MOST) {
		child_violation(&by->id, "accuses others without end");
		return;
	}
	if (c->state != CH_SETTLED)
		return;		/* it has its end: nobody gains by it */
	yes = believed(by->id.role);
	log_error(LS_CORE, "%s broke a rule of its pipe to %s: %s: %s",
	    role_name(m->role, m->inst), role_info(by->id.role)->name,
	    m->text, yes ? "killed" : "not believed again");
	if (yes)
		child_kill(c, "broke a rule of a pipe");
	if (exposed(by->id.role))
		child_violation(&by->id, "accuses others");
}
