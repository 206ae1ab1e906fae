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
 * Which xfrm interfaces there are, which of them stay, and in which VRF.
 */

#include <sys/tree.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asroot_vrf.h"
#include "asroot_xfrm.h"
#include "asroot_xfrmi.h"
#include "grant.h"
#include "hold.h"
#include "lanes.h"
#include "log.h"
#include "proto_types.h"

struct lane {
	RB_ENTRY(lane)		 entry;
	RB_ENTRY(lane)		 id_entry;
	char			 name[16];
	uint32_t		 if_id;
	unsigned int		 ifindex;	/* 0: it could not be made */
	int			 ours;		/* since this life */
	int			 keep;
	char			 vrf[16]; /* where it should be, or empty */
	unsigned int		 joined; /* the link of that; 0: not yet */
	uint32_t		 table;		/* of its routes */
	int			 left;		/* another one's before */
	char			 why[MSG_TEXT];	/* why not; empty: it is */
};

static RB_HEAD(lane_tree, lane)	 lanes = RB_INITIALIZER(&lanes);
static RB_HEAD(lane_ids, lane)	 ids = RB_INITIALIZER(&ids);
static int			 known;		/* what an earlier life left */

static int
lane_cmp(const struct lane *a, const struct lane *b)
{
	return (strcmp(a->name, b->name));
}

static int
id_cmp(const struct lane *a, const struct lane *b)
{
	return (a->if_id < b->if_id ? -1 : a->if_id > b->if_id);
}

RB_GENERATE_INTERNAL(lane_tree, lane, entry, lane_cmp,
    static __attribute__((__unused__)))
RB_GENERATE_INTERNAL(lane_ids, lane, id_entry, id_cmp,
    static __attribute__((__unused__)))

static struct lane *
lane_find(const char *name)
{
	struct lane	 key;

	strlcpy(key.name, name, sizeof(key.name));
	return (RB_FIND(lane_tree, &lanes, &key));
}

static struct lane *
lane_new(const char *name)
{
	struct lane	*l = xcalloc(1, sizeof(*l));

	strlcpy(l->name, name, sizeof(l->name));
	RB_INSERT(lane_tree, &lanes, l);
	return (l);
}

const char *
lanes_try(const char *name)
{
	static char	 why[MSG_TEXT];
	struct xfrmi	 x;

	if (lane_find(name) != NULL)
		return (NULL);
	asroot_xfrmi_find(name, &x);
	if (x.ifindex == 0 || x.ours)
		return (NULL);
	snprintf(why, sizeof(why), "interface %s is there already and is not "
	    "ours: name another, or remove it", name);
	return (why);
}

/* An earlier life's, in whatever VRF. */
static void
note_left(const struct xfrmi *x)
{
	struct lane	*l = lane_new(x->name);

	l->ifindex = x->ifindex;
	l->if_id = x->if_id;
	l->left = 1;
	RB_INSERT(lane_ids, &ids, l);
}

void
lanes_begin(void)
{
	struct lane	*l;

	RB_FOREACH(l, lane_tree, &lanes)
		l->keep = 0;
	if (!known)
		asroot_xfrmi_walk(note_left);
	known = 1;
}

/* Its link goes, and the place among the IDs. */
static void
lane_unlink(struct lane *l)
{
	if (RB_FIND(lane_ids, &ids, l) == l)
		RB_REMOVE(lane_ids, &ids, l);
	if (l->ifindex == 0)
		return;
	asroot_allow_out(0, l->ifindex);
	(void)asroot_xfrm_flush();
	asroot_xfrmi_del(l->ifindex);
	l->ifindex = 0;
}

/* An earlier life's is as good as a new one, if its ID is the same. */
static const char *
make(struct lane *l, uint32_t if_id)
{
	const char	*why;
	struct lane	*other;

	l->joined = 0;
	if (l->ifindex == 0 || l->if_id != if_id) {
		lane_unlink(l);
		l->left = 0;
		l->if_id = if_id;
		/* The kernel has one link of an ID: it had another name. */
		if ((other = RB_FIND(lane_ids, &ids, l)) != NULL)
			lane_unlink(other);
		RB_INSERT(lane_ids, &ids, l);
		hold_renew(if_id);
		if ((why = asroot_xfrmi_make(l->name, if_id,
		    &l->ifindex)) != NULL)
			return (why);
		log_info(LS_KERNEL, "interface %s made, if-id %u", l->name,
		    if_id);
	}
	l->ours = 1;
	asroot_allow_out(1, l->ifindex);
	return (asroot_xfrm_flush());
}

