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
 * `ikectl ca` for authorities of our own: create, sign, revoke, CRLs.  What
 * others must trust is in ca/NAME, what they must not is in private/ca/NAME.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca_store.h"
#include "cert_io.h"
#include "key_io.h"
#include "km.h"
#include "log.h"
#include "name.h"
#include "x509_make.h"
#include "x509_name.h"
#include "x509_show.h"

#define CA_DAYS		3650
#define CERT_DAYS	365
#define DAYS_MOST	36500
#define CHAIN_MOST	8

/* --crl and --ocsp; 0 or -1, said. */
static int
urls_ok(const struct km *km)
{
	static const enum km_opt both[] = { KO_CRL, KO_OCSP };
	const char *why;
	size_t i, k;

	for (k = 0; k < 2; k++) {
		if (km->n[both[k]] > CA_URLS)
			return (fail("more than %d URLs", CA_URLS));
		for (i = 0; i < km->n[both[k]]; i++)
			if ((why = url_wrong(km->val[both[k]][i])) != NULL)
				return (fail("\"%s\": %s",
				    km->val[both[k]][i], why));
	}
	return (0);
}

/* The places this certificate names: its own options', else the CA's. */
static void
set_places(struct cert_plan *p, const struct km *km, const struct ca *ca)
{
	int own = km->n[KO_CRL] > 0, own_ocsp = km->n[KO_OCSP] > 0;

	p->crl = own ? km->val[KO_CRL] : (const char *const *)ca->crl;
	p->ncrl = own ? km->n[KO_CRL] : ca->ncrl;
	p->ocsp = own_ocsp ? km->val[KO_OCSP] : (const char *const *)ca->ocsp;
	p->nocsp = own_ocsp ? km->n[KO_OCSP] : ca->nocsp;
}

/* RFC 5280 4.2.1.9: how many authorities may stand below. */
static int
path_fits(const struct cert_plan *p)
{
	long most = p->issuer != NULL ? X509_get_pathlen(p->issuer) : -1;

	if ((p->usage & USE_CA) == 0 || most == -1)
		return (0);
	if (most == 0)
		return (fail("no authority may stand below this one (its "
		    "path length is 0)"));
	if (p->path_length >= most || p->path_length == -1)
		return (fail("--path-length must be under %ld here", most));
	return (0);
}

static ASN1_INTEGER *
fresh_serial(const struct ca *ca, char **text)
{
	ASN1_INTEGER *serial = serial_make();

	*text = serial_text(serial);
	while (index_find(&ca->index, *text) != NULL) {
		OPENSSL_free(*text);
		ASN1_INTEGER_free(serial);
		serial = serial_make();
		*text = serial_text(serial);
	}
	return (serial);
}

static time_t
end_of(const X509 *x)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		fatal("no end of a certificate");
	return (timegm(&tm));
}

/*
 * Makes a certificate of this authority and notes it in its index, before
 * anybody is given it; keeps a copy.  NULL, said.
 */
static X509 *
issue(struct km *km, struct ca *ca, struct cert_plan *p)
{
	char *serial, *subject, sub[NAME_MAX_LEN + 32];
	ASN1_INTEGER *number;
	STACK_OF(X509) *one;
	X509 *x = NULL;
	int rc = -1;

	p->issuer = ca->cert;
	p->signer = ca->key;
	if (path_fits(p) == -1)
		return (NULL);
	p->serial = number = fresh_serial(ca, &serial);
	set_places(p, km, ca);
	if ((x = cert_make(p)) != NULL) {
		subject = name_text(X509_get_subject_name(x));
		index_add(&ca->index, serial, end_of(x), subject);
		OPENSSL_free(subject);
		snprintf(sub, sizeof(sub), "%s/issued", ca->sub);
		one = certs_of(x);
		if (ca_save_index(km, ca) == 0)
			rc = certs_save(km, sub, serial, one, 1);
		certs_free(one);
	}
	ASN1_INTEGER_free(number);
	OPENSSL_free(serial);
	if (rc == 0)
		return (x);
	X509_free(x);
	return (NULL);
}

/* ca/NAME, which trusts it. */
static int
save_anchor(struct km *km, X509 *x)
{
	STACK_OF(X509) *certs = certs_of(x);
	int rc = certs_save(km, "ca", km->pos[0], certs,
	    km_opt(km, KO_FORCE) != NULL);

	certs_free(certs);
	if (rc == 0) {
		out_row("authority");
		out_text("name", "%s", km->pos[0]);
		out_cert(km, x);
		km_tell(km, "ca", km->pos[0]);
	}
	return (rc);
}

