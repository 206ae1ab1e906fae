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
 * What a chain has to satisfy beside its path: the profile of RFC 4945
 * (keyUsage, extendedKeyUsage), policies by name, revocation.
 */

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

#include "chain_int.h"
#include "ocsp.h"
#include "utc.h"

/* SHA-1 and RSA-1024 stand when the policy says so; nothing else does. */
static int
weak_allowed(const struct chain_in *in, int err, X509 *x)
{
	EVP_PKEY *key;
	int md;

	if (x == NULL)
		return (0);
	if (err == X509_V_ERR_CA_MD_TOO_WEAK)
		return ((in->allow_weak & CHAIN_WEAK_SHA1) != 0 &&
		    X509_get_signature_info(x, &md, NULL, NULL, NULL) == 1 &&
		    md == NID_sha1);
	key = X509_get0_pubkey(x);
	return ((in->allow_weak & CHAIN_WEAK_RSA1024) != 0 && key != NULL &&
	    key_is_weak(key) && !key_is_too_weak(key));
}

/* What is wrong with a CRL: then it proves nothing. */
static const char *
crl_fault(int err)
{
	switch (err) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return ("there is no CRL for it");
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return ("the CRL is stale");
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return ("the CRL is of the future");
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
		return ("the signature of the CRL is broken");
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
		return ("the issuer of the CRL is not known");
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
		return ("the issuer of the CRL may not sign CRLs (keyUsage)");
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
		return ("the CRL has a critical extension that is not known");
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
		return ("the CRL is of other certificates");
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return ("the issuer of the CRL does not lead to this anchor");
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
		return ("the times of the CRL are none");
	default:
		return (NULL);
	}
}

int
chain_crl_is_bad(const struct chain_run *run, const X509_CRL *crl)
{
	unsigned int i;

	for (i = 0; i < run->nbad; i++)
		if (run->bad[i] == crl)
			return (1);
	return (run->nbad == CHAIN_BAD);	/* too many to remember */
}

static void
note_crl(struct chain_run *run, int err, const char *why, X509_STORE_CTX *ctx)
{
	int depth = X509_STORE_CTX_get_error_depth(ctx);

	if (depth >= 0 && depth <= CHAIN_DEPTH && (run->crl_fault[depth] ==
	    NULL || err != X509_V_ERR_UNABLE_TO_GET_CRL))
		run->crl_fault[depth] = why;
	/* A CRL of another time still revokes: nobody gets off by waiting. */
	if (err == X509_V_ERR_CRL_HAS_EXPIRED ||
	    err == X509_V_ERR_CRL_NOT_YET_VALID ||
	    err == X509_V_ERR_UNABLE_TO_GET_CRL || run->crl == NULL)
		return;
	if (run->nbad < CHAIN_BAD)
		run->bad[run->nbad++] = run->crl;
}

/*
 * The path of an indirect CRL's issuer (RFC 5280 section 6.3.3 (f)), which
 * OpenSSL builds by itself: as the chain, but that a CRL about this issuer is
 * not asked for unless revocation is strict.
 */
static int
nested(X509_STORE_CTX *ctx, int err)
{
	X509_STORE_CTX *parent = X509_STORE_CTX_get0_parent_ctx(ctx);
	const struct chain_run *run;

	run = parent == NULL ? NULL : X509_STORE_CTX_get_app_data(parent);
	return (run != NULL && crl_fault(err) != NULL &&
	    (run->in->revocation == REVOCATION_SOFT ||
	    X509_STORE_CTX_get_error_depth(ctx) + 1 ==
	    sk_X509_num(X509_STORE_CTX_get0_chain(ctx))));
}

int
chain_callback(int ok, X509_STORE_CTX *ctx)
{
	struct chain_run *run = X509_STORE_CTX_get_app_data(ctx);
	int err = X509_STORE_CTX_get_error(ctx);
	const char *why;
	X509 *x;

	if (ok == 1)
		return (ok);
	if (run == NULL)
		return (nested(ctx, err));
	x = X509_STORE_CTX_get_current_cert(ctx);
	if (err == X509_V_ERR_CRL_SIGNATURE_FAILURE && run->vouched)
		return (1);
	if ((why = crl_fault(err)) != NULL) {
		note_crl(run, err, why, ctx);
		return (1);
	}
	if (err == X509_V_ERR_CERT_REVOKED && chain_crl_is_bad(run, run->crl))
		return (1);
	if ((err == X509_V_ERR_CA_MD_TOO_WEAK ||
	    err == X509_V_ERR_EE_KEY_TOO_SMALL ||
	    err == X509_V_ERR_CA_KEY_TOO_SMALL) &&
	    weak_allowed(run->in, err, x))
		return (1);
	if (run->err == X509_V_OK) {
		run->err = err;
		run->depth = X509_STORE_CTX_get_error_depth(ctx);
		run->at = x != NULL ? x : run->in->leaf->x;
		run->revoked_by = err == X509_V_ERR_CERT_REVOKED ?
		    run->crl : NULL;
	}
	return (0);
}

