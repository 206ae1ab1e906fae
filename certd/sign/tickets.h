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

#ifndef SIGN_TICKETS_H
#define SIGN_TICKETS_H

#include <stdint.h>

#include "proto_ike_sign.h"
#include "roles.h"

#define BOOT_KEY_LEN	32

/*
 * Tickets: our nonces.  HMAC-SHA2-256(boot key, slot | counter in 8 octets),
 * slot in 1.  Each is good for one verdict, TICKET_SECONDS after its issue.
 * What is remembered is bounded: when a slot has issued more than the ring
 * holds within that time, its oldest are forgotten and so refused.
 */
struct tickets;

/* Times are seconds of CLOCK_BOOTTIME. */
struct tickets	*tickets_new(const uint8_t key[BOOT_KEY_LEN]);
void		 tickets_free(struct tickets *t);

/* Issues count (at most TICKET_BATCH) tickets for slot (below SLOTS). */
void		 tickets_issue(struct tickets *t, unsigned int slot,
		    unsigned int count, uint64_t now, struct mk_tickets *out);

/*
 * TU_SIGN: our first AUTH as initiator.  TU_CHECK_INITIATOR: the verdict
 * that follows it.  TU_CHECK_RESPONDER: the only use of a responder's, or
 * where certd judges the peer TU_CLAIM and after it TU_CERT_SIGN.  TU_PPK:
 * RFC 9867, once, before all of these.  TU_LOOK: it may be used yet, and
 * still may be.  Of several rounds of authentication this is the first:
 * rounds.h has the others.
 */
enum ticket_use { TU_SIGN, TU_CHECK_INITIATOR, TU_CHECK_RESPONDER, TU_CLAIM,
	TU_CERT_SIGN, TU_PPK, TU_LOOK };

/* Uses it up.  Returns NULL, or a literal that says why it is refused. */
const char	*tickets_use(struct tickets *t, const struct mk_ticket *k,
		    enum ticket_use use, uint64_t now);

/* Is it one of ours, and young enough?  NULL, or why not. */
const char	*tickets_alive(struct tickets *t, const struct mk_ticket *k,
		    uint64_t now);

/* HMAC-SHA2-256(boot key, "fingerprint" | secret): tells two secrets apart. */
void		 tickets_fingerprint(const struct tickets *t,
		    struct slice secret, uint8_t out[32]);

#endif /* SIGN_TICKETS_H */
