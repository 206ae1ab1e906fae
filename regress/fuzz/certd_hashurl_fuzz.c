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

/* CERT payloads by hash and URL, bundles, and the chain they come in. */

#include <stdlib.h>
#include <string.h>

#include "../../certd/hashurl.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
within(struct slice in, struct slice s)
{
	if (s.p < in.p || s.len > in.len ||
	    (size_t)(s.p - in.p) > in.len - s.len)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice in = { data, len }, out[HASHURL_BUNDLED], d;
	unsigned int encoding, i, n;
	struct hashurl hu;
	size_t at = 0, was = 0, url;

	if (hashurl_read(in, &hu) == NULL) {
		url = strlen(hu.url);
		if (url != len - HASHURL_SHA1 ||
		    memcmp(hu.url, data + HASHURL_SHA1, url) != 0)
			abort();
	}
	if (hashurl_bundle(in, out, &n) == NULL) {
		if (n == 0 || n > HASHURL_BUNDLED)
			abort();
		for (i = 0; i < n; i++)
			within(in, out[i]);
	}
	while (hashurl_next(in, &at, &encoding, &d) == 1) {
		if (at <= was || encoding > 255)
			abort();
		was = at;
		within(in, d);
	}
	return (0);
}
