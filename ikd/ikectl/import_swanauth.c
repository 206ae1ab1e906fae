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
 * The sections of a connection that say who either side is and how that is
 * proved: local and remote, each maybe in several rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_swan.h"

struct side {
	struct conf_sec	*rounds[IMP_ROUNDS];
	size_t		 n;
	struct yn	*end;
	const char	*id;	/* as the file writes it, for its PSK */
};

/* `round` sorts them; without, they are in the file's order. */
static long
number(struct conf_sec *sec)
{
	struct conf_set *set = imp_own(sec, "round");

	if (set == NULL)
		return (0);
	set->used = 1;
	return (strtol(set->value, NULL, 10));
}

static void
find_rounds(struct imp *im, struct conf_sec *conn, const char *name,
    struct side *s)
{
	struct conf_sec *sub;
	size_t i;

	TAILQ_FOREACH(sub, &conn->subs, entry) {
		if (strncmp(sub->name, name, strlen(name)) != 0)
			continue;
		if (s->n == IMP_ROUNDS) {
			imp_refuse(im, sub, NULL, "more than four rounds of "
			    "authentication are not known");
			return;
		}
		imp_stops_swanctl(im, sub, swan_get);
		for (i = s->n++; i > 0 && number(s->rounds[i - 1]) >
		    number(sub); i--)
			s->rounds[i] = s->rounds[i - 1];
		s->rounds[i] = sub;
	}
}

static int
by_psk(struct imp *im, struct conf_sec *sec)
{
	struct conf_set *set = imp_own(sec, "auth");

	if (set == NULL)
		return (0);
	set->used = 1;
	if (strncmp(set->value, "eap", 3) == 0 ||
	    strncmp(set->value, "xauth", 5) == 0)
		imp_refuse(im, sec, set, "EAP and XAUTH are not built in "
		    "this version");
	return (swan_says(set, "psk"));
}

/* The first of a list of files, and what is done about others. */
static void
first_file(struct imp *im, struct conf_sec *sec, struct conf_set *set,
    char *file, size_t size)
{
	size_t n = strcspn(set->value, ", ");

	snprintf(file, size, "%.*s", (int)n, set->value);
	if (set->value[n] != '\0')
		imp_note_set(im, sec, set, "the first one is taken");
}

static void
put_cas(struct imp *im, struct conf_sec *sec, struct yn *auth)
{
	struct imp_at at;
	struct conf_set *set = swan_take(im, sec, "cacerts", &at);
	char list[1024], name[65], *p = list, *file;

	if (set == NULL)
		return;
	snprintf(list, sizeof(list), "%s", set->value);
	while ((file = strsep(&p, ", ")) != NULL) {
		if (*file == '\0')
			continue;
		put_base(file, name);
		yn_add(auth, "ca", name);
		imp_bring(im, sec->up->name, set, file, "ca/", name, 0);
	}
}

static void
put_revocation(struct imp *im, struct conf_sec *sec, struct yn *auth)
{
	struct imp_at at;
	struct conf_set *set = swan_take(im, sec, "revocation", &at);

	yn_set(auth, "revocation", "%s", swan_says(set, "strict") ? "strict" :
	    "soft");
	if (set != NULL && !swan_says(set, "strict") &&
	    !swan_says(set, "relaxed") && !swan_says(set, "ifuri"))
		imp_note_set(im, sec, set, "is not known");
	if ((set = swan_take(im, sec, "cert_policy", &at)) != NULL)
		yn_add(auth, "cert-policy", set->value);
}

static void
put_key(struct imp *im, struct conf_sec *conn, struct conf_sec *sec,
    struct yn *auth, int ours)
{
	struct conf_set *set;
	struct imp_at at;
	char file[256], name[65];

	if ((set = swan_take(im, sec, "certs", &at)) != NULL) {
		first_file(im, sec, set, file, sizeof(file));
		put_base(file, name);
		yn_set(auth, "cert", "%s", name);
		imp_bring(im, sec->up->name, set, file, "certs/", name, ours);
	} else if ((set = swan_take(im, sec, "pubkeys", &at)) != NULL) {
		first_file(im, sec, set, file, sizeof(file));
		put_base(file, name);
		yn_set(auth, ours ? "key" : "pubkey", "%s", name);
		imp_bring(im, sec->up->name, set, file, ours ? "private/" :
		    "pubkeys/", name, 0);
	} else if (ours)
		imp_refuse(im, conn, NULL, "it has no certificate of this "
		    "side that could be named");
	else
		put_cas(im, sec, auth);
	if (!ours && yn_get(auth, "pubkey") == NULL)
		put_revocation(im, sec, auth);
}

