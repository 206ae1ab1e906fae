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

#ifndef TMD_SNAPSHOT_H
#define TMD_SNAPSHOT_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "groups.h"
#include "proto_snap.h"

/*
 * The policy as tmd knows it: what a snapshot of tmd-policy says of the
 * suite, its tunnels and children, and the ceiling of each child.  Read
 * into a standby copy, then committed or thrown away.
 */
struct pol_child {
	TAILQ_ENTRY(pol_child)	 entry;
	struct sn_child		 cf;
	struct wt_ceiling	 ceiling;
	int			 has_cf, has_ceiling;
};

/*
 * A tunnel whose rows are the same octets in two snapshots is one object in
 * both policies: what did not change costs a reload nothing.
 */
struct pol_tunnel {
	unsigned int		 refs;		/* policies */
	struct sn_tunnel	 cf;
	int			 has_cf;
	unsigned int		 nchildren;
	TAILQ_HEAD(, pol_child)	 children;	/* by number */
};

/* A tunnel in one policy: where its rows are there. */
struct pol_ref {
	RB_ENTRY(pol_ref)	 node;
	uint32_t		 number;
	struct pol_tunnel	*t;
	size_t			 row; /* its first, then the children */
	size_t			 ceilings;	/* the first of theirs */
	unsigned int		 nceilings;
	int			 scattered;	/* rows in another order */
	int			 whole;		/* was looked at */
	int			 generic; /* whole: it has a generic child */
};

RB_HEAD(pol_tree, pol_ref);

struct policy {
	uint32_t		 generation;
	struct sn_suite		 suite;
	int			 has_suite;
	unsigned int		 ntunnels;
	struct pol_tree		 tunnels;	/* by number */
	struct groups		*groups;
	int			 generics;	/* a child is generic */
	unsigned int		 nrules;	/* of filters, in order */
	struct sn_rule		*rules;
	unsigned int		 nsettings;
	struct sn_setting	*settings;
	struct snap_rows	*rows;		/* NULL: made row by row */
	struct pol_ref		**of_row;	/* whose row it is, or NULL */
};

#define CHILDREN_MAX	32	/* of one tunnel: as many as INITIATE names */

/* An empty policy; and an end to one (NULL is fine). */
struct policy *snapshot_new(uint32_t generation);
void	snapshot_free(struct policy *p);

/*
 * Takes one row (enum snap_type); returns NULL or what is wrong with it.
 * Rows may come in any order.
 */
const char *snapshot_row(struct policy *p, uint16_t type, const void *val);
/* After the last row: is it whole?  NULL, or what is missing. */
const char *snapshot_whole(struct policy *p);

/*
 * Reads a sealed memfd (not closed).  NULL and *why set when it is bad.
 * Tunnels that stand unchanged in like (may be NULL) are shared with it.
 */
struct policy *snapshot_load(int fd, uint32_t generation,
		    const struct policy *like, const char **why);

struct pol_tunnel *snapshot_tunnel(const struct policy *p, uint32_t number);
struct pol_child *snapshot_child(const struct pol_tunnel *t, uint32_t number);
/* Walks by number: NULL gives the first. */
struct pol_tunnel *snapshot_next(const struct policy *p,
		    const struct pol_tunnel *t);

/*
 * What a reload means, tunnel by tunnel.  A tunnel is kept when its number
 * and the digest of its meaning are the same: a new name or note is no
 * change.  It is rekeyed when only the keys' digest differs, its own or a
 * child's.  Another digest under the same number and name is a change.  was
 * or is is NULL for what was added or removed; all that was removed is told
 * first.  was and is are the same object where nothing at all differs.
 */
enum snap_change { SNAP_KEPT, SNAP_REKEYED, SNAP_CHANGED, SNAP_ADDED,
	SNAP_REMOVED, SNAP_CHANGES };
/* Have two of the same tunnel and number the keys' digest in common? */
int	snapshot_child_keys(const struct pol_child *a,
	    const struct pol_child *b);
/* The same in a word: kept, renamed, rekeyed, restarted, added, removed. */
const char *snapshot_change(enum snap_change how,
	    const struct pol_tunnel *was, const struct pol_tunnel *is);
void	snapshot_diff(const struct policy *was, const struct policy *is,
	    void (*fn)(void *ctx, enum snap_change how,
	    const struct pol_tunnel *was, const struct pol_tunnel *is),
	    void *ctx);

#endif /* TMD_SNAPSHOT_H */
