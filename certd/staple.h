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

#ifndef CERTD_STAPLE_H
#define CERTD_STAPLE_H

#include "certd.h"
#include "revoke.h"

/*
 * What we show: our certificates, and OCSP responses for them to peers that
 * ask for such in IKE (RFC 4806): of the responders that the policy names,
 * then of those that the certificate does, and renewed as others.
 */

/* What our tunnels show, to one worker (NULL: to nobody), to each. */
void	staple_tell(struct certd *c, struct pipe *ike);
void	staple_tell_all(struct certd *c);

/* c->book is another one: asks for what it needs. */
void	staple_book(struct certd *c);
/* Was something fetched for us?  Then the workers are told. */
void	staple_fetched(struct certd *c, const struct item *it);
/* Was it one of ours that failed?  Then the next responder is asked. */
void	staple_failed(struct certd *c, const struct item *it);
/* The fresh responses; they stay valid until something is fetched. */
unsigned int staple_responses(struct certd *c,
	    struct book_ocsp out[BOOK_OURS]);

#endif /* CERTD_STAPLE_H */
