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

#ifndef IKE_CRASH_H
#define IKE_CRASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Quick crash detection, RFC 6290.  Each side gives the other a token that
 * only it can make, again and again, from the SPIs; and shows it, in clear,
 * to a peer that talks on an SA which it has lost.
 */
struct arrival;
struct ike;
struct ike_hdr;
struct mk_crashes;
struct msg_build;
struct packet;
struct session;

/* What they are made of: certd-sign's, for our slots. */
void	crash_secrets(struct ike *, const struct mk_crashes *);

/* Our token for this SA, if the tunnel has it so (sections 4.2, 4.3). */
void	crash_add(const struct session *, struct msg_build *);
/* The SA is new by a rekey that we began: its token goes by itself. */
void	crash_announce(struct session *);

/*
 * The peer's, out of a protected message of it: kept, and instead of the one
 * it gave before (section 4.4).
 */
void	crash_take(struct session *, const struct packet *);
/* Shows this packet, which nobody vouches for, the token we were given? */
int	crash_shown(const struct session *, const struct packet *);
void	crash_forget(struct session *);

/* To a protected request on an SA that we do not know (section 4.5). */
void	crash_present(struct ike *, const struct arrival *,
	    const struct ike_hdr *);

#endif /* IKE_CRASH_H */
