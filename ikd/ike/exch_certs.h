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

#ifndef IKE_EXCH_CERTS_H
#define IKE_EXCH_CERTS_H

#include "exch.h"

/* ---- exch_certs.c: CERT, CERTREQ, SIGNATURE_HASH_ALGORITHMS ---- */
void	exch_add_hashes(struct msg_build *);
/* The peer's hashes as bits 1 << number (below 16); 0: it said none. */
uint16_t exch_hashes(const struct packet *);
/* What of these (enum can_bit) signatures are among: SUPPORTED_AUTH_METHODS. */
void	exch_add_methods(struct msg_build *, uint32_t accepts);
/* Keeps what the peer announces, if it does. */
void	exch_methods(struct setup *, const struct packet *);
/* Notes that the peer wants our certificates (CERTREQ of X.509), and how. */
void	exch_certs_asked(struct setup *, const struct packet *);
/* Ours for the session's tunnel. */
void	exch_add_certs(struct session *, struct msg_build *);
/* Does the peer ask for OCSP responses with our certificates? */
int	exch_wants_ocsp(const struct packet *);
/* The anchors of a tunnel; 0: of all.  CERTREQ_ANCHORS of them at most. */
void	exch_add_certreq(const struct ike *, uint32_t tunnel,
	    struct msg_build *);
/* Keeps the peer's CERT payloads; NULL, or what is wrong. */
const char *exch_certs_parse(struct setup *, const struct packet *);

#endif /* IKE_EXCH_CERTS_H */
