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
 * common/keyfile.c and certd/sign/manual.c: files of manual/, and the INSTALL
 * that they become.
 */

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "keyfile.h"
#include "reason.h"
#include "../../certd/sign/hprf.h"
#include "../../certd/sign/manual.h"

#define K16	"000102030405060708090a0b0c0d0e0f"
#define K32	K16 "101112131415161718191a1b1c1d1e1f"

static void
wrong(const char *text, size_t len, unsigned int at, const char *part)
{
	struct keyfile k;
	unsigned int line = 99;
	const char *why;

	why = keyfile_parse((const uint8_t *)text, len, &k, &line);
	assert_non_null(why);
	if (strstr(why, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", why, part);
	assert_int_equal(line, at);
}
#define WRONG(text, at, part)	wrong(text, sizeof(text) - 1, at, part)

static void
test_parse(void **state)
{
	static const char text[] = "# for people\n\nauth: 0x" K32 "  \n"
	    "enc:\t" K16 "\n";
	struct keyfile k;
	unsigned int line = 99;

	(void)state;
	assert_null(keyfile_parse((const uint8_t *)text, sizeof(text) - 1, &k,
	    &line));
	assert_int_equal(line, 0);
	assert_int_equal(k.enc_len, 16);
	assert_int_equal(k.auth_len, 32);
	assert_int_equal(k.auth[31], 0x1f);
	assert_int_equal(k.enc_line, 4);
	/* The last newline may lack. */
	assert_null(keyfile_parse((const uint8_t *)text, sizeof(text) - 2, &k,
	    &line));
	WRONG("", 0, "empty");
	WRONG("enc: 0g\n", 1, "not hexadecimal");
	WRONG("# x\nenc: 012\n", 2, "odd");
	WRONG("enc:\n", 1, "no key");
	WRONG("enc: 00\nenc: 01\n", 2, "twice");
	WRONG("key: 00\n", 1, "neither");
	WRONG(" enc: 00\n", 1, "neither");
	WRONG("enc: 00\r\n", 1, "carriage return");
	WRONG("enc: " K32 K32 K32 K32 K32 "00\n", 1, "longer");
	WRONG("enc: 00\0\n", 1, "not hexadecimal");
}

static void
unfit(const char *text, unsigned int encr, unsigned int at, const char *part)
{
	struct keyfile k;
	unsigned int line;
	char out[128];

	assert_null(keyfile_parse((const uint8_t *)text, strlen(text), &k,
	    &line));
	line = 99;
	if (keyfile_fits(&k, encr, encr == 0 ? 0 : 128,
	    INTEG_HMAC_SHA2_256_128, out, sizeof(out), &line) == NULL) {
		assert_null(part);
		return;
	}
	if (part == NULL || strstr(out, part) == NULL)
		fail_msg("\"%s\"", out);
	assert_int_equal(line, at);
}

static void
test_fits(void **state)
{
	(void)state;
	unfit("enc: " K16 "\nauth: " K32 "\n", ENCR_AES_CBC, 0, NULL);
	unfit("auth: " K32 "\n", 0, 0, NULL);
	unfit("enc: " K32 "\nauth: " K32 "\n", ENCR_AES_CBC, 1, "32 octets");
	unfit("enc: " K16 "\nauth: " K16 "\n", ENCR_AES_CBC, 2, "64 hex");
	unfit("auth: " K32 "\n", ENCR_AES_CBC, 0, "no enc:");
	unfit("enc: " K16 "\n", ENCR_AES_CBC, 0, "no auth:");
	unfit("enc: " K16 "\nauth: " K32 "\n", 0, 1, "does not encrypt");
}

static struct manuals	*m;
static const struct slice secret = { (const uint8_t *)"a secret", 8 };

static void
load(const char *name, const char *text, uint32_t mode)
{
	static struct sn_secret s;

	memset(&s, 0, sizeof(s));
	s.kind = SECRET_MANUAL;
	s.mode = S_IFREG | mode;
	strlcpy(s.name, name, sizeof(s.name));
	s.data_len = (uint16_t)strlen(text);
	memcpy(s.data, text, s.data_len);
	manuals_load(m, &s, 1);
}

static struct sn_manual
row(uint32_t tunnel, uint32_t child)
{
	struct sn_manual r;

	memset(&r, 0, sizeof(r));
	r.tunnel = tunnel;
	r.child = child;
	strlcpy(r.name, "lab", sizeof(r.name));
	r.mode = MODE_TUNNEL;
	r.local.addr.af = r.remote.addr.af = 4;
	r.local.port = 4500;
	r.sa_n = 1;
	r.sa[0].proto = PROTO_ESP;
	r.sa[0].encr = ENCR_AES_CBC;
	r.sa[0].encr_bits = 128;
	r.sa[0].integ = INTEG_HMAC_SHA2_256_128;
	r.sa[0].spi_in = 0x1000 + 16 * tunnel + child;
	r.sa[0].spi_out = 0x2000 + 16 * tunnel + child;
	strlcpy(r.sa[0].key_in, "in", sizeof(r.sa[0].key_in));
	strlcpy(r.sa[0].key_out, "out", sizeof(r.sa[0].key_out));
	return (r);
}

static int
manuals_setup(void **state)
{
	(void)state;
	hprf_init();
	m = manuals_new();
	load("out", "enc: " K16 "\nauth: " K32 "\n", 0600);
	load("in", "auth: " K32 "\nenc: ff" K16 "\n", 0600);
	load("open", "enc: " K16 "\nauth: " K32 "\n", 0644);
	return (0);
}

static int
manuals_teardown(void **state)
{
	(void)state;
	manuals_free(m);
	return (0);
}

static void
test_problems(void **state)
{
	struct sn_manual r = row(1, 1);
	char out[256];

	(void)state;
	assert_null(manuals_add(m, &r));
	assert_non_null(manuals_problem(m, "/etc/ikd", out, sizeof(out)));
	assert_string_equal(out, "/etc/ikd/manual/in:2: 17 octets, but aes128 "
	    "takes a key of 16 (32 hexadecimal digits) (tunnel lab)");
	manuals_forget_rows(m);
	strlcpy(r.sa[0].key_in, "open", sizeof(r.sa[0].key_in));
	assert_null(manuals_add(m, &r));
	assert_non_null(manuals_problem(m, "/etc/ikd", out, sizeof(out)));
	assert_non_null(strstr(out, "manual/open: readable by others"));
	manuals_forget_rows(m);
	strlcpy(r.sa[0].key_in, "gone", sizeof(r.sa[0].key_in));
	assert_null(manuals_add(m, &r));
	assert_non_null(manuals_problem(m, "/etc/ikd", out, sizeof(out)));
	assert_non_null(strstr(out, "manual/gone: no such file"));
	/* tmd-policy is believed nothing that breaks keys. */
	r.sa[0].encr = ENCR_AES_GCM_16;
	assert_non_null(manuals_add(m, &r));
}

static void
ask(uint32_t tunnel, struct mv_keys_are *out)
{
	struct mv_keys_want want = { 7, tunnel, 3 };

	manuals_tell(m, secret, &want, out);
	assert_int_equal(out->order, 7);
	assert_int_equal(out->tunnel, tunnel);
}

static void
test_install(void **state)
{
	static struct mv_keys_are are, again;
	static struct mi_keys keys;
	const struct mi_install *in = &keys.install;
	struct mv_keys_use use = { .grant = 5, .tunnel = 2, .child = 2 };
	struct sn_manual r;
	uint32_t i;

	(void)state;
	load("in2", "enc: 101112131415161718191a1b1c1d1e1f\nauth: " K32 "\n",
	    0400);
	/* Whatever order they come in. */
	for (i = 0; i < 4; i++) {
		r = row(2 - i / 2, 2 - i % 2);
		strlcpy(r.sa[0].key_in, "in2", sizeof(r.sa[0].key_in));
		assert_null(manuals_add(m, &r));
	}
	ask(3, &are);
	assert_int_equal(are.code, RSN_NO_SECRET);
	ask(2, &are);
	assert_int_equal(are.code, RSN_OK);
	assert_int_equal(are.keys_n, 2);
	assert_int_equal(are.keys[1].child, 2);
	assert_int_equal(are.keys[1].spi_in, 0x1022);
	assert_int_not_equal(memcmp(are.keys[0].print, are.keys[1].print, 32),
	    0);
	assert_non_null(manuals_install(m, secret, &use, &keys));
	memcpy(use.print, are.keys[1].print, 32);
	assert_null(manuals_install(m, secret, &use, &keys));
	assert_int_equal(in->grant, 5);
	assert_int_equal(keys.tunnel, 2);
	assert_int_equal(keys.child, 2);
	assert_int_equal(in->spi_in, 0x1022);
	assert_int_equal(in->spi_out, 0x2022);
	assert_int_equal(in->encr_in_len, 16);
	assert_int_equal(in->encr_in[0], 0x10);
	assert_int_equal(in->encr_out[0], 0);
	assert_int_equal(in->replay_window, 0);
	assert_int_equal(in->suite.esn, 0);
	use.child = 9;
	assert_non_null(manuals_install(m, secret, &use, &keys));
	/* A new name is no new key; another key is. */
	manuals_forget_rows(m);
	load("renamed", "enc: 101112131415161718191a1b1c1d1e1f\nauth: " K32
	    "\n", 0600);
	r = row(2, 2);
	strlcpy(r.sa[0].key_in, "renamed", sizeof(r.sa[0].key_in));
	assert_null(manuals_add(m, &r));
	ask(2, &again);
	assert_memory_equal(again.keys[0].print, are.keys[1].print, 32);
	manuals_forget_rows(m);
	strlcpy(r.sa[0].key_in, "out", sizeof(r.sa[0].key_in));
	assert_null(manuals_add(m, &r));
	ask(2, &again);
	assert_int_not_equal(memcmp(again.keys[0].print, are.keys[1].print,
	    32), 0);
}

static void
test_bundle(void **state)
{
	static struct mv_keys_are are;
	static struct mi_keys keys;
	const struct mi_install *in = &keys.install;
	struct mv_keys_use use = { .grant = 5, .tunnel = 1, .child = 1 };
	struct sn_manual r = row(1, 1);

	(void)state;
	load("ah", "auth: ff" K32 "\n", 0600);
	load("ah2", "auth: 2f" K16 "101112131415161718191a1b1c1d1e\n", 0600);
	strlcpy(r.sa[0].key_in, "out", sizeof(r.sa[0].key_in));
	r.sa_n = 2;
	r.sa[1].proto = PROTO_AH;
	r.sa[1].integ = INTEG_HMAC_SHA2_256_128;
	r.sa[1].spi_in = 0x3001;
	r.sa[1].spi_out = 0x3002;
	strlcpy(r.sa[1].key_in, "ah2", sizeof(r.sa[1].key_in));
	strlcpy(r.sa[1].key_out, "ah2", sizeof(r.sa[1].key_out));
	assert_null(manuals_add(m, &r));
	ask(1, &are);
	assert_int_equal(are.keys_n, 1);
	assert_int_equal(are.keys[0].suite.ah, INTEG_HMAC_SHA2_256_128);
	memcpy(use.print, are.keys[0].print, 32);
	assert_null(manuals_install(m, secret, &use, &keys));
	assert_int_equal(in->ah_spi_in, 0x3001);
	assert_int_equal(in->ah_in_len, 32);
	assert_int_equal(in->ah_out[0], 0x2f);
	/* A key that is too long: no print, so nothing to install. */
	manuals_forget_rows(m);
	strlcpy(r.sa[1].key_in, "ah", sizeof(r.sa[1].key_in));
	assert_null(manuals_add(m, &r));
	ask(1, &are);
	assert_int_equal(are.code, RSN_NO_SECRET);
	assert_non_null(manuals_install(m, secret, &use, &keys));
	/* AH inside is none. */
	r.sa[0].proto = PROTO_AH;
	assert_non_null(manuals_add(m, &r));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_fits),
		cmocka_unit_test_setup_teardown(test_problems, manuals_setup,
		    manuals_teardown),
		cmocka_unit_test_setup_teardown(test_install, manuals_setup,
		    manuals_teardown),
		cmocka_unit_test_setup_teardown(test_bundle, manuals_setup,
		    manuals_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
