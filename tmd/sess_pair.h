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

#ifndef TMD_SESS_PAIR_H
#define TMD_SESS_PAIR_H

#include <sys/queue.h>

#include "proto_ike_tmd.h"

struct grant;

/* What the plane said of a pair when it was last asked. */
struct pair_seen {
	struct wt_counters	 counters;
	struct wt_sock		 local, remote;
};

/* One SA pair that is up. */
struct sa_pair {
	TAILQ_ENTRY(sa_pair)	 entry;
	uint32_t		 spi_in, spi_out;
	uint8_t			 initiator, udp_encap;
	struct wt_suite		 suite;
	uint64_t		 since, rekey_at, ends_at;
	uint64_t		 counted;	/* last asked; 0: never */
	struct pair_seen	*seen;		/* NULL: nothing yet */
	uint8_t			 ts[];		/* selectors (tspack.h) */
};

/* Part of sess.h: the SA pairs of a grant. */
struct sa_pair	*sess_grant_pair(const struct grant *g, uint32_t spi_in);
struct sa_pair	*sess_grant_add_pair(struct grant *g,
		    const struct mx_child_up *m);
void		 sess_grant_drop_pair(struct grant *g, struct sa_pair *p);
/* Its selectors on one side; returns how many. */
size_t		 sess_pair_ts(const struct sa_pair *p, int remote,
		    struct wt_ts out[LINK_TS]);
/* As the plane said last; all zero when it has said nothing. */
const struct pair_seen *sess_pair_seen(const struct sa_pair *p);
/* It says so now; NULL: where it is stays as it was. */
void		 sess_pair_saw(struct sa_pair *p, const struct wt_counters *c,
		    const struct wt_sock *local, const struct wt_sock *remote);
/* When it was last used, as far as was asked, but not before used. */
uint64_t	 sess_pair_used(const struct sa_pair *p, uint64_t used);

#endif /* TMD_SESS_PAIR_H */
