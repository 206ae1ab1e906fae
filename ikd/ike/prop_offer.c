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
 * Proposals to send: from the policy's list to an offer, from a choice to
 * an answer.
 */

#include <string.h>

#include "alg.h"
#include "prop.h"

static void
add(struct wt_proposal *p, unsigned int type, unsigned int id,
    unsigned int keybits)
{
	struct wt_xform *xf;

	if (p->xf_n >= LINK_XFORMS)
		return;
	xf = &p->xf[p->xf_n++];
	xf->type = type;
	xf->id = id;
	xf->keybits = keybits;
}

static int
has_type(const struct wt_proposal *p, unsigned int type)
{
	size_t i;

	for (i = 0; i < p->xf_n; i++)
		if (p->xf[i].type == type)
			return (1);
	return (0);
}

void
prop_offer(const struct wt_proposal *in, size_t n, int esn, int no_ke,
    struct wt_proposal *out)
{
	size_t i, j;

	memset(out, 0, n * sizeof(*out));
	for (i = 0; i < n; i++) {
		out[i].proto = in[i].proto;
		for (j = 0; j < in[i].xf_n; j++)
			if (!alg_is_ke(in[i].xf[j].type) || !no_ke)
				add(&out[i], in[i].xf[j].type,
				    in[i].xf[j].id, in[i].xf[j].keybits);
		if (in[i].proto == PROTO_IKE || has_type(&in[i], XF_ESN))
			continue;
		if (esn)
			add(&out[i], XF_ESN, 1, 0);
		add(&out[i], XF_ESN, 0, 0);
	}
}

size_t
prop_keep_prf(const struct wt_proposal *in, size_t n, unsigned int prf,
    struct wt_proposal *out)
{
	const struct wt_xform *xf;
	size_t i, j, kept = 0;
	int has;

	for (i = 0; i < n; i++) {
		memset(&out[kept], 0, sizeof(*out));
		out[kept].proto = in[i].proto;
		for (has = 0, j = 0; j < in[i].xf_n; j++) {
			xf = &in[i].xf[j];
			if (xf->type == XF_PRF && xf->id != prf)
				continue;
			has |= xf->type == XF_PRF;
			add(&out[kept], xf->type, xf->id, xf->keybits);
		}
		kept += has;
	}
	return (kept);
}

static int
has_group(const struct wt_proposal *p, unsigned int group)
{
	size_t i;

	for (i = 0; i < p->xf_n; i++)
		if (p->xf[i].type == XF_KE && p->xf[i].id == group)
			return (1);
	return (0);
}

/* The first, then those of an IKE policy's proposals, each once. */
static void
add_groups(struct wt_proposal *p, unsigned int first,
    const struct wt_proposal *ike, size_t n)
{
	size_t i, j;

	add(p, XF_KE, first, 0);
	for (i = 0; i < n; i++)
		for (j = 0; j < ike[i].xf_n; j++)
			if (ike[i].xf[j].type == XF_KE &&
			    !has_group(p, ike[i].xf[j].id))
				add(p, XF_KE, ike[i].xf[j].id, 0);
}

void
prop_add_groups(struct wt_proposal *p, size_t n, unsigned int first,
    const struct wt_proposal *ike, size_t ike_n, int prefer)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (has_type(&p[i], XF_KE))
			continue;
		add_groups(&p[i], first, ike, ike_n);
		if (prefer)
			add(&p[i], XF_KE, KE_NONE, 0);
	}
}

void
prop_answer(const struct prop_choice *c, struct wt_proposal *out)
{
	const struct wt_suite *s = &c->suite;
	unsigned int type;

	memset(out, 0, sizeof(*out));
	out->proto = s->proto;
	if (c->types & 1 << XF_ENCR)
		add(out, XF_ENCR, s->encr, s->encr_bits);
	if (c->types & 1 << XF_PRF)
		add(out, XF_PRF, s->prf, 0);
	if (c->types & 1 << XF_INTEG)
		add(out, XF_INTEG, s->integ, 0);
	if (c->types & 1 << XF_KE)
		add(out, XF_KE, s->ke, 0);
	/* RFC 9370 section 2.2.1: of each type offered, NONE it may be. */
	for (type = XF_KE1; type <= XF_KE7; type++)
		if (c->types & 1 << type)
			add(out, type, s->more_ke[type - XF_KE1], 0);
	if (c->types & 1 << XF_ESN)
		add(out, XF_ESN, s->esn, 0);
}

unsigned int
prop_first_ke(const struct wt_proposal *p, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < p[i].xf_n; j++)
			if (p[i].xf[j].type == XF_KE && p[i].xf[j].id != 0)
				return (p[i].xf[j].id);
	return (KE_NONE);
}

int
prop_has_ke(const struct wt_proposal *p, size_t n, unsigned int group)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < p[i].xf_n; j++)
			if (p[i].xf[j].type == XF_KE &&
			    p[i].xf[j].id == group)
				return (1);
	return (0);
}

int
prop_has_more_ke(const struct wt_proposal *p, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < p[i].xf_n; j++)
			if (p[i].xf[j].type >= XF_KE1 &&
			    p[i].xf[j].type <= XF_KE7 && p[i].xf[j].id != 0)
				return (1);
	return (0);
}

char *
prop_print_suite(const struct wt_suite *s, char *out, size_t size)
{
	struct wt_proposal p;
	size_t i;

	memset(&p, 0, sizeof(p));
	p.proto = s->proto;
	if (s->encr != 0)
		add(&p, XF_ENCR, s->encr, s->encr_bits);
	if (s->integ != 0)
		add(&p, XF_INTEG, s->integ, 0);
	if (s->prf != 0)
		add(&p, XF_PRF, s->prf, 0);
	if (s->ke != 0)
		add(&p, XF_KE, s->ke, 0);
	for (i = 0; i < sizeof(s->more_ke); i++)
		if (s->more_ke[i] != 0)
			add(&p, XF_KE1 + i, s->more_ke[i], 0);
	if (s->esn != 0)
		add(&p, XF_ESN, 1, 0);
	return (proposal_print(&p, out, size));
}
