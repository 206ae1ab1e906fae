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
 * Containment (design section 4): the same page of pure code checks grants
 * against ceilings and SAs against grants.  Everything on these messages is
 * hostile until it has passed here: the families, lengths and orders that
 * the helpers in common/ take for granted are checked first.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ts.h"
#include "within.h"

/* Where the sentence goes, and what the two sides are called. */
struct judge {
	char		*out;
	size_t		 size;
	const char	*in;		/* "grant" or "SA" */
	const char	*by;		/* "ceiling" or "grant" */
};

static const char *refuse(const struct judge *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static const char *
refuse(const struct judge *j, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(j->out, j->size, fmt, ap);
	va_end(ap);
	return (j->out);
}

int
limit_within(uint64_t inner, uint64_t outer)
{
	return (outer == 0 || (inner != 0 && inner <= outer));
}

/* A number that must be the same on both sides. */
static const char *
same(const struct judge *j, const char *what, uint32_t in, uint32_t by)
{
	if (in == by)
		return (NULL);
	return (refuse(j, "%s: the %s has %" PRIu32 ", the %s %" PRIu32,
	    what, j->in, in, j->by, by));
}

/* A limit whose 0 means none. */
static const char *
limit(const struct judge *j, const char *what, uint64_t in, uint64_t by)
{
	if (limit_within(in, by))
		return (NULL);
	return (refuse(j, "%s: the %s has %" PRIu64 "%s, the %s allows %"
	    PRIu64, what, j->in, in, in == 0 ? " (no limit)" : "", j->by, by));
}

/* A set of bits, not empty. */
static const char *
bits(const struct judge *j, const char *what, uint64_t in, uint64_t by)
{
	if (in != 0 && (in & ~by) == 0)
		return (NULL);
	return (refuse(j, "%s: the %s has 0x%" PRIx64 ", the %s allows 0x%"
	    PRIx64, what, j->in, in, j->by, by));
}

/* A right: 1 only when the other side has it. */
static const char *
right(const struct judge *j, const char *what, unsigned int in,
    unsigned int by)
{
	if (in == 0 || (in == 1 && by == 1))
		return (NULL);
	return (refuse(j, "%s: the %s has %u, the %s %u", what, j->in, in,
	    j->by, by));
}

static int
prefix_valid(const struct wt_prefix *p)
{
	return ((p->addr.af == 4 && p->plen <= 32) ||
	    (p->addr.af == 6 && p->plen <= 128));
}

static int
prefix_in(const struct wt_prefix *p, const struct wt_prefix *list, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (prefix_valid(&list[i]) && prefix_covers(&list[i], p))
			return (1);
	return (0);
}

static const char *
prefixes_text(const struct wt_prefix *list, size_t n, char *out, size_t size)
{
	char	 one[ADDR_TEXT];
	size_t	 i, used = 0;

	snprintf(out, size, "nothing");
	for (i = 0; i < n && used < size; i++)
		used += snprintf(out + used, size - used, "%s%s",
		    i == 0 ? "" : ", ",
		    prefix_print(&list[i], one, sizeof(one)));
	return (out);
}

/* A list of outer prefixes, not empty, each inside one of the other list. */
static const char *
prefixes(const struct judge *j, const char *what, const struct wt_prefix *in,
    size_t nin, const struct wt_prefix *by, size_t nby)
{
	char	 one[ADDR_TEXT], all[256];
	size_t	 i;

	if (nin == 0)
		return (refuse(j, "%s: the %s has none", what, j->in));
	for (i = 0; i < nin; i++) {
		if (!prefix_valid(&in[i]))
			return (refuse(j, "%s: the %s has one of family %u, "
			    "length %u", what, j->in, in[i].addr.af,
			    in[i].plen));
		if (!prefix_in(&in[i], by, nby))
			return (refuse(j, "%s: %s of the %s is outside the "
			    "%s's %s", what,
			    prefix_print(&in[i], one, sizeof(one)), j->in,
			    j->by, prefixes_text(by, nby, all, sizeof(all))));
	}
	return (NULL);
}

/* One outer address of an SA. */
static const char *
outer(const struct judge *j, const char *what, const struct wt_sock *s,
    const struct wt_prefix *by, size_t nby)
{
	struct wt_prefix	 p = { s->addr, s->addr.af == 4 ? 32 : 128 };

	return (prefixes(j, what, &p, 1, by, nby));
}

/*
 * What selectors may lie in.  ends: the outer prefixes of this side, for
 * selectors that are the endpoint's own address; else NULL.
 */
struct bound {
	const struct wt_ts	*ts;
	size_t			 nts;
	const struct wt_prefix	*pools;
	size_t			 npools;
	const struct wt_prefix	*ends;
	size_t			 nends;
};

static int
ts_bounded(const struct wt_ts *t, const struct bound *b)
{
	struct wt_prefix	 p;
	struct wt_ts		 pool;
	size_t			 i;

	if (ts_list_covers(b->ts, b->nts, t, 1))
		return (1);
	for (i = 0; i < b->npools; i++) {
		if (!prefix_valid(&b->pools[i]))
			continue;
		ts_from_prefix(&pool, &b->pools[i]);
		if (ts_covers(&pool, t))
			return (1);
	}
	memset(&p, 0, sizeof(p));
	p.addr.af = t->af;
	p.plen = t->af == 4 ? 32 : 128;
	memcpy(p.addr.a, t->lo, addr_len(&p.addr));
	return (memcmp(t->lo, t->hi, addr_len(&p.addr)) == 0 &&
	    prefix_in(&p, b->ends, b->nends));
}

/* A list of selectors, not empty, each bounded. */
static const char *
selectors(const struct judge *j, const char *what, const struct wt_ts *in,
    size_t nin, const struct bound *b)
{
	char	 one[ADDR_TEXT], all[256];
	size_t	 i;

	if (nin == 0)
		return (refuse(j, "%s: the %s has none", what, j->in));
	for (i = 0; i < nin; i++) {
		if (!ts_valid(&in[i]))
			return (refuse(j, "%s: the %s has a malformed one of "
			    "family %u", what, j->in, in[i].af));
		if (ts_bounded(&in[i], b))
			continue;
		snprintf(all, sizeof(all), "the endpoint's own address");
		if (b->nts != 0)
			ts_list_print(b->ts, b->nts, all, sizeof(all));
		return (refuse(j, "%s: %s of the %s is outside the %s's %s",
		    what, ts_print(&in[i], one, sizeof(one)), j->in, j->by,
		    all));
	}
	return (NULL);
}

/* What labels packets and policies: never other than the ceiling's. */
static const char *
grant_labels(const struct judge *j, const struct wt_grant *g,
    const struct wt_ceiling *c)
{
	const char	*why;

	if ((why = same(j, "tunnel", g->tunnel, c->tunnel)) != NULL ||
	    (why = same(j, "child", g->child, c->child)) != NULL ||
	    (why = same(j, "reqid", g->reqid, c->reqid)) != NULL ||
	    (why = same(j, "if_id", g->if_id, c->if_id)) != NULL ||
	    (why = same(j, "mark", g->mark, c->mark)) != NULL ||
	    (why = same(j, "mark mask", g->mark_mask, c->mark_mask)) != NULL ||
	    (why = same(j, "manual keys", g->manual, c->manual)) != NULL ||
	    (why = same(j, "mode", g->mode, c->mode)) != NULL)
		return (why);
	return (NULL);
}

static const char *
grant_limits(const struct judge *j, const struct wt_grant *g,
    const struct wt_ceiling *c, uint64_t now)
{
	const char	*why;

	if (g->pairs == 0 || g->pairs > PAIRS_MAX)
		return (refuse(j, "SA pairs: the grant has %u, 1 to %u are "
		    "allowed", g->pairs, PAIRS_MAX));
	if (g->encap > ENCAP_FORCE || (c->encap != ENCAP_AUTO &&
	    g->encap != c->encap))
		return (refuse(j, "encapsulation: the grant has rule %u, the "
		    "ceiling %u", g->encap, c->encap));
	if ((why = right(j, "roaming", g->roaming, c->roaming)) != NULL)
		return (why);
	if (g->expiry != 0 && g->expiry <= now)
		return (refuse(j, "expiry: the grant ended at %" PRIu64
		    ", it is %" PRIu64, g->expiry, now));
	if ((why = limit(j, "expiry in seconds", g->expiry == 0 ? 0 :
	    g->expiry - now, c->grant_seconds)) != NULL ||
	    (why = limit(j, "hard lifetime", g->hard_seconds,
	    c->hard_seconds)) != NULL)
		return (why);
	return (limit(j, "hard lifesize", g->hard_bytes, c->hard_bytes));
}

const char *
grant_within_ceiling(const struct wt_grant *g, const struct wt_ceiling *c,
    uint64_t now, char *out, size_t size)
{
	const struct judge	 j = { out, size, "grant", "ceiling" };
	struct bound		 l = { c->ts_local, c->ts_local_n, NULL, 0,
				    g->outer_local, g->outer_local_n };
	struct bound		 r = { c->ts_remote, c->ts_remote_n, c->pools,
				    c->pools_n, g->outer_remote,
				    g->outer_remote_n };
	const char		*why;

	/* An empty list in a ceiling is the endpoint's own address. */
	if (l.nts != 0)
		l.nends = 0;
	if (r.nts != 0)
		r.nends = 0;
	if ((why = grant_labels(&j, g, c)) != NULL ||
	    (why = bits(&j, "protocols", g->protos, c->protos)) != NULL ||
	    (why = bits(&j, "algorithms", g->algs, c->algs)) != NULL ||
	    (why = grant_limits(&j, g, c, now)) != NULL ||
	    (why = prefixes(&j, "local outer address", g->outer_local,
	    g->outer_local_n, c->outer_local, c->outer_local_n)) != NULL ||
	    (why = prefixes(&j, "remote outer address", g->outer_remote,
	    g->outer_remote_n, c->outer_remote, c->outer_remote_n)) != NULL ||
	    (why = selectors(&j, "local selector", g->ts_local,
	    g->ts_local_n, &l)) != NULL ||
	    (why = selectors(&j, "remote selector", g->ts_remote,
	    g->ts_remote_n, &r)) != NULL)
		return (why);
	if (c->one_host && (g->ts_remote_n != 1 || memcmp(g->ts_remote[0].lo,
	    g->ts_remote[0].hi, sizeof(g->ts_remote[0].lo)) != 0))
		return (refuse(&j, "remote selector: the grant has more than "
		    "the one address that the ceiling allows"));
	return (NULL);
}

/* An algorithm of the suite, in the set, with keys of its length. */
static const char *
alg_within(const struct judge *j, const struct alg *a, uint64_t algs,
    size_t in, size_t out)
{
	if ((alg_bit(a) & algs) == 0)
		return (refuse(j, "algorithms: %s of the SA is not in the "
		    "grant's 0x%" PRIx64, a->name, algs));
	if (in != a->keylen || out != a->keylen)
		return (refuse(j, "keys: the SA has %zu octets in and %zu out "
		    "for %s, which takes %u", in, out, a->name, a->keylen));
	return (NULL);
}

int
suite_within(const struct wt_suite *s, uint64_t algs)
{
	const struct alg	*e = alg_by_id(XF_ENCR, s->encr, s->encr_bits);
	const struct alg	*i = alg_by_id(XF_INTEG, s->integ, 0);

	return ((s->encr == 0 || (e != NULL && (alg_bit(e) & algs) != 0)) &&
	    (s->integ == INTEG_NONE || (i != NULL && (alg_bit(i) & algs) !=
	    0)));
}

static const char *
sa_integ(const struct judge *j, const struct mi_install *in,
    const struct wt_grant *g)
{
	const struct alg	*a;

	a = in->suite.integ == INTEG_NONE ? NULL :
	    alg_by_id(XF_INTEG, in->suite.integ, 0);
	if (a == NULL)
		return (refuse(j, "algorithms: the SA needs an integrity "
		    "algorithm, %u is none we know", in->suite.integ));
	return (alg_within(j, a, g->algs, in->integ_in_len,
	    in->integ_out_len));
}

/* The protocol is granted; AH has no cipher and no key for one. */
static const char *
sa_proto(const struct judge *j, const struct mi_install *in,
    const struct wt_grant *g)
{
	const struct wt_suite	*s = &in->suite;
	unsigned int		 bit;

	bit = s->proto == PROTO_ESP ? PROTO_BIT_ESP :
	    s->proto == PROTO_AH ? PROTO_BIT_AH : 0;
	if ((bit & g->protos) == 0)
		return (refuse(j, "protocol: the SA has %u, the grant's set is "
		    "0x%x", s->proto, g->protos));
	if (s->proto == PROTO_AH && (s->encr != 0 || in->encr_in_len != 0 ||
	    in->encr_out_len != 0))
		return (refuse(j, "algorithms: AH has no cipher, the SA has "
		    "%u", s->encr));
	if (s->esn > 1)
		return (refuse(j, "ESN: the SA has %u", s->esn));
	return (NULL);
}

/*
 * Suite and keys: an AEAD alone, a cipher with an integrity algorithm, or
 * that alone in AH.
 */
static const char *
sa_suite(const struct judge *j, const struct mi_install *in,
    const struct wt_grant *g)
{
	const struct wt_suite	*s = &in->suite;
	const struct alg	*e;
	const char		*why;

	if ((why = sa_proto(j, in, g)) != NULL)
		return (why);
	if (s->proto == PROTO_AH)
		return (sa_integ(j, in, g));
	if ((e = alg_by_id(XF_ENCR, s->encr, s->encr_bits)) == NULL)
		return (refuse(j, "algorithms: cipher %u with %u bits of the "
		    "SA is not known", s->encr, s->encr_bits));
	if ((why = alg_within(j, e, g->algs, in->encr_in_len,
	    in->encr_out_len)) != NULL)
		return (why);
	if (e->aead) {
		if (s->integ == INTEG_NONE && in->integ_in_len == 0 &&
		    in->integ_out_len == 0)
			return (NULL);
		return (refuse(j, "algorithms: %s of the SA takes no "
		    "integrity algorithm or key, it has %u", e->name,
		    s->integ));
	}
	return (sa_integ(j, in, g));
}

/* The AH of a bundle, of manual keys alone. */
static const char *
sa_bundle(const struct judge *j, const struct mi_install *in,
    const struct wt_grant *g)
{
	const struct alg	*a;
	unsigned int		 both = PROTO_BIT_ESP | PROTO_BIT_AH;

	if (in->suite.ah == INTEG_NONE && in->ah_in_len == 0 &&
	    in->ah_out_len == 0)
		return (g->protos != both ? NULL : refuse(j, "protocol: the "
		    "SA is one, the grant a bundle's"));
	if (!g->manual || g->protos != both || in->suite.proto != PROTO_ESP)
		return (refuse(j, "protocol: the SA is a bundle, which the "
		    "grant is not for"));
	if (in->ah_spi_in < SPI_FIRST || in->ah_spi_out < SPI_FIRST)
		return (refuse(j, "SPI: the bundle's AH has %08x in and %08x "
		    "out, those below %08x are reserved", in->ah_spi_in,
		    in->ah_spi_out, SPI_FIRST));
	if ((a = alg_by_id(XF_INTEG, in->suite.ah, 0)) == NULL)
		return (refuse(j, "algorithms: %u of the bundle's AH is none "
		    "we know", in->suite.ah));
	return (alg_within(j, a, g->algs, in->ah_in_len, in->ah_out_len));
}

/*
 * RFC 8221 section 3: keys that are used again want a cipher whose IVs are
 * drawn.  RFC 4303 section 3.3.3: nor may a receiver trust the numbers.
 */
static const char *
sa_manual(const struct judge *j, const struct mi_install *in,
    const struct wt_grant *g)
{
	const struct alg	*e = alg_by_id(XF_ENCR, in->suite.encr,
				    in->suite.encr_bits);

	if (!g->manual)
		return (NULL);
	if (e != NULL && e->aead)
		return (refuse(j, "algorithms: %s of the SA counts, which "
		    "manual keys must not", e->name));
	if (in->suite.esn != 0 || in->replay_window != 0 ||
	    in->hold_out != 0 || in->replaces != 0)
		return (refuse(j, "manual keys: the SA has ESN %u, replay "
		    "window %u, hold_out %u, replaces %08x", in->suite.esn,
		    in->replay_window, in->hold_out, in->replaces));
	return (NULL);
}

static const char *
sa_limits(const struct judge *j, const struct mi_install *in,
    const struct wt_grant *g, uint64_t now)
{
	const char	*why;

	if (in->spi_in < SPI_FIRST || in->spi_out < SPI_FIRST)
		return (refuse(j, "SPI: the SA has %08x in and %08x out, those "
		    "below %08x are reserved", in->spi_in, in->spi_out,
		    SPI_FIRST));
	if (in->hold_out > 1 || in->udp_encap > 1 || in->no_tfc > 1)
		return (refuse(j, "flags: the SA has hold_out %u, udp_encap "
		    "%u, no_tfc %u", in->hold_out, in->udp_encap, in->no_tfc));
	if (in->replay_window > WINDOW_MAX)
		return (refuse(j, "replay window: the SA has %u, at most %u "
		    "is allowed", in->replay_window, WINDOW_MAX));
	if (g->encap == ENCAP_FORCE && in->udp_encap != 1)
		return (refuse(j, "encapsulation: the SA has none, the grant "
		    "forces it"));
	if (g->expiry != 0 && g->expiry <= now)
		return (refuse(j, "expiry: the grant ended at %" PRIu64
		    ", it is %" PRIu64, g->expiry, now));
	if ((why = limit(j, "hard lifetime", in->hard_seconds,
	    g->hard_seconds)) != NULL ||
	    (why = limit(j, "hard lifesize", in->hard_bytes,
	    g->hard_bytes)) != NULL)
		return (why);
	return (NULL);
}

/* Both outer endpoints: inside the grant, of one family, with ports. */
static const char *
endpoints(const struct judge *j, const struct wt_sock *local,
    const struct wt_sock *remote, const struct wt_grant *g, int udp)
{
	const char	*why;

	if ((why = outer(j, "local outer address", local, g->outer_local,
	    g->outer_local_n)) != NULL ||
	    (why = outer(j, "remote outer address", remote, g->outer_remote,
	    g->outer_remote_n)) != NULL ||
	    (why = same(j, "family of the remote outer address",
	    remote->addr.af, local->addr.af)) != NULL)
		return (why);
	if (udp && (local->port == 0 || remote->port == 0))
		return (refuse(j, "ports: the SA has %u and %u, UDP "
		    "encapsulation needs both", local->port, remote->port));
	return (NULL);
}

const char *
sa_within_grant(const struct mi_install *in, const struct wt_grant *g,
    uint64_t now, char *out, size_t size)
{
	const struct judge	 j = { out, size, "SA", "grant" };
	const struct bound	 l = { .ts = g->ts_local,
				    .nts = g->ts_local_n };
	const struct bound	 r = { .ts = g->ts_remote,
				    .nts = g->ts_remote_n };
	const char		*why;

	if ((why = same(&j, "grant", in->grant, g->id)) != NULL ||
	    (why = same(&j, "mode", in->mode, g->mode)) != NULL ||
	    (why = sa_limits(&j, in, g, now)) != NULL ||
	    (why = sa_suite(&j, in, g)) != NULL ||
	    (why = sa_bundle(&j, in, g)) != NULL ||
	    (why = sa_manual(&j, in, g)) != NULL ||
	    (why = endpoints(&j, &in->local, &in->remote, g,
	    in->udp_encap)) != NULL ||
	    (why = selectors(&j, "local selector", in->ts_local,
	    in->ts_local_n, &l)) != NULL)
		return (why);
	return (selectors(&j, "remote selector", in->ts_remote,
	    in->ts_remote_n, &r));
}

const char *
move_within_grant(const struct mi_migrate *mv, const struct wt_grant *g,
    const struct wt_sock *from_local, const struct wt_sock *from_remote,
    uint64_t now, char *out, size_t size)
{
	const struct judge	 j = { out, size, "move", "grant" };
	char			 from[ADDR_TEXT], to[ADDR_TEXT];
	const char		*why;

	if ((why = same(&j, "grant", mv->grant, g->id)) != NULL)
		return (why);
	if (g->expiry != 0 && g->expiry <= now)
		return (refuse(&j, "expiry: the grant ended at %" PRIu64
		    ", it is %" PRIu64, g->expiry, now));
	if (g->roaming != 1 && addr_cmp(&mv->local.addr,
	    &from_local->addr) != 0)
		return (refuse(&j, "roaming: the grant has no right to move "
		    "from %s to %s",
		    addr_print(&from_local->addr, from, sizeof(from)),
		    addr_print(&mv->local.addr, to, sizeof(to))));
	if (g->roaming != 1 && addr_cmp(&mv->remote.addr,
	    &from_remote->addr) != 0)
		return (refuse(&j, "roaming: the grant has no right to move "
		    "from %s to %s",
		    addr_print(&from_remote->addr, from, sizeof(from)),
		    addr_print(&mv->remote.addr, to, sizeof(to))));
	return (endpoints(&j, &mv->local, &mv->remote, g, 1));
}
