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

/* Both peers' arithmetic; see talk.h. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "log.h"
#include "talk.h"

struct slice talk_key;

static void
mac(const void *k, size_t klen, const void *p, size_t n, uint8_t *out)
{
	unsigned int len = MACLEN;

	if (HMAC(EVP_sha256(), k, (int)klen, p, n, out, &len) == NULL)
		fatal("HMAC");
}

void
talk_message(uint8_t m[64], int response, uint8_t spi, uint8_t slot,
    const uint8_t nonce[32])
{
	memset(m, 0, 64);
	memset(m, spi, 8);
	if (response) {
		memset(m + 8, spi, 8);
		m[8] = slot;
	}
	m[16] = 40;		/* next: Nonce */
	m[17] = 0x20;
	m[18] = 34;		/* IKE_SA_INIT */
	m[19] = response ? 0x20 : 0x08;
	m[27] = 64;
	m[31] = 36;
	memcpy(m + 32, nonce, 32);
}

void
talk_auth(const uint8_t msg[64], const uint8_t nonce[32],
    const uint8_t *sk_p, const uint8_t *id, size_t idlen,
    uint8_t out[MACLEN])
{
	uint8_t octets[64 + 32 + MACLEN], pad[MACLEN];

	memcpy(octets, msg, 64);
	memcpy(octets + 64, nonce, 32);
	mac(sk_p, MACLEN, id, idlen, octets + 96);
	mac(talk_key.p, talk_key.len, "Key Pad for IKEv2", 17, pad);
	mac(pad, MACLEN, octets, sizeof(octets), out);
}

void
talk_make(struct talk *t, const struct mk_ticket *k, uint8_t n,
    const char *id)
{
	struct mk_context *c = &t->m.c;
	size_t len = strlen(id);

	memset(t, 0, sizeof(*t));
	memset(t->nonce, n, sizeof(t->nonce));
	talk_message(t->msg_i, 0, n, 0, t->nonce);
	talk_message(t->msg_r, 1, n, k->slot, k->ticket);
	c->exch = n;
	c->ticket = *k;
	c->generation = 1;
	if (addr_parse(OURS, &c->local.addr) == -1 ||
	    addr_parse(PEER, &c->remote.addr) == -1)
		fatal("addresses");
	c->local.port = c->remote.port = 4500;
	c->prf = PRF_HMAC_SHA2_256;
	c->sk_pi_len = c->sk_pr_len = MACLEN;
	memset(c->sk_pi, n ^ 0x11, MACLEN);
	memset(c->sk_pr, n ^ 0x22, MACLEN);
	c->msg_i = (struct slice){ t->msg_i, 64 };
	c->msg_r = (struct slice){ t->msg_r, 64 };
	c->nonce_peer = (struct slice){ t->nonce, 32 };
	t->id[0] = 2;		/* ID_FQDN */
	memcpy(t->id + 4, id, len);
	t->m.id_i = (struct slice){ t->id, 4 + len };
	t->m.method = 2;
	talk_auth(t->msg_i, k->ticket, c->sk_pi, t->id, 4 + len, t->auth);
	t->m.auth = (struct slice){ t->auth, MACLEN };
}
