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
 * The tables of tunnels, and what the policy makes of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "busy.h"
#include "hosts.h"
#include "locked.h"
#include "log.h"
#include "manual.h"
#include "proto_parent_tmd.h"
#include "reach.h"
#include "tree.h"
#include "tunnel.h"
#include "vrf.h"

RB_HEAD(tunnel_tree, tunnel);
RB_HEAD(tunnel_names, tunnel);

static int
number_cmp(const struct tunnel *a, const struct tunnel *b)
{
	if (a->number != b->number)
		return (a->number < b->number ? -1 : 1);
	return (0);
}

/* Two tunnels may have one name for a moment, while a reload goes on. */
static int
name_cmp(const struct tunnel *a, const struct tunnel *b)
{
	int d = strcmp(a->name, b->name);

	return (d != 0 ? d : number_cmp(a, b));
}

TREE_STATIC(tunnel_tree, tunnel, node, number_cmp)
TREE_STATIC(tunnel_names, tunnel, by_name, name_cmp)

static struct tunnel_tree	 tunnels = RB_INITIALIZER(&tunnels);
static struct tunnel_names	 names = RB_INITIALIZER(&names);
static unsigned int		 count;
static void			(*alarm_fn)(struct tunnel *);
static void			(*child_alarm_fn)(struct tunnel *);
static int			notes_on;

static const char *const state_names[TN_STATES] = {
	[TN_CLOSED] = "Down",
	[TN_RETRY] = "Down",
	[TN_OPEN] = "Open",
	[TN_DORMANT] = "Dormant",
	[TN_NEGOTIATING] = "Negotiating",
	[TN_ACTIVE] = "Active",
};

struct tunnel *
tunnel_find(uint32_t number)
{
	struct tunnel *t = RB_ROOT(&tunnels);

	while (t != NULL && t->number != number)
		t = number < t->number ? RB_LEFT(t, node) : RB_RIGHT(t, node);
	return (t);
}

struct tunnel *
tunnel_find_name(const char *name)
{
	struct tunnel *t = RB_ROOT(&names);
	int d;

	while (t != NULL && (d = strcmp(name, t->name)) != 0)
		t = d < 0 ? RB_LEFT(t, by_name) : RB_RIGHT(t, by_name);
	return (t);
}

struct tunnel *
tunnel_next(const struct tunnel *t)
{
	if (t == NULL)
		return (RB_MIN(tunnel_tree, &tunnels));
	return (RB_NEXT(tunnel_tree, &tunnels,
	    (struct tunnel *)(uintptr_t)t));
}

/* The first with a higher number: for walks that take several turns. */
struct tunnel *
tunnel_after(uint32_t number)
{
	struct tunnel *t = RB_ROOT(&tunnels), *best = NULL;

	while (t != NULL) {
		if (t->number > number) {
			best = t;
			t = RB_LEFT(t, node);
		} else
			t = RB_RIGHT(t, node);
	}
	return (best);
}

unsigned int
tunnel_count(void)
{
	return (count);
}

struct tun_child *
tunnel_child(const struct tunnel *t, uint32_t number)
{
	struct tun_child *c;

	TAILQ_FOREACH(c, &t->children, entry)
		if (c->number == number)
			return (c);
	return (NULL);
}

struct tun_child *
tunnel_child_name(const struct tunnel *t, const char *name)
{
	struct tun_child *c;

	TAILQ_FOREACH(c, &t->children, entry)
		if (strcmp(c->pol->cf.name, name) == 0)
			return (c);
	return (NULL);
}

void
tunnel_on_alarm(void (*fn)(struct tunnel *), void (*child_fn)(struct tunnel *))
{
	alarm_fn = fn;
	child_alarm_fn = child_fn;
}

static void
on_alarm(void *arg)
{
	if (alarm_fn != NULL)
		alarm_fn(arg);
}

static void
on_child_alarm(void *arg)
{
	if (child_alarm_fn != NULL)
		child_alarm_fn(arg);
}

static void
name_set(struct tunnel *t, const char *name)
{
	RB_REMOVE(tunnel_names, &names, t);
	strlcpy(t->name, name, sizeof(t->name));
	RB_INSERT(tunnel_names, &names, t);
}

