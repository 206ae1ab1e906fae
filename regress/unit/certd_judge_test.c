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

/* certd/judge.c: what a peer's CERT payloads bring, and what it is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509.h>

#include "certd_pki.h"
#include "../../certd/judge.h"
#include "../../certd/sigver.h"
#include "addr.h"
#include "id.h"

#define OCTETS	"what the peer must have signed"

/* RFC 8420: the AlgorithmIdentifier of Ed25519 behind its length. */
static const uint8_t algid[] = { 7, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70 };

static struct pki pki;
static struct entries *entries;
static struct sn_auth auth_row;
static struct rule rule;
static struct trust *trust;
static struct vcache *vcache;
static struct wt_id peer;
static uint8_t chain[CHAIN_MAX], auth[256];
static size_t chain_len, auth_len;
static struct shown sh;
static struct judged j;

/* The book: no CRLs, no responders. */
struct crls *
book_crls(const struct book *b)
{
	(void)b;
	return (NULL);
}

/* What CRLs came in by the CAs above, each time that it is asked. */
static struct {
	unsigned int	 n, more, asked;
	uint8_t		 first[KEY_FP];
} vouch;

unsigned int
book_vouch(const struct book *b, struct cert *const *by, unsigned int n)
{
	(void)b;
	vouch.asked++;
	vouch.n = n;
	memcpy(vouch.first, by[0]->fp, KEY_FP);
	return (vouch.more);
}

const struct chain_signer *
book_signers(const struct book *b, unsigned int *n)
{
	(void)b;
	*n = 0;
	return (NULL);
}

static void
add(unsigned int encoding, struct slice d)
{
	assert_true(chain_len + 3 + d.len <= sizeof(chain));
	chain[chain_len] = (uint8_t)encoding;
	chain[chain_len + 1] = (uint8_t)(d.len >> 8);
	chain[chain_len + 2] = (uint8_t)d.len;
	memcpy(chain + chain_len + 3, d.p, d.len);
	chain_len += 3 + d.len;
}

static void
add_cert(const char *name)
{
	struct slice der = pki_der(pki_get(&pki, name));

	add(4, der);
	OPENSSL_free((void *)(uintptr_t)der.p);
}

static struct slice
spki_of(const char *name)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(pki_get(&pki, name)->key, &der);

	assert_true(n > 0);
	return ((struct slice){ der, (size_t)n });
}

static void
add_key(const char *name)
{
	struct slice d = spki_of(name);

	add(15, d);
	OPENSSL_free((void *)(uintptr_t)d.p);
}

static void
sign_by(const char *name)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = sizeof(auth) - sizeof(algid);

	memcpy(auth, algid, sizeof(algid));
	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL,
	    pki_get(&pki, name)->key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, auth + sizeof(algid), &n,
	    (const uint8_t *)OCTETS, strlen(OCTETS)), 1);
	auth_len = sizeof(algid) + n;
	EVP_MD_CTX_free(ctx);
}

static enum reason
judge(void)
{
	static struct mk_check m;
	struct chain_result res;
	struct judge_in in = { .rule = &rule, .check = &m, .peer = &peer,
	    .now = PKI_NOW, .vcache = vcache,
	    .octets = { (const uint8_t *)OCTETS, strlen(OCTETS) } };

	entries_free(entries);
	entries = entries_new();
	assert_null(entries_add(entries, &auth_row));
	entries_index(entries);
	in.entry = entries_by_tunnel(entries, 1);
	memset(&m, 0, sizeof(m));
	m.method = AUTH_SIGNATURE;
	m.auth = (struct slice){ auth, auth_len };
	m.chain = (struct slice){ chain, chain_len };
	judge_peer(&in, &sh, &j);
	if (j.code == RSN_OK && judge_has_chain(&in)) {
		judge_chain(&in, &sh, &res, &j);
		chain_result_free(&res);
	}
	shown_clear(&sh);
	assert_int_equal(j.code == RSN_OK, j.text[0] == '\0');
	return (j.code);
}

static void
assert_no(const char *why)
{
	if (judge() != RSN_AUTH_PEER || strstr(j.text, why) == NULL)
		fail_msg("not \"%s\", but \"%s\"", why, j.text);
}

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki, "R ca; I by=R ca; L by=I key=ed25519 "
	    "san=DNS:bee.example;"
	    "M by=R key=ed25519 san=DNS:bee.example; X ca;"
	    "N by=X key=ed25519 san=DNS:bee.example;");
	memset(&rule, 0, sizeof(rule));
	memset(&auth_row, 0, sizeof(auth_row));
	trust = trust_new();
	assert_null(trust_add(trust, "r", pki_get(&pki, "R")->cert));
	trust_seal(trust);
	vcache = vcache_new();
	rule.tunnel = 1;
	rule.sigs = ACCEPT_ALL;
	rule.trust = trust;
	auth_row.tunnel = 1;
	auth_row.kind_ours = auth_row.kind_theirs = AUTHK_CERT;
	strlcpy(auth_row.name, "boston", sizeof(auth_row.name));
	strlcpy(auth_row.key, "gw", sizeof(auth_row.key));
	assert_int_equal(prefix_parse("0.0.0.0/0", &auth_row.remote[0]), 0);
	auth_row.remote_n = 1;
	assert_null(id_parse("gw.example", &auth_row.id_local));
	assert_null(id_parse("bee.example", &auth_row.id_remote));
	assert_null(id_parse("bee.example", &peer));
	chain_len = auth_len = 0;
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	entries_free(entries);
	entries = NULL;
	cert_free(rule.pinned);
	rawkey_free(rule.pubkey);
	trust_free(trust);
	vcache_free(vcache);
	pki_free(&pki);
	return (0);
}

