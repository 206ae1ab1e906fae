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
 * From UDP to TUN (RFC 4301 section 5.2, RFC 4303 section 3.4): SPI, replay,
 * integrity, selectors, ECN.
 */
#include <string.h>

#include "addr.h"
#include "audit.h"
#include "cksum.h"
#include "count.h"
#include "ecn.h"
#include "expire.h"
#include "fragport.h"
#include "inbound.h"
#include "mss.h"
#include "now.h"
#include "pmtu.h"
#include "sel.h"
#include "spd.h"
#include "stray.h"
#include "tun.h"

#define KEEPALIVE	0xff	/* RFC 3948 section 2.3 */
#define MARKER_LEN	4	/* RFC 3948 section 2.2 */
#define ESP_HEAD	8
#define NEXT_IP4	4
#define NEXT_IP6	41
#define NEXT_NONE	59	/* RFC 4303 section 2.6: a dummy packet */
#define MAPPING_MS	1000	/* between two tellings of an SA's mapping */

/* A datagram on its way in. */
struct arrival {
	const struct wt_sock	*local;
	const struct wt_sock	*remote;
	uint8_t			 tc;
	uint8_t			*p;
	size_t			 len;
};

static struct fragport fragments;

static void
refuse(const struct arrival *d, const char *why, const struct pkt *k)
{
	audit(why, be32(d->p), be32(d->p + 4), d->local, d->remote, k);
}

/*
 * An authentic packet came from elsewhere: ike decides what that means (RFC
 * 7296 section 2.23); we go on sending where we were told to.  A peer that
 * sends from a new place each time moves once a second, not with each packet.
 */
static void
check_mapping(struct sa *sa, const struct arrival *d)
{
	if (sock_cmp(&arena_path(sa->rec)->remote, d->remote) == 0)
		return;
	if (sa->mapping_ms != 0 && now_ms - sa->mapping_ms < MAPPING_MS)
		return;
	sa->mapping_ms = now_ms;
	stray_mapping(sa->rec->fixed.spi_in, d->local, d->remote);
}

/* The decrypted packet: is it one that this SA may carry? */
static void
deliver(struct sa *sa, const struct arrival *d, uint8_t *p, size_t len,
    uint8_t next)
{
	const struct arena_fixed *f = &sa->rec->fixed;
	struct pkt k;
	size_t mtu;
	int inner;

	if (pkt_parse(p, len, &k) == -1 ||
	    k.af != (next == NEXT_IP4 ? 4 : 6)) {
		count(DROP_INNER);
		return;
	}
	fragport_apply(&fragments, f->spi_in, &k, now_ms);
	if (!sel_any(f->remote, f->nremote, f->local, f->nlocal, &k)) {
		sa->rec->n.bad_ts++;
		count(DROP_TS_IN);
		refuse(d, "outside the selectors", &k);
		return;
	}
	/* RFC 4301 section 5.2: what is bypassed or discarded has no SA. */
	if (spd_beside(&k)) {
		sa->rec->n.bad_ts++;
		count(DROP_TS_IN);
		refuse(d, "of a child that passes or drops", &k);
		return;
	}
	if ((inner = ecn_inner(k.tc, d->tc, f->heads)) == -1) {
		count(DROP_ECN);
		return;
	}
	if (inner != k.tc) {
		if ((inner & 3) != (k.tc & 3))
			count(CE_SET);
		ecn_set(p, inner);
	}
	mtu = pmtu_inner(sa);
	if (mss_clamp(p, &k, mtu < PMTU_TUN ? mtu : PMTU_TUN))
		count(CLAMPED);
	tun_put(p, &k);			/* without TFC padding */
}

static long
open_packet(struct sa *sa, const struct arrival *d, uint8_t **inner,
    uint8_t *next)
{
	struct arena_sa *r = sa->rec;
	uint32_t window = r->fixed.window;
	uint64_t seq;
	long n;

	seq = replay_number(&r->replay, window, r->fixed.suite.esn,
	    be32(d->p + 4));
	if (!replay_check(&r->replay, window, seq)) {
		r->n.replays++;
		count(DROP_REPLAY);
		refuse(d, "replay", NULL);
		return (-1);
	}
	n = seal_open(sa->in, seq, d->p, d->len, inner, next);
	if (n == SEAL_MALFORMED) {
		count(DROP_MALFORMED);
		return (-1);
	}
	if (n == SEAL_ICV) {
		r->n.bad_icv++;
		count(DROP_ICV);
		refuse(d, "wrong ICV", NULL);
		return (-1);
	}
	/* Authentic from here on, so the number is used up. */
	replay_update(&r->replay, window, seq);
	if (n == SEAL_PADDING) {
		count(DROP_PADDING);
		return (-1);
	}
	return (n);
}

/* 1: it is authentic. */
static int
esp_in(const struct arrival *d)
{
	uint8_t *inner, next;
	struct sa *sa;
	long n;

	if (d->len < ESP_HEAD) {
		count(DROP_RUNT);
		return (0);
	}
	if ((sa = sa_by_spi(be32(d->p))) == NULL) {
		count(DROP_NO_SA);
		refuse(d, "unknown SPI", NULL);
		return (0);
	}
	if (expire_dead(sa)) {
		count(DROP_EXPIRED);
		return (0);
	}
	if ((n = open_packet(sa, d, &inner, &next)) == -1)
		return (0);
	sa_release(sa);
	check_mapping(sa, d);
	if (expire_count(sa, 0, n) == -1) {
		count(DROP_EXPIRED);
		return (1);
	}
	if (next == NEXT_NONE)
		count(DUMMY);
	else if (next == NEXT_IP4 || next == NEXT_IP6)
		deliver(sa, d, inner, n, next);
	else
		count(DROP_NEXT);
	return (1);
}

int
inbound_datagram(const struct wt_sock *local, const struct wt_sock *remote,
    uint8_t tc, uint8_t *p, size_t len)
{
	const struct arrival d = { local, remote, tc, p, len };

	if (len == 1 && p[0] == KEEPALIVE)
		count(KEEPALIVE);
	else if (len < MARKER_LEN)
		count(DROP_RUNT);
	else if (be32(p) == 0)
		stray_datagram(local, remote, p, len);
	else
		return (esp_in(&d));
	return (0);
}
