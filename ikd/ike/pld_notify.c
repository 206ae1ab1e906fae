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
 * Notify and Delete payloads, RFC 7296 sections 3.10 and 3.11.
 */

#include <string.h>

#include "alg.h"
#include "pld_notify.h"
#include "proto_resume.h"

#define HEAD_LEN	4

/*
 * Types whose data, or SPI, is used and has a width that can be checked
 * here.  Other error notifies count whatever they carry.
 */
static const struct width {
	uint16_t	type;
	uint16_t	min, max;	/* of the data */
	uint8_t		spi;		/* octets of SPI, 255: any */
} widths[] = {
	{ N_INVALID_KE_PAYLOAD, 2, 2, 255 },
	{ N_SET_WINDOW_SIZE, 4, 4, 255 },
	{ N_COOKIE, 1, IKE_COOKIE_MAX, 255 },
	{ N_NAT_DETECTION_SOURCE_IP, 20, 20, 255 },
	{ N_NAT_DETECTION_DESTINATION_IP, 20, 20, 255 },
	{ N_REKEY_SA, 0, 0, 4 },
	{ N_QUICK_CRASH_DETECTION, 16, IKE_CRASH_MAX, 0 },
	{ N_ADDITIONAL_IP4_ADDRESS, 4, 4, 255 },
	{ N_ADDITIONAL_IP6_ADDRESS, 16, 16, 255 },
	{ N_COOKIE2, 8, 64, 255 },
	{ N_NO_NATS_ALLOWED, 12, 36, 255 },
	{ N_ADDITIONAL_KE, 1, IKE_LINK_MAX, 255 },
	{ N_PPK_IDENTITY, 0, PPK_ID_MAX, 255 },
	{ N_NO_PPK_AUTH, 1, AUTH_DATA_MAX, 255 },
	{ N_PPK_IDENTITY_KEY, 1 + PPK_CONF_LEN, PPK_ID_MAX + PPK_CONF_LEN,
	    255 },
	{ N_TICKET_LT_OPAQUE, 5, 4 + RESUME_OPAQUE, 255 },
	{ N_TICKET_OPAQUE, 1, RESUME_OPAQUE, 255 },
};

static const char *
check_width(const struct pld_notify *n)
{
	size_t i;

	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		if (widths[i].type != n->type)
			continue;
		if (n->data.len < widths[i].min ||
		    n->data.len > widths[i].max)
			return ("notify data of the wrong width");
		if (widths[i].spi != 255 && n->spi.len != widths[i].spi)
			return ("notify SPI of the wrong width");
		break;
	}
	return (NULL);
}

const char *
pld_notify_parse(const uint8_t *p, size_t len, struct pld_notify *n)
{
	size_t spi_len;

	memset(n, 0, sizeof(*n));
	if (len < HEAD_LEN)
		return ("notify cut short");
	spi_len = p[1];
	if (spi_len > len - HEAD_LEN)
		return ("notify SPI out of bounds");
	n->proto = p[0];
	n->type = get16(p + 2);
	n->spi.p = p + HEAD_LEN;
	n->spi.len = spi_len;
	n->data.p = n->spi.p + spi_len;
	n->data.len = len - HEAD_LEN - spi_len;
	return (check_width(n));
}

int
packet_notify(const struct packet *pkt, unsigned int type,
    struct pld_notify *n)
{
	const struct pld *pld = NULL;

	while ((pld = packet_find(pkt, PLD_N, pld)) != NULL)
		if (pld_notify_parse(pld->p, pld->len, n) == NULL &&
		    n->type == type)
			return (1);
	return (0);
}

int
packet_error(const struct packet *pkt, struct pld_notify *n)
{
	const struct pld *pld = NULL;

	while ((pld = packet_find(pkt, PLD_N, pld)) != NULL)
		if (pld_notify_parse(pld->p, pld->len, n) == NULL &&
		    n->type < N_STATUS)
			return (1);
	return (0);
}

const char *
pld_delete_parse(const uint8_t *p, size_t len, struct pld_delete *d)
{
	size_t want;

	memset(d, 0, sizeof(*d));
	if (len < HEAD_LEN)
		return ("delete cut short");
	d->proto = p[0];
	d->spi_len = p[1];
	d->n = get16(p + 2);
	d->spis.p = p + HEAD_LEN;
	d->spis.len = len - HEAD_LEN;
	if (d->proto == PROTO_IKE)
		want = 0;
	else if (d->proto == PROTO_ESP || d->proto == PROTO_AH)
		want = 4;
	else
		return ("delete of an unknown protocol");
	if (d->spi_len != want)
		return ("delete SPI of the wrong width");
	if (d->n > IKE_DELETE_MAX)
		return ("too many SPIs in a delete");
	if (want == 0 && d->n != 0)
		return ("delete of the IKE SA with SPIs");
	if (d->spis.len != want * d->n)
		return ("delete's count and length disagree");
	return (NULL);
}

uint32_t
pld_delete_spi(const struct pld_delete *d, size_t i)
{
	return (get32(d->spis.p + 4 * i));
}
