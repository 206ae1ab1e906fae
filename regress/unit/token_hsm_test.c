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
 * certd/token/hsm.c with a file of OpenSSL's in the token's place: what it
 * loads and looks for, and each call of that failing.
 */
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#include "../../certd/token/hsm.h"
#include "broken.h"
#include "log.h"

#define PIN	"1234"
#define MODULE	"libcrypto.so.3"	/* any that can be mapped */

BROKEN(OSSL_STORE_eof, (OSSL_STORE_CTX *s), (s))
BROKEN(OSSL_STORE_INFO_get_type, (const OSSL_STORE_INFO *i), (i))
BROKEN(UI_method_set_opener, (UI_METHOD *m, int (*f)(UI *)), (m, f))
BROKEN(i2d_PUBKEY, (const EVP_PKEY *k, unsigned char **p), (k, p))

BROKEN_PTR(OSSL_LIB_CTX *, OSSL_LIB_CTX_new, (void), ())
BROKEN_PTR(UI_METHOD *, UI_UTIL_wrap_read_pem_callback,
    (pem_password_cb *cb, int rw), (cb, rw))
BROKEN_PTR(UI_METHOD *, UI_create_method, (const char *n), (n))
BROKEN_PTR(OSSL_STORE_INFO *, OSSL_STORE_load, (OSSL_STORE_CTX *s), (s))
BROKEN_PTR(EVP_PKEY *, OSSL_STORE_INFO_get1_PKEY, (const OSSL_STORE_INFO *i),
    (i))
BROKEN_PTR(EVP_PKEY *, d2i_PUBKEY, (EVP_PKEY **k, const unsigned char **p,
    long n), (k, p, n))

/* It is closed, whatever it answers. */
int
OSSL_STORE_close(OSSL_STORE_CTX *s)
{
	static int (*real)(OSSL_STORE_CTX *);
	int r;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "OSSL_STORE_close");
	r = real(s);
	return (broken_here("OSSL_STORE_close") ? broken.with : r);
}

static char path[] = "/tmp/token_hsm.XXXXXX";
static unsigned int opened;

/* The provider for tokens is the default one... */
OSSL_PROVIDER *
OSSL_PROVIDER_load(OSSL_LIB_CTX *l, const char *name)
{
	static OSSL_PROVIDER *(*real)(OSSL_LIB_CTX *, const char *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "OSSL_PROVIDER_load");
	return (broken_here(name) ? NULL : real(l, "default"));
}

/* ...and what it finds is in a file. */
OSSL_STORE_CTX *
OSSL_STORE_open_ex(const char *uri, OSSL_LIB_CTX *l, const char *props,
    const UI_METHOD *ui, void *arg, const OSSL_PARAM params[],
    OSSL_STORE_post_process_info_fn fn, void *fn_arg)
{
	static OSSL_STORE_CTX *(*real)(const char *, OSSL_LIB_CTX *,
	    const char *, const UI_METHOD *, void *, const OSSL_PARAM *,
	    OSSL_STORE_post_process_info_fn, void *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "OSSL_STORE_open_ex");
	assert_string_equal(props, "provider=pkcs11");
	assert_memory_equal(uri, "pkcs11:", 7);
	opened++;
	return (broken_here("OSSL_STORE_open_ex") ? NULL : real(path, l, NULL,
	    ui, arg, params, fn, fn_arg));
}

static void
put(EVP_PKEY *key, const char *pin)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_non_null(key);
	assert_int_equal(PEM_write_PKCS8PrivateKey(f, key, pin == NULL ? NULL :
	    EVP_aes_128_cbc(), pin, pin == NULL ? 0 : (int)strlen(pin), NULL,
	    NULL), 1);
	assert_int_equal(fclose(f), 0);
	EVP_PKEY_free(key);
}

static enum hsm_end
find(const char *pin)
{
	struct hsm_key k;
	const char *why = NULL;
	enum hsm_end end;

	end = hsm_find("pkcs11:token=gw;object=a", pin, &k, &why);
	assert_int_equal(end == HSM_UNFIT, why != NULL);
	assert_int_equal(end == HSM_FOUND, k.priv != NULL);
	assert_int_equal(end == HSM_FOUND, k.pub != NULL);
	hsm_forget(&k);
	return (end);
}

