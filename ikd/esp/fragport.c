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
 * Ports of fragments: RFC 4301 section 7.3.  Pure.
 */
#include <string.h>

#include "fragport.h"

#define KEEP_MS		15000	/* as long as hosts keep fragments, about */

/* FNV-1a over what names a fragmented packet. */
static unsigned int
place(uint32_t owner, const struct pkt *k)
{
	uint32_t h = 2166136261u ^ owner;
	size_t i;

	for (i = 0; i < sizeof(k->src.a); i++) {
		h = (h ^ k->src.a[i]) * 16777619u;
		h = (h ^ k->dst.a[i]) * 16777619u;
	}
	h = (h ^ k->frag_id) * 16777619u;
	h = (h ^ k->proto) * 16777619u;
	return ((h ^ h >> 16) % FRAGPORT_SLOTS);
}

static int
same(const struct fragport_row *r, uint32_t owner, const struct pkt *k)
{
	return (r->owner == owner && r->id == k->frag_id &&
	    r->proto == k->proto && r->src.af == k->af &&
	    memcmp(r->src.a, k->src.a, sizeof(r->src.a)) == 0 &&
	    memcmp(r->dst.a, k->dst.a, sizeof(r->dst.a)) == 0);
}

void
fragport_apply(struct fragport *f, uint32_t owner, struct pkt *k,
    uint64_t now_ms)
{
	struct fragport_row *r;

	if (!k->frag || (k->frag_first && !k->ports))
		return;
	r = &f->row[place(owner, k)];
	if (k->frag_first) {
		r->until_ms = now_ms + KEEP_MS;
		r->owner = owner;
		r->id = k->frag_id;
		r->sport = k->sport;
		r->dport = k->dport;
		r->proto = k->proto;
		r->src = k->src;
		r->dst = k->dst;
	} else if (now_ms < r->until_ms && same(r, owner, k)) {
		k->sport = r->sport;
		k->dport = r->dport;
		k->ports = 1;
	}
}
