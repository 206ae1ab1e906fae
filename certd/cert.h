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

#ifndef CERTD_CERT_H
#define CERTD_CERT_H

#include <openssl/x509.h>

#include <stddef.h>
#include <stdint.h>

#include "key.h"
#include "wire.h"

/*
 * A certificate, decoded once.  Everything here is read-only after
 * cert_decode(), so that references may be shared and cached.
 */
#define CERT_CHAIN	8	/* certificates of one peer, leaf included */
#define CERT_CHAIN_MAX	16384	/* octets of them together */
#define CERT_FILE	64	/* certificates in one file of ca/ or certs/ */
#define CERT_NAME	512	/* room for a printed name; longer is cut */
#define CERT_SERIAL	64	/* room for a printed serial number */

struct cert {
	unsigned int	 refs;
	X509		*x;
	enum key_kind	 kind;		/* 0: a key that we do not take */
	const char	*key_fault;	/* then why; a literal */
	int64_t		 not_before, not_after;	/* seconds since 1970, UTC */
	uint8_t		 fp[KEY_FP];	/* SHA-256 of the DER */
	uint8_t		 key_sha1[KEY_SHA1];	/* SHA-1 of the SPKI */
};

/*
 * Decodes one certificate, DER, nothing after it.  Returns it with one
 * reference, or NULL and *why (a literal).
 */
struct cert *cert_decode(struct slice der, const char **why);
/*
 * Decodes a file: one in DER, or PEM with one or several.  Returns how many
 * are in out (a reference each), or -1 and *why.  PEM blocks that are not
 * certificates are passed over; a file without any is an error.
 */
int	cert_decode_file(struct slice in, struct cert **out, unsigned int max,
	    const char **why);
struct cert *cert_ref(struct cert *c);
void	cert_free(struct cert *c);

/* The public key, the certificate's own; NULL when it cannot be decoded. */
EVP_PKEY *cert_key(const struct cert *c);
/*
 * Did `by', another certificate than c, issue c: by the names, key ids and
 * key usage (X509_check_issued) and by c's signature?
 */
int	cert_issued(const struct cert *by, const struct cert *c);
/* Is the subject the issuer (it may or may not have signed itself)? */
int	cert_is_self_issued(const struct cert *c);
/* A CA by its basic constraints (or a root of version 1). */
int	cert_is_ca(const struct cert *c);

/* Text, ASCII: "C=US, O=Acme, CN=gw"; "" for an empty name. */
char	*cert_subject(const struct cert *c, char *out, size_t size);
char	*cert_issuer(const struct cert *c, char *out, size_t size);
/* Hexadecimal. */
char	*cert_serial(const struct cert *c, char *out, size_t size);
/* The same for OpenSSL's types. */
char	*cert_name_print(const X509_NAME *n, char *out, size_t size);
char	*cert_serial_print(const ASN1_INTEGER *n, char *out, size_t size);
/* Seconds since 1970, or INT64_MIN for what is no time. */
int64_t	cert_time_of(const ASN1_TIME *t);

#endif /* CERTD_CERT_H */
