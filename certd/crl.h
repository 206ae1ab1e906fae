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

#ifndef CERTD_CRL_H
#define CERTD_CRL_H

#include <openssl/x509.h>

#include "cert.h"
#include "trust.h"

/*
 * Certificate revocation lists, whole and delta (RFC 5280 section 5).  None
 * gets into a set before the signature of its issuer is verified.
 */
#define CRL_MAX		(64UL * 1024 * 1024)	/* octets of one */
#define CRL_FILE	16	/* CRLs in one file */
#define CRLS_MAX	4096	/* in one set */
#define CRL_WEAK_SHA1	1	/* bit of allow_weak: also chain.h's */

struct crl {
	unsigned int	 refs;
	X509_CRL	*x;
	int64_t		 this_update, next_update;	/* 0: none is named */
	int		 delta, partial; /* partial: for some certificates */
	int		 sha1;			/* signed so */
	int		 fetched;		/* and so renewed by itself */
	size_t		 size;			/* octets of the encoding */
	unsigned int	 entries;
	uint8_t		 fp[KEY_FP];
	struct cert	*by;		/* whose key verified it; or NULL */
	X509_CRL	*face;		/* crl_face(); or NULL */
};

/*
 * A set.  Changed by crls_add() and crls_expire() alone; a verdict that
 * stands on an older state is told by generation.
 */
struct crls {
	unsigned int	 n;
	uint64_t	 generation;	/* rises with every change */
	struct crl	**crl;
};

enum crl_added {
	CRL_TAKEN,	/* it is in the set now */
	CRL_SAME,	/* this very CRL is there already */
	CRL_OLDER,	/* a newer one is */
	CRL_REFUSED	/* broken, forged, by nobody we know */
};

/*
 * Decodes a file: one in DER, or PEM with one or several.  Returns how many
 * are in out (a reference each), or -1 and *why (a literal).
 */
int	crl_decode(struct slice in, struct crl **out, unsigned int max,
	    const char **why);
struct crl *crl_ref(struct crl *c);
void	crl_free(struct crl *c);
/* Who issued it, its number in hexadecimal ("" without one). */
char	*crl_issuer(const struct crl *c, char *out, size_t size);
char	*crl_number(const struct crl *c, char *out, size_t size);
/* Past nextUpdate, or before thisUpdate. */
int	crl_is_stale(const struct crl *c, int64_t now);

struct crls *crls_new(void);
void	crls_free(struct crls *s);
/*
 * Adds c (taking a reference) when one of the certificates verifies it: of
 * by[0..n-1], verified by the caller already, or of trust (may be NULL).  It
 * replaces the older one of the same issuer and scope, but one signed with
 * SHA-1 never another.  With CRL_REFUSED and CRL_OLDER *why is a literal.
 */
enum crl_added crls_add(struct crls *s, struct crl *c,
	    const struct trust *trust, struct cert *const *by, unsigned int n,
	    const char **why);
/*
 * Is a needed no more beside b: of the same scope, no newer, no stronger?
 * Both were verified.
 */
int	crl_is_outdated(const struct crl *a, const struct crl *b);
/* Drops what has been stale for longer than keep seconds. */
void	crls_expire(struct crls *s, int64_t now, int64_t keep);
/*
 * Is c of this issuer: of its name, and verified by its key?  A CA that was
 * renewed with another key has the same name.
 */
int	crl_is_of(const struct crl *c, const struct cert *issuer);
/*
 * Those that may say whether a certificate of this issuer is revoked: all
 * but the ones that OpenSSL would take for its own though another key of the
 * same name signed them, and, as below, those that are too weak.  The
 * caller's to free, with a reference each.
 */
STACK_OF(X509_CRL) *crls_for(const struct crls *s, X509 *issuer,
	    unsigned int allow_weak);
/* Is there one of this issuer that is too weak to be among them? */
int	crls_weak(const struct crls *s, const struct cert *issuer,
	    unsigned int allow_weak);
/* The one of x, if it is in the set and the key of this issuer verified it. */
const struct crl *crls_verified(const struct crls *s, const X509_CRL *x,
	    X509 *issuer);
/*
 * crlface.c: x without its entries: version, issuer, times, extensions.  All
 * that OpenSSL asks of a CRL before it looks for an entry, but the signature,
 * which is nobody's.  The caller's to free; NULL: none can be made.
 */
X509_CRL *crl_face(const X509_CRL *x);
/*
 * Does a delta CRL of the issuer, whatever base it was made for, say that x
 * is revoked?  Returns that CRL, or NULL.
 */
const struct crl *crls_delta_revokes(const struct crls *s, X509 *x,
	    const struct cert *issuer, unsigned int allow_weak);
/* Is there a delta of the issuer that is not stale?  Until when, then. */
int	crls_delta_until(const struct crls *s, const struct cert *issuer,
	    unsigned int allow_weak, int64_t now, int64_t *until);

#endif /* CERTD_CRL_H */
