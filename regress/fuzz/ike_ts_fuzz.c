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
 * Traffic selector payloads: what is read is built again to the same, and
 * narrowing stays inside both sides.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "ts.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/tsp.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
again(const struct ts_list *l)
{
	static const struct ike_hdr h = { .spi_i = { 1 } };
	static uint8_t buf[4096];
	static struct ts_list back;
	struct msg_build m;
	struct packet pkt;
	const struct pld *p;
	size_t i;
	long len;

	msg_begin(&m, buf, sizeof(buf), &h);
	tsp_add(&m, PLD_TSI, l->ts, l->n);
	check((len = msg_finish(&m)) > 0);
	check(packet_parse(buf, len, &pkt) == NULL);
	check((p = packet_find(&pkt, PLD_TSI, NULL)) != NULL);
	check(pld_ts_parse(p->p, p->len, &back) == NULL);
	check(back.n == l->n && back.skipped == 0);
	for (i = 0; i < l->n; i++)
		check(ts_equal(&l->ts[i], &back.ts[i]));
}

static void
narrow(const struct ts_list *l)
{
	static const char *const ours_text[] = { "10.1.0.0/16",
	    "192.0.2.7/32", "2001:db8::/32" };
	static struct ts_pair ours, theirs, out;
	struct wt_prefix p;
	size_t i;

	memset(&ours, 0, sizeof(ours));
	for (i = 0; i < 3; i++) {
		check(prefix_parse(ours_text[i], &p) == 0);
		ts_from_prefix(&ours.local.ts[i], &p);
	}
	ours.local.n = 3;
	ours.remote = ours.local;
	theirs.local = theirs.remote = *l;
	theirs.local.skipped = theirs.remote.skipped = 0;
	if (tsp_narrow(&ours, &theirs, &out)) {
		check(tsp_within(&ours, &out));
		check(tsp_within(&theirs, &out));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ts_list l;
	char text[256];
	size_t i;

	if (pld_ts_parse(data, len, &l) != NULL)
		return (0);
	check(l.n <= LINK_TS && l.n + l.skipped == data[0]);
	for (i = 0; i < l.n; i++)
		check(ts_valid(&l.ts[i]));
	ts_list_print(l.ts, l.n, text, sizeof(text));
	if (l.n > 0)
		again(&l);
	narrow(&l);
	return (0);
}
