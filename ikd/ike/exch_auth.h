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

#ifndef IKE_EXCH_AUTH_H
#define IKE_EXCH_AUTH_H

#include "packet.h"
#include "proto_ike_sign.h"
#include "sa_fsm.h"

/* IKE_AUTH: what the tables of sa_fsm.c call, role by role. */

/* ---- exch_auth_i.c ---- */
enum sa_event	exch_auth_i_sign(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_send(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_response(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_install(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_up(struct session *, struct event_arg *);
enum sa_event	exch_auth_i_refused(struct session *, struct event_arg *);

/* ---- exch_auth_r.c ---- */
enum sa_event	exch_auth_r_request(struct session *, struct event_arg *);
enum sa_event	exch_auth_r_install(struct session *, struct event_arg *);
enum sa_event	exch_auth_r_up(struct session *, struct event_arg *);
enum sa_event	exch_auth_r_refused(struct session *, struct event_arg *);

/* ---- exch_auth.c: what both roles do ---- */
/* Fills the context of SIGN and AUTH_CHECK; slices point into the setup. */
void	exch_auth_context(struct session *, struct mk_context *);
/*
 * A question to certd-sign or certd, sent by send(): again soon when there is
 * no credit, given up after ms.
 */
enum sa_event	exch_ask(struct session *, struct event_arg *,
		    int (*send)(struct session *), unsigned int ms);
/* Sends AUTH_CHECK, and PPK_MIX after it where that is to be. */
enum sa_event	exch_auth_check(struct session *, struct event_arg *);
/* AUTH_CHECKED, what follows from it, and GRANTED are there: EV_READY. */
enum sa_event	exch_auth_both(struct session *, struct event_arg *);
/* IKE_AUTH's common payloads; 0, or a notify type with why. */
unsigned int	exch_auth_parse(struct session *, const struct packet *,
	    const char **why);
/* Ends the attempt: NEG_FAILED, counters, log. */
void	exch_auth_failed(struct session *, unsigned int code,
	    const char *text);

#endif /* IKE_EXCH_AUTH_H */