static void
tell(const struct lane *l)
{
	struct mt_lane	 m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.interface, l->name, sizeof(m.interface));
	strlcpy(m.why, l->why, sizeof(m.why));
	(void)parent_send(grants_parent, ROLE_TMD, 0, M_LANE, &m, -1);
}

void
lanes_tell(void)
{
	struct lane	*l;

	RB_FOREACH(l, lane_tree, &lanes)
		if (l->why[0] != '\0')
			tell(l);
}

/* It is in no VRF, and so goes down, unless it is to be in none. */
static void
leave(struct lane *l, const char *why)
{
	(void)asroot_vrf_join(l->ifindex, 0, l->vrf[0] == '\0');
	l->joined = 0;
	hold_renew(l->if_id);
	if (why != NULL && strcmp(why, l->why) != 0)
		log_warn(LS_KERNEL, "interface %s is down: %s", l->name, why);
	strlcpy(l->why, why != NULL ? why : "", sizeof(l->why));
	tell(l);
}

static void
lane_vrf(struct lane *l)
{
	static char		 no[MSG_TEXT];
	const struct vrf_link	*at, *to;
	const char		*why;

	if (l->vrf[0] == '\0') {
		if (l->left)
			leave(l, NULL);
		l->left = 0;
		return;
	}
	at = asroot_vrf_link(l->ifindex);
	to = asroot_vrf_named(l->vrf);
	if (to != NULL && l->joined == to->ifindex && at != NULL &&
	    at->vrf == to->ifindex && l->table == to->table)
		return;
	l->left = 0;
	if (to == NULL) {
		snprintf(no, sizeof(no), "VRF %s is not there", l->vrf);
		why = no;
	} else
		why = asroot_vrf_join(l->ifindex, to->ifindex, 1);
	if (why != NULL) {
		if (l->joined != 0 || strcmp(l->why, why) != 0)
			leave(l, why);
		return;
	}
	l->joined = to->ifindex;
	l->table = to->table;
	hold_renew(l->if_id);
	log_info(LS_KERNEL, "interface %s is in VRF %s, table %u", l->name,
	    l->vrf, l->table);
	l->why[0] = '\0';
	tell(l);
}

void
lanes_vrfs(void)
{
	struct lane	*l;
	int		 n = 0;

	RB_FOREACH(l, lane_tree, &lanes)
		n += l->vrf[0] != '\0' || l->left;
	if (n == 0)
		return;
	asroot_vrf_load();
	RB_FOREACH(l, lane_tree, &lanes)
		if (l->ours && l->ifindex != 0)
			lane_vrf(l);
}

const char *
lanes_keep(const char *name, uint32_t if_id, const char *vrf)
{
	struct lane	*l = lane_find(name);

	if (l == NULL)
		l = lane_new(name);
	if (strcmp(l->vrf, vrf) != 0) {
		l->left = l->vrf[0] != '\0';
		strlcpy(l->vrf, vrf, sizeof(l->vrf));
	}
	l->keep = 1;
	if (l->ours && l->ifindex != 0 && l->if_id == if_id)
		return (NULL);
	return (make(l, if_id));
}

void
lanes_end(void)
{
	struct lane	*l, *next;

	RB_FOREACH_SAFE(l, lane_tree, &lanes, next) {
		if (l->keep)
			continue;
		if (l->ifindex != 0)
			log_info(LS_KERNEL, "interface %s removed", l->name);
		lane_unlink(l);
		l->why[0] = '\0';
		if (l->vrf[0] != '\0')
			tell(l);
		RB_REMOVE(lane_tree, &lanes, l);
		free(l);
	}
}

void
lanes_way(uint32_t if_id, struct lane_way *w)
{
	struct lane	 key = { .if_id = if_id }, *l;

	memset(w, 0, sizeof(*w));
	l = RB_FIND(lane_ids, &ids, &key);
	if (l == NULL || !l->ours || (l->vrf[0] != '\0' && l->joined == 0))
		return;
	w->ifindex = l->ifindex;
	w->vrf = l->joined;
	w->table = l->joined != 0 ? l->table : 0;
}

const char *
lanes_lacks(const char *name)
{
	struct lane	*l = lane_find(name);

	return (l != NULL && l->why[0] != '\0' ? l->why : NULL);
}
