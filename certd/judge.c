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

/*
 * The judgement: the peer's certificates are decoded, its signature is
 * verified with the first one's key, the identity is looked for in it, and
 * then its chain.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "certid.h"
#include "chain.h"
#include "id.h"
#include "judge.h"
#include "sigver.h"

enum { ENC_X509 = 4, ENC_HASH_URL = 12, ENC_HASH_URL_BUNDLE = 13,
	ENC_OCSP = 14, ENC_RAW = 15 };	/* RFC 7296 3.6, 4806, 7670 */
#define OUR_HASHES	(HASH_BIT(HASH_SHA2_256) | HASH_BIT(HASH_SHA2_384) | \
	HASH_BIT(HASH_SHA2_512) | HASH_BIT(HASH_IDENTITY))
#define OCSP_MOST	(SHOWN_OCSP + CERT_CHAIN)	/* with those fetched */

static int no(struct judged *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
no(struct judged *out, const char *fmt, ...)
{
	va_list ap;

	out->code = RSN_AUTH_PEER;
	va_start(ap, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
	return (-1);
}

static int
take_cert(const struct judge_in *in, struct shown *sh, struct slice der,
    struct judged *out)
{
	const char *why;

	if (sh->n == CERT_CHAIN)
		return (no(out, "the peer sends more than %d certificates",
		    CERT_CHAIN));
	if ((sh->cert[sh->n] = vcache_cert(in->vcache, der, &why)) == NULL)
		return (no(out, "certificate %u of the peer: %s", sh->n + 1,
		    why));
	sh->der[sh->n++] = der;
	return (0);
}

static int
take_one(const struct judge_in *in, struct shown *sh, unsigned int encoding,
    struct slice d, struct judged *out)
{
	const char *why;

	switch (encoding) {
	case ENC_X509:
		return (take_cert(in, sh, d, out));
	case ENC_RAW:
		rawkey_free(sh->raw);
		if ((sh->raw = vcache_rawkey(in->vcache, d, &why)) == NULL)
			return (no(out, "the peer's public key: %s", why));
		return (0);
	case ENC_OCSP:
		if (sh->nocsp < SHOWN_OCSP)
			sh->ocsp[sh->nocsp++] = d;
		return (0);
	case ENC_HASH_URL:
	case ENC_HASH_URL_BUNDLE:
		sh->by_url = 1;
		return (0);
	default:
		return (0);	/* RFC 7296: others may be of use to others */
	}
}

/* encoding (1), length (2), data: proto_ike_sign.h. */
static int
take_chain(const struct judge_in *ji, struct shown *sh, struct judged *out)
{
	struct slice d, in = ji->check->chain;
	size_t at;

	for (at = 0; at < in.len; at += 3 + d.len) {
		if (in.len - at < 3)
			return (no(out, "the chain is cut short"));
		d.p = in.p + at + 3;
		d.len = (size_t)in.p[at + 1] << 8 | in.p[at + 2];
		if (d.len > in.len - at - 3)
			return (no(out, "the chain is cut short"));
		if (take_one(ji, sh, in.p[at], d, out) == -1)
			return (-1);
	}
	return (0);
}

static int
check_signature(const struct judge_in *in, EVP_PKEY *key, const char *whose,
    struct judged *out)
{
	struct sigver_in si = { .method = in->check->method,
	    .auth = in->check->auth, .part = &in->octets, .nparts = 1,
	    .key = key, .accept = in->rule->sigs, .hashes = OUR_HASHES,
	    .allow_weak = in->rule->weak };
	struct sigver_out so;

	if (in->rule->weak & WEAK_SHA1)
		si.hashes |= HASH_BIT(HASH_SHA1);
	sigver_check(&si, &so);
	if (so.why == SV_OK) {
		key_sort_of(key, &out->sort);
		return (0);
	}
	if (in->ppk != NULL)
		return (no(out, "tunnel %s: %s: %s, or PPK %s differs from "
		    "the peer's", in->entry->name, whose, so.text, in->ppk));
	return (no(out, "tunnel %s: %s: %s", in->entry->name, whose,
	    so.text));
}

static int
judge_raw(const struct judge_in *in, const struct shown *sh,
    struct judged *out)
{
	const struct rawkey *k = in->rule->pubkey;

	if (k == NULL)
		return (no(out, "tunnel %s names no public key of the peer",
		    in->entry->name));
	if (sh->raw != NULL && memcmp(sh->raw->fp, k->fp, KEY_FP) != 0)
		return (no(out, "tunnel %s: the peer shows another public key "
		    "than the one that pubkey names", in->entry->name));
	memcpy(out->fp, k->fp, KEY_FP);
	memcpy(out->key, k->sha1, KEY_SHA1);
	if (sh->raw != NULL)
		vcache_keep(in->vcache, sh->raw);
	strlcpy(out->proof, "the public key that pubkey names",
	    sizeof(out->proof));
	return (check_signature(in, k->key, "the peer's public key", out));
}

static int
check_name(const struct judge_in *in, const struct cert *leaf,
    struct judged *out)
{
	struct certid_in ci = { .id = in->peer, .want = in->entry->id_remote,
	    .cert_id = in->rule->cert_id };
	char text[CERTID_TEXT];

	if (certid_proves(leaf, &ci, text, sizeof(text)))
		return (0);
	return (no(out, "tunnel %s: %s", in->entry->name, text));
}

static int
judge_cert(const struct judge_in *in, struct shown *sh, struct judged *out)
{
	struct cert *leaf = sh->n > 0 ? sh->cert[0] : in->rule->pinned;
	char name[CERT_NAME], whose[CERT_NAME + 32];

	if (leaf == NULL)
		return (no(out, "tunnel %s: the peer shows no certificate%s",
		    in->entry->name, sh->by_url ? ", only URLs, and the "
		    "policy has none fetched (certificates: "
		    "hash-and-url)" : ""));
	if (leaf->kind == 0)
		return (no(out, "tunnel %s: the peer's certificate \"%s\": "
		    "%s", in->entry->name, cert_subject(leaf, name,
		    sizeof(name)), leaf->key_fault));
	snprintf(whose, sizeof(whose), "certificate \"%s\"",
	    cert_subject(leaf, name, sizeof(name)));
	if (check_signature(in, cert_key(leaf), whose, out) == -1)
		return (-1);
	return (check_name(in, leaf, out));
}

int
judge_has_chain(const struct judge_in *in)
{
	return (in->entry->kind_theirs != AUTHK_KEY);
}

void
judge_peer(const struct judge_in *in, struct shown *sh, struct judged *out)
{
	int r;

	memset(sh, 0, sizeof(*sh));
	memset(out, 0, sizeof(*out));
	r = take_chain(in, sh, out);
	if (r == 0)
		r = judge_has_chain(in) ? judge_cert(in, sh, out) :
		    judge_raw(in, sh, out);
	out->code = r == 0 ? RSN_OK : RSN_AUTH_PEER;
}

/*
 * certificate "CN=bee", CA corp, not revoked.  Of one that the policy names
 * and no CA vouches for nothing was asked, nor of an anchor itself.
 */
static void
note_proof(const struct judge_in *in, const struct cert *leaf,
    const struct chain_result *res, struct judged *out)
{
	char name[CERT_NAME];
	const char *ca = res->anchor;

	snprintf(out->proof, sizeof(out->proof), "certificate \"%s\"%s%s%s",
	    cert_subject(leaf, name, sizeof(name)),
	    ca != NULL ? ", CA " : in->rule->pinned != NULL ?
	    ", the one that cert names" : "", ca != NULL ? ca : "",
	    res->asked == 0 ? "" : res->missing > 0 ?
	    ", revocation unknown" : ", not revoked");
}

/* Once more when the peer's CAs make CRLs count that are at hand. */
static void
verify(const struct judge_in *in, const struct chain_in *ci,
    struct chain_result *res)
{
	uint64_t id = (uint64_t)in->rule->round << 32 | in->rule->tunnel;

	vcache_verify(in->vcache, id, ci, res);
	if (ci->revocation == REVOCATION_OFF || res->n < 2 ||
	    book_vouch(in->book, res->chain + 1, res->n - 1) == 0)
		return;
	chain_result_free(res);
	vcache_verify(in->vcache, id, ci, res);
}

void
judge_chain(const struct judge_in *in, const struct shown *sh,
    struct chain_result *res, struct judged *out)
{
	const struct rule *r = in->rule;
	struct slice ocsp[OCSP_MOST];
	struct cert *inter[CERT_CHAIN + CERT_FILE];
	struct chain_in ci = { .trust = r->trust,
	    .leaf = sh->n > 0 ? sh->cert[0] : r->pinned, .inter = inter,
	    .pinned = r->pinned,
	    .crls = book_crls(in->book), .ocsp = ocsp, .now = in->now,
	    .revocation = (enum chain_revocation)r->revocation,
	    .allow_weak = r->weak, .neku = r->neku, .npolicy = r->npolicy };
	unsigned int i;

	for (i = 1; i < sh->n; i++)
		inter[ci.ninter++] = sh->cert[i];
	for (i = 0; i < r->nbeside; i++)
		inter[ci.ninter++] = r->beside[i];
	for (i = 0; i < sh->nocsp; i++)
		ocsp[ci.nocsp++] = sh->ocsp[i];
	for (i = 0; i < in->nocsp && ci.nocsp < OCSP_MOST; i++)
		ocsp[ci.nocsp++] = in->ocsp[i];
	for (i = 0; i < r->neku; i++)
		ci.eku[i] = r->eku[i];
	for (i = 0; i < r->npolicy; i++)
		ci.policy[i] = r->policy[i];
	ci.signers = book_signers(in->book, &ci.nsigners);
	verify(in, &ci, res);
	out->code = RSN_OK;
	out->text[0] = '\0';
	if (res->why != CHAIN_OK)
		no(out, "tunnel %s: %s", in->entry->name, res->text);
	else
		note_proof(in, ci.leaf, res, out);
	memcpy(out->fp, res->fp, KEY_FP);
	if (ci.leaf != NULL)
		memcpy(out->key, ci.leaf->key_sha1, KEY_SHA1);
	out->bound = res->bound;
	out->not_after = res->not_after;
}

void
shown_clear(struct shown *sh)
{
	unsigned int i;

	for (i = 0; i < sh->n; i++)
		cert_free(sh->cert[i]);
	rawkey_free(sh->raw);
	memset(sh, 0, sizeof(*sh));
}
