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
 * Groups: each peer of a tunnel that has many, and show group.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "ctl_verbs.h"
#include "id.h"
#include "log.h"
#include "members.h"
#include "policy_now.h"
#include "ts.h"

#define CHUNK	64	/* members told before others have their turn */

static struct mq_row row;

/* Its octets, and its children in short: "net 10.2.0.5/32". */
static void
peer_children(const struct session *s, uint64_t *in, uint64_t *out,
    char *text, size_t size)
{
	const struct tun_child	*c;
	const struct sa_pair	*p;
	const struct grant	*g;
	struct wt_ts		 ts[LINK_TS];
	size_t			 n;
	char			 one[300];

	text[0] = '\0';
	*in = *out = 0;
	TAILQ_FOREACH(g, &s->grants, entry) {
		TAILQ_FOREACH(p, &g->pairs, entry) {
			*in += sess_pair_seen(p)->counters.in_bytes;
			*out += sess_pair_seen(p)->counters.out_bytes;
		}
		p = TAILQ_LAST(&g->pairs, pair_list);
		c = tunnel_child(s->tunnel, g->child);
		if (p == NULL || c == NULL)
			continue;
		if (text[0] != '\0')
			strlcat(text, ", ", size);
		strlcat(text, c->pol->cf.name, size);
		strlcat(text, " ", size);
		n = sess_pair_ts(p, 1, ts);
		strlcat(text, ts_list_print(ts, n, one, sizeof(one)), size);
	}
}

void
ctl_peer(struct ctl_req *r, const struct session *s, uint32_t child)
{
	uint64_t	 in, out;
	char		 text[500];

	(void)child;
	ctl_row_new(&row, r->id, "peer");
	ctl_row_str(&row, "no", ctl_text_no(s->tunnel, 0, text,
	    sizeof(text)));
	ctl_row_str(&row, "tunnel", s->tunnel->name);
	ctl_row_str(&row, "remote", addr_print(&s->remote.addr, text,
	    sizeof(text)));
	ctl_row_str(&row, "remote_id", ctl_text_id(s->id_peer, text,
	    sizeof(text)));
	ctl_row_str(&row, "status", "Active");
	ctl_row_u64(&row, "since", ctl_age(s->since));
	peer_children(s, &in, &out, text, sizeof(text));
	ctl_row_u64(&row, "in_bytes", in);
	ctl_row_u64(&row, "out_bytes", out);
	ctl_row_str(&row, "children", text);
	ctl_row(r, &row);
}

/* show group */

/* What is told of one group; the rest of its members come later. */
struct group_own {
	const char	*name;		/* NULL: all, in short */
	uint32_t	 generation;
	size_t		 n;
	uint16_t	 peers[];	/* of each member, those that are up */
};

static void
count_peers(struct group_own *own, const struct idset *set)
{
	const struct session	*s;
	long			 i;

	for (s = sess_next(NULL); s != NULL; s = sess_next(s))
		if (s->state == SS_UP &&
		    strcmp(s->tunnel->pol->cf.group, own->name) == 0 &&
		    (i = idset_match(set, s->id_peer)) != -1 &&
		    own->peers[i] < UINT16_MAX)
			own->peers[i]++;
}

static void
member_row(struct ctl_req *r, const struct group_own *own,
    const struct idset *set, size_t i)
{
	struct wt_id	 id;
	char		 text[640];

	memset(&id, 0, sizeof(id));
	id_copy(&id, idset_at(set, i));
	ctl_row_new(&row, r->id, "member");
	ctl_row_str(&row, "group", own->name);
	ctl_row_u64(&row, "place", i + 1);
	ctl_row_str(&row, "id", id_print(&id, text, sizeof(text)));
	ctl_row_u64(&row, "peers", own->peers[i]);
	ctl_row(r, &row);
}

static int
members_some(struct ctl_req *r)
{
	const struct group_own	*own = r->own;
	const struct idset	*set = groups_find(policy_now()->groups,
				    own->name);
	unsigned int		 k;

	if (set == NULL || policy_now()->generation != own->generation) {
		ctl_done(r, CTL_REFUSED, "the policy changed meanwhile");
		return (0);
	}
	for (k = 0; k < CHUNK && r->at < own->n; k++)
		member_row(r, own, set, r->at++);
	if (r->at < own->n)
		return (1);
	ctl_done(r, CTL_OK, "%s", "");
	return (0);
}

static void
all_groups(struct ctl_req *r)
{
	const struct groups	*g = policy_now()->groups;
	const struct idset	*set;
	const char		*name;
	size_t			 i;

	for (i = 0; (set = groups_at(g, i, &name)) != NULL; i++) {
		ctl_row_new(&row, r->id, "group");
		ctl_row_str(&row, "name", name);
		ctl_row_u64(&row, "members", idset_count(set));
		ctl_row(r, &row);
	}
	ctl_done(r, CTL_OK, "%s", i == 0 ? "No groups." : "");
}

void
ctl_show_group(struct ctl_req *r)
{
	const struct idset	*set;
	struct group_own	*own;
	const char		*name;

	if (r->m->args_n == 0) {
		all_groups(r);
		return;
	}
	name = r->m->args[0].w;
	if (strncmp(name, "group:", 6) == 0)
		name += 6;
	if (r->m->args_n > 1 ||
	    (set = groups_find(policy_now()->groups, name)) == NULL) {
		if (r->m->args_n > 1)
			ctl_done(r, CTL_USAGE, "show group takes one name, or "
			    "none");
		else
			ctl_done(r, CTL_REFUSED, "no group \"%s\"", name);
		return;
	}
	own = xcalloc(1, sizeof(*own) +
	    idset_count(set) * sizeof(own->peers[0]));
	own->name = name;
	own->generation = policy_now()->generation;
	own->n = idset_count(set);
	count_peers(own, set);
	r->own = own;
	ctl_produce(r, members_some);
}
