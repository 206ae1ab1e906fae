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


#ifndef ESP_SA_H
#define ESP_SA_H

#include <stdint.h>

#include "arena.h"
#include "reason.h"
#include "seal.h"

/*
 * SA pairs as they run: what is rebuilt from an arena record, and the ways
 * to find one.
 */
struct sa {
	struct arena_sa	*rec;
	struct seal	*in;
	struct seal	*out;
	uint64_t	 seq_next;
	uint32_t	 slot;
	uint32_t	 at;		/* place in the list of all */
	uint32_t	 mtu;		/* of the outer path; 0: not learnt */
	uint64_t	 mtu_until;	/* CLOCK_BOOTTIME seconds */
	uint64_t	 mapping_ms;	/* when a new mapping was told */
	struct sa	*next_spi;
	struct sa	*next_handle;
	struct sa	*next_replaces;
};

/* Raised by each change of the set, for who caches look-ups. */
extern uint64_t	 sa_generation;

/*
 * Takes the memfd and brings back what is in it; lost() is told of each
 * handle that could not be.  Returns NULL or why there is no arena.
 */
const char	*sa_attach(int fd, void (*lost)(uint32_t handle));
/* The same on memory, for tests and fuzz targets; mem stays the caller's. */
const char	*sa_attach_memory(void *mem, size_t size,
		    void (*lost)(uint32_t handle));
/* Frees the running state; the arena keeps everything. */
void		 sa_detach(void);

/*
 * Adds a pair.  One that stands already with the same SPIs and keys is left
 * as it is and is RSN_OK; *added says whether it is new.
 */
enum reason	 sa_add(const struct me_sa_add *m, struct sa **sap,
		    int *added);
/* Removes it, keys wiped; pairs that waited for its end may send. */
void		 sa_delete(struct sa *sa);
/* New outer addresses. */
enum reason	 sa_move(struct sa *sa, const struct wt_sock *local,
		    const struct wt_sock *remote);

struct sa	*sa_by_spi(uint32_t spi_in);
struct sa	*sa_by_handle(uint32_t handle);
/* All of them: i from 0 until NULL; any order; no changes meanwhile. */
struct sa	*sa_at(uint32_t i);
uint32_t	 sa_count(void);

/* Calls fn for each whose remote selectors may hold a, and for others. */
void		 sa_each_to(const struct wt_addr *a,
		    void (*fn)(void *sa, void *arg), void *arg);

/* It may be sent on from now on (hold_out is over), unless retired. */
void		 sa_release(struct sa *sa);
/* It is never sent on again; pairs that waited for its end may send. */
void		 sa_retire(struct sa *sa);

/*
 * The next sequence number, reserved in the arena in blocks before use, so
 * that none is ever used twice with a key.  0, or -1: there are no more.
 */
int		 sa_seq_take(struct sa *sa, uint64_t *seq);
#define SA_SEQ_BLOCK	4096

void		 sa_counters(const struct sa *sa, struct wt_counters *c);

#endif /* ESP_SA_H */
