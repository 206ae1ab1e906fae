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
 * Selections: from words to tunnels.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "here.h"
#include "id.h"
#include "kv.h"
#include "log.h"
#include "members.h"
#include "select.h"
#include "sess.h"

#define TARGETS_MAX	65536	/* named in one request */

/* A decimal number of 1..2^32-1 that ends at end. */
static int
number(const char *s, const char *end, uint32_t *n)
{
	uint64_t v = 0;

	if (s == end || end - s > 10)
		return (0);
	for (; s < end; s++) {
		if (!isdigit((unsigned char)*s))
			return (0);
		v = v * 10 + (uint64_t)(*s - '0');
	}
	if (v == 0 || v > UINT32_MAX)
		return (0);
	*n = (uint32_t)v;
	return (1);
}

static int
copy(char *out, const char *s, size_t len)
{
	if (len == 0 || len > NAME_MAX_LEN)
		return (-1);
	memcpy(out, s, len);
	out[len] = '\0';
	return (0);
}

const char *
select_parse(const char *s, size_t len, struct select_word *w)
{
	const char *end, *mark;

	memset(w, 0, sizeof(*w));
	while (len > 0 && s[0] == ' ') {
		s++;
		len--;
	}
	while (len > 0 && s[len - 1] == ' ')
		len--;
	end = s + len;
	if (len == 0)
		return ("an empty name");
	if ((mark = memchr(s, '/', len)) != NULL) {
		if (memchr(mark + 1, '/', (size_t)(end - mark - 1)) != NULL)
			return ("two slashes in a name");
		if (copy(w->child_name, mark + 1,
		    (size_t)(end - mark - 1)) == -1)
			return ("the child's name is empty or too long");
		if (number(s, mark, &w->number))
			return (NULL);
		return (copy(w->name, s, (size_t)(mark - s)) == -1 ?
		    "the tunnel's name is empty or too long" : NULL);
	}
	if (number(s, end, &w->number))
		return (NULL);
	if ((mark = memchr(s, '.', len)) != NULL &&
	    number(s, mark, &w->number) && number(mark + 1, end, &w->child))
		return (NULL);
	w->number = 0;
	return (copy(w->name, s, len) == -1 ? "a name that is too long" :
	    NULL);
}

unsigned int
select_distance(const char *a, const char *b)
{
	unsigned int	 row[NAME_MAX_LEN + 1], diag, up;
	size_t		 la = strnlen(a, NAME_MAX_LEN);
	size_t		 lb = strnlen(b, NAME_MAX_LEN), i, j;

	for (j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = (unsigned int)i;
		for (j = 1; j <= lb; j++) {
			up = row[j];
			row[j] = diag + (tolower((unsigned char)a[i - 1]) !=
			    tolower((unsigned char)b[j - 1]));
			if (up + 1 < row[j])
				row[j] = up + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diag = up;
		}
	}
	return (row[lb]);
}

/* Keeps the nearest of the names it is shown. */
struct nearest {
	const char	*want, *best;
	unsigned int	 distance;
};

/* How far a name may be to be worth telling. */
static size_t
near_enough(const struct nearest *n)
{
	return (2 + strlen(n->want) / 3);
}

static void
near_try(struct nearest *n, const char *name)
{
	size_t		 a = strlen(n->want), b = strlen(name);
	unsigned int	 d;

	/* Lengths differ by that at least: most of many are not looked at. */
	if ((a > b ? a - b : b - a) > near_enough(n))
		return;
	d = select_distance(n->want, name);
	if (n->best == NULL || d < n->distance) {
		n->best = name;
		n->distance = d;
	}
}

/* 'no tunnel "x"; nearest is "y"'; what has nothing in common is not named. */
static int
unknown(const char *what, struct nearest *n, char *err, size_t size)
{
	if (n->best != NULL && n->distance <= near_enough(n))
		snprintf(err, size, "no %s \"%s\"; nearest is \"%s\"", what,
		    n->want, n->best);
	else
		snprintf(err, size, "no %s \"%s\"", what, n->want);
	return (-1);
}

