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
 * `ikectl key`: private keys are files below private/, PKCS#8; public keys
 * of peers (RFC 7670) are files below pubkeys/.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "cert_io.h"
#include "key_for.h"
#include "key_io.h"
#include "km.h"

/* private/ca is the directory of the certification authorities. */
static int
private_name(const char *name)
{
	if (strcmp(name, "ca") != 0)
		return (0);
	return (fail("\"ca\": private/ca belongs to the authorities; take "
	    "another name"));
}

int
key_save(struct km *km, const char *name, EVP_PKEY *key,
    const struct pass *pass, enum key_purpose purpose, int force)
{
	const void *p;
	size_t len;
	BIO *out;
	int rc;

	if ((out = key_encode(key, pass, purpose)) == NULL)
		return (-1);
	p = bio_data(out, &len);
	rc = km_write(km, "private", name, p, len, force);
	BIO_free(out);
	return (rc);
}

EVP_PKEY *
key_new(struct km *km, const char *name, struct pass *pass)
{
	char what[128];
	EVP_PKEY *key;

	if (private_name(name) == -1)
		return (NULL);
	snprintf(what, sizeof(what), "private/%s", name);
	if (pass_new(km, what, 1, pass) == -1)
		return (NULL);
	if ((key = key_make(km)) == NULL)
		pass_wipe(pass);
	return (key);
}

/* A row for what was made or looked at. */
static void
row(const char *kind, const char *name, const EVP_PKEY *key, int encrypted,
    enum key_purpose purpose)
{
	char type[KEY_TEXT], fp[FP_TEXT];

	out_row(kind);
	out_text("name", "%s", name);
	out_text("type", "%s", key != NULL ? key_type(key, type) : "");
	if (strcmp(kind, "key") == 0) {
		out_text("purpose", "%s", key_purpose_name(purpose));
		out_truth("encrypted", encrypted);
	}
	if (key != NULL)
		out_text("fingerprint", "%s", key_fingerprint(key, fp));
}

int
key_create(struct km *km)
{
	enum key_purpose purpose = PURPOSE_IKE;
	const char *name = km->pos[0];
	struct pass pass;
	EVP_PKEY *key;
	int rc;

	if (for_of_options(km, &purpose) == -1 ||
	    km_may_write(km, "private", name) == -1 ||
	    (key = key_new(km, name, &pass)) == NULL)
		return (-1);
	rc = key_save(km, name, key, &pass, purpose,
	    km_opt(km, KO_FORCE) != NULL);
	if (rc == 0) {
		row("key", name, key, pass.have, purpose);
		km_tell(km, "private", name);
	}
	pass_wipe(&pass);
	EVP_PKEY_free(key);
	return (rc);
}

/* What a key of private/ is, without asking for a passphrase. */
static EVP_PKEY *
peek(const struct km *km, const char *name, int *encrypted,
    const char **problem)
{
	EVP_PKEY *key;
	struct buf b;

	*encrypted = 0;
	*problem = km_secret_wrong(km, "private", name);
	if (*problem != NULL)
		return (NULL);
	if (km_read(km, "private", name, &b) == -1) {
		*problem = "cannot be read";
		return (NULL);
	}
	key = key_decode(NULL, &b, name, encrypted, NULL);
	buf_free(&b);
	if (key == NULL)
		*problem = *encrypted ? "" : "no private key";
	else if ((*problem = key_wrong(key)) == NULL)
		*problem = "";
	return (key);
}

static void
list_private(struct km *km, const char *name, void *arg)
{
	char type[KEY_TEXT];
	enum key_purpose says;
	const char *problem;
	int encrypted;
	EVP_PKEY *key;
	X509 *cert;

	(void)arg;
	if (strcmp(name, "ca") == 0)
		return;
	key = peek(km, name, &encrypted, &problem);
	says = for_of_file(km, "private", name);
	if (problem[0] == '\0' && for_problem(says) != NULL)
		problem = for_problem(says);
	cert = cert_peek(km, "certs", name);
	/* What is locked away is told by its certificate. */
	if (key == NULL && cert != NULL && encrypted)
		key = X509_get_pubkey(cert);
	else if (key != NULL && cert != NULL &&
	    !key_same(key, X509_get0_pubkey(cert)))
		problem = "its certificate is for another key";
	out_row("key");
	out_text("name", "%s", name);
	out_text("half", "private");
	out_text("purpose", "%s", key_purpose_name(says));
	out_text("type", "%s", key != NULL ? key_type(key, type) : "");
	out_truth("encrypted", encrypted);
	out_truth("certificate", cert != NULL);
	out_text("problem", "%s", problem);
	EVP_PKEY_free(key);
	X509_free(cert);
}

