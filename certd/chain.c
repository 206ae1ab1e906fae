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
 * The verdict on a chain: X509_verify_cert(3) with everything said
 * explicitly, and its errors as reasons that people understand.
 */

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain_int.h"
#include "log.h"
#include "utc.h"

/* OpenSSL's errors by the reason they are; ours to explain in words. */
static const struct {
	int		 err;
	enum chain_why	 why;
	const char	*text;
} errors[] = {
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, CHAIN_UNKNOWN_CA, NULL },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CHAIN_UNKNOWN_CA,
	    NULL },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, CHAIN_UNKNOWN_CA, NULL },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, CHAIN_UNKNOWN_CA,
	    "it is self-signed, and not among the trusted ones" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, CHAIN_UNKNOWN_CA,
	    "this root is not among the trusted ones" },
	{ X509_V_ERR_CERT_UNTRUSTED, CHAIN_UNKNOWN_CA, NULL },
	{ X509_V_ERR_CERT_REJECTED, CHAIN_UNKNOWN_CA, NULL },
	{ X509_V_ERR_SUBJECT_ISSUER_MISMATCH, CHAIN_UNKNOWN_CA, NULL },
	{ X509_V_ERR_AKID_SKID_MISMATCH, CHAIN_UNKNOWN_CA, NULL },
	{ X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH, CHAIN_UNKNOWN_CA, NULL },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, CHAIN_MALFORMED,
	    "its notBefore is no time" },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, CHAIN_MALFORMED,
	    "its notAfter is no time" },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, CHAIN_SIGNATURE,
	    "its signature is broken" },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, CHAIN_SIGNATURE,
	    "its signature is broken" },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, CHAIN_SIGNATURE,
	    "its signature is of another kind than its issuer's key" },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, CHAIN_SIGNATURE,
	    "it names two different signature algorithms" },
	{ X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, CHAIN_SIGNATURE,
	    "its signature algorithm is not known" },
	{ X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, CHAIN_KEY,
	    "its issuer's key cannot be decoded" },
	{ X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, CHAIN_KEY,
	    "its curve is given by parameters, not by name" },
	{ X509_V_ERR_CERT_CHAIN_TOO_LONG, CHAIN_LENGTH,
	    "the chain is too long" },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, CHAIN_LENGTH,
	    "more CAs follow it than its path length allows" },
	{ X509_V_ERR_INVALID_CA, CHAIN_USAGE, "it is no CA certificate" },
	{ X509_V_ERR_INVALID_NON_CA, CHAIN_USAGE, "it is a CA certificate" },
	{ X509_V_ERR_INVALID_PURPOSE, CHAIN_USAGE,
	    "it is not for this purpose" },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, CHAIN_USAGE,
	    "its issuer may not sign certificates (keyUsage)" },
	{ X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE, CHAIN_USAGE,
	    "it may not sign (keyUsage)" },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, CHAIN_CRITICAL,
	    "it has a critical extension that is not known" },
	{ X509_V_ERR_INVALID_EXTENSION, CHAIN_MALFORMED,
	    "an extension of it is broken" },
	{ X509_V_ERR_INVALID_POLICY_EXTENSION, CHAIN_POLICY,
	    "its certificate policies are broken" },
	{ X509_V_ERR_NO_EXPLICIT_POLICY, CHAIN_POLICY,
	    "no certificate policy that is asked for holds from the anchor "
	    "to it" },
	{ X509_V_ERR_PERMITTED_VIOLATION, CHAIN_NAME_CONSTRAINT,
	    "a name in it is outside what a CA above it may name "
	    "(nameConstraints)" },
	{ X509_V_ERR_EXCLUDED_VIOLATION, CHAIN_NAME_CONSTRAINT,
	    "a CA above it may not name what it names (nameConstraints)" },
	{ X509_V_ERR_SUBTREE_MINMAX, CHAIN_NAME_CONSTRAINT,
	    "name constraints above it have a minimum or maximum" },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, CHAIN_NAME_CONSTRAINT,
	    "name constraints above it are of a kind that is not known" },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, CHAIN_NAME_CONSTRAINT,
	    "name constraints above it are broken" },
	{ X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, CHAIN_NAME_CONSTRAINT,
	    "a name in it is broken, and names are constrained" },
	{ X509_V_ERR_CA_MD_TOO_WEAK, CHAIN_WEAK,
	    "it is signed with a weak hash (allow-weak: sha1)" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, CHAIN_WEAK,
	    "its key is too short (allow-weak: rsa1024)" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, CHAIN_WEAK,
	    "its CA key is too short (allow-weak: rsa1024)" },
};

