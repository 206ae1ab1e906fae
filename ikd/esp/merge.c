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
 * Coalescing of decrypted TCP and UDP packets before the TUN.  Pure but for
 * the write.
 */
#include <netinet/in.h>

#include <string.h>

#include "cksum.h"
#include "merge.h"
#include "split.h"

#define IP4_LEN		20
#define IP6_LEN		40
#define IP_MOST		65535
#define TCP_MIN		20
#define TCP_FLAGS	13
#define TCP_SUM		16
#define TCP_ACK		0x10
#define TCP_PSH		0x08
#define UDP_HEAD	8
#define UDP_SUM		6

void
merge_init(struct merge *m, merge_write *write)
{
	unsigned int i;

	memset(m, 0, sizeof(*m));
	m->write = write;
	for (i = 0; i < MERGE_FLOWS; i++)
		m->order[i] = &m->flow[i];
}

/* RFC 793 section 3.1, RFC 8200 section 8.1: addresses, protocol, length. */
static uint32_t
pseudo(const uint8_t *p, const struct pkt *k, size_t len)
{
	uint32_t sum = (uint32_t)(len - k->l4) + k->proto;

	return (k->af == 4 ? cksum_add(sum, p + 12, 8) :
	    cksum_add(sum, p + 8, 32));
}

/* Length of all headers, or 0: not a packet to be merged by its form. */
static size_t
headers(const uint8_t *p, const struct pkt *k)
{
	const uint8_t *h = p + k->l4;
	size_t left = k->len - k->l4, n;

	if (k->af == 4 ? k->l4 != IP4_LEN : k->l4 != IP6_LEN)
		return (0);
	if (k->proto == IPPROTO_UDP) {
		if (left <= UDP_HEAD || be16(h + 4) != left ||
		    be16(h + UDP_SUM) == 0)
			return (0);
		return (k->l4 + UDP_HEAD);
	}
	if (left < TCP_MIN)
		return (0);
	n = (h[12] >> 4) * 4;
	/* Reserved bits of 0; 0xffff is a sum that split.c does not write. */
	if (n < TCP_MIN || n >= left || (h[12] & 0xf) != 0 ||
	    (h[TCP_FLAGS] & ~TCP_PSH) != TCP_ACK ||
	    be16(h + TCP_SUM) == 0xffff)
		return (0);
	return (k->l4 + n);
}

/* A merged packet gets new checksums: none that was wrong may become right. */
static int
sums_right(const uint8_t *p, const struct pkt *k)
{
	if (k->af == 4 && cksum_end(cksum_add(0, p, IP4_LEN)) != 0)
		return (0);
	return (cksum_end(cksum_add(pseudo(p, k, k->len), p + k->l4,
	    k->len - k->l4)) == 0);
}

static int
same_flow(const struct pkt *a, const struct pkt *b)
{
	return (a->sport == b->sport && a->dport == b->dport &&
	    a->proto == b->proto && a->af == b->af &&
	    memcmp(a->src.a, b->src.a, sizeof(a->src.a)) == 0 &&
	    memcmp(a->dst.a, b->dst.a, sizeof(a->dst.a)) == 0);
}

/* Class, hop limit, DF, label; without DF the identification counts. */
static int
same_ip(const struct merge_flow *f, const uint8_t *p, const struct pkt *k)
{
	if (k->af == 6)
		return (memcmp(f->p, p, 4) == 0 && f->p[7] == p[7]);
	return (f->p[1] == p[1] && memcmp(f->p + 6, p + 6, 3) == 0 &&
	    (k->df || be16(p + 4) == f->id));
}

/* Sequence, acknowledgment, header length, window, urgent, options. */
static int
same_tcp(const struct merge_flow *f, const uint8_t *p, const struct pkt *k)
{
	const uint8_t *a = f->p + k->l4, *b = p + k->l4;

	return (be32(b + 4) == f->seq && memcmp(a + 8, b + 8, 5) == 0 &&
	    memcmp(a + 14, b + 14, 2) == 0 &&
	    memcmp(a + 18, b + 18, f->head - k->l4 - 18) == 0);
}

static int
fits(const struct merge_flow *f, const uint8_t *p, const struct pkt *k,
    size_t head)
{
	size_t n = k->len - head;

	return (head == f->head && n <= f->size && f->len + n <= IP_MOST &&
	    same_ip(f, p, k) && (k->proto == IPPROTO_UDP ||
	    same_tcp(f, p, k)));
}

