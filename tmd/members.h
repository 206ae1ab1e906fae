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


#ifndef TMD_MEMBERS_H
#define TMD_MEMBERS_H

#include "sess.h"

/*
 * Tunnels of many peers: those whose remote ID is a group, a pattern or any.
 * certd-sign and certd say who a peer is; whether that one belongs to the
 * tunnel, and which of its children it may have, is said here once more.
 */

/* Is it one that only waits, for more than one peer? */
int		members_many(const struct pol_tunnel *t);
/* May this one come to the tunnel; may it have the child? */
int		members_tunnel(const struct pol_tunnel *t,
		    const struct wt_id *id);
int		members_child(const struct pol_child *c,
		    const struct wt_id *id);

/*
 * NULL, or why the tunnel has no room for one more of this identity, which
 * takes the place of the session that it resumes (or NULL).
 */
const char	*members_full(const struct tunnel *t, const struct wt_id *id,
		    const struct session *resumed);

/* How many members of the tunnel's group there are, and how many are up. */
size_t		members_count(const struct pol_tunnel *t);
size_t		members_up(const struct tunnel *t);
/*
 * "group:sales (3 of 6 members)", or the remote ID; what `list` shows where
 * one peer would stand.
 */
char		*members_text(const struct tunnel *t, char *out, size_t size);
/*
 * The state as it is shown: with many peers it is Open whether there are any or
 * not, and what only initiates is never Open; and its name.
 */
enum tunnel_state members_shown(const struct tunnel *t);
const char	*members_status(const struct tunnel *t);

/* A policy was committed: who is in no group any more has to go. */
void		members_recheck(void);

#endif /* TMD_MEMBERS_H */
