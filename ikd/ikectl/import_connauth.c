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
 * How the sides of a conn section prove who they are, in one round or two.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "import_conn.h"

enum how { BY_KEY, BY_PSK, BY_NONE };

/* leftcert, and leftcert2 in the second round. */
static struct conf_set *
take(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    const char *key, int later, struct imp_at *at)
{
	char full[32];

	snprintf(full, sizeof(full), "%s%s", key, later ? "2" : "");
	return (conn_side(im, sec, s, full, at));
}

/* How this side proves who it is: the second time only if it says so. */
static enum how
how(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    int later)
{
	struct imp_at at;
	struct conf_set *set = take(im, sec, s, "auth", later, &at);

	if (set == NULL && later)
		return (BY_NONE);
	if (set == NULL)
		set = conn_take(im, sec, "authby", &at);
	if (set == NULL)
		return (BY_KEY);
	if (conn_word(set, "secret psk"))
		return (BY_PSK);
	if (strncmp(set->value, "eap", 3) == 0 ||
	    strncmp(set->value, "xauth", 5) == 0)
		imp_refuse(im, sec, set, "EAP and XAUTH are not built in "
		    "this version");
	else if (conn_word(set, "never null"))
		imp_refuse(im, sec, set, "everyone proves who he is here");
	else if (strstr(set->value, "secret") != NULL)
		imp_note_set(im, sec, set, "one way for all: by certificate");
	return (BY_KEY);
}

static void
put_revocation(struct imp *im, struct yn *auth)
{
	struct conf_sec *setup = imp_find(&im->top, "config", "setup");
	struct conf_set *set = setup == NULL ? NULL :
	    imp_own(setup, "strictcrlpolicy");

	if (set == NULL && setup != NULL)
		set = imp_own(setup, "crl-strict");
	yn_set(auth, "revocation", "%s", conn_word(set, "yes") ? "strict" :
	    "soft");
	if (set != NULL)
		set->used = 1;
}

/* A raw public key; 0: there is none. */
static int
put_raw(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    struct yn *auth, int ours)
{
	static const char *const raw[] = { "sigkey", "rsasigkey",
	    "ecdsakey", "pubkey" };
	struct conf_set *set;
	struct imp_at at;
	char name[65];
	size_t i;

	for (i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		set = conn_side(im, sec, s, raw[i], &at);
		if (set == NULL || conn_word(set, "%cert %dnsondemand"))
			continue;
		put_name(sec->name, name);
		yn_set(auth, ours ? "key" : "pubkey", "%s", name);
		imp_note(im, set->file, set->line, "%.100s: bring the raw %s "
		    "key as PEM to %s/%s", sec->name, ours ? "private" :
		    "public", ours ? "private" : "pubkeys", name);
		return (1);
	}
	return (0);
}

/* The peer's CA by its subject: a file of ca/, named as that is called. */
static void
put_issuer(struct imp *im, struct conf_sec *sec, const struct conf_set *set,
    struct yn *auth)
{
	const char *cn = strcasestr(set->value, "CN=");
	char name[65], *p;

	if (conn_word(set, "%any"))
		return;
	if (set->value[0] == '%') {
		imp_note_set(im, sec, set, "every CA in ca/ is an anchor, "
		    "unless `ca` names some");
		return;
	}
	snprintf(name, sizeof(name), "%.*s", cn != NULL ?
	    (int)strcspn(cn + 3, ",/") : 7, cn != NULL ? cn + 3 : "peer-ca");
	for (p = name; *p != '\0'; p++)
		if (isspace((unsigned char)*p) || *p == '"')
			*p = '-';
	put_name(name, name);
	yn_set(auth, "ca", "%s", name);
	imp_bring(im, sec->name, set, set->value, "ca/", name, 0);
}

