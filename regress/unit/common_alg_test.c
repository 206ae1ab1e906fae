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

/* common/alg.c and common/proposal.c: the table, the words, built-ins. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"

static const char *const weak_all[] = { "3des", "md5", "sha1", "modp768",
    "modp1024", "modp1536", NULL };

static void
good(const char *word, unsigned int proto, const char *want)
{
	struct wt_proposal p, again;
	char buf[512], err[256] = "";

	if (proposal_parse(word, proto, weak_all, &p, err, sizeof(err)) == -1)
		fail_msg("%s: %s", word, err);
	assert_string_equal(proposal_print(&p, buf, sizeof(buf)), want);
	/* What is printed means the same. */
	assert_int_equal(proposal_parse(buf, proto, weak_all, &again, err,
	    sizeof(err)), 0);
	proposal_print(&again, buf, sizeof(buf));
	assert_string_equal(buf, want);
}

static void
bad(const char *word, unsigned int proto, const char *part)
{
	struct wt_proposal p;
	char err[256] = "";

	assert_int_equal(proposal_parse(word, proto, NULL, &p, err,
	    sizeof(err)), -1);
	if (strstr(err, part) == NULL)
		fail_msg("%s: \"%s\" lacks \"%s\"", word, err, part);
}

static void
test_table(void **state)
{
	const struct alg *a, *b;
	uint64_t bits = 0;
	size_t i;

	(void)state;
	for (i = 0; (a = alg_at(i)) != NULL; i++) {
		assert_ptr_equal(alg_by_id(a->type, a->id, a->keybits), a);
		assert_ptr_equal(alg_by_name(a->name), a);
		assert_string_equal(alg_name(a->type, a->id, a->keybits),
		    a->name);
		b = a;
		if (b->type == XF_ENCR || b->type == XF_INTEG) {
			assert_int_not_equal(alg_bit(b), 0);
			assert_int_equal(bits & alg_bit(b), 0);
			bits |= alg_bit(b);
		} else
			assert_int_equal(alg_bit(b), 0);
	}
	assert_int_equal(alg_bit(NULL), 0);
	assert_null(alg_by_id(XF_ENCR, ENCR_AES_CBC, 0));
	assert_null(alg_by_id(XF_ENCR, ENCR_AES_GCM_16, 64));
	assert_null(alg_by_name("rot13"));
	assert_string_equal(alg_name(XF_ENCR, 99, 0), "encr-99");
	assert_string_equal(alg_name(XF_ENCR, 12, 64), "encr-12/64");
	assert_string_equal(alg_name(77, 1, 0), "transform-1");
	assert_string_equal(alg_name(XF_KE7, KE_X448, 0), "ke7_x448");
	assert_string_equal(alg_name(XF_KE1, 999, 0), "ke1_ke-999");
	assert_string_equal(alg_name(XF_KE1, KE_NONE, 0), "ke1_none");
}

static void
test_lengths(void **state)
{
	const struct alg *a;

	(void)state;
	a = alg_by_name("aes256gcm16");
	assert_int_equal(a->keylen, 36);
	assert_int_equal(a->saltlen, 4);
	assert_int_equal(a->ivlen, 8);
	assert_int_equal(a->icvlen, 16);
	assert_true(a->aead);
	a = alg_by_name("aes192");
	assert_int_equal(a->keylen, 24);
	assert_int_equal(a->ivlen, 16);
	assert_false(a->aead);
	a = alg_by_name("sha2_512");
	assert_int_equal(a->keylen, 64);
	assert_int_equal(a->icvlen, 32);
	assert_int_equal(alg_by_name("ecp521")->keylen, 132);
	assert_ptr_equal(alg_by_name("curve25519"), alg_by_name("x25519"));
	assert_ptr_equal(alg_by_name("aes256gcm"), alg_by_name("aes256gcm128"));
}

static void
test_ike_words(void **state)
{
	(void)state;
	good("aes256gcm16-prfsha384-x25519", PROTO_IKE,
	    "aes256gcm16-prfsha384-x25519");
	good("aes256-sha256-modp2048", PROTO_IKE,
	    "aes256-sha256-prfsha256-modp2048");
	good("aes128-aes256-sha384-sha256-ecp256-x25519", PROTO_IKE,
	    "aes128-aes256-sha384-sha256-prfsha384-prfsha256-ecp256-x25519");
	good("aes256-sha256-prfsha512-curve448", PROTO_IKE,
	    "aes256-sha256-prfsha512-x448");
	/* An integrity word beside an AEAD is the PRF. */
	good("aes256gcm128-sha256-x25519", PROTO_IKE,
	    "aes256gcm16-prfsha256-x25519");
	good("3des-md5-modp1024", PROTO_IKE, "3des-md5-prfmd5-modp1024");
	bad("aes256gcm16-x25519", PROTO_IKE, "PRF");
	bad("aes256gcm16-sha256-prfsha256-x25519", PROTO_IKE, "AEAD");
	bad("aes256gcm16-aes256-sha256-x25519", PROTO_IKE, "proposal each");
	bad("aes256-x25519", PROTO_IKE, "integrity");
	bad("aes256-sha256", PROTO_IKE, "group");
	bad("sha256-x25519", PROTO_IKE, "encryption");
	bad("aes256-sha256-x25519-esn", PROTO_IKE, "child policy");
	bad("esp-aes256-sha256-x25519", PROTO_IKE, "unknown algorithm");
	/* Additional key exchanges. */
	good("aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke3_x448-ke3_none",
	    PROTO_IKE, "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke3_x448-"
	    "ke3_none");
	good("aes256gcm16-prfsha384-mlkem1024", PROTO_IKE,
	    "aes256gcm16-prfsha384-mlkem1024");
	bad("aes256gcm16-prfsha384-x25519-ke1_x25519", PROTO_IKE,
	    "stand before it");
	bad("aes256gcm16-prfsha384-x25519-ke1_aes256", PROTO_IKE,
	    "no key exchange");
	bad("aes256gcm16-prfsha384-x25519-ke1_x448-ke1_x448", PROTO_IKE,
	    "\"ke1_x448\" is named twice");
	bad("aes256gcm16-prfsha384-x25519-ke8_x448", PROTO_IKE, "unknown");
	bad("aes256gcm16-prfsha384-x25519-ke1_modp1024", PROTO_IKE, "weak");
	bad("aes256gcm16-prfsha384-ke1_x448", PROTO_IKE, "need a first one");
	bad("esp-aes256gcm16-ke1_x448", PROTO_ESP, "need a first one");
}

