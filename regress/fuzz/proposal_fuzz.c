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

/* Proposal words: no crash, and what is printed parses back to itself. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const weak[] = { "3des", "md5", "sha1", "modp1024",
	    NULL };
	struct wt_proposal p, again;
	char text[700], out[700], err[80];
	unsigned int proto;
	size_t n;

	if (len < 1)
		return (0);
	proto = data[0] & 1 ? PROTO_IKE : PROTO_ESP;
	n = len - 1 < sizeof(text) ? len - 1 : sizeof(text) - 1;
	memcpy(text, data + 1, n);
	text[n] = '\0';
	if (proposal_parse(text, proto, weak, &p, err, sizeof(err)) == -1) {
		if (strlen(err) >= sizeof(err) || err[0] == '\0')
			abort();
		return (0);
	}
	proposal_print(&p, out, sizeof(out));
	if (proposal_parse(out, proto, weak, &again, err, sizeof(err)) == -1)
		abort();
	if (p.xf_n != again.xf_n || p.proto != again.proto)
		abort();
	return (0);
}
