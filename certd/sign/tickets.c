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
 * Tickets (design: "Verdict: who").  A batch of TICKET_BATCH counters has
 * one place in its slot's ring; bits say which of it were used for what.
 */

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "alg.h"
#include "log.h"
#include "hprf.h"
#include "tickets.h"

/* 131,072 tickets a slot within TICKET_SECONDS: a thousand a second. */
#define RING	1024
#define WORDS	(TICKET_BATCH / 64)

struct batch {
	uint64_t	 number;	/* counter / TICKET_BATCH, from 1 */
	uint64_t	 issued;
	uint16_t	 count;
	uint64_t	 ppk[WORDS];
	uint64_t	 sign[WORDS];
	uint64_t	 claim[WORDS];
	uint64_t	 verdict[WORDS];
};

struct tickets {
	uint8_t		*key;		/* in the locked heap */
	uint64_t	 next[SLOTS];	/* number of the slot's next batch */
	struct batch	*ring[SLOTS];	/* made when first wanted */
};

struct tickets *
tickets_new(const uint8_t key[BOOT_KEY_LEN])
{
	struct tickets *t = xcalloc(1, sizeof(*t));
	unsigned int i;

	if ((t->key = OPENSSL_secure_malloc(BOOT_KEY_LEN)) == NULL)
		fatal("no memory for the boot key");
	memcpy(t->key, key, BOOT_KEY_LEN);
	for (i = 0; i < SLOTS; i++)
		t->next[i] = 1;
	return (t);
}

void
tickets_free(struct tickets *t)
{
	unsigned int i;

	if (t == NULL)
		return;
	for (i = 0; i < SLOTS; i++)
		free(t->ring[i]);
	OPENSSL_secure_clear_free(t->key, BOOT_KEY_LEN);
	free(t);
}

static void
derive(const struct tickets *t, unsigned int slot, uint64_t counter,
    uint8_t out[TICKET_LEN])
{
	uint8_t in[9], mac[PRF_MAX];
	struct slice part = { in, sizeof(in) };
	int i;

	in[0] = (uint8_t)slot;
	for (i = 0; i < 8; i++)
		in[1 + i] = (uint8_t)(counter >> (56 - 8 * i));
	hprf(PRF_HMAC_SHA2_256, t->key, BOOT_KEY_LEN, &part, 1, mac);
	memcpy(out, mac, TICKET_LEN);
}

void
tickets_issue(struct tickets *t, unsigned int slot, unsigned int count,
    uint64_t now, struct mk_tickets *out)
{
	struct batch *b;
	unsigned int i;

	out->t_n = 0;
	if (slot >= SLOTS)
		return;
	if (count > TICKET_BATCH)
		count = TICKET_BATCH;
	if (t->ring[slot] == NULL)
		t->ring[slot] = xcalloc(RING, sizeof(*b));
	b = &t->ring[slot][t->next[slot] % RING];
	memset(b, 0, sizeof(*b));
	b->number = t->next[slot]++;
	b->issued = now;
	b->count = (uint16_t)count;
	for (i = 0; i < count; i++) {
		out->t[i].slot = (uint8_t)slot;
		out->t[i].counter = b->number * TICKET_BATCH + i;
		derive(t, slot, out->t[i].counter, out->t[i].ticket);
	}
	out->t_n = (uint16_t)count;
}

/* The batch a counter was issued in, or NULL. */
static struct batch *
batch_of(struct tickets *t, const struct mk_ticket *k)
{
	uint64_t number = k->counter / TICKET_BATCH;
	struct batch *b;

	if (k->slot >= SLOTS || t->ring[k->slot] == NULL || number == 0)
		return (NULL);
	b = &t->ring[k->slot][number % RING];
	if (b->number != number || k->counter % TICKET_BATCH >= b->count)
		return (NULL);
	return (b);
}

const char *
tickets_alive(struct tickets *t, const struct mk_ticket *k, uint64_t now)
{
	uint8_t want[TICKET_LEN];
	struct batch *b;

	if ((b = batch_of(t, k)) == NULL)
		return ("the ticket is unknown: not issued, or forgotten "
		    "since");
	derive(t, k->slot, k->counter, want);
	if (CRYPTO_memcmp(want, k->ticket, TICKET_LEN) != 0)
		return ("the ticket is not ours");
	if (now - b->issued > TICKET_SECONDS)
		return ("the ticket is too old");
	return (NULL);
}

const char *
tickets_use(struct tickets *t, const struct mk_ticket *k, enum ticket_use use,
    uint64_t now)
{
	unsigned int i = k->counter % TICKET_BATCH;
	uint64_t bit = (uint64_t)1 << (i % 64);
	struct batch *b;
	const char *why;

	if ((why = tickets_alive(t, k, now)) != NULL)
		return (why);
	b = batch_of(t, k);
	if (b->verdict[i / 64] & bit)
		return ("the ticket has had its verdict");
	if (use == TU_SIGN && (b->sign[i / 64] & bit))
		return ("the ticket has had its signature");
	if ((use == TU_CHECK_RESPONDER || use == TU_CLAIM || use == TU_LOOK) &&
	    (b->sign[i / 64] & bit))
		return ("the ticket is an initiator's");
	if (use == TU_CERT_SIGN && !(b->claim[i / 64] & bit))
		return ("the ticket was never claimed");
	if (use != TU_CERT_SIGN && (b->claim[i / 64] & bit))
		return ("the ticket was claimed");
	if (use == TU_CHECK_INITIATOR && !(b->sign[i / 64] & bit))
		return ("the ticket was never signed with");
	if (use == TU_LOOK)
		return (NULL);
	if (use == TU_PPK && ((b->sign[i / 64] | b->ppk[i / 64]) & bit))
		return ("the ticket has come too far for a PPK");
	if (use == TU_PPK)
		b->ppk[i / 64] |= bit;
	else if (use == TU_SIGN)
		b->sign[i / 64] |= bit;
	else if (use == TU_CLAIM)
		b->claim[i / 64] |= bit;
	else
		b->verdict[i / 64] |= bit;
	return (NULL);
}

void
tickets_fingerprint(const struct tickets *t, struct slice secret,
    uint8_t out[32])
{
	static const char label[] = "fingerprint";
	struct slice parts[2] = { { (const uint8_t *)label,
	    sizeof(label) - 1 }, secret };
	uint8_t mac[PRF_MAX];

	hprf(PRF_HMAC_SHA2_256, t->key, BOOT_KEY_LEN, parts, 2, mac);
	memcpy(out, mac, 32);
}
