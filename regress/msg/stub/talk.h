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

#ifndef REGRESS_MSG_TALK_H
#define REGRESS_MSG_TALK_H

#include <stdint.h>

#include "proto_ike_sign.h"

/*
 * Both peers of an IKE_SA_INIT and the initiator's AUTH with a pre-shared
 * key, in one hand.  HMAC-SHA2-256 all along, by libcrypto alone: nothing
 * of what is tested is used.
 */
#define MACLEN	32
#define OURS	"192.0.2.1"
#define PEER	"198.51.100.7"

/* The key of the peer. */
extern struct slice talk_key;

struct talk {
	struct mk_check	 m;		/* points into the rest */
	uint8_t		 msg_i[64], msg_r[64], nonce[32];
	uint8_t		 id[64], auth[MACLEN];
};

/*
 * An honest AUTH_CHECK: the peer says it is this FQDN and has talk_key; k is
 * our nonce; n makes one different from another.
 */
void	talk_make(struct talk *t, const struct mk_ticket *k, uint8_t n,
	    const char *id);

/* A header and one Nonce payload; both SPIs are of octets spi. */
void	talk_message(uint8_t m[64], int response, uint8_t spi, uint8_t slot,
	    const uint8_t nonce[32]);

/*
 * RFC 7296 section 2.15: AUTH of the side whose message, other's nonce, SK_p
 * and ID payload body these are.
 */
void	talk_auth(const uint8_t msg[64], const uint8_t nonce[32],
	    const uint8_t *sk_p, const uint8_t *id, size_t idlen,
	    uint8_t out[MACLEN]);

#endif /* REGRESS_MSG_TALK_H */
