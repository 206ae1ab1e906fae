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

#ifndef REGRESS_MSG_BODIES_H
#define REGRESS_MSG_BODIES_H

#include <stddef.h>
#include <stdint.h>

#include "pipe.h"

/* Messages made from their description, for tests that attack pipes. */

/* A body with something in every field; the caller frees it. */
void	*body_new(const struct msg_row *row);

/* A message's head at p. */
void	 put_head(uint8_t *p, uint16_t type, size_t len);

/*
 * A whole message of this body (NULL: one of body_new()) at p; returns its
 * length.  That it does not fit is a bug of the test and ends it.
 */
size_t	 put_message(uint8_t *p, size_t room, const struct msg_row *row,
	    const void *body);

#endif /* REGRESS_MSG_BODIES_H */
