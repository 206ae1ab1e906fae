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
 * The fixed headers of the messages that begin an IKE SA, and the walk along
 * the generic payload headers to the nonce (RFC 7296 sections 3.1, 3.2, 3.9)
 * and, where one is resumed, the ticket (RFC 5723).  Nothing inside a payload
 * is looked at, but the type of a notify.
 */

#include <string.h>

#include "init_msg.h"

#define HDR_LEN		28
#define EXCH_IKE_SA_INIT 34
#define EXCH_IKE_SESSION_RESUME 38
#define FLAG_INITIATOR	0x08
#define FLAG_RESPONSE	0x20
#define PLD_NONE	0
#define PLD_NONCE	40
#define PLD_N		41
#define PLD_SK		46
#define PLD_SKF		53
#define NOTIFY_TICKET	16413	/* TICKET_OPAQUE */
#define NOTIFY_PPK	16435	/* USE_PPK */
#define NOTIFY_PPK_INT	16445	/* USE_PPK_INT */
#define NOTIFY_FULL	16447	/* IKE_SA_INIT_FULL_TRANSCRIPT_AUTH */
#define NONCE_MIN	16
#define NONCE_MAX	256

static uint32_t
get32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

static const char *
check_header(struct slice m, unsigned int exch, int response)
{
	unsigned int want = response ? FLAG_RESPONSE : FLAG_INITIATOR;

	if (m.len < HDR_LEN)
		return ("shorter than an IKE header");
	if (get32(m.p + 24) != m.len)
		return ("the header's length is not the message's");
	if (m.p[17] >> 4 != 2)
		return ("not IKE version 2");
	if (m.p[18] != exch)
		return (exch == EXCH_IKE_SA_INIT ? "not IKE_SA_INIT" :
		    "not IKE_SESSION_RESUME");
	if ((m.p[19] & (FLAG_INITIATOR | FLAG_RESPONSE)) != want)
		return ("wrong initiator or response flag");
	if (get32(m.p + 20) != 0)
		return ("message ID is not 0");
	return (NULL);
}

/* What the type of a notify says; len is the payload's. */
static void
look_at_notify(const uint8_t *p, size_t len, struct init_msg *out)
{
	unsigned int type = (unsigned int)(p[6] << 8 | p[7]);

	if (type == NOTIFY_FULL)
		out->full = 1;
	else if (type == NOTIFY_PPK)
		out->ppk = 1;
	else if (type == NOTIFY_PPK_INT)
		out->ppk_int = 1;
	else if (type == NOTIFY_TICKET && p[5] == 0 && out->opaque.p == NULL) {
		out->opaque.p = p + 8;
		out->opaque.len = len - 8;
	}
}

/* One step: the payload at *at, of type next; leaves *at behind it. */
static const char *
step(struct slice m, unsigned int *next, size_t *at, struct init_msg *out)
{
	size_t len;
	unsigned int type = *next;

	if (m.len - *at < 4)
		return ("a payload header is cut short");
	len = (size_t)m.p[*at + 2] << 8 | m.p[*at + 3];
	if (len < 4 || len > m.len - *at)
		return ("a payload's length is wrong");
	if (type == PLD_SK || type == PLD_SKF)
		return ("an encrypted payload in IKE_SA_INIT");
	if (type == PLD_NONCE) {
		if (out->nonce.p != NULL)
			return ("two nonces");
		out->nonce.p = m.p + *at + 4;
		out->nonce.len = len - 4;
		if (out->nonce.len < NONCE_MIN || out->nonce.len > NONCE_MAX)
			return ("a nonce of a wrong length");
	}
	if (type == PLD_N && len >= 8)
		look_at_notify(m.p + *at, len, out);
	*next = m.p[*at];
	*at += len;
	return (NULL);
}

static const char *
parse(struct slice m, unsigned int exch, int response, struct init_msg *out)
{
	const char *why;
	unsigned int next;
	size_t at = HDR_LEN;

	memset(out, 0, sizeof(*out));
	if ((why = check_header(m, exch, response)) != NULL)
		return (why);
	out->spi_i = m.p;
	out->spi_r = m.p + 8;
	for (next = m.p[16]; next != PLD_NONE;)
		if ((why = step(m, &next, &at, out)) != NULL)
			return (why);
	if (at != m.len)
		return ("octets after the last payload");
	if (out->nonce.p == NULL)
		return ("no nonce");
	return (NULL);
}

static const char *
pair_check(unsigned int exch, struct slice req, struct slice resp,
    struct init_msg *i, struct init_msg *r)
{
	static const uint8_t zero[8];
	const char *why;

	if ((why = parse(req, exch, 0, i)) != NULL)
		return (why);
	if ((why = parse(resp, exch, 1, r)) != NULL)
		return (why);
	if (memcmp(i->spi_i, zero, 8) == 0 || memcmp(i->spi_r, zero, 8) != 0)
		return ("the request's SPIs are not a first message's");
	if (memcmp(i->spi_i, r->spi_i, 8) != 0)
		return ("the initiator's SPIs differ");
	if (memcmp(r->spi_r, zero, 8) == 0)
		return ("the response has no SPI of its own");
	return (NULL);
}

const char *
init_pair_check(struct slice req, struct slice resp, struct init_msg *i,
    struct init_msg *r)
{
	return (pair_check(EXCH_IKE_SA_INIT, req, resp, i, r));
}

const char *
resume_pair_check(struct slice req, struct slice resp, struct init_msg *i,
    struct init_msg *r)
{
	const char *why = pair_check(EXCH_IKE_SESSION_RESUME, req, resp, i, r);

	if (why == NULL && i->opaque.len == 0)
		why = "no ticket";
	return (why);
}

int
init_resumes(struct slice m)
{
	return (m.len >= HDR_LEN && m.p[18] == EXCH_IKE_SESSION_RESUME);
}
