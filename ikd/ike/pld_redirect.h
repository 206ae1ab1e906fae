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

#ifndef IKE_PLD_REDIRECT_H
#define IKE_PLD_REDIRECT_H

#include "proto_ike_why.h"
#include "wire.h"

/* Data of REDIRECT and REDIRECTED_FROM, RFC 5685 sections 9.2 and 9.3. */
struct pld_redirect {
	struct wt_addr	addr;			/* af 0: a name */
	char		name[REDIRECT_NAME + 1];
	struct slice	nonce;			/* empty: there is none */
};

/* NULL or what is wrong; the nonce points into data. */
const char	*pld_redirect_parse(struct slice data,
		    struct pld_redirect *r);
/*
 * The same, without a nonce, of an address or a name: returns the length,
 * 0 when it is neither.  out has room for 2 + REDIRECT_NAME octets.
 */
size_t		 pld_redirect_make(const char *to, uint8_t *out);

#endif /* IKE_PLD_REDIRECT_H */
