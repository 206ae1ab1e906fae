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
 * Choosing algorithms, RFC 7296 sections 2.7 and 3.3.6.
 */

#include <string.h>

#include "alg.h"
#include "prop.h"
#include "prop_why.h"

static int
is_aead(const struct wt_xform *xf)
{
	const struct alg *a = alg_by_id(XF_ENCR, xf->id, xf->keybits);

	return (a != NULL && a->aead);
}

int
xfs_has_type(const struct xfs *l, unsigned int type)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->xf[i].type == type)
			return (1);
	return (0);
}

/* Types that a list may leave out, which says id 0. */
static int
may_lack(unsigned int type)
{
	return (alg_is_ke(type) || type == XF_INTEG);
}

/* Transform by transform; id 0 of a type that is left out counts as there. */
static int
xfs_has(const struct xfs *l, const struct wt_xform *xf)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->xf[i].type == xf->type && l->xf[i].id == xf->id &&
		    l->xf[i].keybits == xf->keybits)
			return (1);
	return (xf->id == 0 && may_lack(xf->type) &&
	    !xfs_has_type(l, xf->type));
}

/*
 * The first of ours that is in theirs, at or behind *pos of ours; *pos is
 * then behind it.  A list that leaves out an optional type has its id 0.
 */
static int
xfs_pick(const struct xfs *ours, const struct xfs *theirs, unsigned int type,
    size_t *pos, struct wt_xform *out)
{
	struct wt_xform none = { .type = type };

	for (; *pos < ours->n; (*pos)++) {
		if (ours->xf[*pos].type != type ||
		    !xfs_has(theirs, &ours->xf[*pos]))
			continue;
		*out = ours->xf[(*pos)++];
		return (1);
	}
	if (*pos == ours->n && may_lack(type) && !xfs_has_type(ours, type) &&
	    xfs_has(theirs, &none)) {
		(*pos)++;
		*out = none;
		return (1);
	}
	return (0);
}

/* RFC 7296 3.3.3: AH has integrity, never NONE, and no cipher. */
static unsigned int
pick_integ(const struct xfs *ours, const struct xfs *theirs,
    struct wt_suite *s)
{
	struct wt_xform integ = { .type = XF_INTEG };
	size_t pos = 0;

	while (integ.id == 0)
		if (!xfs_has_type(ours, XF_INTEG) ||
		    !xfs_pick(ours, theirs, XF_INTEG, &pos, &integ))
			return (XF_INTEG);
	s->integ = integ.id;
	return (0);
}

/* The pair of cipher and integrity; 0, or the type that does not meet. */
static unsigned int
pick_cipher(const struct xfs *ours, const struct xfs *theirs,
    struct wt_suite *s)
{
	struct wt_xform encr, integ, none = { .type = XF_INTEG };
	unsigned int miss = XF_ENCR;
	size_t pos = 0, ipos;

	while (xfs_pick(ours, theirs, XF_ENCR, &pos, &encr)) {
		miss = XF_INTEG;
		integ = none;
		if (is_aead(&encr)) {
			/* RFC 5282 section 8: no integrity, or NONE */
			if (!xfs_has(theirs, &none))
				continue;
		} else {
			for (ipos = 0; integ.id == 0 && ipos < ours->n;)
				if (!xfs_pick(ours, theirs, XF_INTEG, &ipos,
				    &integ))
					break;
			if (integ.id == 0)
				continue;
		}
		s->encr = encr.id;
		s->encr_bits = encr.keybits;
		s->integ = integ.id;
		return (0);
	}
	return (miss);
}

static int
pick_ke(const struct xfs *ours, const struct xfs *theirs,
    const struct prop_want *want, struct wt_suite *s)
{
	struct wt_xform ke = { XF_KE, want->ke_hint, 0 };
	size_t pos = 0;

	if (want->no_ke)
		return (1);
	if (want->ke_hint == 0 || !xfs_has(ours, &ke) ||
	    !xfs_has(theirs, &ke))
		if (!xfs_pick(ours, theirs, XF_KE, &pos, &ke))
			return (0);
	/* An IKE SA without a key exchange is none. */
	if (want->proto == PROTO_IKE && ke.id == 0)
		return (0);
	s->ke = ke.id;
	return (1);
}

static int
is_taken(const struct wt_suite *s, unsigned int id)
{
	size_t i;

	if (id == KE_NONE)
		return (0);
	for (i = 0; i < sizeof(s->more_ke); i++)
		if (s->more_ke[i] == id)
			return (1);
	return (s->ke == id);
}

/*
 * RFC 9370 section 2.2.1: additional key exchanges, none twice.  0, or the
 * type that does not meet.
 */
static unsigned int
pick_more(const struct xfs *ours, const struct xfs *theirs,
    struct wt_suite *s)
{
	struct wt_xform xf;
	unsigned int type;
	size_t pos;

	for (type = XF_KE1; type <= XF_KE7; type++) {
		pos = 0;
		do
			if (!xfs_pick(ours, theirs, type, &pos, &xf))
				return (type);
		while (is_taken(s, xf.id) || xf.id > UINT8_MAX);
		/* Beside a first one alone. */
		if (xf.id != KE_NONE && s->ke == KE_NONE)
			return (type);
		s->more_ke[type - XF_KE1] = (uint8_t)xf.id;
	}
	return (0);
}

/*
 * One of our proposals against one of theirs: 0 and s filled, or the first
 * type that does not meet.
 */
