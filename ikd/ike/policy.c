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
 * The snapshot of the policy as ike needs it: what must be known of a
 * tunnel before anybody is authenticated, and the values of its life.
 * Tunnels are found by number and by the peer's address.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "fnv.h"
#include "log.h"
#include "policy.h"
#include "roles.h"
#include "snap.h"

struct policy *
policy_new(uint32_t generation)
{
	struct policy	*p;

	p = xcalloc(1, sizeof(*p));
	p->refs = 1;
	p->generation = generation;
	p->kept = kept_new();
	return (p);
}

struct policy *
policy_ref(struct policy *p)
{
	p->refs++;
	return (p);
}

void
policy_unref(struct policy *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	kept_free(p->kept);
	free(p->tunnels);
	free(p->children);
	free(p->first_child);
	free(p->next_child);
	free(p->hosts);
	free(p->next);
	free(p->wide);
	free(p->of_row);
	snap_rows_close(p->rows);
	free(p);
}

/* Room for one more at the end of an array. */
static void *
append(void *list, size_t n, size_t size)
{
	if ((n & (n - 1)) == 0)
		return (xreallocarray(list, n == 0 ? 1 : n * 2, size));
	return (list);
}

static void
add_tunnel(struct policy *p, const struct policy_tunnel *t)
{
	p->tunnels = append(p->tunnels, p->ntunnels, sizeof(*p->tunnels));
	p->tunnels[p->ntunnels++] = *t;
}

static void
add_child(struct policy *p, const struct policy_child *c)
{
	p->children = append(p->children, p->nchildren, sizeof(*p->children));
	p->children[p->nchildren++] = *c;
}

/* The peer's address, if it has exactly one. */
static struct wt_addr
one_host(const struct sn_tunnel_ike *t)
{
	const struct wt_prefix	*r = &t->remote[0];

	if (t->remote_n == 1 && r->plen == addr_len(&r->addr) * 8)
		return (r->addr);
	return ((struct wt_addr){ 0 });
}

/* What is kept of row number row. */
static const char *
index_row(struct policy *p, uint16_t type, const void *val, size_t row)
{
	const struct sn_tunnel_ike	*t = val;
	const struct sn_child_ike	*c = val;

	switch (type) {
	case SNAP_IKE:
		if (p->have_ike)
			return ("two IKE rows");
		p->ike = *(const struct sn_ike *)val;
		p->have_ike = 1;
		return (NULL);
	case SNAP_TUNNEL_IKE:
		add_tunnel(p, &(struct policy_tunnel){ t->tunnel, row, NULL,
		    one_host(t) });
		return (NULL);
	case SNAP_CHILD_IKE:
		add_child(p, &(struct policy_child){ c->tunnel, c->child, row,
		    NULL });
		return (NULL);
	default:
		return ("a row that is not for ike");
	}
}

const char *
policy_row(void *policy, uint16_t type, const void *val)
{
	struct policy	*p = policy;
	const char	*why = index_row(p, type, val, 0);

	if (why == NULL && type == SNAP_TUNNEL_IKE)
		p->tunnels[p->ntunnels - 1].val =
		    kept_tunnel(p->kept, val);
	if (why == NULL && type == SNAP_CHILD_IKE)
		p->children[p->nchildren - 1].val =
		    kept_child(p->kept, val);
	return (why);
}

/* Row k of the policy before comes again, word for word. */
static void
index_like(struct policy *p, const struct policy *like, size_t k, size_t i)
{
	size_t	 at = like->of_row[k];

	if (snap_rows_type(like->rows, k) == SNAP_TUNNEL_IKE) {
		add_tunnel(p, &like->tunnels[at]);
		p->tunnels[p->ntunnels - 1].row = i;
		p->tunnels[p->ntunnels - 1].val = NULL;
	} else {
		add_child(p, &like->children[at]);
		p->children[p->nchildren - 1].row = i;
		p->children[p->nchildren - 1].val = NULL;
	}
}

static int
cmp_tunnel(const void *a, const void *b)
{
	const struct policy_tunnel	*x = a, *y = b;

	return (x->number < y->number ? -1 : x->number > y->number);
}

/* FNV-1a over the address. */
static size_t
hash_addr(const struct wt_addr *a)
{
	uint64_t	 h = fnv64(FNV64_START, a->a, addr_len(a));

	return ((size_t)(h ^ (h >> 32)));
}

