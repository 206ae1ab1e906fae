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
 * groups: lists of identities, and the places where one is named.
 */

#include <string.h>

#include "id.h"
#include "id_net.h"
#include "near.h"
#include "setters.h"
#include "ts.h"

#define GROUP_MAX	1000000		/* members: as many as a file holds */

static struct wt_id *
read_member(struct reader *r, const struct id_group *g, const char *text,
    const struct node *at)
{
	struct wt_id id, *kept;
	const char *why;

	if (strncmp(text, GROUP_PREFIX, sizeof(GROUP_PREFIX) - 1) == 0)
		why = "a group has no groups in it";
	else if ((why = id_parse(text, &id)) == NULL && id.type == ID_ANY)
		why = "everybody needs no group: say id: any";
	if (why != NULL) {
		reader_error(r, at, "id \"%s\" in group \"%s\": %s", text,
		    g->name, why);
		return (NULL);
	}
	/* Without the room it does not use: there are many. */
	kept = arena_alloc(r->arena, offsetof(struct wt_id, data) +
	    id.data_len);
	id_copy(kept, &id);
	return (kept);
}

static void
read_group(struct reader *r, const struct node *v)
{
	struct policy *po = r->po;
	struct id_group *g = &po->groups[po->ngroups];
	struct label l = { NULL, "group", v->key->text };
	struct words w;
	unsigned int i;
	int ok;

	if (!read_name(r, v->key, "group"))
		return;
	g->name = v->key->text;
	g->node = v;
	r->label = &l;
	ok = reader_words(r, v, "the list of IDs", GROUP_MAX, &w) == 0;
	r->label = NULL;
	po->ngroups++;
	(void)hash_put(&po->group_names, g->name, strlen(g->name), g);
	if (!ok)
		return;
	g->at = w.at;
	g->ids = arena_alloc(r->arena, w.n * sizeof(*g->ids));
	for (i = 0; i < w.n; i++) {
		g->ids[g->n] = read_member(r, g, w.v[i], w.at[i]);
		if (g->ids[g->n] != NULL)
			g->at[g->n++] = w.at[i];
	}
}

void
read_groups(struct reader *r, const struct node *map)
{
	struct policy *po = r->po;
	const struct node *v;

	if (map == NULL || map->kind != NODE_MAP)
		return;
	po->groups = arena_alloc(r->arena, map->n * sizeof(*po->groups));
	for (v = map->first; v != NULL; v = v->next)
		read_group(r, v);
}

const struct id_group *
group_named(struct reader *r, const struct node *v)
{
	const char *name = v->text + sizeof(GROUP_PREFIX) - 1;
	const struct id_group *g;
	struct near near;
	unsigned int i;

	g = hash_get(&r->po->group_names, name, strlen(name));
	if (g != NULL)
		return (g);
	near_start(&near, name);
	for (i = 0; i < r->po->ngroups; i++)
		near_try(&near, r->po->groups[i].name, &r->po->groups[i]);
	if ((g = near.tag) == NULL)
		reader_error(r, v, "group \"%s\" is not defined", name);
	else
		reader_error(r, v, "group \"%s\" is not defined; nearest is "
		    "\"%s\" (line %u)", name, g->name, g->node->key->line);
	return (NULL);
}

int
group_is(const char *s)
{
	return (strncmp(s, GROUP_PREFIX, sizeof(GROUP_PREFIX) - 1) == 0);
}

void
set_peers(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct child *c = obj;
	const char *why;
	struct wt_id id;

	if (!reader_is_value(r, v, k->name))
		return;
	c->peers = NULL;
	c->peers_group = NULL;
	if (group_is(v->text))
		c->peers_group = group_named(r, v);
	else if ((why = id_parse(v->text, &id)) != NULL)
		reader_error(r, v, "peers \"%s\"%s: %s", v->text,
		    reader_where(r), why);
	else if (id.type != ID_ANY) {
		c->peers = arena_alloc(r->arena, sizeof(*c->peers));
		*c->peers = id;
	}
}

void
group_nets(struct reader *r, const struct key *k, const struct node *v,
    struct nets *nets)
{
	const struct id_group *g = group_named(r, v);
	struct wt_addr lo, hi;
	unsigned int i;

	for (i = 0; g != NULL && i < g->n; i++) {
		if (id_net_bounds(g->ids[i], &lo, &hi) == -1) {
			reader_error(r, v, "%s: %s%s: \"%s\" of the group "
			    "(line %u) is no address; a group of names goes "
			    "to peers:", k->name, v->text, reader_where(r),
			    g->at[i]->text, g->at[i]->line);
			return;
		}
		if (nets->n == LINK_TS) {
			reader_error(r, v, "%s: %s%s: the group has %u "
			    "members, a child has at most %d selectors at a "
			    "side: use larger prefixes, or any-host", k->name,
			    v->text, reader_where(r), g->n, LINK_TS);
			return;
		}
		ts_from_addr(&nets->ts[nets->n], &lo);
		memcpy(nets->ts[nets->n++].hi, hi.a, sizeof(hi.a));
	}
}
