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
 * conn sections of ipsec.conf as tunnels.  left is this side, unless right
 * is marked as the one (%defaultroute).
 */
#include <err.h>
#include <search.h>
#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "import_conn.h"

struct conf_set *
conn_side(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    const char *key, struct imp_at *at)
{
	char full[64];

	snprintf(full, sizeof(full), "%s%s", s->name, key);
	return (conn_take(im, sec, full, at));
}

/* local or remote: addresses, port, identity. */
static int
put_end(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    struct yn *end, const char **id)
{
	struct conf_set *set;
	struct imp_at at;
	char text[IMP_TEXT];
	int any = 0;

	*id = NULL;
	if ((set = conn_take(im, sec, s->name, &at)) != NULL) {
		any = put_address(&at, end);
		if (!any)
			*id = set->value;
	} else
		any = 1;
	if (any && strcmp(s->at, "remote") == 0)
		yn_set(end, "address", "any");
	if ((set = conn_side(im, sec, s, "ikeport", &at)) != NULL) {
		if (strcmp(s->at, "local") == 0)
			imp_note_set(im, sec, set, "the ports of the service "
			    "are `ports`");
		else
			yn_set(end, "port", "%s", set->value);
	}
	if ((set = conn_side(im, sec, s, "id", &at)) != NULL &&
	    put_id(&at, set->value, text) == 0) {
		if (text[0] != '\0') {
			yn_set(end, "id", "%s", text);
			*id = set->value;
		} else if (strcmp(s->at, "remote") == 0 &&
		    strcmp(set->value, "%fromcert") != 0)
			yn_set(end, "id", "any");
	}
	return (any);
}

static long
seconds(struct imp *im, struct conf_sec *sec, const char *keys)
{
	struct imp_at at;
	char key[64];
	size_t n;

	for (; *keys != '\0'; keys += n) {
		keys += *keys == ' ';
		n = strcspn(keys, " ");
		snprintf(key, sizeof(key), "%.*s", (int)n, keys);
		if (conn_take(im, sec, key, &at) != NULL)
			return (put_time(&at));
	}
	return (-1);
}

static void
put_ike_policy(struct imp *im, struct conf_sec *sec, struct yn *t)
{
	struct yn *p = yn_map(t, "policy");
	long life, margin;
	struct imp_at at;

	if (conn_take(im, sec, "ike", &at) != NULL)
		(void)put_proposals(&at, p, PROTO_IKE);
	life = seconds(im, sec, "ikelifetime");
	margin = seconds(im, sec, "margintime rekeymargin");
	put_life(p, life, life > 0 ? margin : -1);
	if (conn_take(im, sec, "reauth", &at) != NULL && put_bool(&at) == 1)
		yn_set(p, "key-renewal", "reauth");
}

/* IKEv2 alone is spoken; what allows both becomes it. */
static void
put_version(struct imp *im, struct conf_sec *sec)
{
	struct imp_at at;
	struct conf_set *set;

	if ((set = conn_take(im, sec, "keyexchange", &at)) != NULL &&
	    conn_word(set, "ikev1"))
		imp_refuse(im, sec, set, "IKEv1 is not built in this "
		    "version");
	if ((set = conn_take(im, sec, "ikev2", &at)) != NULL &&
	    conn_word(set, "no never"))
		imp_refuse(im, sec, set, "IKEv1 is not built in this "
		    "version");
}

/* dpdaction=none asks for no liveness checks. */
static void
put_dpd(struct imp *im, struct conf_sec *sec, struct yn *t, int any)
{
	struct conf_set *action;
	struct imp_at at;

	if (conn_take(im, sec, "dpddelay", &at) != NULL && put_time(&at) >= 0)
		yn_set(t, "dpd", "%lds", put_time(&at));
	if ((action = conn_take(im, sec, "dpdaction", &at)) == NULL)
		return;
	if (conn_word(action, "none"))
		yn_set(t, "dpd", "0");
	else
		put_death(&at, t, 1, any);
}

