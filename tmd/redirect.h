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

#ifndef TMD_REDIRECT_H
#define TMD_REDIRECT_H

#include "proto_ike_tmd.h"
#include "tunnel.h"

/*
 * Peers that send us to another gateway, RFC 5685: where a tunnel goes until
 * it fails there, or the session made there is lost.
 */
#define REDIRECTS_MOST	5	/* MAX_REDIRECTS, so many in */
#define REDIRECTS_MS	300000	/* REDIRECT_LOOP_DETECT_PERIOD (section 7) */

/* ikd-ike says so; it begins an attempt there, or says why not. */
void	redirect_came(unsigned int worker, const struct mx_redirected *m);
/*
 * Before an attempt, its names known: is the place inside of remote.address?
 * Else the tunnel is at home again, and people are told.
 */
void	redirect_check(struct tunnel *t);
/* Back to where the policy says. */
void	redirect_home(struct tunnel *t);

#endif /* TMD_REDIRECT_H */
