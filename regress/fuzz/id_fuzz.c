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

/* IDs: the policy file's text, and a peer's octets against both matchers. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "id_net.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_print(const struct wt_id *id)
{
	char out[4 * ID_MAX + 32], small[24];
	size_t i;

	id_print(id, out, sizeof(out));
	for (i = 0; out[i] != '\0'; i++)
		if (out[i] < 0x20 || out[i] > 0x7e)
			abort();
	id_print(id, small, sizeof(small));
	if (!id_equal(id, id) || (id->type != ID_DER_ASN1_DN &&
	    !id_net_is(id) && !id_match(id, id)))
		abort();
}

/* What can be printed without an escape parses back to itself. */
static void
check_text(const char *text)
{
	char out[4 * ID_MAX + 32];
	struct wt_id id, again;

	if (id_parse(text, &id) != NULL)
		return;
	check_print(&id);
	id_print(&id, out, sizeof(out));
	if (strstr(out, "\\x") != NULL)
		return;
	if (id_parse(out, &again) != NULL || !id_equal(&id, &again))
		abort();
}

/* Whoever is found by a hash is found. */
static void
check_canon(const struct wt_id *a, const struct wt_id *b)
{
	uint8_t ca[ID_CANON_MAX], cb[ID_CANON_MAX];
	size_t na = id_canon(a, ca), nb = id_canon(b, cb);

	if (id_equal(a, b) != (na == nb && memcmp(ca, cb, na) == 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct wt_id any;
	struct wt_id want, id;
	char text[1300];
	size_t half;

	half = len < sizeof(text) ? len : sizeof(text) - 1;
	memcpy(text, data, half);
	text[half] = '\0';
	check_text(text);
	if (len < 2)
		return (0);
	memset(&want, 0, sizeof(want));
	memset(&id, 0, sizeof(id));
	want.type = data[0] & 15;
	id.type = data[1] & 15;
	half = (len - 2) / 2 < ID_MAX ? (len - 2) / 2 : ID_MAX;
	want.data_len = id.data_len = (uint16_t)half;
	memcpy(want.data, data + 2, half);
	memcpy(id.data, data + 2 + half, half);
	check_print(&id);
	if (id_equal(&want, &id) != id_equal(&id, &want))
		abort();
	check_canon(&want, &id);
	if (id_match(&want, &id) && !id_equal(&want, &id) &&
	    want.type != ID_ANY && !id_is_wild(&want))
		abort();
	if (!id_match(&any, &id))
		abort();
	return (0);
}
