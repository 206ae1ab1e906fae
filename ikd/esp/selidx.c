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
 * The index of selectors: a hash of prefixes, asked once for each length
 * that is in use.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sel.h"
#include "selidx.h"

struct selidx_item {
	struct selidx_item	*next;
	void			*owner;
	uint8_t			 af;
	uint8_t			 plen;
	uint8_t			 prefix[16];	/* zeroes behind plen bits */
};

static void
cut(const uint8_t *from, unsigned int plen, uint8_t prefix[16])
{
	memset(prefix, 0, 16);
	memcpy(prefix, from, plen / 8);
	if (plen % 8 != 0)
		prefix[plen / 8] = (uint8_t)(from[plen / 8] &
		    0xff00 >> plen % 8);
}

/* FNV-1a; the length counts, so that 10.0.0.0/8 is not 10.0.0.0/9. */
static uint32_t
bucket_of(unsigned int af, unsigned int plen, const uint8_t prefix[16])
{
	uint32_t h = 2166136261u, i, n = af == 4 ? 4 : 16;

	h = (h ^ plen) * 16777619u;
	for (i = 0; i < n; i++)
		h = (h ^ prefix[i]) * 16777619u;
	return ((h ^ h >> 16) % SELIDX_BUCKETS);
}

static int
is(const struct selidx_item *m, unsigned int af, unsigned int plen,
    const uint8_t prefix[16])
{
	return (m->af == af && m->plen == plen &&
	    memcmp(m->prefix, prefix, sizeof(m->prefix)) == 0);
}

/* The prefix of a selector, and the chain where it hangs. */
static struct selidx_item **
chain_of(struct selidx *x, const struct wt_ts *t, unsigned int *plen,
    uint8_t prefix[16])
{
	*plen = sel_common_bits(t);
	cut(t->lo, *plen, prefix);
	return (&x->bucket[bucket_of(t->af, *plen, prefix)]);
}

/* The owner's own are the first of a chain while they are being added. */
void
selidx_add(struct selidx *x, void *owner, const struct wt_ts *ts, size_t n)
{
	struct selidx_item **chain, *m;
	unsigned int plen;
	uint8_t prefix[16];
	size_t i;

	for (i = 0; i < n; i++) {
		chain = chain_of(x, &ts[i], &plen, prefix);
		for (m = *chain; m != NULL && m->owner == owner; m = m->next)
			if (is(m, ts[i].af, plen, prefix))
				break;
		if (m != NULL && m->owner == owner)
			continue;	/* two selectors of one prefix */
		m = xcalloc(1, sizeof(*m));
		m->owner = owner;
		m->af = ts[i].af;
		m->plen = (uint8_t)plen;
		memcpy(m->prefix, prefix, sizeof(m->prefix));
		m->next = *chain;
		*chain = m;
		x->count[m->af == 6][plen]++;
	}
}

void
selidx_del(struct selidx *x, void *owner, const struct wt_ts *ts, size_t n)
{
	struct selidx_item **at, *m;
	unsigned int plen;
	uint8_t prefix[16];
	size_t i;

	for (i = 0; i < n; i++) {
		at = chain_of(x, &ts[i], &plen, prefix);
		while ((m = *at) != NULL && (m->owner != owner ||
		    !is(m, ts[i].af, plen, prefix)))
			at = &m->next;
		if (m == NULL)
			continue;
		*at = m->next;
		x->count[m->af == 6][plen]--;
		free(m);
	}
}

void
selidx_each(const struct selidx *x, const struct wt_addr *a,
    void (*fn)(void *, void *), void *arg)
{
	const uint32_t *count = x->count[a->af == 6];
	unsigned int plen, most = a->af == 6 ? 128 : 32;
	const struct selidx_item *m;
	uint8_t prefix[16];

	for (plen = 0; plen <= most; plen++) {
		if (count[plen] == 0)
			continue;
		cut(a->a, plen, prefix);
		for (m = x->bucket[bucket_of(a->af, plen, prefix)]; m != NULL;
		    m = m->next)
			if (is(m, a->af, plen, prefix))
				fn(m->owner, arg);
	}
}
