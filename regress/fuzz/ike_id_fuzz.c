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
 * ID, AUTH, KE and Nonce payloads; an ID that was read prints, matches
 * itself and is built again to the same octets.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "../../ikd/ike/ike_const.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/pld_id.h"
#include "../../ikd/ike/pld_ke.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
again(const struct pld_id *id)
{
	static const struct ike_hdr h = { .spi_i = { 1 } };
	struct msg_build m;
	struct packet pkt;
	const struct pld *p;
	uint8_t buf[1024];
	long len;

	msg_begin(&m, buf, sizeof(buf), &h);
	msg_add_id(&m, PLD_IDR, &id->id);
	check((len = msg_finish(&m)) > 0);
	check(packet_parse(buf, len, &pkt) == NULL);
	check((p = packet_find(&pkt, PLD_IDR, NULL)) != NULL);
	check(p->len == id->body.len && p->p[0] == id->body.p[0]);
	check(memcmp(p->p + 4, id->body.p + 4, p->len - 4) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pld_id id;
	struct pld_auth auth;
	struct pld_ke ke;
	struct slice nonce;
	char text[128];

	if (pld_id_parse(data, len, &id) == NULL) {
		check(id.body.p == data && id.body.len == len);
		check(id.id.type != ID_ANY);
		check(strlen(id_print(&id.id, text, sizeof(text))) <
		    sizeof(text));
		check(id_equal(&id.id, &id.id));
		check(id_match(&id.id, &id.id));
		again(&id);
	}
	if (pld_auth_parse(data, len, &auth) == NULL)
		check(auth.data.p + auth.data.len == data + len);
	if (pld_ke_parse(data, len, &ke) == NULL)
		check(ke.data.p + ke.data.len == data + len);
	if (pld_nonce_parse(data, len, &nonce) == NULL)
		check(nonce.len >= IKE_NONCE_MIN && nonce.len == len);
	return (0);
}
