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

#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include "hash.h"
#include "reader.h"

/*
 * Cross checks of a resolved policy: what each key allows by itself and the
 * whole does not.
 */
void	check_policy(struct reader *r);

/* check_tunnel.c: their own keys, and each against all others. */
void	check_tunnels(struct reader *r);
/*
 * check_apart.c: is there one before that no peer could tell apart from t?
 * And, once the rules of all are digested, by the rounds of authentication.
 */
void	check_apart(struct reader *r, struct hash *seen, struct tunnel *t);
void	check_apart_rules(struct reader *r);
/*
 * For kept.h, in a: what peers tell a tunnel of one round by, none of an
 * initiator; and the octets of a child's selectors, NULL where nobody asks.
 */
struct slice check_apart_key(struct arena *a, const struct tunnel *t);
uint8_t	*check_owner_key(struct arena *a, const struct child *c,
	    size_t *len);
/* check_child.c: one tunnel's children. */
void	check_children(struct reader *r, const struct tunnel *t);
/*
 * A child with AH: not in user space, and nothing around it that a NAT could
 * change.  0, or -1: it was told, at that place; instead: what to use.
 */
int	check_ah_place(struct reader *r, const struct tunnel *t,
	    const struct child *c, struct place at, const char *instead);
/* check_manual.c: one tunnel's manual keys; seen: the SPIs of all. */
struct hash;
void	check_manual(struct reader *r, struct hash *seen,
	    const struct tunnel *t);
/* Where one of its keys stands; else the child, or the tunnel. */
struct place child_place(const struct tunnel *t, const struct child *c,
	    enum child_key k);

/* lane.c: marks, interfaces; gives IDs to interfaces that have none. */
void	check_lanes(struct reader *r);

/*
 * check_files.c: each psk that is named is a file of psk/ below dirfd,
 * which others cannot read.  What the caller may not see is not judged.
 * dir is the directory's name for people.
 */
void	check_files(struct reader *r, int dirfd, const char *dir,
	    int checking);

/*
 * cert_files.c: the certificates, keys and CRLs that the tunnels name, and
 * all of ca/ and crls/ where a peer shows a certificate, read into the
 * policy below dirfd.  A name without a file is an error.
 */
void	cert_files(struct reader *r, int dirfd, const char *dir);

#endif /* POLICY_CHECK_H */