static void
index_hosts(struct policy *p)
{
	size_t	 i, h;

	for (p->nhosts = 16; p->nhosts < p->ntunnels * 2; p->nhosts *= 2)
		;
	p->hosts = xcalloc(p->nhosts, sizeof(*p->hosts));
	p->next = xcalloc(p->ntunnels + 1, sizeof(*p->next));
	p->wide = xcalloc(p->ntunnels + 1, sizeof(*p->wide));
	for (i = p->ntunnels; i-- > 0; ) {
		if (p->tunnels[i].host.af == 0)
			continue;
		h = hash_addr(&p->tunnels[i].host) & (p->nhosts - 1);
		p->next[i] = p->hosts[h];
		p->hosts[h] = i + 1;
	}
	for (i = 0; i < p->ntunnels; i++)
		if (p->tunnels[i].host.af == 0)
			p->wide[p->nwide++] = i;
}

/* The place of a tunnel in the sorted list, or ntunnels. */
static size_t
tunnel_at(const struct policy *p, uint32_t tunnel)
{
	size_t	 lo = 0, hi = p->ntunnels, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (p->tunnels[mid].number == tunnel)
			return (mid);
		if (p->tunnels[mid].number < tunnel)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (p->ntunnels);
}

/* Each tunnel's children in their order: places plus 1, as in hosts. */
static int
index_children(struct policy *p)
{
	size_t	 i, at;

	p->first_child = xcalloc(p->ntunnels + 1, sizeof(*p->first_child));
	p->next_child = xcalloc(p->nchildren + 1, sizeof(*p->next_child));
	for (i = p->nchildren; i-- > 0; ) {
		at = tunnel_at(p, p->children[i].tunnel);
		if (at == p->ntunnels)
			return (-1);
		p->next_child[i] = p->first_child[at];
		p->first_child[at] = i + 1;
	}
	return (0);
}

const char *
policy_finish(struct policy *p)
{
	size_t	 i;

	if (!p->have_ike)
		return ("no IKE row");
	if (p->ntunnels > 0)
		qsort(p->tunnels, p->ntunnels, sizeof(*p->tunnels),
		    cmp_tunnel);
	for (i = 1; i < p->ntunnels; i++)
		if (p->tunnels[i - 1].number == p->tunnels[i].number)
			return ("two tunnels of one number");
	if (index_children(p) == -1)
		return ("a child without its tunnel");
	index_hosts(p);
	return (NULL);
}

/* Which place in its list each row has. */
static void
index_rows(struct policy *p)
{
	size_t	 i;

	p->of_row = xcalloc(snap_rows_count(p->rows) + 1, sizeof(*p->of_row));
	for (i = 0; i < p->ntunnels; i++)
		p->of_row[p->tunnels[i].row] = i;
	for (i = 0; i < p->nchildren; i++)
		p->of_row[p->children[i].row] = i;
}

/*
 * A row that was read: the place after it in the policy before, if it is one.
 */
static size_t
place_after(const struct policy *like, uint16_t type, const void *val,
    size_t k)
{
	const struct sn_tunnel_ike	*t = val;
	size_t				 at;

	if (like == NULL || type != SNAP_TUNNEL_IKE)
		return (k);
	at = tunnel_at(like, t->tunnel);
	return (at == like->ntunnels ? k : like->tunnels[at].row + 1);
}

/* Each row is decoded once, to see that it is sound. */
static const char *
read_rows(struct policy *p, const struct policy *like)
{
	void		*val = xcalloc(1, snap_row_size());
	const char	*why = NULL;
	uint16_t	 type;
	size_t		 i, k = 0;

	for (i = 0; i < snap_rows_count(p->rows) && why == NULL; i++) {
		type = snap_rows_type(p->rows, i);
		if (like != NULL && like->rows != NULL && type != SNAP_IKE &&
		    snap_rows_same(p->rows, i, like->rows, k)) {
			index_like(p, like, k++, i);
			continue;
		}
		if ((why = snap_rows_decode(p->rows, i, val)) == NULL)
			why = index_row(p, type, val, i);
		k = place_after(like, type, val, k);
	}
	free(val);
	return (why);
}

const char *
policy_read(int fd, uint32_t generation, const struct policy *like,
    struct policy **out)
{
	struct policy	*p;
	const char	*why;

