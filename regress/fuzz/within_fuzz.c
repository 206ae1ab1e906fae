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
 * The containment page on hostile input: a ceiling, a grant, an INSTALL and
 * a MIGRATE, one after the other as they travel on pipes.  Whatever is
 * accepted is checked again here, by hand.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "ts.h"
#include "../../ikd/parent/flow.h"
#include "../../ikd/parent/within.h"

#define NOW	1000

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct wt_ceiling	 c;
static struct wt_grant		 g;
static struct mi_install	 in;
static struct mi_migrate	 mv;

static void
must(int ok)
{
	if (!ok)
		abort();
}

/* Every address of b is one of a's, octet by octet. */
static int
inside(const struct wt_ts *a, const struct wt_ts *b)
{
	size_t	 len = a->af == 4 ? 4 : 16;

	return (a->af == b->af && memcmp(a->lo, b->lo, len) <= 0 &&
	    memcmp(b->lo, b->hi, len) <= 0 && memcmp(b->hi, a->hi, len) <= 0 &&
	    (a->proto == 0 || a->proto == b->proto));
}

static int
inside_any(const struct wt_ts *a, size_t n, const struct wt_ts *b)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (inside(&a[i], b))
			return (1);
	return (0);
}

static int
has(const struct wt_prefix *p, size_t n, const struct wt_addr *a)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (p[i].plen <= addr_len(&p[i].addr) * 8 &&
		    prefix_has(&p[i], a))
			return (1);
	return (0);
}

static void
check_grant(void)
{
	struct wt_addr	 a;
	size_t		 i;

	must(g.tunnel == c.tunnel && g.child == c.child && g.mode == c.mode);
	must((g.algs & ~c.algs) == 0 && (g.protos & ~c.protos) == 0);
	must(g.pairs >= 1 && g.pairs <= PAIRS_MAX);
	must(g.roaming <= c.roaming);
	must(c.hard_bytes == 0 ||
	    (g.hard_bytes > 0 && g.hard_bytes <= c.hard_bytes));
	must(c.grant_seconds == 0 || (g.expiry > NOW &&
	    g.expiry - NOW <= c.grant_seconds));
	must(g.ts_local_n > 0 && g.ts_remote_n > 0 && g.outer_remote_n > 0);
	for (i = 0; i < g.outer_remote_n; i++)
		must(has(c.outer_remote, c.outer_remote_n,
		    &g.outer_remote[i].addr));
	for (i = 0; i < g.ts_local_n; i++) {
		memset(&a, 0, sizeof(a));
		a.af = g.ts_local[i].af;
		memcpy(a.a, g.ts_local[i].lo, sizeof(a.a));
		must(inside_any(c.ts_local, c.ts_local_n, &g.ts_local[i]) ||
		    (c.ts_local_n == 0 &&
		    has(g.outer_local, g.outer_local_n, &a)));
	}
	for (i = 0; i < g.ts_remote_n; i++) {
		memset(&a, 0, sizeof(a));
		a.af = g.ts_remote[i].af;
		memcpy(a.a, g.ts_remote[i].lo, sizeof(a.a));
		must(inside_any(c.ts_remote, c.ts_remote_n, &g.ts_remote[i]) ||
		    has(c.pools, c.pools_n, &a) || (c.ts_remote_n == 0 &&
		    has(g.outer_remote, g.outer_remote_n, &a)));
	}
}

static void
check_sa(void)
{
	const struct alg	*e;
	struct flow		 flows[FLOWS_MAX];
	size_t			 i;

	must(in.grant == g.id && in.mode == g.mode);
	must(in.spi_in >= 256 && in.spi_out >= 256);
	e = alg_by_id(XF_ENCR, in.suite.encr, in.suite.encr_bits);
	must(e != NULL && (alg_bit(e) & g.algs) != 0);
	must(in.encr_in_len == e->keylen && in.encr_out_len == e->keylen);
	must((in.suite.integ == INTEG_NONE) == (e->aead != 0));
	must(g.hard_bytes == 0 ||
	    (in.hard_bytes > 0 && in.hard_bytes <= g.hard_bytes));
	must(has(g.outer_local, g.outer_local_n, &in.local.addr));
	must(has(g.outer_remote, g.outer_remote_n, &in.remote.addr));
	must(in.ts_local_n > 0 && in.ts_remote_n > 0);
	for (i = 0; i < in.ts_local_n; i++)
		must(inside_any(g.ts_local, g.ts_local_n, &in.ts_local[i]));
	for (i = 0; i < in.ts_remote_n; i++)
		must(inside_any(g.ts_remote, g.ts_remote_n,
		    &in.ts_remote[i]));
	(void)flows_expand(in.ts_local, in.ts_local_n, in.ts_remote,
	    in.ts_remote_n, flows);
}

static void
check_move(void)
{
	must(g.roaming == 1 || (addr_cmp(&mv.local.addr, &in.local.addr) == 0 &&
	    addr_cmp(&mv.remote.addr, &in.remote.addr) == 0));
	must(has(g.outer_local, g.outer_local_n, &mv.local.addr));
	must(has(g.outer_remote, g.outer_remote_n, &mv.remote.addr));
}

/* A refusal is a sentence. */
static int
accepted(const char *why, size_t size)
{
	if (why == NULL)
		return (1);
	must(why[0] != '\0' && strnlen(why, size) < size);
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	char	 why[MSG_TEXT];
	size_t	 at = 0, used;

	if (wire_decode_prefix(&wire_wt_ceiling, buf, len, &c, &used,
	    NULL) == -1)
		return (0);
	at += used;
	if (wire_decode_prefix(&wire_wt_grant, buf + at, len - at, &g, &used,
	    NULL) == -1)
		return (0);
	at += used;
	if (accepted(grant_within_ceiling(&g, &c, NOW, why, sizeof(why)),
	    sizeof(why)))
		check_grant();
	if (wire_decode_prefix(&wire_mi_install, buf + at, len - at, &in,
	    &used, NULL) == -1)
		return (0);
	at += used;
	if (accepted(sa_within_grant(&in, &g, NOW, why, sizeof(why)),
	    sizeof(why)))
		check_sa();
	if (wire_decode_prefix(&wire_mi_migrate, buf + at, len - at, &mv,
	    &used, NULL) == -1)
		return (0);
	if (accepted(move_within_grant(&mv, &g, &in.local, &in.remote, NOW,
	    why, sizeof(why)), sizeof(why)))
		check_move();
	return (0);
}
