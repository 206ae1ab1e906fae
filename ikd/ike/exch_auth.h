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

#endif /* IKE_EXCH_AUTH_H */
