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
 * Stateless cookies, RFC 7296 section 2.6.
 */

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <string.h>

#include "addr.h"
#include "alg.h"
#include "cookie.h"
#include "ike_const.h"
#include "ike_num.h"
#include "prf.h"

void
cookie_init(struct cookie_jar *j)
{
	explicit_bzero(j, sizeof(*j));
}

/* A new secret when there is none or it is time; 0 or -1. */
static int
rotate(struct cookie_jar *j, uint64_t now)
{
	uint64_t age = now - j->made;

	if (j->have > 0 && age < IKE_COOKIE_SECONDS)
		return (0);
	/* The one in use is too old to be even the one before. */
	if (j->have > 0 && age >= 2 * IKE_COOKIE_SECONDS)
		j->have = 0;
	memcpy(j->secret[1], j->secret[0], sizeof(j->secret[1]));
	if (RAND_bytes(j->secret[0], sizeof(j->secret[0])) != 1) {
		cookie_init(j);
		return (-1);
	}
	j->version++;
	j->have = j->have > 0 ? 2 : 1;
	j->made = now;
	return (0);
}

static int
compute(const uint8_t *secret, uint8_t version, const struct cookie_peer *p,
    uint8_t out[COOKIE_LEN])
{
	struct slice key = { secret, 32 };
	struct slice in[] = { { &version, 1 }, p->nonce,
	    { p->from->addr.a, addr_len(&p->from->addr) },
	    { p->spi_i, SPI_LEN } };

	out[0] = version;
	return (prf_compute(PRF_HMAC_SHA2_256, key, in, 4, out + 1));
}

int
cookie_make(struct cookie_jar *j, uint64_t now, const struct cookie_peer *p,
    uint8_t out[COOKIE_LEN])
{
	if (rotate(j, now) != 0)
		return (-1);
	return (compute(j->secret[0], j->version, p, out));
}

int
cookie_check(struct cookie_jar *j, uint64_t now, const struct cookie_peer *p,
    const uint8_t *cookie, size_t len)
{
	uint8_t want[COOKIE_LEN], back;
	int same;

	if (len != COOKIE_LEN || rotate(j, now) != 0)
		return (0);
	back = j->version - cookie[0];
	if (back >= j->have)
		return (0);
	if (compute(j->secret[back], cookie[0], p, want) != 0)
		return (0);
	same = CRYPTO_memcmp(want, cookie, COOKIE_LEN) == 0;
	explicit_bzero(want, sizeof(want));
	return (same);
}

struct slice
cookie_behind(const uint8_t *msg, size_t len, uint8_t *next)
{
	size_t	 at = HDR_LEN;

	*next = msg[16];
	if (*next == PLD_N && len >= HDR_LEN + 8 &&
	    get16(msg + HDR_LEN + 6) == N_COOKIE) {
		*next = msg[HDR_LEN];
		at += get16(msg + HDR_LEN + 2);
	}
	return ((struct slice){ msg + at, at > len ? 0 : len - at });
}
