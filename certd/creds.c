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

/* What certd holds, for `ikectl show cert`. */

#include <openssl/err.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certd.h"
#include "cred.h"
#include "expiry.h"
#include "proto_sign_tmd.h"
#include "revoke_int.h"
#include "utc.h"

#define WHEN(t, buf)	utc_text((t), (buf), sizeof(buf))

/* Hexadecimal. */
static const char *
hex(const uint8_t *p, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02X", p[i]);
	return (out);
}

/* Is it of the issuer of c, by name and key? */
static int
crl_may_tell(const struct crl *crl, const struct cert *c)
{
	EVP_PKEY *key = cert_key(crl->by);
	int ok;

	ok = X509_NAME_cmp(X509_get_issuer_name(c->x),
	    X509_CRL_get_issuer(crl->x)) == 0 && key != NULL &&
	    X509_verify(c->x, key) == 1;
	ERR_clear_error();
	return (ok);
}

/* What the lists that we have say of it. */
static void
put_crl_state(struct mv_cred *row, const struct crls *s, const struct cert *c)
{
	char when[UTC_TEXT];
	X509_REVOKED *rev;
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		if (s->crl[i]->delta || !crl_may_tell(s->crl[i], c))
			continue;
		if (X509_CRL_get0_by_cert(s->crl[i]->x, &rev, c->x) == 1) {
			cred_put(row, "crl", "revoked on %s", WHEN(cert_time_of(
			    X509_REVOKED_get0_revocationDate(rev)), when));
			return;
		}
		cred_put(row, "crl", "not revoked; the list is good until %s",
		    s->crl[i]->next_update == 0 ? "ever" :
		    WHEN(s->crl[i]->next_update, when));
		return;
	}
	cred_put(row, "crl", "there is no list of its issuer");
}

static void
put_cert(struct certd *cd, const struct mv_creds *m, const struct book_item *f,
    const struct cert *c, int64_t now)
{
	static struct mv_cred row;
	char text[CERT_NAME], fp[2 * KEY_FP + 1];

	cred_new(&row, m->req, f->kind == CF_CA ? "authority" :
	    "certificate");
	cred_put(&row, "name", "%s", f->name);
	cred_put(&row, "subject", "%s", cert_subject(c, text, sizeof(text)));
	cred_put(&row, "issuer", "%s", cert_issuer(c, text, sizeof(text)));
	cred_put(&row, "serial", "%s", cert_serial(c, text, sizeof(text)));
	cred_put(&row, "key", "%s", key_name(cert_key(c), text,
	    sizeof(text)));
	cred_put(&row, "fingerprint", "%s", hex(c->fp, KEY_FP, fp));
	cred_put(&row, "not_before", "%s", WHEN(c->not_before, text));
	cred_put(&row, "not_after", "%s", WHEN(c->not_after, text));
	cred_put(&row, "days_left", "%ld", expiry_days(c->not_after, now));
	if (!cert_is_self_issued(c))
		put_crl_state(&row, book_crls(cd->book), c);
	cred_put(&row, "problem", "%s", c->kind == 0 ? c->key_fault :
	    expiry_cert(c, now, book_warn(cd->book), text));
	pipe_send(cd->tmd, M_CRED, &row, -1);
}

static void
put_file(struct certd *cd, const struct mv_creds *m, const struct book_item *f,
    int64_t now)
{
	static struct mv_cred row;
	int i;

	for (i = 0; i < f->ncert; i++)
		put_cert(cd, m, f, f->cert[i], now);
	if (f->kind != CF_PUBKEY)
		return;
	cred_new(&row, m->req, "public-key");
	cred_put(&row, "name", "%s", f->name);
	pipe_send(cd->tmd, M_CRED, &row, -1);
}

