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
 * Checks of manual keys: planes, SPIs, and what they cannot do.
 */

#include <string.h>

#include "alg.h"
#include "check.h"
#include "resolve.h"

/* Who has an SPI. */
struct spi_owner {
	const struct tunnel	*t;
	const struct child	*c;
};

static void
check_planes(struct reader *r, const struct tunnel *t, const struct child *c)
{
	struct place at = child_place(t, c, C_SA);
	unsigned int i, ah = 0;

	for (i = 0; i < c->nsa; i++)
		ah += c->sa[i].protocol == PROTO_AH;
	if (ah == 0 || check_ah_place(r, t, c, at, "ESP alone") == -1)
		return;
	if (c->nsa == 2 && (c->offload != OFFLOAD_NO || c->tfc != 0))
		problem_error(r->ps, at, "child \"%s\" of tunnel \"%s\" is a "
		    "bundle, which has neither offload nor tfc: leave them "
		    "out", c->name, t->name);
}

/*
 * An inbound SA is found by protocol and SPI, an outbound one by the peer's
 * address, too.
 */
static void
check_spi(struct reader *r, struct hash *seen, const struct tunnel *t,
    const struct child *c, const struct manual_sa *sa, int in)
{
	const struct manual_way *w = in ? &sa->in : &sa->out;
	const struct spi_owner *old;
	struct spi_owner *own;
	uint8_t *key;

	if (w->at[W_SPI] == NULL)
		return;
	key = arena_alloc(r->arena, 24);
	memset(key, 0, 24);
	key[0] = (uint8_t)in;
	key[1] = (uint8_t)sa->protocol;
	key[2] = (uint8_t)(w->spi >> 24);
	key[3] = (uint8_t)(w->spi >> 16);
	key[4] = (uint8_t)(w->spi >> 8);
	key[5] = (uint8_t)w->spi;
	if (!in && t->remote.naddr > 0)
		memcpy(key + 8, t->remote.addr[0].addr.a, 16);
	own = arena_alloc(r->arena, sizeof(*own));
	own->t = t;
	own->c = c;
	if ((old = hash_put(seen, key, 24, own)) != NULL)
		reader_error(r, w->at[W_SPI], "spi %s is that of child \"%s\" "
		    "of tunnel \"%s\", too: %s", w->at[W_SPI]->text,
		    old->c->name, old->t->name, in ? "what comes in could be "
		    "either's" : "the peer could not tell which it is");
}

/* A packet that is thrown back must not pass. */
static void
check_ways(struct reader *r, const struct manual_sa *sa)
{
	if (sa->in.key == NULL || sa->out.key == NULL ||
	    strcmp(sa->in.key, sa->out.key) != 0)
		return;
	if (sa->in.spi == sa->out.spi)
		reader_error(r, sa->out.at[W_KEY], "in and out have the same "
		    "key and SPI: what we sent could be sent back to us");
	else
		problem_warn(r->ps, node_place(sa->out.at[W_KEY]), "in and "
		    "out have the same key: give each direction its own");
}

void
check_manual(struct reader *r, struct hash *seen, const struct tunnel *t)
{
	const struct child *c;
	unsigned int i, k, sas = 0;

	for (i = 0; i < t->nchildren; i++) {
		c = &t->children[i];
		if (c->broken)
			continue;
		check_planes(r, t, c);
		for (k = 0; k < c->nsa; k++, sas++) {
			check_spi(r, seen, t, c, &c->sa[k], 1);
			check_spi(r, seen, t, c, &c->sa[k], 0);
			check_ways(r, &c->sa[k]);
		}
	}
	if (sas > 0)
		problem_warn(r->ps, tunnel_place(t, T_KEYING), "tunnel \"%s\" "
		    "has manual keys: no replay is noticed, sequence numbers "
		    "have 32 bits, and nobody but you renews the keys",
		    t->name);
}
