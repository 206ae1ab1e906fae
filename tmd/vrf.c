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
 * Interfaces without their VRF, and what that does to children.
 */
#include <stdlib.h>
#include <string.h>

#include "children.h"
#include "event.h"
#include "log.h"
#include "tree.h"
#include "tunnel_fsm.h"
#include "vrf.h"

struct lack {
	RB_ENTRY(lack)	 node;
	char		 interface[16];
	char		*why;
};

RB_HEAD(lack_tree, lack);

static struct lack_tree	 lacks = RB_INITIALIZER(&lacks);
static struct alarm	 look;
static int		 made;

static int
lack_cmp(const struct lack *a, const struct lack *b)
{
	return (strcmp(a->interface, b->interface));
}

RB_GENERATE_INTERNAL(lack_tree, lack, node, lack_cmp,
    static __attribute__((unused)))

static struct lack *
find(const char *interface)
{
	struct lack key;

	strlcpy(key.interface, interface, sizeof(key.interface));
	return (RB_FIND(lack_tree, &lacks, &key));
}

const char *
vrf_lacks(const struct wt_ceiling *c)
{
	const struct lack *l;

	if (RB_EMPTY(&lacks) || c->vrf[0] == '\0' ||
	    (l = find(c->interface)) == NULL)
		return (NULL);
	return (l->why);
}

/* Down now; what is wanted of it stays wanted. */
static void
child_off(struct tunnel *t, struct tun_child *c, const char *why)
{
	int want = c->want, up = c->npairs > 0;

	children_end(t, c, RSN_PLANE);
	c->want = want;
	tunnel_child_reason(c, RSN_PLANE, why);
	if (!up)
		event_tell(EVT_STATE, t, c->number, RSN_PLANE, "%s", why);
}

/* As when its tunnel began: at once. */
static void
child_on(struct tunnel *t, struct tun_child *c)
{
	tunnel_child_reason(c, RSN_OK, NULL);
	c->failures = 0;
	if (c->pol->cf.start == TS_START_AUTO && !c->removed)
		c->want = 1;
	event_tell(EVT_STATE, t, c->number, RSN_OK, "VRF %s is there",
	    c->pol->ceiling.vrf);
}

static void
start(struct tunnel *t)
{
	if (t->state == TN_ACTIVE)
		children_open(t);
	else if (t->state == TN_RETRY && t->code == RSN_PLANE) {
		t->failures = 0;
		tunnel_set_reason(t, RSN_OK, NULL);
		tunnel_fsm(t, TE_ALARM);
	}
}

/* 1: a child came back. */
static int
child_look(struct tunnel *t, struct tun_child *c)
{
	const char *why = vrf_lacks(&c->pol->ceiling);

	if (c->lacks == (why != NULL))
		return (0);
	c->lacks = why != NULL;
	if (why != NULL)
		child_off(t, c, why);
	else
		child_on(t, c);
	tunnel_tell(t);
	return (why == NULL);
}

/* One walk for however many interfaces. */
static void
look_now(void *arg)
{
	struct tun_child	*c;
	struct tunnel		*t;
	int			 back;

	(void)arg;
	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t)) {
		back = 0;
		TAILQ_FOREACH(c, &t->children, entry)
			back |= child_look(t, c);
		if (back)
			start(t);
	}
}

void
vrf_said(const struct mt_lane *m)
{
	struct lack *l = find(m->interface);

	if (l == NULL && m->why[0] == '\0')
		return;
	if (l == NULL) {
		l = xcalloc(1, sizeof(*l));
		strlcpy(l->interface, m->interface, sizeof(l->interface));
		RB_INSERT(lack_tree, &lacks, l);
	}
	free(l->why);
	l->why = NULL;
	if (m->why[0] != '\0')
		l->why = xstrdup(m->why);
	else {
		RB_REMOVE(lack_tree, &lacks, l);
		free(l);
	}
	if (!made++)
		alarm_make(&look, look_now, NULL);
	alarm_in_ms(&look, 0);
}
