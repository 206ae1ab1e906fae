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

#ifndef IKE_POLICY_H
#define IKE_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "kept_row.h"

/*
 * What ike knows of the policy: the rows of one snapshot.  A policy is
 * counted: a session keeps the one it was negotiated under.
 */
#define POLICY_MATCHES	64	/* tunnels tried for one unknown peer */

/*
 * A row as it is needed to find it; the whole is read when somebody asks.
 * Of ten thousand tunnels few have a session with this worker.
 */
struct policy_tunnel {
	uint32_t		  number;
	size_t			  row;		/* of the snapshot */
	const struct kept_tunnel *val;		/* NULL: not asked for yet */
	struct wt_addr		  host;		/* the peer's; af 0: wide */
};

struct policy_child {
	uint32_t		  tunnel;
	uint32_t		  number;
	size_t			  row;
	const struct kept_child	 *val;
};

struct policy {
	unsigned int		  refs;
	uint32_t		  generation;
	struct sn_ike		  ike;
	int			  have_ike;
	struct snap_rows	 *rows;		/* NULL: made row by row */
	struct kept_rows	 *kept;		/* those asked for */
	struct policy_tunnel	 *tunnels;	/* in order of their number */
	size_t			  ntunnels;
	struct policy_child	 *children;	/* by tunnel, file's order */
	size_t			  nchildren;
	size_t			 *first_child;	/* of a tunnel: index + 1 */
	size_t			 *next_child;	/* of the same tunnel */
	size_t			 *hosts;	/* hash: tunnel index + 1 */
	size_t			 *next;		/* chains of hosts */
	size_t			  nhosts;	/* buckets */
	size_t			 *wide;		/* those not for one host */
	size_t			  nwide;
	size_t			 *of_row;	/* place in tunnels, children */
};

/* An empty policy of that generation, to be filled row by row. */
struct policy *policy_new(uint32_t generation);
/* One row of a snapshot; fits snap_read().  NULL, or what is wrong. */
const char *policy_row(void *policy, uint16_t type, const void *val);
/* Sorts and indexes after the last row.  NULL, or what is wrong. */
const char *policy_finish(struct policy *);
/*
 * Reads a snapshot (fd is not closed).  *out is set when NULL is returned.
 * like (may be NULL) is the policy that holds: rows that stand in both at
 * the same place are known to be sound.
 */
const char *policy_read(int fd, uint32_t generation,
	    const struct policy *like, struct policy **out);

struct policy *policy_ref(struct policy *);
void	policy_unref(struct policy *);		/* NULL is fine */

/* NULL when there is none of that number. */
const struct kept_tunnel *policy_tunnel(const struct policy *,
	    uint32_t tunnel);
const struct kept_child *policy_child(const struct policy *,
	    uint32_t tunnel, uint32_t child);
/* The tunnel's children in the file's order, i from 0 until NULL. */
const struct kept_child *policy_child_at(const struct policy *,
	    uint32_t tunnel, size_t i);

/*
 * The tunnels that may answer a peer of these addresses, the narrowest
 * remote prefix first, then the order of numbers.  Returns how many.
 */
size_t	policy_match(const struct policy *, const struct wt_addr *local,
	    const struct wt_addr *remote, const struct kept_tunnel **out,
	    size_t max);

/* Does `listen` say this address (listen_here() of listen.h asks more)? */
int	policy_listens(const struct policy *, const struct wt_addr *local);

#endif /* IKE_POLICY_H */