static int
add(struct targets *ts, uint32_t tunnel, uint32_t child)
{
	size_t i;

	/* Doubles matter among the few that are named, not among all. */
	for (i = ts->n > 256 ? ts->n - 256 : 0; i < ts->n; i++)
		if (ts->v[i].tunnel == tunnel && ts->v[i].child == child)
			return (0);
	if (ts->n >= TARGETS_MAX)
		return (0);
	if (ts->n == ts->max) {
		ts->max = ts->max == 0 ? 16 : ts->max * 2;
		ts->v = xreallocarray(ts->v, ts->max, sizeof(*ts->v));
	}
	ts->v[ts->n].tunnel = tunnel;
	ts->v[ts->n].child = child;
	ts->n++;
	return (0);
}

void
select_free(struct targets *ts)
{
	free(ts->v);
	memset(ts, 0, sizeof(*ts));
}

static int
find_tunnel(const struct select_word *w, struct tunnel **t, char *err,
    size_t size)
{
	struct nearest n = { w->name, NULL, 0 };
	struct tunnel *o;

	if (w->number != 0) {
		if ((*t = tunnel_find(w->number)) != NULL)
			return (0);
		snprintf(err, size, "no tunnel %u", w->number);
		return (-1);
	}
	if ((*t = tunnel_find_name(w->name)) != NULL)
		return (0);
	for (o = tunnel_next(NULL); o != NULL; o = tunnel_next(o))
		near_try(&n, o->name);
	return (unknown("tunnel", &n, err, size));
}

static int
find_child(const struct tunnel *t, const struct select_word *w,
    uint32_t *child, char *err, size_t size)
{
	struct nearest		 n = { w->child_name, NULL, 0 };
	const struct tun_child	*c = NULL;
	uint32_t		 num = w->child;

	*child = 0;
	if (w->child == 0 && w->child_name[0] == '\0')
		return (0);
	if (w->child_name[0] != '\0') {
		c = tunnel_child_name(t, w->child_name);
		if (c == NULL && !number(w->child_name, w->child_name +
		    strlen(w->child_name), &num))
			num = 0;
	}
	if (c == NULL && num != 0)
		c = tunnel_child(t, num);
	if (c != NULL) {
		*child = c->number;
		return (0);
	}
	if (w->child_name[0] == '\0') {
		snprintf(err, size, "tunnel %s (%u) has no child %u", t->name,
		    t->number, w->child);
		return (-1);
	}
	TAILQ_FOREACH(c, &t->children, entry)
		near_try(&n, c->pol->cf.name);
	return (unknown("child", &n, err, size));
}

/* One word of an argument. */
static int
take_word(const char *s, size_t len, struct targets *ts, char *err,
    size_t size)
{
	struct select_word	 w;
	struct tunnel		*t;
	uint32_t		 child;
	const char		*why;

	if ((why = select_parse(s, len, &w)) != NULL) {
		snprintf(err, size, "%s", why);
		return (-1);
	}
	if (find_tunnel(&w, &t, err, size) == -1 ||
	    find_child(t, &w, &child, err, size) == -1)
		return (-1);
	return (add(ts, t->number, child));
}

static int
take_arg(const char *s, struct targets *ts, char *err, size_t size)
{
	size_t len;

	for (;;) {
		len = strcspn(s, ",");
		if (take_word(s, len, ts, err, size) == -1)
			return (-1);
		if (s[len] == '\0')
			return (0);
		s += len + 1;
	}
}

const char *
select_opt(const struct mq_request *m, const char *key)
{
	return (kv_find(m->opts, m->opts_n, key));
}

/* Has the tunnel this peer, by its policy or a session? */
static int
has_remote_id(const struct tunnel *t, const struct wt_id *id)
{
	const struct session *s;

	if (id_equal(&t->pol->cf.id_remote, id) ||
	    (t->pol->cf.group[0] != '\0' && members_tunnel(t->pol, id)) ||
	    (id_is_wild(&t->pol->cf.id_remote) &&
	    id_match(&t->pol->cf.id_remote, id)))
		return (1);
	TAILQ_FOREACH(s, &t->sessions, entry)
		if (id_equal(s->id_peer, id))
			return (1);
	return (0);
}

/* Of the policy: 1 if it names a, -1 if it leaves the address open. */
static int
names_address(const struct wt_prefix *p, uint16_t n, const struct wt_addr *a)
{
	uint16_t i;

	for (i = 0; i < n; i++)
		if (prefix_has(&p[i], a))
			return (p[i].plen == 0 ? -1 : 1);
	return (0);
}

