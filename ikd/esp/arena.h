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


#ifndef ESP_ARENA_H
#define ESP_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "proto_parent_esp.h"
#include "replay.h"

/*
 * The SA table as it outlives the process: a memfd that the parent keeps,
 * a head and one page-sized record a pair.  No pointers, fixed widths.  What
 * never changes is under a checksum; what changes does so by single aligned
 * stores, or in the copy that is not in use and then by one store.  A new
 * process trusts none of it before arena_adopt() has looked.
 */
#define ARENA_RECORD	4096
#define ARENA_SLOTS	((uint32_t)(ESP_ARENA_SIZE / ARENA_RECORD - 1))

enum arena_state { ARENA_FREE = 0, ARENA_USED = 0x5541 };
enum arena_told {	/* events that were sent, each once */
	TOLD_SOFT_BYTES = 1, TOLD_SOFT_PACKETS = 2, TOLD_HARD = 4
};

/* Written once, before the record is published. */
struct arena_fixed {
	uint64_t	soft_bytes;
	uint64_t	hard_bytes;
	uint64_t	soft_packets;
	uint64_t	hard_packets;
	uint64_t	order;		/* rises with each pair */
	uint32_t	handle;
	uint32_t	replaces;
	uint32_t	tunnel;
	uint32_t	child;
	uint32_t	spi_in;
	uint32_t	spi_out;
	uint32_t	window;
	uint16_t	nlocal;
	uint16_t	nremote;
	uint16_t	encr_len;
	uint16_t	integ_len;
	uint8_t		heads;		/* enum head_bit */
	uint8_t		dscp;		/* outer, and 1; 0: none */
	uint8_t		wraps;		/* sequence numbers begin anew */
	uint32_t	tfc;		/* as in wt_ceiling */
	struct wt_suite	suite;
	uint8_t		encr_in[KEY_MAX];
	uint8_t		encr_out[KEY_MAX];
	uint8_t		integ_in[KEY_MAX];
	uint8_t		integ_out[KEY_MAX];
	struct wt_ts	local[LINK_TS];
	struct wt_ts	remote[LINK_TS];
};

/* The outer addresses: two copies, path_at names the one in use. */
struct arena_path {
	uint64_t	sum;
	struct wt_sock	local;
	struct wt_sock	remote;
};

struct arena_counters {
	uint64_t	in_bytes, in_packets, out_bytes, out_packets;
	uint64_t	replays, bad_icv, bad_ts;
	uint64_t	last_in, last_out;	/* CLOCK_BOOTTIME seconds */
};

/* May the pair be sent on: yes, not yet, never again. */
enum arena_hold { HOLD_NO = 0, HOLD_YET = 1, HOLD_EVER = 2 };

struct arena_sa {
	uint32_t		state;		/* published last */
	uint32_t		path_at;
	uint32_t		hold;		/* enum arena_hold */
	uint32_t		told;
	uint64_t		seq_end;	/* first number not reserved */
	uint64_t		sum;		/* of fixed */
	struct arena_fixed	fixed;
	struct arena_path	path[2];
	struct arena_counters	n;
	struct replay		replay;
};

struct arena_head {
	uint8_t		magic[8];
	uint32_t	record;		/* octets */
	uint32_t	slots;
	uint32_t	high;		/* slots ever used: look no further */
	uint32_t	zero;
	uint64_t	order;		/* last given */
};

struct arena {
	struct arena_head	*head;
	uint8_t			*records;
	uint32_t		 slots;
	uint32_t		 hint;		/* no free slot below it */
	size_t			 size;
};


/*
 * Maps the memfd (and closes it) and adopts it.  Returns NULL, or why it
 * cannot be used or, with a->head set, why it had to be wiped.
 */
const char	*arena_map(struct arena *a, int fd,
		    void (*lost)(void *ctx, uint32_t slot, const char *why),
		    void *ctx);
void		 arena_unmap(struct arena *a);

/*
 * The pure part: takes size octets at mem, which is page-aligned.  Fresh
 * memory is initialised; of used memory every record is checked, and what
 * is broken is wiped and told to lost (why is a literal).  Returns NULL, or
 * why the whole was unusable; it has then been wiped and initialised.
 */
const char	*arena_adopt(struct arena *a, void *mem, size_t size,
		    void (*lost)(void *ctx, uint32_t slot, const char *why),
		    void *ctx);

/* Record of a slot below a->slots. */
struct arena_sa	*arena_at(const struct arena *a, uint32_t slot);

/* The lowest free slot, wiped; or -1 when all are taken. */
long		 arena_take(struct arena *a);

/* Signs and publishes a filled record. */
void		 arena_publish(struct arena *a, uint32_t slot);

/* Unpublishes and clears, keys and all. */
void		 arena_wipe(struct arena *a, uint32_t slot);

/* The outer addresses in use. */
const struct arena_path *arena_path(const struct arena_sa *r);

/* Changes them so that a death in the middle leaves the old ones. */
void		 arena_set_path(struct arena_sa *r,
		    const struct wt_sock *local, const struct wt_sock *remote);

/* What is wrong with a record, or NULL. */
const char	*arena_check(const struct arena_sa *r);

/* The highest sequence number its suite allows. */
uint64_t	 arena_seq_max(const struct arena_sa *r);

#endif /* ESP_ARENA_H */
