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
 * Lanes: what besides selectors tells a child's traffic from other's in the
 * kernel: a packet mark, the ID of an xfrm interface, that interface, and the
 * VRF it is in.
 */

#include <net/if.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "check.h"
#include "fnv.h"
#include "lane.h"
#include "setters.h"
#include "ts.h"

/* IDs that we give lie here; others may be given in the file. */
#define LANE_GIVEN	0x1d000000u
#define LANE_GIVEN_MASK	0x00ffffffu

static int
number_of(const char *s, const char **end, uint32_t *v)
{
	unsigned long long n;
	char *stop;

	if (!isdigit((unsigned char)*s))
		return (-1);
	errno = 0;
	n = strtoull(s, &stop, strncmp(s, "0x", 2) == 0 ? 16 : 10);
	if (errno != 0 || n > UINT32_MAX || stop == s)
		return (-1);
	*end = stop;
	*v = (uint32_t)n;
	return (0);
}

/* "5", "0x10/0xff": what is compared, and in which bits. */
void
set_mark(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct lane *l = (struct lane *)(void *)((char *)obj + k->off);
	uint32_t mark, mask = UINT32_MAX;
	const char *s;

	if (!reader_is_value(r, v, k->name))
		return;
	if (number_of(v->text, &s, &mark) == -1 || (*s == '/' &&
	    number_of(s + 1, &s, &mask) == -1) || *s != '\0')
		reader_error(r, v, "mark \"%s\" is not a number, or number/"
		    "mask, of 32 bits, as 5 or 0x50/0xf0", v->text);
	else if (mask == 0 || (mark & ~mask) != 0)
		reader_error(r, v, "mark %s: the mark has bits outside its "
		    "mask, so no packet could have it", v->text);
	else {
		l->mark = mark;
		l->mark_mask = mask;
	}
}

void
print_mark(struct canon *c, const struct key *k, const void *obj)
{
	const struct lane *l;
	char text[64];

	l = (const struct lane *)(const void *)((const char *)obj + k->off);
	if (l->mark_mask == 0)
		return;
	snprintf(text, sizeof(text), "0x%x/0x%x", l->mark, l->mark_mask);
	canon_line(c, k->name, text);
}

void
set_if_id(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct lane *l = (struct lane *)(void *)((char *)obj + k->off);
	const char *s;

	if (!reader_is_value(r, v, k->name))
		return;
	if (number_of(v->text, &s, &l->if_id) == -1 || *s != '\0' ||
	    l->if_id == 0)
		reader_error(r, v, "if-id %s is out of range 1-%u", v->text,
		    UINT32_MAX);
}

void
print_if_id(struct canon *c, const struct key *k, const void *obj)
{
	const struct lane *l;
	char text[32];

	l = (const struct lane *)(const void *)((const char *)obj + k->off);
	if (l->if_id == 0 || l->given)
		return;
	snprintf(text, sizeof(text), "%u", l->if_id);
	canon_line(c, k->name, text);
}

/* A name that the kernel takes: NULL, said already, if it is none. */
static const char *
link_name(struct reader *r, const struct key *k, const struct node *v)
{
	const char *s;

	if (!reader_is_value(r, v, k->name))
		return (NULL);
	for (s = v->text; *s != '\0'; s++)
		if (!isgraph((unsigned char)*s) || strchr("/:%", *s) != NULL)
			break;
	if (*s == '\0' && v->len <= LANE_NAME && v->text[0] != '.')
		return (v->text);
	reader_error(r, v, "%s \"%s\" is no name for one: 1 to %d characters, "
	    "no blank, slash, colon or percent sign", k->name, v->text,
	    LANE_NAME);
	return (NULL);
}

/* Not our TUN device's. */
void
set_interface(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct lane *l = (struct lane *)(void *)((char *)obj + k->off);
	const char *s = link_name(r, k, v);

	if (s != NULL && (strcmp(s, "lo") == 0 || strcmp(s, "ikd0") == 0))
		reader_error(r, v, "interface %s is not ours to make", s);
	else
		l->interface = s;
}

/* The administrator's: we never make one. */
void
set_vrf(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct lane *l = (struct lane *)(void *)((char *)obj + k->off);

	l->vrf = link_name(r, k, v);
}

