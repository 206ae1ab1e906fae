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
 * Sets of identities.  Each member is in one chain of a hash table, by that
 * in it which a peer's ID must have literally: all of it; what follows the
 * star of a domain name or mail address; the relative names of a DN before
 * its first wildcard and behind its last.  Subnets and ranges are cut into
 * pieces that do not overlap, each with its first owner.
 */

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "dn.h"
#include "fnv.h"
#include "id.h"
#include "id_net.h"
#include "idset.h"
#include "log.h"

#define POINT		17			/* octets: family, address */

/* What a chain's key is made of. */
enum { K_EXACT = 1, K_FQDN, K_EMAIL, K_DN };

struct member {
	struct wt_id	*id;
	uint64_t	 key;
	uint32_t	 next;		/* place + 1 in its chain */
};

/*
 * How many relative names of a DN stand before its first wildcard, and how
 * many behind its last; without one all are in front.  A name is looked for
 * by each shape that a member has.
 */
struct shape {
	uint8_t		 front, back;
};

/* From here on to the next piece: owner is place + 1, or 0. */
struct piece {
	uint8_t		 from[POINT];
	uint32_t	 owner;
};

struct idset {
	struct member	*m;
	size_t		 n, cap;
	uint32_t	*head;
	size_t		 buckets;	/* a power of two; 0: no index yet */
	struct shape	*shape;
	size_t		 nshapes;
	struct piece	*piece;
	size_t		 npieces;
	uint32_t	 any;		/* place + 1 of "any"; 0: none */
};

struct idset *
idset_new(void)
{
	return (xcalloc(1, sizeof(struct idset)));
}

void
idset_free(struct idset *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++)
		free(s->m[i].id);
	free(s->m);
	free(s->head);
	free(s->shape);
	free(s->piece);
	free(s);
}

void
idset_add(struct idset *s, const struct wt_id *id)
{
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 16 : 2 * s->cap;
		s->m = xreallocarray(s->m, s->cap, sizeof(*s->m));
	}
	memset(&s->m[s->n], 0, sizeof(s->m[0]));
	s->m[s->n++].id = id_keep(id);
}

size_t
idset_count(const struct idset *s)
{
	return (s->n);
}

const struct wt_id *
idset_at(const struct idset *s, size_t i)
{
	return (i < s->n ? s->m[i].id : NULL);
}

static uint64_t
add_octet(uint64_t h, unsigned int c)
{
	return ((h ^ c) * FNV64_STEP);
}

