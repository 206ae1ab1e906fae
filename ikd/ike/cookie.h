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

#ifndef IKE_COOKIE_H
#define IKE_COOKIE_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "proto_types.h"

/*
 * Stateless cookies, RFC 7296 section 2.6:
 *	version | HMAC-SHA2-256(secret, Ni | IPi | SPIi)
 * The secret changes each IKE_COOKIE_SECONDS; the one before it still
 * counts, no older one does.
 */
#define COOKIE_LEN	33

struct cookie_jar {
	uint8_t		version;	/* of secret[0] */
	int		have;		/* how many secrets: 0 to 2 */
	uint64_t	made;		/* CLOCK_BOOTTIME seconds, secret[0] */
	uint8_t		secret[2][32];	/* the new one, the one before */
};

/* What a cookie is about. */
struct cookie_peer {
	const uint8_t		*spi_i;	/* SPI_LEN octets */
	const struct wt_sock	*from;
	struct slice		 nonce;
};

/* Makes an empty jar; secrets come from RAND_bytes at the first use. */
void	cookie_init(struct cookie_jar *j);

/*
 * now: CLOCK_BOOTTIME seconds; rotates the secret when it is time.
 * Returns 0, or -1 when OpenSSL failed.
 */
int	cookie_make(struct cookie_jar *j, uint64_t now,
	    const struct cookie_peer *p, uint8_t out[COOKIE_LEN]);

/* 1 when the cookie is one of ours for this peer and young enough. */
int	cookie_check(struct cookie_jar *j, uint64_t now,
	    const struct cookie_peer *p, const uint8_t *cookie, size_t len);

/*
 * What follows the cookie in an IKE_SA_INIT request that was parsed, or that
 * is ours: all payloads but the cookie, which comes first if there is one.
 * next: the type of the first.
 */
struct slice cookie_behind(const uint8_t *msg, size_t len, uint8_t *next);

#endif /* IKE_COOKIE_H */
