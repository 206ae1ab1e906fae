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
 * pcapng and the table of keys, as octets and text: pure.
 */
#include <netinet/in.h>

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "pcapng.h"

#define BLOCK_SECTION	0x0a0d0d0aU
#define BLOCK_INTERFACE	1
#define BLOCK_PACKET	6
#define LINK_RAW	101		/* begins with an IP header */
#define OPT_NAME	2		/* if_name */
#define OPT_PROGRAM	4		/* shb_userappl */
#define OPT_FLAGS	2		/* epb_flags */
#define OPT_LOST	4		/* epb_dropcount */
#define TTL		64
#define UDP_HEADER	8
#define TCP_HEADER	20
#define STREAM_PREFIX	"IKETCP"
#define STREAM_HEAD	6		/* length and non-ESP marker */

struct out {
	uint8_t	*p;
	size_t	 n;
};

static void
le16(struct out *o, unsigned int v)
{
	o->p[o->n++] = (uint8_t)v;
	o->p[o->n++] = (uint8_t)(v >> 8);
}

static void
le32(struct out *o, uint32_t v)
{
	le16(o, v & 0xffff);
	le16(o, v >> 16);
}

static void
be16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
octets(struct out *o, const void *p, size_t len)
{
	memcpy(o->p + o->n, p, len);
	o->n += len;
	while (o->n % 4 != 0)
		o->p[o->n++] = 0;
}

static void
option(struct out *o, unsigned int code, const void *p, size_t len)
{
	le16(o, code);
	le16(o, (unsigned int)len);
	octets(o, p, len);
}

/* A block's type and, twice, its length; begin gives its place to end. */
static size_t
begin(struct out *o, uint32_t type)
{
	size_t at = o->n;

	le32(o, type);
	le32(o, 0);
	return (at);
}

static void
end(struct out *o, size_t at)
{
	struct out len = { o->p, at + 4 };
	uint32_t n;

	le32(o, 0);			/* opt_endofopt */
	n = (uint32_t)(o->n - at + 4);
	le32(o, n);
	le32(&len, n);
}

size_t
pcapng_head(const char *program, uint8_t out[PCAPNG_HEAD])
{
	struct out o = { out, 0 };
	size_t at, n = strlen(program);

	at = begin(&o, BLOCK_SECTION);
	le32(&o, 0x1a2b3c4d);
	le16(&o, 1);
	le16(&o, 0);
	le32(&o, 0xffffffff);		/* its length: not said */
	le32(&o, 0xffffffff);
	option(&o, OPT_PROGRAM, program, n < 32 ? n : 32);
	end(&o, at);
	at = begin(&o, BLOCK_INTERFACE);
	le16(&o, LINK_RAW);
	le16(&o, 0);
	le32(&o, 0);			/* whole packets */
	option(&o, OPT_NAME, "ikd", 3);
	end(&o, at);
	return (o.n);
}

/* RFC 1071. */
static uint32_t
sum(uint32_t s, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	if (len & 1)
		s += (uint32_t)p[len - 1] << 8;
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (s);
}

/* One packet to be made: what goes behind its transport header in two parts. */
struct parts {
	const struct mp_packet	*m;
	const struct wt_sock	*src, *dst;
	struct slice		 head, data;
	int			 tcp;
	uint32_t		 seq, ack;	/* of TCP */
};

static size_t
ip_header(uint8_t *p, const struct parts *d, uint8_t proto, size_t len)
{
	const struct wt_addr *src = &d->src->addr, *dst = &d->dst->addr;

	if (src->af == 4) {
		memset(p, 0, 20);
		p[0] = 0x45;
		be16(p + 2, (unsigned int)(20 + len));
		p[8] = TTL;
		p[9] = proto;
		memcpy(p + 12, src->a, 4);
		memcpy(p + 16, dst->a, 4);
		be16(p + 10, ~sum(0, p, 20) & 0xffff);
		return (20);
	}
	memset(p, 0, 40);
	p[0] = 0x60;
	be16(p + 4, (unsigned int)len);
	p[6] = proto;
	p[7] = TTL;
	memcpy(p + 8, src->a, 16);
	memcpy(p + 24, dst->a, 16);
	return (40);
}

static size_t
udp_header(uint8_t *p, size_t len)
{
	memset(p, 0, UDP_HEADER);
	be16(p + 4, (unsigned int)(UDP_HEADER + len));
	return (UDP_HEADER);
}

