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
 * The policy that holds, and what a commit does to tunnels.
 */
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "explain.h"
#include "inactive.h"
#include "lifesize.h"
#include "log.h"
#include "manual.h"
#include "members.h"
#include "new_keys.h"
#include "orders.h"
#include "owners.h"
#include "policy_now.h"
#include "reason.h"
#include "rebuild.h"
#include "resume.h"
#include "sess.h"
#include "sessions.h"
#include "settings.h"
#include "tunnel_fsm.h"
#include "verdict.h"

static struct policy		*now, *standby;
static struct policy_counts	 counts;
static uint64_t			 commits;

/* What an administrator had said of a tunnel that is made anew. */
struct carried_child {
	char		name[NAME_MAX_LEN + 1];
	int		opened, removed;
};

struct carried {
	uint32_t		 number;
	int			 opened, removed, again;
	struct carried_child	*child;		/* those with a word said */
	unsigned int		 nchildren;
	uint32_t		 order;		/* that was out */
};

struct commit {
	uint32_t	 generation;
	struct carried	*carried;	/* one a tunnel made */
	unsigned int	 ncarried;
};

const struct policy *
policy_now(void)
{
	if (now == NULL)
		now = snapshot_new(0);
	return (now);
}

const char *
policy_why(uint16_t code, const char *text)
{
	if (standby != NULL && code == RSN_CEILING)
		return ("reload: the policy has it no longer as it was");
	return (text[0] != '\0' ? text : reason_text(code));
}

int
policy_standby(void)
{
	return (standby != NULL);
}

const struct policy_counts *
policy_counts(void)
{
	return (&counts);
}

uint64_t
policy_commits(void)
{
	return (commits);
}

void
policy_prepare(struct policy *p)
{
	snapshot_free(standby);
	standby = p;
}

void
policy_abort(void)
{
	snapshot_free(standby);
	standby = NULL;
	verdict_retry();
}

/*
 * Closed at once: the parent has dropped or will drop what stood on it.  Who
 * watches learns of each session that it was a reload, not the peer.
 */
static void
close_tunnel(struct tunnel *t, const char *why)
{
	struct session *s;

	TAILQ_FOREACH(s, &t->sessions, entry)
		if (s->state == SS_UP || s->state == SS_ENDING)
			event_sess(EVT_SESSION_DOWN, s, 0, RSN_ADMIN,
			    "session ended: reload: %s", why);
	orders_cancel(t);
	resume_void_tunnel(t);
	sessions_drop_all(t, RSN_ADMIN);
	tunnel_free(t);
}

/* What we had going by our own initiative goes on after a change. */
static int
was_ours(const struct tunnel *t)
{
	const struct session *s = sess_up_of(t);

	return (t->state == TN_NEGOTIATING || (s != NULL && s->initiator));
}

static void
carry(struct carried *ca, const struct tunnel *t)
{
	const struct tun_child	*c;
	struct carried_child	*cc;

	ca->opened = t->opened;
	ca->removed = t->removed;
	ca->again = was_ours(t);
	ca->order = t->order;
	TAILQ_FOREACH(c, &t->children, entry) {
		if (!c->opened && !c->removed)
			continue;
		ca->child = xreallocarray(ca->child, ca->nchildren + 1,
		    sizeof(*ca->child));
		cc = &ca->child[ca->nchildren++];
		strlcpy(cc->name, c->pol->cf.name, sizeof(cc->name));
		cc->opened = c->opened;
		cc->removed = c->removed;
	}
}

/* Children that the policy has no more are forgotten, and what was said. */
static void
bring(const struct carried *ca, struct tunnel *t)
{
	struct tun_child	*c;
	unsigned int		 i;

	t->opened = ca->opened;
	t->removed = ca->removed;
	t->was_order = ca->order;
	for (i = 0; i < ca->nchildren; i++) {
		c = tunnel_child_name(t, ca->child[i].name);
		if (c == NULL)
			continue;
		c->opened = ca->child[i].opened;
		c->removed = ca->child[i].removed;
	}
}

static void
on_change(void *arg, enum snap_change how, const struct pol_tunnel *was,
    const struct pol_tunnel *is)
{
	struct commit	*co = arg;
	struct carried	*ca = &co->carried[co->ncarried];
	struct tunnel	*t;

	counts.n[how]++;
	if (was == is)
		return;
	t = was != NULL ? tunnel_find(was->cf.tunnel) : NULL;
	if (was != NULL && t == NULL)
		fatal("tunnel %u is not there", was->cf.tunnel);
	switch (how) {
	case SNAP_KEPT:
		tunnel_repoint(t, is);
		new_keys_life(t, was);
		return;
	case SNAP_REMOVED:
		event_tell(EVT_SUITE, t, 0, RSN_ADMIN,
		    "no longer in the policy");
		explain_forget(t->number);
		close_tunnel(t, "no longer in the policy");
		return;
	case SNAP_REKEYED:
		if (!TAILQ_EMPTY(&t->sessions)) {
			tunnel_repoint(t, is);
			new_keys_life(t, was);
			new_keys_policy(t, was);
			return;
		}
		/* Nothing to keep; what is on its way offers the old. */
		/* FALLTHROUGH */
	case SNAP_CHANGED:
		event_tell(EVT_SUITE, t, 0, RSN_ADMIN, "its policy changed");
		carry(ca, t);
		close_tunnel(t, "its policy changed");
		break;
	default:
		break;
	}
	tunnel_new(is, co->generation);
	ca->number = is->cf.tunnel;
	co->ncarried++;
}

/* All tunnels stand: the new ones start. */
static void
start_tunnel(const struct carried *ca)
{
	struct tunnel *t = tunnel_find(ca->number);

	bring(ca, t);
	rebuild_tunnel(t);
	tunnel_fsm(t, TE_START);
	if (ca->again && !t->removed)
		tunnel_fsm(t, TE_ACTIVATE);
}

void
policy_commit(uint32_t generation)
{
	struct policy	*old = now;
	struct commit	 co = { generation, NULL, 0 };
	unsigned int	 i;

	if (standby == NULL || standby->generation != generation)
		fatal("commit of generation %u without its copy", generation);
	now = standby;
	standby = NULL;
	if (commits++ == 0)
		settings_first(now);
	free(counts.settings);
	counts = (struct policy_counts){ .generation = generation };
	counts.settings = settings_diff(old, now, &counts.nsettings);
	co.carried = xcalloc(now->ntunnels + 1, sizeof(*co.carried));
	orders_generation(generation);
	snapshot_diff(old, now, on_change, &co);
	for (i = 0; i < co.ncarried; i++) {
		start_tunnel(&co.carried[i]);
		free(co.carried[i].child);
	}
	free(co.carried);
	members_recheck();
	owners_recheck();
	snapshot_free(old);
	event_tell(EVT_SUITE, NULL, 0, RSN_OK, "policy generation %u: %u "
	    "kept, %u rekeyed, %u restarted, %u added, %u removed", generation,
	    counts.n[SNAP_KEPT], counts.n[SNAP_REKEYED],
	    counts.n[SNAP_CHANGED], counts.n[SNAP_ADDED],
	    counts.n[SNAP_REMOVED]);
	lifesize_policy();
	inactive_policy();
	manual_recheck();
	verdict_retry();
	rebuild_committed();
}
