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

#ifndef POLICY_KEPT_H
#define POLICY_KEPT_H

#include "load.h"
#include "proto_kept.h"

/*
 * What the load that holds has left (common/proto_kept.h): for each plain
 * tunnel its text and all that came of it.  A tunnel whose text is still the
 * same is not read again, as long as nothing beside the tunnels has changed;
 * its rows are copied.  What it has to do with other tunnels is looked at in
 * any case; where that is not surely as it was (reader.unsure), and wherever
 * there is anything to tell, the load begins anew and reads everything: so
 * what is told, and what is written, is what a load without would tell and
 * write.
 */
struct kept;
struct snap_writer;

/* Whose snapshot (enum role) has the rows of a part. */
extern const uint8_t kept_of[KEPT_PARTS];

/*
 * Of the sealed memfd fd, and the snapshots of the same load by consumer
 * (enum role; -1: none), which stay the caller's; NULL when it is of no use:
 * of another program, or not sound.  They stay mapped, a is its arena.
 */
struct kept *kept_open(struct arena *a, int fd, const int *left);
void	kept_close(struct kept *k);		/* NULL is fine */
/* The tunnel of this name; NULL: it was not kept, or k is NULL. */
const struct sn_kept *kept_find(const struct kept *k, const char *name,
	    size_t len);
/* Is all beside the tunnels what it was?  key: of kept_key(). */
int	kept_same(const struct kept *k, const uint8_t key[32]);

/* A digest of all that the meaning of tunnels may hang on, into key. */
void	kept_key(const struct load *l, const struct node *root,
	    uint8_t key[32]);
/* The executable and its library, into out. */
void	kept_build(uint8_t out[32]);

/* v, an entry of tunnels that was not read. */
void	kept_entry(struct policy *po, const struct node *v);
/* The sum of the database file that the load before left (db_image.h). */
const uint8_t *kept_state(const struct kept *k);
/*
 * Numbers, where the database is still as that load left it: of all tunnels,
 * which are those of the same name then; 0: one is new, or has a number of
 * its own choice.
 */
int	kept_numbered(const struct kept *k, struct policy *po);
/* After numbers_assign(): is any of them another's now? */
void	kept_numbers(struct reader *r);
/* The rows of that part, with the line where the tunnel stands now. */
void	kept_put(struct snap_writer *w, const struct kept *k,
	    const struct kept_tunnel *t, enum kept_part part);

/* Where the rows of a tunnel stand in the snapshots of this load. */
struct kept_mark {
	struct sn_kept_rows	 rows[KEPT_PARTS];
};
/* Makes room for the marks, unless nothing of this load is to be kept. */
void	kept_begin(struct load *l);
/* kept_write.c: the memfd for the next load, after load_state(). */
int	kept_write(struct load *l, uint32_t generation);

#endif /* POLICY_KEPT_H */
