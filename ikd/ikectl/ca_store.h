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

#ifndef IKECTL_CA_STORE_H
#define IKECTL_CA_STORE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "ca_index.h"
#include "km.h"

/*
 * An authority of our own is a directory private/ca/NAME, root's alone:
 *
 *	key		its private key, which certd-sign is never given
 *	cert		its certificate
 *	index		what it issued and revoked (ca_index.h)
 *	index.attr	what OpenSSL wants beside it
 *	crl-number	the number of the last CRL
 *	settings	"crl URL", "ocsp URL", "crl-days N": a line each
 *	issued/SERIAL	each certificate, PEM
 *
 * Every file is replaced whole.  A certificate is in the index before it is
 * handed out, and a CRL's number is taken before the CRL is signed.
 */
#define CA_URLS		8
#define CA_CRL_DAYS	30
#define CRL_DELTA	".delta"	/* crls/NAME's delta, behind its name */

struct ca {
	char		 sub[NAME_MAX_LEN + 16];	/* "private/ca/corp" */
	X509		*cert;
	EVP_PKEY	*key;
	struct index	 index;
	char		*crl[CA_URLS], *ocsp[CA_URLS];
	size_t		 ncrl, nocsp;
	long		 crl_days;
};

/* Makes the directory whole: key, certificate, settings.  0 or -1, said. */
int	 ca_make(struct km *km, const char *name, const EVP_PKEY *key,
	    const struct pass *pass, X509 *cert);
/* 1: this authority's key is here. */
int	 ca_is_ours(const struct km *km, const char *name);
/* Opens it, with its key (with_key: a passphrase may be asked for). */
int	 ca_open(struct km *km, const char *name, int with_key, struct ca *ca);
void	 ca_close(struct ca *ca);
/* Writes the index; 0 or -1, said. */
int	 ca_save_index(struct km *km, const struct ca *ca);
/* Takes the next CRL number; 0, said, when there is none. */
unsigned long ca_next_crl(struct km *km, const struct ca *ca);
/* Issues a CRL into crls/NAME and --out; 0 or -1, said. */
int	 ca_issue_crl(struct km *km, const char *name, struct ca *ca);
/* Removes the directory and all that is in it; 0 or -1, said. */
int	 ca_remove(struct km *km, const char *name);

#endif /* IKECTL_CA_STORE_H */
