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

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "book_int.h"

static int
issued(const struct cert *by, const struct cert *c)
{
	EVP_PKEY *key;

	return (by != c && X509_cmp(by->x, c->x) != 0 &&
	    X509_check_issued(by->x, c->x) == X509_V_OK &&
	    (key = cert_key(by)) != NULL && X509_verify(c->x, key) == 1);
}

static int
issuer_in(const struct trust *t, const struct cert *c)
{
	const struct cert *by;
	unsigned int i = 0;

	while ((by = trust_by_name(t, X509_get_issuer_name(c->x), &i)) != NULL)
		if (issued(by, c))
			return (1);
	return (0);
}

int
book_pin_leads(const struct trust *t, const struct file *pin)
{
	const struct cert *c = pin->cert[0];
	int i, found = 0, steps;

	for (steps = 0; steps < CERT_CHAIN && c != NULL; steps++) {
		if ((found = issuer_in(t, c)))
			break;
		for (i = 1; i < pin->ncert; i++)
			if (issued(pin->cert[i], c))
				break;
		c = i < pin->ncert ? pin->cert[i] : NULL;
	}
	ERR_clear_error();
	return (found);
}
