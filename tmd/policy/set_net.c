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
 * Addresses, identities and traffic selectors.
 */

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "id.h"
#include "proto_certd_fetch.h"
#include "scalar.h"
#include "setters.h"

/* The side of a tunnel that is being read. */
static int
is_remote(const struct reader *r)
{
	const struct label *l = r->label;

	if (l != NULL && strcmp(l->kind, "auth") == 0)
		l = l->up;
	return (l != NULL && strcmp(l->kind, "remote") == 0);
}

int
host_name_valid(const char *s)
{
	static const char *const letters = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", *const others = "0123456789-_";
	const char *p = s, *last;
	size_t n;

	do {
		last = p;
		n = strspn(p, letters);
		while (p[n] != '\0' && (strchr(letters, p[n]) != NULL ||
		    strchr(others, p[n]) != NULL))
			n++;
		if (n == 0 || n > 63 || p[0] == '-' || p[n - 1] == '-')
			return (0);
		p += n;
	} while (*p++ == '.');
	/* No top domain begins with a digit, as addresses do. */
	return (p[-1] == '\0' && strlen(s) <= LOOK_UP_NAME &&
	    strchr(letters, last[0]) != NULL);
}

/* Why this text is no address. */
static void
not_an_address(struct reader *r, const struct key *k, const struct node *v)
{
	if (!is_remote(r) && host_name_valid(v->text))
		reader_error(r, v, "%s \"%s\"%s: names are for the remote "
		    "side: give our address", k->name, v->text,
		    reader_where(r));
	else if (v->text[strspn(v->text, "0123456789abcdefABCDEF.:/-")] ==
	    '\0')
		reader_error(r, v, "%s \"%s\"%s is not an address or prefix",
		    k->name, v->text, reader_where(r));
	else
		reader_error(r, v, "%s \"%s\"%s is not an address, nor a "
		    "name of one", k->name, v->text, reader_where(r));
}

static int
is_one(const struct wt_prefix *p)
{
	return (p->plen == 8 * addr_len(&p->addr));
}

/* Names among the addresses: the list as it is written holds then. */
static void
set_hosts(struct reader *r, const struct key *k, const struct words *w,
    struct endpoint *e)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < w->n; i++)
		len += strlen(w->v[i]) + 1;
	for (i = 0; i < e->naddr; i++)
		if (!is_one(&e->addr[i]))
			reader_error(r, w->at[0], "%s%s: beside a name there "
			    "are single addresses alone", k->name,
			    reader_where(r));
	if (len > HOSTS_TEXT)
		reader_error(r, w->at[0], "%s%s is a list of more than %d "
		    "characters", k->name, reader_where(r), HOSTS_TEXT);
	e->hosts = *w;
	e->naddr = 0;
}

void
set_address(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct endpoint *e = obj;
	struct words w;
	unsigned int i, names = 0;

	if (reader_words(r, v, k->name, LINK_PREFIXES, &w) == -1)
		return;
	e->naddr = e->hosts.n = 0;
	if (w.n == 1 && strcmp(w.v[0], "any") == 0)
		return;
	e->addr = arena_alloc(r->arena, w.n * sizeof(*e->addr));
	for (i = 0; i < w.n; i++) {
		if (strcmp(w.v[i], "any") == 0)
			reader_error(r, w.at[i], "any stands alone, not in a "
			    "list");
		else if (prefix_parse(w.v[i], &e->addr[e->naddr]) != -1)
			e->naddr++;
		else if (is_remote(r) && host_name_valid(w.v[i]))
			names++;
		else
			not_an_address(r, k, w.at[i]);
	}
	if (names > 0)
		set_hosts(r, k, &w, e);
}