/* Of a stream that stands: RFC 9293 section 3.1. */
static size_t
tcp_header(uint8_t *p, uint32_t seq, uint32_t ack)
{
	memset(p, 0, TCP_HEADER);
	be16(p + 4, seq >> 16);
	be16(p + 6, seq & 0xffff);
	be16(p + 8, ack >> 16);
	be16(p + 10, ack & 0xffff);
	p[12] = TCP_HEADER / 4 << 4;
	p[13] = 0x18;			/* PSH, ACK */
	be16(p + 14, 0xffff);
	return (TCP_HEADER);
}

/* The whole IP packet; its length. */
static size_t
ip_packet(const struct parts *d, uint8_t *p)
{
	uint8_t proto = d->tcp ? IPPROTO_TCP : IPPROTO_UDP, *l4;
	size_t alen = d->src->addr.af == 4 ? 4 : 16, n;
	size_t len = d->head.len + d->data.len;
	uint32_t s;

	n = (d->tcp ? TCP_HEADER : UDP_HEADER) + len;
	l4 = p + ip_header(p, d, proto, n);
	n = d->tcp ? tcp_header(l4, d->seq, d->ack) : udp_header(l4, len);
	be16(l4, d->src->port);
	be16(l4 + 2, d->dst->port);
	if (d->head.len > 0)
		memcpy(l4 + n, d->head.p, d->head.len);
	if (d->data.len > 0)
		memcpy(l4 + n + d->head.len, d->data.p, d->data.len);
	n += len;
	s = sum(proto + (uint32_t)n, d->src->addr.a, alen);
	s = sum(s, d->dst->addr.a, alen);
	s = ~sum(s, l4, n) & 0xffff;
	/* RFC 768: of UDP alone 0 says that there is none. */
	be16(l4 + (d->tcp ? 16 : 6), s == 0 && !d->tcp ? 0xffff : s);
	return ((size_t)(l4 - p) + n);
}

static void
block(struct out *o, const struct parts *d, uint32_t gone)
{
	const uint8_t flags[4] = { d->m->out ? 2 : 1, 0, 0, 0 };
	uint8_t lost[8] = { 0 };
	struct out lens = { lost, 0 };
	size_t at, n;

	at = begin(o, BLOCK_PACKET);
	le32(o, 0);
	le32(o, (uint32_t)(d->m->us >> 32));
	le32(o, (uint32_t)d->m->us);
	n = ip_packet(d, o->p + o->n + 8);
	le32(o, (uint32_t)n);
	le32(o, (uint32_t)n);
	o->n += n;
	octets(o, "", 0);
	option(o, OPT_FLAGS, flags, sizeof(flags));
	le32(&lens, gone);
	option(o, OPT_LOST, lost, sizeof(lost));
	end(o, at);
}

/* The stream that it is of: one seen already, or in the place of the oldest. */
static struct pcapng_stream *
stream_of(struct pcapng_streams *all, const struct mp_packet *m)
{
	struct pcapng_stream *st = &all->v[0];
	size_t i;

	all->clock++;
	for (i = 0; i < PCAPNG_STREAMS; i++) {
		if (all->v[i].used != 0 &&
		    sock_cmp(&all->v[i].local, &m->local) == 0 &&
		    sock_cmp(&all->v[i].remote, &m->remote) == 0) {
			st = &all->v[i];
			st->used = all->clock;
			return (st);
		}
		if (all->v[i].used < st->used)
			st = &all->v[i];
	}
	memset(st, 0, sizeof(*st));
	st->local = m->local;
	st->remote = m->remote;
	st->seq[0] = st->seq[1] = 1;
	st->used = all->clock;
	return (st);
}

/*
 * RFC 9329 section 3: IKETCP once, from who made the stream; then a length
 * that counts itself, the marker, the message.  The message is a segment of
 * its own: a dissector that knows IKE but not the RFC opens that.
 */
static void
stream_blocks(struct pcapng_streams *all, struct out *o, struct parts *d)
{
	struct pcapng_stream *st = stream_of(all, d->m);
	int from = d->m->out != 0;
	uint8_t head[sizeof(STREAM_PREFIX) - 1 + STREAM_HEAD] = STREAM_PREFIX;
	size_t n = 0;

	if (!st->prefixed && from == (d->m->client != 0)) {
		n = sizeof(STREAM_PREFIX) - 1;
		st->prefixed = 1;
	}
	be16(head + n, (unsigned int)(STREAM_HEAD + d->data.len));
	memset(head + n + 2, 0, STREAM_HEAD - 2);
	d->tcp = 1;
	d->ack = st->seq[!from];
	d->seq = st->seq[from];
	d->head.len = 0;
	d->data.p = head;
	d->data.len = n + STREAM_HEAD;
	block(o, d, d->m->lost);
	d->seq += (uint32_t)d->data.len;
	d->data = d->m->data;
	block(o, d, 0);
	st->seq[from] = d->seq + (uint32_t)d->data.len;
}

