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
 * Why proposals do not meet, in words: the pair that came furthest, the
 * type at which it failed, and what both sides have of it.
 */

#include <stdio.h>
#include <string.h>

#include "alg.h"
#include "prop_why.h"

/* Order in which match() asks: how far a pair came. */
static unsigned int
depth_of(unsigned int type)
{
	static const uint8_t order[] = { 0, XF_ENCR, XF_PRF, XF_INTEG, XF_KE,
	    6, 7, 8, 9, 10, 11, 12, XF_ESN };
	unsigned int i;

	for (i = 1; i < sizeof(order); i++)
		if (order[i] == type)
			return (i);
	return (1);
}

void
prop_miss_note(struct prop_miss *best, unsigned int type, size_t ours,
    size_t theirs)
{
	unsigned int depth = depth_of(type);

	if (depth <= best->depth)
		return;
	best->depth = depth;
	best->type = type;
	best->ours = ours;
	best->theirs = theirs;
}

static const char *
type_text(unsigned int type)
{
	static const char *const text[] = { "transform", "encryption", "PRF",
	    "integrity", "key exchange", "ESN" };

	if (type >= XF_KE1 && type <= XF_KE7)
		return ("additional key exchange");
	return (text[type <= XF_ESN ? type : 0]);
}

static int
word_in(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *p = list;

	while ((p = strstr(p, word)) != NULL) {
		if ((p == list || p[-1] == ' ') &&
		    (p[len] == '\0' || p[len] == ' '))
			return (1);
		p += len;
	}
	return (0);
}

/* Appends the names of a type's transforms, each once. */
static void
add_names(const struct xfs *l, unsigned int type, char *out, size_t size)
{
	const char *name;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (l->xf[i].type != type)
			continue;
		name = l->xf[i].id == 0 && type < XF_ESN ? "none" :
		    alg_name(type, l->xf[i].id, l->xf[i].keybits);
		if (word_in(out, name))
			continue;
		if (out[0] != '\0')
			strlcat(out, " ", size);
		strlcat(out, name, size);
	}
}

/* With ENCR every proposal counts, behind it the pair that met so far. */
static void
both_lists(const struct prop_miss *m, const struct wt_proposal *ours,
    size_t n, const struct sa_payload *theirs, char *a, char *b, size_t size)
{
	struct xfs l;
	size_t i;

	for (i = 0; i < n; i++) {
		l.xf = ours[i].xf;
		l.n = ours[i].xf_n;
		if (m->type == XF_ENCR || i == m->ours)
			add_names(&l, m->type, a, size);
	}
	for (i = 0; i < theirs->n; i++) {
		l.xf = theirs->prop[i].xf;
		l.n = theirs->prop[i].nxf;
		if (m->type == XF_ENCR || i == m->theirs)
			add_names(&l, m->type, b, size);
	}
}

void
prop_why(const struct prop_miss *m, const struct wt_proposal *ours, size_t n,
    const struct sa_payload *theirs, const struct prop_want *want, char *why,
    size_t size)
{
	char a[IKE_WHY_MAX / 2 - 32] = "", b[IKE_WHY_MAX / 2 - 32] = "";
	size_t i, unusable = 0;

	if (m->depth == 0) {
		for (i = 0; i < theirs->n; i++)
			unusable += theirs->prop[i].unusable;
		if (unusable == theirs->n)
			strlcpy(why, "the peer's proposals need transforms "
			    "that we do not know", size);
		else
			snprintf(why, size, "the peer has no usable proposal "
			    "for %s", want->proto == PROTO_IKE ? "IKE" :
			    want->proto == PROTO_ESP ? "ESP" : "AH");
		return;
	}
	both_lists(m, ours, n, theirs, a, b, sizeof(a));
	snprintf(why, size, "nothing in common: %s: ours %s, theirs %s",
	    type_text(m->type), a[0] != '\0' ? a : "none",
	    b[0] != '\0' ? b : "none");
}