static void
list_public(struct km *km, const char *name, void *arg)
{
	char type[KEY_TEXT];
	EVP_PKEY *key = NULL;
	const char *problem;
	struct buf b;

	(void)arg;
	if (km_read(km, "pubkeys", name, &b) == 0) {
		key = key_decode_public(&b);
		buf_free(&b);
	}
	problem = key == NULL ? "no public key" : key_wrong(key);
	out_row("key");
	out_text("name", "%s", name);
	out_text("half", "public");
	out_text("purpose", "%s", "");
	out_text("type", "%s", key != NULL ? key_type(key, type) : "");
	out_truth("encrypted", 0);
	out_truth("certificate", 0);
	out_text("problem", "%s", problem != NULL ? problem : "");
	EVP_PKEY_free(key);
}

int
key_list(struct km *km)
{
	km_each(km, "private", list_private, NULL);
	km_each(km, "pubkeys", list_public, NULL);
	return (0);
}

static EVP_PKEY *
load_public(const struct km *km, const char *name)
{
	EVP_PKEY *key;
	struct buf b;

	if (km_read(km, "pubkeys", name, &b) == -1)
		return (NULL);
	if ((key = key_decode_public(&b)) == NULL)
		fail("%s/pubkeys/%s: no public key", km->o->policy_dir, name);
	buf_free(&b);
	return (key);
}

int
key_show(struct km *km)
{
	const char *name = km->pos[0], *why;
	int encrypted = 0, public;
	enum key_purpose says;
	EVP_PKEY *key;
	X509 *cert;

	public = km_opt(km, KO_PUBLIC) != NULL ||
	    (!km_exists(km, "private", name) &&
	    km_exists(km, "pubkeys", name));
	key = public ? load_public(km, name) :
	    key_load(km, "private", name, &encrypted);
	if (key == NULL)
		return (-1);
	says = public ? PURPOSE_NONE : for_of_file(km, "private", name);
	row(public ? "public-key" : "key", name, key, encrypted, says);
	out_text("file", "%s/%s/%s", km->o->policy_dir,
	    public ? "pubkeys" : "private", name);
	cert = public ? NULL : cert_peek(km, "certs", name);
	if (cert != NULL)
		out_text("certificate", "%s", key_same(key,
		    X509_get0_pubkey(cert)) ? name : "of another key");
	if ((why = key_wrong(key)) != NULL ||
	    (why = for_problem(says)) != NULL)
		out_text("problem", "%s", why);
	X509_free(cert);
	EVP_PKEY_free(key);
	return (0);
}

/* A peer's public key: in PEM or DER, or that of a certificate. */
static int
import_public(struct km *km, const char *name, const struct buf *b)
{
	EVP_PKEY *key = key_decode_public(b);
	const char *why = NULL;
	const void *p;
	X509 *cert = NULL;
	size_t len;
	BIO *out;
	int rc = -1;

	if (key == NULL && (cert = cert_from_buf(b)) != NULL)
		key = X509_get_pubkey(cert);
	X509_free(cert);
	if (key == NULL)
		return (fail("%s: no public key", km->pos[1]));
	if ((why = key_wrong(key)) != NULL)
		fail("%s: %s", km->pos[1], why);
	else if ((out = key_encode_public(key, 0)) != NULL) {
		p = bio_data(out, &len);
		rc = km_write(km, "pubkeys", name, p, len,
		    km_opt(km, KO_FORCE) != NULL);
		BIO_free(out);
	}
	if (rc == 0) {
		row("public-key", name, key, 0, PURPOSE_NONE);
		km_tell(km, "pubkeys", name);
	}
	EVP_PKEY_free(key);
	return (rc);
}

/* Nobody changes in passing what a key is for. */
static int
for_same(const char *what, enum key_purpose says, enum key_purpose purpose)
{
	if (says == PURPOSE_NONE || says == purpose)
		return (0);
	return (fail("%s: its file says that it is for %s, not for %s", what,
	    key_purpose_name(says), key_purpose_name(purpose)));
}

/*
 * A private key keeps the passphrase it came with, unless --decrypt or
 * another one says otherwise.
 */
