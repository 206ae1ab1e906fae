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

#ifndef SIGN_INQUIRY_H
#define SIGN_INQUIRY_H

#include "decide.h"
#include "id.h"
#include "init_msg.h"
#include "octets.h"
#include "reason.h"

#define ID_SHOWN	160	/* characters of an ID in a sentence */

/* What a request turned out to be about, and how it ended. */
struct inquiry {
	struct init_msg		 i, r;
	const struct entry	*entry;
	struct wt_id		 ours, peer, wants;
	unsigned int		 round;		/* from 0: RFC 4739 */
	struct passed		*passed;	/* NULL in the first */
	uint8_t			 digest[PEER_LEN];	/* of the peer */
	uint8_t			 sk_pi[KEY_MAX]; /* what AUTH takes: the */
	uint8_t			 sk_pr[KEY_MAX]; /* context's, or mixed */
	struct slice		 auth; /* the peer's, to be looked at */
	const struct ppk	*ppk;		/* mixed into them; or NULL */
	int			 ppk_used;
	int			 no_ppk;	/* auth is of NO_PPK_AUTH */
	char			 ppk_told[PPK_TOLD + 1]; /* as in a verdict */
	enum reason		 code;
	char			 text[1024];
};

/*
 * The checks return 0, or -1 with code and text in *q.  refuse() sets these
 * and returns -1.
 */
int	refuse(struct inquiry *q, enum reason code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
const char *kind_shown(unsigned int kind);	/* an auth_kind, in words */
const char *id_shown(const struct wt_id *id, char buf[ID_SHOWN]);

/*
 * The asker's own slot, a ticket that may be used so, and is from now on; or
 * in a later round that round.
 */
int	take_ticket(struct signer *s, unsigned int inst,
	    const struct mk_context *c, enum ticket_use use, uint64_t now,
	    struct inquiry *q);
/*
 * The ticket, used as an initiator's check or so, and as initiator the order,
 * which says what tunnel it is about.
 */
int	take_authority(struct signer *s, unsigned int inst,
	    const struct mk_check *m, enum ticket_use so, uint64_t now,
	    uint32_t *tunnel, struct inquiry *q);
/* Keys as long as the PRF says, messages that hold what they must. */
int	check_context(const struct mk_context *c, int initiator,
	    struct inquiry *q);
/* In the messages that q has read: our nonce, the ticket; and the peer's. */
int	check_nonces(const struct mk_context *c, int initiator,
	    struct inquiry *q);
/* Is a responder's peer nobody but us? */
int	check_reflection(struct signer *s, const struct mk_check *m,
	    uint64_t now, struct inquiry *q);
/* Our own ID, unless it is a certificate's that certd has not read yet. */
int	take_our_id(const struct wt_addr *local, struct inquiry *q);
/* Does the entry's tunnel have this PRF? */
int	check_prf(const struct mk_context *c, struct inquiry *q);
/* What the peer says of itself and of us. */
int	read_ids(const struct mk_check *m, struct inquiry *q);
/* How many rounds there are, as the tunnel and the peer see it. */
int	check_rounds(const struct mk_context *c, int signing,
	    struct inquiry *q);
/* The order's entry; and is the peer whom it expects? */
int	choose_as_initiator(const struct signer *s, uint32_t tunnel,
	    struct inquiry *q);
/* A later round's entry, of a peer who proves itself by one of kinds. */
int	choose_round(const struct signer *s, const struct mk_check *m,
	    uint8_t kinds, struct inquiry *q);
/*
 * A round was refused: nothing is left for a token to sign (s->later), and
 * whoever it was has no next one.  What ike asks out of turn (RSN_TICKET)
 * changes no round.
 */
void	fail_round(struct signer *s, struct inquiry *q);
/* The round is passed: the next may come, or that was the last. */
int	pass_round(struct signer *s, const struct mk_context *c,
	    int initiator, uint64_t now, struct inquiry *q);
/* Nothing fits: says so, with what nearly did. */
int	no_tunnel(const struct signer *s, const struct asked *a,
	    struct inquiry *q);

/*
 * q->digest: SHA-256 of id_canon(), cut: 2^64 tries to find two of one
 * digest.  In a later round of the digest before it and that.
 */
void	digest_peer(struct inquiry *q);

/* ours.c: the first pre-shared key for a peer that may be used, or NULL. */
const struct key *first_key(const struct signer *s, struct inquiry *q,
	    const struct wt_id *peer);
/* The one with which the peer made its AUTH, or NULL. */
const struct key *matching_key(const struct signer *s,
	    const struct mk_check *m, struct inquiry *q);
/* Is the one of this fingerprint still there for the peer of q's entry? */
int	psk_holds(const struct signer *s, struct inquiry *q,
	    const uint8_t fingerprint[32]);
/* One side's AUTH of a resumed SA, with that side's SK_p. */
void	resumed_input(const struct mk_context *c, const struct inquiry *q,
	    int of_i, struct slice sk_p, int full, struct slice id_body,
	    struct auth_in *in);
/* The sort of the key that we sign with by this entry; 0: none. */
void	auth_key_of(const struct signer *s, const struct entry *e,
	    struct wt_keysort *out);
/*
 * Our AUTH by the entry: with psk (NULL: the first for q->peer), or with its
 * private key.  method and *len say what is in out.
 */
int	auth_ours(const struct signer *s, const struct mk_context *c,
	    struct inquiry *q, int initiator, const struct key *psk,
	    uint8_t *method, uint8_t out[AUTH_DATA_MAX], uint16_t *len);
/*
 * message | nonce | prf(SK_p, ID body) | IntAuth of one side; returns its
 * length.
 */
size_t	auth_octets(const struct mk_context *c, const struct inquiry *q,
	    int of_i, struct slice id_body, uint8_t out[OCTETS_MAX]);

#endif /* SIGN_INQUIRY_H */
