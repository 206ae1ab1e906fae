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
 * `ikectl cert`: certificates are files below certs/, the holder's first and
 * then those between it and an authority's; requests go to an authority.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert_io.h"
#include "key_for.h"
#include "key_io.h"
#include "km.h"
#include "log.h"
#include "name.h"
#include "p12.h"
#include "x509_make.h"
#include "x509_name.h"
#include "x509_show.h"

#define DAYS		365
#define DAYS_MOST	36500

X509_NAME *
name_of_options(const struct km *km)
{
	const char *s = km_opt(km, KO_SUBJECT);
	X509_NAME *name;
	char *cn;
	size_t n;

	if (s != NULL)
		return (name_parse(s));
	n = strlen(km->pos[0]);
	if ((name = X509_NAME_new()) == NULL || (cn = strdup(km->pos[0])) ==
	    NULL || X509_NAME_add_entry_by_NID(name, NID_commonName,
	    MBSTRING_UTF8, (unsigned char *)cn, (int)n, -1, 0) != 1)
		fatal("no memory for a name");
	free(cn);
	return (name);
}

/* One that is there, and for a certificate. */
static EVP_PKEY *
key_of(struct km *km, const char *name)
{
	EVP_PKEY *key = key_load(km, "private", name, NULL);
	char what[NAME_MAX_LEN + 16];

	snprintf(what, sizeof(what), "private/%s", name);
	if (key == NULL || for_private(km, what, for_of_file(km, "private",
	    name), key) == 0)
		return (key);
	EVP_PKEY_free(key);
	return (NULL);
}

/* The key named by --key or the certificate's name; made when missing. */
static EVP_PKEY *
own_key(struct km *km)
{
	const char *name = km_opt(km, KO_KEY), *why;
	struct pass pass;
	EVP_PKEY *key;

	if (name == NULL)
		name = km->pos[0];
	if ((why = name_file_wrong(name)) != NULL) {
		fail("--key: \"%s\": %s", name, why);
		return (NULL);
	}
	if (km_exists(km, "private", name)) {
		if (km_opt(km, KO_TYPE) == NULL &&
		    km_opt(km, KO_BITS) == NULL)
			return (key_of(km, name));
		fail("private/%s exists: --type and --bits are of a new key",
		    name);
		return (NULL);
	}
	if ((key = key_new(km, name, &pass)) == NULL)
		return (NULL);
	if (key_save(km, name, key, &pass, PURPOSE_IKE, 0) == -1) {
		EVP_PKEY_free(key);
		key = NULL;
	} else
		out_warn("private/%s is a new key.", name);
	pass_wipe(&pass);
	return (key);
}

/* DER or PEM to --out. */
static int
out_request(const struct km *km, const X509_REQ *req)
{
	BIO *out = bio_new();
	const void *p;
	size_t len;
	int rc;

	rc = km_opt(km, KO_DER) != NULL ? i2d_X509_REQ_bio(out, req) :
	    PEM_write_bio_X509_REQ(out, req);
	if (rc != 1)
		fatal("a request cannot be encoded");
	p = bio_data(out, &len);
	rc = out_object(km, p, len, 0644);
	BIO_free(out);
	return (rc);
}

int
cert_request(struct km *km)
{
	GENERAL_NAMES *names = NULL;
	X509_NAME *subject = name_of_options(km);
	EVP_PKEY *key = NULL;
	X509_REQ *req = NULL;
	int rc = -1;

	/* What is wrong with the names is said before a key is made. */
	if (subject != NULL && (names = san_of_options(km)) != NULL &&
	    (key = own_key(km)) != NULL &&
	    (req = req_make(subject, key, names)) != NULL)
		rc = out_request(km, req);
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	GENERAL_NAMES_free(names);
	X509_NAME_free(subject);
	return (rc);
}

/* A row of what there is now. */
static void
row(struct km *km, const char *kind, const char *name, X509 *x)
{
	out_row(kind);
	out_text("name", "%s", name);
	out_cert(km, x);
}

static int
self_sign(struct km *km, struct cert_plan *p)
{
	STACK_OF(X509) *certs;
	X509 *x;
	int rc;

	if ((p->key = p->signer = own_key(km)) == NULL)
		return (-1);
	x = cert_make(p);
	EVP_PKEY_free(p->key);
	if (x == NULL)
		return (-1);
	certs = certs_of(x);
	rc = certs_save(km, "certs", km->pos[0], certs,
	    km_opt(km, KO_FORCE) != NULL);
	if (rc == 0) {
		row(km, "certificate", km->pos[0], x);
		km_tell(km, "certs", km->pos[0]);
	}
	certs_free(certs);
	X509_free(x);
	return (rc);
}

int
cert_self_sign(struct km *km)
{
	struct cert_plan p = { .path_length = -1 };
	GENERAL_NAMES *names = NULL;
	X509_NAME *subject = NULL;
	int rc = -1;

	p.usage = usage_of_options(km, USE_IKE);
	p.days = km_number(km, KO_DAYS, DAYS, 1, DAYS_MOST);
	if (p.usage == USE_CA)
		return (fail("an authority is made by ikectl ca create"));
	if (p.usage != 0 && p.days != -1 &&
	    km_may_write(km, "certs", km->pos[0]) == 0 &&
	    (subject = name_of_options(km)) != NULL &&
	    (names = san_of_options(km)) != NULL) {
		p.subject = subject;
		p.names = names;
		rc = self_sign(km, &p);
	}
	GENERAL_NAMES_free(names);
	X509_NAME_free(subject);
	return (rc);
}

