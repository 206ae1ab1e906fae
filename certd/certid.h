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

#ifndef CERTD_CERTID_H
#define CERTD_CERTID_H

#include "cert.h"
#include "id.h"

/*
 * Is an IKE identity in a certificate (RFC 4945 sections 3.1 and 5.1.3.6)?
 * Addresses, domain and mail names by subjectAltName alone, never by the
 * common name; a DN by the subject; a KEY_ID by what `cert-id` asks for.
 */
struct certid_in {
	const struct wt_id *id;		/* what the peer says it is */
	const struct wt_id *want;	/* the policy's remote ID, or NULL */
	const struct wt_id *cert_id;	/* the policy's cert-id, or NULL */
};

#define CERTID_TEXT	400

/*
 * 1 when c proves in->id; else 0 with a sentence in text, which names what
 * the peer says and what the certificate has.  A wildcard in a certificate
 * counts only when the policy's remote ID is that same wildcard and id fits it.
 */
int	certid_proves(const struct cert *c, const struct certid_in *in,
	    char *text, size_t size);

/*
 * May who shows c say that it is id?  With a reason in text when not; a
 * KEY_ID is in no certificate and always may.  A DN becomes the subject's own
 * octets: peers may compare these.
 */
int	certid_may_say(const struct cert *c, struct wt_id *id, char *text,
	    size_t size);

/*
 * The ID that a certificate is known by: its first subjectAltName that is
 * an address, domain or mail name, else its subject.  0, or -1 when it has
 * neither (or a subject longer than an ID may be).
 */
int	certid_first(const struct cert *c, struct wt_id *out);

#endif /* CERTD_CERTID_H */