void
print_vrf(struct canon *c, const struct key *k, const void *obj)
{
	const struct lane *l;

	l = (const struct lane *)(const void *)((const char *)obj + k->off);
	if (l->vrf != NULL)
		canon_line(c, k->name, l->vrf);
}

void
print_interface(struct canon *c, const struct key *k, const void *obj)
{
	const struct lane *l;

	l = (const struct lane *)(const void *)((const char *)obj + k->off);
	if (l->interface != NULL)
		canon_line(c, k->name, l->interface);
}

void
lane_inherit(struct lane *l, const struct lane *from)
{
	if (l->interface == NULL)
		l->interface = from->interface;
	if (l->vrf == NULL)
		l->vrf = from->vrf;
	if (l->if_id == 0)
		l->if_id = from->if_id;
	if (l->mark_mask == 0) {
		l->mark = from->mark;
		l->mark_mask = from->mark_mask;
	}
}

size_t
lane_key(const struct lane *l, uint8_t p[LANE_KEY])
{
	memset(p, 0, LANE_KEY);
	memcpy(p, &l->mark, 4);
	memcpy(p + 4, &l->mark_mask, 4);
	memcpy(p + 8, &l->if_id, 4);
	if (l->interface != NULL)
		memcpy(p + 12, l->interface, strlen(l->interface));
	if (l->vrf != NULL)
		memcpy(p + 12 + LANE_NAME, l->vrf, strlen(l->vrf));
	return (LANE_KEY);
}

void
lane_row(const struct lane *l, struct wt_ceiling *s)
{
	s->if_id = l->if_id;
	s->mark = l->mark;
	s->mark_mask = l->mark_mask;
	if (l->interface != NULL)
		strlcpy(s->interface, l->interface, sizeof(s->interface));
	if (l->vrf != NULL)
		strlcpy(s->vrf, l->vrf, sizeof(s->vrf));
}

static struct place
lane_place(const struct tunnel *t, const struct child *c, enum child_key ck,
    enum tunnel_key tk)
{
	if (c->at[ck] != NULL)
		return (node_place(c->at[ck]));
	return (t->at[tk] != NULL ? node_place(t->at[tk]) :
	    node_key_place(t->node));
}

/* What the plane lacks, and what transport mode cannot. */
static void
check_use(struct reader *r, const struct tunnel *t, const struct child *c)
{
	const struct lane *l = &c->lane;
	struct place at = l->vrf != NULL ? lane_place(t, c, C_VRF, T_VRF) :
	    l->interface != NULL ?
	    lane_place(t, c, C_INTERFACE, T_INTERFACE) : l->if_id != 0 ?
	    lane_place(t, c, C_IF_ID, T_IF_ID) :
	    lane_place(t, c, C_MARK, T_MARK);
	const char *what = l->vrf != NULL ? "a vrf" : l->interface != NULL ?
	    "an interface" : l->if_id != 0 ? "if-id" : "a mark";

	if (r->po->userspace)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "%s, which the user-space plane lacks: say dataplane: "
		    "kernel, or leave it out", c->name, t->name, what);
	else if (c->mode == MODE_TRANSPORT && (l->if_id != 0 ||
	    l->interface != NULL || l->vrf != NULL))
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "%s in transport mode, whose packets go their own way: "
		    "leave it out", c->name, t->name, what);
}

/*
 * What is in a VRF goes by an interface: without one those of a VRF share one,
 * of its name.
 */
static void
give_interface(struct reader *r, const struct tunnel *t, struct child *c)
{
	static const char head[] = "ikd-";
	struct lane *l = &c->lane;
	char *name;

	if (l->vrf == NULL || l->interface != NULL)
		return;
	if (l->if_id != 0 || strlen(head) + strlen(l->vrf) > LANE_NAME) {
		problem_error(r->ps, lane_place(t, c, C_VRF, T_VRF), "child "
		    "\"%s\" of tunnel \"%s\" is in VRF %s, and its interface "
		    "has %s: say interface, too", c->name, t->name, l->vrf,
		    l->if_id != 0 ? "an ID, but no name" :
		    "no name that it could follow from");
		return;
	}
	name = arena_alloc(r->arena, LANE_NAME + 1);
	strlcpy(name, head, LANE_NAME + 1);
	strlcat(name, l->vrf, LANE_NAME + 1);
	l->interface = name;
}

