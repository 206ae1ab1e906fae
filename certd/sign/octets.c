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

/* The AUTH payload of a pre-shared key: RFC 7296 section 2.15. */

#include <string.h>

#include <openssl/crypto.h>

#include "octets.h"

struct slice
auth_lead(void)
{
	static const uint8_t zero[8];
	const struct slice s = { zero, sizeof(zero) };

	return (s);
}

size_t
auth_make(const struct auth_in *in, uint8_t out[PRF_MAX])
{
	static const char pad[] = "Key Pad for IKEv2";
	const struct slice padding = { (const uint8_t *)pad, sizeof(pad) - 1 };
	uint8_t key[PRF_MAX], maced[PRF_MAX];
	size_t len = hprf_len(in->prf);
	struct slice parts[6];

	/* MACedIDForI = prf(SK_pi, RestOfInitIDPayload), or R's with SK_pr */
	hprf(in->prf, in->sk_p.p, in->sk_p.len, &in->id_body, 1, maced);
	/* AUTH = prf(prf(Shared Secret, pad), RealMessage | Nonce | MACedID
	 * [| IntAuth]) */
	if (in->resumed)	/* AUTH = prf(SK_p, ...) */
		memcpy(key, in->sk_p.p, len);
	else
		hprf(in->prf, in->secret.p, in->secret.len, &padding, 1, key);
	parts[0] = in->lead;
	parts[1] = in->other;
	parts[2] = in->message;
	parts[3] = in->nonce;
	parts[4].p = maced;
	parts[4].len = len;
	parts[5] = in->intauth;
	hprf(in->prf, key, len, parts, 6, out);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(maced, sizeof(maced));
	return (len);
}

int
auth_equal(const struct auth_in *in, struct slice auth)
{
	uint8_t want[PRF_MAX];
	size_t len;
	int same;

	len = auth_make(in, want);
	same = auth.len == len && CRYPTO_memcmp(auth.p, want, len) == 0;
	explicit_bzero(want, sizeof(want));
	return (same);
}
