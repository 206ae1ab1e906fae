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
 * Sets of identities: the hash finds what asking each in turn finds.  Lines
 * of the input are members, the last one is the peer's ID; one that does not
 * parse stands for its octets, the first of them the type.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "idset.h"

#define LINE	700

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_line(const uint8_t *p, size_t len, struct wt_id *id)
{
	char text[LINE];

	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	memcpy(text, p, len);
	text[len] = '\0';
	if (id_parse(text, id) == NULL)
		return;
	memset(id, 0, sizeof(*id));
	if (len == 0)
		return;
	id->type = p[0];
	id->data_len = (uint16_t)(len - 1 > ID_MAX ? ID_MAX : len - 1);
	memcpy(id->data, p + 1, id->data_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idset *s = idset_new();
	const uint8_t *nl;
	struct wt_id id, want;
	long first = -1;
	size_t i;

	while (idset_count(s) < 64 &&
	    (nl = memchr(data, '\n', len)) != NULL) {
		read_line(data, (size_t)(nl - data), &id);
		idset_add(s, &id);
		len -= (size_t)(nl + 1 - data);
		data = nl + 1;
	}
	read_line(data, len, &id);
	idset_index(s);
	for (i = 0; i < idset_count(s) && first == -1; i++) {
		memset(&want, 0, sizeof(want));
		id_copy(&want, idset_at(s, i));
		if (id_match(&want, &id))
			first = (long)i;
	}
	/* Of no type at all nobody asks. */
	if (id.type != ID_ANY && idset_match(s, &id) != first)
		abort();
	idset_free(s);
	return (0);
}
