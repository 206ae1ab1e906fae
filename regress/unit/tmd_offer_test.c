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

/* What explain finds out: proposals side by side, what is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "reason.h"
#include "../../tmd/explain.h"
#include "../../tmd/offer.h"

static const char *const any[] = { "3des", "sha1", "modp1024", NULL };

static unsigned int
parse(const char *words, unsigned int proto, struct wt_proposal *p)
{
	char one[256], err[256];
	unsigned int n = 0;
	size_t len;

	for (; *words != '\0'; words += len + (words[len] != '\0')) {
		len = strcspn(words, " ");
		snprintf(one, sizeof(one), "%.*s", (int)len, words);
		if (proposal_parse(one, proto, any, &p[n], err, sizeof(err))
		    == -1)
			fail_msg("%s: %s", one, err);
		n++;
	}
	return (n);
}

static const struct {
	const char	*theirs, *ours;
	unsigned int	 proto;
	const char	*misses;	/* of offer_compare() */
	const char	*add_ours, *add_theirs, *weak;
} rows[] = {
	{ "aes256-sha256-modp2048", "aes256gcm16-prfsha384-x25519", PROTO_IKE,
	    "encryption prf group ", "aes256-sha256-prfsha256-modp2048",
	    "aes256gcm16-prfsha384-x25519", NULL },
	/* Of several the pair that lacks least. */
	{ "aes128-sha1-modp1024 aes256gcm16-prfsha384-ecp384",
	    "aes256gcm16-prfsha384-x25519 chacha20poly1305-prfsha256-x25519",
	    PROTO_IKE, "group ",
	    "aes256gcm16-prfsha384-ecp384", "aes256gcm16-prfsha384-x25519",
	    NULL },
	/* A weak one only where there is nothing else, and it is said. */
	{ "3des-sha1-modp1024", "aes256-sha256-modp2048", PROTO_IKE,
	    "encryption integrity prf group ", "3des-sha1-prfsha1-modp1024",
	    "aes256-sha256-prfsha256-modp2048", "modp1024" },
	{ "3des-aes128-sha1-sha256-modp1024-ecp256", "aes256-sha256-x25519",
	    PROTO_IKE, "encryption group ", "aes128-sha256-prfsha256-ecp256",
	    "aes256-sha256-prfsha256-x25519", NULL },
	{ "aes128-sha256", "aes256gcm16", PROTO_ESP, "encryption ",
	    "esp-aes128-sha256", "esp-aes256gcm16", NULL },
	/* Each type is common, yet never in one proposal. */
	{ "aes128-sha256 aes256-sha384", "aes128-sha384 aes256-sha256",
	    PROTO_ESP, "", "esp-aes128-sha256", "esp-aes128-sha384", NULL },
	{ "aes256gcm16-esn", "aes128gcm16", PROTO_ESP, "encryption ",
	    "esp-aes256gcm16", "esp-aes128gcm16", NULL },
};

static void
proposals(void **state)
{
	static struct wt_proposal t[8], o[8], add;
	static struct offer_line line[OFFER_LINES];
	struct offer_list theirs = { t, 0 }, ours = { o, 0 };
	char misses[128], word[256];
	const char *weak;
	unsigned int k, n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		theirs.n = (uint16_t)parse(rows[i].theirs, rows[i].proto, t);
		ours.n = (uint16_t)parse(rows[i].ours, rows[i].proto, o);
		n = offer_compare(&theirs, &ours, 0, line);
		misses[0] = '\0';
		for (k = 0; k < n; k++)
			if (line[k].miss) {
				strlcat(misses, line[k].what, sizeof(misses));
				strlcat(misses, " ", sizeof(misses));
				assert_string_equal(line[k].both, "");
			}
		if (strcmp(misses, rows[i].misses) != 0)
			fail_msg("%s / %s: %s", rows[i].theirs, rows[i].ours,
			    misses);
		assert_int_equal(offer_nearest(&ours, &theirs, 0, &add,
		    &weak), 0);
		assert_string_equal(proposal_print(&add, word, sizeof(word)),
		    rows[i].add_ours);
		if (rows[i].weak == NULL)
			assert_null(weak);
		else
			assert_string_equal(weak, rows[i].weak);
		assert_int_equal(offer_nearest(&theirs, &ours, 0, &add,
		    &weak), 0);
		assert_string_equal(proposal_print(&add, word, sizeof(word)),
		    rows[i].add_theirs);
	}
}

