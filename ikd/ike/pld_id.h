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

#ifndef IKE_PLD_ID_H
#define IKE_PLD_ID_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * Identification, RFC 7296 section 3.5.  body is what AUTH covers: type,
 * three reserved octets, data; it points into the message.
 */
struct pld_id {
	struct wt_id	id;
	struct slice	body;
};

/*
 * NULL or what is wrong: too short, too long, an address of the wrong
 * width, text that is none or empty, type 0.
 */
const char	*pld_id_parse(const uint8_t *p, size_t len,
		    struct pld_id *id);

/* Authentication, section 3.8; data points into the message. */
struct pld_auth {
	uint8_t		method;		/* enum ike_auth */
	struct slice	data;
};

const char	*pld_auth_parse(const uint8_t *p, size_t len,
		    struct pld_auth *auth);

#endif /* IKE_PLD_ID_H */
