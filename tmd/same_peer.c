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
 * Sessions of one peer beside each other: which go when another comes.
 */
#include "event.h"
#include "id.h"
#include "log.h"
#include "resume.h"
#include "same_peer.h"
#include "sessions.h"
#include "unique.h"

static struct unique_session
unique_of(const struct session *s)
{
	struct unique_session u = { s->initiator, s->up_ms, s->first_spi_i,
	    s->tunnel->pol->cf.unique };

	return (u);
}

void
same_peer_crossed(struct session *s)
{
	struct unique_session	 a = unique_of(s), b;
	struct session		*o, *next;
	int			 loser;

	for (o = sess_same(s, NULL); o != NULL; o = next) {
		next = sess_same(s, o);
		if (o == s || o->tunnel != s->tunnel)
			continue;
		b = unique_of(o);
		loser = unique_crossed(&a, &b);
		if (loser == 0)
			continue;
		event_log(s->tunnel, s, LOG_L_INFO, "both sides initiated at "
		    "once, one session goes");
		sessions_end(loser == 1 ? s : o, RSN_REPLACED);
		if (loser == 1)
			return;
	}
}

/* The peer knows nothing of it any more: no word to it. */
static void
forget(struct session *s)
{
	struct tunnel *t = s->tunnel;

	sessions_do(s, SESSION_FORGET, RSN_REPLACED);
	resume_void_session(s);
	sess_free(s);
	sessions_check_lost(t, RSN_REPLACED, NULL);
}

void
same_peer_contact(unsigned int w, const struct mx_session *m)
{
	struct session		*s = sess_by_spi(m->spi_i, m->spi_r), *o;
	struct session		*next;
	struct unique_session	 a, b;

	if (s == NULL || s->worker != w || s->state == SS_ENDING)
		return;
	a = unique_of(s);
	for (o = sess_same(s, NULL); o != NULL; o = next) {
		next = sess_same(s, o);
		if (o == s || !id_equal(o->id_ours, s->id_ours))
			continue;
		b = unique_of(o);
		if (!unique_contact(&a, &b, alarm_now_ms()))
			continue;
		event_sess(EVT_SESSION_DOWN, o, 0, RSN_REPLACED,
		    "session ended: the peer says that it began anew");
		forget(o);
	}
}
