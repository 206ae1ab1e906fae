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
 * The IKE SA: making, finding and ending it.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "crash.h"
#include "exch_resume.h"
#include "dh.h"
#include "exch_create.h"
#include "halfopen.h"
#include "life.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "reason.h"
#include "record.h"
#include "session.h"
#include "skf.h"

static size_t
bucket(const uint8_t *p)
{
	uint64_t	 v;

	memcpy(&v, p, sizeof(v));
	v *= 0x9e3779b97f4a7c15ULL;	/* the peer does not choose ours */
	return ((size_t)(v >> 50) & (IKE_HASH - 1));
}

static size_t
bucket64(uint64_t v)
{
	return (bucket((const uint8_t *)&v));
}

const uint8_t *
session_spi(const struct session *s)
{
	return (s->initiator ? s->spi_i : s->spi_r);
}

const uint8_t *
session_peer_spi(const struct session *s)
{
	return (s->initiator ? s->spi_r : s->spi_i);
}

void
session_new_spi(struct ike *ike, uint8_t spi[SPI_LEN])
{
	do {
		ike_random(ike, spi, SPI_LEN);
		spi[0] = ike->slot;
	} while (spi_is_zero(spi) || session_by_spi(ike, spi) != NULL);
}

/* What we wait for inside the suite did not come in time. */
static void
wait_over(struct ike *ike, void *arg)
{
	struct event_arg	 none = { 0 };

	(void)ike;
	sa_event(arg, EV_WAITED, &none);
}

static void
jobs_due(struct ike *ike, void *arg)
{
	(void)ike;
	job_run(arg);
}

struct session *
session_new(struct ike *ike, int initiator, const uint8_t spi[SPI_LEN])
{
	struct session	*s;

	s = xcalloc(1, sizeof(*s));
	s->ike = ike;
	s->initiator = initiator;
	memcpy(initiator ? s->spi_i : s->spi_r, spi, SPI_LEN);
	s->id = ++ike->exch;
	s->record = -1;
	if (ike->policy != NULL)
		s->policy = policy_ref(ike->policy);
	TAILQ_INIT(&s->children);
	TAILQ_INIT(&s->jobs);
	timer_init(&s->wait, wait_over, s);
	timer_init(&s->jobtimer, jobs_due, s);
	life_session_init(s);
	LIST_INSERT_HEAD(&ike->all, s, all);
	LIST_INSERT_HEAD(&ike->by_spi[bucket(spi)], s, h_spi);
	LIST_INSERT_HEAD(&ike->by_id[bucket64(s->id)], s, h_id);
	ike->nsessions++;
	return (s);
}

struct sk_ctx *
session_open_with(const struct session *s, const struct ike_keys *k)
{
	struct slice	 e = { s->initiator ? k->er : k->ei, k->e_len };
	struct slice	 a = { s->initiator ? k->ar : k->ai, k->a_len };

	return (sk_ctx_new(&s->suite, SK_OPEN, e, a));
}

int
session_change_keys(struct session *s, struct ike_keys *k)
{
	int	 r;

	sk_ctx_free(s->keys.seal);
	sk_ctx_free(s->keys.open);
	s->keys.seal = s->keys.open = NULL;
	r = session_set_keys(s, k);
	keymat_clear(k);
	return (r);
}

int
session_set_keys(struct session *s, const struct ike_keys *k)
{
	struct slice		 ei = { k->ei, k->e_len };
	struct slice		 er = { k->er, k->e_len };
	struct slice		 ai = { k->ai, k->a_len };
	struct slice		 ar = { k->ar, k->a_len };

	s->traced = 0;
	s->keys.d_len = k->d_len;
	memcpy(s->keys.d, k->d, sizeof(s->keys.d));
	if (s->setup != NULL) {
		s->setup->sk_p_len = k->p_len;
		memcpy(s->setup->sk_pi, k->pi, sizeof(k->pi));
		memcpy(s->setup->sk_pr, k->pr, sizeof(k->pr));
	}
	s->keys.seal = sk_ctx_new(&s->suite, SK_SEAL,
	    s->initiator ? ei : er, s->initiator ? ai : ar);
	s->keys.open = session_open_with(s, k);
	return (s->keys.seal != NULL && s->keys.open != NULL ? 0 : -1);
}

