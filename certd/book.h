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

#ifndef CERTD_BOOK_H
#define CERTD_BOOK_H

#include "authority.h"
#include "chain.h"
#include "crl.h"
#include "entries.h"
#include "proto_snap.h"
#include "trust.h"

/*
 * What one generation of the policy says of certificates: which tunnel's
 * peer shows what, and the files that judge it, decoded.
 */
struct rule {
	uint32_t	 tunnel;
	uint8_t		 round;		/* RFC 4739; from 0 */
	uint32_t	 sigs;		/* bits 1 << enum sign_bit */
	uint8_t		 weak;		/* enum sign_weak */
	uint8_t		 revocation;	/* enum revocation */
	struct trust	*trust;		/* NULL: no certificate, or pinned is */
	struct cert	*pinned;	/* enough; this very one, or NULL */
	struct cert	*const *beside;	/* those with it in its file */
	unsigned int	 nbeside;
	struct rawkey	*pubkey;	/* this very key, or NULL */
	struct wt_id	*cert_id;	/* or NULL */
	char		*eku[8], *policy[8];
	unsigned int	 neku, npolicy;
	char		*cert_ours;	/* file of certs/, or NULL */
};

struct book;

/*
 * Reads certd's snapshot; fd stays the caller's.  Returns NULL and *out, or
 * what is wrong with file or row, in buf.
 */
const char	*book_read(int fd, uint32_t generation, struct book **out,
		    char *buf, size_t size);
void		 book_free(struct book *b);	/* NULL is fine */

uint32_t	 book_generation(const struct book *b);
const struct entries *book_entries(const struct book *b);
const struct rule *book_rule(const struct book *b, uint32_t tunnel,
		    unsigned int round);
/* The CRLs of crls/, and what is fetched later. */
struct crls	*book_crls(const struct book *b);
/*
 * Adds those CRLs of crls/ whose issuer is none of ca/ but one of by[0..n-1],
 * CAs of a chain whose signatures hold.  Returns how many came in: then the
 * chain is to be looked at again.
 */
unsigned int	 book_vouch(const struct book *b, struct cert *const *by,
		    unsigned int n);

/* The authority whose file has this certificate, or NULL. */
const struct book_authority *book_authority(const struct book *b,
		    const struct cert *issuer);
/* Who signs OCSP responses for whom, by the authorities. */
const struct chain_signer *book_signers(const struct book *b,
		    unsigned int *n);
/* The percentage of the time to its end after which data is renewed. */
unsigned int	 book_refresh(const struct book *b);

/* Are certificates taken by hash and URL?  Only when the policy says so. */
int		 book_hash_url(const struct book *b);

/* What ends sooner than in so many seconds is warned of. */
uint32_t	 book_warn(const struct book *b);

/* A file of the snapshot, i from 0 until 0 is returned. */
struct book_item {
	unsigned int		 kind;		/* enum cert_file */
	const char		*name;
	struct cert *const	*cert;		/* CF_CA, CF_CERT */
	int			 ncert;
};
int		 book_item(const struct book *b, size_t i,
		    struct book_item *out);

/*
 * Rows SNAP_SHOWN for ikd-ike, ordered by tunnel, as a sealed memfd; -1 on
 * error (logged).  ocsp: fresh responses for our own certificates.
 */
struct book_ocsp {
	const char	*file;		/* of certs/ */
	struct slice	 der;		/* a response for its first one */
};
int		 book_shown(const struct book *b, const struct book_ocsp *ocsp,
		    unsigned int n);
/*
 * Our own certificates, of tunnels that ask for revocation; the issuer is
 * NULL where it is not known.  The first BOOK_OURS of them.
 */
#define BOOK_OURS	64
struct ours {
	const char	*file;		/* of certs/ */
	struct cert	*leaf, *issuer;
};
const struct ours *book_ours(const struct book *b, unsigned int *n);

#endif /* CERTD_BOOK_H */
