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

#ifndef IKE_ENDS_H
#define IKE_ENDS_H

#include <stdint.h>

#include "role.h"

/*
 * The ends of the pipes to the other roles: which handler gets what, and
 * what happens when one goes or comes.
 */
struct ike;

/* Handlers of the parent's own rows; their context is the role_ctx. */
extern const struct pipe_handler ends_parent_handlers[];

void	ends_given(struct role_ctx *, enum role, unsigned int inst, int fd);
void	ends_gone(struct role_ctx *, enum role, unsigned int inst);

/* For struct ike_env; ctx is the ike. */
int	ends_to_sign(void *ctx, uint16_t type, const void *body);
int	ends_to_certd(void *ctx, uint16_t type, const void *body);
int	ends_to_tmd(void *ctx, uint16_t type, const void *body);
int	ends_to_parent(void *ctx, uint16_t type, const void *body);
int	ends_to_esp(void *ctx, uint16_t type, const void *body);

/* The pipe to the parent, once it is there. */
void	ends_init(struct role_ctx *, struct ike *);
/* The worker goes: closes all but the parent's. */
void	ends_close(void);

#endif /* IKE_ENDS_H */
