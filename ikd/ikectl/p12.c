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

/* PKCS#12 in and out. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <string.h>

#include "cert_io.h"
#include "key_io.h"
#include "log.h"
#include "p12.h"

#define ITERATIONS	50000	/* of its key derivation and of its MAC */

static PKCS12 *
decode(const struct buf *b)
{
	const unsigned char *p = b->p;
	PKCS12 *p12 = d2i_PKCS12(NULL, &p, (long)b->len);

	ERR_clear_error();
	return (p12);
}

int
p12_is(const struct buf *b)
{
	PKCS12 *p12 = decode(b);

	PKCS12_free(p12);
	return (p12 != NULL);
}

/* The passphrase is right when the MAC is; a file without one is refused. */
static int
open_p12(const struct km *km, PKCS12 *p12, const struct pass *pass,
    EVP_PKEY **key, STACK_OF(X509) **certs)
{
	const char *what = km->pos[1];
	STACK_OF(X509) *rest = NULL;
	X509 *leaf = NULL;
	int rc;

	if (PKCS12_mac_present(p12) != 1)
		return (fail("%s: PKCS#12 without a MAC: nobody can say who "
		    "changed it", what));
	if (PKCS12_verify_mac(p12, pass->text, (int)pass->len) != 1)
		return (fail("%s: wrong passphrase, or a damaged file", what));
	rc = PKCS12_parse(p12, pass->text, key, &leaf, &rest);
	if (rc != 1)
		rc = fail_ssl("%s: cannot be opened (an algorithm as old as "
		    "RC2 is not taken)", what);
	else if (*key == NULL || leaf == NULL)
		rc = fail("%s: not a key with its certificate", what);
	else {
		*certs = certs_of(leaf);
		for (rc = 0; rc < sk_X509_num(rest); rc++)
			certs_add(*certs, sk_X509_value(rest, rc));
		rc = 0;
	}
	X509_free(leaf);
	certs_free(rest);
	return (rc);
}

int
p12_read(const struct km *km, const struct buf *b, EVP_PKEY **key,
    STACK_OF(X509) **certs)
{
	PKCS12 *p12 = decode(b);
	struct pass pass;
	int rc = -1;

	if (pass_old(km, km->pos[1], &pass) == 0)
		rc = open_p12(km, p12, &pass, key, certs);
	pass_wipe(&pass);
	PKCS12_free(p12);
	if (rc == -1) {
		EVP_PKEY_free(*key);
		*key = NULL;
	}
	return (rc);
}

/* Who signed the last of them, and so on, as far as ca/ knows. */
static STACK_OF(X509) *
with_authority(struct km *km, STACK_OF(X509) *certs)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	X509 *last, *ca;
	int i;

	if (all == NULL)
		fatal("no memory");
	for (i = 1; i < sk_X509_num(certs); i++)
		certs_add(all, sk_X509_value(certs, i));
	last = sk_X509_value(certs, sk_X509_num(certs) - 1);
	for (i = 0; i < 8 && X509_check_issued(last, last) != X509_V_OK; i++) {
		if ((ca = issuer_find(km, last, NULL)) == NULL)
			break;
		certs_add(all, ca);
		X509_free(ca);
		last = ca;
	}
	return (all);
}

static int
write_p12(struct km *km, STACK_OF(X509) *certs, EVP_PKEY *key,
    const struct pass *pass)
{
	STACK_OF(X509) *rest = with_authority(km, certs);
	BIO *out = bio_new();
	const void *p;
	PKCS12 *p12;
	size_t len;
	int rc = -1;

	p12 = PKCS12_create(pass->text, km->pos[0], key,
	    sk_X509_value(certs, 0), rest, NID_aes_256_cbc, NID_aes_256_cbc,
	    ITERATIONS, ITERATIONS, 0);
	if (p12 == NULL || i2d_PKCS12_bio(out, p12) != 1)
		fail_ssl("cannot make PKCS#12");
	else {
		p = bio_data(out, &len);
		rc = out_object(km, p, len, 0600);
	}
	PKCS12_free(p12);
	BIO_free(out);
	certs_free(rest);
	return (rc);
}

int
p12_export(struct km *km, STACK_OF(X509) *certs)
{
	const char *name = km->pos[0];
	struct pass pass;
	EVP_PKEY *key;
	int rc = -1;

	if ((key = key_load(km, "private", name, NULL)) == NULL)
		return (-1);
	if (!key_same(key, X509_get0_pubkey(sk_X509_value(certs, 0))))
		fail("certs/%s is not for the key private/%s", name, name);
	else if (pass_new(km, "the file", 0, &pass) == 0) {
		if (pass.have)
			rc = write_p12(km, certs, key, &pass);
		else
			fail("a passphrase protects the file: say "
			    "--new-passphrase-file, or --encrypt to be asked");
		pass_wipe(&pass);
	}
	EVP_PKEY_free(key);
	return (rc);
}
