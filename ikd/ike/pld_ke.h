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

#ifndef IKE_PLD_KE_H
#define IKE_PLD_KE_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* Key Exchange, RFC 7296 section 3.4; data points into the message. */
struct pld_ke {
	uint16_t	group;		/* KE_* of alg.h */
	struct slice	data;
};

/* NULL or what is wrong.  The data's width is the group's matter (dh.h). */
const char	*pld_ke_parse(const uint8_t *p, size_t len,
		    struct pld_ke *ke);

/* Nonce, section 3.9: 16 to 256 octets.  NULL or what is wrong. */
const char	*pld_nonce_parse(const uint8_t *p, size_t len,
		    struct slice *nonce);

#endif /* IKE_PLD_KE_H */