struct wt_id *
reader_id(struct reader *r, const struct key *k, const struct node *v,
    const struct id_group **group)
{
	int remote = is_remote(r);
	struct wt_id *id = arena_alloc(r->arena, sizeof(*id));
	const char *why;

	*group = NULL;
	if (remote && group_is(v->text))
		return ((*group = group_named(r, v)) != NULL ? id : NULL);
	if (group_is(v->text))
		reader_error(r, v, "%s \"%s\"%s: our own ID is one ID; a "
		    "group is for the remote ID", k->name, v->text,
		    reader_where(r));
	else if ((why = id_parse(v->text, id)) != NULL)
		reader_error(r, v, "%s \"%s\"%s: %s", k->name, v->text,
		    reader_where(r), why);
	else if (!remote && (id->type == ID_ANY || id_is_wild(id)))
		reader_error(r, v, "%s \"%s\"%s: our own ID is one ID; any "
		    "and wildcards are for the remote ID", k->name, v->text,
		    reader_where(r));
	else
		return (id);
	return (NULL);
}

void
set_id(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct endpoint *e = obj;
	struct wt_id *id;

	if (!reader_is_value(r, v, k->name) ||
	    (id = reader_id(r, k, v, &e->group)) == NULL)
		return;
	e->id = id;
}

/* Words of the reference that stand for addresses. */
static int
net_word(struct reader *r, const struct key *k, const struct node *v)
{
	char what[160];

	if (strcmp(v->text, "assigned") != 0)
		return (0);
	snprintf(what, sizeof(what), "%s: %.100s", k->name, v->text);
	reader_unsupported(r, v, what, "no addresses are leased: write the "
	    "net itself, or any-host for one address of the peer's");
	return (1);
}

static void
one_net(struct reader *r, const struct key *k, const struct node *v,
    struct nets *nets)
{
	int remote = strcmp(k->name, "remote") == 0;

	if (net_word(r, k, v))
		return;
	if (strcmp(v->text, "peer") == 0 || strcmp(v->text, "any-host") == 0)
		reader_error(r, v, "%s: %s%s stands alone, for the remote "
		    "side", k->name, v->text, reader_where(r));
	else if (group_is(v->text) && !remote)
		reader_error(r, v, "%s: %s%s: a group is for the remote side",
		    k->name, v->text, reader_where(r));
	else if (group_is(v->text))
		group_nets(r, k, v, nets);
	else if (nets->n == LINK_TS)
		reader_error(r, v, "%s%s has more than %d selectors, with "
		    "those of the group", k->name, reader_where(r), LINK_TS);
	else if (scalar_net(v->text, &nets->ts[nets->n]) == -1)
		reader_error(r, v, "%s \"%s\"%s is not an address, prefix or "
		    "range", k->name, v->text, reader_where(r));
	else
		nets->n++;
}

void
set_nets(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct nets *nets = (struct nets *)(void *)((char *)obj + k->off);
	struct words w;
	unsigned int i;

	if (reader_words(r, v, k->name, LINK_TS, &w) == -1)
		return;
	nets->n = 0;
	nets->any_host = 0;
	if (w.n == 1 && strcmp(k->name, "remote") == 0) {
		nets->any_host = strcmp(w.v[0], "any-host") == 0;
		if (nets->any_host || strcmp(w.v[0], "peer") == 0)
			return;
	}
	nets->ts = arena_alloc(r->arena, LINK_TS * sizeof(*nets->ts));
	for (i = 0; i < w.n; i++)
		one_net(r, k, w.at[i], nets);
}

void
set_protocol(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct child *c = obj;

	if (reader_is_value(r, v, k->name) &&
	    scalar_protocol(v->text, &c->protocol) == -1)
		reader_error(r, v, "protocol \"%s\"%s is not a protocol I "
		    "know: give its number, 1-255", v->text, reader_where(r));
}

void
set_ports(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct nets *nets = (struct nets *)(void *)((char *)obj + k->off);
	uint64_t lo = 0, hi = 65535;

	if (!reader_is_value(r, v, k->name))
		return;
	if (strcmp(v->text, "any") != 0 &&
	    scalar_ports(v->text, &lo, &hi) == -1) {
		reader_error(r, v, "%s \"%s\"%s is not a port, a range "
		    "(1000-2000) or any", k->name, v->text, reader_where(r));
		return;
	}
	nets->port_lo = lo;
	nets->port_hi = hi;
}
