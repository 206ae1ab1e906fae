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

#ifndef PARENT_LEFT_H
#define PARENT_LEFT_H

/*
 * What an earlier life of the parent left in the kernel goes at the first
 * commit, once what holds now stands in its place.  Of generic children
 * (remote: any-host), whose peers' addresses nobody knows until they are back,
 * blocks of one host stay for a while.
 */

/*
 * What holds stands; later calls do nothing.  generic: there are such children,
 * whose traffic is not to leave in clear.  NULL, or what the kernel refused.
 */
const char	*left_replaced(int generic);
/* The service ends: what was left goes at once. */
void		 left_withdraw(void);

#endif /* PARENT_LEFT_H */
