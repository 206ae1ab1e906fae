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

/* Two lists of proposals side by side. */

#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "offer.h"

static const struct {
	uint8_t		 type;
	const char	*what;
} types[] = {
	{ XF_ENCR, "encryption" }, { XF_INTEG, "integrity" },
	{ XF_PRF, "prf" }, { XF_KE, "group" }, { XF_KE1, "ke1" },
	{ 7, "ke2" }, { 8, "ke3" }, { 9, "ke4" }, { 10, "ke5" },
	{ 11, "ke6" }, { XF_KE7, "ke7" }, { XF_ESN, "esn" }
};
#define NTYPES	(sizeof(types) / sizeof(types[0]))

static int
same(const struct wt_xform *a, const struct wt_xform *b)
{
	return (a->type == b->type && a->id == b->id &&
	    a->keybits == b->keybits);
}

static int
proposal_has(const struct wt_proposal *p, const struct wt_xform *x)
{
	uint16_t i;

	for (i = 0; i < p->xf_n; i++)
		if (same(&p->xf[i], x))
			return (1);
	return (0);
}

static int
list_has(const struct offer_list *l, const struct wt_xform *x)
{
	uint16_t i;

	for (i = 0; i < l->n; i++)
		if (proposal_has(&l->p[i], x))
			return (1);
	return (0);
}

/* A transform that says "none" says nothing. */
static int
counts(const struct wt_xform *x, unsigned int type)
{
	return (x->type == type && (x->id != 0 || type == XF_ESN));
}

static const char *
name_of(const struct wt_xform *x)
{
	const char *s;

	if (x->type == XF_ESN)
		return (x->id == 0 ? "no" : "yes");
	s = alg_name(alg_is_ke(x->type) ? XF_KE : x->type, x->id,
	    x->keybits);
	return (x->type == XF_PRF && strncmp(s, "prf", 3) == 0 ? s + 3 : s);
}

static void
add_name(char out[OFFER_TEXT], const char *name)
{
	size_t n = strlen(name);
	const char *p = out;

	for (; (p = strstr(p, name)) != NULL; p += n)
		if ((p == out || p[-1] == ' ') &&
		    (p[n] == '\0' || p[n] == ','))
			return;
	if (out[0] != '\0')
		strlcat(out, ", ", OFFER_TEXT);
	strlcat(out, name, OFFER_TEXT);
}

/* Each name once, those that "also" has too when it is not NULL. */
static void
names(const struct offer_list *l, unsigned int type,
    const struct offer_list *also, char out[OFFER_TEXT])
{
	const struct wt_xform *x;
	uint16_t i, k;

	out[0] = '\0';
	for (i = 0; i < l->n; i++)
		for (k = 0; k < l->p[i].xf_n; k++) {
			x = &l->p[i].xf[k];
			if (counts(x, type) &&
			    (also == NULL || list_has(also, x)))
				add_name(out, name_of(x));
		}
}

static int
is_additional(unsigned int type)
{
	return (alg_is_ke(type) && type != XF_KE);
}

/* Is there a proposal that does without the type? */
static int
may_lack(const struct offer_list *l, unsigned int type)
{
	const struct wt_xform *x;
	uint16_t i, k;
	int needs;

	for (i = 0; i < l->n; i++) {
		for (needs = 0, k = 0; k < l->p[i].xf_n; k++) {
			x = &l->p[i].xf[k];
			if (x->type != type)
				continue;
			needs = x->id != 0;
			if (!needs)
				break;
		}
		if (!needs)
			return (1);
	}
	return (0);
}

unsigned int
offer_compare(const struct offer_list *theirs, const struct offer_list *ours,
    int no_ke, struct offer_line out[OFFER_LINES])
{
	struct offer_line *l;
	unsigned int i, n = 0;

	for (i = 0; i < NTYPES; i++) {
		if (no_ke && alg_is_ke(types[i].type))
			continue;
		l = &out[n];
		names(theirs, types[i].type, NULL, l->theirs);
		names(ours, types[i].type, NULL, l->ours);
		if (l->theirs[0] == '\0' && l->ours[0] == '\0')
			continue;
		/* Left out, it goes by the esn key. */
		if (types[i].type == XF_ESN &&
		    (l->theirs[0] == '\0' || l->ours[0] == '\0'))
			continue;
		names(ours, types[i].type, theirs, l->both);
		l->what = types[i].what;
		l->type = types[i].type;
		l->miss = l->both[0] == '\0' && (types[i].type != XF_INTEG ||
		    (l->theirs[0] != '\0' && l->ours[0] != '\0'));
		if (is_additional(types[i].type)) {
			l->miss = l->both[0] == '\0' &&
			    !(may_lack(theirs, types[i].type) &&
			    may_lack(ours, types[i].type));
			if (l->theirs[0] == '\0')
				strlcpy(l->theirs, "none", OFFER_TEXT);
			if (l->ours[0] == '\0')
				strlcpy(l->ours, "none", OFFER_TEXT);
		}
		if (types[i].type == XF_INTEG && l->theirs[0] == '\0')
			strlcpy(l->theirs, "(in the cipher)", OFFER_TEXT);
		if (types[i].type == XF_INTEG && l->ours[0] == '\0')
			strlcpy(l->ours, "(in the cipher)", OFFER_TEXT);
		n++;
	}
	return (n);
}

