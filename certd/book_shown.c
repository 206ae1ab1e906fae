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
 * What ikd-ike shows of our certificates, and which of them are ours at all.
 */

#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

#include "book_int.h"
#include "hashurl.h"
#include "log.h"
#include "roles.h"
#include "snap.h"

#define SHOWN_CERT	4	/* RFC 7296 section 3.6: X.509, signature */
#define SHOWN_OCSP	14	/* RFC 4806 */
#define SHOWN_ANCHOR	0

static void
put(struct snap_writer *w, const struct rule *r, unsigned int encoding,
    const uint8_t *p, size_t len)
{
	struct sn_shown row = { .tunnel = r->tunnel, .round = r->round,
	    .encoding = (uint8_t)encoding, .data = { p, len } };

	snap_put(w, SNAP_SHOWN, &row);
}

/*
 * The same certificate for a peer that looks up URLs: RFC 7296 section 3.6,
 * SHA-1 and URL, which is the base of the policy and that hash in words.
 */
static void
put_url(struct snap_writer *w, const struct rule *r, const char *base,
    const uint8_t *der, size_t len)
{
	uint8_t data[HASHURL_SHA1 + HASH_URL_BASE + 2 * HASHURL_SHA1 + 1];
	size_t at = HASHURL_SHA1;
	unsigned int i;

	if (base[0] == '\0' || !hashurl_of((struct slice){ der, len }, data))
		return;
	at += (size_t)snprintf((char *)data + at, sizeof(data) - at, "%s",
	    base);
	for (i = 0; i < HASHURL_SHA1; i++)
		at += (size_t)snprintf((char *)data + at, sizeof(data) - at,
		    "%02x", data[i]);
	put(w, r, HASHURL_CERT, data, at);
}

/* Ours, leaf first; a root is the peer's to have. */
static void
put_ours(struct snap_writer *w, const struct book *b, const struct rule *r,
    const struct file *f)
{
	unsigned char *der;
	int i, len;

	for (i = 0; i < f->ncert; i++) {
		if (i > 0 && cert_is_self_issued(f->cert[i]))
			continue;
		der = NULL;
		if ((len = i2d_X509(f->cert[i]->x, &der)) <= 0 ||
		    len > 8192)
			log_error(LS_CERT, "certs/%s: cannot be sent: larger "
			    "than 8192 octets", f->name);
		else {
			put(w, r, SHOWN_CERT, der, (size_t)len);
			put_url(w, r, b->url, der, (size_t)len);
		}
		OPENSSL_free(der);
	}
}

/* The response for our certificate; and, by an empty one, that we ask. */
static void
put_ocsp(struct snap_writer *w, const struct rule *r,
    const struct book_ocsp *ocsp, unsigned int n)
{
	unsigned int i;

	for (i = 0; r->cert_ours != NULL && i < n; i++)
		if (strcmp(ocsp[i].file, r->cert_ours) == 0 &&
		    ocsp[i].der.len <= 8192)
			put(w, r, SHOWN_OCSP, ocsp[i].der.p,
			    ocsp[i].der.len);
	if (r->trust != NULL && r->revocation != REVOCATION_OFF)
		put(w, r, SHOWN_OCSP, NULL, 0);
}

int
book_shown(const struct book *b, const struct book_ocsp *ocsp, unsigned int n)
{
	struct snap_writer *w = snap_open(ROLE_IKE, b->generation);
	uint8_t hash[64 * KEY_SHA1];
	const struct rule *r;
	size_t i, k, len;

	for (i = 0; i < b->nrule; i++) {
		r = &b->rule[i];
		if (r->cert_ours != NULL)
			put_ours(w, b, r, book_file(b, CF_CERT, r->cert_ours));
		put_ocsp(w, r, ocsp, n);
		/* This very one is believed: its own key stands for it. */
		if (r->pinned != NULL)
			put(w, r, SHOWN_ANCHOR, r->pinned->key_sha1,
			    KEY_SHA1);
		len = r->trust == NULL ? 0 : trust_certreq(r->trust, hash,
		    sizeof(hash));
		for (k = 0; k + KEY_SHA1 <= len; k += KEY_SHA1)
			put(w, r, SHOWN_ANCHOR, hash + k, KEY_SHA1);
	}
	return (snap_close(w));
}

/* Who issued it, of those that come with it and those of ca/. */
static struct cert *
issuer_of(const struct book *b, const struct cert *c)
{
	const struct file *f;
	size_t i;
	int k;

	for (i = 0; i < b->nfile; i++) {
		f = &b->file[i];
		for (k = 0; k < f->ncert; k++)
			if ((f->kind == CF_CA || f->kind == CF_CERT) &&
			    cert_issued(f->cert[k], c))
				return (f->cert[k]);
	}
	return (NULL);
}

/* Adds hashes that are not among those of seen.  How many are there then. */
static size_t
merge(uint8_t (*seen)[KEY_SHA1], size_t n, size_t most, const uint8_t *hash,
    size_t len)
{
	size_t i, k;

	for (k = 0; k + KEY_SHA1 <= len && n < most; k += KEY_SHA1) {
		for (i = 0; i < n; i++)
			if (memcmp(seen[i], hash + k, KEY_SHA1) == 0)
				break;
		if (i == n)
			memcpy(seen[n++], hash + k, KEY_SHA1);
	}
	return (n);
}

/* RFC 7296 section 3.7: our CERTREQ as responder names the anchors of all. */
static void
warn_anchors(const struct book *b)
{
	uint8_t seen[CERTREQ_ANCHORS + 1][KEY_SHA1];
	uint8_t hash[64 * KEY_SHA1];
	size_t i, n = 0;

	for (i = 0; i < b->nset; i++)
		n = merge(seen, n, CERTREQ_ANCHORS + 1, hash,
		    trust_certreq(b->set[i].trust, hash, sizeof(hash)));
	for (i = 0; i < b->nrule && n <= CERTREQ_ANCHORS; i++)
		if (b->rule[i].pinned != NULL)
			n = merge(seen, n, CERTREQ_ANCHORS + 1,
			    b->rule[i].pinned->key_sha1, KEY_SHA1);
	if (n > CERTREQ_ANCHORS)
		log_warn(LS_CERT, "there are more than %u trust anchors: the "
		    "peers are told of the first %u alone (CERTREQ); one that "
		    "sends a certificate only of an authority it was told of "
		    "may send none", CERTREQ_ANCHORS, CERTREQ_ANCHORS);
}

void
book_find_ours(struct book *b)
{
	const struct rule *r;
	struct ours *o;
	unsigned int k;
	size_t i;

	for (i = 0; i < b->nrule && b->nours < BOOK_OURS; i++) {
		r = &b->rule[i];
		if (r->cert_ours == NULL || r->revocation == REVOCATION_OFF)
			continue;
		for (k = 0; k < b->nours; k++)
			if (strcmp(b->ours[k].file, r->cert_ours) == 0)
				break;
		if (k < b->nours)
			continue;
		o = &b->ours[b->nours++];
		o->file = r->cert_ours;
		o->leaf = book_file(b, CF_CERT, r->cert_ours)->cert[0];
		o->issuer = issuer_of(b, o->leaf);
	}
	warn_anchors(b);
}

const struct ours *
book_ours(const struct book *b, unsigned int *n)
{
	*n = b->nours;
	return (b->ours);
}
