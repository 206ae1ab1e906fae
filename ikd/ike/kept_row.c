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
 * Rows of a policy, as small as what they say: one after the other in blocks
 * that go with the policy.
 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "fnv.h"
#include "kept_row.h"
#include "log.h"

#define LONG_FROM	96	/* octets; what is shorter is not looked for */
#define LONG_CHAINS	64	/* few differ */

/* The sanitizers see each piece by itself. */
#ifdef IKD_ASAN
#define BLOCK		0
#else
#define BLOCK		4000
#endif

struct block {
	struct block		*next;
	max_align_t		 data[];
};

/* Something long that may be kept already. */
struct longer {
	struct longer		*next;
	size_t			 len;
	const void		*p;
};

struct kept_rows {
	struct block		*blocks;
	uint8_t			*free;		/* in the first of them */
	size_t			 left;
	size_t			 size;
	struct longer		*chain[LONG_CHAINS];
};

struct kept_rows *
kept_new(void)
{
	return (xcalloc(1, sizeof(struct kept_rows)));
}

void
kept_free(struct kept_rows *k)
{
	struct block	*b;

	if (k == NULL)
		return;
	while ((b = k->blocks) != NULL) {
		k->blocks = b->next;
		free(b);
	}
	free(k);
}

size_t
kept_size(const struct kept_rows *k)
{
	return (k->size);
}

/* Both ends of a block are aligned for anything. */
static void *
take(struct kept_rows *k, size_t len, size_t align)
{
	size_t		 pad = k->left & (align - 1), room;
	struct block	*b;
	void		*p;

	if (k->left < len + pad) {
		pad = 0;
		room = (len + alignof(max_align_t) - 1) &
		    ~(alignof(max_align_t) - 1);
		if (room < BLOCK)
			room = BLOCK;
		b = xcalloc(1, sizeof(*b) + room);
		b->next = k->blocks;
		k->blocks = b;
		k->free = (uint8_t *)b->data;
		k->left = room;
		k->size += sizeof(*b) + room;
	}
	p = k->free + pad;
	k->free += pad + len;
	k->left -= pad + len;
	return (p);
}

static struct longer **
chain(struct kept_rows *k, const void *v, size_t len)
{
	uint32_t h = fnv_octets(v, len);

	return (&k->chain[(h ^ h >> 16) % LONG_CHAINS]);
}

/* The octets at p, kept; NULL when there are none. */
static const void *
keep(struct kept_rows *k, const void *p, size_t len, size_t align)
{
	struct longer	**head, *l;

	if (len == 0)
		return (NULL);
	if (len < LONG_FROM)
		return (memcpy(take(k, len, align), p, len));
	head = chain(k, p, len);
	for (l = *head; l != NULL; l = l->next)
		if (l->len == len && memcmp(l->p, p, len) == 0)
			return (l->p);
	l = take(k, sizeof(*l), alignof(struct longer));
	l->len = len;
	l->p = memcpy(take(k, len, alignof(max_align_t)), p, len);
	l->next = *head;
	*head = l;
	return (l->p);
}

#define KEEP(kind, ...)		KEEP_##kind(__VA_ARGS__)
#define KEEP_U8(n)		to->n = row->n;
#define KEEP_U16(n)		to->n = row->n;
#define KEEP_U32(n)		to->n = row->n;
#define KEEP_U64(n)		to->n = row->n;
#define KEEP_FIX(n, size)	memcpy(to->n, row->n, size);
#define KEEP_STR(n, max)						\
	to->n = keep(k, row->n, strlen(row->n) + 1, 1);
#define KEEP_LIST(n, type, max)						\
	to->n = keep(k, row->n, row->n##_n * sizeof(row->n[0]),		\
	    alignof(struct type));					\
	to->n##_n = row->n##_n;

const struct kept_tunnel *
kept_tunnel(struct kept_rows *k, const struct sn_tunnel_ike *row)
{
	struct kept_tunnel	*to;

	to = take(k, sizeof(*to), alignof(struct kept_tunnel));
	FIELDS_sn_tunnel_ike(KEEP)
	return (to);
}

const struct kept_child *
kept_child(struct kept_rows *k, const struct sn_child_ike *row)
{
	struct kept_child	*to;

	to = take(k, sizeof(*to), alignof(struct kept_child));
	FIELDS_sn_child_ike(KEEP)
	return (to);
}
