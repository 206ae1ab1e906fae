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

#endif /* IKE_EXCH_INTER_H */
