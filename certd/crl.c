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

/* Certificate revocation lists: decoding, verifying, sets of them. */

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "crl.h"
#include "crlext.h"
#include "log.h"
#include "sigalg.h"

/* Whether a weak one counts is the policy's to say of each tunnel. */
static const char *
alg_fault(const X509_CRL *x, int *sha1)
{
	const X509_ALGOR *alg;
	struct sigalg sa;
	const char *why;

	X509_CRL_get0_signature(x, NULL, &alg);
	if ((why = sigalg_of(alg, &sa)) == NULL)
		*sha1 = sa.hash == HASH_SHA1;
	return (why);
}

static struct crl *
crl_der(struct slice der, const char **why)
{
	const unsigned char *p = der.p;
	struct crl *c;
	X509_CRL *x;

	x = d2i_X509_CRL(NULL, &p, (long)der.len);
	ERR_clear_error();
	if (x == NULL || p != der.p + der.len) {
		*why = x == NULL ? "this is no CRL (X.509)" :
		    "octets after the end of the CRL";
		X509_CRL_free(x);
		return (NULL);
	}
	c = xcalloc(1, sizeof(*c));
	c->refs = 1;
	c->x = x;
	c->size = der.len;
	c->this_update = cert_time_of(X509_CRL_get0_lastUpdate(x));
	if (X509_CRL_get0_nextUpdate(x) != NULL)
		c->next_update = cert_time_of(X509_CRL_get0_nextUpdate(x));
	c->delta = X509_CRL_get_ext_by_NID(x, NID_delta_crl, -1) >= 0;
	c->partial = X509_CRL_get_ext_by_NID(x,
	    NID_issuing_distribution_point, -1) >= 0;
	c->entries = (unsigned int)sk_X509_REVOKED_num(
	    X509_CRL_get_REVOKED(x));
	key_sha256(der, c->fp);
	(void)alg_fault(x, &c->sha1);
	if (c->this_update == INT64_MIN || c->next_update == INT64_MIN) {
		*why = "the times of the CRL are none";
		crl_free(c);
		return (NULL);
	}
	return (c);
}

static int
decode_pem(BIO *bio, struct crl **out, unsigned int max, const char **why)
{
	char *name, *header;
	unsigned char *data;
	unsigned int n = 0;
	struct crl *c;
	long len;

	*why = "there is no CRL in it (DER or PEM)";
	while (PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
		c = NULL;
		if (strcmp(name, PEM_STRING_X509_CRL) != 0 ||
		    header[0] != '\0')
			*why = "something that is no CRL is in it";
		else if (n == max)
			*why = "too many CRLs in one file";
		else
			c = crl_der((struct slice){ data, (size_t)len }, why);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
		if (c == NULL)
			goto bad;
		out[n++] = c;
	}
	if (n > 0 && ERR_GET_REASON(ERR_peek_last_error()) ==
	    PEM_R_NO_START_LINE)
		return ((int)n);
	if (n > 0)
		*why = "the PEM encoding is broken";
bad:
	while (n > 0)
		crl_free(out[--n]);
	return (-1);
}

int
crl_decode(struct slice in, struct crl **out, unsigned int max,
    const char **why)
{
	BIO *bio;
	int n;

	if (in.len == 0 || in.len > CRL_MAX) {
		*why = in.len == 0 ? "an empty CRL" : "the CRL is too long";
		return (-1);
	}
	if (in.p[0] == 0x30) {
		if (max == 0)
			return (-1);
		out[0] = crl_der(in, why);
		return (out[0] == NULL ? -1 : 1);
	}
	ERR_clear_error();
	if ((bio = BIO_new_mem_buf(in.p, (int)in.len)) == NULL)
		fatal("out of memory");
	n = decode_pem(bio, out, max, why);
	BIO_free(bio);
	ERR_clear_error();
	return (n);
}

struct crl *
crl_ref(struct crl *c)
{
	c->refs++;
	return (c);
}

void
crl_free(struct crl *c)
{
	if (c == NULL || --c->refs > 0)
		return;
	X509_CRL_free(c->x);
	X509_CRL_free(c->face);
	cert_free(c->by);
	free(c);
}

char *
crl_issuer(const struct crl *c, char *out, size_t size)
{
	return (cert_name_print(X509_CRL_get_issuer(c->x), out, size));
}

char *
crl_number(const struct crl *c, char *out, size_t size)
{
	ASN1_INTEGER *n;

	out[0] = '\0';
	n = X509_CRL_get_ext_d2i(c->x, NID_crl_number, NULL, NULL);
	if (n != NULL)
		cert_serial_print(n, out, size);
	ASN1_INTEGER_free(n);
	ERR_clear_error();
	return (out);
}