static int
host_has(const struct tunnel *t, const struct wt_addr *a)
{
	struct wt_addr	 one;
	unsigned int	 i;

	for (i = 0; tunnel_remote(t, i, &one); i++)
		if (addr_cmp(&one, a) == 0)
			return (1);
	return (0);
}

/*
 * Is it between these?  Where a peer is there, as it is now; else as the
 * policy says, where an address of ours that it leaves open is any that we
 * have, and a peer's is known by its name alone.  r of af 0: any.
 */
static int
is_between(const struct tunnel *t, const struct wt_addr *l,
    const struct wt_addr *r)
{
	const struct sn_tunnel	*cf = &t->pol->cf;
	const struct session	*s;
	int			 ups = 0, at;

	TAILQ_FOREACH(s, &t->sessions, entry) {
		if (s->state != SS_UP)
			continue;
		ups = 1;
		if (addr_cmp(&s->local.addr, l) == 0 && (r->af == 0 ||
		    addr_cmp(&s->remote.addr, r) == 0))
			return (1);
	}
	at = names_address(cf->local, cf->local_n, l);
	if (at == 0 || (at == -1 && (ups || !here_has(l))))
		return (0);
	if (r->af == 0)
		return (1);
	at = names_address(cf->remote, cf->remote_n, r);
	return (at == 1 || (at == -1 && host_has(t, r)));
}

/* "LOCAL[,REMOTE]" */
static int
parse_addresses(const char *s, struct wt_addr *l, struct wt_addr *r,
    char *err, size_t size)
{
	char one[ADDR_TEXT];
	size_t len = strcspn(s, ",");

	memset(r, 0, sizeof(*r));
	snprintf(one, sizeof(one), "%.*s", (int)len, s);
	if (addr_parse(one, l) == -1 ||
	    (s[len] == ',' && addr_parse(s + len + 1, r) == -1)) {
		snprintf(err, size, "\"%s\" is not LOCAL[,REMOTE]", s);
		return (-1);
	}
	return (0);
}

static int
take_options(const struct mq_request *m, struct targets *ts, char *err,
    size_t size)
{
	const char	*ids = select_opt(m, "remote-id");
	const char	*as = select_opt(m, "address"), *group = NULL, *why;
	struct wt_addr	 l, r;
	struct wt_id	 id;
	struct tunnel	*t;
	size_t		 before = ts->n;

	if (ids != NULL && strncmp(ids, "group:", 6) == 0)
		group = ids + 6;
	else if (ids != NULL && (why = id_parse(ids, &id)) != NULL) {
		snprintf(err, size, "remote-id \"%s\": %s", ids, why);
		return (-1);
	}
	if (as != NULL && parse_addresses(as, &l, &r, err, size) == -1)
		return (-1);
	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t)) {
		if (ids != NULL && (group != NULL ? strcmp(group,
		    t->pol->cf.group) != 0 : !has_remote_id(t, &id)))
			continue;
		if (as != NULL && !is_between(t, &l, &r))
			continue;
		add(ts, t->number, 0);
	}
	if (ts->n > before)
		return (0);
	snprintf(err, size, "no tunnel fits %s%s%s", ids != NULL ? ids : "",
	    ids != NULL && as != NULL ? " and " : "", as != NULL ? as : "");
	return (-1);
}

int
select_targets(const struct mq_request *m, int all_if_none,
    struct targets *ts, char *err, size_t size)
{
	const char	*all = select_opt(m, "all");
	int		 by_opt = select_opt(m, "remote-id") != NULL ||
			    select_opt(m, "address") != NULL;
	struct tunnel	*t;
	uint16_t	 i;

	memset(ts, 0, sizeof(*ts));
	if (all == NULL && !by_opt && m->args_n == 0 && !all_if_none) {
		snprintf(err, size, "which tunnel?");
		return (-1);
	}
	for (i = 0; i < m->args_n; i++)
		if (take_arg(m->args[i].w, ts, err, size) == -1)
			goto bad;
	if (by_opt && take_options(m, ts, err, size) == -1)
		goto bad;
	if (all != NULL || (!by_opt && m->args_n == 0))
		for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
			add(ts, t->number, 0);
	return (0);
bad:
	select_free(ts);
	return (-1);
}
