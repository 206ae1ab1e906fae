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

#ifndef IKECTL_X509_NAME_H
#define IKECTL_X509_NAME_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "km.h"

/*
 * Distinguished names as people write them, "C=DE, O=Acme, CN=gw", in the
 * order of the certificate (the most significant first); and the names of
 * subjectAltName.
 */

/* A comma or a backslash in a value stands behind a backslash.  NULL, said. */
X509_NAME *name_parse(const char *s);
/* cert.c: --subject, else "CN=" and the name; NULL, said. */
X509_NAME *name_of_options(const struct km *km);
/* What name_parse() reads; to be freed by OPENSSL_free(). */
char	*name_text(const X509_NAME *name);
/* --dns, --ip and --email; the stack may be empty.  NULL, said. */
GENERAL_NAMES *san_of_options(const struct km *km);
/* "dns:gw.example.com", "ip:192.0.2.1"; to be freed by OPENSSL_free(). */
char	*san_text(const GENERAL_NAME *g);
/* Adds what an IKE peer can be called by; what else there is is left out. */
GENERAL_NAMES *san_plain(const GENERAL_NAMES *all);
/* NULL, or why this is no place of a CRL or an OCSP responder. */
const char *url_wrong(const char *s);

#endif /* IKECTL_X509_NAME_H */