static void
test_esp_words(void **state)
{
	(void)state;
	good("aes256gcm16", PROTO_ESP, "esp-aes256gcm16");
	good("esp-aes256gcm16-x25519-esn-noesn", PROTO_ESP,
	    "esp-aes256gcm16-x25519-esn-noesn");
	good("aes128-sha256", PROTO_ESP, "esp-aes128-sha256");
	good("ah-sha256", PROTO_ESP, "ah-sha256");
	bad("aes128", PROTO_ESP, "integrity");
	bad("aes256gcm16-sha256", PROTO_ESP, "AEAD");
	bad("aes128-sha256-prfsha256", PROTO_ESP, "PRF");
	bad("null-sha256", PROTO_ESP, "left out");
	bad("sha256", PROTO_ESP, "encryption");
	bad("ah-aes128-sha256", PROTO_ESP, "AH");
	bad("ah-esn", PROTO_ESP, "integrity");
	bad("ah-sha256+esp-aes256-sha256", PROTO_ESP, "bundle");
}

static void
test_weak(void **state)
{
	static const char *const only[] = { "3des", NULL };
	static const char *const words[] = { "3des-sha256-x25519",
	    "aes256-sha1-x25519", "aes256-md5-x25519",
	    "aes256-sha256-prfsha1-x25519", "aes256-sha256-modp768",
	    "aes256-sha256-modp1024", "aes256-sha256-modp1536" };
	struct wt_proposal p;
	char err[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bad(words[i], PROTO_IKE, "allow-weak");
		assert_int_equal(proposal_parse(words[i], PROTO_IKE, weak_all,
		    &p, err, sizeof(err)), 0);
	}
	assert_int_equal(proposal_parse("3des-sha256-x25519", PROTO_IKE, only,
	    &p, err, sizeof(err)), 0);
	assert_int_equal(proposal_parse("3des-sha1-x25519", PROTO_IKE, only,
	    &p, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "sha1"));
}

static void
test_errors(void **state)
{
	char longword[400];
	struct wt_proposal p;
	char err[16];

	(void)state;
	bad("", PROTO_IKE, "empty");
	bad("aes256--x25519", PROTO_IKE, "empty");
	bad("aes256-sha256-x25519-", PROTO_IKE, "empty");
	bad("aes265-sha256-x25519", PROTO_IKE, "\"aes256\"");
	bad("aes256-sha25-x25519", PROTO_IKE, "\"sha256\"");
	bad("aes256-aes256-sha256-x25519", PROTO_IKE, "twice");
	bad("des-sha256-x25519", PROTO_IKE, "not supported");
	memset(longword, 'a', sizeof(longword) - 1);
	longword[sizeof(longword) - 1] = '\0';
	bad(longword, PROTO_IKE, "unknown algorithm");
	/* A short error buffer is kept to. */
	assert_int_equal(proposal_parse("x", PROTO_IKE, NULL, &p, err,
	    sizeof(err)), -1);
	assert_int_equal(strlen(err), sizeof(err) - 1);
}

static void
test_builtin(void **state)
{
	static const char *const policies[] = { "default", "strict" };
	static const unsigned int protos[] = { PROTO_IKE, PROTO_ESP };
	const char *const *w;
	size_t i, j, k, n;
	struct wt_proposal p;
	char err[256] = "";

	(void)state;
	for (i = 0; i < 2; i++)
		for (j = 0; j < 2; j++) {
			w = proposal_builtin(policies[i], protos[j]);
			assert_non_null(w);
			for (n = 0; w[n] != NULL; n++) {
				if (proposal_parse(w[n], protos[j], NULL, &p,
				    err, sizeof(err)) == -1)
					fail_msg("%s: %s", w[n], err);
				for (k = 0; i == 1 && k < p.xf_n; k++)
					assert_true(p.xf[k].type != XF_INTEG &&
					    !(p.xf[k].type == XF_KE &&
					    p.xf[k].id < KE_ECP256));
			}
			assert_true(n > 0 && n <= LINK_PROPOSALS);
		}
	assert_null(proposal_builtin("aix", PROTO_IKE));
	assert_null(proposal_builtin("default", PROTO_AH));
}

static void
test_print_bounds(void **state)
{
	struct wt_proposal p;
	char buf[10], err[64];

	(void)state;
	assert_int_equal(proposal_parse("aes256gcm16-prfsha384-x25519",
	    PROTO_IKE, NULL, &p, err, sizeof(err)), 0);
	assert_string_equal(proposal_print(&p, buf, sizeof(buf)), "aes256gcm");
	p.xf[0].id = 99;
	p.xf[0].keybits = 0;
	p.xf_n = 1;
	assert_string_equal(proposal_print(&p, buf, sizeof(buf)), "encr-99");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_ike_words),
		cmocka_unit_test(test_esp_words),
		cmocka_unit_test(test_weak),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_builtin),
		cmocka_unit_test(test_print_bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
