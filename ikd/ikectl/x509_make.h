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

#ifndef IKECTL_X509_MAKE_H
#define IKECTL_X509_MAKE_H

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <time.h>

#include "km.h"

/*
 * Certificates, requests and CRLs are made here, with the extensions of
 * RFC 5280 and RFC 4945: a CA's, or an IKE peer's.  Whatever was signed is
 * verified before it is handed out.
 */

/* What a certificate may be used for. */
enum usage { USE_IKE = 1, USE_SERVER = 2, USE_CLIENT = 4, USE_OCSP = 8,
	USE_CA = 16 };

/* --usage ike,server,client,ocsp,ca (default dflt); 0, said. */
unsigned int usage_of_options(const struct km *km, unsigned int dflt);

struct cert_plan {
	X509_NAME		*subject;
	EVP_PKEY		*key;		/* the holder's, public */
	EVP_PKEY		*signer;
	X509			*issuer;	/* NULL: it signs itself */
	const GENERAL_NAMES	*names;
	unsigned int		 usage;
	long			 path_length;	/* of a CA; -1: no bound */
	long			 days;
	const char *const	*crl, *const *ocsp;	/* URLs */
	size_t			 ncrl, nocsp;
	const ASN1_INTEGER	*serial;	/* NULL: at random */
};
/* The certificate, or NULL, said. */
X509	*cert_make(const struct cert_plan *plan);

/* A serial number at random: 127 bits, positive (RFC 5280 4.1.2.2). */
ASN1_INTEGER *serial_make(void);
/* Upper-case hexadecimal, an even number of digits; OPENSSL_free() it. */
char	*serial_text(const ASN1_INTEGER *serial);

/* A request with these names, signed by its own key; NULL, said. */
X509_REQ *req_make(X509_NAME *subject, EVP_PKEY *key,
	    const GENERAL_NAMES *names);
/* NULL, or why a CA must not sign it: its signature, its key. */
const char *req_wrong(X509_REQ *req);

/* RFC 5280 5.3.1: "keyCompromise"; of a name, -1 when there is none. */
const char *reason_name(int reason);
int	 reason_of(const char *name);

/* An entry of a CRL. */
struct revoked {
	const ASN1_INTEGER	*serial;
	time_t			 when;
	int			 reason;	/* CRL_REASON_*, -1: not said */
};
/* A CRL of these entries, good for days; NULL, said. */
X509_CRL *crl_make(X509 *ca, EVP_PKEY *key, const struct revoked *list,
	    size_t n, unsigned long number, long days);

#endif /* IKECTL_X509_MAKE_H */
