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
 * certd/main.c: what is remembered of a verdict falls with a COMMIT, though
 * it is the same question; and with what OCSP says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define main certd_main
int main(int, char **);
#include "../../certd/main.c"
#undef main

#include <openssl/ocsp.h>

#include "certd_book_bed.h"

static struct role_ctx ctx;
static struct pki p;
static struct trust *trust;
static struct crls *crls;
static struct slice ocsp[1];
static unsigned int nocsp;

/* A peer's chain is asked for; was it remembered? */
static int
ask(enum chain_why want)
{
	struct chain_in in = { .trust = trust, .crls = crls, .now = PKI_NOW,
	    .leaf = pki_get(&p, "L")->cert, .revocation = REVOCATION_STRICT,
	    .ocsp = ocsp, .nocsp = nocsp };
	uint64_t before = vcache_hits(certd.vcache);
	struct chain_result r;

	vcache_verify(certd.vcache, 1, &in, &r);
	assert_int_equal(r.why, want);
	chain_result_free(&r);
	return (vcache_hits(certd.vcache) > before);
}

/* The certificate as it is kept decoded; not ours to keep. */
static const struct cert *
decoded(void)
{
	struct slice der = pki_der(pki_get(&p, "L"));
	const char *why;
	struct cert *c = vcache_cert(certd.vcache, der, &why);

	assert_non_null(c);
	cert_free(c);
	OPENSSL_free((void *)(uintptr_t)der.p);
	return (c);
}

static void
load(void)
{
	struct snap_writer *w = book_begin();

	book_put_file(w, CF_CA, "r", pki_get(&p, "R"));
	book_put_tunnel(w, 1, "r", "", 0);
	assert_null(ops.prepare_snapshot(&ctx, 1, snap_close(w)));
}

static void
revoked_by_ocsp(void)
{
	struct pki_item *r = pki_get(&p, "R");
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, PKI_NOW);
	OCSP_RESPONSE *resp;
	OCSP_CERTID *id;
	unsigned char *der = NULL;
	int len;

	id = OCSP_cert_to_id(EVP_sha1(), pki_get(&p, "L")->x, r->x);
	assert_non_null(OCSP_basic_add1_status(b, id,
	    V_OCSP_CERTSTATUS_REVOKED, 0, now, now, NULL));
	assert_int_equal(OCSP_basic_sign(b, r->x, r->key, EVP_sha256(), NULL,
	    0), 1);
	resp = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
	len = i2d_OCSP_RESPONSE(resp, &der);
	assert_true(len > 0);
	ocsp[0] = (struct slice){ der, (size_t)len };
	nocsp = 1;
	OCSP_RESPONSE_free(resp);
	OCSP_BASICRESP_free(b);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(now);
}

static void
test_falls(void **state)
{
	const struct cert *leaf;
	const char *why;

	(void)state;
	ctx.base = event_base_new();
	ops.init(&ctx);
	pki_make(&p, "R ca; L by=R serial=7; !C by=R; !D by=R tu=0 rev=7;");
	trust = trust_new();
	assert_null(trust_add(trust, "r", pki_get(&p, "R")->cert));
	trust_seal(trust);
	crls = crls_new();
	assert_int_equal(crls_add(crls, pki_get(&p, "C")->crl, trust, NULL, 0,
	    &why), CRL_TAKEN);
	load();
	ops.commit_snapshot(&ctx, 1);
	assert_false(ask(CHAIN_OK));
	assert_true(ask(CHAIN_OK));
	leaf = decoded();
	assert_ptr_equal(decoded(), leaf);
	/* A policy that is refused changes nothing. */
	load();
	ops.abort_snapshot(&ctx, 1);
	assert_true(ask(CHAIN_OK));
	load();
	ops.commit_snapshot(&ctx, 1);
	assert_false(ask(CHAIN_OK));
	assert_true(ask(CHAIN_OK));
	/* Revoked by OCSP: what is remembered is no answer to that. */
	revoked_by_ocsp();
	assert_false(ask(CHAIN_REVOKED));
	nocsp = 0;
	OPENSSL_free((void *)(uintptr_t)ocsp[0].p);
	assert_true(ask(CHAIN_OK));
	assert_int_equal(crls_add(crls, pki_get(&p, "D")->crl, trust, NULL, 0,
	    &why), CRL_TAKEN);
	assert_false(ask(CHAIN_REVOKED));
	assert_false(ask(CHAIN_REVOKED));
	crls_free(crls);
	trust_free(trust);
	pki_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_falls),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