static void
put_crl(struct certd *cd, const struct mv_creds *m, const struct crl *c,
    int64_t now)
{
	static struct mv_cred row;
	char text[CERT_NAME];

	cred_new(&row, m->req, "crl");
	cred_put(&row, "issuer", "%s", crl_issuer(c, text, sizeof(text)));
	cred_put(&row, "number", "%s", crl_number(c, text, sizeof(text)));
	cred_put(&row, "delta", "%s", c->delta ? "yes" : "no");
	cred_put(&row, "entries", "%u", c->entries);
	cred_put(&row, "this_update", "%s", WHEN(c->this_update, text));
	if (c->next_update != 0) {
		cred_put(&row, "next_update", "%s", WHEN(c->next_update,
		    text));
		cred_put(&row, "days_left", "%ld",
		    expiry_days(c->next_update, now));
	}
	cred_put(&row, "problem", "%s", expiry_crl(c, now,
	    book_warn(cd->book), text));
	pipe_send(cd->tmd, M_CRED, &row, -1);
}

/* What was asked of the network, how that went, and when it is asked again. */
static void
put_fetch(struct certd *cd, const struct mv_creds *m, const struct item *it,
    int64_t now)
{
	static struct mv_cred row;
	const struct revdata *d = it->value;
	int64_t next = store_renewal(it);
	char text[CERT_NAME];

	cred_new(&row, m->req, "fetch");
	cred_put(&row, "url", "%s", it->url);
	cred_put(&row, "what", "%s", it->kind == FETCH_OCSP ? "OCSP" : "CRL");
	if (d->cert != NULL)
		cred_put(&row, "subject", "%s", cert_subject(d->cert, text,
		    sizeof(text)));
	else if (d->ncrl > 0)
		cred_put(&row, "issuer", "%s", crl_issuer(d->crl[0], text,
		    sizeof(text)));
	cred_put(&row, "state", "%s", it->req != 0 ? "being fetched" :
	    it->queued ? "about to be fetched" : it->until > now ? "fresh" :
	    it->fails > 0 ? "not to be had" : "stale");
	if (it->until != 0)
		cred_put(&row, "good_until", "%s", WHEN(it->until, text));
	if (it->asked != 0)
		cred_put(&row, "tried", "%s", WHEN(it->asked, text));
	if (next != INT64_MAX)
		cred_put(&row, "next", "%s", WHEN(next, text));
	else if (it->req == 0 && !it->queued)
		cred_put(&row, "next", "when it is needed%s%s",
		    it->again > now ? ", not before " : "",
		    it->again > now ? WHEN(it->again, text) : "");
	cred_put(&row, "problem", "%s", it->why);
	pipe_send(cd->tmd, M_CRED, &row, -1);
}

static const struct item *
fetch_at(struct certd *cd, size_t at)
{
	struct item *it = store_first(cd->revoke->store);

	for (; it != NULL && at > 0; at--)
		it = TAILQ_NEXT(it, entry);
	return (it);
}

/* Files first, then CRLs, wherever they came from, then fetches. */
static int
put_place(struct certd *cd, const struct mv_creds *m, size_t at, int64_t now)
{
	const struct crls *s = book_crls(cd->book);
	const struct item *it;
	struct book_item f;
	size_t n = 0;

	if (book_item(cd->book, at, &f)) {
		put_file(cd, m, &f, now);
		return (1);
	}
	while (book_item(cd->book, n, &f))
		n++;
	if (at - n < s->n) {
		put_crl(cd, m, s->crl[at - n], now);
		return (1);
	}
	if ((it = fetch_at(cd, at - n - s->n)) == NULL)
		return (0);
	put_fetch(cd, m, it, now);
	return (1);
}

void
certd_creds(struct certd *cd, const struct mv_creds *m)
{
	struct mv_creds end = { .req = m->req };
	int64_t now = (int64_t)time(NULL);
	size_t i;

	for (i = m->from; cd->book != NULL && put_place(cd, m, i, now); i++)
		if (i + 1 - m->from == CREDS_TURN) {
			end.from = (uint32_t)i + 1;
			break;
		}
	pipe_send(cd->tmd, M_CREDS, &end, -1);
}
