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

#ifndef IKE_CROWD_H
#define IKE_CROWD_H

#include <stdint.h>

#include "hdr.h"
#include "proto_types.h"

/*
 * When IKE_SA_INIT requests come faster than they can be answered, those that
 * come for the first time are not asked for a cookie.
 */
struct ike;

struct crowd {
	uint64_t	 until;		/* ms; 0: none */
	uint64_t	 since;		/* ms, of seen[0] */
	uint8_t		*seen[2];	/* the map in use, the one before */
};

/* A socket was full; that counts for a second. */
void	crowd_here(struct ike *);
/* 1: there is a crowd, and this request was not seen before; it is now. */
int	crowd_first(struct ike *, const struct wt_addr *from,
	    const uint8_t spi_i[SPI_LEN]);
void	crowd_free(struct ike *);

#endif /* IKE_CROWD_H */