static void
put_options(struct imp *im, struct conf_sec *sec, struct yn *t, int any)
{
	struct conf_set *set;
	struct imp_at at;

	if ((set = conn_take(im, sec, "auto", &at)) == NULL ||
	    conn_word(set, "ignore"))
		yn_set(t, "start", "manual");
	else if (any || conn_word(set, "add"))
		yn_set(t, "start", "answer");
	else
		yn_set(t, "start", "%s", conn_word(set, "route ondemand") ?
		    "trap" : "auto");
	if (any && set != NULL && !conn_word(set, "add ignore"))
		imp_note_set(im, sec, set, "nobody can be called without an "
		    "address: it waits for the peer");
	put_dpd(im, sec, t, any);
	if (conn_take(im, sec, "closeaction", &at) != NULL)
		put_after(&at, yn_get(t, "start"));
	if ((set = conn_take(im, sec, "forceencaps", &at)) == NULL)
		set = conn_take(im, sec, "encapsulation", &at);
	if (conn_word(set, "yes"))
		yn_set(t, "udp-encapsulation", "force");
	else if (conn_word(set, "no") && strcmp(set->key, "encapsulation") == 0)
		imp_note_set(im, sec, set, "NAT is always looked for");
	if (conn_take(im, sec, "enable-tcp", &at) != NULL) {
		put_tcp(&at, t);
		if ((set = conn_take(im, sec, "tcp-remoteport", &at)) != NULL)
			yn_set(t, "tcp-port", "%s", set->value);
	}
	set = conn_take(im, sec, "ppk", &at);
	if (conn_take(im, sec, "ppk-ids", &at) != NULL &&
	    !conn_word(set, "no never"))
		put_ppk(&at, t, conn_word(set, "insist"));
	if ((set = conn_take(im, sec, "fragmentation", &at)) != NULL &&
	    conn_word(set, "no"))
		yn_set(t, "fragment-size", "no");
	if ((set = conn_take(im, sec, "mobike", &at)) != NULL &&
	    put_bool(&at) == 0)
		yn_set(t, "mobike", "no");
}

static void
put_child_policy(struct imp *im, struct conf_sec *sec, struct yn *c)
{
	static const struct {
		const char	*key;
		unsigned int	 proto;
	} lists[] = { { "esp", PROTO_ESP }, { "phase2alg", PROTO_ESP },
	    { "ah", PROTO_AH } };
	struct yn *p = yn_map(c, "policy");
	struct conf_set *set, *phase2;
	size_t i, groups = 0, any = 0;
	unsigned int proto;
	int no;
	long life, margin;
	struct imp_at at;

	phase2 = conn_take(im, sec, "phase2", &at);
	no = conn_take(im, sec, "pfs", &at) != NULL && put_bool(&at) == 0;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (conn_take(im, sec, lists[i].key, &at) == NULL)
			continue;
		any = 1;
		at.nogroup = no;
		proto = conn_word(phase2, "ah") ? PROTO_AH : lists[i].proto;
		groups += put_proposals(&at, p, proto);
		if (proto == PROTO_AH)
			put_kernel(im, sec, "AH");
	}
	life = seconds(im, sec, "lifetime salifetime keylife");
	margin = seconds(im, sec, "margintime rekeymargin");
	put_life(p, life, life > 0 ? margin : -1);
	if (no || (any && groups == 0 && !im->libreswan))
		yn_set(p, "pfs", "no");
	if (conn_take(im, sec, "lifebytes", &at) != NULL ||
	    conn_take(im, sec, "ipsec-max-bytes", &at) != NULL)
		put_size(&at, p, "lifesize");
	if ((set = conn_take(im, sec, "lifepackets", &at)) != NULL)
		yn_set(p, "packets", "%s", set->value);
	if ((set = conn_take(im, sec, "replay_window", &at)) != NULL ||
	    (set = conn_take(im, sec, "replay-window", &at)) != NULL)
		yn_set(p, "replay-window", "%s", set->value);
	if ((set = conn_take(im, sec, "esn", &at)) != NULL &&
	    conn_word(set, "no"))
		yn_set(p, "esn", "no");
}