static int
import_private(struct km *km, const char *name, const struct buf *b)
{
	struct pass old = { .have = 0 }, new;
	enum key_purpose says = key_purpose(b->p, b->len), purpose;
	EVP_PKEY *key;
	const char *why;
	int rc = -1;

	purpose = says == PURPOSE_NONE ? PURPOSE_IKE : says;
	if (for_of_options(km, &purpose) == -1)
		return (-1);

	key = key_decode(km, b, km->pos[1], NULL, &old);
	if (key == NULL)
		return (-1);
	if ((why = key_wrong(key)) != NULL)
		rc = fail("%s: %s", km->pos[1], why);
	else if (for_private(km, km->pos[1], says, key) == 0 &&
	    for_same(km->pos[1], says, purpose) == 0 &&
	    pass_new(km, name, 0, &new) == 0) {
		if (!new.have && km_opt(km, KO_DECRYPT) == NULL)
			new = old;
		rc = key_save(km, name, key, &new, purpose,
		    km_opt(km, KO_FORCE) != NULL);
		if (rc == 0) {
			row("key", name, key, new.have, purpose);
			km_tell(km, "private", name);
		}
		pass_wipe(&new);
	}
	pass_wipe(&old);
	EVP_PKEY_free(key);
	return (rc);
}

int
key_import(struct km *km)
{
	const char *name = km->pos[0];
	int public = km_opt(km, KO_PUBLIC) != NULL, rc;
	struct buf b;

	if ((!public && private_name(name) == -1) ||
	    km_may_write(km, public ? "pubkeys" : "private", name) == -1 ||
	    km_read_path(km->pos[1], &b) == -1)
		return (-1);
	rc = public ? import_public(km, name, &b) :
	    import_private(km, name, &b);
	buf_free(&b);
	return (rc);
}

static int
export_private(struct km *km, const EVP_PKEY *key, int encrypted,
    struct pass *old)
{
	struct pass new;
	const void *p;
	size_t len;
	BIO *out;
	int rc = -1;

	if (km_opt(km, KO_DER) != NULL)
		return (fail("--der is of public keys"));
	if (pass_new(km, "the copy", 0, &new) == -1)
		return (-1);
	if (!new.have && encrypted && km_opt(km, KO_DECRYPT) == NULL)
		new = *old;
	if ((out = key_encode(key, &new, for_of_file(km, "private",
	    km->pos[0]))) != NULL) {
		p = bio_data(out, &len);
		rc = out_object(km, p, len, 0600);
		BIO_free(out);
	}
	pass_wipe(&new);
	return (rc);
}

static int
export_public(struct km *km, const EVP_PKEY *key)
{
	const void *p;
	size_t len;
	BIO *out;
	int rc;

	out = key_encode_public(key, km_opt(km, KO_DER) != NULL);
	if (out == NULL)
		return (-1);
	p = bio_data(out, &len);
	rc = out_object(km, p, len, 0644);
	BIO_free(out);
	return (rc);
}

int
key_export(struct km *km)
{
	const char *name = km->pos[0];
	struct pass old = { .have = 0 };
	int encrypted = 0, rc;
	EVP_PKEY *key = NULL;
	struct buf b;

	if (km_opt(km, KO_PUBLIC) != NULL ||
	    !km_exists(km, "private", name))
		key = load_public(km, name);
	else if (km_read(km, "private", name, &b) == 0) {
		key = key_decode(km, &b, name, &encrypted, &old);
		buf_free(&b);
	}
	if (key == NULL)
		return (-1);
	if (km_opt(km, KO_PRIVATE) == NULL)
		rc = export_public(km, key);
	else if (km_opt(km, KO_PUBLIC) != NULL ||
	    !km_exists(km, "private", name))
		rc = fail("there is no private/%s", name);
	else
		rc = export_private(km, key, encrypted, &old);
	pass_wipe(&old);
	EVP_PKEY_free(key);
	return (rc);
}

int
key_delete(struct km *km)
{
	const char *name = km->pos[0], *sub = "private";

	if (km_opt(km, KO_PUBLIC) != NULL)
		sub = "pubkeys";
	else if (private_name(name) == -1)
		return (-1);
	else if (km_opt(km, KO_FORCE) == NULL &&
	    km_exists(km, "private", name) && km_exists(km, "certs", name))
		return (fail("certs/%s needs private/%s: ikectl cert delete "
		    "%s first, or --force", name, name, name));
	if (km_unlink(km, sub, name) == -1)
		return (-1);
	out_say("%s/%s is gone.", sub, name);
	km_tell(km, sub, name);
	return (0);
}