struct sk_ctx *
session_open_own(const struct session *s)
{
	struct slice		 e, a;

	if (s->keys.seal == NULL)
		return (NULL);
	sk_keys(s->keys.seal, &e, &a);
	return (sk_ctx_new(&s->suite, SK_OPEN, e, a));
}

struct slice
session_sk_d(const struct session *s)
{
	return ((struct slice){ s->keys.d, s->keys.d_len });
}

void
session_set_packet(struct session *s, uint32_t child,
    const struct wt_ts *src, const struct wt_ts *dst)
{
	if (s->packet == NULL)
		s->packet = xcalloc(1, sizeof(*s->packet));
	s->packet->child = child;
	s->packet->src = *src;
	s->packet->dst = *dst;
}

void
session_set_exch(struct session *s, uint64_t exch)
{
	s->exch = exch;
	LIST_INSERT_HEAD(&s->ike->by_exch[bucket64(exch)], s, h_exch);
}

void
session_set_init(struct session *s, uint64_t key, uint64_t hash)
{
	s->init_key = key;
	s->init_hash = hash;
	LIST_INSERT_HEAD(&s->ike->by_init[bucket64(key)], s, h_init);
}

struct session_list *
session_init_chain(struct ike *ike, uint64_t key)
{
	return (&ike->by_init[bucket64(key)]);
}

struct session *
session_by_spi(struct ike *ike, const uint8_t spi[SPI_LEN])
{
	struct session	*s;

	LIST_FOREACH(s, &ike->by_spi[bucket(spi)], h_spi)
		if (memcmp(session_spi(s), spi, SPI_LEN) == 0)
			return (s);
	return (NULL);
}

struct session *
session_by_pair(struct ike *ike, const uint8_t *spi_i, const uint8_t *spi_r)
{
	struct session	*s;

	s = session_by_spi(ike, spi_i);
	if (s == NULL || !s->initiator)
		s = session_by_spi(ike, spi_r);
	if (s == NULL || memcmp(s->spi_i, spi_i, SPI_LEN) != 0 ||
	    memcmp(s->spi_r, spi_r, SPI_LEN) != 0)
		return (NULL);
	return (s);
}

struct session *
session_by_exch(struct ike *ike, uint64_t exch)
{
	struct session	*s;

	LIST_FOREACH(s, &ike->by_exch[bucket64(exch)], h_exch)
		if (s->exch == exch)
			return (s);
	return (NULL);
}

struct session *
session_by_id(struct ike *ike, uint64_t id)
{
	struct session	*s;

	if (id == 0)
		return (NULL);
	LIST_FOREACH(s, &ike->by_id[bucket64(id)], h_id)
		if (s->id == id)
			return (s);
	return (NULL);
}

const struct kept_tunnel *
session_tunnel(const struct session *s)
{
	if (s->tunnel == 0 || s->policy == NULL)
		return (NULL);
	return (policy_tunnel(s->policy, s->tunnel));
}

int
session_follow(struct session *s)
{
	const struct kept_tunnel	*was = session_tunnel(s), *now;
	struct policy			*p = s->ike->policy;

	if (p == NULL || s->policy == p ||
	    (now = policy_tunnel(p, s->tunnel)) == NULL)
		return (0);
	if (was != NULL && memcmp(was->digest, now->digest,
	    sizeof(now->digest)) != 0)
		return (0);
	policy_unref(s->policy);
	s->policy = policy_ref(p);
	return (1);
}

int
session_alive(const struct session *s)
{
	return (s->state != SA_DEAD);
}

void
session_up(struct session *s)
{
	halfopen_drop(s);
	timer_clear(s->ike, &s->wait);
	s->state = SA_UP;
	s->since = ike_seconds(s->ike);
	s->last_in = ike_now(s->ike);
	life_session_start(s);
	record_publish(s);
	to_tmd_session_up(s, 0);
	s->told = 1;
}

static void
wipe_keys(struct session *s)
{
	sk_ctx_free(s->keys.seal);
	sk_ctx_free(s->keys.open);
	explicit_bzero(&s->keys, sizeof(s->keys));
}

