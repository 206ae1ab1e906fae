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
 * AUTH payloads of public keys: method, then the data, which no fuzzer signs;
 * and bare public keys.
 */

#include <stdint.h>
#include <stdio.h>

#include "certd_setup.h"
#include "../../certd/sigver.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const curves[] = { "P-256", "P-384", "P-521" };
	static EVP_PKEY *keys[5];
	static const struct slice part = { (const uint8_t *)"octets", 6 };
	struct sigver_in in = { .part = &part, .nparts = 1,
	    .accept = ACCEPT_ALL, .hashes = 0xff, .allow_weak = 3 };
	struct sigver_out out;
	struct rawkey *k;
	const char *why;
	size_t i;

	fuzz_setup();
	if (keys[0] == NULL) {
		for (i = 0; i < 3; i++)
			keys[i] = EVP_PKEY_Q_keygen(NULL, NULL, "EC",
			    curves[i]);
		keys[3] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
		keys[4] = fuzz_key;
	}
	if (len < 1)
		return (0);
	in.method = data[0];
	in.auth = (struct slice){ data + 1, len - 1 };
	for (i = 0; i < 5; i++) {
		in.key = keys[i];
		sigver_check(&in, &out);
		if (out.why == SV_OK)
			abort();
	}
	if ((k = rawkey_decode(in.auth, &why)) != NULL) {
		in.key = k->key;
		sigver_check(&in, &out);
		rawkey_free(k);
	}
	return (0);
}
