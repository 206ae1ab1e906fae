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

#ifndef IKE_HALFOPEN_H
#define IKE_HALFOPEN_H

#include "proto_types.h"

/*
 * Half-open sessions: IKE_SA_INIT answered, nobody authenticated yet.  They
 * are counted in all and by source address (`flood`).
 */
struct ike;
struct session;

/* How many this address has. */
unsigned int	 halfopen_of(const struct ike *, const struct wt_addr *);
void		 halfopen_add(struct session *);
/* Not half-open any more; no effect when it was not. */
void		 halfopen_drop(struct session *);
void		 halfopen_free(struct ike *);

/*
 * It was answered, or its last answer was sent again (RFC 7296 2.1): the wait
 * for what comes next begins, at whose end is EV_WAITED.  It is `flood: hold`,
 * and while nobody is asked for a cookie three times that, so that the peer's
 * IKE_AUTH may be lost several times: most begin with four seconds and wait
 * longer each time.  Those that are kept so long are fewer than `cookies-at`.
 */
void		 halfopen_hold(struct session *);

/*
 * How many there would be without cookies: those who were asked for one of
 * late are as good as half-open.  Else each that ends would let the next of
 * a flood in, and a peer's request be answered now with a cookie, now without
 * (RFC 7296 section 2.6).
 */
unsigned int	 halfopen_pressure(struct ike *);
/* Somebody was asked for a cookie. */
void		 halfopen_asked(struct ike *);

#endif /* IKE_HALFOPEN_H */
