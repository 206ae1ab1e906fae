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

#ifndef IKE_SK_H
#define IKE_SK_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * The Encrypted payload (RFC 7296 section 3.14; RFC 5282 for AEAD, RFC 7634
 * for ChaCha20-Poly1305).  A context is made once per SA and direction; the
 * working memory of cipher and MAC is shared by all SAs, keyed anew when
 * another SA had it and wiped when the SA goes.  No message fetches or
 * allocates.
 */
struct sk_ctx;

enum sk_dir { SK_SEAL = 1, SK_OPEN = 2 };

/*
 * suite: encr, encr_bits, integ count.  sk_e: the key, with its salt at the
 * end for AEAD; sk_a: the integrity key, empty with AEAD.  Lengths must be
 * the algorithm's (keymat.h makes them so).  Keys are copied; the caller
 * wipes its own.  NULL: algorithm unknown, wrong length, or
 * OpenSSL failed.
 */
struct sk_ctx	*sk_ctx_new(const struct wt_suite *suite, enum sk_dir dir,
		    struct slice sk_e, struct slice sk_a);
void		 sk_ctx_free(struct sk_ctx *sk); /* wipes; NULL is fine */
/* Its keys, as sk_ctx_new() had them; the context's. */
void		 sk_keys(const struct sk_ctx *sk, struct slice *sk_e,
		    struct slice *sk_a);

/* Octets of the explicit IV, of a cipher block (1: none), of the ICV. */
size_t		 sk_iv_len(const struct sk_ctx *sk);
size_t		 sk_block_len(const struct sk_ctx *sk);
size_t		 sk_icv_len(const struct sk_ctx *sk);

/*
 * Encrypts in place.  The message has its final length len in its header
 * and in SK's; SK's generic header is at sk_off and its payload is IV (to be
 * filled here), inner payloads with padding and pad length, ICV (to be
 * filled).  Of a fragment (RFC 7383 section 2.5) sk_off is where its two
 * numbers are, the last four octets of SKF's header.  iv must never repeat
 * under one key: epoch in the upper 32 bits, a counter in the lower; AEAD
 * sends it as it is, CBC sends its encryption, which nobody can predict (NIST
 * SP 800-38A appendix C).
 * Returns 0, or -1 when lengths do not fit or OpenSSL failed.
 */
int		 sk_seal(struct sk_ctx *sk, uint8_t *msg, size_t len,
		    size_t sk_off, uint64_t iv);

enum sk_result {
	SK_GOOD = 0,
	SK_FORGED,	/* not authentic, or too short to be: drop it */
	SK_BROKEN,	/* authentic, but its padding is impossible */
	SK_FAILED	/* OpenSSL failed */
};

/*
 * Verifies and decrypts in place; the integrity check comes first.  On
 * SK_GOOD *plain and *plain_len are the inner payloads without padding, in
 * msg.  Else msg's content is void for a message that was not SK_FORGED by
 * a MAC, so keep a copy of what is still needed.
 */
enum sk_result	 sk_open(struct sk_ctx *sk, uint8_t *msg, size_t len,
		    size_t sk_off, const uint8_t **plain,
		    size_t *plain_len);

/* 1 when sk_ctx_new() can serve this suite. */
int		 sk_supported(const struct wt_suite *suite);

#endif /* IKE_SK_H */
