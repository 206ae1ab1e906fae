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

/* Key files of manual tunnels: lengths, lines, and what does not fit. */

#include <stdint.h>
#include <stdlib.h>

#include "alg.h"
#include "keyfile.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct keyfile k;
	unsigned int line = 0;
	char out[128];

	if (keyfile_parse(data, len, &k, &line) != NULL)
		return (0);
	if (line != 0 || k.enc_len > sizeof(k.enc) ||
	    k.auth_len > sizeof(k.auth) ||
	    (k.enc_len == 0) != (k.enc_line == 0) ||
	    (k.auth_len == 0) != (k.auth_line == 0))
		abort();
	if (keyfile_fits(&k, ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128, out,
	    sizeof(out), &line) == NULL && (k.enc_len != 32 ||
	    k.auth_len != 32))
		abort();
	return (0);
}
