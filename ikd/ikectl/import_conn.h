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

#ifndef IKECTL_IMPORT_CONN_H
#define IKECTL_IMPORT_CONN_H

#include "import_put.h"

/* import_setup.c, import_conn.c, import_connauth.c: sections of ipsec.conf. */

/* One of the two sides of a connection. */
struct conn_side {
	const char	*name;		/* "left" or "right" */
	const char	*at;		/* "local" or "remote" */
	const char	*port;		/* "local-port" or "remote-port" */
};

/* A setting of sec, or of what it takes over by also=, but not %default. */
struct conf_set	*conn_inherited(struct imp *im, struct conf_sec *sec,
		    const char *key, unsigned int depth);
/* The same, or %default's; NULL: none, or empty. */
struct conf_set	*conn_get(struct imp *im, struct conf_sec *sec,
		    const char *key);
/* The same, now used; at says where it stands. */
struct conf_set	*conn_take(struct imp *im, struct conf_sec *sec,
		    const char *key, struct imp_at *at);
/* The same of a side: left and key, or right and key. */
struct conf_set	*conn_side(struct imp *im, struct conf_sec *sec,
		    const struct conn_side *s, const char *key,
		    struct imp_at *at);
/* Is the value one of the words of list?  0 for set NULL. */
int		 conn_word(const struct conf_set *set, const char *list);
/*
 * How both sides prove who they are, in one round or two; the IDs, as the
 * file writes them, or addresses, choose the PSK, and may be NULL.
 */
void		 conn_put_auth(struct imp *im, struct conf_sec *sec,
		    const struct conn_side *us, const struct conn_side *them,
		    struct yn *tunnel, const char *our_id,
		    const char *their_id);
/* config setup's uniqueids, as defaults of the tunnels. */
void		 conn_map_setup(struct imp *im);
/* ca NAME: where its CRL and OCSP responder are. */
void		 conn_map_ca(struct imp *im, struct conf_sec *sec);

#endif /* IKECTL_IMPORT_CONN_H */
