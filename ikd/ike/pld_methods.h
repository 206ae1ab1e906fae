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

#ifndef IKE_PLD_METHODS_H
#define IKE_PLD_METHODS_H

#include "proto_words.h"
#include "wire.h"

/*
 * Announced authentication methods (RFC 9593), the data of
 * SUPPORTED_AUTH_METHODS: a list of length, method and, of signatures, the
 * authority among those of CERTREQ that it is meant for, and the algorithm.
 * Ours are meant for all; which authority a peer means is not looked at.
 */
#define PLD_METHODS_MAX	512	/* octets of all we know */

/* Writes these, bits 1 << enum can_bit, the best first; returns the length. */
size_t	 pld_methods_make(uint32_t can, uint8_t out[PLD_METHODS_MAX]);
/*
 * The ones we know of a peer's list.  0: none, or a list that is broken,
 * which is none.
 */
uint32_t pld_methods_parse(struct slice data);

#endif /* IKE_PLD_METHODS_H */
