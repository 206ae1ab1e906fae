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

#ifndef PARENT_STEER_H
#define PARENT_STEER_H

#include "flow.h"
#include "lanes.h"
#include "proto_types.h"

/*
 * Which rules and routes steer a flow into the TUN.  Per distinct (local
 * prefix, protocol, ports) one table and one rule "from L lookup T"; in it
 * one route per remote prefix.  What has no source address yet (an unbound
 * socket) is seen by a rule of its own, which leads to a table whose routes
 * carry one of our addresses inside L as a hint, when we own one.
 * In a VRF there is no rule of ours: such a route stands in its own table.
 */
struct steer;			/* what stands for one flow */

/*
 * Queues on asroot_route; the caller flushes, and keeps f as long as this
 * stands.  NULL: no table is left.
 */
struct steer	*steer_add(const struct flow *f, const struct lane_way *w);
void		 steer_del(struct steer *s);
/*
 * The flow goes by the host's own routes, whatever others of ours it meets;
 * else as steer_add().
 */
struct steer	*steer_past(const struct flow *f);

/* Our addresses have changed: hints of all flows again. */
void		 steer_addrs_changed(void);

#endif /* PARENT_STEER_H */
