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

#ifndef UNIT_CERTD_QUEST_BED_H
#define UNIT_CERTD_QUEST_BED_H

/*
 * Checks that lack revocation data, with certd-fetch played by the test.
 * Code, not declarations; PKI and the test's own tests come after it.
 */
#include <sys/mman.h>

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "certd_book_bed.h"
#include "../../certd/revoke_int.h"
#include "log.h"
#include "reason.h"

/* CRLs of a time that is now as well as the tests' present. */
#define LONG	" tu=-4000 nu=4000"
#define PKI	"R ca nb=-4000; X ca nb=-4000;"				\
	"L by=R nb=-4000 serial=7 cdp=URI:http://a/,URI:http://b/;" \
	"M by=R nb=-4000 serial=8 cdp=URI:http://a/,URI:http://b/;" \
	"!C by=R rev=8" LONG "; !S by=R tu=-4000 nu=-3900;"		\
	"!F by=R signkey=X" LONG "; !N by=R rev=7,8 tu=-3999 nu=4000;"	\
	"!T by=R tu=-3999 nu=-3900;" \
	"!W by=R md=SHA1" LONG "; !K by=X" LONG ";"			\
	"Y by=X nb=-4000 serial=9 cdp=URI:http://a/,URI:http://b/;"	\
	/* R's own key, certified by X; a CA of R's; two that it issued. */ \
	"RX by=X keyof=R subj=/O=Test/CN=R ca nb=-4000 serial=3 " \
	"cdp=URI:http://b/;" \
	"I by=R ca nb=-4000 serial=4 cdp=URI:http://b/;" \
	"J by=R nb=-4000 serial=2 cdp=URI:http://b/;" \
	"V by=I nb=-4000 serial=5; Z by=X nb=-4000 serial=6 cdp=URI:http://c/;"

static struct certd c;
static struct role_ctx role;
static struct pki p;
static struct trust *trust;
static struct trust *only;		/* what is trusted; NULL: trust */
static const char *via[CERT_CHAIN];	/* intermediates that are shown */
static unsigned int allow_weak;
static uint32_t req;
static int64_t now_is;	/* revoke.c reads the clock itself */

static int
setup(void **state)
{
	(void)state;
	log_init("test", LOG_L_ERROR);
	now_is = (int64_t)time(NULL);
	memset(&c, 0, sizeof(c));
	role.base = event_base_new();
	c.role = &role;
	revoke_init(&c);
	c.book = book_end(book_begin());
	allow_weak = 0;
	only = NULL;
	memset(via, 0, sizeof(via));
	pki_make(&p, PKI);
	trust = trust_new();
	assert_null(trust_add(trust, "r", pki_get(&p, "R")->cert));
	assert_null(trust_add(trust, "x", pki_get(&p, "X")->cert));
	trust_seal(trust);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	store_free(c.revoke->store);
	event_free(c.revoke->timer);
	free(c.revoke);
	book_free(c.book);
	trust_free(trust);
	pki_free(&p);
	event_base_free(role.base);
	return (0);
}

static void
verify(const char *leaf, struct chain_result *res)
{
	struct cert *inter[CERT_CHAIN];
	struct chain_in in = { .trust = only != NULL ? only : trust,
	    .leaf = pki_get(&p, leaf)->cert, .crls = book_crls(c.book),
	    .inter = inter, .now = now_is, .allow_weak = allow_weak,
	    .revocation = REVOCATION_STRICT };

	for (; via[in.ninter] != NULL; in.ninter++)
		inter[in.ninter] = pki_get(&p, via[in.ninter])->cert;
	chain_verify(&in, res);
}

/* One turn of a check. */
static enum quest_next
turn(const char *leaf, struct quest *q, int64_t now, enum chain_why want)
{
	enum quest_next next = QUEST_END;
	struct chain_result res;

	verify(leaf, &res);
	if (res.why != want)
		fail_msg("%s: %s", leaf, res.text);
	if (res.why == CHAIN_NO_REVOCATION)
		next = quest_step(&c, q, &res, now);
	chain_result_free(&res);
	return (next);
}

/* As now, without an answer; how it goes on. */
static void
asks_for(const char *leaf, struct quest *q, enum quest_next want)
{
	assert_int_equal(turn(leaf, q, now_is, CHAIN_NO_REVOCATION), want);
}

/* The next fetch that certd would send now. */
static struct item *
sent(int64_t now)
{
	struct item *it = store_next(c.revoke->store, now);

	if (it != NULL)
		store_asked(it, ++req, now);
	return (it);
}

static void
answer_octets(const struct item *it, struct slice in)
{
	struct mc_fetched m = { .req = it->req, .len = (uint32_t)in.len };
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_int_equal(write(fd, in.p, in.len), in.len);
	revoke_fetched(&c, &m, fd);
}

static void
answer(const struct item *it, const char *crl)
{
	struct slice der = pki_der(pki_get(&p, crl));

	answer_octets(it, der);
	OPENSSL_free((void *)(uintptr_t)der.p);
}

static void
refuse_it(const struct item *it, const char *text)
{
	struct mc_unfetched m = { .req = it->req, .code = RSN_TIMEOUT };

	strlcpy(m.text, text, sizeof(m.text));
	revoke_unfetched(&c, &m);
}

static char dir[32];

/* certd anew, with a directory of CRLs. */
static void
start_over(void)
{
	if (c.revoke->dir != -1) {
		close(c.revoke->dir);
		store_free(c.revoke->store);
		event_free(c.revoke->timer);
		free(c.revoke);
		crls_expire(book_crls(c.book), INT64_MAX, 0);
		revoke_init(&c);
	}
	c.revoke->dir = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_not_equal(c.revoke->dir, -1);
}

static void
begin_disk(void)
{
	strlcpy(dir, "/tmp/certd_quest.XXXXXX", sizeof(dir));
	assert_non_null(mkdtemp(dir));
	start_over();
}

static void
end_disk(void)
{
	char cmd[64];

	close(c.revoke->dir);
	c.revoke->dir = -1;
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	assert_int_equal(system(cmd), 0);
}

#endif /* UNIT_CERTD_QUEST_BED_H */
