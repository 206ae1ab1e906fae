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

#ifndef IKE_UDP_H
#define IKE_UDP_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * The UDP sockets that the parent gave: ports 500 and 4500 of each family,
 * wildcard, with PKTINFO.
 */
struct event_base;
struct ike;

#define UDP_BATCH	16	/* datagrams taken at a time */

/* ---- udp_in.c ---- */
/* Reads from it from now on; owns fd.  natt: it is the NAT-T port. */
void	udp_in_given(struct event_base *, struct ike *, int natt, int family,
	    unsigned int port, int fd);
/* The socket for that family and kind; -1: none. */
int	udp_socket(int natt, int family);
/* Its port; 0: none. */
uint16_t udp_port(int natt, int family);
void	udp_close(void);

/* ---- udp_out.c: struct ike_env's send and keepalive; ctx is the ike ---- */
void	udp_send(void *ctx, const struct wt_sock *local,
	    const struct wt_sock *remote, int natt, const uint8_t *buf,
	    size_t len);
void	udp_keepalive(void *ctx, const struct wt_sock *local,
	    const struct wt_sock *remote);

#endif /* IKE_UDP_H */
