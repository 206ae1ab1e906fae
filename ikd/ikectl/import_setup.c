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
 * Sections of ipsec.conf: what one takes over from others, and those that
 * are no tunnels (config setup, ca).
 */
#include <stdio.h>
#include <string.h>

#include "import_conn.h"

/* Along also=, own settings first. */
struct conf_set *
conn_inherited(struct imp *im, struct conf_sec *sec, const char *key,
    unsigned int depth)
{
	struct conf_set *set, *also;
	struct conf_sec *base;

	if (depth == 0)
		im->steps = 0;
	if ((set = imp_own(sec, key)) != NULL)
		return (set);
	if (depth == IMP_DEPTH || ++im->steps == IMP_STEPS)
		return (NULL);
	TAILQ_FOREACH(also, &sec->sets, entry) {
		if (strcasecmp(also->key, "also") != 0)
			continue;
		also->used = 1;
		base = imp_find(&im->top, sec->kind, also->value);
		if (base == NULL || base == sec) {
			imp_note_set(im, sec, also, "there is no such "
			    "section");
			continue;
		}
		if ((set = conn_inherited(im, base, key, depth + 1)) != NULL)
			return (set);
	}
	return (NULL);
}

/* A conn's setting, from itself, what it takes over, or %default. */
struct conf_set *
conn_get(struct imp *im, struct conf_sec *sec, const char *key)
{
	struct conf_set *set = conn_inherited(im, sec, key, 0);
	struct conf_sec *dflt;

	if (set == NULL && (dflt = imp_find(&im->top, sec->kind,
	    "%default")) != NULL)
		set = imp_own(dflt, key);
	if (set != NULL && set->value[0] == '\0') {
		set->used = 1;
		return (NULL);
	}
	return (set);
}

/* The same, used: at says where it stands; NULL: there is none. */
struct conf_set *
conn_take(struct imp *im, struct conf_sec *sec, const char *key,
    struct imp_at *at)
{
	struct conf_set *set = conn_get(im, sec, key);

	imp_use(at, im, sec, set);
	return (set);
}

int
conn_word(const struct conf_set *set, const char *list)
{
	size_t n;

	for (; set != NULL && *list != '\0'; list += n) {
		list += *list == ' ';
		n = strcspn(list, " ");
		if (strncasecmp(list, set->value, n) == 0 &&
		    set->value[n] == '\0')
			return (1);
	}
	return (0);
}

/* libreswan's listen-tcp: the port is the one of UDP encapsulation. */
static void
map_listen_tcp(struct imp *im, struct conf_sec *setup)
{
	struct conf_set *set = imp_own(setup, "listen-tcp");

	if (set == NULL)
		return;
	set->used = 1;
	if (conn_word(set, "yes"))
		yn_set(yn_map(im->out, "ports"), "tcp", "4500");
}

/* config setup's uniqueids holds for all. */
void
conn_map_setup(struct imp *im)
{
	struct conf_sec *setup = imp_find(&im->top, "config", "setup");
	struct conf_set *set;

	if (setup == NULL)
		return;
	map_listen_tcp(im, setup);
	set = imp_own(setup, "uniqueids");
	if (set == NULL)
		return;
	set->used = 1;
	if (conn_word(set, "yes replace"))
		yn_set(yn_map(yn_map(im->out, "defaults"), "tunnel"),
		    "unique-id", "replace");
	else if (conn_word(set, "no never keep"))
		yn_set(yn_map(yn_map(im->out, "defaults"), "tunnel"),
		    "unique-id", "%s", set->value);
	else
		imp_note_set(im, setup, set, "is not known");
}

/* ca NAME: where its CRL and OCSP responder are. */
void
conn_map_ca(struct imp *im, struct conf_sec *sec)
{
	static const struct {
		const char	*theirs, *ours;
	} urls[] = { { "crluri", "crl" }, { "crluri1", "crl" },
	    { "crluri2", "crl" }, { "ocspuri", "ocsp" },
	    { "ocspuri1", "ocsp" }, { "ocspuri2", "ocsp" } };
	struct yn *a = NULL;
	struct conf_set *set;
	struct imp_at at;
	char name[65];
	size_t i;

	if ((set = conn_take(im, sec, "cacert", &at)) == NULL) {
		imp_note(im, sec->file, sec->line, "ca %.100s has no cacert",
		    sec->name);
		return;
	}
	put_base(set->value, name);
	imp_bring(im, sec->name, set, set->value, "ca/", name, 0);
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		if (conn_take(im, sec, urls[i].theirs, &at) == NULL)
			continue;
		if (a == NULL) {
			a = yn_map(yn_map(im->out, "authorities"), name);
			yn_set(a, "file", "%s", name);
		}
		yn_add(a, urls[i].ours, at.set->value);
	}
}
