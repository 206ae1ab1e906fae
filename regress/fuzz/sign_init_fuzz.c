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
 * The walk over the headers of what begins an IKE SA: both messages from one
 * input.
 */

#include <stdint.h>
#include <stdlib.h>

#include "../../certd/sign/init_msg.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* A nonce lies inside its message. */
static void
check_inside(const struct init_msg *m, struct slice in)
{
	if (m->nonce.len < 16 || m->nonce.len > 256 ||
	    m->nonce.p < in.p + 32 ||
	    m->nonce.p + m->nonce.len > in.p + in.len)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice a, b;
	struct init_msg i, r;
	size_t cut;

	if (len < 2)
		return (0);
	cut = (size_t)data[0] << 8 | data[1];
	len -= 2;
	if (cut > len)
		cut = len;
	a.p = data + 2;
	a.len = cut;
	b.p = data + 2 + cut;
	b.len = len - cut;
	if (init_pair_check(a, b, &i, &r) == NULL) {
		check_inside(&i, a);
		check_inside(&r, b);
		if (i.spi_i != a.p || r.spi_r != b.p + 8)
			abort();
	}
	if (resume_pair_check(a, b, &i, &r) == NULL) {
		check_inside(&i, a);
		check_inside(&r, b);
		if (i.opaque.len == 0 || i.opaque.p < a.p ||
		    i.opaque.p + i.opaque.len > a.p + a.len ||
		    !init_resumes(a) || !init_resumes(b))
			abort();
	}
	return (0);
}
