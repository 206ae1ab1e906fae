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

/* certd/stow.c: certificates put away as octets, each once. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/crypto.h>

#include "certd_pki.h"
#include "../../certd/stow.h"

static struct pki pki;
static struct slice der[2];

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki, "ca ca; leaf by=ca san=DNS:bee.example;");
	der[0] = pki_der(pki_get(&pki, "ca"));
	der[1] = pki_der(pki_get(&pki, "leaf"));
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	OPENSSL_free((void *)(uintptr_t)der[0].p);
	OPENSSL_free((void *)(uintptr_t)der[1].p);
	pki_free(&pki);
	return (0);
}

/* Two peers show the same certificate: it is kept once, until both go. */
static void
once(void **state)
{
	const struct cert *ca = pki_get(&pki, "ca")->cert;
	const struct cert *leaf = pki_get(&pki, "leaf")->cert;
	struct stowed *a = stow(ca, der[0]), *b = stow(leaf, der[1]);

	(void)state;
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(stow(ca, der[0]), a);
	assert_memory_equal(stow_fp(a), ca->fp, KEY_FP);
	assert_memory_equal(stow_fp(b), leaf->fp, KEY_FP);
	stow_drop(a);
	assert_ptr_equal(stow(ca, der[0]), a);
	stow_drop(a);
	stow_drop(a);
	stow_drop(b);
	stow_drop(NULL);
}

/* What comes out is what went in, and the peer's octets may be gone. */
static void
opened(void **state)
{
	const struct cert *leaf = pki_get(&pki, "leaf")->cert;
	struct vcache *v = vcache_new();
	struct stowed *s;
	struct cert *c;
	uint8_t copy[2048];

	(void)state;
	assert_true(der[1].len <= sizeof(copy));
	memcpy(copy, der[1].p, der[1].len);
	s = stow(leaf, (struct slice){ copy, der[1].len });
	memset(copy, 0xa5, sizeof(copy));
	c = stow_open(s, v);
	assert_ptr_not_equal(c, leaf);
	assert_memory_equal(c->fp, leaf->fp, KEY_FP);
	assert_int_equal(X509_cmp(c->x, leaf->x), 0);
	assert_int_equal(c->refs, 1);
	cert_free(c);
	stow_drop(s);
	vcache_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once),
		cmocka_unit_test(opened),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, setup, teardown));
}