static int
eku_has(const EXTENDED_KEY_USAGE *eku, const char *oid)
{
	ASN1_OBJECT *want = OBJ_txt2obj(oid, 1);
	int i, found = 0;

	for (i = 0; want != NULL && i < sk_ASN1_OBJECT_num(eku); i++)
		if (OBJ_cmp(sk_ASN1_OBJECT_value(eku, i), want) == 0)
			found = 1;
	ASN1_OBJECT_free(want);
	return (found);
}

/*
 * RFC 4945 section 5.1.3.12: absent, any, or IKE's own; and what gateways
 * have in practice: the older iKEIntermediate, server and client of TLS.
 */
static int
eku_suits_ike(const EXTENDED_KEY_USAGE *eku)
{
	static const char *const ours[] = { "1.3.6.1.5.5.7.3.17",
		"2.5.29.37.0", "1.3.6.1.5.5.8.2.2", "1.3.6.1.5.5.7.3.1",
		"1.3.6.1.5.5.7.3.2" };
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (eku_has(eku, ours[i]))
			return (1);
	return (0);
}

int
chain_suits_ike(const struct cert *c)
{
	EXTENDED_KEY_USAGE *eku;
	int r, how;

	/* -1: there is none; else it is twice, or broken. */
	eku = X509_get_ext_d2i(c->x, NID_ext_key_usage, &how, NULL);
	r = eku == NULL ? how == -1 : eku_suits_ike(eku);
	EXTENDED_KEY_USAGE_free(eku);
	return (r);
}

static int
check_eku(const struct chain_in *in, const struct cert *c, int leaf,
    struct chain_result *out)
{
	EXTENDED_KEY_USAGE *eku;
	unsigned int i;
	int r = -1;

	eku = X509_get_ext_d2i(c->x, NID_ext_key_usage, NULL, NULL);
	if (eku != NULL && (!leaf || in->neku == 0) && !eku_suits_ike(eku)) {
		chain_refuse(out, CHAIN_USAGE, c->x, "it is for another "
		    "purpose than IKE (extendedKeyUsage)");
		goto done;
	}
	for (i = 0; leaf && i < in->neku; i++)
		if (eku == NULL || !eku_has(eku, in->eku[i])) {
			chain_refuse(out, CHAIN_USAGE, c->x, "it lacks the "
			    "extendedKeyUsage %s that the policy asks for",
			    in->eku[i]);
			goto done;
		}
	r = 0;
done:
	EXTENDED_KEY_USAGE_free(eku);
	return (r);
}

