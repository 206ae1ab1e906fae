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

#ifndef PARENT_WITHIN_H
#define PARENT_WITHIN_H

#include <stddef.h>
#include <stdint.h>

#include "proto_parent_ike.h"
#include "proto_types.h"

/*
 * The containment page of the three-key rule: a grant must lie within its
 * ceiling, a pair of SAs and its moves within their grant.  Pure: no state,
 * no clock, no I/O.  Each returns NULL when everything is contained, else
 * out, filled with a sentence that names the field and both sides' values.
 * now is CLOCK_BOOTTIME seconds.
 */
const char	*grant_within_ceiling(const struct wt_grant *g,
		    const struct wt_ceiling *c, uint64_t now, char *out,
		    size_t size);
const char	*sa_within_grant(const struct mi_install *in,
		    const struct wt_grant *g, uint64_t now, char *out,
		    size_t size);

/*
 * from_local and from_remote: where the pair stands now.  A new port is
 * always allowed (a NAT may rebind), a new address needs roaming.
 */
const char	*move_within_grant(const struct mi_migrate *mv,
		    const struct wt_grant *g, const struct wt_sock *from_local,
		    const struct wt_sock *from_remote, uint64_t now, char *out,
		    size_t size);

/* Are all algorithms of the suite among algs (bits of alg.h)? */
int		 suite_within(const struct wt_suite *s, uint64_t algs);

/* 0 is "no limit": within only when the outer is 0, too. */
int		 limit_within(uint64_t inner, uint64_t outer);

#define SPI_FIRST	256	/* RFC 4303 section 2.1: 1-255 are reserved */
#define PAIRS_MAX	GRANT_PAIRS
#define PAIRS_RETIRED	16	/* beside them: for what is under way */
#define WINDOW_MAX	4096	/* of ikd.yaml's replay-window */

#endif /* PARENT_WITHIN_H */
