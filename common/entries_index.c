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

/* How an entry is found: see struct entries. */

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "entries_int.h"
#include "fnv.h"
#include "id.h"
#include "log.h"

void
entries_drop_index(struct entries *es)
{
	free(es->by_id);
	free(es->by_tunnel);
	free(es->by_rule);
	free(es->open_at);
	free(es->near_at);
}

/* Is the peer at one address?  Then it is found by a hash of that. */
static int
one_address(const struct entry *e)
{
	return (e->nremote == 1 &&
	    e->remote[0].plen == 8 * addr_len(&e->remote[0].addr));
}

uint32_t *
entries_at_addr(const struct entries *es, uint32_t *table,
    const struct wt_addr *a)
{
	return (&table[fnv_octets(a->a, addr_len(a)) & (es->buckets - 1)]);
}

uint32_t *
entries_at_rule(const struct entries *es, const uint8_t rule[RULE_LEN])
{
	return (&es->by_rule[fnv_octets(rule, RULE_LEN) &
	    (es->buckets - 1)]);
}

/*
 * The chain that it is found in: a later round by what the tunnel's first
 * demands, a first one by its peer's ID, or else by its address.
 */
static uint32_t *
head_of(struct entries *es, const struct entry *e)
{
	const struct entry *first;

	if (e->round > 0) {
		first = entries_by_tunnel(es, e->tunnel);
		return (entries_at_rule(es, first != NULL ? first->rule :
		    e->rule));
	}
	if (e->id_remote != NULL && !id_is_wild(e->id_remote))
		return (&es->by_id[id_hash(e->id_remote) &
		    (es->buckets - 1)]);
	return (one_address(e) ? entries_at_addr(es, es->open_at,
	    &e->remote[0].addr) : &es->open);
}

void
entries_index(struct entries *es)
{
	struct entry *e;
	uint32_t *head;
	size_t i;

	for (es->buckets = 16; es->buckets < es->n; es->buckets *= 2)
		;
	ppks_index(&es->ppks);
	pskids_index(&es->psks);
	groups_index(es->groups);
	entries_drop_index(es);
	es->by_id = xcalloc(es->buckets, sizeof(*es->by_id));
	es->by_tunnel = xcalloc(es->buckets, sizeof(*es->by_tunnel));
	es->by_rule = xcalloc(es->buckets, sizeof(*es->by_rule));
	es->open_at = xcalloc(es->buckets, sizeof(*es->open_at));
	es->near_at = xcalloc(es->buckets, sizeof(*es->near_at));
	es->open = es->near = 0;
	/* From the last to the first: chains keep the policy's order. */
	for (i = es->n; i-- > 0;) {
		e = &es->e[i];
		e->members = e->group != NULL ? groups_find(es->groups,
		    e->group) : NULL;
		head = &es->by_tunnel[e->tunnel & (es->buckets - 1)];
		e->next_tunnel = *head;
		*head = (uint32_t)i + 1;
		head = one_address(e) ? entries_at_addr(es, es->near_at,
		    &e->remote[0].addr) : &es->near;
		e->next_near = *head;
		*head = (uint32_t)i + 1;
	}
	for (i = es->n; i-- > 0;) {
		head = head_of(es, &es->e[i]);
		es->e[i].next = *head;
		*head = (uint32_t)i + 1;
	}
}
