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
 * What an inner chain says of MOBIKE: a list that is bounded and has nothing
 * twice, a cookie inside the message.  The first octet: over which family it
 * came.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "../../ikd/ike/mobike.h"
#include "../../ikd/ike/packet.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(int ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct mobike_says says;
	struct arrival from;
	struct packet pkt;
	size_t i, k;

	if (len < 1)
		return (0);
	memset(&pkt, 0, sizeof(pkt));
	memset(&from, 0, sizeof(from));
	pkt.sk_next = PLD_N;
	from.local.addr.af = from.remote.addr.af = data[0] & 1 ? 6 : 4;
	from.local.port = from.remote.port = 4500;
	if (packet_parse_inner(&pkt, data + 1, len - 1) != NULL)
		return (0);
	mobike_read(&pkt, &from, &says);
	check(says.list.n <= MOBIKE_ADDRS);
	check(says.list.n == 0 || says.addrs);
	for (i = 0; i < says.list.n; i++) {
		check(says.list.a[i].af == 4 || says.list.a[i].af == 6);
		for (k = 0; k < i; k++)
			check(addr_cmp(&says.list.a[i], &says.list.a[k]) != 0);
	}
	check(says.cookie == NULL || (says.cookie_len >= 8 &&
	    says.cookie_len <= 64 && says.cookie > data &&
	    says.cookie + says.cookie_len <= data + len));
	check(says.no_nats >= -1 && says.no_nats <= 1);
	check(says.any || (!says.update && !says.addrs && !says.natd &&
	    says.cookie == NULL));
	return (0);
}
