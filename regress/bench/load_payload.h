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

#ifndef BENCH_LOAD_PAYLOAD_H
#define BENCH_LOAD_PAYLOAD_H

#include "proto_types.h"
#include "../../ikd/ike/msg_build.h"

/* Payloads of the load initiator's IKE_AUTH. */

/*
 * The ID of SA number's side: a, b, or g for the one name of a gateway; its
 * name goes to text.  Ends the program when it is none.
 */
void	load_name(struct wt_id *id, char side, unsigned int number,
	    char text[64]);
/* CERT, CERTREQ and AUTH over the three parts, for that name. */
void	load_add_cert(struct msg_build *m, const struct slice octets[3],
	    const char *fqdn, unsigned int number);
/*
 * SA, TSi and TSr; the inner addresses are those that policy_many() of
 * figures.sh gives.
 */
void	load_add_child(struct msg_build *m, const struct wt_proposal *esp,
	    unsigned int number);

#endif /* BENCH_LOAD_PAYLOAD_H */
