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
 * authorities: a CA that needs more than its file.
 */

#include <string.h>
#include <strings.h>

#include "proto_snap_auth.h"
#include "scalar.h"
#include "setters.h"

#define URL_MAX		1024	/* as wt_url */

int
authority_is_url(const char *s)
{
	return (strstr(s, "://") != NULL || strncasecmp(s, "ldap:", 5) == 0);
}

static int
has_scheme(const char *s, const char *scheme)
{
	size_t n = strlen(scheme);

	return (strncasecmp(s, scheme, n) == 0 && s[n] != '\0');
}

/* NULL, or what is wrong with a URL. */
static const char *
url_wrong(const char *s, int ocsp)
{
	size_t i;

	if (strlen(s) > URL_MAX)
		return ("longer than 1024 octets");
	for (i = 0; s[i] != '\0'; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f || strchr("\"<>\\^`{|}",
		    s[i]) != NULL)
			return ("a character in it does not belong in a URL; "
			    "write it as % and two digits");
	if (has_scheme(s, "http://") || has_scheme(s, "https://"))
		return (NULL);
	if (ocsp)
		return ("not a URL of http:// or https://");
	return (has_scheme(s, "ldap://") || has_scheme(s, "ldaps://") ? NULL :
	    "not a URL of http://, https://, ldap:// or ldaps://");
}

void
set_authority_urls(struct reader *r, const struct key *k,
    const struct node *v, void *obj)
{
	struct words *w = (struct words *)(void *)((char *)obj + k->off);
	int ocsp = strcmp(k->name, "ocsp") == 0;
	const char *why;
	unsigned int i;

	if (reader_words(r, v, k->name, AUTHORITY_URLS, w) == -1) {
		w->n = 0;
		return;
	}
	for (i = 0; i < w->n; i++) {
		why = ocsp || authority_is_url(w->v[i]) ?
		    url_wrong(w->v[i], ocsp) : scalar_file_wrong(w->v[i]);
		if (why != NULL)
			reader_error(r, w->at[i], "%s \"%s\"%s: %s", k->name,
			    w->v[i], reader_where(r), why);
	}
}

const struct authority *
authority_find(const struct policy *po, const char *name)
{
	unsigned int i;

	for (i = 0; i < po->nauthorities; i++)
		if (strcmp(po->authorities[i].name, name) == 0)
			return (&po->authorities[i]);
	return (NULL);
}

static void
read_authority(struct reader *r, const struct node *v)
{
	struct label l = { NULL, "authority", v->key->text };
	struct policy *po = r->po;
	struct authority *a = &po->authorities[po->nauthorities];
	const char *why = scalar_file_wrong(v->key->text);

	if (why != NULL) {
		reader_error(r, v->key, "authority \"%s\": %s", v->key->text,
		    why);
		return;
	}
	if (!reader_is_map(r, v, v->key->text))
		return;
	memset(a, 0, sizeof(*a));
	a->name = a->file = v->key->text;
	a->node = v;
	a->revocation = REVOKE_SOFT;
	r->label = &l;
	keymap_read(r, &keys_authority, v, a);
	r->label = NULL;
	po->nauthorities++;
}

void
read_authorities(struct reader *r, const struct node *map)
{
	const struct node *v;

	if (map == NULL || map->kind != NODE_MAP)
		return;
	r->po->authorities = arena_alloc(r->arena, (map->n + 1) *
	    sizeof(*r->po->authorities));
	for (v = map->first; v != NULL; v = v->next)
		read_authority(r, v);
}

/*
 * Where the side does not say how strict it is: as the strictest of the
 * authorities it trusts, which are those it names, or all.
 */
void
resolve_authorities(struct reader *r, struct auth *a)
{
	const struct policy *po = r->po;
	const struct authority *au;
	uint64_t says, most = a->ca.n == 0 ? REVOKE_SOFT : REVOKE_OFF;
	unsigned int i;

	a->ca_file = arena_alloc(r->arena, (a->ca.n + 1) *
	    sizeof(*a->ca_file));
	for (i = 0; i < a->ca.n; i++) {
		au = authority_find(po, a->ca.v[i]);
		a->ca_file[i] = au != NULL ? au->file : a->ca.v[i];
		says = au != NULL ? au->revocation : REVOKE_SOFT;
		if (says > most)
			most = says;
	}
	for (i = 0; a->ca.n == 0 && i < po->nauthorities; i++)
		if (po->authorities[i].revocation > most)
			most = po->authorities[i].revocation;
	if (a->at[A_REVOCATION] == NULL)
		a->revocation = most;
}
