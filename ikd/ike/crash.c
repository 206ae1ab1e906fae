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
 * Tokens of RFC 6290: made, kept, compared.  A token is a MAC over both SPIs
 * and over which of the two ends made it: nobody who asks in the other
 * direction, on an SA that is alive, is shown the one that counts.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "alg.h"
#include "crash.h"
#include "exch.h"
#include "log.h"
#include "prf.h"
#include "session.h"

#define TOKEN_LEN	32

void
crash_secrets(struct ike *ike, const struct mk_crashes *m)
{
	size_t	 i;

	for (i = 0; i < m->s_n; i++) {
		if (m->s[i].slot >= SLOTS)
			continue;
		memcpy(ike->crash[m->s[i].slot], m->s[i].secret,
		    CRASH_SECRET_LEN);
		ike->crash_known |= (uint64_t)1 << m->s[i].slot;
	}
}

/* Of our end of this SA; 0, or -1: it is not of our slots. */
static int
make_token(const struct ike *ike, int initiator, const uint8_t *spi_i,
    const uint8_t *spi_r, uint8_t out[TOKEN_LEN])
{
	unsigned int	 slot = (initiator ? spi_i : spi_r)[0];
	struct slice	 in[3], key;
	uint8_t		 end = initiator ? 'i' : 'r';

	if (slot >= SLOTS || (ike->crash_known >> slot & 1) == 0)
		return (-1);
	key.p = ike->crash[slot];
	key.len = CRASH_SECRET_LEN;
	in[0].p = &end;
	in[0].len = 1;
	in[1].p = spi_i;
	in[2].p = spi_r;
	in[1].len = in[2].len = SPI_LEN;
	return (prf_compute(PRF_HMAC_SHA2_256, key, in, 3, out));
}

/* Section 4.1: the protocol is IKE's, without an SPI. */
static void
put_token(struct msg_build *m, const uint8_t token[TOKEN_LEN])
{
	msg_open(m, PLD_N);
	msg_put8(m, PROTO_IKE);
	msg_put8(m, 0);
	msg_put16(m, N_QUICK_CRASH_DETECTION);
	msg_put(m, token, TOKEN_LEN);
	msg_close(m);
}

static int
wanted(const struct session *s)
{
	const struct kept_tunnel	*t = session_tunnel(s);

	return (t != NULL && t->crash_detection);
}

void
crash_add(const struct session *s, struct msg_build *m)
{
	uint8_t	 token[TOKEN_LEN];

	if (wanted(s) && make_token(s->ike, s->initiator, s->spi_i, s->spi_r,
	    token) == 0)
		put_token(m, token);
}

void
crash_announce(struct session *s)
{
	if (s->initiator && s->ike->crash_known != 0 && wanted(s))
		job_add(s, JOB_CRASH_TOKEN, 0, 0, 0);
}

void
crash_forget(struct session *s)
{
	free(s->crash_token);
	s->crash_token = NULL;
	s->crash_len = 0;
}

void
crash_take(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;

	/* As responder we learn only later which tunnel it is. */
	if (!packet_notify(pkt, N_QUICK_CRASH_DETECTION, &n) ||
	    (s->tunnel != 0 && !wanted(s)))
		return;
	crash_forget(s);
	s->crash_token = xcalloc(1, n.data.len);
	s->crash_len = (uint8_t)n.data.len;
	memcpy(s->crash_token, n.data.p, n.data.len);
}

/*
 * Section 4.5: any of several.  The notify beside it says nothing that the
 * token does not.
 */
int
crash_shown(const struct session *s, const struct packet *pkt)
{
	const struct pld	*p = NULL;
	struct pld_notify	 n;

	if (s->crash_token == NULL || !wanted(s))
		return (0);
	while ((p = packet_find(pkt, PLD_N, p)) != NULL)
		if (pld_notify_parse(p->p, p->len, &n) == NULL &&
		    n.type == N_QUICK_CRASH_DETECTION &&
		    n.data.len == s->crash_len && CRYPTO_memcmp(n.data.p,
		    s->crash_token, s->crash_len) == 0)
			return (1);
	return (0);
}

void
crash_present(struct ike *ike, const struct arrival *from,
    const struct ike_hdr *h)
{
	struct out	 o;
	uint8_t		 token[TOKEN_LEN];

	exch_clear_begin(&o, h);
	msg_add_notify(&o.m, N_INVALID_IKE_SPI, NULL, 0);
	if ((h->next == PLD_SK || h->next == PLD_SKF) && make_token(ike,
	    (h->flags & HDR_INITIATOR) == 0, h->spi_i, h->spi_r,
	    token) == 0) {
		put_token(&o.m, token);
		ike->stat[ST_CRASH_SHOWN]++;
	}
	exch_clear_send(ike, from, &o);
}
