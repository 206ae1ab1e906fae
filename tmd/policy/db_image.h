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

#ifndef POLICY_DB_IMAGE_H
#define POLICY_DB_IMAGE_H

#include <stddef.h>

#include "arena.h"

/*
 * The database file: the numbers of tunnels (numbers.h) and the objects that
 * `ikectl db put` made, as YAML of the shape of the policy file:
 *
 *	ikd database 1
 *	numbers N objects M
 *	N octets, M octets
 *	sha256 of all before, 64 hexadecimal digits
 *
 * It is never written in place: the starter writes another one, fsync(2)s it,
 * links the one before as database.old, renames, and fsync(2)s the directory.
 * So a reader finds the state before or after a change.  The digest is for a
 * disk that does not keep what it promised: then it is the state before.
 */
#define DB_FILE		"database"
#define DB_OLD		"database.old"
#define DB_MAX		((size_t)64 << 20)	/* 100,000 objects */

struct db_image {
	const char	*numbers;
	size_t		 numbers_len;
	const char	*objects;
	size_t		 objects_len;
};

/* Pure.  NULL with *out, which points into buf; else what is wrong. */
const char *db_image_read(const char *buf, size_t len, struct db_image *out);

/*
 * The state that holds, of the octets of both files (NULL: there is none):
 * NULL with *out, empty when there are none; *warn: NULL, or why it is the
 * older one.  Else why there is no state at all.
 */
const char *db_image_pick(struct arena *a, const char *now, size_t now_len,
	    const char *old, size_t old_len, struct db_image *out,
	    const char **warn);

/* The sum at the end of a file that was read or written, DB_SUM digits. */
#define DB_SUM		64
const char *db_image_sum(const char *buf, size_t len);

/* The file's octets; *len says how many. */
char	*db_image_write(struct arena *a, const struct db_image *im,
	    size_t *len);

#endif /* POLICY_DB_IMAGE_H */