/* By itself, or below the authority --issuer. */
static X509 *
make_ca_cert(struct km *km, struct cert_plan *p)
{
	const char *issuer = km_opt(km, KO_ISSUER);
	struct ca parent;
	X509 *x = NULL;

	if (issuer == NULL) {
		p->signer = p->key;
		return (cert_make(p));
	}
	if (name_file_wrong(issuer) != NULL)
		fail("--issuer: \"%s\": %s", issuer, name_file_wrong(issuer));
	else if (ca_open(km, issuer, 1, &parent) == 0)
		x = issue(km, &parent, p);
	if (name_file_wrong(issuer) == NULL)
		ca_close(&parent);
	return (x);
}

static int
make_ca(struct km *km, struct cert_plan *p)
{
	struct pass pass;
	X509 *x;
	int rc = -1;

	/* With --issuer, --passphrase-file opens the issuer's key. */
	if (pass_new(km, km->pos[0], km_opt(km, KO_ISSUER) == NULL, &pass) ==
	    -1)
		return (-1);
	if ((p->key = key_make(km)) != NULL &&
	    (x = make_ca_cert(km, p)) != NULL) {
		rc = ca_make(km, km->pos[0], p->key, &pass, x);
		if (rc == 0)
			rc = save_anchor(km, x);
		X509_free(x);
	}
	pass_wipe(&pass);
	EVP_PKEY_free(p->key);
	return (rc);
}

int
ca_create(struct km *km)
{
	struct cert_plan p = { .usage = USE_CA };
	const char *name = km->pos[0];
	int rc = -1;

	p.days = km_number(km, KO_DAYS, CA_DAYS, 1, DAYS_MOST);
	p.path_length = km_number(km, KO_PATHLEN, km_opt(km, KO_ISSUER) !=
	    NULL ? 0 : -1, 0, 100);
	if (p.days == -1 || (p.path_length == -1 && km_opt(km, KO_PATHLEN) !=
	    NULL) || urls_ok(km) == -1 ||
	    km_number(km, KO_CRLDAYS, 1, 1, 3650) == -1)
		return (-1);
	if (ca_is_ours(km, name))
		return (fail("there is an authority %s/private/ca/%s already: "
		    "ikectl ca delete %s --force ends it",
		    km->o->policy_dir, name, name));
	if (km_may_write(km, "ca", name) == 0 &&
	    (p.subject = name_of_options(km)) != NULL)
		rc = make_ca(km, &p);
	X509_NAME_free(p.subject);
	return (rc);
}

/* The names a request asks for, but for what no peer is called by. */
static GENERAL_NAMES *
names_asked(X509_REQ *req)
{
	STACK_OF(X509_EXTENSION) *exts = X509_REQ_get_extensions(req);
	GENERAL_NAMES *all, *some;

	all = X509V3_get_d2i(exts, NID_subject_alt_name, NULL, NULL);
	some = san_plain(all);
	GENERAL_NAMES_free(all);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	ERR_clear_error();
	return (some);
}

/* What is asked for, unless the options say otherwise; 0 or -1, said. */
static int
plan_of(struct km *km, X509_REQ *req, struct cert_plan *p)
{
	int own = km->n[KO_DNS] + km->n[KO_IP] + km->n[KO_EMAIL] > 0;

	p->usage = usage_of_options(km, USE_IKE);
	p->days = km_number(km, KO_DAYS, CERT_DAYS, 1, DAYS_MOST);
	p->path_length = km_number(km, KO_PATHLEN, 0, 0, 100);
	if (p->usage == 0 || p->days == -1 || p->path_length == -1 ||
	    urls_ok(km) == -1)
		return (-1);
	if ((p->usage & USE_CA) == 0 && km_opt(km, KO_PATHLEN) != NULL)
		return (fail("--path-length goes with --usage ca"));
	p->key = X509_REQ_get0_pubkey(req);
	p->subject = km_opt(km, KO_SUBJECT) != NULL ? name_of_options(km) :
	    X509_NAME_dup(X509_REQ_get_subject_name(req));
	p->names = own ? san_of_options(km) : names_asked(req);
	return (p->subject != NULL && p->names != NULL ? 0 : -1);
}

/* Behind it, who stands between it and the self-signed end. */
static STACK_OF(X509) *
with_chain(struct km *km, X509 *x, X509 *ca)
{
	STACK_OF(X509) *certs = certs_of(x);
	X509 *up = ca, *next;
	int i;

	if (X509_up_ref(up) != 1)
		fatal("no reference");
	for (i = 0; i < CHAIN_MOST && up != NULL &&
	    X509_check_issued(up, up) != X509_V_OK; i++) {
		certs_add(certs, up);
		next = issuer_find(km, up, NULL);
		X509_free(up);
		up = next;
	}
	X509_free(up);
	return (certs);
}

