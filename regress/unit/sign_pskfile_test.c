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

/* common/pskfile.c and keyring.c: files of psk/ and the keys in them. */

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/keyring.h"
#include "pskfile.h"

static void
good(const char *line, const char *key, size_t len)
{
	uint8_t out[PSK_MAX];
	size_t n;

	assert_null(psk_decode((const uint8_t *)line, strlen(line), out, &n));
	assert_int_equal(n, len);
	assert_memory_equal(out, key, len);
}

static void
bad(const char *line, size_t len, const char *part)
{
	uint8_t out[PSK_MAX + 2];
	const char *why;
	size_t n;

	why = psk_decode((const uint8_t *)line, len, out, &n);
	assert_non_null(why);
	if (strstr(why, part) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", why, part);
	assert_int_equal(n == 0 || len == 0, 1);
}

static void
test_decode(void **state)
{
	(void)state;
	good("secret", "secret", 6);
	good("secret\n", "secret", 6);
	good(" se cret \n", " se cret ", 9);
	good("0x00ff2A\n", "\x00\xff\x2a", 3);
	good("0sAP8q", "\x00\xff\x2a", 3);
	good("0sAP8=\n", "\x00\xff", 2);
	good("0sAA==", "\x00", 1);
	good("text:0x00\n", "0x00", 4);
	good("text:text:x", "text:x", 6);
	good("1x00", "1x00", 4);
	good("p\xc3\xa4ss", "p\xc3\xa4ss", 5);
}

static void
test_refused(void **state)
{
	char big[PSK_MAX + 2];

	(void)state;
	bad("", 0, "empty");
	bad("\n", 1, "empty");
	bad("text:", 5, "empty");
	bad("0x", 2, "empty");
	bad("0s", 2, "empty");
	bad("0x0", 3, "two");
	bad("0x0g", 4, "hexadecimal");
	bad("0sAP8", 5, "padding");
	bad("0sAP8*", 6, "base64");
	bad("0s====", 6, "base64");
	bad("0sA=P8", 6, "base64");
	bad("one\ntwo\n", 8, "one line");
	bad("one\n\n", 5, "one line");
	bad("secret\r\n", 8, "carriage");
	bad("a\0b", 3, "control");
	bad("\xef\xbb\xbfsecret\n", 10, "byte order mark");
	memset(big, 'a', sizeof(big));
	bad(big, PSK_MAX + 1, "4096");
}

static void
check_mode(uint32_t mode, uint32_t uid, const char *want)
{
	char buf[128];
	const char *why;

	why = psk_mode_problem(mode, uid, 42, buf, sizeof(buf));
	if (want == NULL)
		assert_null(why);
	else {
		assert_non_null(why);
		assert_string_equal(why, want);
	}
}

static void
test_modes(void **state)
{
	(void)state;
	check_mode(0600, 0, NULL);
	check_mode(0400, 0, NULL);
	check_mode(0600, 42, NULL);
	check_mode(S_IFREG | 0600, 0, NULL);
	check_mode(0644, 0, "readable by others (mode 0644): chmod 600");
	check_mode(0640, 0, "readable by others (mode 0640): chmod 600");
	check_mode(0604, 42, "readable by others (mode 0604): chmod 600");
	check_mode(0620, 0, "mode 0620 is neither 0600 nor 0400: chmod 600");
	check_mode(04600, 0, "mode 4600 is neither 0600 nor 0400: chmod 600");
	check_mode(0600, 1000, "belongs to uid 1000: chown root");
	check_mode(S_IFIFO | 0600, 0, "not a regular file");
}

static void
load(struct keyring *k, const char *name, const char *text, uint32_t mode)
{
	struct sn_secret s = { .kind = 1, .mode = mode };

	strcpy(s.name, name);
	s.data_len = (uint16_t)strlen(text);
	memcpy(s.data, text, s.data_len);
	keyring_load(k, &s, 42);
}

static void
test_keyring(void **state)
{
	struct keyring *k = keyring_new("/etc/ikd");
	const struct key *key;
	char name[8];
	int i;

	(void)state;
	for (i = 99; i >= 0; i--) {
		snprintf(name, sizeof(name), "k%02d", i);
		load(k, name, name, 0600);
	}
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "k%02d", i);
		assert_string_equal(keyring_at(k, (size_t)i)->name, name);
		key = keyring_find(k, name);
		assert_non_null(key);
		assert_int_equal(key->len, 3);
		assert_memory_equal(key->data, name, 3);
	}
	assert_null(keyring_at(k, 100));
	assert_null(keyring_find(k, "k100"));
	load(k, "k50", "new", 0644);
	key = keyring_find(k, "k50");
	assert_string_equal(key->problem,
	    "readable by others (mode 0644): chmod 600");
	assert_null(key->data);
	assert_non_null(keyring_put(k, "k50", (const uint8_t *)"0xg", 3));
	assert_null(keyring_put(k, "k50", (const uint8_t *)"0x41\n", 5));
	key = keyring_find(k, "k50");
	assert_string_equal(key->problem, "");
	assert_int_equal(key->len, 1);
	/* What cannot be decoded leaves the old key in force. */
	assert_non_null(keyring_put(k, "k50", (const uint8_t *)"", 0));
	assert_int_equal(keyring_find(k, "k50")->len, 1);
	assert_int_equal(keyring_forget(k, "k50"), 1);
	assert_int_equal(keyring_forget(k, "k50"), 0);
	assert_null(keyring_find(k, "k50"));
	assert_string_equal(keyring_at(k, 50)->name, "k51");
	keyring_free(k);
	keyring_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_keyring),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