int
crl_is_stale(const struct crl *c, int64_t now)
{
	return (now < c->this_update ||
	    (c->next_update != 0 && now > c->next_update));
}

struct crls *
crls_new(void)
{
	return (xcalloc(1, sizeof(struct crls)));
}

void
crls_free(struct crls *s)
{
	if (s == NULL)
		return;
	while (s->n > 0)
		crl_free(s->crl[--s->n]);
	free(s->crl);
	free(s);
}

static int
too_weak(const struct crl *c, unsigned int allow_weak)
{
	return (c->sha1 && (allow_weak & CRL_WEAK_SHA1) == 0);
}

/* Was c verified by the key of x? */
static int
key_is(const struct crl *c, X509 *x)
{
	EVP_PKEY *a, *b;
	int same;

	if (c->by == NULL || c->by->x == x)
		return (c->by != NULL);
	a = cert_key(c->by);
	b = X509_get0_pubkey(x);
	same = a != NULL && b != NULL && EVP_PKEY_eq(a, b) == 1;
	ERR_clear_error();
	return (same);
}

/* RFC 5280 section 6.3.3 (f), (g): the issuer may sign CRLs, and did. */
static int
signed_by(const struct crl *c, const struct cert *by, const char **why)
{
	EVP_PKEY *key = cert_key(by);
	int ok;

	if (X509_NAME_cmp(X509_CRL_get_issuer(c->x),
	    X509_get_subject_name(by->x)) != 0)
		return (0);
	if (by->kind == 0) {
		*why = by->key_fault;
		return (0);
	}
	if ((X509_get_key_usage(by->x) & KU_CRL_SIGN) == 0) {
		*why = "its issuer may not sign CRLs (keyUsage)";
		return (0);
	}
	/* Once is enough: it takes as long as hashing all of it. */
	ok = key != NULL && ((c->by != NULL && key_is(c, by->x)) ||
	    X509_CRL_verify(c->x, key) == 1);
	ERR_clear_error();
	if (!ok)
		*why = "its signature is broken, or not by its issuer's key";
	return (ok);
}

static struct cert *
verified(const struct crl *c, const struct trust *trust,
    struct cert *const *by, unsigned int n, const char **why)
{
	struct cert *t;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (signed_by(c, by[i], why))
			return (by[i]);
	i = 0;
	while (trust != NULL && (t = trust_by_name(trust,
	    X509_CRL_get_issuer(c->x), &i)) != NULL)
		if (signed_by(c, t, why))
			return (t);
	return (NULL);
}

/* The same issuer, key, scope and kind: one replaces the other. */
static int
same_scope(const struct crl *a, const struct crl *b)
{
	return (a->delta == b->delta && X509_NAME_cmp(
	    X509_CRL_get_issuer(a->x), X509_CRL_get_issuer(b->x)) == 0 &&
	    key_is(a, b->by->x) &&
	    crlext_same(a->x, b->x, NID_issuing_distribution_point) &&
	    crlext_same(a->x, b->x, NID_authority_key_identifier));
}

/* Who believes b believes a of the same scope, too. */
static int
as_strong(const struct crl *a, const struct crl *b)
{
	return (!a->sha1 || b->sha1);
}

int
crl_is_outdated(const struct crl *a, const struct crl *b)
{
	return (a->by != NULL && b->by != NULL && same_scope(a, b) &&
	    as_strong(b, a) && b->this_update >= a->this_update);
}

/*
 * An older CRL may never take a newer one's place, nor a weak one a strong
 * one's: who answers a fetch could otherwise bring a revoked certificate back.
 */
static enum crl_added
place(struct crls *s, struct crl *c, const char **why)
{
	unsigned int i, n;

	for (i = 0; i < s->n; i++) {
		if (!same_scope(s->crl[i], c))
			continue;
		if (memcmp(c->fp, s->crl[i]->fp, KEY_FP) == 0)
			return (CRL_SAME);
		if (c->this_update < s->crl[i]->this_update &&
		    as_strong(s->crl[i], c)) {
			*why = "it is older than one that is known";
			return (CRL_OLDER);
		}
	}
	if (s->n == CRLS_MAX) {
		*why = "there are too many CRLs";
		return (CRL_REFUSED);
	}
	for (i = n = 0; i < s->n; i++)
		if (crl_is_outdated(s->crl[i], c))
			crl_free(s->crl[i]);
		else
			s->crl[n++] = s->crl[i];
	s->n = n;
	s->crl = xreallocarray(s->crl, s->n + 1, sizeof(*s->crl));
	s->crl[s->n++] = crl_ref(c);
	s->generation++;
	return (CRL_TAKEN);
}

