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

#ifndef IKE_INTAUTH_H
#define IKE_INTAUTH_H

#include <stddef.h>
#include <stdint.h>

#include "ike_const.h"
#include "msg_build.h"
#include "packet.h"
#include "wire.h"

/*
 * What AUTH covers of IKE_INTERMEDIATE exchanges (RFC 9242 section 3.3):
 * one value for each direction, over all messages that went that way.
 */
struct intauth {
	size_t		len;		/* 0: no message yet */
	uint8_t		v[IKE_KEY_MAX];
};

/*
 * IntAuth_n = prf(SK_p, IntAuth_(n-1) | A | P) of a message that came, its
 * inner payloads parsed, or of one that was built and is not sealed yet.
 * sk_p is the sender's, of the keys that protect the message.  0, or -1:
 * OpenSSL failed.
 */
int	intauth_came(struct intauth *, unsigned int prf, struct slice sk_p,
	    const struct packet *);
int	intauth_built(struct intauth *, unsigned int prf, struct slice sk_p,
	    const struct msg_build *, size_t iv_len);

/*
 * IntAuth_iN | IntAuth_rN | IKE_AUTH_MID to out; returns its octets, none
 * when there was no IKE_INTERMEDIATE.
 */
#define INTAUTH_MAX	(2 * IKE_KEY_MAX + 4)
size_t	intauth_octets(const struct intauth *i, const struct intauth *r,
	    uint32_t mid, uint8_t out[INTAUTH_MAX]);

#endif /* IKE_INTAUTH_H */
