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

#ifndef IKECTL_CERT_IO_H
#define IKECTL_CERT_IO_H

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "km.h"

/* Certificates, requests and CRLs in files: PEM, or one in DER. */

/* The first one, or NULL, not said. */
X509	*cert_from_buf(const struct buf *b);
X509_REQ *req_decode(const struct buf *b);
X509_CRL *crl_from_buf(const struct buf *b);
/* All, in the file's order; NULL when there is none, not said. */
STACK_OF(X509) *certs_decode(const struct buf *b);
/* The first of sub/name; NULL, not said. */
X509	*cert_peek(const struct km *km, const char *sub, const char *name);
/* All of sub/name; NULL, said. */
STACK_OF(X509) *certs_load(const struct km *km, const char *sub,
	    const char *name);
/* The CRL of crls/name; NULL, not said. */
X509_CRL *crl_peek(const struct km *km, const char *name);
/* PEM of all, or DER of the first; NULL, said. */
BIO	*certs_encode(STACK_OF(X509) *certs, int der);
/* Writes sub/name; 0 or -1, said. */
int	 certs_save(const struct km *km, const char *sub, const char *name,
	    STACK_OF(X509) *certs, int force);
void	 certs_free(STACK_OF(X509) *certs);
/* A stack with one more reference to x; fatal. */
STACK_OF(X509) *certs_of(X509 *x);
/* Adds a reference; fatal. */
void	 certs_add(STACK_OF(X509) *certs, X509 *x);
/*
 * The certificate in ca/ that signed x (its signature verifies); its name
 * there in *name (65 octets), if not NULL.  NULL when there is none.
 */
X509	*issuer_find(struct km *km, X509 *x, char *name);

#endif /* IKECTL_CERT_IO_H */
