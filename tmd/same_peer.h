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

#ifndef TMD_SAME_PEER_H
#define TMD_SAME_PEER_H

#include "sess.h"

/* It came up: did both sides begin at once?  Then one of the two goes. */
void	same_peer_crossed(struct session *s);
/*
 * INITIAL_CONTACT, from worker w: the peer has forgotten its other sessions,
 * and they end without a word to it, where unique-id lets them.  A message
 * about another worker's session is ignored.
 */
void	same_peer_contact(unsigned int w, const struct mx_session *m);

#endif /* TMD_SAME_PEER_H */
