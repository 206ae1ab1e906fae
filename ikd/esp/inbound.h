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


#ifndef ESP_INBOUND_H
#define ESP_INBOUND_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * A datagram from the NAT-T port: keepalive, ESP or a stray IKE message (RFC
 * 3948 section 2).  Decrypted in place; what is inside may wait there for
 * tun_flush().  tc is the outer traffic class.
 */
int	inbound_datagram(const struct wt_sock *local,
	    const struct wt_sock *remote, uint8_t tc, uint8_t *p, size_t len);

#endif /* ESP_INBOUND_H */
