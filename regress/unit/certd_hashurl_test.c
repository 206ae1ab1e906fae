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
 * certd/hashurl.c and certd/byurl.c: what a peer names by hash and URL, with
 * certd-fetch played by us.
 */

#include <sys/mman.h>

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../certd/byurl.h"
#include "log.h"
#include "reason.h"

#define URL	"http://h/c"

static struct role_ctx role;
static struct certd c;
static struct pipe *fetch;		/* the test's end */
static struct mc_fetch last;
static unsigned int asked, woken;
static int says = 1;			/* the policy */

int
book_hash_url(const struct book *b)
{
	(void)b;
	return (says);
}

void
checks_url_fetched(struct certd *cd)
{
	(void)cd;
	woken++;
}

static void
on_fetch(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	last = *(const struct mc_fetch *)body;
	asked++;
}

static void
on_fetched(void *arg, const void *body, int fd)
{
	(void)arg;
	assert_int_equal(byurl_fetched(&c, body, fd), 1);
}

static void
on_unfetched(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	assert_int_equal(byurl_unfetched(&c, body), 1);
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	(void)arg, (void)p;
	fail_msg("%s", why != NULL ? why : "end");
}

static const struct pipe_handler of_certd[] = {
	{ M_FETCHED, on_fetched }, { M_UNFETCHED, on_unfetched }, { 0, NULL } };
static const struct pipe_handler of_fetch[] = {
	{ M_FETCH, on_fetch }, { 0, NULL } };
static const struct pipe_ops certd_ops = { of_certd, on_broken };
static const struct pipe_ops fetch_ops = { of_fetch, on_broken };

static void
run(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		pipe_flush(c.fetch);
		pipe_flush(fetch);
		event_base_loop(role.base, EVLOOP_NONBLOCK);
	}
}

static int
setup(void **state)
{
	int fds[2];

	(void)state;
	log_init("test", LOG_L_ERROR);
	memset(&c, 0, sizeof(c));
	asked = woken = 0;
	says = 1;
	role.base = event_base_new();
	c.role = &role;
	pipe_pair(fds);
	c.fetch = pipe_new(role.base, fds[0], &proto_certd_fetch, SIDE_A,
	    &certd_ops, NULL);
	fetch = pipe_new(role.base, fds[1], &proto_certd_fetch, SIDE_B,
	    &fetch_ops, NULL);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	byurl_fetch_gone(&c);
	byurl_flush();
	pipe_free(c.fetch);
	pipe_free(fetch);
	event_base_free(role.base);
	return (0);
}

/* A chain in buf: an element of each encoding with hash of what, and url. */
static size_t
add(uint8_t *buf, size_t at, unsigned int encoding, const char *what,
    size_t len, const char *url)
{
	size_t n = HASHURL_SHA1 + strlen(url);

	buf[at] = (uint8_t)encoding;
	buf[at + 1] = (uint8_t)(n >> 8);
	buf[at + 2] = (uint8_t)n;
	assert_true(hashurl_of((struct slice){ (const uint8_t *)what, len },
	    buf + at + 3));
	memcpy(buf + at + 3 + HASHURL_SHA1, url, strlen(url));
	return (at + 3 + n);
}

static void
answer(const char *what, size_t len)
{
	struct mc_fetched m = { .req = last.req, .len = (uint32_t)len };
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(write(fd, what, len), len);
	assert_int_equal(pipe_send(fetch, M_FETCHED, &m, fd), PIPE_OK);
	run();
}

static void
test_read(void **state)
{
	uint8_t in[HASHURL_SHA1 + HASHURL_LEN + 1] = { 1, 2, 3 };
	struct hashurl hu;
	struct slice s = { in, HASHURL_SHA1 };

	(void)state;
	assert_non_null(hashurl_read(s, &hu));
	memset(in + HASHURL_SHA1, 'a', sizeof(in) - HASHURL_SHA1);
	memcpy(in + HASHURL_SHA1, "http://h/", 9);
	s.len = sizeof(in);
	assert_non_null(hashurl_read(s, &hu));
	s.len--;
	assert_null(hashurl_read(s, &hu));
	assert_int_equal(strlen(hu.url), HASHURL_LEN);
	assert_int_equal(hu.hash[2], 3);
	in[40] = '\n';
	assert_non_null(hashurl_read(s, &hu));
	in[40] = 0;
	assert_non_null(hashurl_read(s, &hu));
	in[40] = 'a';
	memcpy(in + HASHURL_SHA1, "ldap://", 7);
	assert_non_null(hashurl_read(s, &hu));
}

static const uint8_t bundle[] = { 0x30, 18, 0xa0, 4, 0x30, 2, 5, 0, 0xa1, 4,
	0x30, 2, 5, 1, 0xa0, 4, 0x30, 2, 5, 0 };

