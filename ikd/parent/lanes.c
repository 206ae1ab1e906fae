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
 * Which xfrm interfaces there are, and which of them stay.
 */

#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asroot_xfrm.h"
#include "asroot_xfrmi.h"
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

const char *
lanes_keep(const char *name, uint32_t if_id)
{
	struct lane	*l = lane_find(name);

	if (l != NULL && l->if_id == if_id && l->ifindex != 0) {
		l->keep = 1;
		return (NULL);
	}
	if (l == NULL) {
		l = xcalloc(1, sizeof(*l));
		strlcpy(l->name, name, sizeof(l->name));
		LIST_INSERT_HEAD(&lanes, l, entry);
	}
	l->keep = 1;
	l->if_id = if_id;
	l->ifindex = 0;
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
		LIST_REMOVE(l, entry);
		free(l);
	}
	if (swept)
		return;
	swept = 1;
	remove_strays(0);
}

unsigned int
lanes_index(uint32_t if_id)
{
	struct lane	*l;

	LIST_FOREACH(l, &lanes, entry)
		if (l->if_id == if_id)
			return (l->ifindex);
	return (0);
}
