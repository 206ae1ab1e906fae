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
 * Limits of a pair in octets and packets, and their events.
 */
#include "expire.h"
#include "now.h"
#include "tell.h"

/*
 * Without ESN numbers end at 2^32 - 1: ask for a new pair while a sixteenth
 * of them is left, whatever the policy says of packets.
 */
#define NUMBERS_SOFT	0xf0000000ULL

static void
tell_once(struct sa *sa, uint32_t bit, uint8_t kind, uint8_t hard)
{
	if (sa->rec->told & bit)
		return;
	sa->rec->told |= bit;
	tell_expire(sa->rec->fixed.handle, kind, hard);
}

static int
over(uint64_t limit, uint64_t now)
{
	return (limit != 0 && now > limit);
}

int
expire_dead(const struct sa *sa)
{
	return ((sa->rec->told & TOLD_HARD) != 0);
}

void
expire_numbers(struct sa *sa)
{
	tell_once(sa, TOLD_HARD, EXPIRE_PACKETS, 1);
}

int
expire_count(struct sa *sa, int out, size_t len)
{
	const struct arena_fixed *f = &sa->rec->fixed;
	struct arena_counters *n = &sa->rec->n;
	uint64_t bytes = (out ? n->out_bytes : n->in_bytes) + len;
	uint64_t packets = (out ? n->out_packets : n->in_packets) + 1;

	if (expire_dead(sa))
		return (-1);
	if (over(f->hard_bytes, bytes)) {
		tell_once(sa, TOLD_HARD, EXPIRE_BYTES, 1);
		return (-1);
	}
	if (over(f->hard_packets, packets)) {
		tell_once(sa, TOLD_HARD, EXPIRE_PACKETS, 1);
		return (-1);
	}
	if (over(f->soft_bytes, bytes))
		tell_once(sa, TOLD_SOFT_BYTES, EXPIRE_BYTES, 0);
	if (over(f->soft_packets, packets) ||
	    (!f->suite.esn && !f->wraps && sa->seq_next > NUMBERS_SOFT))
		tell_once(sa, TOLD_SOFT_PACKETS, EXPIRE_PACKETS, 0);
	if (out) {
		n->out_bytes = bytes;
		n->out_packets = packets;
		n->last_out = now_s();
	} else {
		n->in_bytes = bytes;
		n->in_packets = packets;
		n->last_in = now_s();
	}
	return (0);
}
