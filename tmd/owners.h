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


#ifndef TMD_OWNERS_H
#define TMD_OWNERS_H

#include "sess.h"

/*
 * Whose an address is: what a peer of a generic child (remote: any-host)
 * wants must be nobody else's.  Selectors of a whole family own nothing.
 */

/* This grant has that one address at its remote side from now on. */
void		 owners_add(struct grant *g, const struct wt_addr *host);
/* And no more; harmless for one that had none. */
void		 owners_drop(struct grant *g);
/* Its address; NULL: it has not one. */
const struct wt_addr *owners_host(const struct grant *g);

/*
 * May the peer of s have it?  NULL, or whose it is, in a sentence that goes
 * on after the address.
 */
const char	*owners_objection(const struct session *s,
		    const struct wt_addr *host);

/*
 * The policy, or where this host is, has changed: who has what another owns
 * now has it no longer.
 */
void		 owners_recheck(void);

#endif /* TMD_OWNERS_H */