const char *
chain_why_name(enum chain_why why)
{
	static const char *const names[CHAIN_WHY_MAX] = {
		"valid", "unknown CA", "expired", "not yet valid",
		"wrong usage", "revoked", "name constraint",
		"broken signature", "weak key or hash", "path too long",
		"critical extension", "certificate policy",
		"no revocation information", "not the pinned certificate",
		"unsupported key", "malformed", "internal error"
	};

	return (why < CHAIN_WHY_MAX ? names[why] : "unknown");
}

void
chain_refuse(struct chain_result *out, enum chain_why why, X509 *x,
    const char *fmt, ...)
{
	char subject[CERT_NAME / 2], serial[CERT_SERIAL];
	size_t at = 0;
	va_list ap;

	out->why = why;
	out->text[0] = '\0';
	if (x != NULL) {
		cert_name_print(X509_get_subject_name(x), subject,
		    sizeof(subject));
		cert_serial_print(X509_get0_serialNumber(x), serial,
		    sizeof(serial));
		at = (size_t)snprintf(out->text, sizeof(out->text),
		    "certificate \"%s\" (serial %s): ", subject, serial);
		if (at >= sizeof(out->text))
			return;
	}
	va_start(ap, fmt);
	vsnprintf(out->text + at, sizeof(out->text) - at, fmt, ap);
	va_end(ap);
}

/* CRLs are checked for all but the anchor (RFC 5280 section 6.1.1 (d)). */
static int
is_anchor(X509_STORE_CTX *ctx)
{
	return (X509_STORE_CTX_get_error_depth(ctx) + 1 ==
	    sk_X509_num(X509_STORE_CTX_get0_chain(ctx)));
}

static X509_STORE_CTX_check_crl_fn default_check_crl;
static X509_STORE_CTX_cert_crl_fn default_cert_crl;

/*
 * OpenSSL's check hashes the whole CRL each time, 16 ms for one of 14 MB.  A
 * CRL that this issuer's key verified when it came shows its face: what is
 * checked otherwise is the same, and chain_callback() passes the signature.
 */
static int
check_crl(struct chain_run *run, X509_STORE_CTX *ctx, X509_CRL *crl)
{
	X509 *issuer = X509_STORE_CTX_get0_current_issuer(ctx);
	const struct crl *c = NULL;
	int r;

	if (issuer == NULL)
		issuer = sk_X509_value(X509_STORE_CTX_get0_chain(ctx),
		    X509_STORE_CTX_get_error_depth(ctx) + 1);
	if (issuer != NULL && run->in->crls != NULL)
		c = crls_verified(run->in->crls, crl, issuer);
	if (c == NULL || c->face == NULL)
		return (default_check_crl(ctx, crl));
	run->vouched = 1;
	r = default_check_crl(ctx, c->face);
	run->vouched = 0;
	return (r);
}

/* Which CRL answers for the certificate, and how long that holds. */
static int
watch_check_crl(X509_STORE_CTX *ctx, X509_CRL *crl)
{
	struct chain_run *run = X509_STORE_CTX_get_app_data(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	int64_t until;

	if (run == NULL || X509_STORE_CTX_get0_parent_ctx(ctx) != NULL)
		return (default_check_crl(ctx, crl));
	if (is_anchor(ctx))
		return (1);
	run->crl = crl;
	if (depth < 0 || depth >= CHAIN_DEPTH)
		return (0);
	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) < 0)
		run->base[depth] = crl;
	until = cert_time_of(X509_CRL_get0_nextUpdate(crl));
	if (until != INT64_MIN && (run->crl_until[depth] == 0 ||
	    until < run->crl_until[depth]))
		run->crl_until[depth] = until;
	return (check_crl(run, ctx, crl));
}

static int
watch_cert_crl(X509_STORE_CTX *ctx, X509_CRL *crl, X509 *x)
{
	struct chain_run *run = X509_STORE_CTX_get_app_data(ctx);

	if (run != NULL && (is_anchor(ctx) || chain_crl_is_bad(run, crl)))
		return (1);
	if (run != NULL)
		run->crl = crl;
	return (default_cert_crl(ctx, crl, x));
}

