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
 * Fragments: an input is a message's length, a size to cut it to, and the
 * order in which fragments of it come: again, changed, from another set, of
 * another message.  What comes together is what was cut, and nothing is kept
 * that was not asked for.  The numbers off the wire go through packet_parse.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "../../ikd/ike/cut.h"
#include "../../ikd/ike/frag.h"
#include "../../ikd/ike/ike_const.h"
#include "../../ikd/ike/ike_crypto.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/sk.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct wt_suite suites[2] = {
	{ PROTO_IKE, ENCR_AES_GCM_16, 256, 0, PRF_HMAC_SHA2_256, 31, { 0 }, 0,
	    0 },
	{ PROTO_IKE, ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128,
	    PRF_HMAC_SHA2_256, 31, { 0 }, 0, 0 },
};

static struct sk_ctx	*seal[2], *open_[2];
static uint8_t		 inner[IKE_MSG_MAX];

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
setup(void)
{
	static const uint8_t	 key[64] = { 9, 8, 7 };
	struct slice		 ke = { key, 36 }, ka = { key, 0 };
	size_t			 i;

	ike_crypto_init();
	for (i = 0; i < 2; i++) {
		if (i == 1) {
			ke.len = 32;
			ka.len = 32;
		}
		seal[i] = sk_ctx_new(&suites[i], SK_SEAL, ke, ka);
		open_[i] = sk_ctx_new(&suites[i], SK_OPEN, ke, ka);
		check(seal[i] != NULL && open_[i] != NULL);
	}
	for (i = 0; i < sizeof(inner); i++)
		inner[i] = (uint8_t)(i * 31 + (i >> 8));
}

/* Two ways to cut one message, the second into more. */
struct side {
	struct cut	 c;
	uint8_t		*msgs;
	size_t		 len, n;
};

static int
side_make(struct side *sd, unsigned int k, size_t len, size_t max)
{
	static uint64_t	 iv;

	memset(sd, 0, sizeof(*sd));
	memset(sd->c.head, 1, 16);
	sd->c.head[17] = 0x20;
	sd->c.head[18] = EXCH_AUTH;
	sd->c.head[19] = HDR_INITIATOR;
	put32(sd->c.head + 20, 1);
	sd->c.next = PLD_V;
	sd->c.inner = inner;
	sd->c.inner_len = len;
	sd->c.max = max;
	sd->n = cut_count(&sd->c, seal[k]);
	sd->msgs = cut_seal(&sd->c, seal[k], 1, &iv, &sd->len);
	check((sd->n == 0) == (sd->msgs == NULL));
	return (sd->msgs != NULL);
}

/* The i-th message, copied. */
static size_t
side_get(const struct side *sd, size_t i, uint8_t *to)
{
	size_t	 at = 0, n;

	while ((n = cut_next_len(sd->msgs + at, sd->len - at)) != 0 &&
	    i-- > 0)
		at += n;
	check(n != 0 && n <= sd->c.max);
	memcpy(to, sd->msgs + at, n);
	return (n);
}

/* As a session does with a datagram; 1: the message is whole. */
static int
take(struct frag_set **set, unsigned int k, uint8_t *msg, size_t len,
    size_t want)
{
	struct packet	 pkt;
	const uint8_t	*plain;
	uint8_t		*whole;
	size_t		 plain_len;
	int		 r;

	if (packet_parse(msg, len, &pkt) != NULL || pkt.sk_off == 0 ||
	    !frag_wants(*set, &pkt))
		return (0);
	if (sk_open(open_[k], msg, len, pkt.sk_off, &plain, &plain_len) !=
	    SK_GOOD)
		return (0);
	r = frag_keep(set, &pkt, 1, 2, plain, plain_len);
	if (r == FRAG_LARGE)
		check(*set == NULL);
	if (r != FRAG_WHOLE)
		return (0);
	whole = frag_join(*set, &plain_len);
	check(plain_len == want && (*set)->next == PLD_V);
	check(memcmp(whole, inner, want) == 0);
	freezero(whole, plain_len);
	frag_free(set);
	return (1);
}

/* Back from the sealed ones to what went in. */
static void
regain(const struct side *sd, unsigned int k)
{
	struct cut	 c;
	uint8_t		*p;
	size_t		 n;

	p = cut_regain(&c, open_[k], sd->msgs, sd->len, &n);
	check(p != NULL && n == sd->n && c.inner_len == sd->c.inner_len);
	check(c.next == PLD_V && memcmp(p, inner, c.inner_len) == 0);
	freezero(p, c.inner_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t	 msg[IKE_MSG_MAX + 512];
	struct frag_set	*set = NULL;
	struct side	 sd[2];
	unsigned int	 k, which;
	size_t		 i, n, want, max, at;

	if (seal[0] == NULL)
		setup();
	if (len < 6)
		return (0);
	k = data[0] & 1;
	want = get16(data + 1) % IKE_MSG_MAX;
	max = 80 + get16(data + 3) % 1500;
	if (!side_make(&sd[0], k, want, max))
		return (0);
	/* RFC 7383 2.5.2: a new set has more fragments, or is the same. */
	if (!side_make(&sd[1], k, want, max - data[5] % 40) ||
	    (sd[1].n == sd[0].n && sd[1].c.max != max)) {
		free(sd[0].msgs);
		free(sd[1].msgs);
		return (0);
	}
	regain(&sd[0], k);
	for (i = 6; i + 3 <= len; i += 3) {
		which = data[i] & 1;
		n = side_get(&sd[which], data[i + 1] % sd[which].n, msg);
		at = data[i + 2] % n;
		if (data[i] & 2)
			msg[at] ^= (uint8_t)(data[i] | 1);
		(void)take(&set, k, msg, n, want);
	}
	/* The smaller ones, whatever came before, all of them. */
	for (i = 0, at = 0; i < sd[1].n; i++) {
		n = side_get(&sd[1], i, msg);
		at |= (size_t)take(&set, k, msg, n, want);
	}
	check(at);
	frag_free(&set);
	free(sd[0].msgs);
	free(sd[1].msgs);
	return (0);
}
