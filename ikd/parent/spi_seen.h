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

#ifndef PARENT_SPI_SEEN_H
#define PARENT_SPI_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * The SPIs of this boot: an inbound (SPI, our address, protocol) or an
 * outbound (SPI, peer's address, protocol) that has stood once is refused
 * ever after, so that no recorded packet fits a later SA and no pair of key
 * and sequence number is used twice by mistake.
 *
 * What is kept is a 64-bit fingerprint under a random key: a false match
 * (one chance in 2^41 with a full set) is nothing beside a true one, an SPI
 * that was drawn twice (one chance in 2^11 with a full set).  That negotiation
 * ends with TEMPORARY_FAILURE and is tried again, well before the old pair's
 * end.  Nobody without the key can aim for a false one.
 *
 * The set is bounded.  Refusing every SA for ever once it is full would be an
 * outage at a date that the number of tunnels fixes; so it keeps two
 * generations of SPI_SEEN_MAX and drops the older when the newer is full.
 * What is promised: the last SPI_SEEN_MAX fingerprints, two a pair, are
 * always remembered.  With 1,000 tunnels that rekey hourly that is 87 days;
 * to flush it a hostile ikd-ike has to install two million pairs.
 */
#define SPI_SEEN_MAX	(4u << 20)	/* 32 MiB a generation, twice */

enum spi_dir { SPI_IN = 1, SPI_OUT = 2 };

struct spi_seen;

/*
 * key: random, 16 octets.  max: fingerprints of one generation (SPI_SEEN_MAX;
 * tests have fewer).  Memory grows with use.
 */
struct spi_seen	*spi_seen_new(const uint8_t key[16], size_t max);
void		 spi_seen_free(struct spi_seen *s);

/* 1 when it has been put. */
int		 spi_seen_has(const struct spi_seen *s, enum spi_dir dir,
		    uint32_t spi, uint8_t proto, const struct wt_addr *a);
/* Remembers; putting twice is fine. */
void		 spi_seen_put(struct spi_seen *s, enum spi_dir dir,
		    uint32_t spi, uint8_t proto, const struct wt_addr *a);
/* Fingerprints held, both generations. */
size_t		 spi_seen_count(const struct spi_seen *s);

/* SipHash-2-4 of buf under key: for tests against its vectors. */
uint64_t	 siphash24(const uint8_t key[16], const uint8_t *buf,
		    size_t len);

#endif /* PARENT_SPI_SEEN_H */
