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
 * Log lines about packets that were refused.
 */
#include <stdio.h>

#include "addr.h"
#include "audit.h"
#include "log.h"
#include "now.h"

static struct bucket rate = { .rate = 1, .burst = 5 };
static uint64_t untold;

void
audit(const char *why, uint32_t spi, uint32_t seq,
    const struct wt_sock *local, const struct wt_sock *remote,
    const struct pkt *k)
{
	char from[ADDR_TEXT], to[ADDR_TEXT], src[ADDR_TEXT], dst[ADDR_TEXT];
	char inner[2 * ADDR_TEXT + 64] = "", more[64] = "";

	if (!log_wants(LS_CORE, LOG_L_INFO))
		return;
	if (!bucket_take(&rate)) {
		untold++;
		return;
	}
	if (k != NULL)
		snprintf(inner, sizeof(inner), ", inner %s to %s protocol %u "
		    "ports %u %u", addr_print(&k->src, src, sizeof(src)),
		    addr_print(&k->dst, dst, sizeof(dst)), k->proto, k->sport,
		    k->dport);
	if (untold > 0)
		snprintf(more, sizeof(more), "; %llu more since the last line",
		    (unsigned long long)untold);
	untold = 0;
	log_about(LOG_ABOUT(NULL, 0, 0, &remote->addr), LS_CORE, LOG_L_INFO,
	    "dropped: %s: SPI %08x, number %u, %s to %s%s%s", why, spi, seq,
	    sock_print(remote, from, sizeof(from)), sock_print(local, to,
	    sizeof(to)), inner, more);
}