void
session_end(struct session *s, unsigned int code, const char *text)
{
	struct child	*c;

	if (s->state == SA_DEAD)
		return;
	session_debug(s, 0, LS_IKE, "session ends in %s: %s",
	    sa_state_name(s->state), text);
	s->state = SA_DEAD;
	halfopen_drop(s);
	life_session_stop(s);
	mobike_end(s);
	tcp_end(s);
	timer_clear(s->ike, &s->wait);
	timer_clear(s->ike, &s->jobtimer);
	free(s->answer);
	free(s->packet);
	s->answer = NULL;
	s->packet = NULL;
	job_clear(s);
	crash_forget(s);
	exch_resume_free(s);
	exch_free(s->ike, &s->own);
	exch_free(s->ike, &s->peer);
	exch_follow_r_forget(s);
	exch_host_forget(s);
	setup_free(s);
	while ((c = TAILQ_FIRST(&s->children)) != NULL)
		child_remove(c, code, text);
	window_clear(s);
	wipe_keys(s);
	record_wipe(s);
	if (s->told) {
		session_log(s, 0, LS_IKE, LOG_L_NOTICE, "down: %s", text);
		to_tmd_session_down(s, code, text);
	}
	LIST_REMOVE(s, all);
	LIST_REMOVE(s, h_spi);
	LIST_REMOVE(s, h_id);
	if (s->exch != 0)
		LIST_REMOVE(s, h_exch);
	if (s->init_key != 0)
		LIST_REMOVE(s, h_init);
	s->ike->nsessions--;
	LIST_INSERT_HEAD(&s->ike->dead, s, all);
}

void
session_free(struct session *s)
{
	struct grant_row	*g;

	LIST_REMOVE(s, all);
	while ((g = SLIST_FIRST(&s->grants)) != NULL) {
		SLIST_REMOVE_HEAD(&s->grants, entry);
		free(g);
	}
	policy_unref(s->policy);
	freezero(s, sizeof(*s));
}

int
session_encap(const struct session *s)
{
	return (s->nat != 0 || s->remote.tcp);
}

/*
 * RFC 9329 6.1: the one who did not open the stream takes that on which a new
 * authentic message came.  Between UDP and TCP only MOBIKE moves.
 */
static int
may_follow_stream(const struct session *s, const struct arrival *from)
{
	return (from->remote.tcp && s->remote.tcp && !s->client &&
	    s->state == SA_UP);
}

static void
follow(struct session *s, const struct arrival *from)
{
	char	 to[ADDR_TEXT];

	s->remote = from->remote;
	s->local = from->local;
	s->natt = (uint8_t)from->natt;
	if (s->state != SA_UP)
		return;
	tcp_hold(s);
	if (s->mob != NULL) {
		s->mob->serial++;
		mobike_settled(s);
		return;
	}
	s->ike->stat[ST_MOVED]++;
	session_log(s, 0, LS_IKE, LOG_L_NOTICE, "the peer is now at %s",
	    sock_print(&s->remote, to, sizeof(to)));
	child_migrate_all(s);
	record_publish(s);
	to_tmd_session_moved(s);
}

/*
 * RFC 7296 2.23: the one that is not behind a NAT follows the peer's
 * address; a host behind one does not, since a single packet could break
 * the connection then: it asks the old place whether the peer is still there,
 * for if it is not the session has to end.  During the first exchanges the
 * ports move to 4500.
 */
void
session_moved(struct session *s, const struct arrival *from, int esp)
{

	if (sock_cmp(&s->remote, &from->remote) == 0 &&
	    sock_cmp(&s->local, &from->local) == 0)
		return;
	if (s->state < SA_UP && s->initiator)
		return;
	if (may_follow_stream(s, from)) {
		follow(s, from);
		mobike_resend(s);
		return;
	}
	if (s->state >= SA_UP && (from->remote.tcp || s->remote.tcp))
		return;
	/*
	 * With MOBIKE IKE messages move nothing by themselves (RFC 4555 3.8),
	 * and ESP, which may be late, only the port that a NAT gives.
	 */
	if (s->mob != NULL && (!esp ||
	    addr_cmp(&s->remote.addr, &from->remote.addr) != 0))
		return;
	if (s->state == SA_UP && (s->nat & NAT_US) != 0)
		life_probe(s);
	if (s->state >= SA_UP && ((s->nat & NAT_US) != 0 ||
	    (s->nat & (NAT_PEER | NAT_ASKED)) == 0 || s->state != SA_UP ||
	    addr_cmp(&s->local.addr, &from->local.addr) != 0))
		return;
	follow(s, from);
}