static const char *
put_end_id(struct imp *im, struct conf_sec *sec, struct yn *end, int ours)
{
	struct imp_at at;
	struct conf_set *set;
	char text[IMP_TEXT];

	if (sec == NULL || (set = swan_take(im, sec, "id", &at)) == NULL ||
	    put_id(&at, set->value, text) == -1)
		return (NULL);
	if (text[0] == '\0') {
		if (!ours)
			yn_set(end, "id", "any");
		return (NULL);
	}
	yn_set(end, "id", "%s", text);
	return (set->value);
}

static const char *
first_address(struct conf_sec *conn, const char *key)
{
	struct conf_set *set = imp_own(conn, key);

	return (set == NULL || strpbrk(set->value, ",%/ ") != NULL ? NULL :
	    set->value);
}

/* Who it is in a later round. */
static void
put_later_id(struct imp *im, struct conf_sec *conn, struct side *s, size_t i,
    struct yn *auth, int ours, int psk)
{
	struct conf_sec *sec = s->rounds[i];
	const char *id = put_end_id(im, sec, auth, ours);
	const char *address = first_address(conn, "local_addrs");
	struct imp_at at;

	if (id != NULL)
		s->id = id;
	else if (!ours)
		yn_set(auth, "id", "any");
	else if (swan_take(im, sec, psk ? "auth" : "certs", &at) != NULL) {
		put_round_id(&at, s->end, auth, psk, address);
		if (psk && address != NULL)
			s->id = address;
	}
}

/* Round i of both; the peer may have fewer, or we. */
static void
put_both(struct imp *im, struct conf_sec *conn, struct side *us,
    struct side *them, size_t i)
{
	struct side *sides[2] = { us, them }, *s;
	struct yn *auth[2] = { NULL, NULL };
	int psk[2] = { 0, 0 }, k;
	char name[65];

	for (k = 0; k < 2; k++) {
		s = sides[k];
		if (i >= s->n)
			continue;
		psk[k] = by_psk(im, s->rounds[i]);
		auth[k] = put_round(s->end, i, s->n);
		if (i > 0 && !im->refused)
			put_later_id(im, conn, s, i, auth[k], k == 0, psk[k]);
	}
	if (im->refused)
		return;
	if (psk[0] || psk[1])
		imp_psk(im, conn, us->id, them->id, name);
	for (k = 0; k < 2; k++) {
		s = sides[k];
		if (auth[k] != NULL && psk[k])
			yn_set(auth[k], "psk", "%s", name);
		else if (auth[k] != NULL)
			put_key(im, conn, s->rounds[i], auth[k], k == 0);
	}
}

/* One key and nothing else: `psk` of the tunnel. */
static void
shorten(struct yn *t, const struct side *us, const struct side *them)
{
	const char *psk;

	if (us->n != 1 || them->n != 1)
		return;
	psk = yn_get(yn_map(us->end, "auth"), "psk");
	if (psk == NULL || yn_get(yn_map(them->end, "auth"), "psk") == NULL)
		return;
	yn_set(t, "psk", "%s", psk);
	yn_free(yn_cut(us->end, yn_map(us->end, "auth")));
	yn_free(yn_cut(them->end, yn_map(them->end, "auth")));
}

void
swan_put_auth(struct imp *im, struct conf_sec *conn, struct yn *t)
{
	struct side us = { .end = yn_map(t, "local") };
	struct side them = { .end = yn_map(t, "remote") };
	size_t i;

	find_rounds(im, conn, "local", &us);
	find_rounds(im, conn, "remote", &them);
	if (us.n == 0 || them.n == 0) {
		imp_refuse(im, conn, NULL, "it has no local or no remote "
		    "section");
		return;
	}
	us.id = put_end_id(im, us.rounds[0], us.end, 1);
	if (us.id == NULL)
		us.id = first_address(conn, "local_addrs");
	them.id = put_end_id(im, them.rounds[0], them.end, 0);
	if (them.id == NULL)
		them.id = first_address(conn, "remote_addrs");
	for (i = 0; i < us.n || i < them.n; i++)
		put_both(im, conn, &us, &them, i);
	shorten(t, &us, &them);
	put_rounds_differ(im, conn, t);
}
