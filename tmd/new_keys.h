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

#ifndef TMD_NEW_KEYS_H
#define TMD_NEW_KEYS_H

#include "sess.h"
#include "snapshot.h"

/*
 * A tunnel that a reload changed in nothing but its keys, how they are made
 * and how long they are good for: its sessions stay, the grants get new
 * terms, the Child SAs and then the IKE SA are rekeyed, make-before-break.
 * The parent lets the old SAs be for a while (GRANT_STALE_S in grant.h).
 */

/* t has its new policy; was is the one before. */
void	new_keys_policy(struct tunnel *t, const struct pol_tunnel *was);
/*
 * The same for another tunnel-lifetime.  A shorter one holds for what is up,
 * from its proof on, and its tickets go; but who renews has USED_UP_S for that.
 * With a longer one the session is authenticated anew at the end it was given,
 * since ike and the parent were told no later one, even with tunnel-end:
 * remove.
 */
void	new_keys_life(struct tunnel *t, const struct pol_tunnel *was);
/*
 * A grant from an earlier life of tmd, with the terms it has at the parent,
 * and by its memo the keys that its SAs and its IKE SA have.
 */
void	new_keys_old(struct grant *g, const struct wt_grant *terms,
	    const struct tm_memo *m);
/* A grant's alarm; nothing is done when its keys are as they shall be. */
void	new_keys_alarm(struct grant *g);
/*
 * The parent refuses terms of g.  1: it stands there all the same, and gets
 * others or is ended; 0: there is no such grant with SAs.
 */
int	new_keys_refused(struct grant *g, uint16_t code);
/*
 * s is up (the policy may have changed on its way), or one of its children is
 * done: the turn of the IKE SA, if it has one.
 */
void	new_keys_session(struct session *s);
/* The IKE SA has new keys. */
void	new_keys_session_done(struct session *s);
/* A pair has come up on g: it is the new one, or the next to be replaced. */
void	new_keys_child_up(struct grant *g, const struct mx_child_up *m);

#endif /* TMD_NEW_KEYS_H */