/* RFC 4945 section 5.1.3.2. */
static int
check_leaf_ku(const struct cert *c, struct chain_result *out)
{
	if ((X509_get_extension_flags(c->x) & EXFLAG_KUSAGE) == 0 ||
	    (X509_get_key_usage(c->x) &
	    (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0)
		return (0);
	chain_refuse(out, CHAIN_USAGE, c->x, "it may not sign (keyUsage has "
	    "neither digitalSignature nor nonRepudiation)");
	return (-1);
}

int
chain_check_usage(const struct chain_in *in, struct chain_result *out)
{
	const struct cert *c;
	unsigned int i;

	if (check_leaf_ku(out->chain[0], out) == -1 ||
	    check_eku(in, out->chain[0], 1, out) == -1)
		return (-1);
	for (i = 1; i < out->n; i++) {
		c = out->chain[i];
		/* RFC 5280 6.1.4 (k): OpenSSL is content with keyUsage. */
		if (!cert_is_ca(c)) {
			chain_refuse(out, CHAIN_USAGE, c->x,
			    "it is no CA certificate (basicConstraints)");
			return (-1);
		}
		if (i + 1 < out->n && check_eku(in, c, 0, out) == -1)
			return (-1);
	}
	return (0);
}

static int
user_policy_has(X509_POLICY_TREE *tree, const char *oid)
{
	STACK_OF(X509_POLICY_NODE) *nodes;
	ASN1_OBJECT *want = OBJ_txt2obj(oid, 1);
	int i, found = 0;

	nodes = X509_policy_tree_get0_user_policies(tree);
	for (i = 0; want != NULL && i < sk_X509_POLICY_NODE_num(nodes); i++)
		if (OBJ_cmp(X509_policy_node_get0_policy(
		    sk_X509_POLICY_NODE_value(nodes, i)), want) == 0)
			found = 1;
	ASN1_OBJECT_free(want);
	return (found);
}

/* OpenSSL is content when one of them holds; the policy wants each. */
int
chain_check_policy(const struct chain_in *in, X509_STORE_CTX *ctx,
    struct chain_result *out)
{
	X509_POLICY_TREE *tree;
	unsigned int i;

	if (in->npolicy == 0)
		return (0);
	tree = X509_STORE_CTX_get0_policy_tree(ctx);
	for (i = 0; i < in->npolicy; i++)
		if (tree == NULL || !user_policy_has(tree, in->policy[i])) {
			chain_refuse(out, CHAIN_POLICY, in->leaf->x,
			    "the certificate policy %s does not hold for it",
			    in->policy[i]);
			return (-1);
		}
	return (0);
}

/* All OCSP responses about chain[i].  1: good until *until, 0: no word of
 * it, -1: revoked, the verdict is set. */
static int
ask_ocsp(const struct chain_run *run, unsigned int i, int64_t *until,
    const char **why)
{
	const struct chain_in *in = run->in;
	struct ocsp_answer a;
	struct ocsp_in oi = { .cert = run->out->chain[i],
	    .issuer = run->out->chain[i + 1], .signer = in->ocsp_signer,
	    .now = in->now,
	    .allow_sha1 = (in->allow_weak & CHAIN_WEAK_SHA1) != 0,
	    .allow_rsa1024 = (in->allow_weak & CHAIN_WEAK_RSA1024) != 0 };
	char since[UTC_TEXT];
	unsigned int k;
	int good = 0;

	for (k = 0; k < in->nsigners; k++)
		if (memcmp(in->signers[k].issuer->fp, oi.issuer->fp,
		    KEY_FP) == 0)
			oi.signer = in->signers[k].signer;
	for (k = 0; k < in->nocsp; k++) {
		oi.response = in->ocsp[k];
		ocsp_check(&oi, &a);
		if (a.v == OV_REVOKED) {
			chain_refuse(run->out, CHAIN_REVOKED, oi.cert->x,
			    "revoked since %s, says the OCSP responder",
			    utc_text(a.revoked_at, since, sizeof(since)));
			return (-1);
		}
		if (a.v == OV_GOOD && (!good || a.bound > *until)) {
			good = 1;
			*until = a.bound;
		} else if (a.v != OV_GOOD && a.v != OV_OTHER)
			*why = a.why;
	}
	return (good);
}

static void
bound_by(struct chain_result *out, int64_t t)
{
	if (t < out->bound)
		out->bound = t;
}

/*
 * RFC 5280 section 5.2.6: where deltas are named, in the certificate or in
 * the CRL that answered, one of now is part of the answer.
 */
static void
check_delta(struct chain_run *run, unsigned int i)
{
	struct chain_result *out = run->out;
	struct chain_rev *rev = &out->rev[i];
	int64_t until;

	urls_delta(out->chain[i]->x, &rev->delta);
	if (rev->delta.n == 0 && run->base[i] != NULL)
		urls_crl_delta(run->base[i], &rev->delta);
	if (rev->delta.n == 0)
		return;
	if (run->in->crls != NULL && crls_delta_until(run->in->crls,
	    out->chain[i + 1], run->in->allow_weak, run->in->now, &until)) {
		bound_by(out, until);
		urls_free(&rev->delta);
		return;
	}
	rev->undelta = 1;
	rev->why = "there is no fresh delta CRL for it";
	out->undelta++;
}

/* One certificate below the anchor.  0, or -1 with the verdict set. */
static int
check_one(struct chain_run *run, unsigned int i)
{
	struct chain_result *out = run->out;
	struct chain_rev *rev = &out->rev[i];
	const struct crl *delta;
	X509 *x = out->chain[i]->x;
	const char *why = run->crl_fault[i];
	char issuer[CERT_NAME / 3];
	int64_t until = 0;
	int ocsp;

	if (run->in->crls != NULL &&
	    (delta = crls_delta_revokes(run->in->crls, x,
	    out->chain[i + 1], run->in->allow_weak)) != NULL) {
		chain_refuse(out, CHAIN_REVOKED, x, "revoked by the delta "
		    "CRL of \"%s\"", crl_issuer(delta, issuer,
		    sizeof(issuer)));
		return (-1);
	}
	if ((ocsp = ask_ocsp(run, i, &until, &why)) == -1)
		return (-1);
	if (run->crl_fault[i] == NULL && ocsp == 0) {
		if (run->crl_until[i] != 0)
			bound_by(out, run->crl_until[i]);
		check_delta(run, i);
		return (0);
	}
	if (ocsp == 1) {
		bound_by(out, run->crl_fault[i] == NULL &&
		    run->crl_until[i] > until ? run->crl_until[i] : until);
		return (0);
	}
	rev->missing = 1;
	rev->why = run->in->crls != NULL && crls_weak(run->in->crls,
	    out->chain[i + 1], run->in->allow_weak) ? "its CRL is signed with "
	    "SHA-1 (allow-weak: sha1)" : why;
	urls_crl(x, &rev->crl);
	urls_delta(x, &rev->delta);
	urls_ocsp(x, &rev->ocsp);
	out->missing++;
	return (0);
}

int
chain_check_revocation(struct chain_run *run)
{
	struct chain_result *out = run->out;
	unsigned int i;

	if (run->in->revocation == REVOCATION_OFF || run->in->trust == NULL)
		return (0);
	for (i = 0; i + 1 < out->n; i++, out->asked++)
		if (check_one(run, i) == -1)
			return (-1);
	if (out->missing + out->undelta == 0 ||
	    run->in->revocation == REVOCATION_SOFT)
		return (0);
	for (i = 0; !out->rev[i].missing && !out->rev[i].undelta; i++)
		;
	chain_refuse(out, CHAIN_NO_REVOCATION, out->chain[i]->x,
	    "whether it is revoked is not known, and revocation is strict: %s",
	    out->rev[i].why);
	return (-1);
}
