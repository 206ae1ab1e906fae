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

/*
 * The IKE header, RFC 7296 section 3.1.
 */

#include <string.h>

#include "hdr.h"
#include "ike_const.h"

#define HDR_MAJOR	2

int
spi_is_zero(const uint8_t spi[SPI_LEN])
{
	static const uint8_t zero[SPI_LEN];

	return (memcmp(spi, zero, SPI_LEN) == 0);
}

const char *
hdr_parse(const uint8_t *p, size_t len, struct ike_hdr *h)
{
	memset(h, 0, sizeof(*h));
	if (len < HDR_LEN)
		return ("message shorter than its header");
	if (len > IKE_MSG_MAX)
		return ("message too long");
	memcpy(h->spi_i, p, SPI_LEN);
	memcpy(h->spi_r, p + SPI_LEN, SPI_LEN);
	h->next = p[16];
	h->major = p[17] >> 4;
	h->minor = p[17] & 0x0f;
	h->exch = p[18];
	h->flags = p[19];
	h->msgid = get32(p + 20);
	h->length = get32(p + 24);
	if (h->length != len)
		return ("length field is not the datagram's");
	if (spi_is_zero(h->spi_i))
		return ("initiator's SPI is zero");
	return (NULL);
}

void
hdr_build(const struct ike_hdr *h, uint8_t out[HDR_LEN])
{
	memcpy(out, h->spi_i, SPI_LEN);
	memcpy(out + SPI_LEN, h->spi_r, SPI_LEN);
	out[16] = h->next;
	out[17] = HDR_MAJOR << 4;
	out[18] = h->exch;
	out[19] = h->flags;
	put32(out + 20, h->msgid);
	put32(out + 24, h->length);
}