/* To certs/NAME with --name, else to --out. */
static int
hand_out(struct km *km, X509 *x, X509 *ca)
{
	STACK_OF(X509) *certs = with_chain(km, x, ca);
	const char *name = km_opt(km, KO_NAME);
	const void *p;
	size_t len;
	BIO *out;
	int rc = -1;

	out_row("certificate");
	if (name != NULL)
		out_text("name", "%s", name);
	out_cert(km, x);
	if (name != NULL) {
		rc = certs_save(km, "certs", name, certs,
		    km_opt(km, KO_FORCE) != NULL);
		if (rc == 0)
			km_tell(km, "certs", name);
	} else if ((out = certs_encode(certs, km_opt(km, KO_DER) != NULL)) !=
	    NULL) {
		p = bio_data(out, &len);
		rc = out_object(km, p, len, 0644);
		BIO_free(out);
	}
	certs_free(certs);
	return (rc);
}

static int
sign(struct km *km, struct ca *ca, X509_REQ *req)
{
	struct cert_plan p = { .path_length = -1 };
	X509 *x = NULL;
	int rc = -1;

	if (key_same(X509_REQ_get0_pubkey(req), ca->key))
		return (fail("the request is for the authority's own key"));
	if (plan_of(km, req, &p) == 0) {
		if (sk_GENERAL_NAME_num(p.names) == 0 &&
		    (p.usage & USE_CA) == 0)
			out_warn("The certificate has no subjectAltName: its "
			    "holder can only be known by the whole subject.");
		if ((x = issue(km, ca, &p)) != NULL)
			rc = hand_out(km, x, ca->cert);
	}
	X509_free(x);
	GENERAL_NAMES_free((GENERAL_NAMES *)(uintptr_t)p.names);
	X509_NAME_free(p.subject);
	return (rc);
}

int
ca_sign(struct km *km)
{
	const char *name = km_opt(km, KO_NAME), *why;
	X509_REQ *req = NULL;
	struct ca ca;
	struct buf b;
	int rc = -1;

	if (name != NULL && (why = name_file_wrong(name)) != NULL)
		return (fail("--name: \"%s\": %s", name, why));
	if (name != NULL && km_may_write(km, "certs", name) == -1)
		return (-1);
	/* Nothing is issued that cannot be handed out. */
	if (out_may_write(km) == -1 || km_read_path(km->pos[1], &b) == -1)
		return (-1);
	if ((req = req_decode(&b)) == NULL)
		rc = fail("%s: no certificate request", km->pos[1]);
	else if ((why = req_wrong(req)) != NULL)
		rc = fail("%s: refused: %s", km->pos[1], why);
	else {
		if (ca_open(km, km->pos[0], 1, &ca) == 0)
			rc = sign(km, &ca, req);
		ca_close(&ca);
	}
	X509_REQ_free(req);
	buf_free(&b);
	return (rc);
}

/* The entry of a serial number, of certs/NAME or of a file; NULL, said. */
static struct issued *
which(struct km *km, const struct ca *ca)
{
	const char *what = km->pos[1];
	struct issued *e = index_find(&ca->index, what);
	char *serial = NULL;
	X509 *x = NULL;
	struct buf b;

	if (e != NULL)
		return (e);
	if (name_file_wrong(what) == NULL && km_exists(km, "certs", what))
		x = cert_peek(km, "certs", what);
	else if (km_read_path(what, &b) == 0) {
		x = cert_from_buf(&b);
		buf_free(&b);
	}
	if (x != NULL && X509_verify(x, X509_get0_pubkey(ca->cert)) == 1) {
		serial = serial_text(X509_get0_serialNumber(x));
		e = index_find(&ca->index, serial);
	}
	ERR_clear_error();
	OPENSSL_free(serial);
	X509_free(x);
	if (e == NULL) {
		out_forget();
		fail("\"%s\" is no serial number, name or file of a "
		    "certificate of this authority", what);
	}
	return (e);
}

static int
revoke(struct km *km, struct ca *ca, int reason)
{
	struct issued *e = which(km, ca);

	if (e == NULL)
		return (-1);
	if (e->revoked != 0)
		return (fail("%s (%s) is revoked already", e->serial,
		    e->subject));
	e->revoked = time(NULL);
	e->reason = reason;
	if (ca_save_index(km, ca) == -1)
		return (-1);
	if (ca_issue_crl(km, km->pos[0], ca) == -1) {
		out_warn("%s is revoked, but no list says so yet: ikectl ca "
		    "crl %s", e->serial, km->pos[0]);
		return (-1);
	}
	out_say("%s (%s) is revoked.", e->serial, e->subject);
	return (0);
}

int
ca_revoke(struct km *km)
{
	const char *why = km_opt(km, KO_REASON);
	int reason = why != NULL ? reason_of(why) : -1, rc = -1;
	struct ca ca;

	if (why != NULL && (reason == -1 || reason == 8))
		return (fail_words("--reason: \"%s\" is none of keyCompromise, "
		    "affiliationChanged, superseded, cessationOfOperation, "
		    "certificateHold, privilegeWithdrawn, unspecified", why));
	if (ca_open(km, km->pos[0], 1, &ca) == 0)
		rc = revoke(km, &ca, reason);
	ca_close(&ca);
	return (rc);
}
