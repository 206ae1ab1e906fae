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

#ifndef CERTD_CHAIN_H
#define CERTD_CHAIN_H

#include <openssl/x509.h>

#include "cert.h"
#include "crl.h"
#include "trust.h"
#include "urls.h"

/*
 * The verdict on a peer's certificates: RFC 5280 section 6 with the profile
 * of RFC 4945.  No host is contacted and no clock is read here.
 */
enum chain_why {
	CHAIN_OK = 0,
	CHAIN_UNKNOWN_CA,	/* no path to an anchor: another CA */
	CHAIN_EXPIRED,
	CHAIN_NOT_YET,		/* not yet valid */
	CHAIN_USAGE,		/* keyUsage, extendedKeyUsage, not a CA */
	CHAIN_REVOKED,
	CHAIN_NAME_CONSTRAINT,
	CHAIN_SIGNATURE,	/* a broken one */
	CHAIN_WEAK,		/* a short key, a weak hash */
	CHAIN_LENGTH,		/* too long a path */
	CHAIN_CRITICAL,		/* a critical extension that is not known */
	CHAIN_POLICY,		/* certificate policies */
	CHAIN_NO_REVOCATION,	/* strict, and no fresh answer */
	CHAIN_PINNED,		/* another certificate than the pinned one */
	CHAIN_KEY,		/* a key that we do not take */
	CHAIN_MALFORMED,	/* extensions that contradict each other */
	CHAIN_INTERNAL,		/* OpenSSL failed: memory */
	CHAIN_WHY_MAX
};

enum chain_revocation { REVOCATION_OFF, REVOCATION_SOFT, REVOCATION_STRICT };

/* Bits of allow_weak. */
#define CHAIN_WEAK_SHA1		CRL_WEAK_SHA1
#define CHAIN_WEAK_RSA1024	2

#define CHAIN_OIDS	8	/* of eku and of cert-policy */
#define CHAIN_DEPTH	(CERT_CHAIN + 1)	/* with the anchor */
#define CHAIN_TEXT	480	/* room for a verdict's sentence */

/* Who signs OCSP responses for an issuer, beside that issuer itself. */
struct chain_signer {
	const struct cert *issuer, *signer;
};

/* What is asked.  Everything stays the caller's. */
struct chain_in {
	struct trust	*trust;		/* NULL: the pinned one is enough */
	struct cert	*leaf;
	struct cert	*const *inter;	/* what the peer sent beside it */
	unsigned int	 ninter;
	const struct cert *pinned;	/* `cert:`, or NULL */
	const struct crls *crls;	/* or NULL */
	const struct slice *ocsp;	/* OCSP responses, DER */
	unsigned int	 nocsp;
	const struct cert *ocsp_signer;	/* authorities' own, or NULL */
	const struct chain_signer *signers;	/* the same by issuer */
	unsigned int	 nsigners;
	int64_t		 now;		/* seconds since 1970 */
	enum chain_revocation revocation;
	unsigned int	 allow_weak;
	const char	*eku[CHAIN_OIDS];	/* dotted; all must be there */
	unsigned int	 neku;
	const char	*policy[CHAIN_OIDS];	/* the same */
	unsigned int	 npolicy;
};

/* Revocation of one certificate of the chain. */
struct chain_rev {
	int		 missing;	/* no fresh answer: fetch, ask again */
	int		 undelta; /* it says that there are deltas: none */
	const char	*why;		/* then why; a literal */
	struct urls	 crl, delta, ocsp;	/* then from where */
};

/*
 * The answer.  chain (leaf first, anchor last; references) and rev are set
 * only when every signature of the chain holds: chain[i + 1] issued
 * chain[i].  Revocation of the anchor is not asked for.
 */
struct chain_result {
	enum chain_why	 why;
	char		 text[CHAIN_TEXT];	/* "" when it is CHAIN_OK */
	int64_t		 bound;		/* the verdict holds until then */
	int64_t		 not_after;	/* the certificates do */
	uint8_t		 fp[KEY_FP];	/* of the leaf */
	const char	*anchor;	/* its file in ca/, in trust; or NULL */
	unsigned int	 n;
	struct cert	*chain[CHAIN_DEPTH];
	struct chain_rev rev[CHAIN_DEPTH];
	unsigned int	 asked;		/* of how many it was asked for */
	unsigned int	 missing;	/* how many of rev say so */
	unsigned int	 undelta;
};

/* Fills *out; the caller gives it back to chain_result_free(). */
void	chain_verify(const struct chain_in *in, struct chain_result *out);
void	chain_result_free(struct chain_result *r);
/* "expired", "unknown CA": the reason in a word or two. */
const char *chain_why_name(enum chain_why why);

/*
 * RFC 4945 section 5.1.3.12: does its extendedKeyUsage let it prove anybody
 * in IKE?  It does where there is none.
 */
int	chain_suits_ike(const struct cert *c);

/* Sets up a store of trust.c so that chain_verify() sees which CRL is used. */
void	chain_watch(X509_STORE *store);

#endif /* CERTD_CHAIN_H */
