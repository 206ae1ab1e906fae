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

#ifndef POLICY_RESOLVE_H
#define POLICY_RESOLVE_H

#include "reader.h"

/*
 * Fills in what the file leaves out: short forms, the other side's address
 * and identity, role and start, the child `host`, traffic selectors.
 */
void	resolve_policy(struct reader *r);

/* resolve_child.c: all children of a tunnel whose endpoints are resolved. */
void	resolve_children(struct reader *r, struct tunnel *t);

/*
 * resolve_manual.c: keying: manual, in the place of all others; a child of
 * either, before its selectors.  Has the k-th key of m a meaning there?
 */
void	resolve_manual(struct reader *r, struct tunnel *t);
void	resolve_manual_child(struct reader *r, const struct tunnel *t,
	    struct child *c);
int	manual_has_key(const struct keymap *m, size_t k);

/* resolve_auth.c: of a tunnel whose own keys are read. */
void	resolve_auth(struct reader *r, struct tunnel *t);
/* Do both sides prove themselves by the same pre-shared key, and no more? */
int	tunnel_one_psk(const struct tunnel *t);
/* Are these the same pre-shared keys? */
int	auth_one_psk(const struct auth *a, const struct auth *b);

/*
 * resolve_rounds.c, RFC 4739: an ID in the first round is the side's; what
 * is behind the first round; and whose ID is what there, once the sides' are
 * known.
 */
void	resolve_first_ids(struct reader *r, struct tunnel *t);
void	resolve_rounds(struct reader *r, const struct tunnel *t);
void	resolve_round_ids(struct reader *r, struct tunnel *t);
/* The round of this number, or NULL; how many there are of a side, of both. */
const struct auth *auth_round(const struct auth *a, unsigned int round);
unsigned int auth_rounds(const struct auth *a);
unsigned int tunnel_rounds(const struct tunnel *t);

/* Is this endpoint one address? */
int	endpoint_single(const struct endpoint *e);
/* Can the peer come from more than a list of single addresses? */
int	endpoint_wild(const struct endpoint *e);

/* The port of ours that a tunnel uses, by the peer's. */
uint64_t resolve_local_port(const struct policy *po, const struct tunnel *t);

/* Which key a value was set by; else the tunnel's name. */
struct place tunnel_place(const struct tunnel *t, enum tunnel_key k);

#endif /* POLICY_RESOLVE_H */
