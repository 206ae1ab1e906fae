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
 * Events to the parent: expire and acquire.
 */
#include <string.h>

#include "count.h"
#include "pipe.h"
#include "proto_parent_esp.h"
#include "tell.h"

static struct pipe *parent;

void
tell_parent_is(struct pipe *p)
{
	parent = p;
}

void
tell_expire(uint32_t handle, uint8_t kind, uint8_t hard)
{
	struct me_expire m = { .handle = handle, .kind = kind, .hard = hard };

	count(EXPIRE);
	if (parent != NULL)
		pipe_send(parent, M_ESP_EXPIRE, &m, -1);
}

/* One side of a packet as a selector that fits nothing else. */
static void
one_side(struct wt_ts *t, const struct pkt *k, const struct wt_addr *a,
    uint16_t port)
{
	memset(t, 0, sizeof(*t));
	t->af = k->af;
	t->proto = k->proto;
	t->port_lo = k->ports ? port : 0;
	t->port_hi = k->ports ? port : 65535;
	memcpy(t->lo, a->a, sizeof(t->lo));
	memcpy(t->hi, a->a, sizeof(t->hi));
}

void
tell_acquire(uint32_t tunnel, uint32_t child, const struct pkt *k)
{
	struct me_acquire m = { .tunnel = tunnel, .child = child };

	count(ACQUIRE);
	one_side(&m.src, k, &k->src, k->sport);
	one_side(&m.dst, k, &k->dst, k->dport);
	if (parent != NULL)
		pipe_send(parent, M_ESP_ACQUIRE, &m, -1);
}
