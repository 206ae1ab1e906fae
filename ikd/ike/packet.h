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

#ifndef IKE_PACKET_H
#define IKE_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "ike_const.h"

/*
 * A packet: the payload chain of one message as slices into the datagram.
 * It owns nothing and lives no longer than the datagram.
 */
struct pld {
	uint8_t		 type;		/* enum ike_pld */
	uint8_t		 critical;	/* the bit as it was sent */
	const uint8_t	*p;		/* body, behind the generic header */
	size_t		 len;		/* of the body */
};

struct packet {
	struct ike_hdr	 hdr;
	const uint8_t	*raw;		/* the whole message */
	size_t		 raw_len;
	size_t		 n;		/* payloads, SK's own included */
	size_t		 first;		/* packet_find() starts here */
	struct pld	 pld[IKE_PAYLOADS_MAX];
	size_t		 sk_off;	/* of the four octets before the IV,
					 * as sk_open() takes it: SK's generic
					 * header, SKF's numbers; 0: neither */
	uint8_t		 sk_next;	/* type of the first inner payload */
	uint8_t		 sk_reserved;	/* the octet behind it */
	struct slice	 inner;		/* what was in SK, once parsed */
	uint16_t	 frag_num;	/* of an SKF, from 1 */
	uint16_t	 frag_total;	/* 0: it is no fragment */
	uint8_t		 unsupported;	/* first unknown type sent with the
					 * critical bit, or 0: answer
					 * UNSUPPORTED_CRITICAL_PAYLOAD and
					 * ignore the message (section 2.5) */
};

/*
 * Reads header and chain of the datagram p.  Each bound is checked; SK or
 * SKF ends the chain and must reach the end of the message (section 3.14,
 * RFC 7383 section 2.5), and what may stand once only does.  A fragment's
 * numbers are possible ones.  Payloads of unknown types are passed over.
 * The major version must be 2: look at hdr_parse() first for others.
 * Returns NULL, or what is wrong: a literal, for INVALID_SYNTAX and logs;
 * pkt->hdr is then valid when the header was.
 */
const char	*packet_parse(const uint8_t *p, size_t len,
		    struct packet *pkt);

/*
 * After sk_open(): reads the inner chain, plain of len octets (of all
 * fragments together), which is to stay in place as long as the packet.  From
 * now on packet_find() sees the inner payloads alone.  Returns as
 * packet_parse().
 */
const char	*packet_parse_inner(struct packet *pkt, const uint8_t *plain,
		    size_t len);

/*
 * The next payload of this type behind prev (NULL: the first), or NULL.
 */
const struct pld *packet_find(const struct packet *pkt, unsigned int type,
		    const struct pld *prev);

/* "SA KE Nonce N(COOKIE)" for the log; cut where out ends. */
char		*packet_print(const struct packet *pkt, char *out,
		    size_t size);

#endif /* IKE_PACKET_H */