struct tunnel *
tunnel_new(const struct pol_tunnel *pol, uint32_t generation)
{
	struct tunnel		*t = xcalloc(1, sizeof(*t));
	struct tun_child	*c;
	const struct pol_child	*pc;

	t->pol = pol;
	t->number = pol->cf.tunnel;
	t->since_generation = generation;
	t->hosts = hosts_new(pol->cf.hosts);
	t->since = alarm_now();
	strlcpy(t->name, pol->cf.name, sizeof(t->name));
	TAILQ_INIT(&t->children);
	TAILQ_INIT(&t->sessions);
	alarm_make(&t->alarm, on_alarm, t);
	alarm_make(&t->child_alarm, on_child_alarm, t);
	TAILQ_FOREACH(pc, &pol->children, entry) {
		c = xcalloc(1, sizeof(*c));
		c->pol = pc;
		c->number = pc->cf.child;
		c->since = t->since;
		c->note_told = 0xff;	/* the number may have served before */
		TAILQ_INSERT_TAIL(&t->children, c, entry);
	}
	if (RB_INSERT(tunnel_tree, &tunnels, t) != NULL)
		fatal("tunnel %u twice", t->number);
	RB_INSERT(tunnel_names, &names, t);
	count++;
	return (t);
}

void
tunnel_repoint(struct tunnel *t, const struct pol_tunnel *pol)
{
	struct tun_child	*c;
	const struct pol_child	*pc;

	if (t->pol == pol)
		return;
	t->pol = pol;
	TAILQ_FOREACH(c, &t->children, entry) {
		pc = snapshot_child(pol, c->number);
		if (pc == NULL)
			fatal("tunnel %u: child %u left with the digest kept",
			    t->number, c->number);
		c->pol = pc;
	}
	if (strcmp(t->name, pol->cf.name) != 0)
		name_set(t, pol->cf.name);
}

void
tunnel_free(struct tunnel *t)
{
	struct tun_child *c;

	if (!TAILQ_EMPTY(&t->sessions))
		fatal("tunnel %u still has sessions", t->number);
	t->order = 0;
	busy_update(t);
	alarm_clear(&t->alarm);
	alarm_clear(&t->child_alarm);
	while ((c = TAILQ_FIRST(&t->children)) != NULL) {
		TAILQ_REMOVE(&t->children, c, entry);
		free(c->text);
		free(c);
	}
	RB_REMOVE(tunnel_tree, &tunnels, t);
	RB_REMOVE(tunnel_names, &names, t);
	count--;
	hosts_free(t->hosts);
	hosts_free(t->home);
	free(t->text);
	free(t);
}

/* A prefix that is one address. */
static int
is_host(const struct wt_prefix *p)
{
	return (p->addr.af != 0 && p->plen == 8 * addr_len(&p->addr));
}

unsigned int
tunnel_remotes(const struct tunnel *t)
{
	const struct sn_tunnel	*cf = &t->pol->cf;
	unsigned int		 i, n = 0;

	if (t->hosts != NULL)
		return (hosts_count(t->hosts));
	for (i = 0; i < cf->remote_n; i++)
		n += (unsigned int)is_host(&cf->remote[i]);
	return (n);
}

int
tunnel_remote(const struct tunnel *t, unsigned int n, struct wt_addr *a)
{
	const struct sn_tunnel	*cf = &t->pol->cf;
	unsigned int		 i;

	if (t->hosts != NULL)
		return (hosts_addr(t->hosts, n, a));
	for (i = 0; i < cf->remote_n; i++)
		if (is_host(&cf->remote[i]) && n-- == 0) {
			*a = cf->remote[i].addr;
			return (1);
		}
	return (0);
}

void
tunnel_local(const struct tunnel *t, uint8_t af, struct wt_addr *a)
{
	const struct sn_tunnel	*cf = &t->pol->cf;
	unsigned int		 i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < cf->local_n; i++)
		if (is_host(&cf->local[i]) && cf->local[i].addr.af == af) {
			*a = cf->local[i].addr;
			return;
		}
}

int
tunnel_can_initiate(const struct tunnel *t)
{
	return (t->pol->cf.role != TR_RESPONDER &&
	    (t->hosts != NULL || tunnel_remotes(t) > 0));
}

/*
 * The most eager of the tunnel's own start and its children's; manual stays
 * manual, and who cannot initiate can only answer.
 */
enum tunnel_start
tunnel_start(const struct tunnel *t)
{
	const struct tun_child	*c;
	unsigned int		 s = t->pol->cf.start;

	if (s == TS_START_MANUAL)
		return (TS_START_MANUAL);
	TAILQ_FOREACH(c, &t->children, entry)
		if (c->pol->cf.start < s)
			s = c->pol->cf.start;
	if (s < TS_START_ANSWER && !tunnel_can_initiate(t))
		s = TS_START_ANSWER;
	return ((enum tunnel_start)s);
}

