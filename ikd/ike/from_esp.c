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
 * What ikd-esp hands over: IKE datagrams that a GRO burst carried to its
 * socket, and peers that moved.
 */
#include <string.h>

#include "addr.h"
#include "exch.h"
#include "log.h"
#include "natt.h"
#include "pipes.h"
#include "session.h"

void
from_esp_stray(struct ike *ike, const struct mw_stray *m)
{
	struct arrival	 from = { .natt = 1 };
	uint8_t		 buf[IKE_MSG_MAX];

	ike->stat[ST_STRAYS]++;
	if (m->data.len <= NATT_MARKER_LEN ||
	    m->data.len - NATT_MARKER_LEN > sizeof(buf) ||
	    get32(m->data.p) != 0) {
		ike->stat[ST_BAD_HEADER]++;
		return;
	}
	from.local = m->local;
	from.remote = m->remote;
	memcpy(buf, m->data.p + NATT_MARKER_LEN,
	    m->data.len - NATT_MARKER_LEN);
	ike_datagram(ike, &from, buf, m->data.len - NATT_MARKER_LEN);
}

/* RFC 7296 2.23: an authentic ESP packet counts as an IKE message does. */
void
from_esp_mapping(struct ike *ike, const struct mw_mapping *m)
{
	struct arrival	 from = { .natt = 1 };
	struct child	*c;

	c = child_by_spi(ike, m->spi_in);
	if (c == NULL || c->s->state != SA_UP || !c->s->natt)
		return;
	from.local = m->local;
	from.remote = m->remote;
	session_moved(c->s, &from, 1);
	/* The session has moved already; this pair could not then. */
	if (sock_cmp(&c->s->remote, &from.remote) == 0)
		child_move(c);
}