static unsigned int
lower(unsigned int c)
{
	return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The last step: keys of different kinds are different. */
static uint64_t
key_of(uint64_t h, unsigned int kind)
{
	h = add_octet(h, kind);
	return (h ^ h >> 29);
}

static uint64_t
exact_key(const struct wt_id *id)
{
	uint8_t canon[ID_CANON_MAX];
	uint64_t h = FNV64_START;
	size_t i, n = id_canon(id, canon);

	for (i = 0; i < n; i++)
		h = add_octet(h, canon[i]);
	return (key_of(h, K_EXACT));
}

/* Text from its end to its beginning, without case. */
static uint64_t
backwards(uint64_t h, const uint8_t *p, size_t len)
{
	while (len > 0)
		h = add_octet(h, lower(p[--len]));
	return (h);
}

static struct slice
octets(const struct wt_id *id)
{
	return ((struct slice){ id->data, id->data_len });
}

static uint64_t
add_hash(uint64_t h, uint64_t rdn)
{
	return ((h ^ rdn) * FNV64_STEP ^ rdn >> 32);
}

/* The first n relative names from the front on; hash[0] is of none. */
static void
dn_fronts(const uint64_t *rdn, unsigned int n, uint64_t *hash)
{
	unsigned int i;

	hash[0] = FNV64_START;
	for (i = 0; i < n; i++)
		hash[i + 1] = add_hash(hash[i], rdn[i]);
}

/* The same from the back on. */
static void
dn_backs(const uint64_t *rdn, unsigned int n, uint64_t *hash)
{
	unsigned int i;

	hash[0] = FNV64_START;
	for (i = 0; i < n; i++)
		hash[i + 1] = add_hash(hash[i], rdn[n - 1 - i]);
}

static uint64_t
dn_key(uint64_t front, uint64_t back)
{
	return (key_of(add_hash(front, back), K_DN));
}

static void
add_shape(struct idset *s, struct shape is)
{
	size_t i;

	for (i = 0; i < s->nshapes; i++)
		if (s->shape[i].front == is.front &&
		    s->shape[i].back == is.back)
			return;
	s->shape = xreallocarray(s->shape, s->nshapes + 1, sizeof(is));
	s->shape[s->nshapes++] = is;
}

static uint64_t
dn_member_key(struct idset *s, const struct wt_id *id)
{
	uint64_t rdn[DN_RDNS], front[DN_RDNS + 1], back[DN_RDNS + 1];
	unsigned int n = dn_rdn_hashes(octets(id), rdn);
	struct shape is = { 0, 0 };

	if (n == 0)		/* none at all */
		return (exact_key(id));
	while (is.front < n && rdn[is.front] != 0)
		is.front++;
	while (is.front < n && rdn[n - 1 - is.back] != 0)
		is.back++;
	add_shape(s, is);
	dn_fronts(rdn, is.front, front);
	dn_backs(rdn + n - is.back, is.back, back);
	return (dn_key(front[is.front], back[is.back]));
}

static uint64_t
member_key(struct idset *s, const struct wt_id *id)
{
	if (id->type == ID_DER_ASN1_DN)
		return (dn_member_key(s, id));
	if (!id_is_wild(id))
		return (exact_key(id));
	/* Other stars than at the front of a name are no wildcards. */
	if (id->data_len < 3 || id->data[1] != (id->type == ID_FQDN ? '.' :
	    '@'))
		return (exact_key(id));
	return (key_of(backwards(FNV64_START, id->data + 1,
	    id->data_len - 1U), id->type == ID_FQDN ? K_FQDN : K_EMAIL));
}

/* An address as a point: the families apart, IPv4 with a tail of fill. */
static void
point_of(const struct wt_addr *a, uint8_t fill, uint8_t out[POINT])
{
	memset(out, fill, POINT);
	out[0] = a->af;
	memcpy(out + 1, a->a, addr_len(a));
}

/* The point after it; families are 4 and 6, so none has to carry out. */
static void
point_next(uint8_t p[POINT])
{
	int i;

	for (i = POINT - 1; i >= 0 && ++p[i] == 0; i--)
		;
}

static int
piece_cmp(const void *a, const void *b)
{
	return (memcmp(((const struct piece *)a)->from,
	    ((const struct piece *)b)->from, POINT));
}

/* The last piece that does not begin behind p, or npieces. */
static size_t
piece_at(const struct idset *s, const uint8_t p[POINT])
{
	size_t lo = 0, hi = s->npieces, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(s->piece[mid].from, p, POINT) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo == 0 ? s->npieces : lo - 1);
}

/* Where every net begins, and where it has ended. */
static void
cut_pieces(struct idset *s)
{
	struct wt_addr lo, hi;
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += id_net_is(s->m[i].id) ? 2 : 0;
	s->piece = xcalloc(n + 1, sizeof(*s->piece));
	for (i = 0; i < s->n; i++) {
		if (!id_net_is(s->m[i].id) ||
		    id_net_bounds(s->m[i].id, &lo, &hi) == -1)
			continue;
		point_of(&lo, 0, s->piece[s->npieces++].from);
		point_of(&hi, 0xff, s->piece[s->npieces].from);
		point_next(s->piece[s->npieces++].from);
	}
	if (s->npieces > 1)
		qsort(s->piece, s->npieces, sizeof(*s->piece), piece_cmp);
	for (n = i = 0; i < s->npieces; i++)
		if (n == 0 || piece_cmp(&s->piece[n - 1], &s->piece[i]) != 0)
			s->piece[n++] = s->piece[i];
	s->npieces = n;
}

/* The first piece from i on that has no owner; ways are shortened. */
static size_t
free_from(size_t *skip, size_t i)
{
	size_t end = i, next;

	while (skip[end] != end)
		end = skip[end];
	for (; i != end; i = next) {
		next = skip[i];
		skip[i] = end;
	}
	return (end);
}

/* The first in the list takes all of its own, the next what is left. */
static void
own_pieces(struct idset *s)
{
	size_t *skip = xcalloc(s->npieces + 1, sizeof(*skip)), i, k, end;
	struct wt_addr lo, hi;
	uint8_t p[POINT];

	for (i = 0; i <= s->npieces; i++)
		skip[i] = i;
	for (i = 0; i < s->n; i++) {
		if (!id_net_is(s->m[i].id) ||
		    id_net_bounds(s->m[i].id, &lo, &hi) == -1)
			continue;
		point_of(&hi, 0xff, p);
		point_next(p);
		end = piece_at(s, p);
		point_of(&lo, 0, p);
		for (k = free_from(skip, piece_at(s, p)); k < end;
		    k = free_from(skip, k)) {
			s->piece[k].owner = (uint32_t)i + 1;
			skip[k] = k + 1;
		}
	}
	free(skip);
}

