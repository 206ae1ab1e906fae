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

#ifndef SIGN_RESUME_KEYS_H
#define SIGN_RESUME_KEYS_H

#include <stdint.h>

#include "hprf.h"
#include "proto_resume.h"

/* The keys of a resumed IKE SA: those for AUTH are ours, the rest is ike's. */
struct resume_keys {
	uint8_t		ike[RESUME_KEYS];	/* SK_d to SK_er, a stream */
	size_t		ike_len;
	uint8_t		pi[PRF_MAX], pr[PRF_MAX];
	size_t		p_len;
};

/*
 * RFC 5723 section 5.1, from the SK_d of the SA that is resumed, both nonces
 * and both SPIs (eight octets) of the new one.  Returns 0, or -1 when the
 * suite is none that we know.  The caller wipes k.
 */
int	resume_keys_make(const struct wt_suite *suite, struct slice sk_d,
	    struct slice ni, struct slice nr, const uint8_t *spi_i,
	    const uint8_t *spi_r, struct resume_keys *k);

#endif /* SIGN_RESUME_KEYS_H */
