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
 * Memos: what a grant says to the next tmd.
 */
#include <string.h>

#include "log.h"
#include "memo.h"

#define WIRE_SELF struct tm_round
WIRE_TYPE(tm_round);
#undef WIRE_SELF
#define WIRE_SELF struct tm_memo
WIRE_TYPE(tm_memo);
#undef WIRE_SELF

void
memo_write(const struct tm_memo *m, struct wt_grant *g)
{
	struct tm_memo	 small;
	long		 n;

	n = wire_encode(&wire_tm_memo, m, g->memo, sizeof(g->memo));
	if (n == -1) {
		small = *m;
		small.ppk[0] = '\0';
		n = wire_encode(&wire_tm_memo, &small, g->memo,
		    sizeof(g->memo));
	}
	if (n == -1) {
		memset(&small.id_ours, 0, sizeof(small.id_ours));
		n = wire_encode(&wire_tm_memo, &small, g->memo,
		    sizeof(g->memo));
	}
	if (n == -1)
		fatal("a memo that cannot be written");
	g->memo_len = (uint16_t)n;
}

int
memo_read(const uint8_t *buf, size_t len, struct tm_memo *m)
{
	if (wire_decode(&wire_tm_memo, buf, len, m, NULL) == -1)
		return (-1);
	if (m->version != MEMO_VERSION || m->initiator > 1 ||
	    m->ppk_used > 1 ||
	    m->id_peer.data_len > sizeof(m->id_peer.data))
		return (-1);
	return (0);
}
