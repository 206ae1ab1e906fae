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


#ifndef ESP_MERGE_H
#define ESP_MERGE_H

#include <sys/uio.h>

#include <linux/virtio_net.h>

#include "pkt.h"

/*
 * Puts packets of one flow together into a super-packet, so that the host
 * takes many by one write: TCP segments and UDP datagrams in a row, by the
 * rules of the kernel's own receive offload.  split.c turns every
 * super-packet back into what went in (of an IPv4 packet that forbids
 * fragments, all but its identification, which then means nothing: RFC 6864).
 *
 * Order within a flow is kept.  Only packets whose checksums are right are
 * touched: the host trusts or rewrites those of a super-packet.
 */
#define MERGE_FLOWS	16	/* open at a time */
#define MERGE_MOST	64	/* packets of one super-packet */
#define MERGE_UDP	16	/* datagrams: sockets' queues are short */

struct merge_flow {
	struct pkt	 key;
	uint8_t		*p;		/* the first packet */
	size_t		 len;		/* of all, one header */
	size_t		 head;		/* length of the headers */
	size_t		 size;		/* payload of the first */
	uint32_t	 seq;		/* that comes next */
	uint16_t	 id;		/* that comes next */
	unsigned int	 n;
	struct iovec	 iov[MERGE_MOST + 1];	/* [0] is for the header */
};

/* Writes n packets as one; iov[0] is free for the header v. */
typedef void merge_write(const struct virtio_net_hdr *v, struct iovec *iov,
	    int iovs, unsigned int n);

/* order[0] to order[open - 1] are the open flows, the oldest first. */
struct merge {
	merge_write		*write;
	unsigned int		 open;
	struct merge_flow	*order[MERGE_FLOWS];
	struct merge_flow	 flow[MERGE_FLOWS];
};

void	merge_init(struct merge *m, merge_write *write);

/*
 * Takes packet p, of which pkt_parse() said k; its memory is changed, and
 * must stay until the next merge_flush().
 */
void	merge_put(struct merge *m, uint8_t *p, const struct pkt *k);

/* Writes all that is open. */
void	merge_flush(struct merge *m);

#endif /* ESP_MERGE_H */
