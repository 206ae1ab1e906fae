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

#ifndef UNIT_CERTD_CHECKS_BED_H
#define UNIT_CERTD_CHECKS_BED_H

/*
 * certd/checks.c alone, with ike, certd-sign and tmd at the other ends of its
 * pipes, in one process.  Judging, fetching and watching are the test's own.
 * Code, not declarations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "../../certd/byurl.h"
#include "../../certd/certd.h"
#include "../../certd/judge.h"
#include "../../certd/revoke.h"
#include "../../certd/watch.h"
#include "hurry.h"
#include "id.h"
#include "addr.h"
#include "proto_sign_tmd.h"
#include "reason.h"

static struct role_ctx role;
static struct certd c;
static struct pipe *ike, *tmd, *sign;	/* the test's ends */
static struct entries *entries;
static struct rule rule;
static int past_pipe;	/* answers that the pipe would not let pass */

/* What came last, and how often. */
static struct {
	unsigned int	 claims, signs, verdicts, checked, watched, cleared;
	unsigned int	 judged, nocsp;
	struct mc_ask	 ask;
	struct mv_verdict verdict;
	struct mk_checked answer;
	size_t		 chain;		/* octets that certd-sign is given */
	int		 verdict_first;
} got;

/* What the mocks say. */
static struct {
	enum reason	 peer, chain;
	unsigned int	 missing;
	enum quest_next	 step;
	unsigned int	 steps;
	struct item	*waits;
	const char	*why;
	uint32_t	 generation;
	int		 urls;		/* the chain has some */
	enum byurl_next	 url;
	uint64_t	 news;
	unsigned int	 against;	/* OCSP responses that revoke */
} say;

/* The book. */
const struct rule *
book_rule(const struct book *b, uint32_t tunnel, unsigned int round)
{
	(void)b, (void)round;
	return (tunnel == 1 ? &rule : NULL);
}

const struct entries *
book_entries(const struct book *b)
{
	(void)b;
	return (entries);
}

uint32_t
book_generation(const struct book *b)
{
	(void)b;
	return (say.generation);
}

/* The judge. */
int
judge_has_chain(const struct judge_in *in)
{
	assert_int_equal(in->entry->tunnel, 1);
	return (1);
}

void
judge_peer(const struct judge_in *in, struct shown *sh, struct judged *out)
{
	memset(sh, 0, sizeof(*sh));
	memset(out, 0, sizeof(*out));
	assert_int_equal(in->octets.len, 4);
	assert_memory_equal(in->octets.p, "octs", 4);
	assert_int_equal(in->check->chain.len, 5);
	assert_memory_equal(in->check->chain.p, say.urls ? "other" : "chain",
	    5);
	assert_int_equal(in->check->auth.len, 4);
	assert_memory_equal(in->check->auth.p, "auth", 4);
	out->code = say.peer;
	strlcpy(out->text, say.peer == RSN_OK ? "" : "no such peer",
	    sizeof(out->text));
}

void
judge_chain(const struct judge_in *in, const struct shown *sh,
    struct chain_result *res, struct judged *out)
{
	(void)sh;
	got.judged++;
	got.nocsp = in->nocsp;
	memset(res, 0, sizeof(*res));
	memset(out, 0, sizeof(*out));
	res->missing = say.missing;
	res->why = say.chain == RSN_OK ? CHAIN_OK : say.missing > 0 ?
	    CHAIN_NO_REVOCATION : CHAIN_EXPIRED;
	out->code = say.chain;
	strlcpy(out->text, say.chain == RSN_OK ? "" : "no such chain",
	    sizeof(out->text));
	strlcpy(out->proof, "a proof", sizeof(out->proof));
	memset(out->fp, 7, sizeof(out->fp));
	out->bound = 100;
	out->not_after = 200;
}

void
shown_clear(struct shown *sh)
{
	(void)sh;
	got.cleared++;
}

/* What is fetched. */
enum quest_next
quest_step(struct certd *cd, struct quest *q, const struct chain_result *res,
    int64_t now)
{
	(void)cd, (void)q, (void)now;
	assert_true(res->missing > 0);
	say.steps++;
	if (say.step == QUEST_AGAIN)
		say.missing = 0;
	return (say.step);
}

unsigned int
quest_ocsp(const struct quest *q, struct slice *out, unsigned int max,
    int64_t now)
{
	(void)q, (void)out, (void)max, (void)now;
	return (0);
}

unsigned int
revoke_against(struct certd *cd, struct cert *const *cert, unsigned int n,
    struct slice *out, unsigned int max)
{
	(void)cd, (void)cert, (void)n, (void)out;
	assert_true(say.against <= max);
	return (say.against);
}

