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

#ifndef POLICY_MODEL_MANUAL_H
#define POLICY_MODEL_MANUAL_H

#include <stdint.h>

#include "proto_manual.h"

/* sa: of a child of a tunnel with `keying: manual`; see model.h. */
struct node;

enum way_key { W_SPI, W_KEY, W_KEYS };
struct manual_way {
	uint64_t		 spi;
	const char		*key;		/* manual/ */
	const struct node	*at[W_KEYS];
};

enum manual_key { SA_PROTOCOL, SA_ALGORITHM, SA_IN, SA_OUT, SA_KEYS };
struct manual_sa {
	const struct node	*node;
	uint64_t		 protocol;	/* PROTO_ESP, PROTO_AH */
	const char		*algorithm;	/* as written */
	struct manual_way	 in;
	struct manual_way	 out;
	const struct node	*at[SA_KEYS];
	/* resolve_manual.c */
	struct wt_proposal	 prop;
	uint16_t		 encr, encr_bits, integ;
};

#endif /* POLICY_MODEL_MANUAL_H */
