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

#ifndef SIGN_OCTETS_H
#define SIGN_OCTETS_H

#include <stdint.h>

#include "hprf.h"
#include "proto_types.h"

/* One side's AUTH: what it covers and with which keys. */
struct auth_in {
	unsigned int	 prf;
	struct slice	 secret;	/* the pre-shared key */
	struct slice	 lead;		/* zeroes, or empty: see auth_lead() */
	struct slice	 other;		/* the other side's message, likewise */
	struct slice	 message;	/* this side's IKE_SA_INIT message */
	struct slice	 nonce;		/* the OTHER side's nonce */
	struct slice	 sk_p;		/* this side's SK_pi or SK_pr */
	struct slice	 id_body;	/* this side's ID payload body */
	struct slice	 intauth;	/* RFC 9242; may be empty */
	int		 resumed;	/* RFC 5723 4.3.3: the key is SK_p */
};

/*
 * When both have sent IKE_SA_INIT_FULL_TRANSCRIPT_AUTH, eight zero octets and
 * the other side's message come before this side's
 * (draft-ietf-ipsecme-ikev2-downgrade-prevention): whoever changed what one
 * of them said has changed what is signed.
 */
struct slice auth_lead(void);

/*
 * RFC 7296 section 2.15, RFC 5723 section 4.3.3.  Writes hprf_len() octets,
 * returns how many.
 */
size_t	auth_make(const struct auth_in *in, uint8_t out[PRF_MAX]);

/* 1 when auth is what auth_make() gives; takes the same time either way. */
int	auth_equal(const struct auth_in *in, struct slice auth);

#endif /* SIGN_OCTETS_H */
