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

#ifndef COMMON_PIPE_CHECK_H
#define COMMON_PIPE_CHECK_H

#include "pipe.h"

#define PIPE_HDR	8	/* octets before a message's body */

/* One message of a record, not yet decoded. */
struct pipe_msg {
	uint16_t		 type;
	const struct msg_row	*row;
	struct slice		 body;
	size_t			 used;	/* octets, head included */
};

/* The row of a type, or NULL. */
const struct msg_row *pipe_row(const struct msg_table *t, uint16_t type);

/* Does a type hold a secret field anywhere? */
int	pipe_type_secret(const struct wire_type *t);

/*
 * Takes the first message of rec, checking it against the rights of its
 * row as receiver "me" in phase ph.  Returns NULL, or what is wrong.
 */
const char *pipe_next(const struct msg_table *t, enum msg_side me,
	    unsigned int ph, const uint8_t *rec, size_t len, int nfds,
	    struct pipe_msg *m);

#endif /* COMMON_PIPE_CHECK_H */