/* By certificate, or raw public key in the first round. */
static void
put_key(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    struct yn *auth, int later, int has_id)
{
	int ours = strcmp(s->at, "local") == 0;
	struct conf_set *set;
	struct imp_at at;
	char name[65];

	if ((set = take(im, sec, s, "cert", later, &at)) != NULL &&
	    set->value[0] != '%') {
		put_base(set->value, name);
		yn_set(auth, "cert", "%s", name);
		imp_bring(im, sec->name, set, set->value, "certs/", name,
		    ours);
		if (ours && !im->libreswan && !has_id)
			imp_note_set(im, sec, set, "without an ID this side "
			    "is its first subjectAltName here, not its "
			    "subject: say local.id if the peer wants that");
		return;
	}
	if (!later && put_raw(im, sec, s, auth, ours))
		return;
	if (ours) {
		imp_refuse(im, sec, NULL, "it has no certificate of this "
		    "side that could be named");
		return;
	}
	if ((set = take(im, sec, s, "ca", later, &at)) != NULL)
		put_issuer(im, sec, set, auth);
	put_revocation(im, auth);
	if (!later && (set = conn_side(im, sec, s, "certpolicy", &at)) != NULL)
		yn_add(auth, "cert-policy", set->value);
}

/* Who a side is in its second round; as the file writes it in *id. */
static void
put_later_id(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    struct yn *end, struct yn *auth, enum how how, const char **id)
{
	const char *address = NULL;
	char text[IMP_TEXT] = "";
	struct conf_set *set;
	struct imp_at at;

	if ((set = take(im, sec, s, "id", 1, &at)) != NULL &&
	    put_id(&at, set->value, text) == 0 && text[0] != '\0') {
		yn_set(auth, "id", "%s", text);
		*id = set->value;
		return;
	}
	if (strcmp(s->at, "remote") == 0) {
		yn_set(auth, "id", "any");
		return;
	}
	set = conn_get(im, sec, s->name);
	if (set != NULL && strpbrk(set->value, ",%/ ") == NULL)
		address = set->value;
	(void)take(im, sec, s, how == BY_PSK ? "auth" : "cert", 1, &at);
	if (at.set == NULL)
		return;			/* refused: no certificate */
	put_round_id(&at, end, auth, how == BY_PSK, address);
	if (how == BY_PSK && address != NULL)
		*id = address;
}

/* One round of both; later: of those that have one. */
static void
put_both(struct imp *im, struct conf_sec *sec,
    const struct conn_side *const sides[2], struct yn *t, const char *id[2],
    int later, const int rounds[2])
{
	enum how by[2];
	struct yn *end, *auth;
	char name[65];
	int k;

	for (k = 0; k < 2; k++)
		by[k] = how(im, sec, sides[k], later);
	if (im->refused)
		return;
	for (k = 0; later && k < 2; k++) {
		end = yn_map(t, sides[k]->at);
		if (by[k] != BY_NONE)
			put_later_id(im, sec, sides[k], end, put_round(end, 1,
			    2), by[k], &id[k]);
	}
	if (by[0] == BY_PSK || by[1] == BY_PSK)
		imp_psk(im, sec, id[0], id[1], name);
	for (k = 0; k < 2; k++) {
		if (by[k] == BY_NONE)
			continue;
		end = yn_map(t, sides[k]->at);
		if (by[0] == BY_PSK && by[1] == BY_PSK && rounds[0] == 1 &&
		    rounds[1] == 1) {
			yn_set(t, "psk", "%s", name);
			continue;
		}
		auth = put_round(end, (size_t)later, (size_t)rounds[k]);
		if (by[k] == BY_PSK)
			yn_set(auth, "psk", "%s", name);
		else
			put_key(im, sec, sides[k], auth, later, later ||
			    yn_get(end, "id") != NULL);
	}
}

void
conn_put_auth(struct imp *im, struct conf_sec *sec,
    const struct conn_side *us, const struct conn_side *them, struct yn *t,
    const char *our_id, const char *their_id)
{
	const struct conn_side *const sides[2] = { us, them };
	const char *id[2] = { our_id, their_id };
	struct imp_at at;
	int rounds[2], k;

	for (k = 0; k < 2; k++)
		rounds[k] = 1 + (take(im, sec, sides[k], "auth", 1, &at) !=
		    NULL);
	put_both(im, sec, sides, t, id, 0, rounds);
	if (rounds[0] + rounds[1] == 2)
		return;
	put_both(im, sec, sides, t, id, 1, rounds);
	put_rounds_differ(im, sec, t);
}
