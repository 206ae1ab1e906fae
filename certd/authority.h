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

#ifndef CERTD_AUTHORITY_H
#define CERTD_AUTHORITY_H

#include "cert.h"
#include "proto_snap_auth.h"
#include "urls.h"

/* An authority that needs more than its file. */
struct book_authority {
	char		*name;
	char		*file;		/* of ca/ */
	struct urls	 crl, ocsp;
	char		*signer_file;	/* of certs/, or NULL */
	struct cert	*signer;	/* of OCSP responses, or NULL */
};

/* Fills *a, which need not be initialised, by its row; no certificate yet. */
void	authority_fill(struct book_authority *a,
	    const struct sn_authority *row);
void	authority_clear(struct book_authority *a);

#endif /* CERTD_AUTHORITY_H */
