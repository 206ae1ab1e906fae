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
 * Tunnels and their children.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "kept.h"
#include "scalar.h"
#include "setters.h"

/* `local: 192.0.2.1` is its address. */
void
set_endpoint(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct endpoint *e = (struct endpoint *)(void *)((char *)obj +
	    k->off);
	struct label l = { r->label, k->name, NULL };

	r->label = &l;
	if (v->kind == NODE_MAP)
		keymap_read(r, &keys_endpoint, v, e);
	else {
		e->at[E_ADDRESS] = v;
		set_address(r, &keys_endpoint.keys[E_ADDRESS], v, e);
	}
	r->label = l.up;
}

void
set_dpd(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct tunnel *t = obj;
	struct label l = { r->label, "dpd", NULL };
	uint64_t n;

	if (v->kind == NODE_MAP) {
		r->label = &l;
		keymap_read(r, &keys_dpd, v, &t->dpd);
		r->label = l.up;
		return;
	}
	if (!reader_is_value(r, v, k->name))
		return;
	if (scalar_time(v->text, &n) == -1)
		reader_error(r, v, "dpd \"%s\" is not a time (30s, 5m, 4h, "
		    "7d or seconds)", v->text);
	else if (n > 65535)
		reader_error(r, v, "dpd %s is out of range 0-65535", v->text);
	else
		t->dpd.interval = n;
}

void
set_redirect(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct tunnel *t = obj;
	struct wt_addr a;

	if (!reader_is_value(r, v, k->name))
		return;
	t->redirect = REDIRECT_ACCEPT;
	if (strcmp(v->text, "accept") == 0)
		return;
	t->redirect = REDIRECT_NO;
	if (strcmp(v->text, "no") == 0)
		return;
	t->redirect = REDIRECT_SEND;
	t->redirect_to = v->text;
	if (addr_parse(v->text, &a) == -1 && (!host_name_valid(v->text) ||
	    strlen(v->text) > REDIRECT_NAME))
		reader_error(r, v, "redirect \"%s\" is none of accept, no, or "
		    "the address or name of the gateway to send peers to",
		    v->text);
}

void
set_number(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct tunnel *t = obj;
	uint64_t n;

	if (!reader_is_value(r, v, k->name))
		return;
	if (r->in_defaults)
		reader_error(r, v->key, "number belongs to one tunnel, not "
		    "to defaults");
	else if (scalar_number(v->text, &n) == -1 || n < k->min ||
	    n > k->max)
		reader_error(r, v, "number %s is out of range %" PRIu64 "-%"
		    PRIu64, v->text, k->min, k->max);
	else
		t->number = n;
}

static int
read_child(struct reader *r, const struct node *v, struct child *c)
{
	struct label l = { r->label, "child", v->key->text };
	unsigned int errors = r->ps->errors;

	if (!read_name(r, v->key, "child") ||
	    !reader_is_map(r, v, v->key->text))
		return (-1);
	*c = r->child0;
	c->name = v->key->text;
	c->node = v;
	r->label = &l;
	keymap_read(r, &keys_child, v, c);
	r->label = l.up;
	c->broken = r->ps->errors != errors;
	r->child_errors += r->ps->errors - errors;
	return (0);
}

void
set_children(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct tunnel *t = obj;
	const struct node *e;

	if (r->in_defaults) {
		reader_error(r, v->key, "children belong to one tunnel, not "
		    "to defaults; defaults: has child");
		return;
	}
	if (!reader_is_map(r, v, k->name) || v->n == 0)
		return;
	if (v->n > LINK_CHILDREN) {
		reader_error(r, v->key, "tunnel \"%s\" has %u children: more "
		    "than %d are not supported by this version", t->name,
		    v->n, LINK_CHILDREN);
		return;
	}
	t->nchildren = 0;
	t->children = arena_alloc(r->arena, v->n * sizeof(*t->children));
	for (e = v->first; e != NULL; e = e->next)
		if (read_child(r, e, &t->children[t->nchildren]) == 0) {
			t->nchildren++;
			t->children[t->nchildren - 1].number = t->nchildren;
		}
}

static void
read_tunnel(struct reader *r, const struct node *v, struct tunnel *t)
{
	struct label l = { NULL, "tunnel", v->key->text };
	unsigned int errors = r->ps->errors;

	r->child_errors = 0;
	*t = r->tunnel0;
	t->name = v->key->text;
	t->node = v;
	r->label = &l;
	keymap_read(r, &keys_tunnel, v, t);
	r->label = NULL;
	t->broken = r->ps->errors - r->child_errors != errors;
}

static int
is_kept(const struct node *v)
{
	return (v->kind == NODE_MAP && v->block != NULL &&
	    v->block->kept != NULL);
}

void
read_tunnels(struct reader *r, const struct node *map)
{
	struct policy *po = r->po;
	const struct node *v;
	size_t n = 0;

	if (map == NULL || map->kind != NODE_MAP)
		return;
	for (v = map->first; v != NULL; v = v->next)
		n += (size_t)is_kept(v);
	po->kept = arena_alloc(r->arena, n * sizeof(*po->kept));
	po->tunnels = arena_alloc(r->arena, (map->n - n) *
	    sizeof(*po->tunnels));
	for (v = map->first; v != NULL; v = v->next)
		if (!read_name(r, v->key, "tunnel") ||
		    !reader_is_map(r, v, v->key->text))
			continue;
		else if (is_kept(v))
			kept_entry(po, v);
		else
			read_tunnel(r, v, &po->tunnels[po->ntunnels++]);
}
