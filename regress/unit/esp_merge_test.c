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
 * ikd/esp: super-packets of the TUN, both ways: cut by split.c, put together
 * by merge.c, and through the whole plane.
 */

#include "esp_flow.h"
#include "../../ikd/esp/merge.h"
#include "../../ikd/esp/pkt.h"
#include "../../ikd/esp/split.h"

#define HEADS	40		/* IPv4 and TCP */
#define DF	0x4000

static struct {
	struct virtio_net_hdr	v;
	size_t			len;
	unsigned int		n;
	uint8_t			p[65535];
} out[40];
static unsigned int outs;

static void
on_write(const struct virtio_net_hdr *v, struct iovec *iov, int iovs,
    unsigned int n)
{
	int i;

	assert_true(outs < sizeof(out) / sizeof(out[0]));
	out[outs].v = *v;
	out[outs].n = n;
	out[outs].len = 0;
	for (i = 1; i < iovs; i++) {
		assert_true(out[outs].len + iov[i].iov_len <= 65535);
		memcpy(out[outs].p + out[outs].len, iov[i].iov_base,
		    iov[i].iov_len);
		out[outs].len += iov[i].iov_len;
	}
	outs++;
}

static uint32_t
pseudo(const uint8_t *p, size_t l4, size_t len, uint8_t proto)
{
	return (cksum_add((uint32_t)(len - l4) + proto,
	    p + (l4 == 20 ? 12 : 8), l4 == 20 ? 8 : 32));
}

/* A TCP segment from the far network; flags 0x10 is ACK. */
static size_t
segment(uint8_t *p, uint32_t seq, uint8_t flags, size_t n, uint16_t id)
{
	help_ip4(p, "10.2.0.1", "10.1.0.1", 6, 80, 5000, HEADS + n);
	put16(p + 4, id);
	put16(p + 6, DF);
	put32(p + 24, seq);
	put32(p + 28, 77);
	p[32] = 0x50;
	p[33] = flags;
	put16(p + 34, 500);
	put32(p + 36, 0);
	cksum_ip4(p, 20);
	put16(p + 36, cksum_end(cksum_add(pseudo(p, 20, HEADS + n, 6), p + 20,
	    HEADS + n - 20)));
	return (HEADS + n);
}

static void
put(struct merge *m, uint8_t *p, size_t len)
{
	struct pkt k;

	assert_int_equal(pkt_parse(p, len, &k), 0);
	merge_put(m, p, &k);
}

/* A super-packet as the host hands it out. */
static size_t
super(uint8_t *p, struct virtio_net_hdr *v, uint8_t flags, size_t n,
    uint16_t size)
{
	size_t len = HEADS + n;

	segment(p, 1000, flags, n, 9);
	memset(v, 0, sizeof(*v));
	v->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	v->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	v->gso_size = size;
	v->hdr_len = HEADS;
	v->csum_start = 20;
	v->csum_offset = 16;
	put16(p + 36, ~cksum_end(pseudo(p, 20, len, 6)) & 0xffff);
	return (len);
}

static void
test_split_tcp(void **state)
{
	static uint8_t p[5000], one[5000];
	struct virtio_net_hdr v;
	struct split s;
	struct pkt k;
	size_t len = super(p, &v, 0x80 | 0x10 | 0x08 | 0x01, 3500, 1000), n, i;

	(void)state;
	assert_int_equal(pkt_parse(p, len, &k), 0);
	assert_int_equal(split_start(&s, &v, p, &k), 0);
	assert_int_equal(split_most(&s), HEADS + 1000);
	for (i = 0; (n = split_next(&s, one)) != 0; i++) {
		assert_int_equal(n, HEADS + (i == 3 ? 500 : 1000));
		assert_int_equal(be16(one + 2), n);
		assert_int_equal(be16(one + 4), 9 + i);
		assert_int_equal(be32(one + 24), 1000 + 1000 * i);
		/* CWR on the first, FIN and PSH on the last. */
		assert_int_equal(one[33], 0x10 | (i == 0 ? 0x80 : 0) |
		    (i == 3 ? 0x09 : 0));
		assert_int_equal(cksum_end(cksum_add(0, one, 20)), 0);
		assert_int_equal(cksum_end(cksum_add(pseudo(one, 20, n, 6),
		    one + 20, n - 20)), 0);
		assert_memory_equal(one + HEADS, p + HEADS + 1000 * i,
		    n - HEADS);
	}
	assert_int_equal(i, 4);
	/* What does not fit together. */
	v.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	assert_int_equal(split_start(&s, &v, p, &k), -1);
	v.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
	assert_int_equal(split_start(&s, &v, p, &k), -1);
	v.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	v.gso_size = 0;
	assert_int_equal(split_start(&s, &v, p, &k), -1);
	v.gso_size = 1;
	p[32] = 0x40;
	assert_int_equal(split_start(&s, &v, p, &k), -1);
}

