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
 * OpenSSL without memory: each allocation in turn fails, once, while we read
 * a key and sign, verify a signature, decode and verify a chain.  We fail
 * cleanly, or end; nothing is ever taken for good that is not, and nothing is
 * kept.  A child a try, since the end is one of the answers.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "../../certd/chain.h"
#include "../../certd/sign/sigmake.h"
#include "../../certd/sigver.h"
#include "certd_pki.h"
#include "log.h"

#define TRIES	100		/* of one operation; more are spread */

/* How a try ended; fatal() exits with 1. */
enum { GOOD = 40, REFUSED, FALSE_GOOD, LEAK };

static long	left = -1;	/* allocations until the one that fails */
static long	live;		/* blocks */
static int	failed;

static void *
t_malloc(size_t len, const char *file, int line)
{
	void *p = NULL;

	(void)file, (void)line;
	if (left >= 0 && left-- == 0)
		failed = 1;
	else if ((p = malloc(len)) != NULL)
		live++;
	return (p);
}

static void
t_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	live -= p != NULL;
	free(p);
}

static void *
t_realloc(void *p, size_t len, const char *file, int line)
{
	(void)file, (void)line;
	if (p == NULL)
		return (t_malloc(len, file, line));
	if (left >= 0 && left-- == 0) {
		failed = 1;
		return (NULL);
	}
	return (realloc(p, len));
}

/* Behind fatal(): no leak checker has a say. */
static void
end_now(void)
{
	_exit(1);
}

static int
child(int (*op)(void), long n)
{
	int fd = open("/dev/null", O_WRONLY), rc;
	long before;

	/* Queues of errors and the like are the thread's, not the call's. */
	OPENSSL_thread_stop();
	before = live;
	dup2(fd, 2);
	atexit(end_now);
	left = n;
	rc = op();
	left = -1;
	OPENSSL_thread_stop();
	if (rc == REFUSED && live > before)
		return (LEAK);
	return (rc);
}

static int
try(int (*op)(void), long n)
{
	int status;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0)
		_exit(child(op, n));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("allocation %ld: signal %d", n, WTERMSIG(status));
	return (WEXITSTATUS(status));
}

/* How many allocations it takes. */
static long
count(int (*op)(void), int want)
{
	long n;

	/* What is made once is made. */
	assert_int_equal(op(), want);
	assert_int_equal(op(), want);
	left = 1000000000;
	assert_int_equal(op(), want);
	n = 1000000000 - left;
	left = -1;
	return (n);
}

static void
all(const char *name, int (*op)(void), int want)
{
	long n = count(op, want), step = n / TRIES + 1, i, refused = 0;
	int rc;

	for (i = 0; i < n; i += step) {
		rc = try(op, i);
		if (rc == FALSE_GOOD || (rc == GOOD && want != GOOD))
			fail_msg("%s: good without allocation %ld of %ld",
			    name, i, n);
		if (rc == LEAK)
			fail_msg("%s: kept something without allocation %ld "
			    "of %ld", name, i, n);
		if (rc != GOOD && rc != REFUSED && rc != 1)
			fail_msg("%s: status %d without allocation %ld", name,
			    rc, i);
		refused += rc != GOOD;
	}
	/* Else nothing was tried.  OpenSSL 3.5 takes few. */
	assert_true(n > 0);
	assert_true(refused > 0);
}

/* ---- a key, and a signature with it ---- */

static const uint8_t words[] = "what is signed";
static const struct slice part = { words, sizeof(words) };
static struct sn_secret file;
static EVP_PKEY *pkey;
static struct sigver_in in;
static uint8_t sig[SIG_OUT_MAX];

static int
op_sign(void)
{
	struct privring *r = privring_new();
	const struct privkey *k;
	struct sigver_out v;
	struct sig_way way;
	size_t n = 0;

	privring_load(r, &file, 0);
	(void)privring_check(r);
	k = privring_find(r, "k");
	if (k->pkey != NULL && sig_choose(k, 0xff, 0, 0x3c, &way) == NULL)
		n = sig_make(k, &way, &part, 1, sig);
	privring_free(r);
	left = -1;
	if (n == 0)
		return (REFUSED);
	in.method = way.method;
	in.auth.p = sig;
	in.auth.len = n;
	sigver_check(&in, &v);
	return (v.why == SV_OK ? GOOD : FALSE_GOOD);
}

