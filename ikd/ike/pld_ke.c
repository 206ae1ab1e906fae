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
 * Key Exchange and Nonce payloads, RFC 7296 sections 3.4 and 3.9.
 */

#include <string.h>

#include "hdr.h"
#include "ike_const.h"
#include "pld_ke.h"

const char *
pld_ke_parse(const uint8_t *p, size_t len, struct pld_ke *ke)
{
	memset(ke, 0, sizeof(*ke));
	if (len <= 4)
		return ("KE payload without data");
	if (len - 4 > IKE_KE_MAX)
		return ("KE payload too long");
	ke->group = get16(p);
	ke->data.p = p + 4;
	ke->data.len = len - 4;
	return (NULL);
}

const char *
pld_nonce_parse(const uint8_t *p, size_t len, struct slice *nonce)
{
	memset(nonce, 0, sizeof(*nonce));
	if (len < IKE_NONCE_MIN)
		return ("nonce too short");
	if (len > IKE_NONCE_MAX)
		return ("nonce too long");
	nonce->p = p;
	nonce->len = len;
	return (NULL);
}
