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
 * How the two sides prove who they are: psk, auth and what is in it.
 */

#include <stdio.h>
#include <string.h>

#include "id.h"
#include "scalar.h"
#include "setters.h"

#define LIST_MAX	8	/* as the lists of sn_auth and sn_trust */

/* The names of secrets: one, a list, or by-id. */
static void
set_psk(struct reader *r, const struct node *v, struct auth *a)
{
	char text[FILE_WHY];
	const char *why;
	struct words w;
	unsigned int i;

	a->node = a->at[A_PSK] = v;
	a->by_id = 0;
	a->psks.n = 0;
	if (reader_words(r, v, "psk", LIST_MAX, &w) == -1)
		return;
	if (w.n == 1 && strcmp(w.v[0], "by-id") == 0) {
		a->by_id = 1;
		return;
	}
	for (i = 0; i < w.n; i++) {
		if (strcmp(w.v[i], "by-id") == 0)
			reader_error(r, w.at[i], "psk: by-id stands alone, "
			    "not in a list");
		else if ((why = scalar_file_wrong_in(w.v[i], "psk", text,
		    sizeof(text))) != NULL)
			reader_error(r, w.at[i], "psk \"%s\"%s: %s", w.v[i],
			    reader_where(r), why);
	}
	a->psks = w;
}

void
set_tunnel_psk(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct tunnel *t = obj;

	(void)k;
	set_psk(r, v, &t->psk);
}

void
set_auth_psk(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	(void)k;
	set_psk(r, v, obj);
}

/* Where the files lie that keys name: ours, the peer's, an authority's. */
static const char *
dir_of(const char *key)
{
	return (strcmp(key, "key") == 0 ? "private" :
	    strcmp(key, "pubkey") == 0 ? "pubkeys" :
	    strcmp(key, "file") == 0 || strcmp(key, "ca") == 0 ? "ca" :
	    "certs");
}

/* The name of a file: certs/, private/, pubkeys/, ca/. */
void
set_auth_file(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	const char **name = (const char **)(void *)((char *)obj + k->off);
	char text[FILE_WHY];
	const char *why;

	if (!reader_is_value(r, v, k->name))
		return;
	if ((why = scalar_file_wrong_in(v->text, dir_of(k->name), text,
	    sizeof(text))) != NULL)
		reader_error(r, v, "%s \"%s\"%s: %s", k->name, v->text,
		    reader_where(r), why);
	*name = v->text;
}

static void
read_list(struct reader *r, const struct key *k, const struct node *v,
    void *obj, const char *(*wrong)(const char *))
{
	struct words *w = (struct words *)(void *)((char *)obj + k->off);
	const char *why;
	unsigned int i;

	if (reader_words(r, v, k->name, LIST_MAX, w) == -1) {
		w->n = 0;
		return;
	}
	for (i = 0; i < w->n; i++)
		if ((why = wrong(w->v[i])) != NULL)
			reader_error(r, w->at[i], "%s \"%s\"%s: %s", k->name,
			    w->v[i], reader_where(r), why);
}

static const char *
ca_wrong(const char *s)
{
	return (strchr(s, '/') != NULL ? "a file is given by its name, "
	    "without \"/\": put it into ca/" : scalar_file_wrong(s));
}

void
set_auth_ca(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	read_list(r, k, v, obj, ca_wrong);
}

/* Numbers with dots between, at least two; X.660's first is 0 to 2. */
static const char *
oid_wrong(const char *s)
{
	static const char why[] = "not an object identifier, as 1.3.6.1.5";
	size_t i, dots = 0;

	if (s[0] < '0' || s[0] > '2' || s[1] != '.')
		return (why);
	for (i = 1; s[i] != '\0'; i++) {
		if (s[i] == '.') {
			dots++;
			if (s[i + 1] < '0' || s[i + 1] > '9')
				return (why);
		} else if (s[i] < '0' || s[i] > '9')
			return (why);
	}
	return (dots == 0 || i > NAME_MAX_LEN ? why : NULL);
}

void
set_auth_oids(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	read_list(r, k, v, obj, oid_wrong);
}

void
set_auth_cert_id(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct auth *a = obj;
	const char *why;

	if (!reader_is_value(r, v, k->name))
		return;
	a->cert_id = arena_alloc(r->arena, sizeof(*a->cert_id));
	if ((why = id_parse(v->text, a->cert_id)) != NULL)
		reader_error(r, v, "%s \"%s\"%s: %s", k->name, v->text,
		    reader_where(r), why);
}

/* Of the round alone; the side's own is the first round's. */
void
set_auth_id(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct auth *a = obj;

	if (reader_is_value(r, v, k->name))
		a->id = reader_id(r, k, v, &a->group);
}

static void
read_round(struct reader *r, const struct node *n, struct auth *a)
{
	/* What defaults: said of another way to prove it does not stay. */
	memset(a, 0, sizeof(*a));
	keymap_defaults(r, &keys_auth, a);
	keymap_read(r, &keys_auth, n, a);
	a->node = n;
}

/* A map, or a list of them: rounds (RFC 4739). */
void
set_auth(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct auth *a = (struct auth *)(void *)((char *)obj + k->off);
	struct label l = { r->label, "auth", NULL };
	const struct node *n = v->kind == NODE_LIST && v->n > 0 ? v->first : v;

	if (v->kind == NODE_LIST && v->n > ROUNDS_MAX) {
		reader_error(r, v, "auth%s has %u rounds; the most are %d",
		    reader_where(r), v->n, ROUNDS_MAX);
		return;
	}
	for (; n != NULL; n = n == v ? NULL : n->next) {
		if (!reader_is_map(r, n, "auth"))
			return;
		if (n != v && n != v->first) {
			a->next = arena_alloc(r->arena, sizeof(*a));
			a = a->next;
		}
		r->label = &l;
		read_round(r, n, a);
		r->label = l.up;
	}
}
