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

#ifndef POLICY_DB_READ_H
#define POLICY_DB_READ_H

#include <stddef.h>

#include "load.h"

/* A whole file in memory, or nothing. */
struct octets {
	char	*p;		/* allocated; NULL: it is not there */
	size_t	 len;
};

/*
 * A file of the directory that has the database.  0, also when it is not
 * there, or an errno.
 */
int	db_read(int dirfd, const char *name, struct octets *o);

/*
 * For `ikectl check`, whoever runs it: the database of a state directory
 * into l.  NULL, or why it could not be read, which is no error of the policy
 * (static).
 */
const char *db_read_state(struct load *l, const char *statedir);

#endif /* POLICY_DB_READ_H */
