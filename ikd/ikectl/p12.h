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

#ifndef IKECTL_P12_H
#define IKECTL_P12_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "km.h"

/* PKCS#12 (RFC 7292): a key with its certificates, under a passphrase. */

/* 1: these octets are such a file. */
int	 p12_is(const struct buf *b);
/* Opens it by --passphrase-file or by asking.  0 or -1, said. */
int	 p12_read(const struct km *km, const struct buf *b, EVP_PKEY **key,
	    STACK_OF(X509) **certs);
/*
 * certs/NAME, private/NAME and the authority of it, if it is here, to --out;
 * protected by --new-passphrase-file or by asking.  0 or -1, said.
 */
int	 p12_export(struct km *km, STACK_OF(X509) *certs);

#endif /* IKECTL_P12_H */
