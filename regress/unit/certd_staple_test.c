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

/* certd/staple.c: whom we ask for an OCSP response of our own certificate. */
#include <sys/mman.h>

#include <openssl/ocsp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <event2/event.h>

#include "certd_book_bed.h"
#include "../../certd/revoke_int.h"
#include "../../certd/staple.h"
#include "hurry.h"
#include "log.h"
#include "reason.h"

static struct certd c;
static struct role_ctx role;
static struct pki p;
static uint32_t req;

/* What certd would ask for next. */
static struct item *
sent(const char *url)
{
	int64_t now = (int64_t)time(NULL);
	struct item *it = store_next(c.revoke->store, now);

	if (url == NULL) {
		assert_null(it);
		return (NULL);
	}
	assert_non_null(it);
	assert_string_equal(it->url, url);
	store_asked(it, ++req, now);
	return (it);
}

static void
dead(const char *url)
{
	struct mc_unfetched m = { .code = RSN_TIMEOUT, .text = "dead" };

	m.req = sent(url)->req;
	revoke_unfetched(&c, &m);
}

static void
good(const char *url)
{
	struct pki_item *r = pki_get(&p, "R");
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	ASN1_TIME *from = ASN1_TIME_adj(NULL, time(NULL), 0, -60);
	ASN1_TIME *to = ASN1_TIME_adj(NULL, time(NULL), 1, 0);
	struct mc_fetched m = { .req = sent(url)->req };
	unsigned char *der = NULL;
	OCSP_RESPONSE *resp;
	OCSP_CERTID *id;
	int fd, len;

	id = OCSP_cert_to_id(EVP_sha1(), pki_get(&p, "L")->x, r->x);
	assert_non_null(OCSP_basic_add1_status(b, id, V_OCSP_CERTSTATUS_GOOD,
	    0, NULL, from, to));
	assert_int_equal(OCSP_basic_sign(b, r->x, r->key, EVP_sha256(), NULL,
	    0), 1);
	resp = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
	len = i2d_OCSP_RESPONSE(resp, &der);
	assert_true(len > 0);
	fd = memfd_create("test", MFD_CLOEXEC);
	assert_int_equal(write(fd, der, (size_t)len), len);
	m.len = (uint32_t)len;
	revoke_fetched(&c, &m, fd);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(resp);
	OCSP_BASICRESP_free(b);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
}

static struct book *
book(int with_ours)
{
	struct snap_writer *w = book_begin();
	static struct sn_authority a;

	memset(&a, 0, sizeof(a));
	strlcpy(a.name, "r", sizeof(a.name));
	strlcpy(a.file, "r", sizeof(a.file));
	a.ocsp_n = 2;
	strlcpy(a.ocsp[0].u, "http://p1/", sizeof(a.ocsp[0].u));
	strlcpy(a.ocsp[1].u, "http://p2/", sizeof(a.ocsp[1].u));
	snap_put(w, SNAP_AUTHORITY, &a);
	book_put_file(w, CF_CA, "r", pki_get(&p, "R"));
	book_put_file(w, CF_CERT, "l", pki_get(&p, "L"));
	book_put_tunnel(w, 1, "r", with_ours ? "l" : "", 0);
	return (book_end(w));
}

static void
reload(int with_ours)
{
	struct book *old = c.book;

	c.book = book(with_ours);
	book_free(old);
	staple_book(&c);
}

/* Our certificate has these words, too. */
static void
begin(const char *words)
{
	char text[256];

	snprintf(text, sizeof(text), "R ca nb=-4000 na=4000; L by=R nb=-4000 "
	    "na=4000 san=DNS:gw.example%s;", words);
	memset(&c, 0, sizeof(c));
	pki_make(&p, text);
	role.base = event_base_new();
	c.role = &role;
	revoke_init(&c);
	reload(1);
}

static void
end(void)
{
	store_free(c.revoke->store);
	event_free(c.revoke->timer);
	free(c.revoke);
	book_free(c.book);
	pki_free(&p);
	event_base_free(role.base);
}

/* Whoever failed may be asked again. */
static void
time_passes(void)
{
	struct item *it;

	for (it = store_first(c.revoke->store); it != NULL;
	    it = TAILQ_NEXT(it, entry))
		it->again = 0;
}

static void
test_turns(void **state)
{
	struct book_ocsp out[BOOK_OURS];
	struct item *it;

	(void)state;
	begin(" aia=OCSP|URI:http://c/");
	/* The policy's come first, then the certificate's. */
	dead("http://p1/");
	dead("http://p2/");
	dead("http://c/");
	sent(NULL);
	assert_int_equal(staple_responses(&c, out), 0);
	/* Nobody answered: they are asked again when their time has come. */
	time_passes();
	staple_book(&c);
	dead("http://p1/");
	good("http://p2/");
	assert_int_equal(staple_responses(&c, out), 1);
	assert_string_equal(out[0].file, "l");
	sent(NULL);
	/* A reload keeps it, and keeps it in use: else its renewals end. */
	for (it = store_first(c.revoke->store); it != NULL;
	    it = TAILQ_NEXT(it, entry))
		it->used = 0;
	reload(1);
	sent(NULL);
	for (it = store_first(c.revoke->store); it != NULL &&
	    strcmp(it->url, "http://p2/") != 0; it = TAILQ_NEXT(it, entry))
		;
	assert_non_null(it);
	assert_int_not_equal(it->used, 0);
	assert_int_equal(staple_responses(&c, out), 1);
	reload(0);
	assert_int_equal(staple_responses(&c, out), 0);
	end();
}

/* All have failed: a timer asks them again. */
static void
test_timer(void **state)
{
	(void)state;
	begin("");
	dead("http://p1/");
	hurry = 1;
	dead("http://p2/");
	hurry = 0;
	time_passes();
	event_base_loop(role.base, EVLOOP_ONCE);
	dead("http://p1/");
	good("http://p2/");
	reload(0);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns), cmocka_unit_test(test_timer),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
