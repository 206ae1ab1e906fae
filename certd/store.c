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

/* The book-keeping of what is fetched. */

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "store.h"

TAILQ_HEAD(items, item);

struct store {
	struct items	 items;		/* the last used first */
	unsigned int	 n;
	size_t		 octets, held;
	void		 (*drop)(struct item *);
	void		 (*let_go)(struct item *);
};

struct store *
store_new(void (*drop)(struct item *), void (*let_go)(struct item *))
{
	struct store *s = xcalloc(1, sizeof(*s));

	TAILQ_INIT(&s->items);
	s->drop = drop;
	s->let_go = let_go;
	return (s);
}

static void
forget(struct store *s, struct item *it)
{
	TAILQ_REMOVE(&s->items, it, entry);
	s->n--;
	s->octets -= it->size;
	s->held -= it->held;
	if (s->drop != NULL)
		s->drop(it);
	free(it->url);
	free(it);
}

void
store_free(struct store *s)
{
	struct item *it;

	if (s == NULL)
		return;
	while ((it = TAILQ_FIRST(&s->items)) != NULL)
		forget(s, it);
	free(s);
}

/* Room for one item more and so many octets; 0 when there is. */
static int
make_room(struct store *s, size_t octets, const struct item *but)
{
	struct item *it, *prev;

	for (it = TAILQ_LAST(&s->items, items); it != NULL &&
	    (s->n >= STORE_ITEMS || s->octets + octets > STORE_OCTETS);
	    it = prev) {
		prev = TAILQ_PREV(it, items, entry);
		if (it != but && it->pins == 0 && it->req == 0)
			forget(s, it);
	}
	return (s->n < STORE_ITEMS ? 0 : -1);
}

static void
touch(struct store *s, struct item *it, int64_t now)
{
	it->used = now;
	TAILQ_REMOVE(&s->items, it, entry);
	TAILQ_INSERT_HEAD(&s->items, it, entry);
}

struct item *
store_item(struct store *s, const uint8_t key[STORE_KEY], unsigned int kind,
    const char *url, int64_t now, int *made)
{
	struct item *it;

	*made = 0;
	TAILQ_FOREACH(it, &s->items, entry)
		if (memcmp(it->key, key, STORE_KEY) == 0) {
			touch(s, it, now);
			return (it);
		}
	if (make_room(s, 0, NULL) == -1)
		return (NULL);
	it = xcalloc(1, sizeof(*it));
	memcpy(it->key, key, STORE_KEY);
	it->kind = (uint8_t)kind;
	it->url = xstrdup(url);
	it->used = now;
	TAILQ_INSERT_HEAD(&s->items, it, entry);
	s->n++;
	*made = 1;
	return (it);
}

struct item *
store_by_req(struct store *s, uint32_t req)
{
	struct item *it;

	TAILQ_FOREACH(it, &s->items, entry)
		if (it->req == req && req != 0)
			return (it);
	return (NULL);
}

struct item *
store_first(struct store *s)
{
	return (TAILQ_FIRST(&s->items));
}

unsigned int
store_count(const struct store *s)
{
	return (s->n);
}

size_t
store_octets(const struct store *s)
{
	return (s->octets);
}

size_t
store_held(const struct store *s)
{
	return (s->held);
}

enum store_state
store_want(struct store *s, struct item *it, int64_t now)
{
	touch(s, it, now);
	if (now < it->until)
		return (STORE_FRESH);
	if (it->req != 0 || it->queued)
		return (STORE_WAIT);
	if (it->fails > 0 && now < it->again)
		return (STORE_FAILED);
	it->queued = 1;
	return (STORE_WAIT);
}

int64_t
store_renewal(const struct item *it)
{
	int64_t at = it->renew;

	if (at == 0 || it->req != 0 || it->queued)
		return (INT64_MAX);
	if (it->fails > 0 && it->again > at)
		at = it->again;
	return (at > it->used + STORE_IDLE ? INT64_MAX : at);
}

struct item *
store_next(struct store *s, int64_t now)
{
	struct item *it;

	TAILQ_FOREACH(it, &s->items, entry)
		if (it->queued)
			return (it);
	TAILQ_FOREACH(it, &s->items, entry)
		if (store_renewal(it) <= now)
			return (it);
	return (NULL);
}

void
store_asked(struct item *it, uint32_t req, int64_t now)
{
	it->queued = 0;
	it->req = req;
	it->asked = now;
}

void
store_size(struct store *s, struct item *it, size_t size)
{
	s->octets -= it->size;
	it->size = 0;
	(void)make_room(s, size, it);
	s->octets += it->size = size;
}

int
store_hold(struct store *s, struct item *it, size_t size)
{
	struct item *old;

	s->held -= it->held;
	it->held = 0;
	if (size > STORE_HELD)
		return (-1);
	for (old = TAILQ_LAST(&s->items, items); old != NULL &&
	    s->held + size > STORE_HELD; old = TAILQ_PREV(old, items, entry)) {
		if (old == it || old->held == 0)
			continue;
		s->held -= old->held;
		old->held = 0;
		if (s->let_go != NULL)
			s->let_go(old);
	}
	s->held += it->held = size;
	return (0);
}

void
store_filled(struct store *s, struct item *it, size_t size, int64_t from,
    int64_t until, unsigned int percent, int64_t now)
{
	store_size(s, it, size);
	it->queued = 0;
	it->req = 0;
	it->fails = 0;
	it->why[0] = '\0';
	if (from > now)
		from = now;
	if (until == 0) {
		from = now;
		until = now + STORE_NO_END;
	}
	it->until = until;
	it->renew = from + (until - from) / 100 * percent +
	    (until - from) % 100 * percent / 100;
	/* An issuer that is late with its next one is not asked at once. */
	if (it->renew < now + STORE_LEAST)
		it->renew = now + STORE_LEAST;
}

void
store_failed(struct item *it, const char *why, int64_t now)
{
	int64_t wait = STORE_BACKOFF;
	unsigned int i;

	it->queued = 0;
	it->req = 0;
	for (i = 0; i < it->fails && wait < STORE_BACKOFF_MOST; i++)
		wait *= 2;
	it->fails++;
	it->again = now + (wait < STORE_BACKOFF_MOST ? wait :
	    STORE_BACKOFF_MOST);
	strlcpy(it->why, why, sizeof(it->why));
}

void
store_anew(struct item *it, int64_t now)
{
	it->until = 0;
	it->fails = 0;
	it->again = 0;
	it->why[0] = '\0';
	if (it->renew != 0)
		it->renew = now;
}

struct item *
store_late(struct store *s, int64_t now)
{
	struct item *it;

	TAILQ_FOREACH(it, &s->items, entry)
		if (it->req != 0 && (now - it->asked >= STORE_LATE ||
		    now < it->asked))
			return (it);
	return (NULL);
}

void
store_unasked(struct store *s)
{
	struct item *it;

	TAILQ_FOREACH(it, &s->items, entry)
		if (it->req != 0) {
			it->req = 0;
			it->queued = 1;
		}
}

int64_t
store_due(const struct store *s, int64_t now)
{
	const struct item *it;
	int64_t due = INT64_MAX, at;

	TAILQ_FOREACH(it, &s->items, entry) {
		at = it->queued ? now : it->req != 0 ?
		    it->asked + STORE_LATE : store_renewal(it);
		if (at < due)
			due = at;
	}
	return (due);
}
