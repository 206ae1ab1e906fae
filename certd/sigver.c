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

/* Verifying AUTH payloads of public keys. */

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "log.h"
#include "sigver.h"

/* What one verification has at hand. */
struct run {
	const struct sigver_in *in;
	struct sigver_out *out;
	enum key_kind	 kind;
	struct slice	 sig;		/* without the AlgorithmIdentifier */
	int		 raw;		/* ECDSA: r | s, not DER */
};

static int
refuse(struct run *r, enum sigver_why why, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
refuse(struct run *r, enum sigver_why why, const char *fmt, ...)
{
	va_list ap;

	r->out->why = why;
	va_start(ap, fmt);
	vsnprintf(r->out->text, sizeof(r->out->text), fmt, ap);
	va_end(ap);
	return (-1);
}

/*
 * RFC 7296 section 3.8, RFC 4754 section 3.  Method 1 says nothing of the
 * hash: the signature does.
 */
static int
read_fixed(struct run *r)
{
	struct sigalg *a = &r->out->alg;

	r->sig = r->in->auth;
	switch (r->in->method) {
	case AUTH_RSA:
		a->kind = SIG_RSA;
		return (0);
	case AUTH_ECDSA_256:
		a->hash = HASH_SHA2_256;
		break;
	case AUTH_ECDSA_384:
		a->hash = HASH_SHA2_384;
		break;
	case AUTH_ECDSA_521:
		a->hash = HASH_SHA2_512;
		break;
	default:
		return (refuse(r, SV_METHOD, "authentication method %u is "
		    "not one of public keys that we know", r->in->method));
	}
	a->kind = SIG_ECDSA;
	r->raw = 1;
	return (0);
}

/* RFC 7427 section 3: length, AlgorithmIdentifier, signature. */
static int
read_identified(struct run *r)
{
	struct slice auth = r->in->auth;
	const char *why;
	size_t len;

	if (auth.len < 1 || (len = auth.p[0]) == 0 || len > auth.len - 1)
		return (refuse(r, SV_MALFORMED, "the AUTH payload is shorter "
		    "than its AlgorithmIdentifier"));
	why = sigalg_read((struct slice){ auth.p + 1, len }, &r->out->alg);
	if (why != NULL)
		return (refuse(r, SV_MALFORMED, "%s", why));
	r->sig.p = auth.p + 1 + len;
	r->sig.len = auth.len - 1 - len;
	return (0);
}

/* Does the key fit the algorithm, and for methods 9 to 11 its curve? */
static int
key_fits(struct run *r)
{
	static const enum key_kind curve[] = {
		[AUTH_ECDSA_256] = KEY_P256, [AUTH_ECDSA_384] = KEY_P384,
		[AUTH_ECDSA_521] = KEY_P521
	};
	char name[32], alg[48];
	int ok = 0;

	switch (r->out->alg.kind) {
	case SIG_RSA:
		ok = r->kind == KEY_RSA;
		break;
	case SIG_RSA_PSS:
		ok = r->kind == KEY_RSA || r->kind == KEY_RSA_PSS;
		break;
	case SIG_ECDSA:
		ok = r->raw ? r->kind == curve[r->in->method] :
		    r->kind == KEY_P256 || r->kind == KEY_P384 ||
		    r->kind == KEY_P521;
		break;
	case SIG_ED25519:
		ok = r->kind == KEY_ED25519;
		break;
	case SIG_ED448:
		ok = r->kind == KEY_ED448;
		break;
	}
	if (ok)
		return (0);
	return (refuse(r, SV_KEY, "the peer signs with %s (method %u), but "
	    "its key is %s", sigalg_print(&r->out->alg, alg, sizeof(alg)),
	    r->in->method, key_name(r->in->key, name, sizeof(name))));
}

static int
hash_fits(struct run *r)
{
	const struct sigalg *a = &r->out->alg;

	if (a->hash == HASH_SHA1) {
		if ((r->in->allow_weak & CHAIN_WEAK_SHA1) != 0)
			return (0);
		return (refuse(r, SV_WEAK, "the peer signs with SHA-1, which "
		    "is weak (allow-weak: sha1)"));
	}
	if (r->raw || (r->in->hashes & HASH_BIT(a->hash)) != 0)
		return (0);
	return (refuse(r, SV_NOT_ACCEPTED, "the peer signs with the hash %s, "
	    "which we did not offer", sigalg_hash_name(a->hash)));
}

static int
policy_allows(struct run *r)
{
	static const unsigned int bit[] = {
		[SIG_RSA] = ACCEPT_RSA, [SIG_RSA_PSS] = ACCEPT_RSA_PSS,
		[SIG_ECDSA] = ACCEPT_ECDSA, [SIG_ED25519] = ACCEPT_ED25519,
		[SIG_ED448] = ACCEPT_ED448
	};
	const struct sigalg *a = &r->out->alg;
	char alg[48];

	if ((r->in->accept & bit[a->kind]) == 0)
		return (refuse(r, SV_NOT_ACCEPTED, "the policy does not "
		    "accept signatures by %s", sigalg_print(a, alg,
		    sizeof(alg))));
	if (key_is_too_weak(r->in->key) || (key_is_weak(r->in->key) &&
	    (r->in->allow_weak & CHAIN_WEAK_RSA1024) == 0))
		return (refuse(r, SV_WEAK, "the peer's RSA key is too short "
		    "(allow-weak: rsa1024)"));
	/* What method 1 is hashed with is not known yet. */
	return (a->hash == 0 ? 0 : hash_fits(r));
}

static int
wrong(struct run *r)
{
	return (refuse(r, SV_WRONG, "the peer's signature is wrong: it signs "
	    "with another key than its certificate's, or not what we saw"));
}

/* The hash of all parts.  Its length, or 0. */
static size_t
hash_parts(const struct run *r, enum sig_hash h, uint8_t out[EVP_MAX_MD_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int i, len = 0;
	int ok;

	ok = ctx != NULL && EVP_DigestInit_ex(ctx, sigalg_md(h), NULL) == 1;
	for (i = 0; ok && i < r->in->nparts; i++)
		ok = EVP_DigestUpdate(ctx, r->in->part[i].p,
		    r->in->part[i].len) == 1;
	if (!ok || EVP_DigestFinal_ex(ctx, out, &len) != 1)
		len = 0;
	EVP_MD_CTX_free(ctx);
	return (len);
}

/* DER of an INTEGER that is not negative; at most 2 + 1 + len octets. */
static size_t
put_integer(uint8_t *out, const uint8_t *p, size_t len)
{
	size_t pad;

	while (len > 1 && p[0] == 0) {
		p++;
		len--;
	}
	pad = (p[0] & 0x80) != 0;
	out[0] = 0x02;
	out[1] = (uint8_t)(len + pad);
	out[2] = 0;
	memcpy(out + 2 + pad, p, len);
	return (2 + pad + len);
}

/* r | s, each as long as the curve's order (RFC 4754 section 7), as DER. */
static int
ecdsa_der(const struct run *r, uint8_t out[160], size_t *lenp)
{
	static const size_t width[] = { [KEY_P256] = 32, [KEY_P384] = 48,
		[KEY_P521] = 66 };
	size_t w = width[r->kind], n, head;
	uint8_t body[152];

	if (r->sig.len != 2 * w)
		return (-1);
	n = put_integer(body, r->sig.p, w);
	n += put_integer(body + n, r->sig.p + w, w);
	head = n < 0x80 ? 2 : 3;
	out[0] = 0x30;
	out[1] = n < 0x80 ? (uint8_t)n : 0x81;
	if (head == 3)
		out[2] = (uint8_t)n;
	memcpy(out + head, body, n);
	*lenp = head + n;
	return (0);
}

/* Sets up what the algorithm says about itself. */
static int
set_algorithm(const struct run *r, EVP_PKEY_CTX *ctx)
{
	const struct sigalg *a = &r->out->alg;
	const EVP_MD *md = sigalg_md(a->hash);

	if (a->kind == SIG_ECDSA)
		return (EVP_PKEY_CTX_set_signature_md(ctx, md) == 1);
	return (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, a->salt) == 1);
}

/* ECDSA and RSA-PSS: a hash, then one operation. */
static int
verify_hashed(struct run *r, EVP_PKEY_CTX *ctx)
{
	uint8_t hash[EVP_MAX_MD_SIZE], der[160];
	struct slice sig = r->sig;
	size_t len, dlen;

	if (r->raw) {
		if (ecdsa_der(r, der, &dlen) == -1)
			return (refuse(r, SV_MALFORMED, "the signature is "
			    "not as long as the curve asks for"));
		sig = (struct slice){ der, dlen };
	}
	if ((len = hash_parts(r, r->out->alg.hash, hash)) == 0 ||
	    EVP_PKEY_verify_init(ctx) != 1)
		return (refuse(r, SV_INTERNAL, "OpenSSL could not start to "
		    "verify"));
	/* A key bound to other parameters (RFC 4055 3.1) refuses here. */
	if (!set_algorithm(r, ctx))
		return (refuse(r, SV_KEY, "the peer's key does not allow the "
		    "signature's parameters"));
	if (EVP_PKEY_verify(ctx, sig.p, sig.len, hash, len) != 1)
		return (wrong(r));
	return (0);
}

/* DigestInfo up to the digest (RFC 8017 section 9.2, note 1). */
static const struct {
	enum sig_hash	 hash;
	uint8_t		 len;
	uint8_t		 der[19];
} info[] = {
	{ HASH_SHA2_256, 19, { 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48,
	    1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20 } },
	{ HASH_SHA2_384, 19, { 0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48,
	    1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30 } },
	{ HASH_SHA2_512, 19, { 0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48,
	    1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40 } },
	{ HASH_SHA1, 15, { 0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a,
	    5, 0, 4, 0x14 } },
};

/*
 * PKCS#1: what the signature holds must be exactly the DigestInfo that we
 * make, octet by octet.  One operation tells the hash of method 1, too.
 */
static int
verify_pkcs1(struct run *r, EVP_PKEY_CTX *ctx)
{
	uint8_t out[KEY_RSA_MOST / 8], hash[EVP_MAX_MD_SIZE];
	size_t len = sizeof(out), i, hlen;

	if (EVP_PKEY_verify_recover_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
		return (refuse(r, SV_INTERNAL, "OpenSSL could not start to "
		    "verify"));
	if (r->sig.len != (size_t)EVP_PKEY_get_size(r->in->key) ||
	    EVP_PKEY_verify_recover(ctx, out, &len, r->sig.p, r->sig.len) != 1)
		return (wrong(r));
	for (i = 0; i < sizeof(info) / sizeof(info[0]); i++) {
		hlen = sigalg_hash_len(info[i].hash);
		if (len == info[i].len + hlen &&
		    memcmp(out, info[i].der, info[i].len) == 0)
			break;
	}
	if (i == sizeof(info) / sizeof(info[0]))
		return (wrong(r));
	if (r->in->method == AUTH_RSA) {
		r->out->alg.hash = info[i].hash;
		if (hash_fits(r) == -1)
			return (-1);
	} else if (r->out->alg.hash != info[i].hash)
		return (wrong(r));
	if (hash_parts(r, info[i].hash, hash) != hlen)
		return (refuse(r, SV_INTERNAL, "OpenSSL computes no hash"));
	if (memcmp(out + info[i].len, hash, hlen) != 0)
		return (wrong(r));
	return (0);
}

/* RFC 8420: EdDSA takes the octets themselves, in one piece. */
static int
verify_eddsa(struct run *r)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 0, at = 0;
	unsigned int i;
	uint8_t *all;
	int ok;

	for (i = 0; i < r->in->nparts; i++)
		len += r->in->part[i].len;
	all = xcalloc(len + 1, 1);
	for (i = 0; i < r->in->nparts; i++) {
		if (r->in->part[i].len > 0)
			memcpy(all + at, r->in->part[i].p,
			    r->in->part[i].len);
		at += r->in->part[i].len;
	}
	if (ctx == NULL || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL,
	    r->in->key) != 1) {
		ok = refuse(r, SV_INTERNAL, "OpenSSL could not start to "
		    "verify");
	} else if (EVP_DigestVerify(ctx, r->sig.p, r->sig.len, all, len) != 1)
		ok = wrong(r);
	else
		ok = 0;
	EVP_MD_CTX_free(ctx);
	free(all);
	return (ok);
}