/* What the pair agrees on, else the other's first that is not weak. */
static const struct alg *
pick(const struct wt_proposal *mine, const struct wt_proposal *other,
    unsigned int type, int *miss)
{
	const struct alg *a, *best = NULL;
	uint16_t i;

	for (i = 0; i < other->xf_n; i++) {
		if (!counts(&other->xf[i], type) || (a = alg_by_id(type,
		    other->xf[i].id, other->xf[i].keybits)) == NULL)
			continue;
		if (proposal_has(mine, &other->xf[i]))
			return (a);
		if (best == NULL || (best->weak != NULL && a->weak == NULL))
			best = a;
	}
	if (best != NULL)
		++*miss;
	return (best);
}

static int
has_type(const struct wt_proposal *p, unsigned int type)
{
	uint16_t i;

	for (i = 0; i < p->xf_n; i++)
		if (counts(&p->xf[i], type))
			return (1);
	return (0);
}

int
offer_has_group(const struct offer_list *l)
{
	uint16_t i;

	for (i = 0; i < l->n; i++)
		if (has_type(&l->p[i], XF_KE))
			return (1);
	return (0);
}

static void
add_group(struct wt_proposal *p, unsigned int id)
{
	const struct wt_xform x = { .type = XF_KE, .id = (uint16_t)id };

	if (!proposal_has(p, &x) && p->xf_n < LINK_XFORMS)
		p->xf[p->xf_n++] = x;
}

void
offer_add_groups(struct wt_proposal *p, uint16_t n,
    const struct offer_list *ike, int prefer)
{
	uint16_t i, k, x;

	for (i = 0; i < n; i++) {
		if (has_type(&p[i], XF_KE))
			continue;
		for (k = 0; k < ike->n; k++)
			for (x = 0; x < ike->p[k].xf_n; x++)
				if (ike->p[k].xf[x].type == XF_KE)
					add_group(&p[i], ike->p[k].xf[x].id);
		if (prefer)
			add_group(&p[i], 0);
	}
}

static void
put(struct wt_proposal *p, unsigned int type, const struct alg *a,
    const char **weak)
{
	struct wt_xform *x = &p->xf[p->xf_n++];

	x->type = (uint8_t)type;
	x->id = a->id;
	x->keybits = a->keybits;
	if (a->weak != NULL)
		*weak = a->weak;
}

/* How many types the pair lacks; -1: the other's is beyond us. */
static int
build(const struct wt_proposal *mine, const struct wt_proposal *other,
    int no_ke, struct wt_proposal *out, const char **weak)
{
	static const uint8_t order[] = { XF_ENCR, XF_INTEG, XF_PRF, XF_KE,
	    6, 7, 8, 9, 10, 11, 12 };
	const struct offer_list alone = { other, 1 };
	const struct alg *a;
	unsigned int i;
	int miss = 0, aead = 0;

	memset(out, 0, sizeof(*out));
	*weak = NULL;
	out->proto = other->proto;
	if (mine->proto != other->proto)
		return (-1);
	for (i = 0; i < sizeof(order); i++) {
		if ((alg_is_ke(order[i]) && no_ke) ||
		    (is_additional(order[i]) && may_lack(&alone, order[i])) ||
		    (order[i] == XF_INTEG && aead) ||
		    !has_type(other, order[i]))
			continue;
		if ((a = pick(mine, other, order[i], &miss)) == NULL)
			return (-1);
		if (order[i] == XF_ENCR)
			aead = a->aead;
		put(out, order[i], a, weak);
	}
	return (out->xf_n == 0 ? -1 : miss);
}

int
offer_meets(const struct offer_list *a, const struct offer_list *b)
{
	struct wt_proposal p;
	const char *weak;
	uint16_t i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (build(&a->p[i], &b->p[k], 1, &p, &weak) == 0)
				return (1);
	return (0);
}

int
offer_nearest(const struct offer_list *mine, const struct offer_list *other,
    int no_ke, struct wt_proposal *add, const char **weak)
{
	struct wt_proposal p;
	const char *w;
	int best = -1, miss;
	uint16_t i, k;

	for (i = 0; i < mine->n; i++)
		for (k = 0; k < other->n; k++) {
			miss = build(&mine->p[i], &other->p[k], no_ke, &p,
			    &w);
			/* A weak one is nearer than none. */
			if (miss != -1 && w != NULL)
				miss += 10;
			if (miss == -1 || (best != -1 && best <= miss))
				continue;
			best = miss;
			*add = p;
			*weak = w;
		}
	return (best == -1 ? -1 : 0);
}