static int
op_verify(void)
{
	struct sigver_out v;

	sigver_check(&in, &v);
	return (v.why == SV_OK ? GOOD : REFUSED);
}

static void
one_type(const char *type)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char name[64];
	int n;

	pkey = pki_key(type, 1);
	memset(&file, 0, sizeof(file));
	strcpy(file.name, "k");
	file.mode = 0100600;
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL,
	    0, NULL, NULL), 1);
	n = BIO_read(bio, file.data, sizeof(file.data));
	assert_true(n > 0);
	file.data_len = (uint16_t)n;
	BIO_free(bio);
	memset(&in, 0, sizeof(in));
	in.part = &part;
	in.nparts = 1;
	in.key = pkey;
	in.accept = ACCEPT_ALL;
	in.hashes = 0x3c;
	snprintf(name, sizeof(name), "%s: sign", type);
	all(name, op_sign, GOOD);
	assert_int_equal(op_sign(), GOOD);
	snprintf(name, sizeof(name), "%s: verify", type);
	all(name, op_verify, GOOD);
	sig[in.auth.len - 1] ^= 1;
	snprintf(name, sizeof(name), "%s: verify what is false", type);
	all(name, op_verify, REFUSED);
}

static void
test_keys(void **state)
{
	(void)state;
	one_type("p256");
	one_type("ed25519");
	one_type("rsa2048");
}

/* ---- a chain ---- */

static struct slice leaf, inter, root;

static int
op_chain(void)
{
	struct cert *l, *i, *r;
	struct chain_result res;
	struct chain_in c = { .now = PKI_NOW };
	const char *why;
	int good = 0;

	l = cert_decode(leaf, &why);
	i = cert_decode(inter, &why);
	r = cert_decode(root, &why);
	c.trust = trust_new();
	if (l != NULL && i != NULL && r != NULL &&
	    trust_add(c.trust, "root", r) == NULL &&
	    trust_seal(c.trust) == 1) {
		c.leaf = l;
		c.inter = &i;
		c.ninter = 1;
		chain_verify(&c, &res);
		good = res.why == CHAIN_OK;
		chain_result_free(&res);
	}
	trust_free(c.trust);
	cert_free(l);
	cert_free(i);
	cert_free(r);
	return (good ? GOOD : REFUSED);
}

static void
chain(const char *name, const char *text, int want)
{
	static struct pki p;

	memset(&p, 0, sizeof(p));
	pki_make(&p, text);
	leaf = pki_der(pki_get(&p, "leaf"));
	inter = pki_der(pki_get(&p, "mid"));
	root = pki_der(pki_get(&p, "root"));
	all(name, op_chain, want);
	OPENSSL_free((void *)(uintptr_t)leaf.p);
	OPENSSL_free((void *)(uintptr_t)inter.p);
	OPENSSL_free((void *)(uintptr_t)root.p);
	pki_free(&p);
}

static void
test_chains(void **state)
{
	(void)state;
	chain("a good chain", "root ca; mid by=root ca; leaf by=mid "
	    "san=DNS:a;", GOOD);
	chain("a false signature", "root ca; mid by=root ca; leaf by=mid "
	    "san=DNS:a badsig;", REFUSED);
	chain("an intermediate that is none", "root ca; mid by=root; "
	    "leaf by=mid san=DNS:a;", REFUSED);
	chain("another's", "other ca; root ca; mid by=other ca; leaf by=mid "
	    "san=DNS:a;", REFUSED);
	chain("expired", "root ca; mid by=root ca; leaf by=mid san=DNS:a "
	    "nb=-20 na=-10;", REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys), cmocka_unit_test(test_chains),
	};

	if (CRYPTO_set_mem_functions(t_malloc, t_realloc, t_free) != 1)
		return (1);
	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
