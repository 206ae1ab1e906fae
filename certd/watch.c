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

/* Who was found good, and is looked at again when there is news. */

#include <sys/queue.h>
#include <sys/tree.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "distrust.h"
#include "log.h"
#include "revoke_int.h"
#include "stow.h"
#include "watch.h"

#define PER_TURN	8	/* verified before others have their turn */

struct watched {
	RB_ENTRY(watched)	 node;
	TAILQ_ENTRY(watched)	 entry;
	uint8_t			 fp[KEY_FP];
	uint32_t		 tunnel;
	unsigned int		 round;
	unsigned int		 n;
	int64_t			 end;
	struct stowed		*cert[];	/* as shown */
};

static int
by_peer(const struct watched *a, const struct watched *b)
{
	int r = memcmp(a->fp, b->fp, KEY_FP);

	if (r != 0)
		return (r);
	if (a->tunnel == b->tunnel)
		return (a->round < b->round ? -1 : a->round > b->round);
	return (a->tunnel < b->tunnel ? -1 : 1);
}

RB_HEAD(peers, watched);
/* libbsd's RB_*_STATIC needs a __unused that it does not define. */
RB_PROTOTYPE_INTERNAL(peers, watched, node, by_peer,
    __attribute__((unused)) static)
RB_GENERATE_INTERNAL(peers, watched, node, by_peer,
    __attribute__((unused)) static)

static struct peers peers = RB_INITIALIZER(&peers);
static TAILQ_HEAD(, watched) oldest = TAILQ_HEAD_INITIALIZER(oldest);
static unsigned int npeers;
static struct event *turn;
static struct watched *next;	/* of a sweep; NULL: none is under way */
static int again;		/* there was more news meanwhile */
static uint64_t news;

static void
forget(struct watched *w)
{
	if (next == w)
		next = RB_NEXT(peers, &peers, w);
	RB_REMOVE(peers, &peers, w);
	TAILQ_REMOVE(&oldest, w, entry);
	npeers--;
	while (w->n > 0)
		stow_drop(w->cert[--w->n]);
	free(w);
}

void
watch_add(struct certd *c, uint32_t tunnel, unsigned int round,
    const struct shown *sh, const struct judged *j)
{
	const struct rule *r = book_rule(c->book, tunnel, round);
	struct watched *w, *old;

	distrust_over(j->fp);
	if (r == NULL || r->revocation == REVOCATION_OFF || r->trust == NULL)
		return;
	w = xcalloc(1, sizeof(*w) + sh->n * sizeof(w->cert[0]));
	memcpy(w->fp, j->fp, KEY_FP);
	w->tunnel = tunnel;
	w->round = round;
	w->end = j->not_after;
	for (; w->n < sh->n; w->n++)
		w->cert[w->n] = stow(sh->cert[w->n], sh->der[w->n]);
	if ((old = RB_FIND(peers, &peers, w)) != NULL)
		forget(old);
	else if (npeers == WATCH_MOST)
		forget(TAILQ_FIRST(&oldest));
	RB_INSERT(peers, &peers, w);
	TAILQ_INSERT_TAIL(&oldest, w, entry);
	npeers++;
}

static void
look_at(struct certd *c, struct watched *w, int64_t now)
{
	struct slice ocsp[CERT_CHAIN];
	struct judge_in in = { .book = c->book, .now = now,
	    .vcache = c->vcache, .ocsp = ocsp };
	struct chain_result res;
	struct shown sh;
	struct judged j;

	in.rule = book_rule(c->book, w->tunnel, w->round);
	in.entry = entries_round(book_entries(c->book), w->tunnel, w->round);
	if (in.rule == NULL || in.entry == NULL || now > w->end ||
	    (w->n == 0 && in.rule->pinned == NULL)) {
		forget(w);
		return;
	}
	memset(&sh, 0, sizeof(sh));
	for (; sh.n < w->n; sh.n++)
		sh.cert[sh.n] = stow_open(w->cert[sh.n], c->vcache);
	in.nocsp = sh.n == 0 ? revoke_against(c, &in.rule->pinned, 1, ocsp,
	    CERT_CHAIN) : revoke_against(c, sh.cert, sh.n, ocsp, CERT_CHAIN);
	memset(&j, 0, sizeof(j));
	judge_chain(&in, &sh, &res, &j);
	if (res.why == CHAIN_REVOKED) {
		log_notice(LS_CERT, "no longer trusted: %s", j.text);
		distrust_say(c, w->fp, j.text);
		forget(w);
	}
	chain_result_free(&res);
	shown_clear(&sh);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = { 0, 0 };
	int64_t now = (int64_t)time(NULL);
	struct certd *c = arg;
	struct watched *w;
	unsigned int i;

	(void)fd;
	(void)what;
	for (i = 0; i < PER_TURN && next != NULL; i++) {
		w = next;
		next = RB_NEXT(peers, &peers, w);
		look_at(c, w, now);
	}
	if (next == NULL && again) {
		again = 0;
		next = RB_MIN(peers, &peers);
	}
	if (next != NULL && evtimer_add(turn, &soon) == -1)
		fatal("no timer to look at peers again");
}

void
watch_sweep(struct certd *c)
{
	static const struct timeval soon = { 0, 0 };

	news++;
	if (c->book == NULL)
		return;
	if (next != NULL) {
		again = 1;
		return;
	}
	next = RB_MIN(peers, &peers);
	if (turn == NULL)
		turn = evtimer_new(c->role->base, on_turn, c);
	if (turn == NULL || (next != NULL && evtimer_add(turn, &soon) == -1))
		fatal("no timer to look at peers again");
}

uint64_t
watch_news(void)
{
	return (news);
}
