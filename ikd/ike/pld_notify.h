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

#ifndef IKE_PLD_NOTIFY_H
#define IKE_PLD_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

#include "packet.h"
#include "wire.h"

/* Notify, RFC 7296 section 3.10; slices point into the message. */
struct pld_notify {
	uint8_t		proto;
	uint16_t	type;		/* enum ike_notify */
	struct slice	spi;
	struct slice	data;
};

/*
 * NULL or what is wrong.  For the types we know whose data has a fixed
 * width (REKEY_SA's SPI, INVALID_KE_PAYLOAD, COOKIE, NAT_DETECTION_*,
 * SET_WINDOW_SIZE, QUICK_CRASH_DETECTION, those of MOBIKE and of PPKs) that
 * width is checked too.
 */
const char	*pld_notify_parse(const uint8_t *p, size_t len,
		    struct pld_notify *n);

/*
 * Looks through the packet for a notify of this type; fills n and returns 1
 * when there is a well-formed one.
 */
int		 packet_notify(const struct packet *pkt, unsigned int type,
		    struct pld_notify *n);

/* The first error notify of the packet (type below 16384); 1 when found. */
int		 packet_error(const struct packet *pkt,
		    struct pld_notify *n);

/* Delete, section 3.11.  n SPIs of spi_len octets each, one by one in spis. */
struct pld_delete {
	uint8_t		proto;		/* PROTO_IKE: spi_len 0, n 0 */
	uint8_t		spi_len;	/* 4 for ESP and AH */
	uint16_t	n;
	struct slice	spis;
};

const char	*pld_delete_parse(const uint8_t *p, size_t len,
		    struct pld_delete *d);

/* The i-th SPI of an ESP or AH Delete, host order; i < d->n. */
uint32_t	 pld_delete_spi(const struct pld_delete *d, size_t i);

#endif /* IKE_PLD_NOTIFY_H */
