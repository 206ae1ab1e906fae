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
 * `ikectl ca` for all authorities: what is in ca/ is trusted.  Some of them
 * are ours, with a directory in private/ca.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "ca_store.h"
#include "cert_io.h"
#include "key_for.h"
#include "key_io.h"
#include "km.h"
#include "x509_name.h"
#include "x509_show.h"

static void
list_one(struct km *km, const char *name, void *arg)
{
	X509 *x = cert_peek(km, "ca", name);
	const char *problem = "no certificate";
	X509_CRL *crl = NULL;
	char *subject = NULL;

	(void)arg;
	if (x != NULL) {
		subject = name_text(X509_get_subject_name(x));
		crl = crl_find(km, x, NULL);
		problem = cert_dates_wrong(km, x);
		if (problem == NULL && crl != NULL)
			problem = crl_dates_wrong(crl);
	}
	out_row("authority");
	out_text("name", "%s", name);
	out_truth("ours", ca_is_ours(km, name));
	out_number("days_left", x != NULL ?
	    seconds_to(X509_get0_notAfter(x)) / 86400 : 0);
	out_truth("crl", crl != NULL);
	out_text("subject", "%s", subject != NULL ? subject : "");
	out_text("problem", "%s", problem != NULL ? problem : "");
	OPENSSL_free(subject);
	X509_CRL_free(crl);
	X509_free(x);
}

int
ca_list(struct km *km)
{
	km_each(km, "ca", list_one, NULL);
	return (km_number(km, KO_WARN, 0, 0, 36500) == -1 ? -1 : 0);
}

static void
out_issued(const struct index *ix)
{
	const struct issued *e;
	char date[40];
	struct tm tm;
	size_t i;

	for (i = 0; i < ix->n; i++) {
		e = &ix->v[i];
		out_row("issued");
		out_text("serial", "%s", e->serial);
		out_text("state", "%s", e->revoked != 0 ? "revoked" :
		    e->end < time(NULL) ? "expired" : "good");
		if (gmtime_r(&e->end, &tm) != NULL) {
			strftime(date, sizeof(date), "%Y-%m-%d", &tm);
			out_text("until", "%s", date);
		}
		out_text("subject", "%s", e->subject);
	}
}

int
ca_show(struct km *km)
{
	const char *name = km->pos[0];
	int ours = ca_is_ours(km, name), rc = 0;
	STACK_OF(X509) *certs;
	char sub[NAME_MAX_LEN + 16];
	struct ca ca;
	X509 *x;

	if (km_number(km, KO_WARN, 0, 0, 36500) == -1 ||
	    (certs = certs_load(km, "ca", name)) == NULL)
		return (-1);
	x = sk_X509_value(certs, 0);
	out_row("authority");
	out_text("name", "%s", name);
	out_cert(km, x);
	out_truth("ours", ours);
	if (ours) {
		snprintf(sub, sizeof(sub), "private/ca/%s", name);
		out_key_purpose(km, sub, "key");
	}
	out_crl_state(km, x);
	certs_free(certs);
	if (!ours)
		return (0);
	rc = ca_open(km, name, 0, &ca);
	if (rc == 0)
		out_issued(&ca.index);
	ca_close(&ca);
	return (rc);
}

/* What may be trusted: an authority by its extensions, whole by itself. */
static const char *
anchor_wrong(X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	if (X509_check_ca(x) != 1)
		return ("not an authority's certificate (basicConstraints)");
	if (key == NULL)
		return ("its public key cannot be read");
	if (key_wrong(key) != NULL)
		return (key_wrong(key));
	if (X509_check_issued(x, x) == X509_V_OK && X509_verify(x, key) != 1)
		return ("its signature of itself is broken");
	return (NULL);
}

static int
import(struct km *km, STACK_OF(X509) *certs)
{
	const char *name = km->pos[0], *why;
	X509 *x = sk_X509_value(certs, 0);
	int rc;

	if (sk_X509_num(certs) != 1)
		return (fail("%s: more than one certificate: give each "
		    "authority its name", km->pos[1]));
	if ((why = anchor_wrong(x)) != NULL)
		return (fail("%s: refused: %s", km->pos[1], why));
	rc = certs_save(km, "ca", name, certs, km_opt(km, KO_FORCE) != NULL);
	if (rc == -1)
		return (-1);
	out_row("authority");
	out_text("name", "%s", name);
	out_cert(km, x);
	out_warn("Compare the fingerprint with the authority's own before "
	    "you rely on it.");
	km_tell(km, "ca", name);
	return (0);
}

int
ca_import(struct km *km)
{
	STACK_OF(X509) *certs;
	struct buf b;
	int rc = -1;

	if (ca_is_ours(km, km->pos[0]))
		return (fail("\"%s\" is an authority of our own: take "
		    "another name", km->pos[0]));
	if (km_may_write(km, "ca", km->pos[0]) == -1 ||
	    km_read_path(km->pos[1], &b) == -1)
		return (-1);
	if ((certs = certs_decode(&b)) == NULL)
		fail("%s: no certificate", km->pos[1]);
	else
		rc = import(km, certs);
	ERR_clear_error();
	certs_free(certs);
	buf_free(&b);
	return (rc);
}

int
ca_export(struct km *km)
{
	STACK_OF(X509) *certs = certs_load(km, "ca", km->pos[0]);
	const void *p;
	size_t len;
	BIO *out;
	int rc = -1;

	if (certs == NULL)
		return (-1);
	out = certs_encode(certs, km_opt(km, KO_DER) != NULL);
	if (out != NULL) {
		p = bio_data(out, &len);
		rc = out_object(km, p, len, 0644);
		BIO_free(out);
	}
	certs_free(certs);
	return (rc);
}

int
ca_delete(struct km *km)
{
	const char *name = km->pos[0];
	char delta[NAME_MAX_LEN + sizeof(CRL_DELTA)];
	int ours = ca_is_ours(km, name);

	if (ours && km_opt(km, KO_FORCE) == NULL)
		return (fail("\"%s\" is an authority of our own: --force ends "
		    "it, with its key and the list of what it issued", name));
	if (!ours && !km_exists(km, "ca", name))
		return (fail("there is no authority \"%s\"", name));
	if (ours && ca_remove(km, name) == -1)
		return (-1);
	if (km_exists(km, "ca", name) && km_unlink(km, "ca", name) == -1)
		return (-1);
	if (km_exists(km, "crls", name) && km_unlink(km, "crls", name) == -1)
		return (-1);
	snprintf(delta, sizeof(delta), "%s" CRL_DELTA, name);
	if (km_exists(km, "crls", delta) && !km_exists(km, "ca", delta) &&
	    km_unlink(km, "crls", delta) == -1)
		return (-1);
	out_say("The authority %s is gone.", name);
	km_tell(km, "ca", name);
	return (0);
}
