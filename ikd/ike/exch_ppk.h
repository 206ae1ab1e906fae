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

#ifndef IKE_EXCH_PPK_H
#define IKE_EXCH_PPK_H

#include <stddef.h>
#include <stdint.h>

#include "keymat.h"
#include "proto_ppk.h"
#include "sa_fsm.h"

/*
 * Post-quantum pre-shared keys: in IKE_AUTH (RFC 8784), or before it, in the
 * last IKE_INTERMEDIATE (RFC 9867).  certd-sign has the keys, chooses and
 * mixes; here is what is sent and in which order.
 */
struct ike;
struct msg_build;
struct packet;
struct session;

enum ppk_way { PPK_WAY_NONE, PPK_WAY_AUTH, PPK_WAY_INTER };
/* Is SK_d mixed (RFC 8784)? */
enum ppk_mix { PPK_MIX_NO, PPK_MIX_DUE, PPK_MIX_ASKED, PPK_MIX_DONE };
/* How far RFC 9867 has come. */
enum ppk_step { PPK_STEP_NONE, PPK_STEP_KEYS, PPK_STEP_SENT, PPK_STEP_MIX,
	PPK_STEP_OVER };

/* Of a setup. */
struct ppk_state {
	uint8_t			 way;		/* enum ppk_way, as agreed */
	uint8_t			 missed; /* an answer without was dropped */
	uint8_t			 mix;		/* enum ppk_mix */
	uint8_t			 step;		/* enum ppk_step */
	uint8_t			 used;
	/* The PPK_ID that is shown, by us or by the peer; then: used. */
	uint8_t			 id[PPK_ID_MAX];
	size_t			 id_len;
	uint8_t			 no_ppk[AUTH_DATA_MAX];	/* NO_PPK_AUTH */
	size_t			 no_ppk_len;
	struct mk_ppk_key	 keys[PPK_KEYS];	/* PPK_IDENTITY_KEYs */
	unsigned int		 nkeys;
	struct ike_keys		 k;	/* of a KE that came with them */
	int			 have_k;
};

/* ---- exch_ppk.c: IKE_SA_INIT and IKE_AUTH ---- */
/* Initiator: says that it would, if its tunnel would. */
void	exch_ppk_announce(const struct session *, struct msg_build *);
/*
 * Initiator: what the answer agrees to; 0: nothing, though the tunnel
 * requires it.
 */
int	exch_ppk_agreed(struct session *, const struct packet *);
/* Responder: the way, when a tunnel of the peer's addresses may use one. */
enum ppk_way exch_ppk_choose(const struct packet *, int may);
/* Responder: says so. */
void	exch_ppk_agree(const struct session *, struct msg_build *);

/* IKE_AUTH: ours, and the peer's. */
void	exch_ppk_add(struct session *, struct msg_build *);
void	exch_ppk_take(struct session *, const struct packet *);
/*
 * The peer is checked.  1 when SK_d is as it has to be; else it was asked
 * for, *ev says how that went.
 */
int	exch_ppk_ready(struct session *, struct event_arg *,
	    enum sa_event *ev);
/* Counts what came of it. */
void	exch_ppk_count(const struct session *);

/* ---- exch_ppk_int.c: IKE_INTERMEDIATE ---- */
/* Initiator: is it to come now?  Then EV_PPK is next. */
int	exch_ppk_due(struct session *);
enum sa_event	exch_ppk_ask(struct session *, struct event_arg *);
enum sa_event	exch_ppk_i_answer(struct session *, struct event_arg *);
/* The PPK_IDENTITY_KEYs that we have. */
void	exch_ppk_add_keys(struct session *, struct msg_build *);
/* Which of them the answer takes, if any; NULL, or what is wrong. */
const char *exch_ppk_taken(struct session *, const struct packet *);
/*
 * 1: it takes one: PPK_MIX is next, with the SK_d of k (of the key exchange
 * that it came with, if any; then k is wiped).
 */
int	exch_ppk_i_mix(struct session *, struct ike_keys *k);
enum sa_event	exch_ppk_r_answer(struct session *, struct event_arg *);
/*
 * Responder: the PPK_IDENTITY_KEYs of a request, as many as we look at; then
 * EV_PPK is next.
 */
unsigned int	exch_ppk_read(struct session *, const struct packet *);

#endif /* IKE_EXCH_PPK_H */
