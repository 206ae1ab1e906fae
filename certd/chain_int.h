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

#ifndef CERTD_CHAIN_INT_H
#define CERTD_CHAIN_INT_H

#include <openssl/x509_vfy.h>

#include "chain.h"

/*
 * What chain.c (the verdict), path.c (what may be on the way to it) and
 * chain_check.c (usage, revocation) share.
 */

#define CHAIN_BAD	64	/* more than a chain has CRLs looked at */

/* One verification under way: what OpenSSL's callbacks fill. */
struct chain_run {
	const struct chain_in *in;
	struct chain_result *out;
	int		 err, depth;	/* the first error that stands */
	X509		*at;		/* the certificate it is about */
	X509_CRL	*crl;		/* the CRL that OpenSSL looks at */
	int		 vouched;	/* its signature was verified before */
	X509_CRL	*bad[CHAIN_BAD];	/* CRLs that prove nothing */
	unsigned int	 nbad;
	X509_CRL	*revoked_by;
	const char	*crl_fault[CHAIN_DEPTH + 1];	/* by depth */
	X509_CRL	*base[CHAIN_DEPTH];	/* by depth: not a delta */
	int64_t		 crl_until[CHAIN_DEPTH + 1];	/* by depth; 0: none */
};

/* Sets the verdict; the text names the certificate x (NULL: none). */
void	chain_refuse(struct chain_result *out, enum chain_why why, X509 *x,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * What may lie between leaf and anchor: the peer's, and ours.  Nothing is the
 * callee's in it; NULL: no memory.
 */
STACK_OF(X509)	*path_between(const struct chain_in *in);

/* Did something about this CRL fail, other than its age? */
int	chain_crl_is_bad(const struct chain_run *run, const X509_CRL *crl);

/* The verify callback; also weighs what OpenSSL says of CRLs. */
int	chain_callback(int ok, X509_STORE_CTX *ctx);

/*
 * What OpenSSL does not ask: CAs by their basic constraints, usage of the
 * leaf, policies by name.  0, or -1 with the verdict set.
 */
int	chain_check_usage(const struct chain_in *in, struct chain_result *out);
int	chain_check_policy(const struct chain_in *in, X509_STORE_CTX *ctx,
	    struct chain_result *out);
/* Deltas, OCSP, and what is missing then.  0, or -1 with the verdict set. */
int	chain_check_revocation(struct chain_run *run);

#endif /* CERTD_CHAIN_INT_H */
