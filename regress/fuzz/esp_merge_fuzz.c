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
 * Super-packets.  Whatever the TUN says of a packet, splitting it makes whole
 * packets.  And a row of packets of several flows, made by the octets of the
 * input, comes out of merging and splitting as it went in: each packet, in
 * the order of its flow, with its checksums, none lost, none longer than IP
 * allows; one whose checksum is wrong stays wrong.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/esp/cksum.h"
#include "../../ikd/esp/merge.h"
#include "../../ikd/esp/split.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define FLOWS		20		/* more than can be open */
#define PACKETS		160
#define ROOM		2112	/* 255 * 4 + 1000 and headers */
#define SUPER		65535

static struct packet {
	uint8_t		p[ROOM];	/* given away, and changed there */
	uint8_t		was[ROOM];
	size_t		len;
	unsigned int	flow;
	int		seen;
} in[PACKETS];

static unsigned int	n_in;
static uint32_t		next_seq[FLOWS];
static struct merge	merge;

static void
check(int ok)
{
	if (!ok)
		abort();
}

/* The identification of what may not be cut means nothing. */
static int
equal(const struct packet *i, const uint8_t *p, size_t len)
{
	uint8_t a[ROOM], b[ROOM];

	if (i->len != len)
		return (0);
	memcpy(a, i->was, len);
	memcpy(b, p, len);
	if (a[0] >> 4 == 4 && (a[6] & 0x40)) {
		memset(a + 4, 0, 2);
		memset(b + 4, 0, 2);
		if (cksum_end(cksum_add(0, i->was, 20)) == 0) {
			check(cksum_end(cksum_add(0, p, 20)) == 0);
			memset(a + 10, 0, 2);
			memset(b + 10, 0, 2);
		}
	}
	return (memcmp(a, b, len) == 0);
}

/* The first of its flow that has not been seen. */
static void
came_out(const uint8_t *p, size_t len)
{
	struct pkt k;
	unsigned int i, flow;

	check(len <= ROOM && pkt_parse(p, len, &k) == 0 && k.len == len);
	flow = k.dport;
	for (i = 0; i < n_in; i++)
		if (in[i].flow == flow && !in[i].seen)
			break;
	check(i < n_in && equal(&in[i], p, len));
	in[i].seen = 1;
}

static void
out(const struct virtio_net_hdr *v, struct iovec *iov, int iovs,
    unsigned int n)
{
	static uint8_t whole[SUPER], one[SUPER];
	struct split s;
	struct pkt k;
	size_t len = 0;
	int i;

	for (i = 1; i < iovs; i++) {
		check(len + iov[i].iov_len <= sizeof(whole));
		memcpy(whole + len, iov[i].iov_base, iov[i].iov_len);
		len += iov[i].iov_len;
	}
	check(n >= 1 && n <= MERGE_MOST);
	check(pkt_parse(whole, len, &k) == 0 && k.len == len);
	check(split_start(&s, v, whole, &k) == 0);
	for (; (len = split_next(&s, one)) != 0; n--)
		came_out(one, len);
	check(n == 0);
}

static void
sums(uint8_t *p, size_t l4, size_t len, uint8_t proto)
{
	size_t field = l4 + (proto == 6 ? 16 : 6);
	uint32_t sum = (uint32_t)(len - l4) + proto;
	uint16_t v;

	if (l4 == 20)
		cksum_ip4(p, 20);
	sum = l4 == 20 ? cksum_add(sum, p + 12, 8) : cksum_add(sum, p + 8, 32);
	put16(p + field, 0);
	v = cksum_end(cksum_add(sum, p + l4, len - l4));
	put16(p + field, v == 0 && proto == 17 ? 0xffff : v);
}

/* Four octets make a packet: flow, length, and what is odd about it. */
static size_t
make(uint8_t *p, const uint8_t *d, unsigned int flow)
{
	int six = flow & 1, tcp = flow & 2;
	size_t l4 = six ? 40 : 20, head = l4 + (tcp ? 32 : 8), len;
	uint8_t odd = d[2];

	len = head + d[1] * 4 + (odd & 1 ? 0 : 1000);
	memset(p, 0, head);
	memset(p + head, d[3], len - head);
	if (six) {
		p[0] = 0x60;
		put16(p + 4, len - l4);
		p[6] = tcp ? 6 : 17;
		p[7] = 64;
	} else {
		p[0] = 0x45;
		put16(p + 2, len);
		put16(p + 4, n_in);
		p[6] = flow & 4 ? 0x40 : 0;
		p[8] = 64 + (odd & 32 ? 1 : 0);
		p[9] = tcp ? 6 : 17;
		p[15] = p[19] = 1;
	}
	put16(p + l4, 7);
	put16(p + l4 + 2, flow);
	if (tcp) {
		put32(p + l4 + 4, next_seq[flow] + (odd & 64 ? 1 : 0));
		p[l4 + 12] = 0x80;
		p[l4 + 13] = 0x10 | (odd & 2 ? 8 : 0) | (odd & 4 ? 1 : 0);
		put32(p + l4 + 24, odd & 8);
		next_seq[flow] = be32(p + l4 + 4) + (uint32_t)(len - head);
	} else
		put16(p + l4 + 4, len - l4);
	sums(p, l4, len, tcp ? 6 : 17);
	if (odd & 16)
		p[len - 1] ^= 0x55;
	return (len);
}

static void
try_merge(const uint8_t *data, size_t len)
{
	struct packet *i;
	struct pkt k;

	merge_init(&merge, out);
	memset(next_seq, 0, sizeof(next_seq));
	for (n_in = 0; len >= 4 && n_in < PACKETS; len -= 4, data += 4) {
		i = &in[n_in];
		i->flow = data[0] % FLOWS;
		i->seen = 0;
		i->len = make(i->p, data, i->flow);
		memcpy(i->was, i->p, i->len);
		check(pkt_parse(i->p, i->len, &k) == 0);
		n_in++;
		merge_put(&merge, i->p, &k);
		if (data[2] == 0x80)
			merge_flush(&merge);
	}
	merge_flush(&merge);
	while (n_in > 0)
		check(in[--n_in].seen);
}

static void
try_split(const uint8_t *data, size_t len)
{
	static uint8_t one[SUPER];
	struct virtio_net_hdr v;
	struct split s;
	struct pkt k, each;
	uint8_t *p;
	size_t n, sum = 0;

	if (len <= sizeof(v))
		return;
	memcpy(&v, data, sizeof(v));
	len -= sizeof(v);
	p = malloc(len);
	memcpy(p, data + sizeof(v), len);
	if (pkt_parse(p, len, &k) == 0 && split_start(&s, &v, p, &k) == 0) {
		while ((n = split_next(&s, one)) != 0) {
			check(n <= split_most(&s));
			if (!s.cut)
				continue;
			check(pkt_parse(one, n, &each) == 0 && each.len == n);
			sum += n - s.head;
		}
		check(!s.cut || sum == k.len - s.head);
	}
	free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len == 0)
		return (0);
	if (data[0] & 1)
		try_merge(data + 1, len - 1);
	else
		try_split(data + 1, len - 1);
	return (0);
}