static void
test_good(void **state)
{
	(void)state;
	add_cert("L");
	add_cert("I");
	sign_by("L");
	assert_int_equal(judge(), RSN_OK);
	assert_string_equal(j.proof, "certificate \"O=Test, CN=L\", CA r");
	assert_memory_equal(j.fp, pki_get(&pki, "L")->cert->fp, KEY_FP);
	assert_memory_equal(j.key, pki_get(&pki, "L")->cert->key_sha1,
	    KEY_SHA1);
	assert_int_equal(j.not_after, pki_get(&pki, "L")->cert->not_after);
	/* The same, remembered. */
	assert_int_equal(judge(), RSN_OK);
	/* What nobody knows is passed over (RFC 7296 section 3.6). */
	add(200, (struct slice){ (const uint8_t *)"x", 1 });
	assert_int_equal(judge(), RSN_OK);
}

/* Whatever is cut off the end, it is said, and nothing else is tried. */
static void
test_framing(void **state)
{
	size_t all;

	(void)state;
	add_cert("M");
	sign_by("M");
	assert_int_equal(judge(), RSN_OK);
	all = chain_len;
	for (chain_len = all - 1; chain_len > 0; chain_len--)
		assert_no("the chain is cut short");
	assert_no("the peer shows no certificate");
	/* byurl.c has put certificates in their place, where it may. */
	add(12, (struct slice){ (const uint8_t *)OCTETS, 30 });
	assert_no("the peer shows no certificate, only URLs, and the policy "
	    "has none fetched");
	chain_len = 0;
	add_cert("M");
	assert_int_equal(chain_len, all);
	chain[2]--;
	assert_no("certificate 1 of the peer: ");
}

static void
test_too_many(void **state)
{
	int i;

	(void)state;
	sign_by("M");
	add_cert("M");
	for (i = 1; i < CERT_CHAIN; i++)
		add_cert("X");
	assert_int_equal(judge(), RSN_OK);
	add_cert("X");
	assert_no("more than 8 certificates");
}

static void
test_signature(void **state)
{
	(void)state;
	add_cert("M");
	sign_by("L");
	assert_no("tunnel boston: certificate \"O=Test, CN=M\": the peer's "
	    "signature is wrong");
	sign_by("M");
	rule.sigs = ACCEPT_RSA;
	assert_no("does not accept signatures by");
	auth_len = 0;
	assert_no("AUTH payload");
}

static void
test_identity(void **state)
{
	(void)state;
	add_cert("M");
	sign_by("M");
	assert_null(id_parse("wasp.example", &peer));
	assert_no("tunnel boston: the peer's ID is not in its certificate: it "
	    "says it is fqdn:wasp.example, the certificate is of dn:O=Test, "
	    "CN=M, fqdn:bee.example");
}

static void
test_other_ca(void **state)
{
	(void)state;
	add_cert("N");
	add_cert("X");
	sign_by("N");
	assert_no("not among the trusted ones");
}

/* The pinned one need not be sent, and stands for itself. */
static void
test_pinned(void **state)
{
	(void)state;
	rule.pinned = cert_ref(pki_get(&pki, "N")->cert);
	rule.trust = NULL;
	sign_by("N");
	assert_int_equal(judge(), RSN_OK);
	add_cert("N");
	assert_int_equal(judge(), RSN_OK);
	chain_len = 0;
	add_cert("M");
	sign_by("M");
	assert_no("names another certificate");
}

/* RFC 7670. */
static void
test_raw(void **state)
{
	struct slice d = spki_of("M");
	const char *why;

	(void)state;
	auth_row.kind_theirs = AUTHK_KEY;
	sign_by("M");
	assert_no("names no public key");
	rule.pubkey = rawkey_decode(d, &why);
	OPENSSL_free((void *)(uintptr_t)d.p);
	assert_int_equal(judge(), RSN_OK);
	assert_memory_equal(j.fp, rule.pubkey->fp, KEY_FP);
	assert_memory_equal(j.key, rule.pubkey->sha1, KEY_SHA1);
	add_key("M");
	assert_int_equal(judge(), RSN_OK);
	sign_by("L");
	assert_no("the peer's public key: the peer's signature is wrong");
	chain_len = 0;
	add_key("L");
	assert_no("another public key than the one that pubkey names");
	chain_len = 0;
	add(15, (struct slice){ (const uint8_t *)"junk", 4 });
	assert_no("the peer's public key: ");
}

/* CRLs at hand count by the CAs of a chain that holds; those of none else. */
static void
test_vouched(void **state)
{
	(void)state;
	memset(&vouch, 0, sizeof(vouch));
	rule.revocation = REVOCATION_SOFT;
	add_cert("L");
	add_cert("I");
	sign_by("L");
	assert_int_equal(judge(), RSN_OK);
	assert_int_equal(vouch.asked, 1);
	assert_int_equal(vouch.n, 2);
	assert_memory_equal(vouch.first, pki_get(&pki, "I")->cert->fp, KEY_FP);
	vouch.more = 1;
	assert_int_equal(judge(), RSN_OK);
	assert_int_equal(vouch.asked, 2);

	chain_len = 0;
	add_cert("N");
	add_cert("X");
	sign_by("N");
	assert_no("not among the trusted");
	assert_int_equal(vouch.asked, 2);
	rule.revocation = REVOCATION_OFF;
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_good), T(test_framing), T(test_too_many),
		T(test_signature), T(test_identity), T(test_other_ca),
		T(test_pinned), T(test_raw), T(test_vouched)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
