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

#ifndef CERTD_PKI_H
#define CERTD_PKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <stdint.h>

#include "../../certd/cert.h"
#include "../../certd/crl.h"

/*
 * Certificates and CRLs for tests, made at run time from a line each; lines
 * end in ';', words are divided by blanks; in a value "_" is a blank, "|" a
 * semicolon, "@a=b&c=d" (or "%...") a section of OpenSSL's configuration:
 *
 *	NAME [by=NAME] [WORD...];	a certificate; without by= self-signed
 *	!NAME by=NAME [WORD...];	a CRL
 *
 * Words of certificates: ca (basicConstraints with keyUsage), path=N, bc=TEXT,
 * v1, ku= eku= nc= san= pol= polcon= polmap= inhany= cdp= fresh= aia= (text
 * of OpenSSL's configuration), noskid, noakid, crit=OID, ext=OID, subj=TEXT
 * ("/CN=a"), iss=TEXT, key=TYPE (p256 p384 p521 k256 ed25519 ed448 rsa2048
 * rsa1024 rsa512 pss2048), keyof=NAME, signkey=NAME, md=NAME, nb=DAYS,
 * na=DAYS, serial=N, badsig, oid (inner and outer algorithm differ).
 * Words of CRLs: rev=SERIAL[,SERIAL...], remove=SERIAL, reason=N, tu=DAYS,
 * nu=DAYS (nonu: none), num=N, delta=N, idp=TEXT, fresh=TEXT, for=NAME (the
 * entries are of this issuer), signkey=, badsig, crit=OID, md=NAME.
 */
#define PKI_NOW		INT64_C(1900000000)	/* the tests' present */
#define PKI_DAY		INT64_C(86400)
#define PKI_MOST	24

struct pki_item {
	char		 name[16];
	EVP_PKEY	*key;
	X509		*x;
	struct cert	*cert;
	struct crl	*crl;
};

struct pki {
	unsigned int	 n;
	struct pki_item	 item[PKI_MOST];
};

/* Makes all of text; fails the test on a mistake in it. */
void	pki_make(struct pki *p, const char *text);
void	pki_free(struct pki *p);
struct pki_item *pki_get(struct pki *p, const char *name);
/* A key of this type; the same one for the same type and number. */
EVP_PKEY *pki_key(const char *type, unsigned int number);
/* DER of a certificate or CRL; malloc'd by OpenSSL. */
struct slice pki_der(const struct pki_item *it);

#endif /* CERTD_PKI_H */
