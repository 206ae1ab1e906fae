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

#ifndef IKE_ASKED_H
#define IKE_ASKED_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

/*
 * The IKE_SA_INIT requests of one attempt, one of each group that was asked
 * for: nobody vouches for an INVALID_KE_PAYLOAD (RFC 7296 sections 1.2 and
 * 2.21.1), so that the answer to any of them may be the peer's.  One is the
 * outstanding request (window.h, with dh and group of struct setup); the
 * others are set aside here, and sent again with it.  As many at most as the
 * tunnel's proposals have groups.
 */
struct dh_key;
struct session;
struct slice;

struct asked_req {
	SLIST_ENTRY(asked_req)	 entry;
	uint16_t		 group;
	struct dh_key		*dh;
	uint8_t			*req;
	size_t			 len;
};
SLIST_HEAD(asked_list, asked_req);

/* 1: a request with a KE payload of that group has been sent. */
int	asked_has(const struct session *, unsigned int group);
/*
 * The outstanding request is set aside with its key; the next one, of another
 * group, goes out by window_request_beside().
 */
void	asked_aside(struct session *);
/* That went wrong: what was set aside last is the outstanding one again. */
void	asked_back(struct session *);
/*
 * That of this group is the outstanding one again, and what was that is set
 * aside.  1, or 0 when none of that group was sent.
 */
int	asked_take(struct session *, unsigned int group);
/* Sends all that are set aside once more. */
void	asked_resend(struct session *);
/*
 * Puts that cookie first into each, in place of one that was there, "and all
 * other payloads unchanged" (2.6), and sends them.  0 or -1: too large.
 */
int	asked_with_cookie(struct session *, const struct slice *cookie);
/* Frees those that are set aside, with their keys. */
void	asked_free(struct session *);

#endif /* IKE_ASKED_H */
