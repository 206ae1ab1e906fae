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
 * The set of SPIs seen in this boot: fingerprints in small open-addressing
 * tables.  SHARDS of them, so that growing one never holds the loop for more
 * than a millisecond.
 */

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "log.h"
#include "spi_seen.h"

#define SHARDS		256
#define SHARD_FIRST	64		/* slots of a shard's first table */

struct shard {
	uint64_t	*slots;		/* 0: free */
	size_t		 nslots;	/* a power of 2 */
	size_t		 used;
};

struct generation {
	struct shard	 shards[SHARDS];
	size_t		 count;
};

struct spi_seen {
	uint8_t			 key[16];
	size_t			 max;
	struct generation	 now, before;
};

static uint64_t
rotl(uint64_t v, int n)
{
	return (v << n | v >> (64 - n));
}

static void
sipround(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static uint64_t
load_le(const uint8_t *p, size_t n)
{
	uint64_t	 v = 0;
	size_t		 i;

	for (i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return (v);
}

/* Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. */
uint64_t
siphash24(const uint8_t key[16], const uint8_t *buf, size_t len)
{
	uint64_t	 k0 = load_le(key, 8), k1 = load_le(key + 8, 8), m;
	uint64_t	 v[4] = { k0 ^ 0x736f6d6570736575ULL,
			    k1 ^ 0x646f72616e646f6dULL,
			    k0 ^ 0x6c7967656e657261ULL,
			    k1 ^ 0x7465646279746573ULL };
	size_t		 at;
	int		 last, i;

	for (at = 0, last = 0; !last; at += 8) {
		last = len - at < 8;
		m = load_le(buf + at, last ? len - at : 8);
		if (last)
			m |= (uint64_t)(len & 0xff) << 56;
		v[3] ^= m;
		sipround(v);
		sipround(v);
		v[0] ^= m;
	}
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		sipround(v);
	return (v[0] ^ v[1] ^ v[2] ^ v[3]);
}

static uint64_t
fingerprint(const struct spi_seen *s, enum spi_dir dir, uint32_t spi,
    uint8_t proto, const struct wt_addr *a)
{
	uint8_t		 buf[7 + 16];
	uint64_t	 f;

	buf[0] = dir;
	buf[1] = proto;
	buf[2] = spi >> 24;
	buf[3] = spi >> 16;
	buf[4] = spi >> 8;
	buf[5] = spi;
	buf[6] = a->af;
	memcpy(buf + 7, a->a, addr_len(a));
	f = siphash24(s->key, buf, 7 + addr_len(a));
	return (f == 0 ? 1 : f);	/* 0 is a free slot */
}

/* The slot that holds f, or the free one where it belongs. */
static uint64_t *
shard_slot(const struct shard *sh, uint64_t f)
{
	size_t	 i = f & (sh->nslots - 1);

	while (sh->slots[i] != 0 && sh->slots[i] != f)
		i = (i + 1) & (sh->nslots - 1);
	return (&sh->slots[i]);
}

static void
shard_grow(struct shard *sh)
{
	struct shard	 old = *sh;
	size_t		 i;

	sh->nslots = old.nslots == 0 ? SHARD_FIRST : old.nslots * 2;
	sh->slots = xcalloc(sh->nslots, sizeof(*sh->slots));
	for (i = 0; i < old.nslots; i++)
		if (old.slots[i] != 0)
			*shard_slot(sh, old.slots[i]) = old.slots[i];
	free(old.slots);
}

static int
generation_has(const struct generation *g, uint64_t f)
{
	const struct shard	*sh = &g->shards[f >> 56];

	return (sh->nslots != 0 && *shard_slot(sh, f) == f);
}

static void
generation_clear(struct generation *g)
{
	size_t	 i;

	for (i = 0; i < SHARDS; i++)
		free(g->shards[i].slots);
	memset(g, 0, sizeof(*g));
}

struct spi_seen *
spi_seen_new(const uint8_t key[16], size_t max)
{
	struct spi_seen	*s = xcalloc(1, sizeof(*s));

	memcpy(s->key, key, sizeof(s->key));
	s->max = max;
	return (s);
}

void
spi_seen_free(struct spi_seen *s)
{
	if (s == NULL)
		return;
	generation_clear(&s->now);
	generation_clear(&s->before);
	free(s);
}

int
spi_seen_has(const struct spi_seen *s, enum spi_dir dir, uint32_t spi,
    uint8_t proto, const struct wt_addr *a)
{
	uint64_t	 f = fingerprint(s, dir, spi, proto, a);

	return (generation_has(&s->now, f) || generation_has(&s->before, f));
}

void
spi_seen_put(struct spi_seen *s, enum spi_dir dir, uint32_t spi,
    uint8_t proto, const struct wt_addr *a)
{
	uint64_t	 f = fingerprint(s, dir, spi, proto, a);
	struct shard	*sh;

	if (generation_has(&s->now, f))
		return;
	if (s->now.count == s->max) {
		log_notice(LS_CHILD, "%zu SPIs seen in this boot: forgetting "
		    "the %zu before them", s->now.count, s->before.count);
		generation_clear(&s->before);
		s->before = s->now;
		memset(&s->now, 0, sizeof(s->now));
	}
	sh = &s->now.shards[f >> 56];
	if ((sh->used + 1) * 4 > sh->nslots * 3)
		shard_grow(sh);
	*shard_slot(sh, f) = f;
	sh->used++;
	s->now.count++;
}

size_t
spi_seen_count(const struct spi_seen *s)
{
	return (s->now.count + s->before.count);
}
