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
 * NAT detection, RFC 7296 section 2.23.
 */

#include <string.h>

#include "addr.h"
#include "ike_crypto.h"
#include "natt.h"
#include "pld_notify.h"
#include "proto_ike_tmd.h"

int
natt_hash(const uint8_t *spi_i, const uint8_t *spi_r,
    const struct wt_sock *s, uint8_t out[NATT_HASH_LEN])
{
	uint8_t in[2 * SPI_LEN + 16 + 2];
	size_t alen = addr_len(&s->addr);
	unsigned int n;

	memcpy(in, spi_i, SPI_LEN);
	memcpy(in + SPI_LEN, spi_r, SPI_LEN);
	memcpy(in + 2 * SPI_LEN, s->addr.a, alen);
	put16(in + 2 * SPI_LEN + alen, s->port);
	if (EVP_Digest(in, 2 * SPI_LEN + alen + 2, out, &n, ike_md_sha1(),
	    NULL) != 1)
		return (-1);
	return (n == NATT_HASH_LEN ? 0 : -1);
}

int
natt_fake(uint8_t out[NATT_HASH_LEN])
{
	return (ike_random_octets(out, NATT_HASH_LEN));
}

int
natt_source(const uint8_t *spi_i, const uint8_t *spi_r,
    const struct wt_sock *s, int forced, uint8_t out[NATT_HASH_LEN])
{
	struct wt_sock says = *s;

	/* Where the kernel chooses the address, nobody knows it yet. */
	if (s->addr.af == 0)
		return (natt_fake(out));
	if (forced && !s->tcp)	/* by TCP it is encapsulated in any case */
		says.port = 0;
	return (natt_hash(spi_i, spi_r, &says, out));
}

/*
 * How many notifies of this type there are, and whether one is the hash of
 * that address.
 */
static int
count(const struct packet *pkt, unsigned int type, const struct wt_sock *s,
    int *match)
{
	struct pld_notify n;
	const struct pld *pld = NULL;
	uint8_t want[NATT_HASH_LEN];
	int found = 0;

	*match = 0;
	if (natt_hash(pkt->hdr.spi_i, pkt->hdr.spi_r, s, want) != 0)
		return (0);
	while ((pld = packet_find(pkt, PLD_N, pld)) != NULL) {
		if (pld_notify_parse(pld->p, pld->len, &n) != NULL ||
		    n.type != type)
			continue;
		found++;
		if (memcmp(n.data.p, want, sizeof(want)) == 0)
			*match = 1;
	}
	return (found);
}

int
natt_detect(const struct packet *pkt, const struct wt_sock *local,
    const struct wt_sock *remote)
{
	struct wt_sock forced = *remote;
	int us, peer, bits = NATT_CLEAR;

	if (count(pkt, N_NAT_DETECTION_DESTINATION_IP, local, &us) == 0 ||
	    count(pkt, N_NAT_DETECTION_SOURCE_IP, remote, &peer) == 0)
		return (NATT_NONE);
	if (!us)
		bits |= NAT_US;
	if (peer)
		return (bits);
	forced.port = 0;
	(void)count(pkt, N_NAT_DETECTION_SOURCE_IP, &forced, &peer);
	return (bits | (peer ? NAT_ASKED : NAT_PEER));
}
