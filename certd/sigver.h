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

#ifndef CERTD_SIGVER_H
#define CERTD_SIGVER_H

#include <openssl/evp.h>

#include "key.h"
#include "sigalg.h"
#include "wire.h"

/*
 * Verifying the AUTH payload of a public key: methods 1 (RFC 7296), 9 to 11
 * (RFC 4754), 14 (RFC 7427, RFC 8420).  Pure: the caller has verified the
 * certificate and built the octets.
 */
enum auth_method { AUTH_RSA = 1, AUTH_SHARED_KEY = 2, AUTH_ECDSA_256 = 9,
	AUTH_ECDSA_384 = 10, AUTH_ECDSA_521 = 11, AUTH_SIGNATURE = 14 };

/* Bits of `accept:` and `signatures:`. */
#define ACCEPT_ED25519	0x01
#define ACCEPT_ED448	0x02
#define ACCEPT_ECDSA	0x04
#define ACCEPT_RSA_PSS	0x08
#define ACCEPT_RSA	0x10	/* PKCS#1 */
#define ACCEPT_ALL	0x1f

#define SIGVER_MAX	4096	/* octets of an AUTH payload's data */
#define SIGVER_PARTS	8
#define SIGVER_TEXT	192

enum sigver_why {
	SV_OK = 0,
	SV_WRONG,	/* the signature does not fit octets and key */
	SV_MALFORMED,	/* the AUTH payload is broken */
	SV_METHOD,	/* a method that is not one of public keys */
	SV_NOT_ACCEPTED,	/* the policy does not accept it */
	SV_WEAK,	/* SHA-1, a short RSA key, not allowed */
	SV_KEY,		/* key of another type or curve than the method's */
	SV_INTERNAL	/* OpenSSL failed: memory */
};

struct sigver_in {
	unsigned int	 method;	/* of the AUTH payload */
	struct slice	 auth;		/* its data */
	const struct slice *part;	/* the octets it covers, in order */
	unsigned int	 nparts;
	EVP_PKEY	*key;
	unsigned int	 accept;	/* ACCEPT_* */
	unsigned int	 hashes;	/* HASH_BIT()s that we announced */
	unsigned int	 allow_weak;	/* chain.h's bits */
};

struct sigver_out {
	enum sigver_why	 why;
	char		 text[SIGVER_TEXT];	/* "" when it is SV_OK */
	struct sigalg	 alg;		/* what it is signed with */
};

/* The answer is SV_OK only when OpenSSL said exactly 1. */
void	sigver_check(const struct sigver_in *in, struct sigver_out *out);

#endif /* CERTD_SIGVER_H */
