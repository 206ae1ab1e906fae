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
 * The way of an AUTH_CHECK: the entry is chosen by what the peer says it is,
 * certd-sign uses up the ticket and gives the octets, judge.c judges, for a
 * responder certd-sign makes our AUTH; the verdict goes to tmd, and then the
 * answer to ike.
 */

#include <sys/queue.h>

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "byurl.h"
#include "certd.h"
#include "check_copy.h"
#include "checks_int.h"
#include "choose.h"
#include "judge.h"
#include "log.h"
#include "proto_sign_tmd.h"
#include "revoke.h"
#include "until.h"
#include "watch.h"

#define CHECKS_MAX	1024	/* under way at a time */
#define CHECK_SECONDS	8	/* for certd-sign, each time */
#if FETCH_SECONDS + 2 * CHECK_SECONDS > CERTD_SECONDS
#error "ikd-ike does not wait so long"
#endif

static TAILQ_HEAD(, check) checks = TAILQ_HEAD_INITIALIZER(checks);
static uint32_t next_req;

static void
drop_octets(struct check *ck)
{
	freezero(ck->octets, ck->octets == NULL ? 0 : ck->claim.octets.len);
	ck->octets = NULL;
	ck->claim.octets.len = 0;
}

void
check_free(struct check *ck)
{
	TAILQ_REMOVE(&checks, ck, entry);
	ck->certd->nchecks--;
	event_free(ck->timer);
	quest_clear(ck->certd, &ck->quest);
	byurl_clear(&ck->byurl);
	drop_octets(ck);
	free(ck->chain);
	shown_clear(&ck->shown);
	freezero(ck->buf, ck->len);
	freezero(ck, sizeof(*ck));
}

static void
answer(struct certd *c, unsigned int worker, struct mk_checked *out)
{
	/* tmd says it to people: ike tells it, with who and from where. */
	if (out->code != RSN_OK)
		log_debug(LS_CERT, "AUTH refused: %s", out->text);
	if (c->ike[worker] != NULL)
		pipe_send(c->ike[worker], M_AUTH_CHECKED, out, -1);
	explicit_bzero(out->auth, sizeof(out->auth));
}

void
check_refuse(struct certd *c, unsigned int worker, const struct mk_check *m,
    enum reason code, const char *fmt, ...)
{
	struct mk_checked out;
	char text[1024];
	size_t n;
	va_list ap;

	n = m->c.round == 0 ? 0 : (size_t)snprintf(text, sizeof(text),
	    "round %u: ", m->c.round + 1U);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	/* certd-sign's sentences begin so themselves. */
	if (n > 0 && strncmp(text, text + n, n) == 0)
		memmove(text, text + n, strlen(text + n) + 1);
	memset(&out, 0, sizeof(out));
	out.exch = m->c.exch;
	out.code = (uint16_t)code;
	wire_text_copy(out.text, sizeof(out.text), text);
	answer(c, worker, &out);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct check *ck = arg;
	char why[MSG_TEXT + 1];

	(void)fd;
	(void)what;
	if (ck->stage == ST_FETCH)
		weigh(ck);
	else if (ck->stage == ST_URL) {
		(void)byurl_look(&ck->byurl, why, sizeof(why));
		fail(ck, RSN_TIMEOUT, "%s", why);
	} else
		fail(ck, RSN_TIMEOUT, "certd-sign did not answer in time");
}

void
check_wait(struct check *ck, enum stage stage, int seconds)
{
	const struct timeval tv = { seconds, 0 };

	ck->stage = stage;
	if (evtimer_add(ck->timer, &tv) == -1)
		fatal("no timer for a check");
}

static struct check *
check_new(struct certd *c, unsigned int worker, const struct mk_check *m)
{
	struct check *ck = xcalloc(1, sizeof(*ck));

	ck->certd = c;
	ck->worker = worker;
	ck->req = ++next_req;
	ck->buf = check_copy(&ck->k, m, &ck->len);
	ck->timer = evtimer_new(c->role->base, on_late, ck);
	if (ck->timer == NULL)
		fatal("no timer for a check");
	check_wait(ck, ST_CLAIM, CHECK_SECONDS);
	TAILQ_INSERT_TAIL(&checks, ck, entry);
	c->nchecks++;
	return (ck);
}

static struct check *
check_find(uint32_t req, enum stage stage)
{
	struct check *ck;

	TAILQ_FOREACH(ck, &checks, entry)
		if (ck->req == req && ck->stage == stage)
			return (ck);
	return (NULL);
}

