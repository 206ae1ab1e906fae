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

#ifndef IKECTL_IMPORT_SWAN_H
#define IKECTL_IMPORT_SWAN_H

#include "import_put.h"

/* import_swanconn.c, import_swanauth.c: sections of swanctl.conf. */

/* A setting of sec itself, now used; at says where it stands; or NULL. */
struct conf_set	*swan_take(struct imp *im, struct conf_sec *sec,
		    const char *key, struct imp_at *at);
/* The same, not used by that. */
struct conf_set	*swan_get(struct imp *im, struct conf_sec *sec,
		    const char *key);
/* Is that its value?  0 for set NULL. */
int		 swan_says(const struct conf_set *set, const char *word);
/* How both sides of a connection prove who they are, in all its rounds. */
void		 swan_put_auth(struct imp *im, struct conf_sec *conn,
		    struct yn *tunnel);

#endif /* IKECTL_IMPORT_SWAN_H */
