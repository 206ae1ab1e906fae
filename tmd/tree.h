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

#ifndef TMD_TREE_H
#define TMD_TREE_H

#include <sys/tree.h>

/*
 * The functions of a red-black tree, for one file.  (libbsd's own
 * RB_*_STATIC needs a __unused that it does not define.)
 */
#define TREE_STATIC(name, type, field, cmp)				\
	RB_PROTOTYPE_INTERNAL(name, type, field, cmp,			\
	    __attribute__((unused)) static)				\
	RB_GENERATE_INTERNAL(name, type, field, cmp,			\
	    __attribute__((unused)) static)

#endif /* TMD_TREE_H */
