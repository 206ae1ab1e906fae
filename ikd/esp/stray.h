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


#ifndef ESP_STRAY_H
#define ESP_STRAY_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

struct event_base;

/*
 * The pipes to the ikd-ike workers: IKE datagrams that came with ESP (a GRO
 * burst is steered by its first), and new mappings.  Never more than the
 * pipe can take: what is over is a counted drop, IKE repeats itself.  And the
 * IKE messages of streams, both ways (stream.h).
 */
#define STRAY_QUEUE	(256 * 1024)	/* octets waiting for one worker */

/* workers and seed as HELLO has them. */
void	stray_init(struct event_base *base, unsigned int workers,
	    uint64_t seed);
void	stray_pipe_given(unsigned int inst, int fd);
void	stray_pipe_gone(unsigned int inst);

/* An IKE message behind its marker: the whole datagram is passed on. */
void	stray_datagram(const struct wt_sock *local,
	    const struct wt_sock *remote, const uint8_t *p, size_t len);

/*
 * The same from a stream (RFC 9329), whose messages are not to be lost: 0
 * passed on, 1 not now, -1 it is no IKE message.
 */
int	stray_message(const struct wt_sock *local,
	    const struct wt_sock *remote, const uint8_t *p, size_t len);

/*
 * To a worker: how the stream for its session went (code: an errno, or 0); or,
 * session 0, that this one is no more.
 */
void	stray_stream(unsigned int inst, uint64_t session, int code,
	    const struct wt_sock *local, const struct wt_sock *remote);

/* An authentic packet on spi_in came from remote. */
void	stray_mapping(uint32_t spi_in, const struct wt_sock *local,
	    const struct wt_sock *remote);

/*
 * The slot of an IKE message (without marker), as the steering program of
 * the sockets has it: version 1 slot 0; an initiator's first message by the
 * hash of its SPI; else the first octet of our own SPI.  -1: not IKE.
 */
int	stray_slot(const uint8_t *p, size_t len, uint64_t seed);

#endif /* ESP_STRAY_H */
