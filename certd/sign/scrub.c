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
 * OpenSSL's memory in certd-sign: what is freed is wiped, all of it.
 */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "keyring.h"
#include "log.h"

static void *
scrub_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return (malloc(len));
}

static void
scrub_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *
scrub_realloc(void *p, size_t len, const char *file, int line)
{
	size_t had = p != NULL ? malloc_usable_size(p) : 0;
	void *q = NULL;

	if (len > 0 && (q = malloc(len)) == NULL)
		return (NULL);
	if (q != NULL && p != NULL)
		memcpy(q, p, had < len ? had : len);
	scrub_free(p, file, line);
	return (q);
}

void
scrub_heap(void)
{
	if (CRYPTO_set_mem_functions(scrub_malloc, scrub_realloc,
	    scrub_free) != 1)
		fatal("OpenSSL has memory already");
}
