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


#ifndef ESP_TELL_H
#define ESP_TELL_H

#include <stdint.h>

#include "pkt.h"
#include "proto_parent_ike.h"

struct pipe;

/*
 * Events to the parent.  Without a pipe (tests) they go nowhere.
 */
void	tell_parent_is(struct pipe *p);

/* A limit of a pair was reached; kind is an enum expire_kind. */
void	tell_expire(uint32_t handle, uint8_t kind, uint8_t hard);

/* A packet met a trap. */
void	tell_acquire(uint32_t tunnel, uint32_t child, const struct pkt *k);

#endif /* ESP_TELL_H */
