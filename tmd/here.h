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

#ifndef TMD_HERE_H
#define TMD_HERE_H

#include "proto_parent_tmd.h"

/*
 * Where this host is: its own addresses and the networks that it is connected
 * to, as the parent says.
 */

/* A part of them has come; 1: it was the last, and they are others now. */
int		 here_told(const struct mt_here *m);

/* Is it one of our own addresses? */
int		 here_has(const struct wt_addr *a);

/*
 * May a be a peer's that is at outer?  NULL, or why not, in a sentence that
 * goes on after the address.  In a network that we are connected to it may
 * be outer alone: who is there already.
 */
const char	*here_objection(const struct wt_addr *a,
		    const struct wt_addr *outer);

#endif /* TMD_HERE_H */
