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
 * Whole datagrams: header and chain, then every payload's parser.  What is
 * found must lie inside the datagram.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/pld_id.h"
#include "../../ikd/ike/pld_ke.h"
#include "../../ikd/ike/pld_notify.h"
#include "../../ikd/ike/pld_sa.h"
#include "../../ikd/ike/pld_ts.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
parse_body(const struct pld *p)
{
	static struct sa_payload sa;
	struct pld_ke ke;
	struct pld_id id;
	struct pld_auth auth;
	struct pld_notify n;
	struct pld_delete d;
	struct ts_list ts;
	struct slice nonce;

	(void)pld_sa_parse(p->p, p->len, &sa);
	(void)pld_ke_parse(p->p, p->len, &ke);
	(void)pld_id_parse(p->p, p->len, &id);
	(void)pld_auth_parse(p->p, p->len, &auth);
	(void)pld_notify_parse(p->p, p->len, &n);
	(void)pld_delete_parse(p->p, p->len, &d);
	(void)pld_ts_parse(p->p, p->len, &ts);
	(void)pld_nonce_parse(p->p, p->len, &nonce);
}

static void
check_all(const struct packet *pkt, const uint8_t *data, size_t len)
{
	struct pld_notify n;
	const struct pld *p;
	char text[64];
	size_t i;

	for (i = 0; i < pkt->n; i++) {
		p = &pkt->pld[i];
		check(p->p >= data && p->p + p->len <= data + len);
		check(pld_known(p->type));
		parse_body(p);
	}
	check(strlen(packet_print(pkt, text, sizeof(text))) < sizeof(text));
	(void)packet_error(pkt, &n);
	(void)packet_notify(pkt, N_COOKIE, &n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct packet pkt;
	struct pld sk;

	if (packet_parse(data, len, &pkt) != NULL)
		return (0);
	check(pkt.hdr.length == len && pkt.hdr.major == 2);
	check_all(&pkt, data, len);
	if (pkt.sk_off == 0)
		return (0);
	/* SK's body as if it had been decrypted; SKF's has numbers first. */
	sk = pkt.pld[pkt.n - 1];
	check(sk.type == (pkt.frag_total == 0 ? PLD_SK : PLD_SKF));
	check(sk.p + sk.len == data + len && pkt.frag_num <= pkt.frag_total);
	if (pkt.frag_total != 0) {
		check(pkt.frag_num > 0 && sk.len >= 4);
		sk.p += 4;
		sk.len -= 4;
	}
	check(sk.p == data + pkt.sk_off + 4);
	if (packet_parse_inner(&pkt, sk.p, sk.len) == NULL)
		check_all(&pkt, data, len);
	return (0);
}
