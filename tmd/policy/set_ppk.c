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
 * Post-quantum pre-shared keys: ppks, `ppk` of a tunnel, and what an ike
 * policy's `ppk` makes of them.
 */

#include <string.h>

#include "canon.h"
#include "near.h"
#include "ppkid.h"
#include "resolve.h"
#include "scalar.h"
#include "setters.h"

#define LIST_MAX	PPK_KEYS	/* as sn_auth.ppks */

/* One row of ppks: its PPK_ID and the name of its secret. */
static int
read_ppk(struct reader *r, const struct node *v, struct ppk_row *p)
{
	uint8_t id[PPK_ID_MAX];
	const char *why;
	size_t len;

	if ((why = ppk_id_read(v->key->text, id, &len)) != NULL) {
		reader_error(r, v->key, "ppks: \"%s\": %s", v->key->text, why);
		return (-1);
	}
	if (!reader_is_value(r, v, v->key->text))
		return (-1);
	if ((why = strchr(v->text, '/') != NULL ? "give the file's name below "
	    "ppk/, without \"/\"" : scalar_file_wrong(v->text)) != NULL) {
		reader_error(r, v, "ppks: \"%s\": %s", v->text, why);
		return (-1);
	}
	p->id = v->key->text;
	p->secret = v->text;
	p->node = v;
	return (0);
}

void
read_ppks(struct reader *r, const struct node *map)
{
	struct policy *po = r->po;
	const struct node *v;

	if (map == NULL || map->kind != NODE_MAP)
		return;
	po->ppks = arena_alloc(r->arena, map->n * sizeof(*po->ppks));
	for (v = map->first; v != NULL; v = v->next)
		if (read_ppk(r, v, &po->ppks[po->nppks]) == 0)
			hash_put(&po->ppk_ids, v->key->text,
			    strlen(v->key->text), &po->ppks[po->nppks++]);
}

void
set_tunnel_ppk(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct tunnel *t = obj;

	if (reader_words(r, v, k->name, LIST_MAX, &t->ppks) == -1)
		t->ppks.n = 0;
}

static void
unknown(struct reader *r, const struct tunnel *t, unsigned int k)
{
	const struct policy *po = r->po;
	struct near near;
	unsigned int i;

	near_start(&near, t->ppks.v[k]);
	for (i = 0; i < po->nppks; i++)
		near_try(&near, po->ppks[i].id, NULL);
	reader_error(r, t->ppks.at[k], "tunnel \"%s\": ppks has no PPK_ID "
	    "\"%s\"%s%s%s", t->name, t->ppks.v[k], near.best != NULL ?
	    "; did you mean \"" : "", near.best != NULL ? near.best : "",
	    near.best != NULL ? "\"?" : "");
}

/* The only one there is, for a tunnel that says nothing. */
static void
take_only(struct reader *r, struct tunnel *t)
{
	struct words *w = &t->ppks;

	w->v = arena_alloc(r->arena, 2 * sizeof(*w->v));
	w->at = arena_alloc(r->arena, 2 * sizeof(*w->at));
	w->v[0] = r->po->ppks[0].id;
	w->at[0] = r->po->ppks[0].node;
	w->n = 1;
}

void
resolve_ppk(struct reader *r, struct tunnel *t)
{
	struct policy *po = r->po;
	unsigned int i;

	for (i = 0; i < t->ppks.n; i++)
		if (hash_get(&po->ppk_ids, t->ppks.v[i],
		    strlen(t->ppks.v[i])) == NULL)
			unknown(r, t, i);
	if (t->policy->ppk == PPK_NO) {
		if (t->ppks.n > 0 && t->ppks.at[0] != NULL)
			problem_warn(r->ps, tunnel_place(t, T_PPK), "tunnel "
			    "\"%s\" has ppk, but its policy has ppk: no: it "
			    "is not used", t->name);
		return;
	}
	if (tunnel_rounds(t) > 1)
		problem_error(r->ps, tunnel_place(t, T_POLICY), "tunnel "
		    "\"%s\" has several rounds of auth, and its policy has "
		    "ppk: %s: both in one tunnel are not supported by this "
		    "version", t->name, t->policy->ppk == PPK_OFFER ?
		    "offer" : "require");
	else if (po->nppks == 0)
		problem_error(r->ps, tunnel_place(t, T_POLICY), "tunnel "
		    "\"%s\": its policy has ppk: %s, but ppks is not defined",
		    t->name, t->policy->ppk == PPK_OFFER ? "offer" :
		    "require");
	else if (t->ppks.n == 0 && po->nppks == 1)
		take_only(r, t);
	else if (t->ppks.n == 0 && t->role != TR_RESPONDER)
		problem_error(r->ps, tunnel_place(t, T_POLICY), "tunnel "
		    "\"%s\" may start, and ppks has several keys: say which "
		    "to offer, as in ppk: \"%s\"", t->name, po->ppks[0].id);
}

void
put_ppks(struct canon *c, const struct policy *po)
{
	unsigned int i;

	canon_open(c, "ppks");
	for (i = 0; i < po->nppks; i++)
		canon_line(c, po->ppks[i].id, po->ppks[i].secret);
	canon_close(c);
}
