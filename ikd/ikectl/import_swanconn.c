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

/* connections, secrets and authorities of swanctl.conf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "import_swan.h"

struct conf_set *
swan_take(struct imp *im, struct conf_sec *sec, const char *key,
    struct imp_at *at)
{
	struct conf_set *set = imp_own(sec, key);

	imp_use(at, im, sec, set);
	return (set);
}

struct conf_set *
swan_get(struct imp *im, struct conf_sec *sec, const char *key)
{
	(void)im;
	return (imp_own(sec, key));
}

int
swan_says(const struct conf_set *set, const char *word)
{
	return (set != NULL && strcasecmp(set->value, word) == 0);
}

static long
seconds(struct imp *im, struct conf_sec *sec, const char *key, long dflt)
{
	struct imp_at at;
	long n;

	if (swan_take(im, sec, key, &at) == NULL || (n = put_time(&at)) < 0)
		return (dflt);
	return (n);
}

/* Every section of a connection is a path of its own for notes. */
static void
rest(struct imp *im, struct conf_sec *sec, unsigned int depth)
{
	struct conf_sec *sub;

	imp_rest_swanctl(im, sec);
	if (depth < IMP_DEPTH)
		TAILQ_FOREACH(sub, &sec->subs, entry)
			rest(im, sub, depth + 1);
}

/* 1: the peer may come from anywhere. */
static int
put_addresses(struct imp *im, struct conf_sec *conn, struct yn *local,
    struct yn *remote)
{
	struct imp_at at;
	int any = 1;

	if (swan_take(im, conn, "local_addrs", &at) != NULL)
		(void)put_address(&at, local);
	if (swan_take(im, conn, "remote_addrs", &at) != NULL)
		any = put_address(&at, remote);
	if (any)
		yn_set(remote, "address", "any");
	if (swan_take(im, conn, "remote_port", &at) != NULL)
		yn_set(remote, "port", "%s", at.set->value);
	return (any);
}

/* rekey_time is when it begins, over_time how long it may take from there. */
static void
put_ike_policy(struct imp *im, struct conf_sec *conn, struct yn *p)
{
	long rekey = seconds(im, conn, "rekey_time", -1);
	long reauth = seconds(im, conn, "reauth_time", 0), over, begins;
	struct imp_at at;

	if (swan_take(im, conn, "proposals", &at) != NULL)
		(void)put_proposals(&at, p, PROTO_IKE);
	begins = reauth > 0 ? reauth : rekey;
	over = seconds(im, conn, "over_time", begins > 0 ? begins / 10 : -1);
	if (begins > 0)
		put_life(p, begins + over, over);
	if (reauth > 0)
		yn_set(p, "key-renewal", "reauth");
}

static void
put_options(struct imp *im, struct conf_sec *conn, struct yn *t)
{
	struct conf_set *set;
	struct imp_at at;

	if (swan_take(im, conn, "dpd_delay", &at) != NULL && put_time(&at) >= 0)
		yn_set(t, "dpd", "%lds", put_time(&at));
	if (swan_take(im, conn, "encap", &at) != NULL && put_bool(&at) == 1)
		yn_set(t, "udp-encapsulation", "force");
	if (swan_take(im, conn, "mobike", &at) != NULL && put_bool(&at) == 0)
		yn_set(t, "mobike", "no");
	if ((set = swan_take(im, conn, "fragmentation", &at)) != NULL &&
	    swan_says(set, "no"))
		yn_set(t, "fragment-size", "no");
	if ((set = swan_take(im, conn, "childless", &at)) != NULL &&
	    (swan_says(set, "prefer") || swan_says(set, "force")))
		yn_set(t, "childless", "yes");
	set = swan_take(im, conn, "ppk_required", &at);
	if (swan_take(im, conn, "ppk_id", &at) != NULL)
		put_ppk(&at, t, swan_says(set, "yes") ||
		    swan_says(set, "true"));
	if ((set = swan_take(im, conn, "unique", &at)) == NULL)
		return;
	if (swan_says(set, "no") || swan_says(set, "never") ||
	    swan_says(set, "keep") || swan_says(set, "replace"))
		yn_set(t, "unique-id", "%s", set->value);
	else
		imp_note_set(im, conn, set, "is not known");
}

