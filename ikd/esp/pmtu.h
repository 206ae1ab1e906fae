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


#ifndef ESP_PMTU_H
#define ESP_PMTU_H

#include "sa.h"

/*
 * How large a packet may be (RFC 4301 section 8.2).  The outer path's MTU is
 * learnt from the kernel (ICMP errors on our sockets, local interfaces),
 * held for ten minutes (RFC 1191 section 6.3) and never below what every
 * link must carry, so that a forged ICMP cannot strangle a tunnel.
 *
 * What is too large is treated before encryption: with DF, and IPv6: ICMP to
 * the sender; without DF: cut into fragments.  DF is copied to the outer
 * header (copy-df), so path MTU discovery works through the tunnel; without
 * it the outer packet may be fragmented on its way.
 */
#define PMTU_DEFAULT	1500	/* until we know better */
#define PMTU_TUN	1400	/* the TUN's own MTU */
#define PMTU_AGE	600	/* seconds */
#define PMTU_LEAST4	576	/* an inner packet this small always goes */
#define PMTU_LEAST6	1280	/* RFC 8200 section 5 */

/* A packet to this outer address did not fit: the path takes mtu octets. */
void	pmtu_learn(const struct wt_addr *a, uint32_t mtu);

/* The longest inner packet whose ESP packet fits the path. */
size_t	pmtu_inner(struct sa *sa);

#endif /* ESP_PMTU_H */
