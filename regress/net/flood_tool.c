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
 * A flood of IKE_SA_INIT requests from sources that are not ours.
 *
 *	flood_tool PREFIX REMOTE SECONDS [MESSAGE [forged]]
 *
 * Sends as fast as one core can, from addresses drawn out of PREFIX
 * (10.66.0.0/16) to REMOTE, port 500, with SPIs and nonces that differ; what
 * is offered is aes128gcm16-prfsha256-x25519, so that a responder with a
 * tunnel for anybody would take each.  Or what is in the file MESSAGE, an
 * IKE_SESSION_RESUME of somebody's: with his ticket, or one that differs in
 * its last octet.  Prints "sent N in N ms".  Raw sockets:
 * root's.
 */
#include <sys/socket.h>

#include <arpa/inet.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alg.h"
#include "../../ikd/ike/ike_num.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/pld_notify.h"
#include "../../ikd/ike/window.h"

#define BATCH		64
#define IP_LEN		20
#define UDP_LEN		8
#define NONCE		32
#define HEAD		(IP_LEN + UDP_LEN)

struct one {
	uint8_t	 buf[HEAD + 1280];
	size_t	 len;
	size_t	 nonce;		/* where its last eight octets are */
};

static struct one	 batch[BATCH];
static uint32_t		 prefix, mask;
static uint64_t		 rng = 88172645463325252ULL;

static uint64_t
draw(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng);
}

/* The message behind room for IP and UDP; its nonce is its end. */
static void
make(struct one *o)
{
	static struct out	 m;
	struct wt_proposal	 p;
	struct ike_hdr		 h;
	uint8_t			 random[NONCE];
	char			 why[256];
	size_t			 i;
	long			 len;

	memset(&h, 0, sizeof(h));
	h.spi_i[0] = 1;
	h.exch = EXCH_SA_INIT;
	h.flags = HDR_INITIATOR;
	if (proposal_parse("aes128gcm16-prfsha256-x25519", PROTO_IKE, NULL,
	    &p, why, sizeof(why)) != 0)
		errx(1, "proposal: %s", why);
	for (i = 0; i < NONCE; i++)
		random[i] = (uint8_t)draw();
	random[NONCE - 1] &= 0x7f;
	msg_begin(&m.m, m.buf, sizeof(m.buf), &h);
	msg_add_sa(&m.m, &p, 1, NULL, 0);
	msg_add_ke(&m.m, KE_X25519, random, NONCE);
	msg_add_nonce(&m.m, random, NONCE);
	len = msg_finish(&m.m);
	if (len < 0 || HEAD + (size_t)len > sizeof(o->buf))
		errx(1, "message of %ld octets", len);
	memcpy(o->buf + HEAD, m.buf, (size_t)len);
	o->len = HEAD + (size_t)len;
	o->nonce = o->len - 8;
}

/* Somebody's message, with his ticket or one like it. */
static void
take(struct one *o, const char *file, int forged)
{
	struct pld_notify	 n;
	struct packet		 pkt;
	const struct pld	*p;
	FILE			*f = fopen(file, "r");
	uint8_t			*m = o->buf + HEAD;

	if (f == NULL)
		err(1, "%s", file);
	o->len = HEAD + fread(m, 1, sizeof(o->buf) - HEAD, f);
	fclose(f);
	if (packet_parse(m, o->len - HEAD, &pkt) != NULL ||
	    (p = packet_find(&pkt, PLD_NONCE, NULL)) == NULL || p->len < 8 ||
	    !packet_notify(&pkt, N_TICKET_OPAQUE, &n) || n.data.len == 0)
		errx(1, "%s: not an IKE_SESSION_RESUME", file);
	o->nonce = (size_t)(p->p + p->len - o->buf) - 8;
	if (forged)
		o->buf[(size_t)(n.data.p + n.data.len - o->buf) - 1] ^= 1;
}

/* IP and UDP; the kernel fills in length and checksum of the former. */
static void
put_head(struct one *o, uint32_t to)
{
	uint8_t	*p = o->buf;

	p[0] = 0x45;
	p[8] = 64;
	p[9] = IPPROTO_UDP;
	put32(p + 16, to);
	put16(p + 20, 500);
	put16(p + 22, 500);
	put16(p + 24, (uint16_t)(o->len - IP_LEN));
}

/* Another source, SPI and nonce. */
static void
vary(struct one *o)
{
	uint8_t	*p = o->buf;

	put32(p + 12, prefix | ((uint32_t)draw() & ~mask));
	put32(p + HEAD, (uint32_t)draw() | 1);
	put32(p + HEAD + 4, (uint32_t)draw());
	put32(p + o->nonce, (uint32_t)draw());
	put32(p + o->nonce + 4, (uint32_t)draw());
}

static uint64_t
now_ms(void)
{
	struct timespec	 t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000);
}

static void
flood(int fd, const struct sockaddr_in *to, uint64_t ms)
{
	struct mmsghdr	 m[BATCH];
	struct iovec	 iov[BATCH];
	uint64_t	 began = now_ms(), sent = 0;
	int		 i, n;

	memset(m, 0, sizeof(m));
	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = batch[i].buf;
		iov[i].iov_len = batch[i].len;
		m[i].msg_hdr.msg_iov = &iov[i];
		m[i].msg_hdr.msg_iovlen = 1;
		m[i].msg_hdr.msg_name = (void *)(uintptr_t)to;
		m[i].msg_hdr.msg_namelen = sizeof(*to);
	}
	while (now_ms() - began < ms) {
		for (i = 0; i < BATCH; i++)
			vary(&batch[i]);
		if ((n = sendmmsg(fd, m, BATCH, 0)) > 0)
			sent += (uint64_t)n;
	}
	printf("sent %llu in %llu ms\n", (unsigned long long)sent,
	    (unsigned long long)(now_ms() - began));
}

int
main(int argc, char **argv)
{
	struct sockaddr_in	 to;
	struct in_addr		 a;
	char			*slash;
	int			 fd, bits, i;

	if (argc < 4 || argc > 6 || (slash = strchr(argv[1], '/')) == NULL) {
		fprintf(stderr, "usage: flood_tool PREFIX REMOTE SECONDS "
		    "[MESSAGE [forged]]\n");
		return (2);
	}
	*slash++ = '\0';
	bits = atoi(slash);
	memset(&to, 0, sizeof(to));
	to.sin_family = AF_INET;
	if (bits < 1 || bits > 31 || inet_pton(AF_INET, argv[1], &a) != 1 ||
	    inet_pton(AF_INET, argv[2], &to.sin_addr) != 1)
		errx(2, "no address");
	mask = UINT32_MAX << (32 - bits);
	prefix = ntohl(a.s_addr) & mask;
	if ((fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW)) == -1)
		err(1, "raw socket");
	for (i = 0; i < BATCH; i++) {
		if (argc > 4)
			take(&batch[i], argv[4], argc > 5);
		else
			make(&batch[i]);
		put_head(&batch[i], ntohl(to.sin_addr.s_addr));
	}
	flood(fd, &to, strtoull(argv[3], NULL, 10) * 1000);
	return (0);
}