/* tunnel or transport; the others are no tunnels. */
static void
put_type(struct imp *im, struct conf_sec *sec, struct yn *c)
{
	struct imp_at at;
	struct conf_set *set = conn_take(im, sec, "type", &at);

	if (set == NULL || conn_word(set, "tunnel"))
		return;
	if (conn_word(set, "transport")) {
		yn_set(c, "mode", "transport");
		put_kernel(im, sec, "transport mode");
	} else
		imp_refuse(im, sec, set, "it is no tunnel: put a child with "
		    "`action: pass` or `drop` beside those of one");
}

static void
put_selectors(struct imp *im, struct conf_sec *sec, const struct conn_side *s,
    struct yn *c, int any)
{
	struct conf_set *set;
	struct imp_at at;
	const char *word = any && strcmp(s->at, "remote") == 0 ? "peer" :
	    NULL;

	if (conn_side(im, sec, s, "subnet", &at) != NULL)
		put_nets(&at, c, s->at, s->port, word);
	else if (word != NULL)
		yn_add(c, s->at, word);
	if ((set = conn_side(im, sec, s, "protoport", &at)) != NULL)
		put_protoport(&at, set->value, c, s->port);
	if ((set = conn_side(im, sec, s, "sourceip", &at)) != NULL) {
		if (im->libreswan && set->value[0] != '%')
			return;		/* the host's address in its subnet */
		imp_refuse(im, sec, set, "addresses for peers are not built "
		    "in this version");
	}
}

static void
put_child(struct imp *im, struct conf_sec *sec, const struct conn_side *us,
    const struct conn_side *them, struct yn *c, int any, const char *start)
{
	struct conf_set *set;
	struct imp_at at;

	put_type(im, sec, c);
	put_selectors(im, sec, us, c, 0);
	put_selectors(im, sec, them, c, any);
	put_child_policy(im, sec, c);
	if (conn_take(im, sec, "mark", &at) != NULL)
		put_mark(&at, c);
	if (conn_take(im, sec, "inactivity", &at) != NULL)
		put_inactivity(&at, c, start);
	if ((set = conn_take(im, sec, "failureshunt", &at)) != NULL &&
	    conn_word(set, "passthrough"))
		yn_set(c, "without-tunnel", "pass");
}

/* libreswan's leftsubnets={a b}: a pair is a child of its own. */
static void
put_children(struct imp *im, struct conf_sec *sec, const struct conn_side *us,
    const struct conn_side *them, struct yn *t, int any)
{
	struct imp_at l, r;
	struct conf_set *ls = conn_side(im, sec, us, "subnets", &l);
	struct conf_set *rs = conn_side(im, sec, them, "subnets", &r);
	char lists[2][1024], *lp, *rp, *l_net, *r_net;
	const char *start = yn_get(t, "start");
	struct yn *c;

	if (ls == NULL && rs == NULL) {
		put_child(im, sec, us, them, imp_child(t, sec->name), any,
		    start);
		return;
	}
	snprintf(lists[0], sizeof(lists[0]), "%s", ls != NULL ? ls->value :
	    "");
	lp = lists[0];
	while ((l_net = strsep(&lp, "{}, \t")) != NULL) {
		if (*l_net == '\0' && ls != NULL)
			continue;
		snprintf(lists[1], sizeof(lists[1]), "%s", rs != NULL ?
		    rs->value : "");
		rp = lists[1];
		while ((r_net = strsep(&rp, "{}, \t")) != NULL) {
			if (*r_net == '\0' && rs != NULL)
				continue;
			c = imp_child(t, sec->name);
			if (ls != NULL)
				yn_add(c, us->at, l_net);
			if (rs != NULL)
				yn_add(c, them->at, r_net);
			put_child(im, sec, us, them, c, any && rs == NULL,
			    start);
		}
	}
}

