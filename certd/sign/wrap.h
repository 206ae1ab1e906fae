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

#ifndef SIGN_WRAP_H
#define SIGN_WRAP_H

#include <stdint.h>

#include "wire.h"

/*
 * The keys of the tickets (RFC 5723) that we give to peers, AES-256-GCM.
 *
 * They are drawn at random and stand in memory alone, so a restart of this
 * process, or of the suite, voids all tickets and the peers make a full
 * exchange.  It is the price of two things: no secret on disk that, years
 * later, opens the SK_d in a ticket somebody has recorded; and what was used
 * up or withdrawn (spent.h) is never forgotten before the tickets are.
 *
 * A key makes tickets for a day and opens them for another: longer than any
 * ticket is good.  Times are seconds of CLOCK_BOOTTIME.
 */
#define WRAP_KEY_SECONDS	86400
#define WRAP_OVERHEAD		29	/* octets on top of what is sealed */

struct wrap;

/* Fetches the cipher; before the door.  Fatal without it. */
void		 wrap_warm(void);
struct wrap	*wrap_new(void);
void		 wrap_free(struct wrap *);

/* Wipes a key that has served; making and opening do it, too. */
void		 wrap_rotate(struct wrap *, uint64_t now);

/* Writes in.len + WRAP_OVERHEAD octets to out; returns how many, or 0. */
size_t		 wrap_make(struct wrap *, uint64_t now, struct slice in,
		    uint8_t *out);
/*
 * Writes in.len - WRAP_OVERHEAD octets to out; returns how many, or 0: it is
 * not of ours, or of a key that is no more.
 */
size_t		 wrap_open(struct wrap *, uint64_t now, struct slice in,
		    uint8_t *out);

#endif /* SIGN_WRAP_H */
