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

/* Extensions of two CRLs side by side. */
#include <openssl/x509v3.h>

#include "crlext.h"

int
crlext_same(const X509_CRL *a, const X509_CRL *b, int nid)
{
	int ia = X509_CRL_get_ext_by_NID(a, nid, -1);
	int ib = X509_CRL_get_ext_by_NID(b, nid, -1);

	if (ia < 0 || ib < 0)
		return (ia < 0 && ib < 0);
	return (ASN1_OCTET_STRING_cmp(
	    X509_EXTENSION_get_data(X509_CRL_get_ext(a, ia)),
	    X509_EXTENSION_get_data(X509_CRL_get_ext(b, ib))) == 0);
}
