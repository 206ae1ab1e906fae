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

#ifndef UNIT_CERTD_BOOK_BED_H
#define UNIT_CERTD_BOOK_BED_H

/* A book by way of a snapshot, of a test's own certificates and CRLs. */

#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "certd_pki.h"
#include "../../certd/book.h"
#include "id.h"
#include "roles.h"
#include "snap.h"

static struct snap_writer *
book_begin(void)
{
	struct snap_writer *w = snap_open(ROLE_CERTD, 1);
	struct sn_certs certs = { .warn = 30 * 86400 };
	struct sn_fetch row;

	memset(&row, 0, sizeof(row));
	row.refresh = 80;
	snap_put(w, SNAP_FETCH, &row);
	snap_put(w, SNAP_CERTS, &certs);
	return (w);
}

/* A certificate or CRL as a file. */
__attribute__((unused)) static void
book_put_file(struct snap_writer *w, unsigned int kind, const char *name,
    const struct pki_item *it)
{
	struct slice der = pki_der(it);
	static struct sn_file f;

	memset(&f, 0, sizeof(f));
	f.kind = (uint8_t)kind;
	strlcpy(f.name, name, sizeof(f.name));
	f.last = 1;
	f.data = der;
	snap_put(w, SNAP_FILE, &f);
	OPENSSL_free((void *)(uintptr_t)der.p);
}

/* A strict tunnel with this file of ca/, and of certs/ for us (""). */
__attribute__((unused)) static void
book_put_tunnel(struct snap_writer *w, uint32_t tunnel, const char *ca,
    const char *ours, unsigned int weak)
{
	static struct sn_trust t;
	static struct sn_auth a;

	memset(&a, 0, sizeof(a));
	a.tunnel = tunnel;
	a.kind_theirs = AUTHK_CERT;
	a.kind_ours = ours[0] != '\0' ? AUTHK_CERT : AUTHK_KEY;
	strlcpy(a.name, "boston", sizeof(a.name));
	strlcpy(a.key, "gw", sizeof(a.key));
	assert_int_equal(prefix_parse("198.51.100.0/24", &a.remote[0]), 0);
	a.remote_n = 1;
	assert_null(id_parse("gw.example", &a.id_local));
	assert_null(id_parse("bee.example", &a.id_remote));
	snap_put(w, SNAP_AUTH, &a);
	memset(&t, 0, sizeof(t));
	t.tunnel = tunnel;
	t.weak = (uint8_t)weak;
	t.revocation = REVOCATION_STRICT;
	t.cas_n = 1;
	strlcpy(t.cas[0].w, ca, sizeof(t.cas[0].w));
	strlcpy(t.cert_ours, ours, sizeof(t.cert_ours));
	snap_put(w, SNAP_TRUST, &t);
}

/* A tunnel whose peer shows this file of certs/, and of ca/ ("": any). */
__attribute__((unused)) static void
book_put_pinned(struct snap_writer *w, uint32_t tunnel, const char *cert,
    const char *ca, unsigned int revocation)
{
	static struct sn_trust t;
	static struct sn_auth a;

	memset(&a, 0, sizeof(a));
	a.tunnel = tunnel;
	a.kind_theirs = AUTHK_CERT;
	a.kind_ours = AUTHK_KEY;
	strlcpy(a.name, "lyon", sizeof(a.name));
	strlcpy(a.key, "gw", sizeof(a.key));
	snap_put(w, SNAP_AUTH, &a);
	memset(&t, 0, sizeof(t));
	t.tunnel = tunnel;
	t.revocation = (uint8_t)revocation;
	strlcpy(t.cert, cert, sizeof(t.cert));
	t.cas_n = ca[0] != '\0';
	strlcpy(t.cas[0].w, ca, sizeof(t.cas[0].w));
	snap_put(w, SNAP_TRUST, &t);
}

/* What book_read() says of it, in out. */
__attribute__((unused)) static const char *
book_refused(struct snap_writer *w, char *out, size_t size)
{
	struct book *b = NULL;
	int fd = snap_close(w);
	const char *bad = book_read(fd, 1, &b, out, size);

	close(fd);
	book_free(b);
	return (bad);
}

__attribute__((unused)) static struct book *
book_end(struct snap_writer *w)
{
	struct book *b = NULL;
	const char *bad;
	char why[256];
	int fd;

	fd = snap_close(w);
	bad = book_read(fd, 1, &b, why, sizeof(why));
	close(fd);
	if (bad != NULL)
		fail_msg("%s", bad);
	return (b);
}

#endif /* UNIT_CERTD_BOOK_BED_H */