/* The headers of the first become those of the whole. */
static void
write_headers(const struct merge_flow *f, struct virtio_net_hdr *v)
{
	const struct pkt *k = &f->key;
	uint8_t *h = f->p + k->l4;

	v->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	v->hdr_len = f->head;
	v->gso_size = f->size;
	v->csum_start = k->l4;
	if (k->af == 4) {
		put16(f->p + 2, f->len);
		cksum_ip4(f->p, IP4_LEN);
	} else
		put16(f->p + 4, f->len - IP6_LEN);
	if (k->proto == IPPROTO_UDP) {
		put16(h + 4, f->len - k->l4);
		v->gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		v->csum_offset = UDP_SUM;
	} else {
		v->gso_type = k->af == 4 ? VIRTIO_NET_HDR_GSO_TCPV4 :
		    VIRTIO_NET_HDR_GSO_TCPV6;
		v->csum_offset = TCP_SUM;
	}
	put16(h + v->csum_offset,
	    ~cksum_end(pseudo(f->p, k, f->len)) & 0xffff);
}

static void
close_flow(struct merge *m, unsigned int i)
{
	struct merge_flow *f = m->order[i];
	struct virtio_net_hdr v;

	memset(&v, 0, sizeof(v));
	if (f->n > 1)
		write_headers(f, &v);
	m->write(&v, f->iov, f->n + 1, f->n);
	m->open--;
	memmove(&m->order[i], &m->order[i + 1],
	    (m->open - i) * sizeof(m->order[0]));
	m->order[m->open] = f;
}

static void
open_flow(struct merge *m, uint8_t *p, const struct pkt *k, size_t head)
{
	struct merge_flow *f;

	if (m->open == MERGE_FLOWS)
		close_flow(m, 0);
	f = m->order[m->open++];
	f->key = *k;
	f->p = p;
	f->len = k->len;
	f->head = head;
	f->size = k->len - head;
	f->seq = be32(p + k->l4 + 4) + f->size;
	f->id = be16(p + 4) + 1;
	f->iov[1].iov_base = p;
	f->iov[1].iov_len = k->len;
	f->n = 1;
}

/* Returns 1 when nothing may follow in this super-packet. */
static int
append(struct merge_flow *f, uint8_t *p, const struct pkt *k)
{
	size_t n = k->len - f->head;
	int last = n < f->size;

	f->n++;
	f->iov[f->n].iov_base = p + f->head;
	f->iov[f->n].iov_len = n;
	f->len += n;
	f->seq += n;
	f->id++;
	if (k->proto == IPPROTO_UDP)
		return (last || f->n == MERGE_UDP);
	if (p[k->l4 + TCP_FLAGS] & TCP_PSH) {
		f->p[k->l4 + TCP_FLAGS] |= TCP_PSH;
		last = 1;
	}
	return (last || f->n == MERGE_MOST);
}

static void
write_alone(struct merge *m, uint8_t *p, size_t len)
{
	struct virtio_net_hdr v;
	struct iovec iov[2];

	memset(&v, 0, sizeof(v));
	iov[1].iov_base = p;
	iov[1].iov_len = len;
	m->write(&v, iov, 2, 1);
}

void
merge_put(struct merge *m, uint8_t *p, const struct pkt *k)
{
	size_t head;
	unsigned int i;

	if (k->frag)
		merge_flush(m);
	if (k->frag || !k->ports ||
	    (k->proto != IPPROTO_TCP && k->proto != IPPROTO_UDP)) {
		write_alone(m, p, k->len);
		return;
	}
	for (i = 0; i < m->open && !same_flow(&m->order[i]->key, k); i++)
		;
	head = headers(p, k);
	if (head != 0 && !sums_right(p, k))
		head = 0;
	if (i < m->open && head != 0 && fits(m->order[i], p, k, head)) {
		if (append(m->order[i], p, k))
			close_flow(m, i);
		return;
	}
	/* What does not fit comes behind what stands, never before. */
	if (i < m->open)
		close_flow(m, i);
	if (head == 0 || (k->proto == IPPROTO_TCP &&
	    p[k->l4 + TCP_FLAGS] & TCP_PSH))
		write_alone(m, p, k->len);
	else
		open_flow(m, p, k, head);
}

void
merge_flush(struct merge *m)
{
	while (m->open > 0)
		close_flow(m, 0);
}
