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

/* The words for what did not happen. */
#include "reason.h"

static const char *const texts[RSN_MAX] = {
	[RSN_OK] = "done",
	[RSN_TIMEOUT] = "the peer does not answer",
	[RSN_NO_PROPOSAL] = "no proposal chosen",
	[RSN_NO_TUNNEL] = "no tunnel fits",
	[RSN_CLOSED] = "the tunnel is not open",
	[RSN_AUTH_PEER] = "authentication of the peer failed",
	[RSN_AUTH_OURS] = "the peer refused our authentication",
	[RSN_NO_SECRET] = "no secret for this peer",
	[RSN_TS] = "selectors unacceptable",
	[RSN_INVALID_SYNTAX] = "broken message",
	[RSN_INVALID_KE] = "no agreement on a key exchange group",
	[RSN_TICKET] = "ticket unknown, used or too old",
	[RSN_ORDER] = "no such order",
	[RSN_GRANT] = "outside the grant",
	[RSN_CEILING] = "outside the policy's ceiling",
	[RSN_SPI] = "SPI seen before",
	[RSN_PLANE] = "the data plane failed",
	[RSN_UNSUPPORTED] = "not supported by this version",
	[RSN_BUSY] = "too busy",
	[RSN_GONE] = "gone",
	[RSN_PEER_DELETED] = "closed by the peer",
	[RSN_ADMIN] = "closed here",
	[RSN_EXPIRED] = "lifetime ended",
	[RSN_REPLACED] = "replaced by a newer one",
	[RSN_RESTARTED] = "a process was restarted",
	[RSN_PEER_ERROR] = "the peer reported an error",
	[RSN_DEAD_PEER] = "the peer is dead",
	[RSN_LOCKED] = "the private key is locked",
	[RSN_NAME] = "the peer's name has no address",
	[RSN_PPK] = "no agreement on a post-quantum pre-shared key",
	[RSN_REDIRECT] = "redirected to another gateway",
	[RSN_RESUME] = "the session cannot be resumed",
	[RSN_IDLE] = "no traffic for as long as inactivity says",
	[RSN_COOKIE] =
	    "the cookie or the answer that was followed may be forged: again",
	[RSN_TCP] = "UDP encapsulation is not answered: by TCP",
};

const char *
reason_text(unsigned int r)
{
	if (r >= RSN_MAX || texts[r] == 0)
		return ("unknown reason");
	return (texts[r]);
}
