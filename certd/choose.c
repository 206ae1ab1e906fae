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

/* Which entry a peer's first words lead to. */

#include <stdio.h>

#include "addr.h"
#include "choose.h"
#include "id.h"

#define ID_SHOWN	160

const struct entry *
choose_entry(struct certd *c, const struct mk_check *m, enum reason *code,
    char *why, size_t size)
{
	char who[ID_SHOWN], at[ADDR_TEXT], whom[ID_SHOWN], hint[ENTRY_HINT];
	struct wt_id peer, wants = { .type = ID_ANY };
	struct asked a = { &m->c.local.addr, &m->c.remote.addr, &peer, &wants,
	    1 << AUTHK_CERT | 1 << AUTHK_KEY,
	    (m->c.multi & MULTI_FOLLOWS) != 0 };
	const struct entry *e;
	const char *bad;

	if ((bad = id_body_read(m->id_i, &peer)) != NULL ||
	    (m->id_r.len > 0 && (bad = id_body_read(m->id_r, &wants)) !=
	    NULL)) {
		*code = RSN_INVALID_SYNTAX;
		snprintf(why, size, "ID: %s", bad);
		return (NULL);
	}
	if ((e = entries_choose(book_entries(c->book), &a)) != NULL)
		return (e);
	*code = RSN_NO_TUNNEL;
	snprintf(why, size, "no tunnel with a certificate or public key fits: "
	    "peer %s says it is %s and %s%s%s", addr_print(a.remote, at,
	    sizeof(at)), id_print(&peer, who, sizeof(who)),
	    wants.type == ID_ANY ? "does not say whom it wants" : "asks for ",
	    wants.type == ID_ANY ? "" : id_print(&wants, whom, sizeof(whom)),
	    entries_hint(book_entries(c->book), &a, hint));
	return (NULL);
}
