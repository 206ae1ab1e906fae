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
 * What certd says of our own certificates, whom we are by them and which key
 * is in each, since nothing here reads one: it completes the entries of its
 * generation, and a policy whose private keys belong to other certificates is
 * refused.  A PREPARE waits for it as long as certd is there to say it.
 */

#include <event2/event.h>

#include <unistd.h>

#include "log.h"
#include "roles.h"
#include "sign.h"
#include "snap.h"

#define WAIT_SECONDS	30	/* half of what the parent waits for us */

const char *
ourcert_row(void *arg, uint16_t type, const void *val)
{
	if (type != SNAP_OURS)
		return ("a row that is not of our certificates");
	entries_ours(arg, val);
	return (NULL);
}

/* The last that came into the entries of its generation. */
static const char *
apply(struct sign *sg, struct entries *es, const struct keyring *keys,
    const struct keyring *ppks, const struct privring *priv, char *text,
    size_t size)
{
	const char *why;

	if ((why = snap_read(sg->ours_fd, ROLE_SIGN, sg->ours_generation,
	    ourcert_row, es)) != NULL)
		return (why);
	return (decide_keys_problem(es, keys, ppks, priv, sg->s.tokens,
	    text, size));
}

static void
answer(struct sign *sg, const char *why)
{
	if (!sg->ours_wait)
		return;
	sg->ours_wait = 0;
	event_free(sg->ours_timer);
	sg->ours_timer = NULL;
	if (why != NULL) {
		entries_free(sg->next_entries);
		sg->next_entries = NULL;
	}
	role_prepared(sg->next_generation, why);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	role_peer_broke(ROLE_CERTD, 0, "does not say whose certificates ours "
	    "are");
	answer(arg, NULL);
}

const char *
ourcert_prepare(struct sign *sg, char *text, size_t size)
{
	const struct timeval tv = { WAIT_SECONDS, 0 };

	if (sg->ours_fd != -1 && sg->ours_generation == sg->next_generation)
		return (standby_forgive(sg, apply(sg, sg->next_entries,
		    sg->next_keys, sg->next_ppks, sg->next_priv, text,
		    size)));
	if (sg->certd == NULL || !entries_have_cert(sg->next_entries))
		return (NULL);
	sg->ours_wait = 1;
	sg->ours_timer = evtimer_new(sg->role->base, on_late, sg);
	if (sg->ours_timer == NULL || evtimer_add(sg->ours_timer, &tv) == -1)
		fatal("no timer for certd's word");
	return (ROLE_LATER);
}

void
ourcert_take(struct sign *sg, uint32_t generation, int fd)
{
	char text[MSG_TEXT + 1];
	const char *why;

	if (sg->ours_fd != -1)
		close(sg->ours_fd);
	sg->ours_fd = fd;
	sg->ours_generation = generation;
	if (sg->keys_wait && generation == sg->next_generation)
		return;			/* ourcert_prepare() is still to come */
	if (sg->next_entries != NULL && generation == sg->next_generation) {
		why = apply(sg, sg->next_entries, sg->next_keys,
		    sg->next_ppks, sg->next_priv, text, sizeof(text));
		if (!sg->ours_wait && why != NULL)
			log_error(LS_POLICY, "%s", why);
		else
			why = standby_forgive(sg, why);
		answer(sg, why);
	} else if (sg->s.entries != NULL && generation == sg->s.generation &&
	    (why = apply(sg, sg->s.entries, sg->s.keys, sg->s.ppks,
	    sg->s.priv, text, sizeof(text))) != NULL)
		log_error(LS_POLICY, "%s", why);
}

void
ourcert_gone(struct sign *sg)
{
	answer(sg, NULL);
}

void
ourcert_abort(struct sign *sg)
{
	answer(sg, "given up");
}
