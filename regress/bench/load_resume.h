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

#ifndef BENCH_LOAD_RESUME_H
#define BENCH_LOAD_RESUME_H

#include <stdint.h>

#include "wire.h"
#include "../../ikd/ike/keymat.h"

/*
 * Tickets of the load initiator (RFC 5723): a file has what one pass was given
 * and what the next one shows.  A failure ends the program.
 */
void	load_resume_save(const char *path);	/* asks for them, too */
void	load_resume_read(const char *path);
/* Is there a file to save to, or was one read? */
int	load_resume_saves(void);
int	load_resume_shows(void);
/* A ticket: what is behind its lifetime, and the SA's SK_d. */
void	load_resume_put(unsigned int number, struct slice opaque,
	    const uint8_t *sk_d);
/* The ticket of that number, valid to the end of the program. */
struct slice load_resume_ticket(unsigned int number);
/* Section 5.1: the keys of the resumed SA.  0, or -1. */
int	load_resume_keys(unsigned int number, const struct wt_suite *suite,
	    const struct nonces *n, const uint8_t *spi_i,
	    const uint8_t *spi_r, struct ike_keys *k);
/* Section 4.3.3: AUTH = prf(SK_p, octets). */
void	load_resume_auth(const uint8_t *sk_p, const struct slice octets[3],
	    uint8_t *out);

#endif /* BENCH_LOAD_RESUME_H */