/* The CRLs that may answer for the certificate OpenSSL is at. */
static STACK_OF(X509_CRL) *
watch_lookup(const X509_STORE_CTX *ctx, const X509_NAME *name)
{
	const X509_STORE_CTX *outer = X509_STORE_CTX_get0_parent_ctx(ctx);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx) + 1;
	const struct chain_run *run;

	(void)name;		/* an indirect CRL has another */
	run = X509_STORE_CTX_get_app_data(outer != NULL ? outer : ctx);
	if (run == NULL || run->in->crls == NULL)
		return (NULL);
	if (depth >= sk_X509_num(chain))
		depth = sk_X509_num(chain) - 1;
	return (crls_for(run->in->crls, sk_X509_value(chain, depth),
	    run->in->allow_weak));
}

/* What a context has when nobody has set anything. */
static void
learn_defaults(void)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (store == NULL || ctx == NULL ||
	    X509_STORE_CTX_init(ctx, store, NULL, NULL) != 1)
		fatal("out of memory");
	default_check_crl = X509_STORE_CTX_get_check_crl(ctx);
	default_cert_crl = X509_STORE_CTX_get_cert_crl(ctx);
	if (default_check_crl == NULL || default_cert_crl == NULL)
		fatal("OpenSSL does not say how it checks CRLs");
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
}

void
chain_watch(X509_STORE *store)
{
	if (default_check_crl == NULL)
		learn_defaults();
	X509_STORE_set_check_crl(store, watch_check_crl);
	X509_STORE_set_cert_crl(store, watch_cert_crl);
	X509_STORE_set_lookup_crls(store, watch_lookup);
}

/*
 * No path: say which issuer is not known, or why one with the right name
 * does not count.
 */
static void
explain_issuer(const struct chain_run *run)
{
	const struct chain_in *in = run->in;
	char issuer[CERT_NAME / 3];
	struct cert *c;
	X509 *x = run->at;
	unsigned int i;

	for (i = 0; i < in->ninter; i++)
		if (X509_check_issued(in->inter[i]->x, x) ==
		    X509_V_ERR_KEYUSAGE_NO_CERTSIGN)
			goto no_certsign;
	i = 0;
	while (in->trust != NULL && (c = trust_by_name(in->trust,
	    X509_get_issuer_name(x), &i)) != NULL)
		if (X509_check_issued(c->x, x) ==
		    X509_V_ERR_KEYUSAGE_NO_CERTSIGN)
			goto no_certsign;
	cert_name_print(X509_get_issuer_name(x), issuer, sizeof(issuer));
	chain_refuse(run->out, CHAIN_UNKNOWN_CA, x,
	    "its issuer \"%s\" is not known, or not among the CAs that this "
	    "tunnel trusts", issuer);
	return;
no_certsign:
	chain_refuse(run->out, CHAIN_USAGE, x,
	    "its issuer may not sign certificates (keyUsage)");
}

/* "2026-05-01 00:00:00 UTC (3 days ago)" would need a clock: UTC alone. */
static void
explain_time(const struct chain_run *run)
{
	char when[UTC_TEXT];

	if (run->err == X509_V_ERR_CERT_HAS_EXPIRED)
		chain_refuse(run->out, CHAIN_EXPIRED, run->at,
		    "expired since %s", utc_text(cert_time_of(
		    X509_get0_notAfter(run->at)), when, sizeof(when)));
	else
		chain_refuse(run->out, CHAIN_NOT_YET, run->at,
		    "not valid before %s", utc_text(cert_time_of(
		    X509_get0_notBefore(run->at)), when, sizeof(when)));
}

static void
explain_revoked(const struct chain_run *run)
{
	char issuer[CERT_NAME / 3], since[UTC_TEXT], of[UTC_TEXT];
	X509_REVOKED *rev = NULL;
	X509_CRL *crl = run->revoked_by;

	if (crl == NULL ||
	    X509_CRL_get0_by_cert(crl, &rev, run->at) == 0 || rev == NULL) {
		chain_refuse(run->out, CHAIN_REVOKED, run->at, "revoked");
		return;
	}
	chain_refuse(run->out, CHAIN_REVOKED, run->at,
	    "revoked since %s by the CRL of \"%s\" of %s",
	    utc_text(cert_time_of(X509_REVOKED_get0_revocationDate(rev)),
	    since, sizeof(since)), cert_name_print(X509_CRL_get_issuer(crl),
	    issuer, sizeof(issuer)), utc_text(cert_time_of(
	    X509_CRL_get0_lastUpdate(crl)), of, sizeof(of)));
}

