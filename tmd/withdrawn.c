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
 * Verdicts that are taken back: what rests on them ends.
 */
#include <string.h>

#include "event.h"
#include "orders.h"
#include "proof.h"
#include "resume.h"
#include "sessions.h"
#include "verdict.h"

static int
rests_on(const struct session *s, const uint8_t fingerprint[32])
{
	unsigned int i;

	if (s->tunnel->pol->cf.kind_theirs != AUTHK_PSK &&
	    memcmp(s->fingerprint, fingerprint, 32) == 0)
		return (1);
	for (i = 0; i < s->nrounds; i++)
		if (s->rounds[i].by_certd && memcmp(s->rounds[i].fingerprint,
		    fingerprint, 32) == 0)
			return (1);
	return (0);
}

/* One that rests on this verdict of certd's; others are not its to end. */
static struct session *
resting_on(const uint8_t fingerprint[32])
{
	struct session *s;

	for (s = sess_next(NULL); s != NULL; s = sess_next(s))
		if (rests_on(s, fingerprint))
			return (s);
	return (NULL);
}

void
verdict_withdrawn(const uint8_t fingerprint[32], const char *text)
{
	struct session *s;
	struct tunnel *t;

	resume_void_proof(fingerprint);
	proof_withdrawn(fingerprint);
	verdict_let_go(fingerprint, text);
	while ((s = resting_on(fingerprint)) != NULL) {
		t = s->tunnel;
		event_sess(EVT_SESSION_DOWN, s, 0, RSN_AUTH_PEER,
		    "session ended: %s", text);
		if (orders_is(t, s->order))
			orders_cancel(t);
		sessions_drop(s, RSN_AUTH_PEER);
		sessions_check_lost(t, RSN_AUTH_PEER, text);
	}
}
