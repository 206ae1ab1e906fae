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


#ifndef FETCH_TRANSFER_INT_H
#define FETCH_TRANSFER_INT_H

#include <curl/curl.h>

#include "transfer.h"

/* Between transfer.c, transfer_why.c and multi.c. */
struct transfer {
	CURL		*easy;
	struct curl_slist *resolve, *headers;
	char		 err[CURL_ERROR_SIZE];
	struct transfer_ask ask;
	transfer_fn	*fn;
	void		*arg;
	int		 fd;		/* memfd with what came, or -1 */
	uint64_t	 got;
	struct wt_sock	 peer;		/* last one connected to */
	int		 sock;		/* the last one, perhaps closed again */
	int		 excluded;	/* peer is: not connected */
	int		 too_large;
};

/* transfer.c, for multi.c: libcurl is done with it; frees t. */
void	transfer_ended(struct transfer *t, CURLcode rc);
/*
 * octets have come on its connection, whatever libraries still keep of them:
 * 1 when that ended it, and t is gone.
 */
int	transfer_flooded(struct transfer *t, uint64_t octets);

/* transfer_why.c: e->text and e->code from what libcurl says. */
void	transfer_why(struct transfer *t, CURLcode rc, struct transfer_end *e);

/* multi.c: libcurl on our loop.  prepare: before the door. */
struct event_base;
void	multi_prepare(struct event_base *base);
/* blind: libcurl does not tell what it waits for (LDAP behind TLS). */
void	multi_add(CURL *easy, int blind);
void	multi_remove(CURL *easy, int blind);

#endif /* FETCH_TRANSFER_INT_H */
