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

#ifndef IKE_TRACE_H
#define IKE_TRACE_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "proto_ike_tmd.h"

/*
 * `ikectl trace`: datagrams of a tunnel, or with an address, shown on a
 * socket of ikectl's as they pass, with the keys if root asks.  Nothing is
 * kept, nothing waits: what finds no room is counted and lost.
 */
#define TRACES_MAX	8	/* at once: a bit of session->traced each */

struct ike;
struct trace;

LIST_HEAD(trace_list, trace);

/* tmd hands on ikectl's socket; owns fd.  A new end of the same req is it. */
void	trace_begin(struct ike *, const struct mx_trace *, int fd);
void	trace_end(struct ike *, uint32_t req);
/* tmd is gone, and with it whoever asked; or we are. */
void	trace_end_all(struct ike *);

/*
 * A datagram, without marker, as it came or as it goes; local->addr.af may be
 * 0.  Costs nothing when nobody looks.
 */
void	trace_packet(struct ike *, int out, const struct wt_sock *local,
	    const struct wt_sock *remote, int natt, const uint8_t *buf,
	    size_t len);

#endif /* IKE_TRACE_H */
