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
 * The certificate that a tunnel names for its peer (`cert:`): is there an
 * authority of ours that vouches for it, and may revoke it?
 */

#include "book_int.h"

int
book_pin_leads(const struct trust *t, const struct file *pin)
{
	const struct cert *c = pin->cert[0];
	int i, found = 0, steps;

	for (steps = 0; steps < CERT_CHAIN && c != NULL; steps++) {
		if ((found = trust_has_issuer(t, c)))
			break;
		for (i = 1; i < pin->ncert; i++)
			if (cert_issued(pin->cert[i], c))
				break;
		c = i < pin->ncert ? pin->cert[i] : NULL;
	}
	return (found);
}
