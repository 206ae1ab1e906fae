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
 * The worker's counters, for `ikectl show stats`.
 */
#include <stdio.h>
#include <string.h>

#include "ike.h"
#include "pipe.h"

static const char *const names[ST_MAX] = {
	[ST_PACKETS_IN] = "packets-in",
	[ST_PACKETS_OUT] = "packets-out",
	[ST_BAD_HEADER] = "bad-header",
	[ST_BAD_VERSION] = "bad-version",
	[ST_NO_SA] = "unknown-spi",
	[ST_FORGED] = "bad-integrity",
	[ST_MALFORMED] = "malformed",
	[ST_OLD_ID] = "wrong-message-id",
	[ST_RETRANS_IN] = "retransmissions-answered",
	[ST_RETRANS_OUT] = "retransmissions-sent",
	[ST_UNEXPECTED] = "unexpected",
	[ST_NOT_LISTENING] = "not-listening",
	[ST_INIT_IN] = "init-requests",
	[ST_COOKIES_SENT] = "cookies-sent",
	[ST_COOKIES_LATER] = "cookies-only-if-again",
	[ST_COOKIES_GOOD] = "cookies-returned",
	[ST_HALF_FULL] = "half-open-full",
	[ST_SOURCE_FULL] = "per-source-full",
	[ST_HALF_EXPIRED] = "half-open-expired",
	[ST_NO_TICKET] = "no-ticket",
	[ST_NO_POLICY] = "no-policy",
	[ST_NO_TUNNEL] = "no-tunnel",
	[ST_NO_PROPOSAL] = "no-proposal-chosen",
	[ST_INVALID_KE] = "invalid-ke",
	[ST_RATE_LIMITED] = "rate-limited",
	[ST_UNAUTH_NOTIFY] = "unprotected-notifies",
	[ST_STRAYS] = "strays",
	[ST_ESP_ON_IKE] = "esp-on-ike-socket",
	[ST_KEEPALIVES_IN] = "keepalives-in",
	[ST_AUTH_FAILED] = "auth-failed",
	[ST_SESSIONS_I] = "sessions-initiated",
	[ST_SESSIONS_R] = "sessions-answered",
	[ST_CHILDREN] = "children-installed",
	[ST_CHILD_REKEYS] = "child-rekeys",
	[ST_IKE_REKEYS] = "ike-rekeys",
	[ST_COLLISIONS] = "rekey-collisions",
	[ST_PROBES] = "liveness-checks",
	[ST_DEAD_PEERS] = "dead-peers",
	[ST_SEND_FAILED] = "send-failed",
	[ST_NOCREDIT] = "out-of-credit",
	[ST_MOVED] = "peers-moved",
	[ST_LOST_SESSIONS] = "sessions-lost-by-restart",
	[ST_FRAGS_IN] = "fragments-in",
	[ST_FRAGS_OUT] = "fragments-out",
	[ST_FRAGS_LOST] = "fragment-sets-incomplete",
	[ST_CRASH_SHOWN] = "crash-tokens-shown",
	[ST_CRASH_SEEN] = "crash-tokens-seen",
	[ST_REDIRECTED] = "peers-redirected",
	[ST_PPK_USED] = "ppk-used",
	[ST_PPK_NONE] = "ppk-not-used",
	[ST_PPK_REFUSED] = "ppk-refused",
	[ST_RESUMED] = "sessions-resumed",
	[ST_RESUME_NACKS] = "resumptions-refused",
	[ST_RESUME_FULL] = "resumptions-given-up",
	[ST_TICKETS_MADE] = "resumption-tickets-given",
	[ST_TICKETS_KEPT] = "resumption-tickets-kept",
};

static size_t
put(struct wt_kv *kv, size_t n, size_t max, const char *k, uint64_t v)
{
	if (n == max)
		return (n);
	strlcpy(kv[n].k, k, sizeof(kv[n].k));
	snprintf(kv[n].v, sizeof(kv[n].v), "%llu", (unsigned long long)v);
	return (n + 1);
}

size_t
stats_list(const struct ike *ike, struct wt_kv *kv, size_t max)
{
	uint64_t octets, requests;
	size_t	 i, n = 0;

	pipe_backlog(&octets, &requests);
	n = put(kv, n, max, "queue-octets", octets);
	n = put(kv, n, max, "queue-requests", requests);
	n = put(kv, n, max, "sessions", ike->nsessions);
	n = put(kv, n, max, "half-open", ike->half_open);
	n = put(kv, n, max, "tickets", ike->tickets.n);
	for (i = 0; i < ST_MAX; i++)
		n = put(kv, n, max, names[i], ike->stat[i]);
	return (n);
}
