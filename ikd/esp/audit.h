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


#ifndef ESP_AUDIT_H
#define ESP_AUDIT_H

#include "pkt.h"

/*
 * The auditable events of RFC 4303 sections 3.4.2 to 3.4.4 and RFC 4301
 * section 5.2: a log line with what they ask for.  Anybody can cause them,
 * so a few at once and then one a second; how many had none is said in the
 * next.
 */

/* k is the inner packet, or NULL when there is none to tell of. */
void	audit(const char *why, uint32_t spi, uint32_t seq,
	    const struct wt_sock *local, const struct wt_sock *remote,
	    const struct pkt *k);

#endif /* ESP_AUDIT_H */
