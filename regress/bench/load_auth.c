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

/* What the load initiator's AUTH covers, and AUTH by a pre-shared key. */

#include <err.h>
#include <string.h>

#include "alg.h"
#include "load_auth.h"
#include "../../ikd/ike/prf.h"

void
load_auth_psk(const char *psk, const struct slice octets[3], uint8_t *out)
{
	static const char pad[] = "Key Pad for IKEv2";
	struct slice key = { (const uint8_t *)psk, strlen(psk) };
	struct slice p = { (const uint8_t *)pad, sizeof(pad) - 1 };
	uint8_t inner[64];

	if (prf_compute(PRF_HMAC_SHA2_256, key, &p, 1, inner) == -1 ||
	    prf_compute(PRF_HMAC_SHA2_256, (struct slice){ inner, LOAD_PRF },
	    octets, 3, out) == -1)
		errx(1, "prf");
}

void
load_auth_octets(struct slice msg, struct slice nonce, const uint8_t *sk_p,
    struct slice body, uint8_t mac[64], struct slice octets[3])
{
	if (prf_compute(PRF_HMAC_SHA2_256, (struct slice){ sk_p, LOAD_PRF },
	    &body, 1, mac) == -1)
		errx(1, "prf");
	octets[0] = msg;
	octets[1] = nonce;
	octets[2] = (struct slice){ mac, LOAD_PRF };
}
