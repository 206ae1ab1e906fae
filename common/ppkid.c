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

/* PPK_IDs, RFC 8784 section 5.1: from text and to text. */

#include <stdio.h>
#include <string.h>

#include "ppkid.h"

#define OPAQUE	"opaque:"

const char *
ppk_id_read(const char *text, uint8_t out[PPK_ID_MAX], size_t *len)
{
	size_t skip = sizeof(OPAQUE) - 1, n;
	int opaque = strncmp(text, OPAQUE, skip) == 0;

	if (opaque)
		text += skip;
	n = strlen(text);
	if (n == 0)
		return ("an empty PPK_ID");
	if (n > PPK_NAME_MAX - skip)
		return ("a PPK_ID has at most 121 octets here");
	if (!wire_text_ok(text, n))
		return ("a PPK_ID is printable text here");
	out[0] = opaque ? PPK_ID_OPAQUE : PPK_ID_FIXED;
	memcpy(out + 1, text, n);
	*len = n + 1;
	return (NULL);
}

char *
ppk_id_print(struct slice id, char *out, size_t size)
{
	size_t i, at;

	if (id.len > 1 && id.len <= PPK_NAME_MAX && (id.p[0] == PPK_ID_FIXED ||
	    id.p[0] == PPK_ID_OPAQUE) &&
	    wire_text_ok((const char *)id.p + 1, id.len - 1)) {
		snprintf(out, size, "%s%.*s", id.p[0] == PPK_ID_OPAQUE ?
		    OPAQUE : "", (int)(id.len - 1), (const char *)id.p + 1);
		return (out);
	}
	at = strlcpy(out, "0x", size);
	for (i = 0; i < id.len && at + 3 <= size; i++, at += 2)
		snprintf(out + at, size - at, "%02x", id.p[i]);
	return (out);
}
