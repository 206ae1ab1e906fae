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


#ifndef ESP_SEAL_H
#define ESP_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * One direction's cryptography: RFC 4303 packet format with AES-GCM (RFC
 * 4106), ChaCha20-Poly1305 (RFC 7634), AES-CBC (RFC 3602) and HMAC-SHA2 (RFC
 * 4868); 3DES, SHA-1 and MD5 for old peers.  A context is made once a
 * direction and only gets a new IV per packet.
 */
struct seal;

#define SEAL_HEAD_MAX	24	/* SPI, sequence number, 16 octets of IV */
#define SEAL_TAIL_MAX	(17 + 1 + 32)	/* padding, its two octets, ICV */

/* What seal_open() may find wrong. */
#define SEAL_MALFORMED	(-1)	/* too short, or not whole blocks */
#define SEAL_ICV	(-2)	/* not authentic */
#define SEAL_PADDING	(-3)	/* authentic, but its padding is not ours */

/* Fetches every algorithm: before the door closes.  Fatal on failure. */
void	seal_warm(void);

/*
 * Are the suite and the lengths of its keys what we can do?  1 or 0.  encr
 * counts the salt; integ is 0 with an AEAD.
 */
int	seal_known(const struct wt_suite *suite, size_t encr, size_t integ);

/*
 * A context for one direction; out is 1 to encrypt.  Keys are copied.
 * NULL when the suite is not known or OpenSSL refuses the key.
 */
struct seal *seal_new(const struct wt_suite *suite, int out,
	    const uint8_t *encr, size_t encr_len, const uint8_t *integ,
	    size_t integ_len);
void	seal_free(struct seal *s);

/* Octets from the start of ESP to the inner packet. */
size_t	seal_head(const struct seal *s);

/* Length of the ESP packet for an inner packet of len octets. */
size_t	seal_size(const struct seal *s, size_t len);

/* The longest inner packet that fits into an ESP packet of size octets. */
size_t	seal_room(const struct seal *s, size_t size);

/*
 * Encrypts in place: the inner packet of len octets stands at esp +
 * seal_head(); SEAL_TAIL_MAX octets behind it are free.  seq is the whole
 * number, never used before with this key; next is 4, 41 or 59.  Returns the
 * ESP packet's length, or -1 (a failure of OpenSSL).
 */
long	seal_packet(struct seal *s, uint32_t spi, uint64_t seq, uint8_t *esp,
	    size_t len, uint8_t next);

/*
 * Checks and decrypts in place; seq is replay_number()'s.  Returns the
 * payload's length (TFC padding included) with *inner and *next set, or one
 * of the errors above.
 */
long	seal_open(struct seal *s, uint64_t seq, uint8_t *esp, size_t len,
	    uint8_t **inner, uint8_t *next);

#endif /* ESP_SEAL_H */