static unsigned int
match(const struct xfs *ours, const struct xfs *theirs,
    const struct prop_want *want, struct wt_suite *s)
{
	struct wt_xform xf;
	unsigned int miss;
	size_t pos = 0;

	memset(s, 0, sizeof(*s));
	s->proto = want->proto;
	miss = want->proto == PROTO_AH ? pick_integ(ours, theirs, s) :
	    pick_cipher(ours, theirs, s);
	if (miss == XF_ENCR)
		return (miss);
	if (want->proto == PROTO_IKE) {
		if (!xfs_pick(ours, theirs, XF_PRF, &pos, &xf))
			return (XF_PRF);
		s->prf = xf.id;
	}
	if (miss != 0)
		return (miss);
	if (!pick_ke(ours, theirs, want, s))
		return (XF_KE);
	if (!want->no_ke && (miss = pick_more(ours, theirs, s)) != 0)
		return (miss);
	if (want->proto != PROTO_IKE) {
		pos = 0;
		if (!xfs_pick(ours, theirs, XF_ESN, &pos, &xf))
			return (XF_ESN);
		s->esn = xf.id != 0;
	}
	return (0);
}

/* Types that must not stand in a proposal of this protocol at all. */
static int
strange_types(const struct xfs *l, const struct prop_want *want)
{
	if (want->proto == PROTO_IKE)
		return (xfs_has_type(l, XF_ESN));
	if (want->proto == PROTO_AH && xfs_has_type(l, XF_ENCR))
		return (1);
	return (xfs_has_type(l, XF_PRF));
}

static int
has_more(const struct xfs *l)
{
	unsigned int type;

	for (type = XF_KE1; type <= XF_KE7; type++)
		if (xfs_has_type(l, type))
			return (1);
	return (0);
}

static int
usable(const struct sa_prop *p, const struct prop_want *want)
{
	struct xfs l = { p->xf, p->nxf };

	if (want->no_more_ke && has_more(&l))
		return (0);
	return (!p->unusable && p->proto == want->proto &&
	    p->spi_len == want->spi_len && !strange_types(&l, want));
}

static void
fill(struct prop_choice *c, const struct sa_prop *p, size_t ours,
    const struct wt_suite *s, const struct prop_want *want)
{
	size_t i;

	memset(c, 0, sizeof(*c));
	c->suite = *s;
	c->num = p->num;
	c->ours = ours;
	c->spi_len = p->spi_len;
	memcpy(c->spi, p->spi, sizeof(c->spi));
	for (i = 0; i < p->nxf; i++)
		if (!alg_is_ke(p->xf[i].type) || !want->no_ke)
			c->types |= 1 << p->xf[i].type;
}

int
prop_choose(const struct wt_proposal *ours, size_t n,
    const struct sa_payload *theirs, const struct prop_want *want,
    struct prop_choice *c, char *why, size_t size)
{
	struct prop_miss best;
	struct wt_suite s;
	struct xfs a, b;
	unsigned int miss;
	size_t i, j;

	memset(&best, 0, sizeof(best));
	for (i = 0; i < n; i++) {
		if (ours[i].proto != want->proto)
			continue;
		a.xf = ours[i].xf;
		a.n = ours[i].xf_n;
		for (j = 0; j < theirs->n; j++) {
			if (!usable(&theirs->prop[j], want))
				continue;
			b.xf = theirs->prop[j].xf;
			b.n = theirs->prop[j].nxf;
			if ((miss = match(&a, &b, want, &s)) == 0) {
				fill(c, &theirs->prop[j], i, &s, want);
				return (0);
			}
			prop_miss_note(&best, miss, i, j);
		}
	}
	prop_why(&best, ours, n, theirs, want, why, size);
	return (-1);
}

/* At most one transform of each type, all of them offered. */
static int
is_choice(const struct sa_prop *p, const struct xfs *offered)
{
	unsigned int seen = 0, bit;
	size_t i;

	for (i = 0; i < p->nxf; i++) {
		bit = 1 << p->xf[i].type;
		if ((seen & bit) || !xfs_has(offered, &p->xf[i]))
			return (0);
		seen |= bit;
	}
	return (1);
}

int
prop_check(const struct wt_proposal *offered, size_t n,
    const struct sa_payload *answer, const struct prop_want *want,
    struct prop_choice *c, char *why, size_t size)
{
	const struct sa_prop *p = &answer->prop[0];
	struct prop_miss miss;
	struct wt_suite s;
	struct xfs a, b;

	if (answer->n != 1 || !usable(p, want)) {
		strlcpy(why, "the answer is not one proposal of the protocol "
		    "asked for", size);
		return (-1);
	}
	if (p->num < 1 || p->num > n) {
		strlcpy(why, "the answer has a number that was not offered",
		    size);
		return (-1);
	}
	a.xf = offered[p->num - 1].xf;
	a.n = offered[p->num - 1].xf_n;
	b.xf = p->xf;
	b.n = p->nxf;
	memset(&miss, 0, sizeof(miss));
	if (!is_choice(p, &a)) {
		strlcpy(why, "the answer is no choice out of our offer",
		    size);
		return (-1);
	}
	if ((miss.type = match(&a, &b, want, &s)) != 0) {
		miss.ours = p->num - 1;
		miss.depth = 1;
		prop_why(&miss, offered, n, answer, want, why, size);
		return (-1);
	}
	fill(c, p, p->num - 1, &s, want);
	return (0);
}