size_t
pcapng_packet(struct pcapng_streams *all, const struct mp_packet *m,
    uint8_t *out, size_t size)
{
	static const uint8_t marker[4];
	struct parts d = { .m = m, .data = m->data,
	    .src = m->out ? &m->local : &m->remote,
	    .dst = m->out ? &m->remote : &m->local,
	    .head = { marker, m->natt ? sizeof(marker) : 0 } };
	struct out o = { out, 0 };

	if (m->local.addr.af != m->remote.addr.af ||
	    (m->local.addr.af != 4 && m->local.addr.af != 6) ||
	    size < m->data.len + PCAPNG_MORE || m->data.len > TRACE_DATA)
		return (0);
	if (m->remote.tcp)
		stream_blocks(all, &o, &d);
	else
		block(&o, &d, m->lost);
	return (o.n);
}

/* Names as Wireshark's ikev2_decryption_table has them. */
static const struct {
	uint16_t	 encr, bits;
	const char	*name;
} ciphers[] = {
	{ 3, 0, "3DES [RFC2451]" }, { 3, 192, "3DES [RFC2451]" },
	{ 12, 128, "AES-CBC-128 [RFC3602]" },
	{ 12, 192, "AES-CBC-192 [RFC3602]" },
	{ 12, 256, "AES-CBC-256 [RFC3602]" },
	{ 13, 128, "AES-CTR-128 [RFC5930]" },
	{ 13, 192, "AES-CTR-192 [RFC5930]" },
	{ 13, 256, "AES-CTR-256 [RFC5930]" },
	{ 16, 128, "AES-CCM-128 with 16 octet ICV [RFC5282]" },
	{ 16, 192, "AES-CCM-192 with 16 octet ICV [RFC5282]" },
	{ 16, 256, "AES-CCM-256 with 16 octet ICV [RFC5282]" },
	{ 20, 128, "AES-GCM-128 with 16 octet ICV [RFC5282]" },
	{ 20, 192, "AES-GCM-192 with 16 octet ICV [RFC5282]" },
	{ 20, 256, "AES-GCM-256 with 16 octet ICV [RFC5282]" },
};

static const struct {
	uint16_t	 integ;
	const char	*name;
} integs[] = {
	{ 0, "NONE [RFC4306]" }, { 1, "HMAC_MD5_96 [RFC2403]" },
	{ 2, "HMAC_SHA1_96 [RFC2404]" }, { 12, "HMAC_SHA2_256_128 [RFC4868]" },
	{ 13, "HMAC_SHA2_384_192 [RFC4868]" },
	{ 14, "HMAC_SHA2_512_256 [RFC4868]" },
};

static size_t
hex(char *out, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
	return (2 * len);
}

int
pcapng_key_line(const struct mp_keys *m, char *out, size_t size)
{
	const char *cipher = NULL, *integ = NULL;
	size_t i, n = 0;

	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (ciphers[i].encr == m->suite.encr &&
		    ciphers[i].bits == m->suite.encr_bits)
			cipher = ciphers[i].name;
	for (i = 0; i < sizeof(integs) / sizeof(integs[0]); i++)
		if (integs[i].integ == m->suite.integ)
			integ = integs[i].name;
	if (cipher == NULL || integ == NULL || size < KEY_LINE)
		return (-1);
	n += hex(out + n, m->spi_i, 8);
	out[n++] = ',';
	n += hex(out + n, m->spi_r, 8);
	out[n++] = ',';
	n += hex(out + n, m->ei, m->ei_len);
	out[n++] = ',';
	n += hex(out + n, m->er, m->er_len);
	n += (size_t)snprintf(out + n, size - n, ",\"%s\",", cipher);
	n += hex(out + n, m->ai, m->ai_len);
	out[n++] = ',';
	n += hex(out + n, m->ar, m->ar_len);
	snprintf(out + n, size - n, ",\"%s\"", integ);
	return (0);
}
