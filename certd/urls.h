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

#ifndef CERTD_URLS_H
#define CERTD_URLS_H

#include <openssl/x509.h>

/*
 * Where revocation information is to be had, as certificates and CRLs say:
 * distribution points (RFC 5280 sections 4.2.1.13 and 4.2.1.15), OCSP
 * (4.2.2.1).  What a peer wrote: bounded, printable, of a scheme we fetch.
 */
#define URLS_MAX	8	/* of one kind in one certificate */
#define URL_LEN		1024

struct urls {
	unsigned int	 n;
	char		*url[URLS_MAX];
};

/*
 * Each fills *u, which need not be initialised; http, https, ldap and ldaps
 * alone.  A directory name becomes "ldap:///NAME?ATTRIBUTE", without host.
 */
void	urls_crl(X509 *x, struct urls *u);
void	urls_delta(X509 *x, struct urls *u);
/* Of a base CRL, its deltas. */
void	urls_crl_delta(X509_CRL *crl, struct urls *u);
void	urls_ocsp(X509 *x, struct urls *u);
void	urls_free(struct urls *u);

#endif /* CERTD_URLS_H */