/* One interface is in one VRF, or in none. */
static void
check_vrf(struct reader *r, struct hash *names, const struct tunnel *t,
    struct child *c)
{
	const struct lane *l = &c->lane, *old;

	if (l->interface == NULL)
		return;
	if (l->vrf != NULL && strcmp(l->vrf, l->interface) == 0)
		problem_error(r->ps, lane_place(t, c, C_VRF, T_VRF),
		    "interface %s is not a VRF, too", l->interface);
	old = hash_put(names, l->interface, strlen(l->interface), &c->lane);
	if (old == NULL || (old->vrf == NULL && l->vrf == NULL) ||
	    (old->vrf != NULL && l->vrf != NULL &&
	    strcmp(old->vrf, l->vrf) == 0))
		return;
	problem_error(r->ps, lane_place(t, c, l->vrf != NULL ? C_VRF :
	    C_INTERFACE, l->vrf != NULL ? T_VRF : T_INTERFACE), "interface %s "
	    "is in %s%s here and in %s%s elsewhere", l->interface,
	    l->vrf != NULL ? "VRF " : "no VRF",
	    l->vrf != NULL ? l->vrf : "", old->vrf != NULL ? "VRF " :
	    "no VRF", old->vrf != NULL ? old->vrf : "");
}

static int
meet6(const struct child *a, const struct child *b, unsigned int side)
{
	struct wt_ts out;
	unsigned int i, k;

	for (i = 0; i < a->nwide[side]; i++)
		for (k = 0; k < b->nwide[side]; k++)
			if (a->wide[side][i].af == 6 &&
			    ts_intersect(&a->wide[side][i],
			    &b->wide[side][k], &out))
				return (1);
	return (0);
}

/* Children without an interface that have IPv6 addresses. */
struct plain {
	const struct tunnel	*t;
	const struct child	*c;
};

/* What hash_put() gives is who was first. */
struct lanes {
	struct hash	 names, ids, vrfs;
	struct plain	*plain;
	unsigned int	 nplain;
};

static void
take_plain(struct reader *r, struct lanes *ls)
{
	const struct tunnel *t;
	const struct child *c;
	unsigned int i, k, n;

	for (i = n = 0; i < r->po->ntunnels; i++)
		n += r->po->tunnels[i].nchildren;
	ls->plain = arena_alloc(r->arena, (n + 1) * sizeof(*ls->plain));
	for (i = 0; i < r->po->ntunnels; i++)
		for (t = &r->po->tunnels[i], k = 0; k < t->nchildren; k++) {
			c = &t->children[k];
			if (c->lane.interface == NULL && c->lane.if_id == 0 &&
			    c->lane.vrf == NULL &&
			    c->action == ACTION_PROTECT && meet6(c, c, 1))
				ls->plain[ls->nplain++] =
				    (struct plain){ t, c };
		}
}

/*
 * The kernel looks a policy without an ID up for what is in a VRF, too, and
 * in IPv6 before it knows that the packet goes by an interface: the VRF's
 * packets would go through that tunnel.
 */
static void
check_plain(struct reader *r, struct lanes *ls, const struct tunnel *t,
    const struct child *c)
{
	const struct plain *p;

	if (c->lane.vrf == NULL)
		return;
	if (r->po->nkept > 0 && meet6(c, c, 1))
		r->unsure = 1;		/* one of them may be such */
	if (ls->plain == NULL)
		take_plain(r, ls);
	for (p = ls->plain; p < ls->plain + ls->nplain; p++)
		if (meet6(c, p->c, 0) && meet6(c, p->c, 1))
			problem_error(r->ps, lane_place(t, c, C_VRF, T_VRF),
			    "child \"%s\" of tunnel \"%s\" is in a VRF, and "
			    "has IPv6 addresses of child \"%s\" of tunnel "
			    "\"%s\", which is in none: give that one an "
			    "interface", c->name, t->name, p->c->name,
			    p->t->name);
}

