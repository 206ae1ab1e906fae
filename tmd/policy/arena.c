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
 * An arena: everything a load allocates lives and dies together.  A large
 * policy takes large blocks whose pages come at once: tens of thousands of
 * page faults cost more than what is done in the pages.
 */

#include <sys/mman.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "log.h"

#ifdef IKD_ASAN
#define BLOCK	((size_t)0)	/* each piece alone: overruns are seen */
#else
#define BLOCK	((size_t)64 * 1024)
#endif
#define LARGE	((size_t)2 << 20)
#define SMALL	16		/* blocks, before they are large */

struct arena_block {
	struct arena_block	*next;
	size_t			 used;
	size_t			 size;
	size_t			 mapped;	/* octets; 0: of malloc(3) */
	_Alignas(16) unsigned char data[];
};

static struct arena_block *
block_large(size_t size)
{
	struct arena_block *b;

	size = (size + sizeof(*b) + LARGE - 1) & ~(LARGE - 1);
	b = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (b == MAP_FAILED)
		fatal_errno("mmap");
	b->mapped = size;
	b->size = size - sizeof(*b);
	return (b);
}

static struct arena_block *
block_new(struct arena *a, size_t size)
{
	struct arena_block *b;

	if (BLOCK != 0 && (a->nblocks >= SMALL || size >= LARGE))
		b = block_large(size);
	else {
		b = xcalloc(1, sizeof(*b) + size);
		b->size = size;
	}
	b->next = a->blocks;
	a->blocks = b;
	a->nblocks++;
	return (b);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX / 2)
		fatal("size %zu", size);
	size = (size + 15) & ~(size_t)15;
	if (b == NULL || b->size - b->used < size)
		b = block_new(a, size > BLOCK ? size : BLOCK);
	p = b->data + b->used;
	b->used += size;
	return (p);
}

char *
arena_copy(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (len > 0)
		memcpy(p, s, len);
	return (p);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		fatal("vsnprintf");
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (p);
}

void
arena_free(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->blocks) != NULL) {
		a->blocks = b->next;
		if (b->mapped != 0)
			munmap(b, b->mapped);
		else
			free(b);
	}
}