/* What we do not know is no advice, and does no harm. */
static void
unknown(void **state)
{
	struct wt_proposal t = { .proto = PROTO_IKE, .xf_n = 2, .xf = {
	    { XF_ENCR, 999, 0 }, { XF_KE, 65535, 0 } } };
	static struct wt_proposal o[2], add;
	static struct offer_line line[OFFER_LINES];
	struct offer_list theirs = { &t, 1 }, ours = { o, 1 };
	const char *weak;

	(void)state;
	parse("aes256gcm16-prfsha384-x25519", PROTO_IKE, o);
	assert_true(offer_compare(&theirs, &ours, 0, line) >= 2);
	assert_string_equal(line[0].theirs, "encr-999");
	assert_int_equal(offer_nearest(&ours, &theirs, 0, &add, &weak), -1);
	theirs.n = 0;
	assert_int_equal(offer_nearest(&ours, &theirs, 0, &add, &weak), -1);
	assert_int_equal(offer_has_group(&theirs), 0);
	assert_int_equal(offer_has_group(&ours), 1);
}

static void
failed(uint32_t tunnel, uint8_t last_octet, unsigned int code, uint64_t now)
{
	static struct mx_failed m;

	memset(&m, 0, sizeof(m));
	m.tunnel = tunnel;
	m.remote.addr.af = 4;
	m.remote.addr.a[3] = last_octet;
	m.code = (uint16_t)code;
	explain_failed(0, &m, now);
}

static void
remembered(void **state)
{
	static struct mx_offered o;
	const struct story *s;
	unsigned int i;

	(void)state;
	assert_null(explain_next(NULL));
	failed(1, 7, RSN_ADMIN, 5);
	assert_int_equal(explain_count(), 0);
	o.remote.addr.af = 4;
	o.remote.addr.a[3] = 7;
	o.offer_n = parse("aes256-sha256-x25519", PROTO_IKE, o.offer);
	explain_offered(0, &o);
	failed(1, 7, RSN_NO_PROPOSAL, 10);
	failed(1, 7, RSN_TIMEOUT, 11);
	failed(1, 7, RSN_NO_PROPOSAL, 20);
	s = explain_next(NULL);
	assert_int_equal(s->code, RSN_NO_PROPOSAL);
	assert_int_equal(s->count, 2);
	assert_int_equal(s->first, 10);
	assert_int_equal(s->last, 20);
	/* An offer belongs to one failure. */
	assert_int_equal(s->offer_n, 0);
	assert_string_equal(s->text, reason_text(RSN_NO_PROPOSAL));
	explain_offered(0, &o);
	failed(1, 8, RSN_NO_PROPOSAL, 21);
	assert_int_equal(explain_next(NULL)->offer_n, 0);	/* another's */
	failed(1, 7, RSN_NO_PROPOSAL, 22);
	assert_int_equal(explain_next(NULL)->offer_n, 1);
	for (i = 0; i < 200; i++)
		failed(1, (uint8_t)i, RSN_TS, 30 + i);
	assert_int_equal(explain_count(), STORIES_TUNNEL);
	for (i = 0; i < 255; i++)
		failed(0, (uint8_t)i, RSN_NO_TUNNEL, 300);
	assert_int_equal(explain_count(), STORIES_TUNNEL + STORIES_NONE);
	for (i = 2; i < 2000; i++)
		failed(i, 1, RSN_TIMEOUT, 400);
	assert_int_equal(explain_count(), STORIES_MAX);
	assert_int_equal(explain_next(NULL)->tunnel, 1999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proposals), cmocka_unit_test(unknown),
		cmocka_unit_test(remembered)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
