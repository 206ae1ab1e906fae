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

#ifndef IKECTL_X509_SHOW_H
#define IKECTL_X509_SHOW_H

#include <openssl/x509.h>

#include "km.h"

/*
 * Certificates and CRLs told in rows: names, dates, what is wrong or soon
 * will be.
 */

/* Seconds from now to t; negative when it is past. */
long long seconds_to(const ASN1_TIME *t);
/* "2027-01-31 12:00:00 UTC". */
char	*date_text(const ASN1_TIME *t, char *out, size_t size);
/*
 * NULL, or a sentence about the dates: not yet valid, past, or ending in
 * --warn days (30).
 */
const char *cert_dates_wrong(const struct km *km, const X509 *x);
/* The same of a CRL: past, or in the last fifth of its life. */
const char *crl_dates_wrong(const X509_CRL *crl);
/*
 * The CRL in crls/ of this authority, its signature verified, a whole one or
 * a delta; its name in *name (65 octets), if not NULL.  NULL: there is none.
 */
X509_CRL *crl_find(struct km *km, X509 *ca, char *name);
X509_CRL *crl_find_delta(struct km *km, X509 *ca, char *name);
/* 1: it lists changes to another one alone (RFC 5280 section 5.2.4). */
int	 crl_is_delta(const X509_CRL *crl);
/* What the CRL of its authority says of x: "good", "revoked ...", or "". */
void	 crl_says(struct km *km, X509 *x, char *out, size_t size);
/* Fields of the row: all that a certificate says. */
void	 out_cert(struct km *km, X509 *x);
/* Fields of the row: the state of an authority's CRL. */
void	 out_crl_state(struct km *km, X509 *ca);

#endif /* IKECTL_X509_SHOW_H */
