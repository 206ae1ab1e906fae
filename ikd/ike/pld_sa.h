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

#ifndef IKE_PLD_SA_H
#define IKE_PLD_SA_H

#include <stddef.h>
#include <stdint.h>

#include "hdr.h"
#include "ike_const.h"
#include "proto_types.h"

/* The Security Association payload, RFC 7296 section 3.3. */
struct sa_prop {
	uint8_t		num;		/* proposal number */
	uint8_t		proto;		/* PROTO_IKE, PROTO_AH, PROTO_ESP */
	uint8_t		spi_len; /* 0, 4 or 8 as sent; others: unusable */
	uint8_t		spi[SPI_LEN];
	uint8_t		unusable;	/* has something we do not understand */
	uint8_t		nxf;
	struct wt_xform	xf[IKE_XFORMS_MAX];
};

struct sa_payload {
	size_t		n;
	struct sa_prop	prop[IKE_PROPS_MAX];
};

/*
 * Reads the payload's body.  A transform with an attribute that we do not
 * know is left out (section 3.3.6); a proposal with a transform type that we
 * do not know, or with too many transforms, is kept but unusable.
 * Returns NULL, or what is wrong (a literal): every bound, counts and "last"
 * markers that disagree, numbers that do not follow each other.
 */
const char	*pld_sa_parse(const uint8_t *p, size_t len,
		    struct sa_payload *sa);

#endif /* IKE_PLD_SA_H */