/* "yes", "no", "locked" (not compared) or "of another key". */
static const char *
key_state(struct km *km, const char *name, X509 *x)
{
	const char *state = "yes";
	int encrypted = 0;
	EVP_PKEY *key;
	struct buf b;

	if (!km_exists(km, "private", name))
		return ("no");
	if (km_secret_wrong(km, "private", name) != NULL ||
	    km_read(km, "private", name, &b) == -1)
		return ("unusable");
	key = key_decode(NULL, &b, name, &encrypted, NULL);
	buf_free(&b);
	if (key == NULL)
		state = encrypted ? "locked" : "unusable";
	else if (!key_same(key, X509_get0_pubkey(x)))
		state = "of another key";
	EVP_PKEY_free(key);
	return (state);
}

static void
list_one(struct km *km, const char *name, void *arg)
{
	X509 *x = cert_peek(km, "certs", name);
	const char *problem = "no certificate";
	char says[256] = "", *subject = NULL;

	(void)arg;
	if (x != NULL) {
		subject = name_text(X509_get_subject_name(x));
		crl_says(km, x, says, sizeof(says));
		problem = cert_dates_wrong(km, x);
		if (strncmp(says, "revoked", 7) == 0)
			problem = says;
	}
	out_row("certificate");
	out_text("name", "%s", name);
	out_text("private_key", "%s", x != NULL ? key_state(km, name, x) : "");
	out_number("days_left", x != NULL ?
	    seconds_to(X509_get0_notAfter(x)) / 86400 : 0);
	out_text("subject", "%s", subject != NULL ? subject : "");
	out_text("problem", "%s", problem != NULL ? problem : "");
	OPENSSL_free(subject);
	X509_free(x);
}

int
cert_list(struct km *km)
{
	km_each(km, "certs", list_one, NULL);
	return (km_number(km, KO_WARN, 0, 0, DAYS_MOST) == -1 ? -1 : 0);
}

/* A file of anybody's: a request. */
static int
show_request(struct km *km, X509_REQ *req)
{
	char *subject = name_text(X509_REQ_get_subject_name(req));
	EVP_PKEY *key = X509_REQ_get0_pubkey(req);
	char type[KEY_TEXT], fp[FP_TEXT];
	const char *why = req_wrong(req);

	out_row("request");
	out_text("file", "%s", km->pos[0]);
	out_text("subject", "%s", subject);
	out_text("key", "%s", key != NULL ? key_type(key, type) : "?");
	if (key != NULL)
		out_text("key_fingerprint", "%s", key_fingerprint(key, fp));
	out_text("problem", "%s", why != NULL ? why : "");
	OPENSSL_free(subject);
	return (0);
}

static int
show_path(struct km *km)
{
	STACK_OF(X509) *certs;
	X509_REQ *req;
	struct buf b;
	int i, rc = 0;

	if (km_read_path(km->pos[0], &b) == -1)
		return (-1);
	if ((certs = certs_decode(&b)) != NULL)
		for (i = 0; i < sk_X509_num(certs); i++)
			row(km, "certificate", km->pos[0],
			    sk_X509_value(certs, i));
	else if ((req = req_decode(&b)) != NULL) {
		rc = show_request(km, req);
		X509_REQ_free(req);
	} else
		rc = fail("%s: no certificate and no request", km->pos[0]);
	certs_free(certs);
	buf_free(&b);
	return (rc);
}

int
cert_show(struct km *km)
{
	const char *name = km->pos[0];
	STACK_OF(X509) *certs;
	char says[256];
	X509 *x;
	int i;

	if (km_number(km, KO_WARN, 0, 0, DAYS_MOST) == -1)
		return (-1);
	if (strchr(name, '/') != NULL)
		return (show_path(km));
	if ((certs = certs_load(km, "certs", name)) == NULL)
		return (-1);
	for (i = 0; i < sk_X509_num(certs); i++) {
		x = sk_X509_value(certs, i);
		row(km, i == 0 ? "certificate" : "intermediate", name, x);
		crl_says(km, x, says, sizeof(says));
		out_text("crl_state", "%s", says[0] != '\0' ? says :
		    "no CRL of its authority is here");
		if (i == 0)
			out_text("private_key", "%s", key_state(km, name, x));
		if (i == 0)
			out_key_purpose(km, "private", name);
	}
	certs_free(certs);
	return (0);
}

int
cert_export(struct km *km)
{
	const char *name = km->pos[0];
	STACK_OF(X509) *certs;
	const void *p;
	size_t len;
	BIO *out;
	int rc = -1;

	if ((certs = certs_load(km, "certs", name)) == NULL)
		return (-1);
	if (km_opt(km, KO_PKCS12) != NULL)
		rc = p12_export(km, certs);
	else if ((out = certs_encode(certs, km_opt(km, KO_DER) != NULL)) !=
	    NULL) {
		p = bio_data(out, &len);
		rc = out_object(km, p, len, 0644);
		BIO_free(out);
	}
	certs_free(certs);
	return (rc);
}

int
cert_delete(struct km *km)
{
	const char *name = km->pos[0];

	if (km_unlink(km, "certs", name) == -1)
		return (-1);
	out_say("certs/%s is gone%s.", name, km_exists(km, "private", name) ?
	    "; its key stays (ikectl key delete)" : "");
	km_tell(km, "certs", name);
	return (0);
}