static void
put_child_policy(struct imp *im, struct conf_sec *sec, struct yn *p)
{
	long rekey = seconds(im, sec, "rekey_time", -1), life;
	struct conf_set *set;
	struct imp_at at;
	size_t groups = 0;

	if (swan_take(im, sec, "ah_proposals", &at) != NULL) {
		put_kernel(im, sec, "AH");
		groups += put_proposals(&at, p, PROTO_AH);
	}
	if (swan_take(im, sec, "esp_proposals", &at) != NULL)
		groups += put_proposals(&at, p, PROTO_ESP);
	life = seconds(im, sec, "life_time", rekey > 0 ? rekey + rekey / 10 :
	    -1);
	if (life > 0)
		put_life(p, life, rekey > 0 && rekey < life ? life - rekey :
		    -1);
	if (groups == 0)
		yn_set(p, "pfs", "no");
	if (swan_take(im, sec, "life_bytes", &at) != NULL)
		put_size(&at, p, "lifesize");
	if ((set = swan_take(im, sec, "life_packets", &at)) != NULL &&
	    strcmp(set->value, "0") != 0)
		yn_set(p, "packets", "%s", set->value);
	if ((set = swan_take(im, sec, "replay_window", &at)) != NULL)
		yn_set(p, "replay-window", "%s", set->value);
}

static void
put_mode(struct imp *im, struct conf_sec *sec, struct yn *c)
{
	struct imp_at at;
	struct conf_set *set = swan_take(im, sec, "mode", &at);

	if (set == NULL || swan_says(set, "tunnel"))
		return;
	if (swan_says(set, "transport")) {
		yn_set(c, "mode", "transport");
		put_kernel(im, sec, "transport mode");
	} else if (swan_says(set, "pass") || swan_says(set, "drop"))
		yn_set(c, "action", "%s", set->value);
	else
		imp_refuse(im, sec, set, "there is no such mode");
}

static void
put_child(struct imp *im, struct conf_sec *sec, struct yn *c, int any)
{
	const char *peer = any ? "peer" : NULL;
	struct conf_set *set;
	struct imp_at at;

	imp_stops_swanctl(im, sec, swan_get);
	put_mode(im, sec, c);
	if (swan_take(im, sec, "local_ts", &at) != NULL)
		put_nets(&at, c, "local", "local-port", NULL);
	if (swan_take(im, sec, "remote_ts", &at) != NULL)
		put_nets(&at, c, "remote", "remote-port", peer);
	else if (any)
		yn_add(c, "remote", peer);
	put_child_policy(im, sec, yn_map(c, "policy"));
	if (swan_take(im, sec, "mark_in", &at) != NULL) {
		put_mark(&at, c);
		if ((set = imp_own(sec, "mark_out")) == NULL)
			imp_note_set(im, sec, at.set, "the mark is for both "
			    "directions here");
		else if (strcmp(set->value, at.set->value) == 0)
			set->used = 1;
	}
	if ((set = swan_take(im, sec, "if_id_in", &at)) != NULL &&
	    strcmp(set->value, "0") != 0) {
		if (set->value[0] == '%')
			imp_refuse(im, sec, set, "interface numbers are "
			    "fixed here");
		yn_set(c, "if-id", "%s", set->value);
		put_kernel(im, sec, "an interface's number");
		if ((set = imp_own(sec, "if_id_out")) != NULL &&
		    strcmp(set->value, at.set->value) == 0)
			set->used = 1;
	}
}

/* What its children begin with; the tunnel goes by the first. */
static void
put_start(struct imp *im, struct conf_sec *sec, struct yn *t, struct yn *c,
    int any, int first)
{
	struct imp_at at, dead;
	struct conf_set *set = swan_take(im, sec, "start_action", &at);
	const char *start = set == NULL || swan_says(set, "none") ? "answer" :
	    strstr(set->value, "start") != NULL ? "auto" : "trap";

	if (any && strcmp(start, "answer") != 0) {
		imp_note_set(im, sec, set, "nobody can be called without an "
		    "address: it waits for the peer");
		start = "answer";
	}
	(void)swan_take(im, sec, "dpd_action", &dead);
	if (swan_take(im, sec, "close_action", &at) != NULL)
		put_after(&at, start);
	if (yn_get(c, "action") != NULL)
		return;
	if (swan_take(im, sec, "inactivity", &at) != NULL)
		put_inactivity(&at, c, start);
	if (first)
		yn_set(t, "start", "%s", start);
	else if (strcmp(yn_get(t, "start"), start) != 0)
		yn_set(c, "start", "%s", start);
	if (dead.set != NULL)
		put_death(&dead, t, first, any);
}

