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


#ifndef TOKEN_KEYS_H
#define TOKEN_KEYS_H

#include "pipe.h"
#include "proto_sign_token.h"
#include "proto_snap.h"

struct event_base;

/*
 * The keys that the policy names, each looked for in the token until it is
 * found, one a turn of the loop; certd-sign is told of each.
 */
void	keys_init(struct event_base *base);

/* These from now on; secret is the name of the PIN's, "": none. */
void	keys_set(const struct sn_token_key *v, size_t n, const char *secret);
/* Another PIN may have come: what was not found is looked for again. */
void	keys_new_pin(void);
/* certd-sign's pipe, or NULL; it is told of all. */
void	keys_tell(struct pipe *p);

/*
 * Signs for certd-sign, when others have had their turn, in the order they
 * came; drop: it is gone.
 */
void	keys_sign(struct pipe *p, const struct mn_sign *m);
void	keys_drop(void);

#endif /* TOKEN_KEYS_H */
