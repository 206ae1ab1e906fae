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
 * Other products' configurations: the first octet says which reader, what
 * follows is the file; behind a NUL there are secrets.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/ikectl/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
no_include(struct imp *im, struct conf_sec *sec, const char *file,
    unsigned int line, const char *pattern, const struct imp_reader *reader)
{
	(void)sec;
	(void)reader;
	imp_note(im, file, line, "include %.200s", pattern);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct imp_reader ipsec = { imp_read_ipsec, no_include };
	static const struct imp_reader swan = { imp_read_swanctl,
	    no_include };
	static const struct imp_reader secrets = { imp_read_secrets,
	    no_include };
	const char *text = (const char *)data + 1, *nul;
	const char *file;
	struct imp im;
	char *out = NULL;
	size_t len, outlen = 0;
	FILE *f;

	if (size < 1)
		return (0);
	size--;
	imp_init(&im);
	file = imp_file(&im, "fuzz");
	nul = memchr(text, '\0', size);
	len = nul != NULL ? (size_t)(nul - text) : size;
	if (nul != NULL)
		imp_read_secrets(&im, &im.top, file, nul + 1,
		    size - len - 1, &secrets);
	(void)imp_is_swanctl(text, len);
	if (data[0] == 's') {
		imp_read_swanctl(&im, &im.top, file, text, len, &swan);
		imp_map_swanctl(&im);
	} else {
		imp_read_ipsec(&im, &im.top, file, text, len, &ipsec);
		imp_map_ipsec(&im);
	}
	if ((f = open_memstream(&out, &outlen)) == NULL)
		abort();
	yn_print(im.out, f);
	fclose(f);
	free(out);
	imp_free(&im);
	return (0);
}
