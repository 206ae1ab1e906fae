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
 * A PPK_ID of a peer as text, and text of a policy as a PPK_ID: what prints
 * as a name is read back as the same octets.
 */

#include <stdlib.h>
#include <string.h>

#include "ppkid.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice id = { data, len < PPK_ID_MAX ? len : PPK_ID_MAX };
	uint8_t back[PPK_ID_MAX];
	char out[PPK_SHOWN], text[PPK_ID_MAX + 1] = "";
	size_t n;

	if (id.len > 0)
		memcpy(text, id.p, id.len);
	ppk_id_print(id, out, sizeof(out));
	if (!wire_text_ok(out, strlen(out)))
		abort();
	if (strncmp(out, "0x", 2) != 0 && ppk_id_read(out, back, &n) == NULL &&
	    strncmp(text + 1, "opaque:", 7) != 0 &&
	    (n != id.len || memcmp(back, id.p, n) != 0))
		abort();
	if (ppk_id_read(text, back, &n) == NULL && (n < 2 || n > sizeof(back)))
		abort();
	return (0);
}