static void
map_conn(struct imp *im, struct conf_sec *sec)
{
	static const struct conn_side sides[2][2] = {
		{ { "left", "local", "local-port" },
		  { "right", "remote", "remote-port" } },
		{ { "right", "local", "local-port" },
		  { "left", "remote", "remote-port" } } };
	struct yn *t = yn_root();
	const struct conn_side *us = &sides[0][0], *them = &sides[0][1];
	const char *our_id, *their_id;
	int any;

	if (conn_word(conn_get(im, sec, "right"), "%defaultroute")) {
		us = &sides[1][0];
		them = &sides[1][1];
	}
	im->refused = 0;
	put_version(im, sec);
	imp_stops_ipsec(im, sec, conn_get);
	(void)yn_map(t, "policy");
	(void)put_end(im, sec, us, yn_map(t, "local"), &our_id);
	any = put_end(im, sec, them, yn_map(t, "remote"), &their_id);
	conn_put_auth(im, sec, us, them, t, our_id, their_id);
	put_any_id(yn_map(t, "remote"));
	put_ike_policy(im, sec, t);
	put_options(im, sec, t, any);
	put_children(im, sec, us, them, t, any);
	imp_take(im, sec, t);
}

static int
by_octets(const void *a, const void *b)
{
	return (strcmp(a, b));
}

/* Is it only what others take over? */
static int
is_base(struct imp *im, struct conf_sec *sec)
{
	if (strcmp(sec->name, "%default") == 0)
		return (1);
	if (conn_inherited(im, sec, "auto", 0) != NULL &&
	    !conn_word(conn_inherited(im, sec, "auto", 0), "ignore"))
		return (0);
	return (tfind(sec->name, &im->bases, by_octets) != NULL);
}

/* What others are built on. */
static void
note_bases(struct imp *im)
{
	struct conf_sec *sec;
	struct conf_set *set;

	TAILQ_FOREACH(sec, &im->top.subs, entry)
		TAILQ_FOREACH(set, &sec->sets, entry)
			if (strcasecmp(set->key, "also") == 0 &&
			    tsearch(set->value, &im->bases, by_octets) ==
			    NULL)
				err(1, "import");
}

/* libreswan's, by what only it has. */
static int
is_libreswan(struct imp *im)
{
	static const char *const only[] = { "ikev2", "phase2alg",
	    "salifetime", "leftsubnets", "rightsubnets", "protostack",
	    "virtual-private", "plutodebug", "encapsulation", "narrowing",
	    "leftrsasigkey", "rightrsasigkey", "ipsec-interface",
	    "dumpdir", "leftckaid", "nssdir", "retransmit-timeout",
	    "enable-tcp", "listen-tcp", "ppk-ids" };
	struct conf_sec *sec;
	struct conf_set *set;
	size_t i;

	TAILQ_FOREACH(sec, &im->top.subs, entry)
		TAILQ_FOREACH(set, &sec->sets, entry) {
			for (i = 0; i < sizeof(only) / sizeof(only[0]); i++)
				if (strcasecmp(set->key, only[i]) == 0)
					return (1);
			if (strcasecmp(set->key, "authby") == 0 &&
			    strstr(set->value, "rsa-sha") != NULL)
				return (1);
		}
	return (0);
}

void
imp_map_ipsec(struct imp *im)
{
	struct conf_sec *sec;

	im->libreswan = is_libreswan(im);
	note_bases(im);
	conn_map_setup(im);
	TAILQ_FOREACH(sec, &im->top.subs, entry)
		if (strcmp(sec->kind, "ca") == 0 &&
		    strcmp(sec->name, "%default") != 0)
			conn_map_ca(im, sec);
	TAILQ_FOREACH(sec, &im->top.subs, entry)
		if (strcmp(sec->kind, "conn") == 0 && !is_base(im, sec))
			map_conn(im, sec);
	TAILQ_FOREACH(sec, &im->top.subs, entry)
		imp_rest_ipsec(im, sec);
}
