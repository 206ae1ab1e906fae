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

#ifndef CERTD_CERTD_H
#define CERTD_CERTD_H

#include "book.h"
#include "pipe.h"
#include "proto_sign_certd.h"
#include "role.h"
#include "vcache.h"

/* The process: its pipes, its book in force and the one to be. */
struct certd {
	struct role_ctx	*role;
	struct pipe	*ike[WORKERS_MAX];
	struct pipe	*tmd, *sign, *fetch;
	uint8_t		 boot_key[32];	/* certd-sign's: tickets are its PRF */
	struct book	*book;
	struct book	*next_book;
	struct revoke	*revoke;	/* revoke.c's */
	struct vcache	*vcache;	/* of what the book in force judged */
	unsigned int	 nchecks;
	struct event	*hourly;	/* looks for what ends */
};

struct item;

/* checks.c: AUTH_CHECKs under way, each a state with a time-out. */
void	checks_begin(struct certd *c, unsigned int worker,
	    const struct mk_check *m);
void	checks_claimed(struct certd *c, const struct mc_claimed *m);
void	checks_signed(struct certd *c, const struct mc_signed *m);
/* certd-sign is gone: what waited for it fails. */
void	checks_sign_gone(struct certd *c);
/* Something was fetched, or could not be: who waits for it goes on. */
void	checks_fetched(struct certd *c, struct item *it);
/* The same for what a peer names by hash and URL. */
void	checks_url_fetched(struct certd *c);
/* c->book is about to be replaced: what rests on it fails. */
void	checks_book_goes(struct certd *c);
/* A worker is gone: nobody waits for its answers. */
void	checks_ike_gone(struct certd *c, unsigned int worker);

/* creds.c: answers tmd what is held. */
struct mv_creds;
void	certd_creds(struct certd *c, const struct mv_creds *m);

#endif /* CERTD_CERTD_H */
