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

#ifndef COMMON_SNAP_H
#define COMMON_SNAP_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/*
 * Snapshots: what tmd-policy hands each consumer, one sealed memfd of rows.
 *	magic "IKDSNAP1" | consumer 8 | generation 32 | rows 32 |
 *	rows: type 16, length 32, body (a wire type of proto_snap.h) | "END!"
 * Read-only and sealed: the reader checks the seals, maps it, decodes row by
 * row, and trusts no length.
 */
struct snap_kind {
	uint16_t		 type;
	const char		*name;
	const struct wire_type	*body;
};

/* All row kinds, ended by type 0 (snap.c, from proto_snap.h). */
extern const struct snap_kind snap_kinds[];
/* One of these, or NULL. */
const struct snap_kind *snap_kind_of(uint16_t type);

/* Written in snap_write.c. */
struct snap_writer;

/* A writer for one consumer (enum role). */
struct snap_writer *snap_open(unsigned int consumer, uint32_t generation);
/* Appends; the value must be encodable (else fatal: it is ours). */
void	snap_put(struct snap_writer *w, uint16_t type, const void *val);
/* Appends so many rows as they stand in a snapshot. */
void	snap_put_octets(struct snap_writer *w, const uint8_t *p, size_t len,
	    uint32_t rows);
/*
 * The same, but p stays where it is until w is closed: what follows what came
 * before is written with it, in one piece.
 */
void	snap_put_run(struct snap_writer *w, const uint8_t *p, size_t len,
	    uint32_t rows);
/* How many rows and octets there are so far. */
uint32_t snap_written(const struct snap_writer *w);
size_t	snap_octets(const struct snap_writer *w);
/* Seals and returns the memfd; frees the writer. */
int	snap_close(struct snap_writer *w);

/*
 * Reads fd (not closed) and calls fn for each row; a non-NULL return of fn
 * stops and is returned.  Returns NULL when all rows were good, else what is
 * wrong.  Checks seals, consumer and generation.
 */
const char *snap_read(int fd, unsigned int consumer, uint32_t generation,
	    const char *(*fn)(void *ctx, uint16_t type, const void *val),
	    void *ctx);

/* The pure part on octets, for the fuzz target. */
const char *snap_parse(const uint8_t *buf, size_t len, unsigned int consumer,
	    uint32_t generation,
	    const char *(*fn)(void *ctx, uint16_t type, const void *val),
	    void *ctx);

/*
 * snap_rows.c: a snapshot that stays mapped, for who wants its rows one by
 * one, and again later: sealed as it is, they cannot change.  open checks
 * what snap_read() checks but the bodies of rows; NULL with *why when it is
 * bad.
 */
struct snap_rows;
/* Of which generation a snapshot says it is; 0: it is none. */
uint32_t snap_generation(int fd);
struct snap_rows *snap_rows_open(int fd, unsigned int consumer,
	    uint32_t generation, const char **why);
void	snap_rows_close(struct snap_rows *r);		/* NULL is fine */
size_t	snap_rows_count(const struct snap_rows *r);
uint16_t snap_rows_type(const struct snap_rows *r, size_t i);
/* Are row i of one and row k of the other there, and the same octets? */
int	snap_rows_same(const struct snap_rows *a, size_t i,
	    const struct snap_rows *b, size_t k);
/* The row into a struct of its kind; NULL, or what is wrong with it. */
const char *snap_rows_decode(const struct snap_rows *r, size_t i, void *val);

/* What both readers share: the head, a row's frame, the end, a row's room. */
#define SNAP_MAGIC	"IKDSNAP1"
#define SNAP_HEAD	(8 + 1 + 4 + 4)
#define SNAP_END	"END!"
#define SNAP_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |	\
			    F_SEAL_WRITE)
#define SNAP_MAX	(512UL * 1024 * 1024)	/* 10,000 tunnels: 40 MB */
const char *snap_head(const uint8_t *buf, size_t len, unsigned int consumer,
	    uint32_t generation, uint32_t *rows);
const char *snap_frame(const uint8_t *p, size_t len,
	    const struct snap_kind **k, size_t *n);
const char *snap_end(const uint8_t *p, size_t len);
size_t	snap_row_size(void);

/*
 * A sealed memfd with these octets (F_SEAL_SEAL SHRINK GROW WRITE).
 * Returns the descriptor; failure is fatal.
 */
int	memfd_sealed(const char *name, const void *buf, size_t len);

/*
 * Maps a sealed memfd read-only; *len says how long.  Returns NULL with
 * *why set when it is not a memfd with all seals, or larger than max.
 */
const void *memfd_map(int fd, size_t max, size_t *len, const char **why);

#endif /* COMMON_SNAP_H */
