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
 * kernel: a packet mark, the ID of an xfrm interface, and that interface.
 */

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

/* A name that the kernel takes, and that is not our TUN device's. */
void
set_interface(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct lane *l = (struct lane *)(void *)((char *)obj + k->off);
	const char *s;

	if (!reader_is_value(r, v, k->name))
		return;
	for (s = v->text; *s != '\0'; s++)
		if (!isgraph((unsigned char)*s) || strchr("/:%", *s) != NULL)
			break;
	if (*s != '\0' || v->len > LANE_NAME || v->text[0] == '.')
		reader_error(r, v, "interface \"%s\" is no name for one: 1 to "
		    "%d characters, no blank, slash, colon or percent sign",
		    v->text, LANE_NAME);
	else if (strcmp(v->text, "lo") == 0 || strcmp(v->text, "ikd0") == 0)
		reader_error(r, v, "interface %s is not ours to make",
		    v->text);
	else
		l->interface = v->text;
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
	return (LANE_KEY);
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
	struct place at = l->interface != NULL ?
	    lane_place(t, c, C_INTERFACE, T_INTERFACE) : l->if_id != 0 ?
	    lane_place(t, c, C_IF_ID, T_IF_ID) :
	    lane_place(t, c, C_MARK, T_MARK);
	const char *what = l->interface != NULL ? "an interface" :
	    l->if_id != 0 ? "if-id" : "a mark";

	if (r->po->userspace)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "%s, which the user-space plane lacks: say dataplane: "
		    "kernel, or leave it out", c->name, t->name, what);
	else if (c->mode == MODE_TRANSPORT && l->if_id + (l->interface !=
	    NULL) != 0)
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" has "
		    "%s in transport mode, whose packets go their own way: "
		    "leave it out", c->name, t->name, what);
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
each_child(struct reader *r, struct hash *names, struct hash *ids, int give)
{
	struct tunnel *t;
	struct child *c;
	unsigned int i, k;

	for (i = 0; i < r->po->ntunnels; i++) {
		t = &r->po->tunnels[i];
		for (k = 0; k < t->nchildren; k++) {
			c = &t->children[k];
			if (c->lane.interface == NULL && c->lane.if_id == 0 &&
			    c->lane.mark_mask == 0)
				continue;
			if (give) {
				give_id(names, ids, &c->lane);
				continue;
			}
			check_use(r, t, c);
			check_pairing(r, names, ids, t, c);
		}
	}
}

void
check_lanes(struct reader *r)
{
	struct hash names = { NULL, 0, 0 }, ids = { NULL, 0, 0 };

	/* Those of the file first: what is given keeps clear of them. */
	each_child(r, &names, &ids, 0);
	each_child(r, &names, &ids, 1);
	hash_free(&names);
	hash_free(&ids);
}
