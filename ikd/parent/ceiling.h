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

#ifndef PARENT_CEILING_H
#define PARENT_CEILING_H

#include <stddef.h>
#include <stdint.h>

#include "flow.h"
#include "proto_types.h"

/*
 * The ceilings in force, and what holds for their children while they have
 * no SA.  The three steps of a reload are in parent.h.
 */

/* The ceiling of a child, or NULL. */
const struct wt_ceiling	*ceiling_find(uint32_t tunnel, uint32_t child);

/* 1: the tunnel has a child whose peer may be at that address. */
int		 ceiling_outer(uint32_t tunnel, const struct wt_addr *remote);

/* What holds now for a child (enum idle_action). */
unsigned int	 ceiling_idle(uint32_t tunnel, uint32_t child);

/*
 * Another idle action: what the ceiling has, and DROP and TRAP wherever it
 * has anything to hold.  Returns NULL or why not.
 */
const char	*ceiling_set_idle(uint32_t tunnel, uint32_t child,
		    unsigned int action);

/* tmd's note on a child, kept for its successor; all that are not 0. */
void		 ceiling_set_note(uint32_t tunnel, uint32_t child,
		    uint8_t note);
void		 ceilings_notes(void (*fn)(uint32_t tunnel, uint32_t child,
		    uint8_t note));

/* To an ikd-esp that has just started: the row of every child. */
void		 ceilings_tell_plane(void);

/* A clean stop: no child holds anything any more. */
void		 ceilings_withdraw(void);

size_t		 ceilings_count(void);

#endif /* PARENT_CEILING_H */
