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

#ifndef CERTD_TRUST_H
#define CERTD_TRUST_H

#include <openssl/x509.h>

#include "cert.h"

/*
 * A set of trust anchors: what `ca:` of one auth entry names, or all of
 * ca/.  Filled, then sealed, then never changed; references share it.
 */
#define TRUST_CERTS	4096	/* certificates of one set */

struct trust_item {
	struct cert	*cert;
	char		*name;		/* the file in ca/ */
	int		 anchor;	/* after trust_seal() */
};

struct trust {
	unsigned int	 refs, n, sealed;
	struct trust_item *item;
	X509_STORE	*store;		/* the anchors */
};

struct trust *trust_new(void);
/*
 * Adds a CA certificate (takes a reference of its own) from the file name.
 * NULL, or why not: it is no CA, its key is none that we take.  One that is
 * there already is no error.
 */
const char *trust_add(struct trust *t, const char *name, struct cert *c);
/*
 * Decides who is an anchor: a certificate whose issuer is in the set too is
 * an intermediate, so that it can be revoked; every other is an anchor, a
 * root or not.  So is one of those that certified each other, where nothing
 * else does.  Returns the number of anchors; 0 verifies nobody.
 */
unsigned int trust_seal(struct trust *t);
struct trust *trust_ref(struct trust *t);
void	trust_free(struct trust *t);

/* The item with this certificate (by its SHA-256), or NULL. */
const struct trust_item *trust_find(const struct trust *t, const X509 *x);
/*
 * Who of the set may have issued x or signed the CRL: by name.  i is where
 * to go on (start with 0); NULL at the end.
 */
struct cert *trust_by_name(const struct trust *t, const X509_NAME *name,
	    unsigned int *i);
/* Does it have who issued c (cert_issued())? */
int	trust_has_issuer(const struct trust *t, const struct cert *c);
/* Is an anchor asked for by the SHA-1 of its key, as in a CERTREQ? */
int	trust_has_key(const struct trust *t, const uint8_t sha1[KEY_SHA1]);
/*
 * The body of our CERTREQ: SHA-1 of each anchor's key (RFC 7296 section
 * 3.7), as many as fit.  Returns octets written.
 */
size_t	trust_certreq(const struct trust *t, uint8_t *out, size_t size);

#endif /* CERTD_TRUST_H */
