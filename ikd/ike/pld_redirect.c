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
 * Who the other gateway is, RFC 5685 section 9.2.
 */
#include <ctype.h>
#include <string.h>

#include "addr.h"
#include "ike_const.h"
#include "pld_redirect.h"

enum gw_type { GW_IPV4 = 1, GW_IPV6 = 2, GW_FQDN = 3 };

/* Letters, digits, and what is between them. */
static int
name_ok(const uint8_t *p, size_t len)
{
	size_t	 i;

	if (len == 0 || len > REDIRECT_NAME || p[0] == '-' || p[0] == '.')
		return (0);
	for (i = 0; i < len; i++)
		if (p[i] >= 0x80 || (!isalnum(p[i]) && p[i] != '-' &&
		    p[i] != '.' && p[i] != '_') ||
		    (p[i] == '.' && i > 0 && p[i - 1] == '.'))
			return (0);
	return (1);
}

const char *
pld_redirect_parse(struct slice data, struct pld_redirect *r)
{
	struct wt_addr	 a;
	size_t		 len;

	memset(r, 0, sizeof(*r));
	if (data.len < 2 || (len = data.p[1]) > data.len - 2)
		return ("redirect cut short");
	r->nonce.p = data.p + 2 + len;
	r->nonce.len = data.len - 2 - len;
	if (r->nonce.len != 0 && (r->nonce.len < IKE_NONCE_MIN ||
	    r->nonce.len > IKE_NONCE_MAX))
		return ("redirect with a nonce of impossible length");
	if ((data.p[0] == GW_IPV4 && len == 4) ||
	    (data.p[0] == GW_IPV6 && len == 16)) {
		r->addr.af = data.p[0] == GW_IPV4 ? 4 : 6;
		memcpy(r->addr.a, data.p + 2, len);
		return (NULL);
	}
	if (data.p[0] != GW_FQDN || !name_ok(data.p + 2, len))
		return ("redirect to what is no address and no name");
	memcpy(r->name, data.p + 2, len);
	/* One that reads like an address is not looked up, it is that. */
	if (addr_parse(r->name, &a) == 0)
		return ("redirect to an address that says it is a name");
	return (NULL);
}

size_t
pld_redirect_make(const char *to, uint8_t *out)
{
	struct wt_addr	 a;
	size_t		 len;

	if (addr_parse(to, &a) == 0) {
		out[0] = a.af == 4 ? GW_IPV4 : GW_IPV6;
		len = addr_len(&a);
		memcpy(out + 2, a.a, len);
	} else {
		len = strlen(to);
		if (!name_ok((const uint8_t *)to, len))
			return (0);
		out[0] = GW_FQDN;
		memcpy(out + 2, to, len);
	}
	out[1] = (uint8_t)len;
	return (2 + len);
}
