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

#ifndef IKE_ENV_H
#define IKE_ENV_H

#include <stddef.h>
#include <stdint.h>

#include "proto_types.h"

/*
 * Everything the negotiator does to the outside goes through this one
 * struct.  main.c fills it with sockets, pipes and OpenSSL; regress/exchange
 * with a scripted network, mock roles, a mock clock and mock groups.
 */
struct dh_ops;

struct ike_env {
	void	*ctx;

	/* Milliseconds of CLOCK_BOOTTIME. */
	uint64_t (*now_ms)(void *ctx);
	/* Call ike_tick() at this time; 0: no timer is set. */
	void	 (*wake_at)(void *ctx, uint64_t ms);
	void	 (*random)(void *ctx, void *buf, size_t len);

	/*
	 * One datagram without marker; natt says: from the NAT-T port, with
	 * the non-ESP marker.  local->addr.af may be 0: as the route says.
	 * Sockets that say tcp: as a message on that stream (RFC 9329).
	 * Never blocks; what does not go out now is lost like any packet.
	 */
	void	 (*send)(void *ctx, const struct wt_sock *local,
		    const struct wt_sock *remote, int natt,
		    const uint8_t *buf, size_t len);
	/* The one octet of RFC 3948 section 2.3, from the NAT-T port. */
	void	 (*keepalive)(void *ctx, const struct wt_sock *local,
		    const struct wt_sock *remote);

	/* As pipe_send(): PIPE_OK, PIPE_NOCREDIT, PIPE_CLOSED. */
	int	 (*to_sign)(void *ctx, uint16_t type, const void *body);
	int	 (*to_certd)(void *ctx, uint16_t type, const void *body);
	int	 (*to_tmd)(void *ctx, uint16_t type, const void *body);
	int	 (*to_parent)(void *ctx, uint16_t type, const void *body);
	int	 (*to_esp)(void *ctx, uint16_t type, const void *body);

	const struct dh_ops *dh;
};

#endif /* IKE_ENV_H */