static void
map_conn(struct imp *im, struct conf_sec *conn)
{
	struct conf_sec *children = imp_find(conn, "", "children"), *sub;
	struct conf_set *set = imp_own(conn, "version");
	struct yn *t = yn_root(), *c;
	int any, first = 1;

	im->refused = 0;
	(void)yn_map(t, "policy");
	(void)yn_map(t, "local");
	(void)yn_map(t, "remote");
	if (set != NULL) {
		set->used = 1;
		if (swan_says(set, "1"))
			imp_refuse(im, conn, set, "IKEv1 is not built in this "
			    "version");
	}
	imp_stops_swanctl(im, conn, swan_get);
	any = put_addresses(im, conn, yn_map(t, "local"),
	    yn_map(t, "remote"));
	swan_put_auth(im, conn, t);
	put_any_id(yn_map(t, "remote"));
	put_ike_policy(im, conn, yn_map(t, "policy"));
	put_options(im, conn, t);
	yn_set(t, "start", "answer");
	if (children != NULL)
		TAILQ_FOREACH(sub, &children->subs, entry) {
			c = imp_child(t, sub->name);
			put_child(im, sub, c, any);
			put_start(im, sub, t, c, any, first);
			first = first && yn_get(c, "action") != NULL;
		}
	if (children != NULL && first)
		imp_refuse(im, conn, NULL, "it has no children but those that "
		    "pass or drop: put them beside those of a tunnel");
	else if (children == NULL)
		imp_refuse(im, conn, NULL, "it has no children");
	imp_take(im, conn, t);
}

/* ike-home { secret, id-1 }; everything else is a note. */
static void
read_secret(struct imp *im, struct conf_sec *sec)
{
	char *ids[16];
	struct conf_set *set, *secret = NULL;
	size_t n = 0;

	if (strncmp(sec->name, "ike", 3) != 0) {
		imp_note(im, sec->file, sec->line, "secrets.%.60s: %s",
		    sec->name, strncmp(sec->name, "eap", 3) == 0 ||
		    strncmp(sec->name, "xauth", 5) == 0 ||
		    strncmp(sec->name, "ntlm", 4) == 0 ? "EAP and XAUTH are "
		    "not built in this version" : "private keys are brought "
		    "with ikectl key import");
		TAILQ_FOREACH(set, &sec->sets, entry)
			set->used = 1;
		return;
	}
	TAILQ_FOREACH(set, &sec->sets, entry) {
		set->used = 1;
		if (strcmp(set->key, "secret") == 0)
			secret = set;
		else if (strncmp(set->key, "id", 2) == 0 && n < 16)
			ids[n++] = set->value;
		else
			imp_note(im, set->file, set->line, "secrets.%.60s: "
			    "%.60s is not known", sec->name, set->key);
	}
	if (secret != NULL)
		imp_secret_add(im, sec->file, sec->line, ids, n,
		    secret->value, 0);
}

static void
map_authority(struct imp *im, struct conf_sec *sec)
{
	struct yn *a;
	struct imp_at at;
	struct conf_set *set = swan_take(im, sec, "cacert", &at);
	char name[65], of[100];

	if (set == NULL && (set = swan_take(im, sec, "file", &at)) == NULL) {
		imp_note(im, sec->file, sec->line, "authority %.100s names "
		    "no file", sec->name);
		return;
	}
	put_base(set->value, name);
	a = yn_map(yn_map(im->out, "authorities"), name);
	yn_set(a, "file", "%s", name);
	snprintf(of, sizeof(of), "authority %.80s", sec->name);
	imp_bring(im, of, set, set->value, "ca/", name, 0);
	if (swan_take(im, sec, "crl_uris", &at) != NULL)
		put_words(&at, a, "crl");
	if (swan_take(im, sec, "ocsp_uris", &at) != NULL)
		put_words(&at, a, "ocsp");
}

void
imp_map_swanctl(struct imp *im)
{
	struct conf_sec *sec, *sub;

	if ((sec = imp_find(&im->top, "", "secrets")) != NULL)
		TAILQ_FOREACH(sub, &sec->subs, entry)
			read_secret(im, sub);
	if ((sec = imp_find(&im->top, "", "authorities")) != NULL)
		TAILQ_FOREACH(sub, &sec->subs, entry)
			map_authority(im, sub);
	if ((sec = imp_find(&im->top, "", "connections")) != NULL)
		TAILQ_FOREACH(sub, &sec->subs, entry)
			map_conn(im, sub);
	if ((sec = imp_find(&im->top, "", "pools")) != NULL)
		TAILQ_FOREACH(sub, &sec->subs, entry)
			imp_note(im, sub->file, sub->line, "pool %.100s: "
			    "addresses for peers are not built in this "
			    "version", sub->name);
	TAILQ_FOREACH(sec, &im->top.subs, entry)
		if (strcmp(sec->name, "connections") == 0 ||
		    strcmp(sec->name, "authorities") == 0)
			rest(im, sec, 0);
		else if (strcmp(sec->name, "secrets") != 0 &&
		    strcmp(sec->name, "pools") != 0 && !sec->used)
			imp_note(im, sec->file, sec->line, "section "
			    "\"%.100s\" is not known", sec->name);
}
