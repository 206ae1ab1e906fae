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

#ifndef CERTD_OCSP_H
#define CERTD_OCSP_H

#include "cert.h"

/*
 * OCSP (RFC 6960): responses that were fetched, or that a peer sent in its
 * own IKE_AUTH (RFC 4806), and the requests for them.
 */
#define OCSP_MAX	16384	/* octets of a response */
#define OCSP_REQUEST_MAX 512	/* octets of a request of ours */
#define OCSP_NONCE_MAX	32	/* RFC 8954 */
#define OCSP_SKEW	300	/* seconds that clocks may differ */
#define OCSP_AGE	3600	/* seconds a response without end is good for */

enum ocsp_verdict {
	OV_GOOD,
	OV_REVOKED,
	OV_UNKNOWN,	/* the responder does not know the certificate */
	OV_OTHER,	/* it says nothing of this certificate */
	OV_STALE,	/* authentic, but not of now */
	OV_REFUSED	/* broken, forged, by nobody who may, an error */
};

struct ocsp_in {
	struct slice	 response;	/* DER of OCSPResponse */
	const struct cert *cert;
	const struct cert *issuer;	/* of cert, verified */
	const struct cert *signer;	/* `ocsp-signer`, or NULL */
	struct slice	 nonce;		/* what we asked with; len 0: none */
	int64_t		 now;
	int		 allow_sha1, allow_rsa1024;
};

struct ocsp_answer {
	enum ocsp_verdict v;
	const char	*why;		/* unless OV_GOOD; a literal */
	int64_t		 this_update, revoked_at;
	int64_t		 bound;		/* OV_GOOD: good until then */
	int		 nonce;		/* 1: ours came back; 0: none did */
};

/*
 * What the response says of the certificate.  Its signer is the issuer, or
 * a certificate of this issuer's for OCSP signing, or the configured one.
 */
void	ocsp_check(const struct ocsp_in *in, struct ocsp_answer *out);
/*
 * A request for the status of cert with a nonce (len 0: without), DER.
 * Returns its octets, or 0 when it does not fit or OpenSSL fails.
 */
size_t	ocsp_request(const struct cert *cert, const struct cert *issuer,
	    struct slice nonce, uint8_t out[OCSP_REQUEST_MAX]);

#endif /* CERTD_OCSP_H */
