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
 * TCP maximum segment size, RFC 9293 section 3.7.1.  Pure.
 */
#include <netinet/in.h>

#include "cksum.h"
#include "mss.h"

#define TCP_MIN		20
#define TCP_SYN		0x02
#define OPT_END		0
#define OPT_NOP		1
#define OPT_MSS		2
#define MSS_LEAST	536	/* RFC 9293: what everybody must take */

static uint16_t
wanted(const struct pkt *k, size_t mtu)
{
	size_t heads = (k->af == 4 ? 20 : 40) + TCP_MIN;

	if (mtu < heads + MSS_LEAST)
		return (MSS_LEAST);
	return (mtu - heads > 65535 ? 65535 : mtu - heads);
}

/* The value's place is odd when a NOP stands before it: mend by octets. */
static void
set_mss(uint8_t *tcp, size_t at, uint16_t mss)
{
	uint16_t was = be16(tcp + at);

	put16(tcp + at, mss);
	if (at % 2 == 1) {
		was = was << 8 | was >> 8;
		mss = mss << 8 | mss >> 8;
	}
	cksum_mend(tcp + 16, was, mss);
}

int
mss_clamp(uint8_t *p, const struct pkt *k, size_t mtu)
{
	uint8_t *tcp = p + k->l4;
	size_t left = k->len - k->l4, end, at;

	if (k->proto != IPPROTO_TCP || k->frag || left < TCP_MIN ||
	    !(tcp[13] & TCP_SYN))
		return (0);
	end = (tcp[12] >> 4) * 4;
	if (end > left)
		return (0);
	for (at = TCP_MIN; at < end && tcp[at] != OPT_END;) {
		if (tcp[at] == OPT_NOP) {
			at++;
			continue;
		}
		if (at + 2 > end || tcp[at + 1] < 2 || at + tcp[at + 1] > end)
			return (0);
		if (tcp[at] == OPT_MSS && tcp[at + 1] == 4) {
			if (be16(tcp + at + 2) <= wanted(k, mtu))
				return (0);
			set_mss(tcp, at + 2, wanted(k, mtu));
			return (1);
		}
		at += tcp[at + 1];
	}
	return (0);
}
