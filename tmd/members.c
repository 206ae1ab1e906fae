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
 * Groups and patterns as remote IDs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"
#include "event.h"
#include "id.h"
#include "log.h"
#include "members.h"
#include "policy_now.h"
#include "sessions.h"

static const struct idset *
group_of(const char *name)
{
	return (groups_find(policy_now()->groups, name));
}

int
members_many(const struct pol_tunnel *t)
{
	return (t->cf.role == TR_RESPONDER && (t->cf.group[0] != '\0' ||
	    t->cf.id_remote.type == ID_ANY || id_is_wild(&t->cf.id_remote)));
}

static int
is_one_of(const char *group, const struct wt_id *want, const struct wt_id *id)
{
	const struct idset *set;

	if (group[0] == '\0')
		return (id_match(want, id));
	return ((set = group_of(group)) != NULL &&
	    idset_match(set, id) != -1);
}

int
members_tunnel(const struct pol_tunnel *t, const struct wt_id *id)
{
	return (is_one_of(t->cf.group, &t->cf.id_remote, id));
}

int
members_child(const struct pol_child *c, const struct wt_id *id)
{
	return (is_one_of(c->cf.peers_group, &c->cf.peers, id));
}

/*
 * One that comes again stands for itself: its old session ends, or another
 * takes its place; with unique-id: never each counts, but the one that the new
 * one resumes.
 */
const char *
members_full(const struct tunnel *t, const struct wt_id *id,
    const struct session *resumed)
{
	static char		 why[80];
	const struct session	*s;
	uint32_t		 n = t->nsessions - t->ending;

	if (t->pol->cf.max_peers == 0)
		return (NULL);
	if (t->pol->cf.unique == UNIQUE_NEVER)
		n -= resumed != NULL && resumed->state != SS_ENDING;
	else
		for (s = sess_of_id(t, id, NULL); s != NULL;
		    s = sess_of_id(t, id, s))
			n -= s->state != SS_ENDING;
	if (n < t->pol->cf.max_peers)
		return (NULL);
	snprintf(why, sizeof(why), "%u peers are there already "
	    "(max-peers: %u)", n, t->pol->cf.max_peers);
	return (why);
}

size_t
members_count(const struct pol_tunnel *t)
{
	const struct idset *set = t->cf.group[0] == '\0' ? NULL :
	    group_of(t->cf.group);

	return (set == NULL ? 0 : idset_count(set));
}

/* Two peers may be one member, a pattern: it counts once. */
size_t
members_up(const struct tunnel *t)
{
	const struct idset	*set = group_of(t->pol->cf.group);
	const struct session	*s;
	uint8_t			*seen;
	size_t			 n = 0;
	long			 i;

	if (set == NULL)
		return (0);
	seen = xcalloc(1, idset_count(set) / 8 + 1);
	TAILQ_FOREACH(s, &t->sessions, entry) {
		if (s->state != SS_UP ||
		    (i = idset_match(set, s->id_peer)) == -1 ||
		    (seen[i / 8] & 1 << i % 8) != 0)
			continue;
		seen[i / 8] |= (uint8_t)(1 << i % 8);
		n++;
	}
	free(seen);
	return (n);
}

char *
members_text(const struct tunnel *t, char *out, size_t size)
{
	const struct sn_tunnel *cf = &t->pol->cf;

	if (cf->group[0] != '\0')
		snprintf(out, size, "group:%s (%zu of %zu members)",
		    cf->group, members_up(t), members_count(t->pol));
	else
		id_print(&cf->id_remote, out, size);
	return (out);
}

enum tunnel_state
members_shown(const struct tunnel *t)
{
	if (t->state == TN_ACTIVE && members_many(t->pol))
		return (TN_OPEN);
	/* What never answers waits for nobody. */
	if (t->state == TN_OPEN && t->pol->cf.role == TR_INITIATOR)
		return (TN_CLOSED);
	return (t->state);
}

const char *
members_status(const struct tunnel *t)
{
	return (tunnel_state_name(members_shown(t)));
}

static void
recheck_children(struct session *s)
{
	struct grant		*g, *next;
	struct tun_child	*c;

	for (g = TAILQ_FIRST(&s->grants); g != NULL; g = next) {
		next = TAILQ_NEXT(g, entry);
		c = tunnel_child(s->tunnel, g->child);
		if (c == NULL || g->ending ||
		    members_child(c->pol, s->id_peer))
			continue;
		event_sess(EVT_REFUSED, s, g->child, RSN_CLOSED,
		    "the peer is not among peers: any more");
		children_end_grant(g, RSN_ADMIN);
	}
}

void
members_recheck(void)
{
	struct session	*s, *next;
	struct tunnel	*t;

	for (s = sess_next(NULL); s != NULL; s = next) {
		next = sess_next(s);
		t = s->tunnel;
		if (s->state == SS_ENDING || s->id_peer == NULL)
			continue;
		if (members_tunnel(t->pol, s->id_peer)) {
			recheck_children(s);
			continue;
		}
		event_sess(EVT_SESSION_DOWN, s, 0, RSN_CLOSED,
		    "session ended: the peer is not in group:%s any more",
		    t->pol->cf.group);
		sessions_end(s, RSN_ADMIN);
	}
}
