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

#ifndef POLICY_BESIDE_H
#define POLICY_BESIDE_H

#include "reader.h"

/*
 * Children without SAs (action: pass, drop).  Of the selectors that a packet
 * meets the most exact decides, as among tunnels: such a child comes before
 * those that it only meets or lies in, and after those that lie in it.
 */

/* What such a child has, once its selectors stand. */
void	beside_resolve(struct reader *r, const struct tunnel *t,
	    struct child *c);

/* Their place among the others', and what has none, of all tunnels. */
void	check_beside(struct reader *r);

#endif /* POLICY_BESIDE_H */
