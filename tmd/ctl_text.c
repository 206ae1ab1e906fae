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
 * Words that rows for ikectl share.
 */
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ctl_verbs.h"
#include "id.h"
#include "members.h"
#include "ts.h"

/* Prefixes joined by ", "; single addresses without their length. */
static char *
prefixes(const struct wt_prefix *p, uint16_t n, char *out, size_t size)
{
	char one[ADDR_TEXT];
	uint16_t i;

	out[0] = '\0';
	for (i = 0; i < n; i++) {
		if (p[i].plen == 8 * addr_len(&p[i].addr))
			addr_print(&p[i].addr, one, sizeof(one));
		else if (p[i].plen == 0)
			snprintf(one, sizeof(one), "any");
		else
			prefix_print(&p[i], one, sizeof(one));
		if (strstr(out, one) != NULL && p[i].plen == 0)
			continue;
		if (out[0] != '\0')
			strlcat(out, ", ", size);
		strlcat(out, one, size);
	}
	if (out[0] == '\0')
		strlcpy(out, "any", size);
	return (out);
}

/* Where the peer is, if it is; else where it may be. */
char *
ctl_text_remotes(const struct tunnel *t, char *out, size_t size)
{
	const struct session *s = sess_up_of(t);

	if (s != NULL)
		return (addr_print(&s->remote.addr, out, size));
	if (t->pol->cf.hosts[0] != '\0') {
		strlcpy(out, t->pol->cf.hosts, size);
		return (out);
	}
	return (prefixes(t->pol->cf.remote, t->pol->cf.remote_n, out, size));
}

char *
ctl_text_locals(const struct tunnel *t, char *out, size_t size)
{
	const struct session *s = sess_up_of(t);

	if (s != NULL)
		return (addr_print(&s->local.addr, out, size));
	return (prefixes(t->pol->cf.local, t->pol->cf.local_n, out, size));
}

char *
ctl_text_id(const struct wt_id *id, char *out, size_t size)
{
	if (id->type == ID_ANY)
		snprintf(out, size, "any");
	else
		id_print(id, out, size);
	return (out);
}

char *
ctl_text_no(const struct tunnel *t, uint32_t child, char *out, size_t size)
{
	if (child == 0)
		snprintf(out, size, "%u", t->number);
	else
		snprintf(out, size, "%u.%u", t->number, child);
	return (out);
}

/* Words joined by '-'. */
static void
join(char *out, size_t size, const char *word)
{
	if (out[0] != '\0')
		strlcat(out, "-", size);
	strlcat(out, word, size);
}

/* RFC 9370: the additional key exchanges. */
static void
join_more(char *out, size_t size, const struct wt_suite *s)
{
	unsigned int i;

	for (i = 0; i < sizeof(s->more_ke); i++)
		if (s->more_ke[i] != KE_NONE)
			join(out, size, alg_name(XF_KE1 + i, s->more_ke[i],
			    0));
}

char *
ctl_text_ike_suite(const struct wt_suite *s, char *out, size_t size)
{
	out[0] = '\0';
	join(out, size, alg_name(XF_ENCR, s->encr, s->encr_bits));
	if (s->integ != INTEG_NONE)
		join(out, size, alg_name(XF_INTEG, s->integ, 0));
	join(out, size, alg_name(XF_PRF, s->prf, 0));
	join(out, size, alg_name(XF_KE, s->ke, 0));
	join_more(out, size, s);
	return (out);
}

char *
ctl_text_child_suite(const struct wt_suite *s, char *out, size_t size)
{
	snprintf(out, size, "%s", s->proto == PROTO_AH ? "ah" : "esp");
	if (s->encr != 0)
		join(out, size, alg_name(XF_ENCR, s->encr, s->encr_bits));
	if (s->integ != INTEG_NONE)
		join(out, size, alg_name(XF_INTEG, s->integ, 0));
	if (s->ke != KE_NONE)
		join(out, size, alg_name(XF_KE, s->ke, 0));
	join_more(out, size, s);
	if (s->esn)
		join(out, size, "esn");
	return (out);
}

char *
ctl_text_proposals(const struct wt_proposal *p, uint16_t n, char *out,
    size_t size)
{
	char one[512];
	uint16_t i;

	out[0] = '\0';
	for (i = 0; i < n; i++) {
		if (i > 0)
			strlcat(out, ", ", size);
		strlcat(out, proposal_print(&p[i], one, sizeof(one)), size);
	}
	return (out);
}