static void
test_bundle(void **state)
{
	uint8_t bad[sizeof(bundle)];
	struct slice out[HASHURL_BUNDLED];
	struct slice in = { bundle, sizeof(bundle) };
	static const struct { size_t at; uint8_t to; } break_it[] = {
		{ 0, 0x31 }, { 0, 0x10 }, { 1, 17 }, { 1, 19 }, { 1, 0x80 },
		{ 2, 0x30 }, { 2, 0x80 }, { 2, 0xa2 }, { 3, 3 }, { 3, 5 },
		{ 4, 0x31 }, { 5, 1 }, { 5, 3 }, { 5, 0x80 }, { 15, 5 } };
	unsigned int n;
	size_t i;

	(void)state;
	assert_null(hashurl_bundle(in, out, &n));
	assert_int_equal(n, 2);
	assert_ptr_equal(out[0].p, bundle + 4);
	assert_int_equal(out[0].len, 4);
	assert_ptr_equal(out[1].p, bundle + 16);
	for (i = 0; i < sizeof(break_it) / sizeof(break_it[0]); i++) {
		memcpy(bad, bundle, sizeof(bad));
		bad[break_it[i].at] = break_it[i].to;
		in.p = bad;
		assert_non_null(hashurl_bundle(in, out, &n));
	}
	for (in.p = bundle, in.len = 0; in.len < sizeof(bundle); in.len++)
		assert_non_null(hashurl_bundle(in, out, &n));
	in = (struct slice){ (const uint8_t *)"\x30\0", 2 };
	assert_non_null(hashurl_bundle(in, out, &n));
}

static void
test_wanted(void **state)
{
	uint8_t buf[256] = { 4, 0, 1, 'x' };
	struct slice chain = { buf, 4 };

	(void)state;
	assert_false(byurl_wanted(&c, chain));
	chain.len = add(buf, 4, HASHURL_CERT, "cert", 4, URL);
	assert_true(byurl_wanted(&c, chain));
	says = 0;
	assert_false(byurl_wanted(&c, chain));
	says = 1;
	chain.len = 3;
	assert_false(byurl_wanted(&c, chain));
}

/* Two wait for one fetch; it is kept; the others stay where they were. */
static void
test_fetch(void **state)
{
	static const uint8_t want[] = { 4, 0, 4, 'c', 'e', 'r', 't', 4, 0, 1,
		'x' };
	struct byurl a = { .n = 0 }, b = { .n = 0 };
	const char *bad = NULL;
	uint8_t buf[256], *out;
	struct slice chain = { buf, 0 };
	char why[512];
	size_t len;

	(void)state;
	len = add(buf, 0, HASHURL_CERT, "cert", 4, URL);
	memcpy(buf + len, want + 7, 4);
	chain.len = len + 4;
	assert_int_equal(byurl_begin(&c, &a, chain, why, sizeof(why)),
	    BYURL_WAIT);
	assert_int_equal(byurl_begin(&c, &b, chain, why, sizeof(why)),
	    BYURL_WAIT);
	assert_non_null(strstr(why, "no answer in time"));
	run();
	assert_int_equal(asked, 1);
	assert_int_equal(last.kind, FETCH_CERT);
	assert_int_equal(last.max, CHAIN_MAX);
	assert_string_equal(last.url, URL);
	assert_true(last.req & BYURL_REQ);
	answer("cert", 4);
	assert_int_equal(woken, 1);
	assert_int_equal(byurl_look(&a, why, sizeof(why)), BYURL_READY);
	out = byurl_chain(&a, chain, &len, &bad);
	assert_non_null(out);
	assert_int_equal(len, sizeof(want));
	assert_memory_equal(out, want, len);
	free(out);
	byurl_clear(&a);
	assert_int_equal(byurl_begin(&c, &a, chain, why, sizeof(why)),
	    BYURL_READY);
	byurl_clear(&a);
	byurl_clear(&b);
	run();
	assert_int_equal(asked, 1);
}

static void
test_bundle_fetch(void **state)
{
	const char *bad = NULL, *text = (const char *)bundle;
	struct byurl b = { .n = 0 };
	uint8_t buf[256], *out;
	struct slice chain = { buf, 0 };
	char why[512];
	size_t len;

	(void)state;
	chain.len = add(buf, 0, HASHURL_BUNDLE, text, sizeof(bundle), URL);
	assert_int_equal(byurl_begin(&c, &b, chain, why, sizeof(why)),
	    BYURL_WAIT);
	run();
	answer(text, sizeof(bundle));
	assert_int_equal(byurl_look(&b, why, sizeof(why)), BYURL_READY);
	out = byurl_chain(&b, chain, &len, &bad);
	assert_non_null(out);
	assert_int_equal(len, 14);
	assert_memory_equal(out, "\x04\0\x04\x30\x02\x05\0"
	    "\x04\0\x04\x30\x02\x05\0", 14);
	free(out);
	byurl_clear(&b);
	/* The right hash of what is no bundle. */
	chain.len = add(buf, 0, HASHURL_BUNDLE, "junk", 4, URL);
	assert_int_equal(byurl_begin(&c, &b, chain, why, sizeof(why)),
	    BYURL_WAIT);
	run();
	answer("junk", 4);
	assert_int_equal(byurl_look(&b, why, sizeof(why)), BYURL_READY);
	assert_null(byurl_chain(&b, chain, &len, &bad));
	assert_string_equal(bad, "it is not a bundle of certificates");
	byurl_clear(&b);
}

