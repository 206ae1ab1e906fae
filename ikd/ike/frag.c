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
 * Reassembly of fragmented messages (RFC 7383 section 2.6).  Pure: it knows
 * no session and no clock.
 */
#include <stdlib.h>
#include <string.h>

#include "frag.h"
#include "ike_const.h"
#include "log.h"

static int
same_message(const struct frag_set *set, const struct packet *pkt)
{
	return (set != NULL && set->msgid == pkt->hdr.msgid &&
	    ((set->flags ^ pkt->hdr.flags) & HDR_RESPONSE) == 0);
}

int
frag_wants(const struct frag_set *set, const struct packet *pkt)
{
	if (pkt->frag_total == 0 || pkt->frag_total > IKE_FRAGS_MAX)
		return (0);
	if (!same_message(set, pkt) || pkt->frag_total > set->total)
		return (1);
	if (pkt->frag_total < set->total || pkt->hdr.exch != set->exch)
		return (0);
	return (set->piece[pkt->frag_num - 1].p == NULL);
}

static struct frag_set *
set_new(const struct packet *pkt, uint64_t until)
{
	struct frag_set	*set;

	set = xcalloc(1, sizeof(*set));
	set->msgid = pkt->hdr.msgid;
	set->exch = pkt->hdr.exch;
	set->flags = pkt->hdr.flags;
	set->total = pkt->frag_total;
	set->until = until;
	set->piece = xcalloc(set->total, sizeof(*set->piece));
	return (set);
}

enum frag_state
frag_keep(struct frag_set **setp, const struct packet *pkt, uint64_t hash,
    uint64_t until, const uint8_t *plain, size_t len)
{
	struct frag_set		*set = *setp;
	struct frag_piece	*piece;

	/* RFC 7383 2.6: a larger Total Fragments starts over. */
	if (!same_message(set, pkt) || pkt->frag_total != set->total) {
		frag_free(setp);
		set = *setp = set_new(pkt, until);
	}
	if (set->octets + len > IKE_MSG_MAX) {
		frag_free(setp);
		return (FRAG_LARGE);
	}
	piece = &set->piece[pkt->frag_num - 1];
	if (piece->p != NULL)
		fatal("fragment %u is there already", pkt->frag_num);
	piece->p = xcalloc(1, len + 1);	/* one of no octets is there too */
	piece->len = len;
	memcpy(piece->p, plain, len);
	set->octets += len;
	set->have++;
	if (pkt->raw_len > set->largest)
		set->largest = pkt->raw_len;
	if (pkt->frag_num == 1) {
		set->next = pkt->sk_next;
		set->sk_reserved = pkt->sk_reserved;
		set->unsupported = pkt->unsupported;
		set->first_hash = hash;
	}
	return (set->have == set->total ? FRAG_WHOLE : FRAG_MORE);
}

uint8_t *
frag_join(const struct frag_set *set, size_t *len)
{
	uint8_t	*buf, *p;
	size_t	 i;

	p = buf = xcalloc(1, set->octets + 1);
	for (i = 0; i < set->total; i++) {
		memcpy(p, set->piece[i].p, set->piece[i].len);
		p += set->piece[i].len;
	}
	*len = set->octets;
	return (buf);
}

void
frag_free(struct frag_set **setp)
{
	struct frag_set	*set = *setp;
	size_t		 i;

	if (set == NULL)
		return;
	for (i = 0; i < set->total; i++)
		freezero(set->piece[i].p, set->piece[i].len);
	free(set->piece);
	free(set);
	*setp = NULL;
}
