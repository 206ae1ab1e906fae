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

#ifndef SIGN_INIT_MSG_H
#define SIGN_INIT_MSG_H

#include <stdint.h>

#include "wire.h"

/*
 * An IKE_SA_INIT message, or one of IKE_SESSION_RESUME, as the AUTH octets
 * cover it: what certd-sign reads of it, and nothing more.  Pointers into the
 * message.
 */
struct init_msg {
	const uint8_t	*spi_i;		/* 8 octets */
	const uint8_t	*spi_r;
	struct slice	 nonce;		/* 16 to 256 octets */
	int		 full;		/* IKE_SA_INIT_FULL_TRANSCRIPT_AUTH */
	int		 ppk;		/* USE_PPK, RFC 8784 */
	int		 ppk_int;	/* USE_PPK_INT, RFC 9867 */
	struct slice	 opaque;	/* of a TICKET_OPAQUE */
};

/*
 * Checks both messages of the exchange, request first: RFC 7296 section 3.1
 * headers (version 2, exchange type 34, message ID 0, flags, lengths), SPIs
 * that agree, the chain of payload headers, one Nonce payload each.  Returns
 * NULL, or a literal that says what is wrong.
 */
const char *init_pair_check(struct slice req, struct slice resp,
	    struct init_msg *i, struct init_msg *r);

/* The same of IKE_SESSION_RESUME (RFC 5723, type 38), with a ticket in i. */
const char *resume_pair_check(struct slice req, struct slice resp,
	    struct init_msg *i, struct init_msg *r);
/* Is this message of that exchange? */
int	    init_resumes(struct slice m);

#endif /* SIGN_INIT_MSG_H */
