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

/* certd/sign/octets.c and hprf.c against values computed elsewhere. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/octets.h"
#include "alg.h"
#include "id.h"

/* Python's hmac and hashlib gave these. */
static const struct {
	unsigned int	 prf;
	const char	*auth;
} vectors[] = {
	{ PRF_HMAC_SHA2_256, "be9176c6ee5262bdd8cbfad700e132d3"
	    "836d52d10c6c5c3959a5234604a8bae3" },
	{ PRF_HMAC_SHA2_384, "a7be8f7d93aaab754a8d37cc602a7342"
	    "6d585fe2d077bb78301a976ca7cf0395"
	    "30d0f0d2542b6ecca27c9f2b1a94f977" },
	{ PRF_HMAC_SHA2_512, "8d0ac429aefc2c59373dd4320424adc6"
	    "4833e5dcbf431c2cee3369df88fb0fff" "8b089d47fa25146798d5b54b054b"
	    "7ae2fbd29d20814b282c90be2ee8d9e7ba88" },
	{ PRF_HMAC_SHA1, "ec42014fe0872cc0762102b2bb21899ea170196c" },
};

static uint8_t message[40], nonce[32], sk_p[PRF_MAX];
static uint8_t id_body[] = { 2, 0, 0, 0, 'g', 'w', '.', 'e', 'x', 'a', 'm',
    'p', 'l', 'e', '.', 'c', 'o', 'm' };

static void
input(struct auth_in *in, unsigned int id)
{
	size_t i;

	for (i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (i = 0; i < sizeof(nonce); i++)
		nonce[i] = (uint8_t)(0x80 + i);
	memset(sk_p, 7, sizeof(sk_p));
	memset(in, 0, sizeof(*in));
	in->prf = id;
	in->secret = (struct slice){ (const uint8_t *)"secret key", 10 };
	in->message = (struct slice){ message, sizeof(message) };
	in->nonce = (struct slice){ nonce, sizeof(nonce) };
	in->sk_p = (struct slice){ sk_p, hprf_len(id) };
	in->id_body = (struct slice){ id_body, sizeof(id_body) };
}

static void
test_vectors(void **state)
{
	char hex[2 * PRF_MAX + 1];
	uint8_t out[PRF_MAX];
	struct auth_in in;
	size_t i, j, n;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		input(&in, vectors[i].prf);
		n = auth_make(&in, out);
		for (j = 0; j < n; j++)
			snprintf(hex + 2 * j, 3, "%02x", out[j]);
		assert_string_equal(hex, vectors[i].auth);
	}
}

static void
test_every_part_counts(void **state)
{
	static uint8_t *const parts[] = { message, nonce, sk_p, id_body };
	uint8_t out[PRF_MAX];
	struct auth_in in;
	struct slice auth;
	size_t i;

	(void)state;
	input(&in, PRF_HMAC_SHA2_256);
	auth.p = out;
	auth.len = auth_make(&in, out);
	assert_true(auth_equal(&in, auth));
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		parts[i][0] ^= 1;
		assert_false(auth_equal(&in, auth));
		parts[i][0] ^= 1;
	}
	in.secret.len--;
	assert_false(auth_equal(&in, auth));
	in.secret.len++;
	auth.len--;
	assert_false(auth_equal(&in, auth));
	auth.len = 0;
	assert_false(auth_equal(&in, auth));
}

static void
test_id_bodies(void **state)
{
	uint8_t body[ID_BODY_MAX + 1] = { 0 };
	struct wt_id id, back;

	(void)state;
	assert_null(id_parse("fqdn:gw.example.com", &id));
	assert_int_equal(id_body_make(&id, body), sizeof(id_body));
	assert_memory_equal(body, id_body, sizeof(id_body));
	assert_null(id_body_read((struct slice){ body, sizeof(id_body) },
	    &back));
	assert_true(id_equal(&id, &back));
	assert_non_null(id_body_read((struct slice){ body, 4 }, &back));
	assert_non_null(id_body_read((struct slice){ NULL, 0 }, &back));
	assert_non_null(id_body_read((struct slice){ body, sizeof(body) },
	    &back));
	assert_null(id_body_read((struct slice){ body, ID_BODY_MAX }, &back));
	body[0] = 0;
	assert_non_null(id_body_read((struct slice){ body, 10 }, &back));
	assert_int_equal(hprf_len(99), 0);
}

static int
setup(void **state)
{
	(void)state;
	hprf_init();
	return (0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_every_part_counts),
		cmocka_unit_test(test_id_bodies),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, setup, NULL));
}
