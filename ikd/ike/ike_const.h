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

#ifndef IKE_CONST_H
#define IKE_CONST_H

#include "proto_ike_sign.h"

/*
 * The limits of the wire layer, each with its reason.  Sizes are octets.
 */

/*
 * The largest IKE message taken, whole or in fragments: the certificates
 * that one pipe row carries to a verifier, and 8 KiB for what is with them.
 */
#define IKE_MSG_MAX		(CHAIN_MAX + 8192)

/*
 * Fragments of one message: IKE_MSG_MAX in pieces for IPv4 datagrams of 576
 * octets are 60 at most, whatever the algorithms.
 */
#define IKE_FRAGS_MAX		128

/*
 * Sessions that nobody has authenticated yet keep this much in fragments,
 * all together; 30 s are what our own retransmissions of a small set take.
 */
#define IKE_FRAGS_OCTETS	(16 * 1024 * 1024)
#define IKE_FRAGS_MS		30000

/* Payloads in a message: IKE_AUTH with a long chain has about 20. */
#define IKE_PAYLOADS_MAX	48

/*
 * Proposals looked at in one SA payload: Windows' default has 18, the best
 * last, libreswan's 8, strongSwan's 2.  Those behind are never chosen, though
 * still checked.
 */
#define IKE_PROPS_MAX		24

/*
 * Transforms of one proposal: strongSwan's default has about 40.  A
 * proposal with more is unusable: it may hold a type we did not see.
 */
#define IKE_XFORMS_MAX		64

/* RFC 6290 section 5: 16 octets at least. */
#define IKE_CRASH_MAX		128

/* RFC 7296 section 2.10 and 3.9. */
#define IKE_NONCE_MIN		16
#define IKE_NONCE_MAX		256

/* RFC 7296 section 2.6: notification data of a COOKIE. */
#define IKE_COOKIE_MAX		64

/* RFC 9370 section 2.2.4: a link to the next key exchange; ours have 16. */
#define IKE_LINK_MAX		256

/* Identification data: as much as struct wt_id carries. */
#define IKE_ID_MAX		512

/* AUTH data: RSA-8192 with an algorithm identifier fits. */
#define IKE_AUTH_MAX		2048

/* SPIs in one Delete payload; more is taken as broken. */
#define IKE_DELETE_MAX		64

/* A public value: ML-KEM-1024 has 1568 octets, the widest we know. */
#define IKE_KE_MAX		1568

/* One key of SK_*: HMAC-SHA2-512 has 64 octets, the widest we know. */
#define IKE_KEY_MAX		64

/* Text that says why proposals do not meet. */
#define IKE_WHY_MAX		384

/* A cookie secret serves this long, and as long again as the older one. */
#define IKE_COOKIE_SECONDS	60

#endif /* IKE_CONST_H */