static void
test_find(void **state)
{
	(void)state;
	put(EVP_EC_gen("P-256"), NULL);
	assert_int_equal(find(NULL), HSM_FOUND);
	put(EVP_EC_gen("P-256"), PIN);
	assert_int_equal(find(PIN), HSM_FOUND);
	assert_int_equal(find(NULL), HSM_NO_PIN);
	opened = 0;
	assert_int_equal(find("4321"), HSM_BAD_PIN);
	assert_int_equal(opened, 2);	/* the PIN was given once */
	/* A key that signs nothing; a token that is not there. */
	put(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), NULL);
	assert_int_equal(find(NULL), HSM_UNFIT);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(find(PIN), HSM_NO_TOKEN);
}

static void
test_search_fails(void **state)
{
	static const char *const none[] = { "OSSL_STORE_open_ex",
	    "OSSL_STORE_load", "OSSL_STORE_INFO_get_type",
	    "OSSL_STORE_INFO_get1_PKEY" };
	static const char *const half[] = { "d2i_PUBKEY" };
	static const char *const closed[] = { "OSSL_STORE_close" };

	(void)state;
	put(EVP_EC_gen("P-256"), NULL);
	BREAK_EACH(none, assert_int_equal(find(NULL), HSM_NO_TOKEN));
	BREAK_EACH(half, assert_int_equal(find(NULL), HSM_UNFIT));
	BREAK_EACH(closed, assert_int_equal(find(NULL), HSM_FOUND));
	/* The end, said at once; and what is no length. */
	broken.call = "OSSL_STORE_eof";
	broken.with = 1;
	assert_int_equal(find(NULL), HSM_NO_TOKEN);
	broken.call = "i2d_PUBKEY";
	for (broken.with = -1; broken.with < 1; broken.with++)
		assert_int_equal(find(NULL), HSM_UNFIT);
	broken.call = NULL;
	assert_int_equal(find(NULL), HSM_FOUND);
	/* The token asked for the PIN, and has no key then. */
	put(EVP_EC_gen("P-256"), PIN);
	broken.call = "OSSL_STORE_INFO_get1_PKEY";
	assert_int_not_equal(find(PIN), HSM_FOUND);
	broken.call = NULL;
}

/* What hsm_load() says; "dead": it ended the process with a reason. */
static void
loads(const char *module, const char *call, int with, const char *want)
{
	char text[512] = "";
	int fds[2], status;
	const char *why;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	if ((pid = fork()) == 0) {
		(void)!freopen("/dev/null", "w", stderr);
		broken.call = call;
		broken.with = with;
		if ((why = hsm_load(module)) == NULL)
			why = "good";
		_exit(write(fds[1], why, strlen(why)) == -1 ||
		    (call != NULL && broken.n == 0) ? 40 : 0);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 40);
	(void)!read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	if (WEXITSTATUS(status) != 0)
		strlcpy(text, "dead", sizeof(text));
	if (strstr(text, want) == NULL)
		fail_msg("%s: \"%s\", not \"%s\"", call != NULL ? call :
		    module, text, want);
}

static void
test_load_fails(void **state)
{
	static const char *const fatal[] = { "OSSL_LIB_CTX_new",
	    "UI_UTIL_wrap_read_pem_callback", "UI_create_method", "default" };
	size_t i;

	(void)state;
	put(EVP_EC_gen("P-256"), NULL);
	loads(MODULE, NULL, 0, "good");
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		loads(MODULE, fatal[i], 0, "dead");
	loads(MODULE, "UI_method_set_opener", -1, "dead");
	loads(MODULE, "UI_method_set_opener", 1, "dead");
	loads(MODULE, "pkcs11", 0, "no provider for tokens here");
	loads("/no/such/module.so", NULL, 0, "install what came with");
	loads(MODULE, "OSSL_STORE_open_ex", 0, "cannot be initialised");
}

/* Once, as certd-token does. */
static int
load(void **state)
{
	(void)state;
	return (hsm_load(MODULE) == NULL ? 0 : -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_search_fails),
		cmocka_unit_test(test_load_fails),
	};
	int fd, n;

	log_init("test", LOG_L_ERROR);
	if ((fd = mkstemp(path)) == -1)
		return (1);
	close(fd);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	n = cmocka_run_group_tests_name("token_hsm", tests, load, NULL);
	(void)unlink(path);
	return (n);
}
