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

#ifndef POLICY_DIGEST_H
#define POLICY_DIGEST_H

#include "reader.h"

/*
 * A tunnel's identity: SHA-256 of its meaning as it travels, without
 * number, name, line and note, so that a rename is no restart; and without
 * what new SAs under the same authentication are enough for: proposals,
 * lifetimes, overlap, pfs, esn, replay window.  Those have digests of their
 * own, of the IKE SA and of each child (keys).
 */
void	digest_policy(struct reader *r);

/* SHA-256 of some octets. */
void	digest_octets(const void *buf, size_t len, uint8_t out[32]);

/* Fetches the algorithm; before the sandbox closes. */
void	digest_warm(void);

#endif /* POLICY_DIGEST_H */