int
tunnel_is_open(const struct tunnel *t)
{
	if (t->removed)
		return (0);
	return (t->opened || tunnel_start(t) != TS_START_MANUAL);
}

int
tunnel_child_is_open(const struct tunnel *t, const struct tun_child *c)
{
	if (!tunnel_is_open(t) || c->removed ||
	    vrf_lacks(&c->pol->ceiling) != NULL)
		return (0);
	return (c->opened || c->pol->cf.start != TS_START_MANUAL);
}

void
tunnel_want_again(struct tunnel *t)
{
	struct tun_child *c;

	TAILQ_FOREACH(c, &t->children, entry)
		if (c->npairs > 0)
			c->want = 1;
}

void
tunnel_set_reason(struct tunnel *t, uint16_t code, const char *text)
{
	free(t->text);
	t->code = code;
	t->text = text != NULL && *text != '\0' ? xstrdup(text) : NULL;
}

void
tunnel_child_reason(struct tun_child *c, uint16_t code, const char *text)
{
	free(c->text);
	c->code = code;
	c->text = text != NULL && *text != '\0' ? xstrdup(text) : NULL;
}

const char *
tunnel_child_why(const struct tun_child *c)
{
	const char *why = vrf_lacks(&c->pol->ceiling);

	if (why != NULL || c->code == RSN_OK)
		return (why);
	return (c->text != NULL ? c->text : reason_text(c->code));
}

void
tunnel_set_state(struct tunnel *t, enum tunnel_state s)
{
	if (strcmp(state_names[s], state_names[t->state]) != 0)
		t->since = alarm_now();
	t->state = s;
}

const char *
tunnel_state_name(enum tunnel_state s)
{
	return (state_names[s]);
}

const char *
tunnel_reason(const struct tunnel *t)
{
	static char text[2 * NAME_MAX_LEN + 80];
	const char *key;

	if (t->state == TN_ACTIVE)
		return ("");
	if (t->text != NULL)
		return (t->text);
	/* Nobody failed yet, but it would. */
	if (t->code == RSN_OK && (key = locked_key(t->number)) != NULL) {
		snprintf(text, sizeof(text), "private/%s is locked by its "
		    "passphrase: ikectl key unlock %s", key, key);
		return (text);
	}
	return (t->code != RSN_OK ? reason_text(t->code) : "");
}

/*
 * IDLE_NONE has nothing to hold; a trap is set only while we may act on it.
 * While other manual keys take the place of some, nothing passes in clear.
 */
static uint8_t
idle_wanted(const struct tunnel *t, const struct tun_child *c)
{
	uint8_t most = c->pol->ceiling.idle;
	int trap = t->dead == DPD_TRAP || (t->dead != DPD_CLEAR &&
	    c->pol->cf.start == TS_START_TRAP);

	if (most == IDLE_NONE || c->pol->cf.action != ACTION_PROTECT)
		return (IDLE_NONE);
	if (trap && tunnel_child_is_open(t, c) && tunnel_can_initiate(t))
		return (IDLE_TRAP);
	return (most == IDLE_TRAP || manual_changing(t, c->number) ?
	    IDLE_DROP : most);
}

static void
tell_note(const struct tunnel *t, struct tun_child *c)
{
	struct mt_note m = { t->number, c->number, 0 };

	m.note = (uint8_t)((t->removed ? NOTE_TUNNEL_REMOVED : 0) |
	    (t->opened ? NOTE_TUNNEL_OPENED : 0) |
	    (c->removed ? NOTE_CHILD_REMOVED : 0) |
	    (c->opened ? NOTE_CHILD_OPENED : 0));
	if (!notes_on || m.note == c->note_told)
		return;
	c->note_told = m.note;
	reach_parent(M_NOTE, &m);
}

void
tunnel_tell_notes(void)
{
	notes_on = 1;
}

void
tunnel_tell(struct tunnel *t)
{
	struct tun_child	*c;
	struct mt_idle		 m;
	uint8_t			 want;

	TAILQ_FOREACH(c, &t->children, entry) {
		tell_note(t, c);
		want = idle_wanted(t, c);
		if (want == IDLE_NONE || want == c->idle_told)
			continue;
		c->idle_told = want;
		m.tunnel = t->number;
		m.child = c->number;
		m.action = want;
		reach_parent(M_SET_IDLE, &m);
	}
}
