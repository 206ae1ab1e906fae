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

/* OCSP responses and requests (RFC 6960, RFC 8954). */

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <string.h>

#include "log.h"
#include "ocsp.h"
#include "sigalg.h"

static void
say(struct ocsp_answer *out, enum ocsp_verdict v, const char *why)
{
	out->v = v;
	out->why = why;
}

static OCSP_BASICRESP *
decode(struct slice in, const char **why)
{
	const unsigned char *p = in.p;
	OCSP_RESPONSE *r;
	OCSP_BASICRESP *b = NULL;

	*why = "the OCSP response is broken";
	if (in.len == 0 || in.len > OCSP_MAX)
		return (NULL);
	r = d2i_OCSP_RESPONSE(NULL, &p, (long)in.len);
	if (r != NULL && p == in.p + in.len) {
		if (OCSP_response_status(r) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
			*why = "the OCSP responder answered with an error";
		else
			b = OCSP_response_get1_basic(r);
	}
	OCSP_RESPONSE_free(r);
	return (b);
}

/* RFC 6960 section 4.2.2.2: a responder that the issuer names itself. */
static const char *
delegate_fault(X509 *s, const struct ocsp_in *in)
{
	EVP_PKEY *key = cert_key(in->issuer);
	const char *why;
	int md;

	if (X509_check_issued(in->issuer->x, s) != X509_V_OK || key == NULL ||
	    X509_verify(s, key) != 1)
		return ("the OCSP response's signer is not of the "
		    "certificate's issuer");
	if ((X509_get_extension_flags(s) & EXFLAG_XKUSAGE) == 0 ||
	    (X509_get_extended_key_usage(s) & XKU_OCSP_SIGN) == 0)
		return ("the OCSP response's signer may not sign for OCSP "
		    "(extendedKeyUsage)");
	if ((X509_get_key_usage(s) &
	    (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
		return ("the OCSP response's signer may not sign (keyUsage)");
	if ((X509_get_extension_flags(s) &
	    (EXFLAG_CRITICAL | EXFLAG_INVALID)) != 0)
		return ("the OCSP response's signer has a critical extension "
		    "that is not known");
	if (cert_time_of(X509_get0_notBefore(s)) > in->now ||
	    cert_time_of(X509_get0_notAfter(s)) < in->now)
		return ("the OCSP response's signer is not valid now");
	if (key_kind(X509_get0_pubkey(s), &why) == 0)
		return ("the OCSP response's signer has a key that is not "
		    "taken");
	if (X509_get_signature_info(s, &md, NULL, NULL, NULL) != 1 ||
	    (md != NID_undef && md != NID_sha256 && md != NID_sha384 &&
	    md != NID_sha512 && !(md == NID_sha1 && in->allow_sha1)))
		return ("the OCSP response's signer is certified with a weak "
		    "hash");
	return (NULL);
}

/* The signature, and whether its maker may speak of the certificate. */
static const char *
signer_fault(OCSP_BASICRESP *b, const struct ocsp_in *in)
{
	STACK_OF(X509) *known = sk_X509_new_null();
	const char *why = NULL;
	struct sigalg sa;
	X509 *s = NULL;

	if (known == NULL || sk_X509_push(known, in->issuer->x) <= 0 ||
	    (in->signer != NULL && sk_X509_push(known, in->signer->x) <= 0))
		fatal("out of memory");
	if (OCSP_resp_get0_signer(b, &s, known) != 1 || s == NULL)
		why = "the OCSP response's signer is not known";
	else if ((why = sigalg_of(OCSP_resp_get0_tbs_sigalg(b), &sa)) != NULL)
		;
	else if (sa.hash == HASH_SHA1 && !in->allow_sha1)
		why = "the OCSP response is signed with SHA-1, which is weak";
	else if (key_kind(X509_get0_pubkey(s), &why) == 0)
		;
	else if (key_is_too_weak(X509_get0_pubkey(s)) ||
	    (key_is_weak(X509_get0_pubkey(s)) && !in->allow_rsa1024))
		why = "the OCSP response is signed with too short a key";
	else if (OCSP_basic_verify(b, known, NULL, OCSP_NOVERIFY) != 1)
		why = "the signature of the OCSP response is broken";
	else if (s != in->issuer->x &&
	    (in->signer == NULL || s != in->signer->x))
		why = delegate_fault(s, in);
	else
		why = NULL;
	sk_X509_free(known);
	return (why);
}

/* RFC 6960 4.1.1: the issuer by the hash that the response has chosen. */
static OCSP_SINGLERESP *
single_of(OCSP_BASICRESP *b, const struct ocsp_in *in)
{
	OCSP_SINGLERESP *one;
	OCSP_CERTID *ours;
	ASN1_OBJECT *md;
	const EVP_MD *m;
	int i, same;

	for (i = 0; i < OCSP_resp_count(b); i++) {
		one = OCSP_resp_get0(b, i);
		if (OCSP_id_get0_info(NULL, &md, NULL, NULL, (OCSP_CERTID *)
		    OCSP_SINGLERESP_get0_id(one)) != 1)
			continue;
		switch (OBJ_obj2nid(md)) {
		case NID_sha1:
			m = sigalg_md(HASH_SHA1);
			break;
		case NID_sha256:
			m = sigalg_md(HASH_SHA2_256);
			break;
		case NID_sha384:
			m = sigalg_md(HASH_SHA2_384);
			break;
		case NID_sha512:
			m = sigalg_md(HASH_SHA2_512);
			break;
		default:
			continue;
		}
		ours = OCSP_cert_to_id(m, in->cert->x, in->issuer->x);
		same = ours != NULL && OCSP_id_cmp(ours,
		    OCSP_SINGLERESP_get0_id(one)) == 0;
		OCSP_CERTID_free(ours);
		if (same)
			return (one);
	}
	return (NULL);
}

/* Ours came back, none came, or another did: 1, 0, -1. */
static int
nonce_of(OCSP_BASICRESP *b, struct slice want)
{
	ASN1_OCTET_STRING *s, *inner = NULL;
	const unsigned char *p;
	X509_EXTENSION *ext;
	long len;
	int at, r;

	at = OCSP_BASICRESP_get_ext_by_NID(b, NID_id_pkix_OCSP_Nonce, -1);
	if (at < 0 || want.len == 0)
		return (0);
	ext = OCSP_BASICRESP_get_ext(b, at);
	s = X509_EXTENSION_get_data(ext);
	p = ASN1_STRING_get0_data(s);
	len = ASN1_STRING_length(s);
	inner = d2i_ASN1_OCTET_STRING(NULL, &p, len);
	r = inner != NULL &&
	    (size_t)ASN1_STRING_length(inner) == want.len &&
	    memcmp(ASN1_STRING_get0_data(inner), want.p, want.len) == 0;
	ASN1_OCTET_STRING_free(inner);
	return (r ? 1 : -1);
}

static int64_t
general_time(const ASN1_GENERALIZEDTIME *t)
{
	return (t == NULL ? 0 : cert_time_of(t));
}

static void
read_single(OCSP_SINGLERESP *one, const struct ocsp_in *in,
    struct ocsp_answer *out)
{
	ASN1_GENERALIZEDTIME *rev = NULL, *this = NULL, *next = NULL;
	int64_t until;
	int status, reason;

	status = OCSP_single_get0_status(one, &reason, &rev, &this, &next);
	out->this_update = general_time(this);
	until = next != NULL ? general_time(next) :
	    out->this_update + OCSP_AGE;
	if (status == V_OCSP_CERTSTATUS_REVOKED) {
		/* However old: what was revoked stays so. */
		out->revoked_at = general_time(rev);
		say(out, OV_REVOKED, "revoked, says the OCSP responder");
		return;
	}
	if (out->this_update <= 0 || until == INT64_MIN)
		say(out, OV_REFUSED, "the times of the OCSP response are none");
	else if (out->this_update > in->now + OCSP_SKEW)
		say(out, OV_STALE, "the OCSP response is of the future");
	else if (until + OCSP_SKEW < in->now)
		say(out, OV_STALE, "the OCSP response is stale");
	else if (status != V_OCSP_CERTSTATUS_GOOD)
		say(out, OV_UNKNOWN, "the OCSP responder does not know the "
		    "certificate");
	else {
		say(out, OV_GOOD, NULL);
		out->bound = until + OCSP_SKEW;
	}
}

void
ocsp_check(const struct ocsp_in *in, struct ocsp_answer *out)
{
	OCSP_SINGLERESP *one;
	OCSP_BASICRESP *b;
	const char *why;
	int nonce;

	memset(out, 0, sizeof(*out));
	if ((b = decode(in->response, &why)) == NULL)
		say(out, OV_REFUSED, why);
	else if ((one = single_of(b, in)) == NULL)
		say(out, OV_OTHER, "the OCSP response is not of this "
		    "certificate");
	else if ((why = signer_fault(b, in)) != NULL)
		say(out, OV_REFUSED, why);
	else if ((nonce = nonce_of(b, in->nonce)) == -1)
		say(out, OV_REFUSED, "the OCSP response answers another "
		    "request (nonce)");
	else {
		out->nonce = nonce;
		read_single(one, in, out);
	}
	OCSP_BASICRESP_free(b);
	ERR_clear_error();
}

size_t
ocsp_request(const struct cert *cert, const struct cert *issuer,
    struct slice nonce, uint8_t out[OCSP_REQUEST_MAX])
{
	OCSP_REQUEST *r = OCSP_REQUEST_new();
	OCSP_CERTID *id;
	unsigned char *p = out;
	int len = 0;

	/* SHA-1 names the issuer: every responder knows that (RFC 5019). */
	id = OCSP_cert_to_id(sigalg_md(HASH_SHA1), cert->x, issuer->x);
	if (r == NULL || id == NULL || nonce.len > OCSP_NONCE_MAX)
		goto done;
	if (OCSP_request_add0_id(r, id) == NULL)
		goto done;
	id = NULL;
	if (nonce.len > 0 && OCSP_request_add1_nonce(r,
	    (unsigned char *)nonce.p, (int)nonce.len) != 1)
		goto done;
	len = i2d_OCSP_REQUEST(r, NULL);
	if (len > 0 && len <= OCSP_REQUEST_MAX)
		len = i2d_OCSP_REQUEST(r, &p);
	else
		len = 0;
done:
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(r);
	ERR_clear_error();
	return (len > 0 ? (size_t)len : 0);
}