/* No super-packet, but its checksum is ours to write. */
static void
test_split_sum(void **state)
{
	uint8_t p[200], one[200];
	struct virtio_net_hdr v;
	struct split s;
	struct pkt k;
	size_t len = super(p, &v, 0x10, 100, 0);

	(void)state;
	v.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	assert_int_equal(pkt_parse(p, len, &k), 0);
	assert_int_equal(split_start(&s, &v, p, &k), 0);
	assert_int_equal(split_next(&s, one), len);
	assert_int_equal(cksum_end(cksum_add(pseudo(one, 20, len, 6),
	    one + 20, len - 20)), 0);
	assert_int_equal(split_next(&s, one), 0);
	v.csum_start = len - 1;
	assert_int_equal(split_start(&s, &v, p, &k), -1);
}

static void
test_merge_tcp(void **state)
{
	static uint8_t p[60][1500], was[60][1500], one[65535];
	static struct merge m;
	struct split s;
	struct pkt k;
	unsigned int i, at = 0, n;

	(void)state;
	outs = 0;
	merge_init(&m, on_write);
	for (i = 0; i < 60; i++) {
		segment(p[i], 1000 + 1400 * i, 0x10, 1400, 5);
		memcpy(was[i], p[i], sizeof(p[i]));
		put(&m, p[i], HEADS + 1400);
	}
	merge_flush(&m);
	/* 46 fill 65,535 octets; identifications count up from the first. */
	assert_int_equal(outs, 2);
	assert_int_equal(out[0].n, 46);
	assert_int_equal(out[0].len, HEADS + 46 * 1400);
	assert_int_equal(out[0].v.gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	assert_int_equal(out[0].v.gso_size, 1400);
	for (i = 0; i < outs; i++) {
		assert_int_equal(pkt_parse(out[i].p, out[i].len, &k), 0);
		assert_int_equal(split_start(&s, &out[i].v, out[i].p, &k), 0);
		for (n = 0; split_next(&s, one) != 0; n++, at++) {
			assert_int_equal(be16(one + 4), 5 + n);
			assert_memory_equal(one + 12, was[at] + 12,
			    HEADS + 1400 - 12);
		}
	}
	assert_int_equal(at, 60);
}

/* Each of these stands alone, and none overtakes another of its flow. */
static void
test_merge_not(void **state)
{
	static uint8_t p[12][1500];
	static struct merge m;
	unsigned int i;

	(void)state;
	outs = 0;
	merge_init(&m, on_write);
	segment(p[0], 1000, 0x10, 100, 1);
	segment(p[1], 1100, 0x11, 100, 2);	/* FIN */
	segment(p[2], 1201, 0x10, 100, 3);
	segment(p[3], 1302, 0x10, 100, 4);	/* a gap */
	segment(p[4], 1402, 0x10, 100, 5);
	p[4][HEADS] ^= 1;			/* a wrong checksum */
	segment(p[5], 1502, 0x10, 100, 6);
	segment(p[6], 1602, 0x10, 100, 7);
	p[6][1] = 3;				/* CE */
	cksum_ip4(p[6], 20);
	segment(p[7], 1702, 0x10, 100, 8);
	put16(p[7] + 6, 0);			/* no DF */
	cksum_ip4(p[7], 20);
	segment(p[8], 1802, 0x10, 100, 10);	/* and not consecutive */
	put16(p[8] + 6, 0);
	cksum_ip4(p[8], 20);
	segment(p[9], 1902, 0x10, 100, 1);
	put16(p[9] + 6, 0x2000);		/* a fragment */
	for (i = 0; i < 10; i++)
		put(&m, p[i], HEADS + 100);
	merge_flush(&m);
	assert_int_equal(outs, 10);
	for (i = 0; i < 10; i++) {
		assert_int_equal(out[i].n, 1);
		assert_int_equal(out[i].v.flags, 0);
		assert_memory_equal(out[i].p, p[i], HEADS + 100);
	}
}

static void
test_merge_ends(void **state)
{
	static uint8_t p[8][1500];
	static struct merge m;
	unsigned int i;

	(void)state;
	outs = 0;
	merge_init(&m, on_write);
	segment(p[0], 1000, 0x10, 100, 1);
	segment(p[1], 1100, 0x18, 100, 2);	/* PSH ends it */
	segment(p[2], 1200, 0x10, 100, 3);
	segment(p[3], 1300, 0x10, 50, 4);	/* so does a shorter one */
	segment(p[4], 1350, 0x10, 100, 5);
	for (i = 0; i < 5; i++)
		put(&m, p[i], be16(p[i] + 2));
	assert_int_equal(outs, 2);
	merge_flush(&m);
	assert_int_equal(outs, 3);
	assert_int_equal(out[0].n, 2);
	assert_int_equal(out[0].p[33], 0x18);
	assert_int_equal(out[1].n, 2);
	assert_int_equal(out[1].len, HEADS + 150);
	assert_int_equal(out[2].n, 1);
}

/* The host's super-packet leaves as ESP packets, numbered in order. */
static void
test_out(void **state)
{
	static uint8_t p[65535], got[2000];
	struct me_sa_add m = pair(1, SPI);
	struct virtio_net_hdr v;
	struct wt_addr a;
	uint8_t *inner, next;
	struct seal *s;
	/* A loopback of 1280 octets, the least of IPv6, takes 1100 and ESP. */
	size_t len = super(p, &v, 0x18, 60000, 1100), at = 0;
	uint64_t i;
	ssize_t r;

	(void)state;
	help_must_add(&m);
	assert_int_equal(addr_parse("10.1.0.1", &a), 0);
	memcpy(p + 12, a.a, 4);
	assert_int_equal(addr_parse("10.2.0.1", &a), 0);
	memcpy(p + 16, a.a, 4);
	cksum_ip4(p, 20);
	assert_int_equal(host_sends_v(&v, p, len), len);
	s = peer_seal(&m, 0);
	for (i = 1; at < 60000; i++) {
		r = receive(peer, got, sizeof(got));
		r = seal_open(s, i, got, r, &inner, &next);
		assert_true(r > HEADS);
		assert_int_equal(be32(inner + 24), 1000 + at);
		assert_int_equal(cksum_end(cksum_add(pseudo(inner, 20, r, 6),
		    inner + 20, r - 20)), 0);
		assert_memory_equal(inner + HEADS, p + HEADS + at, r - HEADS);
		at += r - HEADS;
	}
	seal_free(s);
	assert_int_equal(i - 1, (60000 + 1099) / 1100);
	assert_count(CNT_UDP_SENT, i - 1);
	/* At most 64 packets and 65,000 octets a message. */
	assert_int_equal(counts[CNT_UDP_SENDS] - before[CNT_UDP_SENDS], 1);
	nothing(peer);
}

/* What the peer sends in a row comes as one, its order as it was. */
static void
test_in(void **state)
{
	static uint8_t got[65535], esp[400];
	struct me_sa_add m = pair(1, SPI);
	struct virtio_net_hdr v;
	uint8_t p[300];
	unsigned int i;
	size_t n;

	(void)state;
	help_must_add(&m);
	for (i = 0; i < 10; i++) {
		n = segment(p, 1000 + 100 * i, i == 9 ? 0x18 : 0x10, 100, i);
		peer_sends(&m, i + 1, p, n, 4, esp);
	}
	assert_int_equal(receive_v(tun, &v, got, sizeof(got)), HEADS + 1000);
	assert_int_equal(v.gso_size, 100);
	assert_int_equal(got[33], 0x18);
	assert_count(CNT_TUN_WRITTEN, 10);
	assert_count(CNT_MERGED, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_split_tcp),
		T(test_split_sum),
		T(test_merge_tcp),
		T(test_merge_not),
		T(test_merge_ends),
		T(test_out),
		T(test_in),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, start, NULL));
}