	p = policy_new(generation);
	p->rows = snap_rows_open(fd, ROLE_IKE, generation, &why);
	if (why == NULL)
		why = read_rows(p, like);
	if (why == NULL)
		why = policy_finish(p);
	if (why != NULL) {
		policy_unref(p);
		return (why);
	}
	index_rows(p);
	*out = p;
	return (NULL);
}

/* Rows were seen to be sound when the policy was read, and are sealed. */
static void
decode(const struct policy *p, size_t row, void *val)
{
	const char	*why = snap_rows_decode(p->rows, row, val);

	if (why != NULL)
		fatal("a row of the policy that holds: %s", why);
}

static const struct kept_tunnel *
whole_tunnel(const struct policy *p, size_t at)
{
	static struct sn_tunnel_ike	 row;
	struct policy_tunnel		*t = &p->tunnels[at];

	if (t->val == NULL) {
		decode(p, t->row, &row);
		t->val = kept_tunnel(p->kept, &row);
	}
	return (t->val);
}

static const struct kept_child *
whole_child(const struct policy *p, size_t at)
{
	static struct sn_child_ike	 row;
	struct policy_child		*c = &p->children[at];

	if (c->val == NULL) {
		decode(p, c->row, &row);
		c->val = kept_child(p->kept, &row);
	}
	return (c->val);
}

const struct kept_tunnel *
policy_tunnel(const struct policy *p, uint32_t tunnel)
{
	size_t	 at = tunnel_at(p, tunnel);

	return (at == p->ntunnels ? NULL : whole_tunnel(p, at));
}

const struct kept_child *
policy_child(const struct policy *p, uint32_t tunnel, uint32_t child)
{
	size_t	 i;

	i = p->first_child[tunnel_at(p, tunnel)];
	for (; i != 0; i = p->next_child[i - 1])
		if (p->children[i - 1].number == child)
			return (whole_child(p, i - 1));
	return (NULL);
}

const struct kept_child *
policy_child_at(const struct policy *p, uint32_t tunnel, size_t n)
{
	size_t	 i;

	i = p->first_child[tunnel_at(p, tunnel)];
	for (; i != 0; i = p->next_child[i - 1])
		if (n-- == 0)
			return (whole_child(p, i - 1));
	return (NULL);
}

/* The longest of these prefixes that has the address, plus 1; 0: none. */
static unsigned int
best_prefix(const struct wt_prefix *list, size_t n, const struct wt_addr *a)
{
	unsigned int	 best = 0;
	size_t		 i;

	for (i = 0; i < n; i++)
		if (prefix_has(&list[i], a) && list[i].plen + 1U > best)
			best = list[i].plen + 1U;
	return (best);
}

size_t
policy_match(const struct policy *p, const struct wt_addr *local,
    const struct wt_addr *remote, const struct kept_tunnel **out,
    size_t max)
{
	const struct kept_tunnel	*t;
	unsigned int			 rank[POLICY_MATCHES], r;
	size_t				 i, j, n = 0;

	if (max > POLICY_MATCHES)
		max = POLICY_MATCHES;
	/* First those for this very host, in their order ... */
	i = p->nhosts == 0 ? 0 :
	    p->hosts[hash_addr(remote) & (p->nhosts - 1)];
	for (; i != 0 && n < max; i = p->next[i - 1]) {
		if (addr_cmp(&p->tunnels[i - 1].host, remote) != 0)
			continue;
		t = whole_tunnel(p, i - 1);
		if (best_prefix(t->remote, t->remote_n, remote) == 0 ||
		    (t->local_n > 0 &&
		    best_prefix(t->local, t->local_n, local) == 0))
			continue;
		rank[n] = 129;
		out[n++] = t;
	}
	/* ... then the wide ones, the narrowest first. */
	for (i = 0; i < p->nwide && n < max; i++) {
		t = whole_tunnel(p, p->wide[i]);
		r = best_prefix(t->remote, t->remote_n, remote);
		if (r == 0 || (t->local_n > 0 &&
		    best_prefix(t->local, t->local_n, local) == 0))
			continue;
		for (j = n++; j > 0 && rank[j - 1] < r; j--) {
			rank[j] = rank[j - 1];
			out[j] = out[j - 1];
		}
		rank[j] = r;
		out[j] = t;
	}
	return (n);
}

int
policy_listens(const struct policy *p, const struct wt_addr *local)
{
	return (p->ike.listen_n + p->ike.links_n == 0 ||
	    best_prefix(p->ike.listen, p->ike.listen_n, local) != 0);
}
