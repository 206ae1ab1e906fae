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

#ifndef IKE_PROP_H
#define IKE_PROP_H

#include <stddef.h>
#include <stdint.h>

#include "pld_sa.h"
#include "proto_types.h"

/*
 * Which algorithms (RFC 7296 sections 2.7 and 3.3.6).
 *
 * The responder's order wins: the first of OUR proposals that one of theirs
 * meets, and in it the first of OUR transforms of each type that theirs
 * has.  One exception: the group of the KE payload that came along is taken
 * when the chosen proposals both have it, since another would cost a round
 * trip and a second key generation.
 *
 * An additional key exchange is one that none before it in the list of types
 * has taken (RFC 9370 section 2.2.1); a list that leaves its type out, or has
 * NONE in it, does without.
 *
 * In a list, "no key exchange" and "no integrity" are said by a transform of
 * id 0 or by leaving the type out; both mean the same.  An AEAD is paired
 * with no integrity transform only, another cipher never without one.
 */
struct prop_want {
	uint8_t		proto;		/* PROTO_* of alg.h */
	uint8_t		spi_len;	/* of their proposals: 0, 4, 8 */
	uint8_t		no_ke;		/* IKE_AUTH: groups do not count */
	uint8_t		no_more_ke;	/* RFC 9370 is not agreed: proposals
					 * with additional ones are void */
	uint16_t	ke_hint;	/* group of their KE payload, or 0 */
};

struct prop_choice {
	struct wt_suite	suite;
	uint8_t		num;		/* their proposal's number */
	uint16_t	types;		/* bit 1 << XF_*: type was in it */
	uint8_t		spi_len;
	uint8_t		spi[SPI_LEN];	/* theirs */
	size_t		ours;		/* index of our proposal */
};

/*
 * Responder.  Returns 0, or -1 with why (IKE_WHY_MAX is enough) telling what
 * does not meet and both sides' lists: "nothing in common: encryption: ours
 * aes256gcm16, theirs aes256 aes128".
 */
int	prop_choose(const struct wt_proposal *ours, size_t n,
	    const struct sa_payload *theirs, const struct prop_want *want,
	    struct prop_choice *c, char *why, size_t size);

/*
 * Initiator: is the answer one whole choice out of one proposal that we
 * offered (as it was sent)?  Returns 0, or -1 with why.
 */
int	prop_check(const struct wt_proposal *offered, size_t n,
	    const struct sa_payload *answer, const struct prop_want *want,
	    struct prop_choice *c, char *why, size_t size);

/*
 * The proposals to send or to choose from, made of the policy's: for ESP the
 * ESN transforms are added where the list has none (esn: ESN and, after it,
 * no ESN; else no ESN alone), and no_ke takes out the groups (IKE_AUTH, or
 * a child without PFS).  out has room for n.
 */
void	prop_offer(const struct wt_proposal *in, size_t n, int esn, int no_ke,
	    struct wt_proposal *out);

/*
 * Those of an IKE policy's proposals that have this PRF, and in them no
 * other; returns how many.  A rekey asks for them first: RFC 7296 section
 * 2.18 expands the keys with the new SA's PRF, strongSwan with the old one's,
 * and where it stays the same both agree.  out has room for n.
 */
size_t	prop_keep_prf(const struct wt_proposal *in, size_t n,
	    unsigned int prf, struct wt_proposal *out);

/*
 * PFS without a group in the policy: gives those proposals that have none the
 * IKE SA's group, first, and then the others of the tunnel's IKE proposals;
 * a peer whose IKE SA and Child SAs want different groups finds its own.
 * prefer: and last, that there is none, for a peer that has none.
 */
void	prop_add_groups(struct wt_proposal *p, size_t n, unsigned int first,
	    const struct wt_proposal *ike, size_t ike_n, int prefer);

/* The one-choice proposal that answers c, for msg_add_sa_num(). */
void	prop_answer(const struct prop_choice *c, struct wt_proposal *out);

/* The first group of a list of proposals, which the KE payload is made of. */
unsigned int prop_first_ke(const struct wt_proposal *p, size_t n);

/* 1 when the list has the group: is an INVALID_KE_PAYLOAD to be believed? */
int	prop_has_ke(const struct wt_proposal *p, size_t n, unsigned int group);

/* Has one of them an additional key exchange? */
int	prop_has_more_ke(const struct wt_proposal *p, size_t n);

/* "aes256gcm16-prfsha384-x25519", for people; out is always terminated. */
char	*prop_print_suite(const struct wt_suite *s, char *out, size_t size);

#endif /* IKE_PROP_H */
