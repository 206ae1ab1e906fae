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
 * From TUN to UDP (RFC 4301 section 5.1): policy, size, encryption.
 */
#include <string.h>

#include "count.h"
#include "ecn.h"
#include "expire.h"
#include "frag4.h"
#include "fragport.h"
#include "held.h"
#include "icmp.h"
#include "mss.h"
#include "now.h"
#include "outbound.h"
#include "pmtu.h"
#include "spd.h"
#include "split.h"
#include "tell.h"
#include "tun.h"
#include "udp.h"

#define NEXT_IP4	4
#define NEXT_IP6	41
#define ACQUIRE_MS	2000	/* between two acquires of one row */

/* What the host sent last: its packets still to go, all of one flow. */
static struct {
	int		 open;
	struct split	 split;
	struct pkt	 k;
} now;

static struct fragport fragments;
static struct bucket icmp_rate = { .rate = 200, .burst = 50 };

/* RFC 4303 section 2.7: zeros behind it; the length inside stays. */
static size_t
pad_for_tfc(struct sa *sa, uint8_t *p, size_t len)
{
	size_t to = pmtu_inner(sa);

	if (sa->rec->fixed.tfc < to)
		to = sa->rec->fixed.tfc;
	if (len >= to)
		return (len);
	memset(p + len, 0, to - len);
	count(PADDED);
	return (to);
}

/* The inner packet stands in the slot: number, seal, queue. */
static void
seal_and_queue(struct sa *sa, uint8_t *p, size_t len, const struct pkt *k,
    int df)
{
	uint64_t seq;
	uint8_t *esp;
	long n;

	len = pad_for_tfc(sa, p, len);
	if (expire_count(sa, 1, len) == -1) {
		count(DROP_EXPIRED);
		return;
	}
	if (sa_seq_take(sa, &seq) == -1) {
		expire_numbers(sa);
		count(DROP_EXPIRED);
		return;
	}
	esp = p - seal_head(sa->out);
	n = seal_packet(sa->out, sa->rec->fixed.spi_out, seq, esp, len,
	    k->af == 4 ? NEXT_IP4 : NEXT_IP6);
	if (n == -1) {
		count(DROP_SEAL);
		return;
	}
	udp_queue(arena_path(sa->rec), esp, n,
	    ecn_outer(k->tc, sa->rec->fixed.heads, sa->rec->fixed.dscp), df);
}

/* RFC 4301 section 8.2.1 case 2: no DF, so cut it before encryption. */
static void
cut_and_send(struct sa *sa, const uint8_t *p, const struct pkt *k, size_t mtu)
{
	static uint8_t whole[UDP_INNER_MAX];
	struct frag4 f;
	uint8_t *slot;
	size_t n;

	memcpy(whole, p, k->len);
	if (frag4_start(&f, whole, k, mtu) == -1) {
		count(DROP_MSGSIZE);
		return;
	}
	count(FRAGMENTED);
	while ((slot = udp_slot(seal_head(sa->out))) != NULL) {
		if ((n = frag4_next(&f, slot)) == 0)
			return;
		seal_and_queue(sa, slot, n, k, 0);
	}
	count(DROP_FULL);
}

/* Cases 1 and 3: tell the sender. */
static void
refuse_size(const uint8_t *p, const struct pkt *k, size_t mtu)
{
	uint8_t icmp[ICMP_ROOM];
	size_t n;

	count(DROP_MSGSIZE);
	if (!bucket_take(&icmp_rate) ||
	    (n = icmp_too_big(p, k, mtu, icmp)) == 0)
		return;
	count(TOO_BIG);
	tun_write(icmp, n);
}

static void
by_sa(struct sa *sa, uint8_t *p, const struct pkt *k)
{
	size_t least = k->af == 4 ? PMTU_LEAST4 : PMTU_LEAST6;
	size_t mtu = pmtu_inner(sa);

	if (mss_clamp(p, k, mtu < PMTU_TUN ? mtu : PMTU_TUN))
		count(CLAMPED);
	if (sa->rec->fixed.heads & HEAD_NO_DF)
		seal_and_queue(sa, p, k->len, k, 0);
	else if (k->len <= mtu)
		seal_and_queue(sa, p, k->len, k, k->df);
	else if (!k->df)
		cut_and_send(sa, p, k, mtu);
	else if (k->len <= least)
		/* Nobody may be told less: let the outer one be cut. */
		seal_and_queue(sa, p, k->len, k, 0);
	else
		refuse_size(p, k, mtu < least ? least : mtu);
}

static void
by_row(struct idle_row *row, const uint8_t *p, const struct pkt *k)
{
	if (row == NULL) {
		count(DROP_NO_POLICY);
		return;
	}
	switch (row->action) {
	case IDLE_TRAP:
		held_keep(row, p, k->len);
		if (row->acquire_ms != 0 &&
		    now_ms - row->acquire_ms < ACQUIRE_MS)
			return;
		row->acquire_ms = now_ms;
		tell_acquire(row->tunnel, row->child, k);
		return;
	case IDLE_PASS:
	case IDLE_HOLE:
		/* What may pass is not routed here; nothing leaves in clear. */
		count(DROP_PASS);
		return;
	default:
		count(DROP_IDLE);
		return;
	}
}

void
outbound_take(const struct virtio_net_hdr *v, const uint8_t *p, size_t len)
{
	if (pkt_parse(p, len, &now.k) == -1 ||
	    split_start(&now.split, v, p, &now.k) == -1 ||
	    split_most(&now.split) > UDP_INNER_MAX) {
		count(DROP_OUT_PARSE);
		return;
	}
	fragport_apply(&fragments, 0, &now.k, now_ms);
	now.open = 1;
	(void)outbound_go();
}

/* What stands before the inner packet, if it is sent. */
static size_t
head_of(const struct spd_answer *a)
{
	return (a->sa != NULL ? seal_head(a->sa->out) : 0);
}

int
outbound_go(void)
{
	struct spd_answer a = { NULL, NULL };
	uint8_t *slot;
	size_t n;

	if (now.open)
		spd_lookup(&now.k, &a);
	while ((slot = udp_slot(head_of(&a))) != NULL) {
		if (!now.open)
			return (1);
		if ((n = split_next(&now.split, slot)) == 0) {
			now.open = 0;
			continue;
		}
		count(TUN_READ);
		now.k.len = n;
		if (a.sa != NULL)
			by_sa(a.sa, slot, &now.k);
		else
			by_row(a.row, slot, &now.k);
	}
	return (0);
}

void
outbound_held(const uint8_t *p, size_t len)
{
	struct spd_answer a;
	struct pkt k;
	uint8_t *slot;

	/* It was parsed when it came. */
	if (pkt_parse(p, len, &k) == -1) {
		count(DROP_OUT_PARSE);
		return;
	}
	fragport_apply(&fragments, 0, &k, now_ms);
	spd_lookup(&k, &a);
	if (a.sa == NULL) {
		count(DROP_HELD);
		return;
	}
	if ((slot = udp_slot(head_of(&a))) == NULL) {
		count(DROP_FULL);
		return;
	}
	memcpy(slot, p, len);
	by_sa(a.sa, slot, &k);
}
