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
 * The Encrypted payload.  The first octet says which suite, and whether the
 * rest is a message off the wire or what a peer with the keys would seal:
 * then it must open to what went in, and not open with an octet changed.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "../../ikd/ike/ike_const.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/sk.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct wt_suite suites[] = {
	{ PROTO_IKE, ENCR_AES_GCM_16, 256, 0, PRF_HMAC_SHA2_256, 31, { 0 }, 0,
	    0 },
	{ PROTO_IKE, ENCR_CHACHA20_POLY1305, 0, 0, PRF_HMAC_SHA2_256, 31, { 0 },
	    0, 0 },
	{ PROTO_IKE, ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128,
	    PRF_HMAC_SHA2_256, 31, { 0 }, 0, 0 },
	{ PROTO_IKE, ENCR_3DES, 0, INTEG_HMAC_SHA1_96, PRF_HMAC_SHA2_256, 31,
	    { 0 }, 0, 0 },
};

#define NSUITES	4

static struct sk_ctx *seal[NSUITES], *open_[NSUITES];

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
setup(void)
{
	static const uint8_t key[64] = { 1, 2, 3, 4, 5 };
	const struct alg *e, *a;
	struct slice ke = { key, 0 }, ka = { key, 0 };
	size_t i;

	for (i = 0; i < NSUITES; i++) {
		e = alg_by_id(XF_ENCR, suites[i].encr, suites[i].encr_bits);
		a = alg_by_id(XF_INTEG, suites[i].integ, 0);
		ke.len = e->keylen;
		ka.len = a == NULL ? 0 : a->keylen;
		seal[i] = sk_ctx_new(&suites[i], SK_SEAL, ke, ka);
		open_[i] = sk_ctx_new(&suites[i], SK_OPEN, ke, ka);
		check(seal[i] != NULL && open_[i] != NULL);
	}
}

static void
wire(size_t i, uint8_t *msg, size_t len)
{
	struct packet pkt;
	const uint8_t *plain;
	size_t plen;

	if (packet_parse(msg, len, &pkt) != NULL || pkt.sk_off == 0)
		return;
	if (sk_open(open_[i], msg, len, pkt.sk_off, &plain, &plen) !=
	    SK_GOOD) {
		check(plain == NULL && plen == 0);
		return;
	}
	check(plain >= msg && plain + plen < msg + len);
	(void)packet_parse_inner(&pkt, plain, plen);
}

/* text becomes the inside of a message, padding and all. */
static void
peer(size_t i, const uint8_t *text, size_t len)
{
	static uint8_t msg[IKE_MSG_MAX], copy[IKE_MSG_MAX];
	size_t at = HDR_LEN + 4 + sk_iv_len(seal[i]), total, plen;
	size_t block = sk_block_len(seal[i]);
	const uint8_t *plain;
	enum sk_result r;

	len -= len % block;
	total = at + len + sk_icv_len(seal[i]);
	if (len == 0 || total > sizeof(msg))
		return;
	memset(msg, 0, sizeof(msg));
	memcpy(msg + at, text, len);
	check(sk_seal(seal[i], msg, total, HDR_LEN, len) == 0);
	memcpy(copy, msg, total);
	r = sk_open(open_[i], msg, total, HDR_LEN, &plain, &plen);
	if (text[len - 1] < len) {
		check(r == SK_GOOD && plen == len - 1 - text[len - 1]);
		check(memcmp(plain, text, plen) == 0);
	} else
		check(r == SK_BROKEN);
	copy[text[0] % total] ^= 1 + text[0] / 2;
	check(sk_open(open_[i], copy, total, HDR_LEN, &plain, &plen) ==
	    SK_FORGED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t buf[IKE_MSG_MAX];

	if (seal[0] == NULL)
		setup();
	if (len < 2 || len - 1 > sizeof(buf))
		return (0);
	if (data[0] & 0x80)
		peer(data[0] % NSUITES, data + 1, len - 1);
	else {
		memcpy(buf, data + 1, len - 1);
		wire(data[0] % NSUITES, buf, len - 1);
	}
	return (0);
}
