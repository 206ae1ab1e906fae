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

#ifndef SIGN_KEPT_H
#define SIGN_KEPT_H

#include "proto_resume.h"

/*
 * The state of an IKE SA that a ticket stands for (RFC 5723 section 5): sealed
 * in ours, beside a peer's.  made and until: CLOCK_BOOTTIME seconds.
 */
#define RESUME_VERSION	2
#define FIELDS_rs_state(X)						\
	X(U8, version)							\
	X(U64, made)							\
	X(U64, until)							\
	X(ONE, suite, wt_suite)						\
	X(U8, full)							\
	X(SBUF, d, KEY_MAX)						\
	X(ONE, p, mv_proved)
WIRE_STRUCT(rs_state);

/* Tickets of peers, one a tunnel; when there are too many the oldest goes. */
#define KEPT_MAX	4096

struct kept_ticket {
	struct rs_state	 st;		/* but SK_d */
	uint8_t		*d;		/* SK_d, in the locked heap */
	uint32_t	 order;		/* that has shown it; 0: none yet */
	uint64_t	 shown;		/* when */
	size_t		 len;
	uint8_t		 opaque[RESUME_OPAQUE];
};

struct kepts;

struct kepts	*kepts_new(void);
void		 kepts_free(struct kepts *);
/* Replaces the tunnel's; n is the table's from then on. */
void		 kepts_put(struct kepts *, struct kept_ticket *n);
/* With SK_d: the caller's to wipe. */
void		 kept_state(const struct kept_ticket *k, struct rs_state *out);
struct kept_ticket *kepts_find(struct kepts *, uint32_t tunnel);
/* NULL: the first. */
struct kept_ticket *kepts_next(struct kepts *, const struct kept_ticket *k);
void		 kepts_drop(struct kepts *, struct kept_ticket *k);

#endif /* SIGN_KEPT_H */
