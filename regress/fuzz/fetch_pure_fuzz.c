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
 * What certd-fetch decodes itself: URLs (which certificates bring), LDAP's
 * wrapping of values, and a file of hosts.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../certd/fetch/furl.h"
#include "../../certd/fetch/ldif.h"
#include "../../certd/fetch/reachable.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
fuzz_url(const char *text)
{
	char again[FETCH_URL + 300];
	struct furl u, v;

	if (furl_parse(text, &u) != NULL)
		return;
	/* What is understood reads back to itself. */
	if (furl_print(&u, again, sizeof(again)) != 0 ||
	    furl_parse(again, &v) != NULL || memcmp(&u, &v, sizeof(u)) != 0)
		abort();
	if (furl_is_ldap(&u) && furl_ldap(&u, "dc=a", 1) == NULL &&
	    strchr(u.rest, '?') == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wt_addr addr[4];
	const char *why = NULL;
	char url[FETCH_URL + 1];
	uint8_t *out;
	size_t n;
	long got;

	out = malloc(LDIF_ROOM(len) + 1);
	if (out == NULL)
		abort();
	got = ldif_crls((const char *)data, len, "certificateRevocationList",
	    out, LDIF_ROOM(len), &why);
	if (got > (long)LDIF_ROOM(len) || (got < 0 && why == NULL) ||
	    (why != NULL && strstr(why, "does not fit") != NULL && got < 0))
		abort();
	free(out);
	(void)reachable_hosts((const char *)data, len, "inside", addr, 4);
	n = len < FETCH_URL ? len : FETCH_URL;
	memcpy(url, data, n);
	url[n] = '\0';
	fuzz_url(url);
	return (0);
}
