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

#ifndef CERTD_SIGALG_H
#define CERTD_SIGALG_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "wire.h"

/*
 * Signature algorithms by their AlgorithmIdentifier (RFC 7427 section 3 and
 * appendix A; RFC 8420; for CRLs and OCSP RFC 5280).
 */
enum sig_kind { SIG_RSA = 1, SIG_RSA_PSS, SIG_ECDSA, SIG_ED25519, SIG_ED448 };

/* Hashes by their numbers of RFC 7427 section 7 and RFC 8420. */
enum sig_hash { HASH_SHA1 = 1, HASH_SHA2_256, HASH_SHA2_384, HASH_SHA2_512,
	HASH_IDENTITY };
#define HASH_BIT(h)	(1U << (h))

struct sigalg {
	enum sig_kind	 kind;
	enum sig_hash	 hash;
	int		 salt;		/* RSA-PSS: octets of salt */
};

/*
 * Takes an AlgorithmIdentifier apart, which must be all of der.  Returns
 * NULL, or what is wrong with it (a literal).
 */
const char *sigalg_read(struct slice der, struct sigalg *out);
/* The same for what OpenSSL has decoded. */
const char *sigalg_of(const X509_ALGOR *a, struct sigalg *out);

/* "ECDSA with SHA2-256" */
char	*sigalg_print(const struct sigalg *a, char *out, size_t size);
/* OpenSSL's name of a hash, and the digest itself (never freed); identity:
 * NULL. */
const char *sigalg_hash_name(enum sig_hash h);
const EVP_MD *sigalg_md(enum sig_hash h);
unsigned int sigalg_hash_len(enum sig_hash h);

#endif /* CERTD_SIGALG_H */
