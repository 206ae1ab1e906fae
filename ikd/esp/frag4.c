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
 * IPv4 fragmentation, RFC 791 section 3.2.  Pure.
 */
#include <string.h>

#include "cksum.h"
#include "frag4.h"

#define IP4_MIN		20
#define IP4_MF		0x2000
#define IP4_OFFSET	0x1fff
#define OPT_END		0
#define OPT_NOP		1
#define OPT_COPIED	0x80

int
frag4_start(struct frag4 *f, const uint8_t *p, const struct pkt *k,
    size_t mtu)
{
	f->p = p;
	f->len = k->len;
	f->hlen = (p[0] & 0xf) * 4;
	f->mtu = mtu;
	f->at = 0;
	return (k->af == 4 && mtu >= f->hlen + 8 ? 0 : -1);
}

/* Options without the copied bit go with the first fragment only. */
static void
blank_options(uint8_t *h, size_t hlen)
{
	size_t at = IP4_MIN, n;

	while (at < hlen && h[at] != OPT_END) {
		n = 1;
		if (h[at] != OPT_NOP) {
			if (at + 2 > hlen || h[at + 1] < 2 ||
			    at + h[at + 1] > hlen)
				return;
			n = h[at + 1];
		}
		if (!(h[at] & OPT_COPIED))
			memset(h + at, OPT_NOP, n);
		at += n;
	}
}

size_t
frag4_next(struct frag4 *f, uint8_t *out)
{
	size_t left = f->len - f->hlen - f->at, n = f->mtu - f->hlen;
	uint16_t off;

	if (left == 0)
		return (0);
	if (n >= left)
		n = left;
	else
		n = n / 8 * 8;
	memcpy(out, f->p, f->hlen);
	memcpy(out + f->hlen, f->p + f->hlen + f->at, n);
	/* A fragment may be cut again: offset and MF of the whole count. */
	off = be16(f->p + 6);
	off = (off & ~IP4_OFFSET) | ((off + f->at / 8) & IP4_OFFSET);
	if (n < left)
		off |= IP4_MF;
	put16(out + 2, f->hlen + n);
	put16(out + 6, off);
	if (f->at > 0)
		blank_options(out, f->hlen);
	cksum_ip4(out, f->hlen);
	f->at += n;
	return (f->hlen + n);
}
