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


#ifndef ESP_SPD_H
#define ESP_SPD_H

#include "pkt.h"
#include "sa.h"

/*
 * What holds for a packet that came by the TUN: the row of a child that has no
 * SAs (IDLE_HOLE, IDLE_WALL); else the SA pair with the narrowest selectors,
 * the newest of its child that may send; without one the narrowest idle row
 * (RFC 4301 section 5.1).
 */
#define SPD_ROWS	16384	/* idle rows at most: as many as pairs */

struct idle_row {
	struct idle_row	*next;		/* of its hash chain */
	uint64_t	 order;		/* of setting */
	uint32_t	 at;		/* place in the list of all */
	uint32_t	 tunnel;
	uint32_t	 child;
	uint8_t		 action;	/* enum idle_action */
	uint16_t	 nlocal;
	uint16_t	 nremote;
	uint64_t	 acquire_ms;	/* last told */
	struct wt_ts	*local;
	struct wt_ts	*remote;
};

struct spd_answer {
	struct sa		*sa;	/* or NULL, then */
	struct idle_row		*row;	/* or NULL: no policy at all */
};

void	spd_lookup(const struct pkt *k, struct spd_answer *a);

/* Is what came in by an SA of a child that has none (action: pass, drop)? */
int	spd_beside(const struct pkt *k);

/* Sets or removes (IDLE_NONE) the row of a child. */
void	spd_set_idle(const struct me_idle *m);

/* A pair came for it: the next packet that none takes is told of at once. */
void	spd_answered(uint32_t tunnel, uint32_t child);

/* All rows: i from 0 until NULL. */
struct idle_row *spd_row_at(uint32_t i);

/* Forgets everything (tests). */
void	spd_clear(void);

#endif /* ESP_SPD_H */