/* 0, or -1 and the check is gone. */
static int
ask(struct check *ck, uint16_t type, uint32_t tunnel)
{
	struct mc_ask m = { .req = ck->req, .worker = (uint8_t)ck->worker,
	    .tunnel = tunnel, .k = ck->k };
	int r;

	m.k.chain.len = 0;
	r = ck->certd->sign == NULL ? PIPE_CLOSED :
	    pipe_send(ck->certd->sign, type, &m, -1);
	explicit_bzero(&m, sizeof(m));
	if (r == PIPE_OK)
		return (0);
	fail(ck, RSN_BUSY, r == PIPE_NOCREDIT ? "certd-sign is busy" :
	    "certd-sign is not there");
	return (-1);
}

/* As responder the peer's word leads to an entry; NULL: it was refused. */
static const struct entry *
choose(struct certd *c, unsigned int worker, const struct mk_check *m)
{
	const struct entry *e;
	char why[MSG_TEXT + 1];
	enum reason code;

	if ((e = choose_entry(c, m, &code, why, sizeof(why))) == NULL)
		check_refuse(c, worker, m, code, "%s", why);
	return (e);
}

void
checks_begin(struct certd *c, unsigned int worker, const struct mk_check *m)
{
	const struct entry *e = NULL;

	if (c->book == NULL) {
		check_refuse(c, worker, m, RSN_BUSY, "no policy is loaded yet");
		return;
	}
	if (c->nchecks >= CHECKS_MAX) {
		check_refuse(c, worker, m, RSN_BUSY, "too many checks at once");
		return;
	}
	/* Later rounds are certd-sign's to choose: it knows the others. */
	if (!m->initiator && m->c.round == 0 &&
	    (e = choose(c, worker, m)) == NULL)
		return;
	ask(check_new(c, worker, m), M_CERT_CLAIM, e == NULL ? 0 : e->tunnel);
}

static void
finish(struct check *ck, const struct mc_signed *sig)
{
	struct mk_checked out;
	struct mv_verdict v;

	if (ck->news != watch_news() && !weigh_again(ck))
		return;
	memset(&v, 0, sizeof(v));
	v.ticket = ck->k.c.ticket;
	v.round = ck->k.c.round;
	v.exch = ck->k.c.exch;
	memcpy(v.spi_i, ck->claim.spi_i, sizeof(v.spi_i));
	memcpy(v.spi_r, ck->claim.spi_r, sizeof(v.spi_r));
	v.initiator = ck->k.initiator;
	v.order = ck->k.initiator ? ck->k.c.order : 0;
	v.tunnel = ck->claim.tunnel;
	v.generation = ck->claim.generation;
	v.id_ours = ck->claim.id_ours;
	v.id_peer = ck->claim.id_peer;
	memcpy(v.peer, ck->claim.peer, sizeof(v.peer));
	v.method = ck->k.method;
	v.key_ours = ck->claim.key_ours;
	v.key_peer = ck->judged.sort;
	memcpy(v.fingerprint, ck->judged.fp, sizeof(v.fingerprint));
	memcpy(v.key, ck->judged.key, sizeof(v.key));
	v.proved = until_now();
	v.cred_end = until_of(book_rule(ck->certd->book, v.tunnel,
	    v.round), &ck->judged);
	wire_text_copy(v.proof, sizeof(v.proof), ck->judged.proof);
	v.local = ck->k.c.local;
	v.remote = ck->k.c.remote;
	v.ppk_used = ck->claim.ppk_used;
	memcpy(v.ppk, ck->claim.ppk, sizeof(v.ppk));
	if (ck->certd->tmd == NULL || pipe_send(ck->certd->tmd, M_VERDICT, &v,
	    -1) != PIPE_OK) {
		fail(ck, RSN_BUSY, "the tunnel manager is being restarted");
		return;
	}
	watch_add(ck->certd, ck->claim.tunnel, ck->k.c.round, &ck->shown,
	    &ck->judged);
	memset(&out, 0, sizeof(out));
	out.exch = ck->k.c.exch;
	out.tunnel = ck->claim.tunnel;
	out.rounds_ours = ck->claim.rounds_ours;
	out.rounds_theirs = ck->claim.rounds_theirs;
	out.id_ours = ck->claim.id_ours;
	out.mix = ck->claim.mix;
	if (sig != NULL) {
		out.method = sig->method;
		out.auth_len = sig->auth_len;
		memcpy(out.auth, sig->auth, sig->auth_len);
	}
	answer(ck->certd, ck->worker, &out);
	check_free(ck);
}

/* The peer is good: certd-sign makes our part, where it is still to make. */
void
check_pass(struct check *ck)
{
	if (ck->k.initiator) {
		finish(ck, NULL);
		return;
	}
	check_wait(ck, ST_SIGN, CHECK_SECONDS);
	ask(ck, M_CERT_SIGN, ck->claim.tunnel);
}