char *
quest_why(const struct quest *q, char *out, size_t size)
{
	(void)q;
	strlcpy(out, say.why, size);
	return (out);
}

void
quest_clear(struct certd *cd, struct quest *q)
{
	(void)cd, (void)q;
}

int
quest_waits(const struct quest *q, const struct item *it)
{
	(void)q;
	return (it == say.waits);
}

/* Certificates by URL: "chain" becomes "other". */
int
byurl_wanted(const struct certd *cd, struct slice chain)
{
	(void)cd, (void)chain;
	return (say.urls);
}

enum byurl_next
byurl_look(const struct byurl *b, char *why, size_t size)
{
	(void)b;
	strlcpy(why, say.why, size);
	return (say.url);
}

enum byurl_next
byurl_begin(struct certd *cd, struct byurl *b, struct slice chain, char *why,
    size_t size)
{
	(void)cd;
	assert_int_equal(b->n, 0);
	assert_int_equal(chain.len, 5);
	return (byurl_look(b, why, size));
}

uint8_t *
byurl_chain(const struct byurl *b, struct slice chain, size_t *len,
    const char **why)
{
	uint8_t *out = calloc(1, 5);

	(void)b, (void)chain, (void)why;
	assert_non_null(out);
	memcpy(out, "other", 5);
	*len = 5;
	return (out);
}

void
byurl_clear(struct byurl *b)
{
	(void)b;
}

void
watch_add(struct certd *cd, uint32_t tunnel, unsigned int round,
    const struct shown *sh, const struct judged *j)
{
	(void)cd, (void)sh, (void)round;
	assert_int_equal(tunnel, 1);
	assert_int_equal(j->fp[0], 7);
	got.watched++;
}

void
watch_sweep(struct certd *cd)
{
	(void)cd;
}

uint64_t
watch_news(void)
{
	return (say.news);
}

/* The other ends. */
static void
on_claim(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	got.ask = *(const struct mc_ask *)body;
	got.chain = got.ask.k.chain.len;
	got.claims++;
}

static void
on_sign(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	got.ask = *(const struct mc_ask *)body;
	got.signs++;
}

static void
on_verdict(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	got.verdict = *(const struct mv_verdict *)body;
	got.verdicts++;
}

static void
on_checked(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	got.answer = *(const struct mk_checked *)body;
	got.checked++;
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct pipe **place = arg;

	(void)why;
	*place = NULL;
	pipe_free(p);
}

static void
to_certd_claimed(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	checks_claimed(&c, body);
}

static void
to_certd_signed(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	checks_signed(&c, body);
}

static void
to_certd_check(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	checks_begin(&c, 3, body);
}

static void
unwanted(void *arg, const void *body, int fd)
{
	(void)arg, (void)body, (void)fd;
	fail_msg("nobody says this here");
}

static const struct pipe_handler at_ike[] = {
	{ M_TICKETS, unwanted }, { M_SIGNED, unwanted },
	{ M_AUTH_CHECKED, on_checked }, { M_SHOWN, unwanted }, { 0, NULL } };
static const struct pipe_handler at_sign[] = {
	{ M_CERT_CLAIM, on_claim }, { M_CERT_SIGN, on_sign },
	{ M_CERT_OURS, unwanted }, { 0, NULL } };
static const struct pipe_handler at_tmd[] = {
	{ M_VERDICT, on_verdict }, { M_LOCKED, unwanted },
	{ M_CRED, unwanted }, { M_CREDS, unwanted }, { M_DISTRUST, unwanted },
	{ M_OWN_END, unwanted },
	{ 0, NULL } };
static const struct pipe_handler of_ike[] = {
	{ M_TICKETS_WANT, unwanted }, { M_SIGN, unwanted },
	{ M_AUTH_CHECK, to_certd_check }, { 0, NULL } };
static const struct pipe_handler of_sign[] = {
	{ M_BOOT_KEY, unwanted }, { M_CERT_CLAIMED, to_certd_claimed },
	{ M_CERT_SIGNED, to_certd_signed }, { 0, NULL } };
static const struct pipe_handler of_tmd[] = {
	{ M_ORDER, unwanted }, { M_ORDER_DROP, unwanted },
	{ M_CREDS_WANT, unwanted }, { 0, NULL } };

static void
both_ends(struct pipe **inside, struct pipe **outside,
    const struct msg_table *t, enum msg_side side,
    const struct pipe_handler *in, const struct pipe_handler *out)
{
	const struct pipe_ops oi = { in, on_broken }, oo = { out, on_broken };
	int fds[2];

	pipe_pair(fds);
	*inside = pipe_new(role.base, fds[0], t, side, &oi, inside);
	*outside = pipe_new(role.base, fds[1], t, side == SIDE_A ? SIDE_B :
	    SIDE_A, &oo, outside);
}