/* Another hash; no answer; nobody to ask.  Not asked again at once. */
static void
test_failures(void **state)
{
	struct mc_unfetched no = { .code = RSN_TIMEOUT, .text = "no route" };
	struct byurl b = { .n = 0 };
	struct pipe *was = c.fetch;
	uint8_t buf[256];
	struct slice chain = { buf, 0 };
	char why[512];

	(void)state;
	chain.len = add(buf, 0, HASHURL_CERT, "cert", 4, URL);
	byurl_begin(&c, &b, chain, why, sizeof(why));
	run();
	answer("junk", 4);
	assert_int_equal(byurl_look(&b, why, sizeof(why)), BYURL_FAILED);
	assert_non_null(strstr(why, URL ": what is there has another SHA-1"));
	byurl_clear(&b);
	assert_int_equal(byurl_begin(&c, &b, chain, why, sizeof(why)),
	    BYURL_FAILED);
	byurl_clear(&b);
	run();
	assert_int_equal(asked, 1);
	byurl_flush();
	byurl_begin(&c, &b, chain, why, sizeof(why));
	run();
	no.req = last.req;
	assert_int_equal(pipe_send(fetch, M_UNFETCHED, &no, -1), PIPE_OK);
	run();
	assert_int_equal(byurl_look(&b, why, sizeof(why)), BYURL_FAILED);
	assert_non_null(strstr(why, URL ": no route"));
	byurl_clear(&b);
	byurl_flush();
	c.fetch = NULL;
	assert_int_equal(byurl_begin(&c, &b, chain, why, sizeof(why)),
	    BYURL_FAILED);
	assert_non_null(strstr(why, "certd-fetch is not there"));
	byurl_clear(&b);
	c.fetch = was;
}

/* Bounds: URLs of one peer, and of all. */
static void
test_bounds(void **state)
{
	struct byurl b = { .n = 0 }, all[BYURL_KEPT];
	uint8_t buf[512];
	struct slice chain = { buf, 0 };
	char why[512], url[32];
	unsigned int i;

	(void)state;
	for (i = 0; i <= BYURL_MOST; i++)
		chain.len = add(buf, chain.len, HASHURL_CERT, "cert", 4, URL);
	assert_int_equal(byurl_begin(&c, &b, chain, why, sizeof(why)),
	    BYURL_FAILED);
	assert_non_null(strstr(why, "more than 4 of them"));
	byurl_clear(&b);
	byurl_fetch_gone(&c);
	byurl_flush();
	memset(all, 0, sizeof(all));
	for (i = 0; i < BYURL_KEPT; i++) {
		snprintf(url, sizeof(url), "http://h/%u", i);
		chain.len = add(buf, 0, HASHURL_CERT, "cert", 4, url);
		byurl_begin(&c, &all[i], chain, why, sizeof(why));
		assert_int_equal(all[i].n, 1);
	}
	chain.len = add(buf, 0, HASHURL_CERT, "cert", 4, URL);
	assert_int_equal(byurl_begin(&c, &b, chain, why, sizeof(why)),
	    BYURL_FAILED);
	assert_non_null(strstr(why, "too much is being fetched"));
	for (i = 0; i < BYURL_KEPT; i++)
		byurl_clear(&all[i]);
	byurl_fetch_gone(&c);
	byurl_begin(&c, &b, chain, why, sizeof(why));
	assert_int_equal(b.n, 1);
	byurl_clear(&b);
}

/* What revoke.c asked for is not ours; a late answer moves nothing. */
static void
test_others(void **state)
{
	struct mc_fetched m = { .req = 7, .len = 1 };
	struct mc_unfetched no = { .req = 7 };

	(void)state;
	assert_int_equal(byurl_fetched(&c, &m, -1), 0);
	assert_int_equal(byurl_unfetched(&c, &no), 0);
	no.req = BYURL_REQ | 12345;
	assert_int_equal(byurl_unfetched(&c, &no), 1);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_read), T(test_bundle), T(test_wanted), T(test_fetch),
		T(test_bundle_fetch), T(test_failures), T(test_bounds),
		T(test_others)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
