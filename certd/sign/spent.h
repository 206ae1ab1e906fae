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

#ifndef SIGN_SPENT_H
#define SIGN_SPENT_H

#include <stdint.h>

#include "proto_resume.h"
#include "wrap.h"

/*
 * What tickets made until now are void: those of an IKE SA (used up, or it
 * was deleted or rekeyed), of a tunnel, of a proof; see mv_void.  Remembered
 * until the last such ticket would have ended; what has none is no row.  When
 * the table is full the rows of the tunnel with most of them become one: all
 * its tickets are void that were made until then.
 */
#define SPENT_MAX	65536

struct spent;

struct spent	*spent_new(void);
void		 spent_free(struct spent *);
void		 spent_add(struct spent *, const struct mv_void *,
		    uint64_t now);
/* 1: a ticket for that, made at that time, is void. */
int		 spent_is(struct spent *, const struct mv_void *,
		    uint64_t made, uint64_t now);
/* Forgets what has ended by itself. */
void		 spent_expire(struct spent *, uint64_t now);
/* All that were made until then. */
void		 spent_all(struct spent *, uint64_t now);

#endif /* SIGN_SPENT_H */
