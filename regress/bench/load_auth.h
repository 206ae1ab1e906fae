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

#ifndef BENCH_LOAD_AUTH_H
#define BENCH_LOAD_AUTH_H

#include <stdint.h>

#include "wire.h"

/* AUTH of the load initiator, with PRF_HMAC_SHA2_256 (RFC 7296 2.15). */
#define LOAD_PRF	32	/* octets of its output */

/*
 * What AUTH covers: message | nonce | prf(SK_p, ID body).  mac holds the
 * last part; a failure ends the program.
 */
void	load_auth_octets(struct slice msg, struct slice nonce,
	    const uint8_t *sk_p, struct slice body, uint8_t mac[64],
	    struct slice octets[3]);
/* prf(prf(psk, "Key Pad for IKEv2"), octets); a failure ends the program. */
void	load_auth_psk(const char *psk, const struct slice octets[3],
	    uint8_t *out);

#endif /* BENCH_LOAD_AUTH_H */
