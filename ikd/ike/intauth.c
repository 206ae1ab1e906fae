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
 * IntAuth, RFC 9242 section 3.3.2: each message of IKE_INTERMEDIATE as it
 * was before encryption and fragmentation.
 */
#include <string.h>

#include "intauth.h"
#include "prf.h"

#define GEN_LEN		4	/* generic payload header */

/*
 * A: the message up to SK's generic header, its lengths as if nothing were
 * encrypted; P: the payloads in SK.
 */
static int
add(struct intauth *ia, unsigned int prf, struct slice sk_p,
    struct slice before, const uint8_t sk[2], struct slice inner)
{
	uint8_t		 hdr[HDR_LEN], gen[GEN_LEN], out[IKE_KEY_MAX];
	struct slice	 in[] = { { ia->v, ia->len }, { hdr, HDR_LEN },
	    { before.p + HDR_LEN, before.len - HDR_LEN }, { gen, GEN_LEN },
	    inner };

	memcpy(hdr, before.p, HDR_LEN);
	if (hdr[16] == PLD_SKF)
		hdr[16] = PLD_SK;
	put32(hdr + 24, (uint32_t)(before.len + GEN_LEN + inner.len));
	gen[0] = sk[0];
	gen[1] = sk[1];
	put16(gen + 2, (uint16_t)(GEN_LEN + inner.len));
	if (prf_compute(prf, sk_p, in, 5, out) != 0)
		return (-1);
	ia->len = prf_len(prf);
	memcpy(ia->v, out, ia->len);
	return (0);
}

int
intauth_came(struct intauth *ia, unsigned int prf, struct slice sk_p,
    const struct packet *pkt)
{
	const uint8_t	 sk[2] = { pkt->sk_next, pkt->sk_reserved };
	/* Of fragments the first alone may have something before SKF. */
	struct slice	 before = { pkt->raw, pkt->frag_total != 0 ? HDR_LEN :
	    pkt->sk_off };

	return (add(ia, prf, sk_p, before, sk, pkt->inner));
}

int
intauth_built(struct intauth *ia, unsigned int prf, struct slice sk_p,
    const struct msg_build *m, size_t iv_len)
{
	size_t		 at = m->sk_off + GEN_LEN + iv_len;
	struct slice	 before = { m->buf, m->sk_off };
	struct slice	 inner = { m->buf + at, m->len - at };

	if (m->error || m->sk_off == 0 || m->len < at)
		return (-1);
	return (add(ia, prf, sk_p, before, m->buf + m->sk_off, inner));
}

size_t
intauth_octets(const struct intauth *i, const struct intauth *r,
    uint32_t mid, uint8_t out[INTAUTH_MAX])
{
	if (i->len == 0)
		return (0);
	memcpy(out, i->v, i->len);
	memcpy(out + i->len, r->v, r->len);
	put32(out + i->len + r->len, mid);
	return (i->len + r->len + 4);
}