struct sa_pair *
ctl_newest_pair(const struct tunnel *t, const struct tun_child *c,
    struct grant **g)
{
	struct session *s;
	struct sa_pair *p;

	TAILQ_FOREACH_REVERSE(s, &t->sessions, session_list, entry) {
		if ((*g = sess_grant(s, c->number)) == NULL)
			continue;
		if ((p = TAILQ_LAST(&(*g)->pairs, pair_list)) != NULL)
			return (p);
	}
	*g = NULL;
	return (NULL);
}

char *
ctl_text_ts(const struct tunnel *t, const struct tun_child *c, int remote,
    char *out, size_t size)
{
	const struct wt_ceiling	*ceil = &c->pol->ceiling;
	uint8_t			 dyn = c->pol->cf.dyn;
	struct grant		*g;
	const struct sa_pair	*p = ctl_newest_pair(t, c, &g);
	struct wt_ts		 ts[LINK_TS];
	uint16_t		 n = remote ? ceil->ts_remote_n :
				    ceil->ts_local_n;

	/* Of many peers each has its own: the policy's words then. */
	if (p != NULL && !members_many(t->pol))
		return (ts_list_print(ts, sess_pair_ts(p, remote, ts), out,
		    size));
	if (remote && c->pol->cf.generic) {
		snprintf(out, size, "any-host");
		return (out);
	}
	if (n == 0 || (dyn & (remote ? DYN_REMOTE : DYN_LOCAL))) {
		snprintf(out, size, remote ? "peer" : "own address");
		return (out);
	}
	return (ts_list_print(remote ? ceil->ts_remote : ceil->ts_local, n,
	    out, size));
}

void
ctl_child_bytes(const struct tunnel *t, const struct tun_child *c,
    uint64_t *in, uint64_t *out)
{
	const struct session	*s;
	const struct grant	*g;
	const struct sa_pair	*p;

	*in = c->in_bytes;
	*out = c->out_bytes;
	TAILQ_FOREACH(s, &t->sessions, entry) {
		if ((g = sess_grant(s, c->number)) == NULL)
			continue;
		TAILQ_FOREACH(p, &g->pairs, entry) {
			*in += sess_pair_seen(p)->counters.in_bytes;
			*out += sess_pair_seen(p)->counters.out_bytes;
		}
	}
}

const char *
ctl_text_role(unsigned int role)
{
	return (role == TR_INITIATOR ? "initiator" :
	    role == TR_RESPONDER ? "responder" : "both");
}

const char *
ctl_text_action(const struct tun_child *c)
{
	static const char *const words[] = { "protect", "pass", "drop" };

	return (words[c->pol->cf.action]);
}

const char *
ctl_text_status(const struct tun_child *c)
{
	static const char *const words[] = { "Down", "Pass", "Drop" };

	return (c->npairs > 0 ? "Active" : c->opening ? "Negotiating" :
	    words[c->pol->cf.action]);
}

const char *
ctl_text_start(unsigned int start)
{
	switch (start) {
	case TS_START_AUTO:
		return ("auto");
	case TS_START_TRAP:
		return ("trap");
	case TS_START_MANUAL:
		return ("manual");
	default:
		return ("answer");
	}
}

const char *
ctl_text_dpd(unsigned int action)
{
	static const char *const words[] = { "auto", "restart", "trap",
	    "clear" };

	return (words[action]);
}

const char *
ctl_text_unique(unsigned int unique)
{
	switch (unique) {
	case UNIQUE_REPLACE:
		return ("replace");
	case UNIQUE_NEVER:
		return ("never");
	case UNIQUE_KEEP:
		return ("keep");
	default:
		return ("no");
	}
}

char *
ctl_text_bytes(uint64_t n, char *out, size_t size)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	unsigned int u = 0;
	double v = (double)n;

	while (v >= 1024 && u < 4) {
		v /= 1024;
		u++;
	}
	snprintf(out, size, v < 10 && u > 0 ? "%.1f %s" : "%.0f %s", v,
	    units[u]);
	return (out);
}

uint64_t
ctl_left(uint64_t t)
{
	uint64_t now = alarm_now();

	return (t > now ? t - now : 0);
}

uint64_t
ctl_age(uint64_t t)
{
	uint64_t now = alarm_now();

	return (now > t ? now - t : 0);
}
