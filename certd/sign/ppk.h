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

#ifndef SIGN_PPK_H
#define SIGN_PPK_H

#include "inquiry.h"
#include "mixes.h"

/*
 * Post-quantum pre-shared keys (RFC 8784, RFC 9867): which one a negotiation
 * uses, and what is mixed with it.  Whether and how the peers have agreed on
 * it is read from the IKE_SA_INIT messages that AUTH covers, not believed.
 */

/*
 * For our AUTH as initiator: SK_p in *q is what it takes.  0, or -1 with code
 * and text in *q.
 */
int	ppk_to_sign(struct signer *s, const struct mk_context *c,
	    uint64_t now, struct inquiry *q);
/* SK_p as they were: NO_PPK_AUTH is made with them. */
void	ppk_undo(const struct mk_context *c, struct inquiry *q);
/*
 * For the peer's AUTH: SK_p in *q, and which of both to look at in q->auth
 * (RFC 8784 section 3, table 1).  0, or -1.
 */
int	ppk_to_check(struct signer *s, const struct mk_check *m, uint64_t now,
	    struct inquiry *q);
/* The peer's AUTH was good: SK_d may be mixed, once, where that is to be. */
void	ppk_checked(struct signer *s, const struct mk_context *c,
	    uint64_t now, const struct inquiry *q);
/* The PPK_ID to show as initiator; empty: none. */
struct slice ppk_shown_id(const struct inquiry *q);

#endif /* SIGN_PPK_H */
