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
 * Inner packets: parsing, matching, MSS, fragments, ICMP, ECN.  What they
 * make must be whole packets again.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/esp/cksum.h"
#include "../../ikd/esp/ecn.h"
#include "../../ikd/esp/frag4.h"
#include "../../ikd/esp/fragport.h"
#include "../../ikd/esp/icmp.h"
#include "../../ikd/esp/mss.h"
#include "../../ikd/esp/pkt.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define MOST	8192

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
cut(const uint8_t *p, const struct pkt *k, size_t mtu)
{
	struct frag4 f;
	struct pkt fk;
	size_t n, payload = 0;
	uint8_t *out;

	if (frag4_start(&f, p, k, mtu) == -1)
		return;
	out = malloc(mtu);
	while ((n = frag4_next(&f, out)) != 0) {
		check(n <= mtu);
		check(pkt_parse(out, n, &fk) == 0 && fk.len == n);
		payload += n - f.hlen;
	}
	check(payload == k->len - f.hlen);
	free(out);
}

static void
refuse(const uint8_t *p, const struct pkt *k, uint32_t mtu)
{
	uint8_t icmp[ICMP_ROOM];
	struct pkt r;
	size_t n = icmp_too_big(p, k, mtu, icmp);

	check(n <= sizeof(icmp));
	if (n != 0)
		check(pkt_parse(icmp, n, &r) == 0 && r.len == n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct fragport fragments;
	size_t mtu;
	struct pkt k, again;
	uint8_t *p;

	if (len < 3 || len > MOST)
		return (0);
	mtu = be16(data);
	p = malloc(len - 3 + 1);
	memcpy(p, data + 3, len - 3);
	if (pkt_parse(p, len - 3, &k) == 0) {
		check(k.len <= len - 3 && k.l4 <= k.len);
		fragport_apply(&fragments, 0, &k, 1);
		refuse(p, &k, mtu);
		cut(p, &k, mtu);
		mss_clamp(p, &k, mtu);
		ecn_set(p, data[2]);
		check(pkt_parse(p, len - 3, &again) == 0);
		check(again.tc == data[2] && again.len == k.len);
	}
	free(p);
	return (0);
}