/* One that is not there may come, so it is no error. */
static void
look_for_vrf(struct reader *r, struct hash *seen, const struct tunnel *t,
    struct child *c)
{
	struct lane *l = &c->lane;

	if (l->vrf == NULL || hash_put(seen, l->vrf, strlen(l->vrf), l) !=
	    NULL || if_nametoindex(l->vrf) != 0)
		return;
	problem_warn(r->ps, lane_place(t, c, C_VRF, T_VRF), "there is no VRF "
	    "%s here: as long as there is none, its children are down",
	    l->vrf);
}

void
look_for_vrfs(struct reader *r, int checking)
{
	struct hash seen = { NULL, 0, 0 };
	struct tunnel *t;
	unsigned int i, k;

	if (!checking || r->ps->errors > 0)
		return;
	for (i = 0; i < r->po->ntunnels; i++)
		for (t = &r->po->tunnels[i], k = 0; k < t->nchildren; k++)
			look_for_vrf(r, &seen, t, &t->children[k]);
	hash_free(&seen);
}

/* One interface has one ID, and an ID one interface. */
static void
check_pairing(struct reader *r, struct hash *names, struct hash *ids,
    const struct tunnel *t, struct child *c)
{
	struct lane *l = &c->lane;
	const struct lane *old;

	if (l->interface == NULL || l->if_id == 0)
		return;
	old = hash_put(names, l->interface, strlen(l->interface), l);
	if (old != NULL && old->if_id != l->if_id)
		problem_error(r->ps, lane_place(t, c, C_IF_ID, T_IF_ID),
		    "interface %s has if-id %u here and %u elsewhere",
		    l->interface, l->if_id, old->if_id);
	old = hash_put(ids, &l->if_id, sizeof(l->if_id), l);
	if (old != NULL && strcmp(old->interface, l->interface) != 0)
		problem_error(r->ps, lane_place(t, c, C_IF_ID, T_IF_ID),
		    "if-id %u is interface %s's here and %s's elsewhere",
		    l->if_id, l->interface, old->interface);
}

/* An ID for an interface without: by its name, so that it stays. */
static void
give_id(struct hash *names, struct hash *ids, struct lane *l)
{
	const struct lane *old;

	if (l->interface == NULL || l->if_id != 0)
		return;
	old = hash_get(names, l->interface, strlen(l->interface));
	if (old != NULL) {
		l->if_id = old->if_id;
		l->given = 1;
		return;
	}
	l->given = 1;
	l->if_id = LANE_GIVEN |
	    (fnv_octets(l->interface, strlen(l->interface)) & LANE_GIVEN_MASK);
	while (hash_put(ids, &l->if_id, sizeof(l->if_id), l) != NULL)
		l->if_id = LANE_GIVEN | ((l->if_id + 1) & LANE_GIVEN_MASK);
	hash_put(names, l->interface, strlen(l->interface), l);
}

static void
each_child(struct reader *r, struct lanes *ls, int give)
{
	struct tunnel *t;
	struct child *c;
	unsigned int i, k;

	for (i = 0; i < r->po->ntunnels; i++) {
		t = &r->po->tunnels[i];
		for (k = 0; k < t->nchildren; k++) {
			c = &t->children[k];
			if (c->lane.interface == NULL && c->lane.if_id == 0 &&
			    c->lane.mark_mask == 0 && c->lane.vrf == NULL)
				continue;
			if (give) {
				give_id(&ls->names, &ls->ids, &c->lane);
				continue;
			}
			check_use(r, t, c);
			give_interface(r, t, c);
			check_vrf(r, &ls->vrfs, t, c);
			check_plain(r, ls, t, c);
			check_pairing(r, &ls->names, &ls->ids, t, c);
		}
	}
}

void
check_lanes(struct reader *r)
{
	struct lanes ls;

	memset(&ls, 0, sizeof(ls));
	/* Those of the file first: what is given keeps clear of them. */
	each_child(r, &ls, 0);
	each_child(r, &ls, 1);
	hash_free(&ls.names);
	hash_free(&ls.ids);
	hash_free(&ls.vrfs);
}