static void
explain(const struct chain_run *run)
{
	size_t i;

	if (run->err == X509_V_ERR_CERT_HAS_EXPIRED ||
	    run->err == X509_V_ERR_CERT_NOT_YET_VALID) {
		explain_time(run);
		return;
	}
	if (run->err == X509_V_ERR_CERT_REVOKED) {
		explain_revoked(run);
		return;
	}
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].err == run->err)
			break;
	if (i == sizeof(errors) / sizeof(errors[0]))
		chain_refuse(run->out, run->err == X509_V_ERR_OUT_OF_MEM ||
		    run->err == X509_V_ERR_UNSPECIFIED ? CHAIN_INTERNAL :
		    CHAIN_MALFORMED, run->at, "%s",
		    X509_verify_cert_error_string(run->err));
	else if (errors[i].text == NULL)
		explain_issuer(run);
	else
		chain_refuse(run->out, errors[i].why, run->at, "%s",
		    errors[i].text);
}

/*
 * Policies that `cert-policy` names; without it any, which a CA that requires
 * an explicit one asks for (RFC 5280 section 6.1.1 (c)).
 */
static int
set_policies(const struct chain_in *in, X509_VERIFY_PARAM *p)
{
	unsigned int i, n = in->npolicy > 0 ? in->npolicy : 1;
	ASN1_OBJECT *obj;

	for (i = 0; i < n; i++) {
		obj = OBJ_txt2obj(in->npolicy > 0 ? in->policy[i] :
		    "2.5.29.32.0", 1);
		if (obj == NULL)
			return (-1);
		if (X509_VERIFY_PARAM_add0_policy(p, obj) != 1) {
			ASN1_OBJECT_free(obj);
			return (-1);
		}
	}
	return (0);
}

/*
 * Everything explicit.  PARTIAL_CHAIN: an anchor need not be a root.
 * POLICY_CHECK: a CA's policyConstraints bind whether we ask for a policy or
 * not.  The subject's common name is no host name in IKE.
 */
static int
set_param(const struct chain_in *in, X509_STORE_CTX *ctx)
{
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN |
	    X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_POLICY_CHECK;

	if (in->revocation != REVOCATION_OFF && in->trust != NULL)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
		    X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
	if (in->npolicy > 0)
		flags |= X509_V_FLAG_EXPLICIT_POLICY;
	if (X509_VERIFY_PARAM_set_flags(p, flags) != 1 ||
	    set_policies(in, p) == -1)
		return (-1);
	X509_VERIFY_PARAM_set_time(p, (time_t)in->now);
	X509_VERIFY_PARAM_set_depth(p, CHAIN_DEPTH - 2);
	X509_VERIFY_PARAM_set_auth_level(p, 2);
	X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	return (0);
}

/* OpenSSL's X509 as the certificate that the caller knows, with a reference. */
static struct cert *
known_cert(const struct chain_in *in, X509 *x)
{
	unsigned int i;

	if (in->leaf->x == x)
		return (cert_ref(in->leaf));
	for (i = 0; i < in->ninter; i++)
		if (in->inter[i]->x == x)
			return (cert_ref(in->inter[i]));
	for (i = 0; in->trust != NULL && i < in->trust->n; i++)
		if (in->trust->item[i].cert->x == x)
			return (cert_ref(in->trust->item[i].cert));
	return (NULL);
}

