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
 * What ike makes its crash tokens of (RFC 6290 section 5.1).
 */

#include <string.h>

#include "alg.h"
#include "crash.h"
#include "hprf.h"

void
crash_secrets_of(const uint8_t *lasting, size_t len, unsigned int inst,
    unsigned int workers, struct mk_crashes *out)
{
	static const char label[] = "crash token";
	struct slice parts[2] = { { (const uint8_t *)label, sizeof(label) } };
	uint8_t mac[PRF_MAX], slot;

	out->s_n = 0;
	for (slot = 0; slot < SLOTS; slot++) {
		if (slot % workers != inst)
			continue;
		parts[1].p = &slot;
		parts[1].len = 1;
		hprf(PRF_HMAC_SHA2_256, lasting, len, parts, 2, mac);
		out->s[out->s_n].slot = slot;
		memcpy(out->s[out->s_n++].secret, mac, CRASH_SECRET_LEN);
	}
	explicit_bzero(mac, sizeof(mac));
}
