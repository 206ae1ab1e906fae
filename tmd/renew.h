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

#ifndef TMD_RENEW_H
#define TMD_RENEW_H

#include "sess.h"

/*
 * Another authentication in the place of one that comes to its end: before
 * the old session ends (make-before-break), or after it
 * (break-before-make), as the tunnel's policy says.
 */

/* When to look at a session that is up: before its end, then at its end. */
void	renew_set_alarm(struct session *s);
/* That alarm rang. */
void	renew_alarm(struct session *s);

/*
 * Begins another session now, whoever began this one.  0; -1: this end
 * cannot begin one.
 */
int	renew_now(struct session *s);

/*
 * A worker of ike says that the keys of its session come to their end, or
 * (RSN_NO_PROPOSAL) that no rekey agrees to what the policy asks for: that is
 * told once and kept in s->stuck, and tried for until it is so; or
 * (RSN_EXPIRED) that the peer wants another authentication (RFC 4478).
 */
void	renew_due(unsigned int w, const struct mx_session *m);

/*
 * Its tunnel-lifesize is used up: renewed within USED_UP_S seconds, or (with
 * tunnel-end: remove) ended now.
 */
void	renew_used_up(struct session *s);

/*
 * heir is up in the place of old: old ends once heir has all the children
 * that old has, or after LEAVE_MS.
 */
void	renew_leave(struct session *old, const struct session *heir);
/* A Child SA of this session is up: perhaps an old one may go now. */
void	renew_child_up(const struct session *s);

#define USED_UP_S	60	/* for a new authentication */
#define RENEW_MS	30000	/* between attempts to renew */
#define LEAVE_MS	10000	/* for the heir's children to come up */

#endif /* TMD_RENEW_H */
