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

/* What the policy says of an authority, as a row. */

#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "log.h"

void
authority_fill(struct book_authority *a, const struct sn_authority *row)
{
	uint16_t i;

	memset(a, 0, sizeof(*a));
	a->name = xstrdup(row->name);
	a->file = xstrdup(row->file);
	for (i = 0; i < row->crl_n; i++)
		a->crl.url[a->crl.n++] = xstrdup(row->crl[i].u);
	for (i = 0; i < row->ocsp_n; i++)
		a->ocsp.url[a->ocsp.n++] = xstrdup(row->ocsp[i].u);
	if (row->signer[0] != '\0')
		a->signer_file = xstrdup(row->signer);
}

void
authority_clear(struct book_authority *a)
{
	free(a->name);
	free(a->file);
	free(a->signer_file);
	urls_free(&a->crl);
	urls_free(&a->ocsp);
	cert_free(a->signer);
}