/* All that was said is heard; a few turns are more than any answer takes. */
static void
run(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		struct pipe *all[] = { c.ike[3], c.sign, c.tmd, ike, sign,
		    tmd };
		size_t k;

		for (k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			if (all[k] != NULL)
				pipe_flush(all[k]);
		event_base_loop(role.base, EVLOOP_NONBLOCK);
	}
	hurry = 0;
}

static int
setup(void **state)
{
	static struct sn_auth a;

	(void)state;
	past_pipe = 0;
	memset(&c, 0, sizeof(c));
	memset(&got, 0, sizeof(got));
	memset(&say, 0, sizeof(say));
	memset(&rule, 0, sizeof(rule));
	say.why = "";
	say.generation = 4;
	rule.revocation = REVOCATION_STRICT;
	role.base = event_base_new();
	c.role = &role;
	c.book = (struct book *)&say;	/* nobody looks into it */
	both_ends(&c.ike[3], &ike, &proto_ike_certd, SIDE_B, of_ike, at_ike);
	both_ends(&c.sign, &sign, &proto_sign_certd, SIDE_B, of_sign, at_sign);
	both_ends(&c.tmd, &tmd, &proto_certd_tmd, SIDE_A, of_tmd, at_tmd);
	entries = entries_new();
	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	a.kind_ours = a.kind_theirs = AUTHK_CERT;
	strlcpy(a.name, "boston", sizeof(a.name));
	strlcpy(a.key, "gw", sizeof(a.key));
	assert_int_equal(prefix_parse("198.51.100.0/24", &a.remote[0]), 0);
	a.remote_n = 1;
	assert_null(id_parse("gw.example", &a.id_local));
	assert_null(id_parse("bee.example", &a.id_remote));
	assert_null(entries_add(entries, &a));
	entries_index(entries);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	checks_ike_gone(&c, 3);
	assert_int_equal(c.nchecks, 0);
	pipe_free(c.ike[3]);
	pipe_free(c.sign);
	pipe_free(c.tmd);
	pipe_free(ike);
	pipe_free(sign);
	pipe_free(tmd);
	entries_free(entries);
	event_base_free(role.base);
	return (0);
}

static void
fill(struct mk_check *m, const char *peer, int initiator)
{
	static uint8_t body[4 + ID_MAX];
	struct wt_id id;

	memset(m, 0, sizeof(*m));
	memset(body, 0, sizeof(body));
	assert_null(id_parse(peer, &id));
	body[0] = id.type;
	memcpy(body + 4, id.data, id.data_len);
	m->c.exch = 77;
	m->c.ticket.counter = 5;
	m->c.order = initiator ? 9 : 0;
	assert_int_equal(addr_parse("192.0.2.1", &m->c.local.addr), 0);
	assert_int_equal(addr_parse("198.51.100.7", &m->c.remote.addr), 0);
	m->initiator = (uint8_t)initiator;
	*(initiator ? &m->id_r : &m->id_i) = (struct slice){ body,
	    4U + id.data_len };
	m->method = 14;
	m->auth = (struct slice){ (const uint8_t *)"auth", 4 };
	m->chain = (struct slice){ (const uint8_t *)"chain", 5 };
}

static void
begin(const char *peer, int initiator)
{
	struct mk_check m;

	fill(&m, peer, initiator);
	assert_int_equal(pipe_send(ike, M_AUTH_CHECK, &m, -1), PIPE_OK);
	run();
}

/* certd-sign's two answers. */
static void
claimed(enum reason code)
{
	struct mc_claimed m = { .req = got.ask.req, .code = (uint16_t)code,
	    .tunnel = 1, .generation = 4,
	    .octets = { (const uint8_t *)"octs", 4 } };

	memset(m.spi_i, 1, sizeof(m.spi_i));
	memset(m.spi_r, 2, sizeof(m.spi_r));
	assert_null(id_parse("gw.example", &m.id_ours));
	assert_null(id_parse("bee.example", &m.id_peer));
	if (code != RSN_OK)
		strlcpy(m.text, "certd-sign says so", sizeof(m.text));
	if (past_pipe)
		checks_claimed(&c, &m);
	else
		pipe_send(sign, M_CERT_CLAIMED, &m, -1);
	run();
}

static void
signed_by_us(enum reason code)
{
	struct mc_signed m = { .req = got.ask.req, .code = (uint16_t)code,
	    .method = 14, .auth_len = 3 };

	memcpy(m.auth, "our", 3);
	if (past_pipe)
		checks_signed(&c, &m);
	else
		pipe_send(sign, M_CERT_SIGNED, &m, -1);
	run();
}

#endif /* UNIT_CERTD_CHECKS_BED_H */
