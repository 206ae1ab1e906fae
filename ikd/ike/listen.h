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

#ifndef IKE_LISTEN_H
#define IKE_LISTEN_H

#include "ike.h"

/*
 * Where IKE is answered: `listen` says addresses, and interfaces, whose
 * addresses come and go.
 */

/* Do we answer on this address of ours? */
int	listen_here(const struct ike *ike, const struct wt_addr *local);
/*
 * The policy or this host's addresses have changed: says, by the first worker
 * alone, which interface of `listen` has no address now, and which has one
 * again; and which address of it this host lacks, or has again.
 */
void	listen_changed(struct ike *ike);

#endif /* IKE_LISTEN_H */
