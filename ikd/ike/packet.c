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
 * The payload chain of a message, RFC 7296 sections 3.2 and 3.14, RFC 7383
 * section 2.5: walked once, every bound checked, nothing copied.
 */

#include <stdio.h>
#include <string.h>

#include "packet.h"
#include "pld_notify.h"

#define GEN_LEN		4	/* generic payload header */
#define GEN_CRITICAL	0x80
#define NUMBERS_LEN	4	/* of SKF, behind it */

/* Payloads that no message has twice. */
static const uint8_t once[] = { PLD_SA, PLD_KE, PLD_IDI, PLD_IDR, PLD_AUTH,
	PLD_NONCE, PLD_TSI, PLD_TSR, PLD_SK, PLD_CP, PLD_EAP, PLD_SKF };

static int
is_double(const struct packet *pkt, uint8_t type)
{
	if (memchr(once, type, sizeof(once)) == NULL)
		return (0);
	return (packet_find(pkt, type, NULL) != NULL);
}

/* Appends one payload; NULL or what is wrong. */
static const char *
add(struct packet *pkt, uint8_t type, const uint8_t *p, size_t len)
{
	struct pld *pld;

	if (!pld_known(type)) {
		/* Section 2.5: the bit counts for unknown types alone. */
		if ((p[1] & GEN_CRITICAL) && pkt->unsupported == 0)
			pkt->unsupported = type;
		return (NULL);
	}
	if (is_double(pkt, type))
		return ("payload that may stand once stands twice");
	if (pkt->n == IKE_PAYLOADS_MAX)
		return ("too many payloads");
	pld = &pkt->pld[pkt->n++];
	pld->type = type;
	pld->critical = (p[1] & GEN_CRITICAL) != 0;
	pld->p = p + GEN_LEN;
	pld->len = len - GEN_LEN;
	return (NULL);
}

/*
 * SK, or a fragment of one, of plen octets at p; it is the last payload.
 * RFC 7383 2.6: its numbers are not zero, and it is none behind the last.
 */
static const char *
encrypted(struct packet *pkt, uint8_t type, const uint8_t *p, size_t plen)
{
	pkt->sk_off = p - pkt->raw;
	pkt->sk_next = p[0];
	pkt->sk_reserved = p[1];
	if (type == PLD_SK)
		return (NULL);
	if (plen < GEN_LEN + NUMBERS_LEN)
		return ("fragment cut short");
	pkt->sk_off += NUMBERS_LEN;
	pkt->frag_num = get16(p + GEN_LEN);
	pkt->frag_total = get16(p + GEN_LEN + 2);
	if (pkt->frag_num == 0 || pkt->frag_num > pkt->frag_total)
		return ("impossible fragment number");
	return (NULL);
}

/*
 * Walks from p to p + len, which the chain must fill exactly.  outer: SK may
 * come, and is then the last; its next field names the first inner payload.
 */
static const char *
walk(struct packet *pkt, uint8_t type, const uint8_t *p, size_t len,
    int outer)
{
	const char *why;
	size_t pos = 0, plen;

	while (type != PLD_NONE) {
		if (len - pos < GEN_LEN)
			return ("payload header beyond the end");
		plen = get16(p + pos + 2);
		if (plen < GEN_LEN || plen > len - pos)
			return ("payload length out of bounds");
		if ((type == PLD_SK || type == PLD_SKF) && !outer)
			return ("encrypted payload inside another");
		if ((why = add(pkt, type, p + pos, plen)) != NULL)
			return (why);
		if (type == PLD_SK || type == PLD_SKF) {
			if (pos + plen != len)
				return ("encrypted payload is not the last");
			return (encrypted(pkt, type, p + pos, plen));
		}
		type = p[pos];
		pos += plen;
	}
	return (pos == len ? NULL : "octets behind the last payload");
}

const char *
packet_parse(const uint8_t *p, size_t len, struct packet *pkt)
{
	const char *why;

	memset(pkt, 0, offsetof(struct packet, pld));
	pkt->sk_off = 0;
	pkt->sk_next = pkt->sk_reserved = 0;
	pkt->inner.p = NULL;
	pkt->inner.len = 0;
	pkt->frag_num = pkt->frag_total = 0;
	pkt->unsupported = 0;
	pkt->raw = p;
	pkt->raw_len = len;
	if ((why = hdr_parse(p, len, &pkt->hdr)) != NULL)
		return (why);
	if (pkt->hdr.major != 2)
		return ("major version is not 2");
	return (walk(pkt, pkt->hdr.next, p + HDR_LEN, len - HDR_LEN, 1));
}

const char *
packet_parse_inner(struct packet *pkt, const uint8_t *plain, size_t len)
{
	pkt->first = pkt->n;
	pkt->inner.p = plain;
	pkt->inner.len = len;
	return (walk(pkt, pkt->sk_next, plain, len, 0));
}

const struct pld *
packet_find(const struct packet *pkt, unsigned int type,
    const struct pld *prev)
{
	size_t i;

	i = prev == NULL ? pkt->first : (size_t)(prev - pkt->pld) + 1;
	for (; i < pkt->n; i++)
		if (pkt->pld[i].type == type)
			return (&pkt->pld[i]);
	return (NULL);
}

char *
packet_print(const struct packet *pkt, char *out, size_t size)
{
	const struct pld *pld;
	struct pld_notify n;
	size_t i, pos = 0;
	int r;

	if (size > 0)
		out[0] = '\0';
	for (i = pkt->first; i < pkt->n && pos < size; i++) {
		pld = &pkt->pld[i];
		if (pld->type == PLD_N &&
		    pld_notify_parse(pld->p, pld->len, &n) == NULL)
			r = snprintf(out + pos, size - pos, "%sN(%s)",
			    pos ? " " : "", notify_name(n.type));
		else
			r = snprintf(out + pos, size - pos, "%s%s",
			    pos ? " " : "", pld_name(pld->type));
		if (r < 0)
			break;
		pos += r;
	}
	return (out);
}
