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

/* `ikectl cert import`: a certificate, with its chain, or PKCS#12. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "cert_io.h"
#include "key_for.h"
#include "key_io.h"
#include "km.h"
#include "log.h"
#include "name.h"
#include "p12.h"
#include "x509_show.h"

static int
self_signed(X509 *x)
{
	return (X509_check_issued(x, x) == X509_V_OK);
}

/*
 * The holder's first, then who signed it, and so on; what belongs to no
 * chain and the self-signed end of it (which is trusted, or not, by being
 * in ca/) are left out, which is said.
 */
static STACK_OF(X509) *
in_order(STACK_OF(X509) *all, X509 *leaf)
{
	STACK_OF(X509) *chain = certs_of(leaf);
	X509 *x, *last = leaf;
	int i, left;

	for (i = 0; i < sk_X509_num(all) && !self_signed(last); i++) {
		x = sk_X509_value(all, i);
		if (x == last || self_signed(x) ||
		    X509_check_issued(x, last) != X509_V_OK ||
		    X509_verify(last, X509_get0_pubkey(x)) != 1 ||
		    sk_X509_num(chain) >= sk_X509_num(all))
			continue;
		certs_add(chain, x);
		last = x;
		i = -1;		/* from the beginning, for the next one */
	}
	ERR_clear_error();
	left = sk_X509_num(all) - sk_X509_num(chain);
	if (left > 0)
		out_warn("Left out of the file: %d certificate%s not between "
		    "the holder and an authority (ikectl ca import takes an "
		    "authority's).", left, left == 1 ? "" : "s");
	return (chain);
}

/* The certificate of this key, or of no key the first; NULL, said. */
static X509 *
leaf_of(struct km *km, STACK_OF(X509) *all, const EVP_PKEY *key)
{
	int i;

	if (key == NULL)
		return (sk_X509_value(all, 0));
	for (i = 0; i < sk_X509_num(all); i++)
		if (key_same(X509_get0_pubkey(sk_X509_value(all, i)), key))
			return (sk_X509_value(all, i));
	ERR_clear_error();
	fail("%s: no certificate of the key private/%s", km->pos[1],
	    km->pos[0]);
	return (NULL);
}

static void
told(struct km *km, X509 *x, int has_key)
{
	out_row("certificate");
	out_text("name", "%s", km->pos[0]);
	out_cert(km, x);
	out_text("private_key", "%s", has_key ? "yes" : "no");
	out_key_purpose(km, "private", km->pos[0]);
	if (X509_check_ca(x) == 1)
		out_warn("This is an authority's certificate: to trust what "
		    "it signed, use ikectl ca import.");
	km_tell(km, "certs", km->pos[0]);
}

/* Writes what was read; key may be NULL: a peer's certificate. */
static int
save(struct km *km, STACK_OF(X509) *all, const EVP_PKEY *key, int has_key)
{
	STACK_OF(X509) *chain;
	X509 *leaf = leaf_of(km, all, key);
	int rc;

	if (leaf == NULL)
		return (-1);
	chain = in_order(all, leaf);
	rc = certs_save(km, "certs", km->pos[0], chain,
	    km_opt(km, KO_FORCE) != NULL);
	if (rc == 0)
		told(km, leaf, has_key);
	certs_free(chain);
	return (rc);
}

/*
 * The key that is here, if it can be read: without asking, when it is
 * locked, unless a passphrase file was given.  -1, said.
 */
static int
key_here(struct km *km, EVP_PKEY **key)
{
	const char *name = km->pos[0];
	int encrypted = 0;
	struct buf b;

	*key = NULL;
	if (!km_exists(km, "private", name))
		return (0);
	if (km_read(km, "private", name, &b) == -1)
		return (-1);
	*key = key_decode(km_opt(km, KO_PASS) != NULL ? km : NULL, &b, name,
	    &encrypted, NULL);
	buf_free(&b);
	if (*key != NULL)
		return (0);
	if (!encrypted || km_opt(km, KO_PASS) != NULL)
		return (-1);
	out_warn("private/%s is locked: whether the certificate is for it is "
	    "not known (--passphrase-file).", name);
	return (0);
}

static int
import_certs(struct km *km, STACK_OF(X509) *all)
{
	EVP_PKEY *key;
	int rc;

	if (key_here(km, &key) == -1)
		return (-1);
	rc = save(km, all, key, km_exists(km, "private", km->pos[0]));
	EVP_PKEY_free(key);
	return (rc);
}

/* The self-signed end of a PKCS#12 file goes into ca/ when --ca names it. */
static int
import_authority(struct km *km, STACK_OF(X509) *all)
{
	const char *name = km_opt(km, KO_CA), *why;
	STACK_OF(X509) *one;
	int i, rc;
	X509 *x;

	if (name == NULL)
		return (0);
	if ((why = name_file_wrong(name)) != NULL)
		return (fail("--ca: \"%s\": %s", name, why));
	if (km_may_write(km, "ca", name) == -1)
		return (-1);
	for (i = 0; i < sk_X509_num(all); i++) {
		x = sk_X509_value(all, i);
		if (!self_signed(x) || X509_check_ca(x) != 1)
			continue;
		one = certs_of(x);
		rc = certs_save(km, "ca", name, one, km_opt(km, KO_FORCE) !=
		    NULL);
		certs_free(one);
		return (rc);
	}
	return (fail("%s: --ca: there is no authority's certificate in it",
	    km->pos[1]));
}

static int
import_p12(struct km *km, const struct buf *b)
{
	const char *name = km->pos[0], *why;
	STACK_OF(X509) *all = NULL;
	EVP_PKEY *key = NULL;
	struct pass pass;
	int rc = -1;

	if (p12_read(km, b, &key, &all) == -1)
		return (-1);
	if ((why = key_wrong(key)) != NULL)
		fail("%s: %s", km->pos[1], why);
	else if (for_private(km, km->pos[1], PURPOSE_NONE, key) == 0 &&
	    leaf_of(km, all, key) != NULL &&
	    km_may_write(km, "private", name) == 0 &&
	    pass_new(km, name, 0, &pass) == 0) {
		rc = import_authority(km, all);
		if (rc == 0)
			rc = key_save(km, name, key, &pass,
			    PURPOSE_IKE, km_opt(km, KO_FORCE) != NULL);
		if (rc == 0)
			rc = save(km, all, key, 1);
		pass_wipe(&pass);
	}
	certs_free(all);
	EVP_PKEY_free(key);
	return (rc);
}

int
cert_import(struct km *km)
{
	STACK_OF(X509) *all;
	struct buf b;
	int rc;

	if (strcmp(km->pos[0], "ca") == 0)
		return (fail("\"ca\": private/ca belongs to the authorities; "
		    "take another name"));
	if (km_may_write(km, "certs", km->pos[0]) == -1 ||
	    km_read_path(km->pos[1], &b) == -1)
		return (-1);
	if ((all = certs_decode(&b)) != NULL)
		rc = import_certs(km, all);
	else if (p12_is(&b))
		rc = import_p12(km, &b);
	else
		rc = fail("%s: no certificate, and not PKCS#12", km->pos[1]);
	certs_free(all);
	buf_free(&b);
	return (rc);
}
