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

#ifndef TMD_SETTINGS_H
#define TMD_SETTINGS_H

#include "snapshot.h"

/* What a reload changes beside tunnels: one value, or filters as a whole. */
struct setting_change {
	char		name[64];
	const char	*how;		/* "changed", "restart": it waits for
					   one of the service */
	char		was[128], is[128];
};

/* p is the first to hold: what waits for a restart runs as it says. */
void	settings_first(const struct policy *p);

/*
 * Those between two policies, in the order of the file; *n says how many.
 * NULL when there are none; the caller frees it.
 */
struct setting_change *settings_diff(const struct policy *was,
	    const struct policy *is, size_t *n);

#endif /* TMD_SETTINGS_H */
