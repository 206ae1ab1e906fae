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


#ifndef ESP_UDP_H
#define ESP_UDP_H

#include <netinet/in.h>

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "seal.h"

struct event_base;
struct event;

/*
 * The sockets on the NAT-T port: one a family, more are allowed.  Receiving
 * stands in udp.c, sending in udp_send.c, ICMP errors in udp_error.c.
 */
#define UDP_BATCH	64		/* datagrams of one system call */
#define UDP_INNER_MAX	65535		/* an IP packet */
#define UDP_SOCKETS	16

struct udp_socket {
	int		 fd;
	uint8_t		 family;	/* 4 or 6 */
	uint16_t	 port;
	int		 df;		/* what it was told last; -1: nothing */
	uint8_t		 no_segment;	/* it cannot cut a run of packets */
	uint32_t	 lost;		/* in its receive buffer, so far */
	struct event	*readable;
	struct event	*writable;
};

/* A socket from the parent; fd is ours.  Read once udp_start() was called. */
void	udp_given(struct event_base *base, unsigned int family,
	    unsigned int port, int fd);

/* The SA table is there: what waits in the sockets can be read. */
void	udp_start(void);

/* The socket for an outer source address, or NULL. */
struct udp_socket *udp_find(const struct wt_sock *local);

/*
 * Room for one inner packet: UDP_INNER_MAX octets with head (SEAL_HEAD_MAX at
 * most) before and SEAL_TAIL_MAX behind.  The same until udp_queue() takes
 * it.  NULL: the kernel takes no more just now.
 */
uint8_t	*udp_slot(size_t head);

/*
 * Queues the ESP packet that was made in the slot, from its very start.  tc
 * is the outer traffic class; df 1 forbids fragments of the outer packet.
 */
void	udp_queue(const struct arena_path *path, uint8_t *esp, size_t len,
	    uint8_t tc, int df);

/* Sends what is queued; what the kernel refuses is a counted drop. */
void	udp_flush(void);

/* Reads what the kernel has to say of packets sent: learns path MTUs. */
void	udp_read_errors(struct udp_socket *u);

#endif /* ESP_UDP_H */
