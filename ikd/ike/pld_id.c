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
 * Identification and Authentication payloads, RFC 7296 sections 3.5, 3.8.
 */

#include <string.h>

#include "id.h"
#include "ike_const.h"
#include "pld_id.h"

#define HEAD_LEN	4	/* type or method, three reserved octets */

/*
 * Names are text without blanks and control characters: what is compared
 * and logged must be what was meant.
 */
static int
text_ok(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] <= ' ' || p[i] == 0x7f)
			return (0);
	return (len > 0);
}

static const char *
check_data(uint8_t type, const uint8_t *p, size_t len)
{
	switch (type) {
	case ID_ANY:
		return ("ID of type zero");
	case ID_IPV4_ADDR:
		return (len == 4 ? NULL : "IPv4 ID is not 4 octets");
	case ID_IPV6_ADDR:
		return (len == 16 ? NULL : "IPv6 ID is not 16 octets");
	case ID_FQDN:
	case ID_RFC822_ADDR:
		return (text_ok(p, len) ? NULL : "ID is not a name");
	case ID_DER_ASN1_DN:
	case ID_DER_ASN1_GN:
	case ID_KEY_ID:
		return (len > 0 ? NULL : "ID without data");
	default:
		/* RFC 7619's ID_NULL has none; whoever verifies decides. */
		return (NULL);
	}
}

const char *
pld_id_parse(const uint8_t *p, size_t len, struct pld_id *id)
{
	const char *why;

	memset(id, 0, sizeof(*id));
	if (len < HEAD_LEN)
		return ("ID payload cut short");
	if (len - HEAD_LEN > IKE_ID_MAX)
		return ("ID too long");
	if ((why = check_data(p[0], p + HEAD_LEN, len - HEAD_LEN)) != NULL)
		return (why);
	id->id.type = p[0];
	id->id.data_len = len - HEAD_LEN;
	memcpy(id->id.data, p + HEAD_LEN, len - HEAD_LEN);
	id->body.p = p;
	id->body.len = len;
	return (NULL);
}

const char *
pld_auth_parse(const uint8_t *p, size_t len, struct pld_auth *auth)
{
	memset(auth, 0, sizeof(*auth));
	if (len <= HEAD_LEN)
		return ("AUTH payload without data");
	if (len - HEAD_LEN > IKE_AUTH_MAX)
		return ("AUTH payload too long");
	auth->method = p[0];
	auth->data.p = p + HEAD_LEN;
	auth->data.len = len - HEAD_LEN;
	return (NULL);
}
