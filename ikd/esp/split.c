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
 * Segmentation of TCP (RFC 9293) and UDP super-packets, and checksums that
 * the host left to us.
 */
#include <netinet/in.h>

#include <string.h>

#include "cksum.h"
#include "split.h"

#define TCP_MIN		20
#define TCP_SUM		16	/* offset of the checksum */
#define UDP_HEAD	8
#define UDP_SUM		6
#define TCP_FIN		0x01
#define TCP_PSH		0x08
#define TCP_CWR		0x80

/* Only the checksum is missing, at most. */
static int
start_whole(struct split *s, const struct virtio_net_hdr *v)
{
	s->head = s->len;
	if (!(v->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return (0);
	s->l4 = v->csum_start;
	s->field = (size_t)v->csum_start + v->csum_offset;
	return (s->field + 2 <= s->len ? 0 : -1);
}

/* The family, protocol and header that gso_type speaks of. */
static int
start_cut(struct split *s, const struct virtio_net_hdr *v, int ecn)
{
	size_t left = s->len - s->l4;
	uint8_t type = v->gso_type & ~ecn;

	if (type == VIRTIO_NET_HDR_GSO_UDP_L4 && s->proto == IPPROTO_UDP) {
		s->head = s->l4 + UDP_HEAD;
		s->field = s->l4 + UDP_SUM;
	} else if (s->proto == IPPROTO_TCP &&
	    type == (s->af == 4 ? VIRTIO_NET_HDR_GSO_TCPV4 :
	    VIRTIO_NET_HDR_GSO_TCPV6)) {
		if (left < TCP_MIN || s->p[s->l4 + 12] >> 4 < TCP_MIN / 4)
			return (-1);
		s->head = s->l4 + (s->p[s->l4 + 12] >> 4) * 4;
		s->field = s->l4 + TCP_SUM;
	} else
		return (-1);
	if (s->head >= s->len || v->gso_size == 0 ||
	    !(v->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return (-1);
	s->size = v->gso_size;
	s->cut = 1;
	/* The field holds the pseudo-header's sum: take the length off. */
	s->pseudo = cksum_add((uint16_t)~left, s->p + s->field, 2);
	return (0);
}

int
split_start(struct split *s, const struct virtio_net_hdr *v, const uint8_t *p,
    const struct pkt *k)
{
	memset(s, 0, sizeof(*s));
	s->p = p;
	s->len = k->len;
	s->l4 = k->l4;
	s->af = k->af;
	s->proto = k->proto;
	if ((v->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) ==
	    VIRTIO_NET_HDR_GSO_NONE)
		return (start_whole(s, v));
	if (k->frag || !k->ports)
		return (-1);
	return (start_cut(s, v, VIRTIO_NET_HDR_GSO_ECN));
}

size_t
split_most(const struct split *s)
{
	if (!s->cut || s->len - s->head <= s->size)
		return (s->len);
	return (s->head + s->size);
}

/* In UDP, and for all that the host leaves to us, 0 would say "none". */
static void
put_sum(uint8_t *field, uint32_t sum, int never0)
{
	uint16_t v = cksum_end(sum);

	put16(field, v == 0 && never0 ? 0xffff : v);
}

static size_t
next_whole(struct split *s, uint8_t *out)
{
	if (s->n++ > 0)
		return (0);
	if (s->field == 0) {
		memcpy(out, s->p, s->len);
		return (s->len);
	}
	memcpy(out, s->p, s->l4);
	put_sum(out + s->field, cksum_copy(0, out + s->l4, s->p + s->l4,
	    s->len - s->l4), 1);
	return (s->len);
}

static void
ip_header(const struct split *s, uint8_t *out, size_t len)
{
	if (s->af == 6) {
		put16(out + 4, len - 40);
		return;
	}
	put16(out + 2, len);
	put16(out + 4, be16(out + 4) + s->n);
	cksum_ip4(out, (out[0] & 0xf) * 4);
}

/* FIN and PSH belong to the last octet, CWR to the first (RFC 3168 6.1.2). */
static void
tcp_header(const struct split *s, uint8_t *tcp, int last)
{
	put32(tcp + 4, be32(tcp + 4) + s->at);
	if (!last)
		tcp[13] &= ~(TCP_FIN | TCP_PSH);
	if (s->n > 0)
		tcp[13] &= ~TCP_CWR;
}

size_t
split_next(struct split *s, uint8_t *out)
{
	size_t left = s->len - s->head - s->at, n, len;
	uint32_t sum;

	if (!s->cut)
		return (next_whole(s, out));
	if (left == 0)
		return (0);
	n = left < s->size ? left : s->size;
	len = s->head + n;
	memcpy(out, s->p, s->head);
	ip_header(s, out, len);
	if (s->proto == IPPROTO_TCP)
		tcp_header(s, out + s->l4, n == left);
	else
		put16(out + s->l4 + 4, len - s->l4);
	put16(out + s->field, 0);
	sum = cksum_add(s->pseudo + (len - s->l4), out + s->l4,
	    s->head - s->l4);
	sum = cksum_copy(sum, out + s->head, s->p + s->head + s->at, n);
	put_sum(out + s->field, sum, s->proto == IPPROTO_UDP);
	s->at += n;
	s->n++;
	return (len);
}
