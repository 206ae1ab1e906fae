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

/* Distribution points and access descriptions, as extensions' contents. */

#include <stdint.h>
#include <stdio.h>

#include "certd_setup.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(struct urls *u)
{
	unsigned int i;
	const char *s;

	if (u->n > URLS_MAX)
		abort();
	for (i = 0; i < u->n; i++) {
		if (strlen(u->url[i]) > URL_LEN ||
		    strstr(u->url[i], "://") == NULL)
			abort();
		for (s = u->url[i]; *s != '\0'; s++)
			if (*s <= 0x20 || *s > 0x7e)
				abort();
	}
	urls_free(u);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int nids[] = { NID_crl_distribution_points,
		NID_freshest_crl, NID_info_access };
	ASN1_OCTET_STRING *s;
	X509_EXTENSION *e;
	struct urls u;
	X509 *x;
	size_t i;

	fuzz_setup();
	x = X509_dup(fuzz_root->x);
	s = ASN1_OCTET_STRING_new();
	if (x == NULL || s == NULL ||
	    ASN1_OCTET_STRING_set(s, data, (int)len) != 1)
		abort();
	for (i = 0; i < 3; i++) {
		e = X509_EXTENSION_create_by_NID(NULL, nids[i], 0, s);
		if (e == NULL || X509_add_ext(x, e, -1) != 1)
			abort();
		X509_EXTENSION_free(e);
	}
	ASN1_OCTET_STRING_free(s);
	urls_crl(x, &u);
	check(&u);
	urls_delta(x, &u);
	check(&u);
	urls_ocsp(x, &u);
	check(&u);
	X509_free(x);
	return (0);
}