static int
verify(struct run *r)
{
	EVP_PKEY_CTX *ctx;
	int rv;

	if (r->out->alg.hash == HASH_IDENTITY)
		return (verify_eddsa(r));
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, r->in->key, NULL);
	if (ctx == NULL)
		return (refuse(r, SV_INTERNAL, "OpenSSL has no memory"));
	rv = r->out->alg.kind == SIG_RSA ? verify_pkcs1(r, ctx) :
	    verify_hashed(r, ctx);
	EVP_PKEY_CTX_free(ctx);
	return (rv);
}

void
sigver_check(const struct sigver_in *in, struct sigver_out *out)
{
	struct run r = { .in = in, .out = out };
	const char *why;

	memset(out, 0, sizeof(*out));
	/* Whatever is forgotten below is no success. */
	out->why = SV_INTERNAL;
	if (in->auth.len == 0 || in->auth.len > SIGVER_MAX)
		refuse(&r, SV_MALFORMED, "an AUTH payload of %zu octets",
		    in->auth.len);
	else if ((r.kind = key_kind(in->key, &why)) == 0)
		refuse(&r, SV_KEY, "%s", why);
	else if ((in->method == AUTH_SIGNATURE ? read_identified(&r) :
	    read_fixed(&r)) == 0 && key_fits(&r) == 0 &&
	    policy_allows(&r) == 0 && verify(&r) == 0) {
		out->why = SV_OK;
		out->text[0] = '\0';
	}
	ERR_clear_error();
}
