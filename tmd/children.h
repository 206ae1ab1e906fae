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

#ifndef TMD_CHILDREN_H
#define TMD_CHILDREN_H

#include "sess.h"

/*
 * What happens to Child SAs: what ike says of them, and opening those that
 * are wanted and lack.
 */
void	children_up(unsigned int w, const struct mx_child_up *m);
void	children_down(unsigned int w, const struct mx_child_down *m);
/* ike could not open one; its session stays. */
void	children_failed(struct tunnel *t, uint32_t child, uint16_t code,
	    const char *text);

/* Has it a pair that is to stay?  One of a grant that ends is not. */
int	children_live(const struct tunnel *t, const struct tun_child *c);

/* Opens every wanted child of t that has no SA; also the alarm's function. */
void	children_open(struct tunnel *t);
/* The same after a while: ike opens those named in INITIATE by itself. */
void	children_open_later(struct tunnel *t, int initiator);
/* One child: opens it now.  Returns NULL, or why not (static). */
const char *children_open_one(struct session *s, struct tun_child *c);

/*
 * A packet came for a child that has pairs: the peer may have narrowed all of
 * them to others (RFC 7296 section 2.9), and then is asked for another, up to
 * CHILD_PAIRS.
 */
void	children_open_beside(struct tunnel *t, struct tun_child *c,
	    const struct me_acquire *m);

/* Ends one child of all sessions; its grants fall when ike has, or soon. */
void	children_end(struct tunnel *t, struct tun_child *c, uint16_t code);
/*
 * Its tunnel-lifesize is used up: ends what stands on g; with tunnel-end
 * renew the child, if it is wanted, is opened again.
 */
void	children_used_up(struct grant *g);
/* Its own tunnel-lifetime ended, and the grant: a new one, if so wanted. */
void	children_expired(struct tunnel *t, uint32_t number);
/* Nothing passed for as long as its inactivity says: it ends. */
void	children_idle(struct grant *g);
/* Asks for new keys; returns how many pairs that concerns. */
unsigned int children_rekey(struct tunnel *t, const struct tun_child *c);
/* The same of what stands on g: 1, or 0. */
unsigned int children_rekey_one(const struct grant *g);
/* An alarm of a grant that is ending, or that gets new keys. */
void	children_grant_alarm(struct grant *g);

/* Ends one session's, as children_end() does all of a child's. */
void	children_end_grant(struct grant *g, uint16_t code);

#endif /* TMD_CHILDREN_H */
