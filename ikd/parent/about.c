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

/* The fields of our own log lines; we know no names (common/log.h). */
#include <stdio.h>

#include "addr.h"
#include "parent.h"

const char *
about_child(uint32_t tunnel, uint32_t child, const struct wt_addr *peer)
{
	static char	 out[ADDR_TEXT + 48];
	char		 at[ADDR_TEXT];

	snprintf(out, sizeof(out), " no=%u.%u%s%s", tunnel, child,
	    peer != NULL ? " peer=" : "",
	    peer != NULL ? addr_print(peer, at, sizeof(at)) : "");
	return (out);
}
