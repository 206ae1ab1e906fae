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

#ifndef IKE_EXCH_ROUNDS_H
#define IKE_EXCH_ROUNDS_H

#include "exch.h"
#include "sa_fsm.h"

/* Several rounds of authentication (RFC 4739), from 0. */

/* Is the round the last of both sides, as certd-sign counted them? */
int	exch_rounds_last(const struct setup *);
/* Has our side a round behind this one: does ANOTHER_AUTH_FOLLOWS go along? */
void	exch_rounds_add_follows(const struct setup *, struct msg_build *);
/* What the peer says of them in an IKE_AUTH message; first: the first one. */
void	exch_rounds_said(struct setup *, const struct packet *, int first);
/* The peer's part of a later round may be empty: was it, and is now? */
int	exch_rounds_empty(struct setup *, const struct packet *);

/* What the tables of sa_fsm.c call when a round is checked. */
enum sa_event	exch_rounds_i_next(struct session *, struct event_arg *);
enum sa_event	exch_rounds_r_answer(struct session *, struct event_arg *);
enum sa_event	exch_rounds_r_left(struct session *, struct event_arg *);
enum sa_event	exch_rounds_r_late(struct session *, struct event_arg *);

/* Initiator: SK {[IDi, [CERT*,] AUTH, [ANOTHER_AUTH_FOLLOWS]]}; 0 or -1. */
int	exch_rounds_i_send(struct session *);

#endif /* IKE_EXCH_ROUNDS_H */
