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

#ifndef IKE_EXCH_INTER_H
#define IKE_EXCH_INTER_H

#include "exch.h"

/* ---- exch_inter.c: IKE_INTERMEDIATE ---- */
/* The next additional key exchange of the IKE SA being made, or KE_NONE. */
unsigned int	exch_inter_method(const struct session *);
enum sa_event	exch_inter_i_send(struct session *, struct event_arg *);
enum sa_event	exch_inter_i_response(struct session *, struct event_arg *);
enum sa_event	exch_inter_r_request(struct session *, struct event_arg *);
/* Initiator: what follows once this one is done. */
enum sa_event	exch_inter_next(struct session *);

/*
 * For exch_ppk_int.c.  A message that was built, or came from the initiator or
 * responder, counts for AUTH; 0 or -1.
 */
int		exch_inter_built(struct session *, struct out *);
int		exch_inter_came(struct session *, const struct packet *,
		    int of_i);
void		exch_inter_nonces(const struct session *, struct nonces *);
/* SK {[KE,] [N(PPK_IDENTITY)]} as the answer; NULL or why not. */
const char	*exch_inter_respond(struct session *, struct slice ppk);
/* An IKE_INTERMEDIATE is over. */
void		exch_inter_done(struct session *);

#endif /* IKE_EXCH_INTER_H */
