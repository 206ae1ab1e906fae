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

#ifndef BENCH_LOAD_CERT_H
#define BENCH_LOAD_CERT_H

#include "wire.h"

/*
 * Certificates for the load initiator: it is the peers' CA, and makes each
 * peer a certificate of its own.  All peers share one key: what is measured
 * is the responder, which sees octets it has never seen.
 */
#define LOAD_CERT	2048	/* octets of a certificate, of a signature */

/*
 * The CA by its files (PEM), the type of the peers' key: "p256" or
 * "rsa2048".  Ends the program when they are of no use.
 */
void	load_cert_init(const char *ca_crt, const char *ca_key,
	    const char *type);
/* A certificate for the name, DER in out; returns its octets. */
size_t	load_cert_issue(const char *name, unsigned int serial,
	    uint8_t out[LOAD_CERT]);
/* The body of a CERTREQ: the encoding and the hash of the CA's key. */
struct slice load_cert_wanted(void);
/* An AUTH payload's data (RFC 7427) over three parts; returns its octets. */
size_t	load_cert_sign(const struct slice part[3], uint8_t out[LOAD_CERT]);
/*
 * Is auth (of this AUTH method) a signature over the parts by the holder of
 * the certificate, and that one of the CA's?  Returns NULL, or what is wrong.
 */
const char *load_cert_check(struct slice cert, unsigned int method,
	    struct slice auth, const struct slice part[3]);

#endif /* BENCH_LOAD_CERT_H */
