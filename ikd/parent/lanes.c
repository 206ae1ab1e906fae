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

#include <sys/queue.h>

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
	LIST_ENTRY(lane)	 entry;
	char			 name[16];
	uint32_t		 if_id;
	unsigned int		 ifindex;	/* 0: it could not be made */
	int			 keep;
	char			 vrf[16];	/* where it should be, or empty */
	unsigned int		 joined;	/* the link of that; 0: not yet */
	uint32_t		 table;		/* of its routes */
	int			 left;		/* another one's before */
	unsigned int		 there;		/* what lanes_vrfs() finds */
	unsigned int		 is_in;
	uint32_t		 there_table;
	char			 why[MSG_TEXT];	/* why not; empty: it is */
};

static LIST_HEAD(, lane)	 lanes = LIST_HEAD_INITIALIZER(lanes);
static unsigned int		*strays;
static size_t			 nstrays;
static uint32_t			 stray_id;	/* 0: all that are not lanes' */
static int			 swept;		/* since the start */

static struct lane *
lane_find(const char *name)
{
	struct lane	*l;

	LIST_FOREACH(l, &lanes, entry)
		if (strcmp(l->name, name) == 0)
			return (l);
	return (NULL);
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

void
lanes_begin(void)
{
	struct lane	*l;

	LIST_FOREACH(l, &lanes, entry)
		l->keep = 0;
}

static void
remove_link(unsigned int ifindex)
{
	asroot_allow_out(0, ifindex);
	(void)asroot_xfrm_flush();
	asroot_xfrmi_del(ifindex);
}

static void
note_stray(unsigned int ifindex, uint32_t if_id)
{
	struct lane	*l;

	if (stray_id != 0 && if_id != stray_id)
		return;
	LIST_FOREACH(l, &lanes, entry)
		if (l->ifindex == ifindex && stray_id == 0)
			return;
	strays = xreallocarray(strays, nstrays + 1, sizeof(*strays));
	strays[nstrays++] = ifindex;
}

static void
remove_strays(uint32_t if_id)
{
	struct lane	*l;

	stray_id = if_id;
	asroot_xfrmi_walk(note_stray);
	while (nstrays > 0) {
		remove_link(strays[--nstrays]);
		LIST_FOREACH(l, &lanes, entry)
			if (l->ifindex == strays[nstrays])
				l->ifindex = 0;
	}
	free(strays);
	strays = NULL;
}

/* An earlier life's is as good as a new one, if its ID is the same. */
static const char *
make(struct lane *l)
{
	struct xfrmi	 x;
	const char	*why;

	asroot_xfrmi_find(l->name, &x);
	if (x.ifindex != 0 && x.ours && x.if_id == l->if_id)
		l->ifindex = x.ifindex;
	else {
		if (x.ifindex != 0 && x.ours)
			remove_link(x.ifindex);
		/* The kernel has one link of an ID: it had another name. */
		remove_strays(l->if_id);
		hold_renew(l->if_id);
		if ((why = asroot_xfrmi_make(l->name, l->if_id,
		    &l->ifindex)) != NULL)
			return (why);
		log_info(LS_KERNEL, "interface %s made, if-id %u", l->name,
		    l->if_id);
	}
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

	LIST_FOREACH(l, &lanes, entry)
		if (l->why[0] != '\0')
			tell(l);
}

static void
seen_link(const struct vrf_link *k, void *arg)
{
	struct lane	*l;

	(void)arg;
	LIST_FOREACH(l, &lanes, entry) {
		if (k->table != 0 && strcmp(k->name, l->vrf) == 0) {
			l->there = k->ifindex;
			l->there_table = k->table;
		} else if (k->ifindex == l->ifindex)
			l->is_in = k->vrf;
	}
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
	static char	 no[MSG_TEXT];
	const char	*why = NULL;

	if (l->vrf[0] == '\0') {
		if (l->left)
			leave(l, NULL);
		l->left = 0;
		return;
	}
	if (l->there != 0 && l->joined == l->there && l->is_in == l->there &&
	    l->table == l->there_table)
		return;
	l->left = 0;
	if (l->there == 0) {
		snprintf(no, sizeof(no), "VRF %s is not there", l->vrf);
		why = no;
	} else
		why = asroot_vrf_join(l->ifindex, l->there, 1);
	if (why != NULL) {
		if (l->joined != 0 || strcmp(l->why, why) != 0)
			leave(l, why);
		return;
	}
	l->joined = l->there;
	l->table = l->there_table;
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

	LIST_FOREACH(l, &lanes, entry) {
		l->there = l->is_in = 0;
		n += l->vrf[0] != '\0' || l->left;
	}
	if (n == 0)
		return;
	asroot_vrf_links(seen_link, NULL);
	LIST_FOREACH(l, &lanes, entry)
		if (l->ifindex != 0)
			lane_vrf(l);
}

const char *
lanes_keep(const char *name, uint32_t if_id, const char *vrf)
{
	struct lane	*l = lane_find(name);

	if (l != NULL && strcmp(l->vrf, vrf) != 0) {
		l->left = l->vrf[0] != '\0';
		strlcpy(l->vrf, vrf, sizeof(l->vrf));
	}
	if (l != NULL && l->if_id == if_id && l->ifindex != 0) {
		l->keep = 1;
		return (NULL);
	}
	if (l == NULL) {
		l = xcalloc(1, sizeof(*l));
		strlcpy(l->name, name, sizeof(l->name));
		strlcpy(l->vrf, vrf, sizeof(l->vrf));
		LIST_INSERT_HEAD(&lanes, l, entry);
	}
	l->keep = 1;
	l->if_id = if_id;
	l->ifindex = l->joined = 0;
	return (make(l));
}

void
lanes_end(void)
{
	struct lane	*l, *next;

	LIST_FOREACH_SAFE(l, &lanes, entry, next) {
		if (l->keep)
			continue;
		if (l->ifindex != 0) {
			remove_link(l->ifindex);
			log_info(LS_KERNEL, "interface %s removed", l->name);
		}
		l->why[0] = '\0';
		if (l->vrf[0] != '\0')
			tell(l);
		LIST_REMOVE(l, entry);
		free(l);
	}
	if (swept)
		return;
	swept = 1;
	remove_strays(0);
}

void
lanes_way(uint32_t if_id, struct lane_way *w)
{
	struct lane	*l;

	memset(w, 0, sizeof(*w));
	LIST_FOREACH(l, &lanes, entry)
		if (l->if_id == if_id && (l->vrf[0] == '\0' ||
		    l->joined != 0)) {
			w->ifindex = l->ifindex;
			w->vrf = l->joined;
			w->table = l->joined != 0 ? l->table : 0;
			return;
		}
}

const char *
lanes_lacks(const char *name)
{
	struct lane	*l = lane_find(name);

	return (l != NULL && l->why[0] != '\0' ? l->why : NULL);
}