enum crl_added
crls_add(struct crls *s, struct crl *c, const struct trust *trust,
    struct cert *const *by, unsigned int n, const char **why)
{
	const char *fault;
	struct cert *issuer;
	int sha1;

	*why = "nobody who could have issued it is known";
	if ((fault = alg_fault(c->x, &sha1)) != NULL) {
		*why = fault;
		return (CRL_REFUSED);
	}
	if ((issuer = verified(c, trust, by, n, why)) == NULL)
		return (CRL_REFUSED);
	if (c->by == NULL)
		c->by = cert_ref(issuer);
	if (c->face == NULL)
		c->face = crl_face(c->x);
	return (place(s, c, why));
}

void
crls_expire(struct crls *s, int64_t now, int64_t keep)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n; i++)
		if (s->crl[i]->next_update != 0 &&
		    now > s->crl[i]->next_update + keep)
			crl_free(s->crl[i]);
		else
			s->crl[n++] = s->crl[i];
	if (n == s->n)
		return;
	s->n = n;
	s->generation++;
}

int
crl_is_of(const struct crl *c, const struct cert *issuer)
{
	return (X509_NAME_cmp(X509_CRL_get_issuer(c->x),
	    X509_get_subject_name(issuer->x)) == 0 &&
	    key_is(c, issuer->x));
}

const struct crl *
crls_verified(const struct crls *s, const X509_CRL *x, X509 *issuer)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (s->crl[i]->x == x)
			return (s->crl[i]->by != NULL && key_is(s->crl[i],
			    issuer) ? s->crl[i] : NULL);
	return (NULL);
}

/* Would OpenSSL take it for the issuer's, and find a broken signature? */
static int
mistaken(const struct crl *c, X509 *issuer)
{
	AUTHORITY_KEYID *akid;
	int r;

	if (X509_NAME_cmp(X509_CRL_get_issuer(c->x),
	    X509_get_subject_name(issuer)) != 0 || key_is(c, issuer))
		return (0);
	akid = X509_CRL_get_ext_d2i(c->x, NID_authority_key_identifier, NULL,
	    NULL);
	r = X509_check_akid(issuer, akid) == X509_V_OK;
	AUTHORITY_KEYID_free(akid);
	ERR_clear_error();
	return (r);
}

STACK_OF(X509_CRL) *
crls_for(const struct crls *s, X509 *issuer, unsigned int allow_weak)
{
	STACK_OF(X509_CRL) *sk = sk_X509_CRL_new_null();
	unsigned int i;

	if (sk == NULL)
		fatal("out of memory");
	for (i = 0; i < s->n; i++) {
		if (too_weak(s->crl[i], allow_weak) ||
		    (issuer != NULL && mistaken(s->crl[i], issuer)))
			continue;
		if (X509_CRL_up_ref(s->crl[i]->x) != 1 ||
		    sk_X509_CRL_push(sk, s->crl[i]->x) <= 0)
			fatal("out of memory");
	}
	return (sk);
}

int
crls_weak(const struct crls *s, const struct cert *issuer,
    unsigned int allow_weak)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (too_weak(s->crl[i], allow_weak) &&
		    crl_is_of(s->crl[i], issuer))
			return (1);
	return (0);
}

const struct crl *
crls_delta_revokes(const struct crls *s, X509 *x, const struct cert *issuer,
    unsigned int allow_weak)
{
	X509_REVOKED *rev;
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (s->crl[i]->delta && !too_weak(s->crl[i], allow_weak) &&
		    crl_is_of(s->crl[i], issuer) &&
		    X509_CRL_get0_by_cert(s->crl[i]->x, &rev, x) == 1)
			return (s->crl[i]);
	return (NULL);
}

int
crls_delta_until(const struct crls *s, const struct cert *issuer,
    unsigned int allow_weak, int64_t now, int64_t *until)
{
	unsigned int i;
	int64_t end;
	int found = 0;

	for (i = 0; i < s->n; i++) {
		if (!s->crl[i]->delta || crl_is_stale(s->crl[i], now) ||
		    too_weak(s->crl[i], allow_weak) ||
		    !crl_is_of(s->crl[i], issuer))
			continue;
		end = s->crl[i]->next_update != 0 ? s->crl[i]->next_update :
		    INT64_MAX;
		if (!found || end > *until)
			*until = end;
		found = 1;
	}
	return (found);
}