/* Notes the path that was verified, and how long it is valid. */
static int
note_chain(struct chain_run *run, X509_STORE_CTX *ctx)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	struct chain_result *out = run->out;
	const struct trust_item *it;
	struct cert *c = NULL;
	int i;

	out->bound = INT64_MAX;
	for (i = 0; i < sk_X509_num(chain); i++) {
		if (i == CHAIN_DEPTH || (c = known_cert(run->in,
		    sk_X509_value(chain, i))) == NULL) {
			chain_refuse(out, CHAIN_INTERNAL, run->in->leaf->x,
			    "a chain of certificates that nobody gave");
			return (-1);
		}
		out->chain[out->n++] = c;
		if (c->not_after < out->bound)
			out->bound = c->not_after;
	}
	out->not_after = out->bound;
	if (c != NULL && run->in->trust != NULL &&
	    (it = trust_find(run->in->trust, c->x)) != NULL)
		out->anchor = it->name;
	return (0);
}

static void
forget_chain(struct chain_result *out)
{
	unsigned int i;

	for (i = 0; i < CHAIN_DEPTH; i++) {
		cert_free(out->chain[i]);
		out->chain[i] = NULL;
		urls_free(&out->rev[i].crl);
		urls_free(&out->rev[i].delta);
		urls_free(&out->rev[i].ocsp);
		out->rev[i].missing = out->rev[i].undelta = 0;
	}
	out->n = out->missing = out->undelta = 0;
	out->anchor = NULL;
}

static void
run_verify(struct chain_run *run, X509_STORE_CTX *ctx)
{
	struct chain_result *out = run->out;

	X509_STORE_CTX_set_app_data(ctx, run);
	X509_STORE_CTX_set_verify_cb(ctx, chain_callback);
	if (X509_verify_cert(ctx) != 1 || run->err != X509_V_OK) {
		if (run->err == X509_V_OK) {
			run->err = X509_STORE_CTX_get_error(ctx);
			run->at = run->in->leaf->x;
		}
		if (run->err == X509_V_OK)
			run->err = X509_V_ERR_UNSPECIFIED;
		explain(run);
		return;
	}
	if (note_chain(run, ctx) == -1 ||
	    chain_check_usage(run->in, out) == -1 ||
	    chain_check_policy(run->in, ctx, out) == -1)
		forget_chain(out);
	else
		chain_check_revocation(run);
}

/* Leaf and pin, before any path is sought. */
static int
leaf_fault(const struct chain_in *in, struct chain_result *out)
{
	if (in->pinned != NULL &&
	    memcmp(in->pinned->fp, in->leaf->fp, KEY_FP) != 0) {
		chain_refuse(out, CHAIN_PINNED, in->leaf->x,
		    "the policy names another certificate of the peer");
		return (-1);
	}
	if (in->leaf->kind == 0) {
		chain_refuse(out, CHAIN_KEY, in->leaf->x, "%s",
		    in->leaf->key_fault);
		return (-1);
	}
	if (in->trust == NULL && in->pinned == NULL) {
		chain_refuse(out, CHAIN_UNKNOWN_CA, in->leaf->x,
		    "no CA is trusted here");
		return (-1);
	}
	return (0);
}

void
chain_verify(const struct chain_in *in, struct chain_result *out)
{
	struct chain_run run = { .in = in, .out = out };
	STACK_OF(X509) *untrusted, *pinned = NULL;
	X509_STORE_CTX *ctx = NULL;
	X509_STORE *none = NULL;

	memset(out, 0, sizeof(*out));
	memcpy(out->fp, in->leaf->fp, KEY_FP);
	if (leaf_fault(in, out) == -1)
		return;
	untrusted = path_between(in);
	if (in->trust == NULL &&
	    ((none = X509_STORE_new()) == NULL ||
	    (pinned = sk_X509_new_null()) == NULL ||
	    sk_X509_push(pinned, in->leaf->x) <= 0))
		goto fail;
	if (untrusted == NULL || (ctx = X509_STORE_CTX_new()) == NULL ||
	    X509_STORE_CTX_init(ctx, in->trust != NULL ? in->trust->store :
	    none, in->leaf->x, untrusted) != 1 || set_param(in, ctx) == -1)
		goto fail;
	if (pinned != NULL)
		X509_STORE_CTX_set0_trusted_stack(ctx, pinned);
	run_verify(&run, ctx);
	goto done;
fail:
	chain_refuse(out, CHAIN_INTERNAL, in->leaf->x,
	    "OpenSSL could not start to verify it");
done:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(none);
	sk_X509_free(pinned);
	sk_X509_free(untrusted);
	ERR_clear_error();
}

void
chain_result_free(struct chain_result *r)
{
	forget_chain(r);
}