void
idset_index(struct idset *s)
{
	size_t i, b;

	free(s->head);
	free(s->piece);
	free(s->shape);
	s->piece = NULL;
	s->shape = NULL;
	s->npieces = s->nshapes = 0;
	s->any = 0;
	for (s->buckets = 16; s->buckets < s->n; s->buckets *= 2)
		;
	s->head = xcalloc(s->buckets, sizeof(*s->head));
	/* From the last to the first: chains keep the order. */
	for (i = s->n; i-- > 0;) {
		if (s->m[i].id->type == ID_ANY) {
			s->any = (uint32_t)i + 1;
			continue;
		}
		if (id_net_is(s->m[i].id))
			continue;
		s->m[i].key = member_key(s, s->m[i].id);
		b = s->m[i].key & (s->buckets - 1);
		s->m[i].next = s->head[b];
		s->head[b] = (uint32_t)i + 1;
	}
	cut_pieces(s);
	own_pieces(s);
}

/* A look-up: places are counted from 1, 0 is none yet. */
struct look {
	const struct idset	*s;
	const struct wt_id	*id;
	uint32_t		 best;
};

static void
better(struct look *l, uint32_t place)
{
	if (place != 0 && (l->best == 0 || place < l->best))
		l->best = place;
}

static void
try_key(struct look *l, uint64_t key)
{
	const struct member *m;
	uint32_t i;

	for (i = l->s->head[key & (l->s->buckets - 1)]; i != 0; i = m->next) {
		m = &l->s->m[i - 1];
		if (l->best != 0 && i > l->best)
			return;
		if (m->key == key && id_match(m->id, l->id)) {
			better(l, i);
			return;
		}
	}
}

/* Every end of the name that a star may stand before. */
static void
try_fqdn(struct look *l)
{
	const uint8_t *p = l->id->data;
	uint64_t h = FNV64_START;
	size_t i;

	for (i = l->id->data_len; i-- > 1;) {
		h = add_octet(h, lower(p[i]));
		if (p[i] == '.')
			try_key(l, key_of(h, K_FQDN));
	}
}

static void
try_email(struct look *l)
{
	const uint8_t *p = l->id->data;
	size_t i, len = l->id->data_len;

	for (i = len; i > 0 && p[i - 1] != '@'; i--)
		;
	if (i > 0)
		try_key(l, key_of(backwards(FNV64_START, p + i - 1,
		    len - i + 1), K_EMAIL));
}

static void
try_dn(struct look *l)
{
	uint64_t rdn[DN_RDNS], front[DN_RDNS + 1], back[DN_RDNS + 1];
	unsigned int n = dn_rdn_hashes(octets(l->id), rdn);
	const struct shape *is;
	size_t i;

	if (n == 0) {
		try_key(l, exact_key(l->id));
		return;
	}
	dn_fronts(rdn, n, front);
	dn_backs(rdn, n, back);
	for (i = 0; i < l->s->nshapes; i++) {
		is = &l->s->shape[i];
		if (is->front + is->back <= n)
			try_key(l, dn_key(front[is->front], back[is->back]));
	}
}

static void
try_nets(struct look *l)
{
	struct wt_addr a, same;
	uint8_t p[POINT];
	size_t i;

	if (l->s->npieces == 0 || id_net_is(l->id) ||
	    id_net_bounds(l->id, &a, &same) == -1)
		return;
	point_of(&a, 0, p);
	if ((i = piece_at(l->s, p)) < l->s->npieces)
		better(l, l->s->piece[i].owner);
}

long
idset_match(const struct idset *s, const struct wt_id *id)
{
	struct look l = { s, id, s->any };

	if (s->buckets == 0)
		return (-1);
	if (id->type != ID_DER_ASN1_DN)
		try_key(&l, exact_key(id));
	switch (id->type) {
	case ID_FQDN:
		try_fqdn(&l);
		break;
	case ID_RFC822_ADDR:
		try_email(&l);
		break;
	case ID_DER_ASN1_DN:
		try_dn(&l);
		break;
	case ID_IPV4_ADDR:
	case ID_IPV6_ADDR:
		try_nets(&l);
		break;
	default:
		break;
	}
	return ((long)l.best - 1);
}
