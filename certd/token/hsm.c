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


/* OpenSSL's provider for PKCS#11, which has the module do the work. */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#include "hsm.h"
#include "keyfp.h"
#include "log.h"

#define PROVIDER	"pkcs11"
#define PROPERTIES	"provider=pkcs11"
#define MODULE_ENV	"PKCS11_PROVIDER_MODULE" /* read at its first use */
#define URI_ROOM	(KEY_URI_ROOM + 32)
#define KEY_URI_ROOM	256

static OSSL_LIB_CTX *ctx;
static UI_METHOD *ui;

/* What the provider asks for while a store is open. */
struct asked {
	const char	*pin;		/* NULL: refused */
	int		 n;
};

static int
give_pin(char *buf, int size, int rwflag, void *arg)
{
	struct asked *a = arg;
	size_t len;

	(void)rwflag;
	a->n++;
	if (a->pin == NULL || (len = strlen(a->pin)) >= (size_t)size)
		return (-1);
	memcpy(buf, a->pin, len + 1);
	return ((int)len);
}

/* All private keys that the URI names: the first is taken. */
static int
search(const char *uri, struct asked *a, EVP_PKEY **key)
{
	OSSL_STORE_CTX *store;
	OSSL_STORE_INFO *info;

	*key = NULL;
	store = OSSL_STORE_open_ex(uri, ctx, PROPERTIES, ui, a, NULL, NULL,
	    NULL);
	while (store != NULL && *key == NULL && OSSL_STORE_eof(store) != 1 &&
	    (info = OSSL_STORE_load(store)) != NULL) {
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			*key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	ERR_clear_error();
	if (store == NULL)
		return (-1);
	(void)OSSL_STORE_close(store);
	ERR_clear_error();
	return (0);
}

static int
no_dialogue(UI *u)
{
	(void)u;
	return (0);
}

/* Whom OpenSSL and the provider ask by themselves: nobody, no terminal. */
static void
nobody_is_there(void)
{
	UI_METHOD *m = UI_create_method("nobody");

	if (m == NULL || UI_method_set_opener(m, no_dialogue) != 0)
		fatal("OpenSSL asks at the terminal");
	UI_set_default_method(m);
}

const char *
hsm_load(const char *module)
{
	static char text[512];
	struct asked nobody = { NULL, 0 };
	EVP_PKEY *none = NULL;

	ctx = OSSL_LIB_CTX_new();
	ui = UI_UTIL_wrap_read_pem_callback(give_pin, 0);
	nobody_is_there();
	if (ctx == NULL || ui == NULL ||
	    OSSL_PROVIDER_load(ctx, "default") == NULL)
		fatal("OpenSSL has no context for a token");
	if (setenv(MODULE_ENV, module, 1) == -1)
		fatal("out of memory");
	if (OSSL_PROVIDER_load(ctx, PROVIDER) == NULL)
		snprintf(text, sizeof(text), "pkcs11: OpenSSL has no provider "
		    "for tokens here (%s/" PROVIDER ".so): install the package "
		    "pkcs11-provider (Debian 13 has it, Debian 12 has none)",
		    OPENSSL_info(OPENSSL_INFO_MODULES_DIR));
	else if (dlopen(module, RTLD_NOW | RTLD_LOCAL) == NULL)
		snprintf(text, sizeof(text), "pkcs11: %s: install what came "
		    "with the token (SoftHSM's package is softhsm2)",
		    dlerror());
	else if (search(PROVIDER ":token=no%20such%20token;type=cert", &nobody,
	    &none) ==
	    -1)	/* no such token: the module is initialised, no more */
		snprintf(text, sizeof(text), "pkcs11: the module %s cannot be "
		    "initialised; what it reads, as SoftHSM "
		    "/etc/softhsm/softhsm2.conf, must be readable to the user "
		    "_certtoken: usermod -aG softhsm _certtoken", module);
	EVP_PKEY_free(none);
	(void)unsetenv(MODULE_ENV);
	ERR_clear_error();
	return (text[0] != '\0' ? text : NULL);
}

/* The public half, as a key that the token has nothing to do with. */
static EVP_PKEY *
public_of(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	EVP_PKEY *pub = NULL;
	int len;

	if ((len = i2d_PUBKEY(key, &der)) > 0) {
		p = der;
		pub = d2i_PUBKEY(NULL, &p, len);
	}
	OPENSSL_free(der);
	ERR_clear_error();
	return (pub);
}

static enum hsm_end
take(EVP_PKEY *priv, struct hsm_key *k, const char **why)
{
	k->priv = priv;
	if ((k->pub = public_of(priv)) == NULL)
		*why = "has no public key beside it in the token";
	else
		*why = keysort(k->pub, &k->sort, &k->bits);
	if (*why == NULL && keyfp(k->pub, k->fp) == -1)
		*why = "has a public key that is none";
	if (*why == NULL)
		return (HSM_FOUND);
	hsm_forget(k);
	return (HSM_UNFIT);
}

/* Was it the PIN?  Then it is asked for once more, and is not given. */
static enum hsm_end
why_none(const char *uri, const struct asked *a)
{
	struct asked again = { NULL, 0 };
	EVP_PKEY *key;

	if (a->n == 0)
		return (HSM_NO_TOKEN);
	if (a->pin == NULL)
		return (HSM_NO_PIN);
	(void)search(uri, &again, &key);
	EVP_PKEY_free(key);
	return (again.n > 0 ? HSM_BAD_PIN : HSM_NO_KEY);
}

enum hsm_end
hsm_find(const char *uri, const char *pin, struct hsm_key *k,
    const char **why)
{
	struct asked a = { pin, 0 };
	char text[URI_ROOM];
	EVP_PKEY *key;

	memset(k, 0, sizeof(*k));
	snprintf(text, sizeof(text), "%s;type=private", uri);
	if (search(text, &a, &key) == 0 && key != NULL)
		return (take(key, k, why));
	return (why_none(text, &a));
}

void
hsm_forget(struct hsm_key *k)
{
	EVP_PKEY_free(k->priv);
	EVP_PKEY_free(k->pub);
	memset(k, 0, sizeof(*k));
	ERR_clear_error();
}

static const char *
digest_name(unsigned int digest)
{
	static const char *const names[] = { NULL, "SHA1", "SHA2-256",
	    "SHA2-384", "SHA2-512", NULL };

	return (digest < sizeof(names) / sizeof(names[0]) ? names[digest] :
	    NULL);
}

/* RFC 7427 section 4.3: the salt is as long as the hash. */
static const OSSL_PARAM *
padding(int pss, OSSL_PARAM p[3])
{
	static char mode[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
	static char salt[] = OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST;

	if (!pss)
		return (NULL);
	p[0] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE,
	    mode, 0);
	p[1] = OSSL_PARAM_construct_utf8_string(
	    OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt, 0);
	p[2] = OSSL_PARAM_construct_end();
	return (p);
}

static int
is_signature(const struct hsm_key *k, const char *name,
    const OSSL_PARAM *params, struct slice octets, struct slice sig)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	int good;

	if (md == NULL)
		fatal("out of memory");
	good = EVP_DigestVerifyInit_ex(md, NULL, name, NULL, NULL, k->pub,
	    params) == 1 && EVP_DigestVerify(md, sig.p, sig.len, octets.p,
	    octets.len) == 1;
	EVP_MD_CTX_free(md);
	return (good);
}

size_t
hsm_sign(const struct hsm_key *k, unsigned int digest, int pss,
    struct slice octets, uint8_t *out, size_t size)
{
	const char *name = digest_name(digest);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	const OSSL_PARAM *params;
	OSSL_PARAM room[3];
	size_t n = size;

	if (md == NULL)
		fatal("out of memory");
	params = padding(pss, room);
	if (EVP_DigestSignInit_ex(md, NULL, name, ctx, NULL, k->priv, params)
	    != 1 || EVP_DigestSign(md, out, &n, octets.p, octets.len) != 1 ||
	    n > size || !is_signature(k, name, params, octets,
	    (struct slice){ out, n }))
		n = 0;
	EVP_MD_CTX_free(md);
	ERR_clear_error();
	return (n);
}