/* All that the peer shows is there. */
static void
examine(struct check *ck)
{
	struct judge_in in;

	weigh_in(ck, &in);
	in.octets = ck->claim.octets;
	judge_peer(&in, &ck->shown, &ck->judged);
	drop_octets(ck);
	if (ck->judged.code != RSN_OK)
		fail(ck, ck->judged.code, "%s", ck->judged.text);
	else if (judge_has_chain(&in))
		weigh(ck);
	else
		check_pass(ck);
}

/* How it stands with what the peer names by hash and URL. */
static void
by_url(struct check *ck, enum byurl_next next, const char *why)
{
	uint8_t *chain = NULL;
	size_t len;

	if (next == BYURL_WAIT)
		return;
	if (next == BYURL_READY)
		chain = byurl_chain(&ck->byurl, ck->k.chain, &len, &why);
	if (chain == NULL) {
		fail(ck, RSN_AUTH_PEER, "%s", why);
		return;
	}
	ck->chain = chain;
	ck->k.chain = (struct slice){ chain, len };
	examine(ck);
}

/*
 * It has a ticket of ours, which is used up: so much is known of who has us
 * ask hosts.  The time is also that for revocation data.
 */
static void
begin_urls(struct check *ck)
{
	struct slice *o = &ck->claim.octets;
	enum byurl_next next;
	char why[MSG_TEXT + 1] = "";

	ck->octets = xcalloc(1, o->len + 1);
	if (o->len > 0)
		memcpy(ck->octets, o->p, o->len);
	o->p = ck->octets;
	ck->until = (int64_t)time(NULL) + FETCH_SECONDS;
	check_wait(ck, ST_URL, FETCH_SECONDS);
	next = byurl_begin(ck->certd, &ck->byurl, ck->k.chain, why,
	    sizeof(why));
	by_url(ck, next, why);
}

void
checks_claimed(struct certd *c, const struct mc_claimed *m)
{
	struct check *ck = check_find(m->req, ST_CLAIM);
	struct judge_in in;

	if (ck == NULL)
		return;			/* it was too late */
	if (m->code != RSN_OK) {
		fail(ck, m->code, "%s", m->text);
		return;
	}
	ck->claim = *m;
	if (m->no_ppk)
		ck->k.auth = ck->k.no_ppk;
	weigh_in(ck, &in);
	if (m->generation != book_generation(c->book) || in.rule == NULL ||
	    in.entry == NULL)
		fail(ck, RSN_BUSY, "the policy is being changed");
	else if (judge_has_chain(&in) && byurl_wanted(c, ck->k.chain))
		begin_urls(ck);
	else
		examine(ck);
}

void
checks_url_fetched(struct certd *c)
{
	struct check *ck, *next;
	char why[MSG_TEXT + 1];

	(void)c;
	for (ck = TAILQ_FIRST(&checks); ck != NULL; ck = next) {
		next = TAILQ_NEXT(ck, entry);
		if (ck->stage == ST_URL)
			by_url(ck, byurl_look(&ck->byurl, why, sizeof(why)),
			    why);
	}
}

void
checks_fetched(struct certd *c, struct item *it)
{
	struct check *ck, *next;

	(void)c;
	TAILQ_FOREACH(ck, &checks, entry)
		ck->woken = ck->stage == ST_FETCH &&
		    quest_waits(&ck->quest, it) ? it : NULL;
	for (ck = TAILQ_FIRST(&checks); ck != NULL; ck = next) {
		next = TAILQ_NEXT(ck, entry);
		if (ck->woken == it)
			weigh(ck);
	}
}

void
checks_book_goes(struct certd *c)
{
	struct check *ck, *next;

	(void)c;
	for (ck = TAILQ_FIRST(&checks); ck != NULL; ck = next) {
		next = TAILQ_NEXT(ck, entry);
		if (ck->stage == ST_FETCH || ck->stage == ST_URL)
			fail(ck, RSN_BUSY, "the policy is being changed");
	}
}

void
checks_signed(struct certd *c, const struct mc_signed *m)
{
	struct check *ck = check_find(m->req, ST_SIGN);

	(void)c;
	if (ck == NULL)
		return;
	if (m->code != RSN_OK)
		fail(ck, m->code, "%s", m->text);
	else
		finish(ck, m);
}

void
checks_sign_gone(struct certd *c)
{
	struct check *ck;

	(void)c;
	while ((ck = TAILQ_FIRST(&checks)) != NULL)
		fail(ck, RSN_RESTARTED, "certd-sign was restarted");
}

void
checks_ike_gone(struct certd *c, unsigned int worker)
{
	struct check *ck, *next;

	(void)c;
	for (ck = TAILQ_FIRST(&checks); ck != NULL; ck = next) {
		next = TAILQ_NEXT(ck, entry);
		if (ck->worker == worker)
			check_free(ck);
	}
}
