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
 * Child SAs: making, finding, reporting, removing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "exch.h"
#include "jobs.h"
#include "life.h"
#include "log.h"
#include "mobike.h"
#include "pipes.h"
#include "record.h"
#include "reason.h"
#include "session.h"
#include "tspack.h"

#define LOST_MS		20000	/* for the peer to delete its pair that lost */
#define LINGER_MAX	16	/* the parent lets so many stand beside */
#define SPI_MIN		256	/* RFC 4303 section 2.1: below is reserved */

static struct child_list *
chain(struct ike *ike, uint32_t spi_in)
{
	return (&ike->by_child[(spi_in * 0x9e3779b1U) >> 18 &
	    (IKE_HASH - 1)]);
}

const struct grant_row *
child_grant(const struct session *s, uint32_t child)
{
	const struct grant_row	*g;

	SLIST_FOREACH(g, &s->grants, entry)
		if (g->child == child)
			return (g);
	return (NULL);
}

struct child *
child_by_spi(struct ike *ike, uint32_t spi_in)
{
	struct child	*c;

	LIST_FOREACH(c, chain(ike, spi_in), hash)
		if (c->spi_in == spi_in)
			return (c);
	return (NULL);
}

uint32_t
child_new_spi(struct ike *ike)
{
	uint32_t	 spi;

	do
		ike_random(ike, &spi, sizeof(spi));
	while (spi < SPI_MIN || child_by_spi(ike, spi) != NULL);
	return (spi);
}

void
child_set_ts(struct child *c, const struct ts_pair *p)
{
	size_t	 len;

	free(c->ts);
	len = ts_pack(p->local.ts, p->local.n, p->remote.ts, p->remote.n,
	    NULL);
	c->ts = xcalloc(1, len);
	ts_pack(p->local.ts, p->local.n, p->remote.ts, p->remote.n, c->ts);
}

void
child_get_ts(const struct child *c, struct ts_pair *p)
{
	memset(p, 0, sizeof(*p));
	if (c->ts == NULL)
		return;
	p->local.n = ts_unpack(c->ts, 0, p->local.ts);
	p->remote.n = ts_unpack(c->ts, 1, p->remote.ts);
}

struct child *
child_new(struct session *s, uint32_t spi_in)
{
	struct child	*c;

	c = xcalloc(1, sizeof(*c));
	c->s = s;
	c->spi_in = spi_in;
	c->state = CH_INSTALLING;
	life_child_init(c);
	TAILQ_INSERT_TAIL(&s->children, c, link);
	LIST_INSERT_HEAD(chain(s->ike, spi_in), c, hash);
	return (c);
}

void
child_free(struct child *c)
{
	life_child_stop(c);
	to_parent_forget(c);
	TAILQ_REMOVE(&c->s->children, c, link);
	LIST_REMOVE(c, hash);
	free(c->ts);
	freezero(c, sizeof(*c));
}

struct child *
child_by_spi_out(const struct session *s, uint8_t proto, uint32_t spi_out)
{
	struct child	*c;

	TAILQ_FOREACH(c, &s->children, link)
		if (c->spi_out == spi_out && c->suite.proto == proto)
			return (c);
	return (NULL);
}

int
child_live(const struct child *c)
{
	return (c->state == CH_UP);
}

unsigned int
child_count(const struct session *s, uint32_t child, const struct ts_pair *ts)
{
	const struct child	*c;
	struct ts_pair		 its;
	unsigned int		 n = 0;

	TAILQ_FOREACH(c, &s->children, link) {
		if (c->child != child || c->state > CH_UP)
			continue;
		child_get_ts(c, &its);
		n += ts == NULL || (tsp_within(&its, ts) &&
		    tsp_within(ts, &its));
	}
	return (n);
}

struct child *
child_newest(const struct session *s, uint32_t child)
{
	struct child	*c, *found = NULL;

	TAILQ_FOREACH(c, &s->children, link)
		if (c->child == child && child_live(c))
			found = c;
	return (found);
}

char *
child_name(const struct session *s, uint32_t child, char *out, size_t size)
{
	const struct kept_child	*cp = NULL;

	if (child == 0) {		/* nobody has its selectors */
		snprintf(out, size, "a child");
		return (out);
	}
	if (s->tunnel != 0 && s->policy != NULL)
		cp = policy_child(s->policy, s->tunnel, child);
	snprintf(out, size, "%s (%u.%u)", cp != NULL ? cp->name : "?",
	    s->tunnel, child);
	return (out);
}

void
child_up(struct child *c)
{
	struct session	*s = c->s;
	char		 name[NAME_MAX_LEN + 32], suite[160];
	char		 l[128], r[128], how[260];
	struct ts_pair	 ts;

	c->state = CH_UP;
	c->since = ike_seconds(s->ike);
	s->ike->stat[ST_CHILDREN]++;
	life_child_start(c);
	child_move(c);		/* the peer may have moved meanwhile */
	record_publish(s);
	to_tmd_child_up(c, 0);
	if (s->order == 0 && !log_wants(LS_CHILD, LOG_L_DEBUG))
		return;		/* tmd logs it */
	child_name(s, c->child, name, sizeof(name));
	prop_print_suite(&c->suite, suite, sizeof(suite));
	child_get_ts(c, &ts);
	ts_list_print(ts.local.ts, ts.local.n, l, sizeof(l));
	ts_list_print(ts.remote.ts, ts.remote.n, r, sizeof(r));
	session_debug(s, c->child, LS_CHILD, "%s %s: %s = %s, %s, SPIs %08x "
	    "in, %08x out", name, c->replaces != 0 ? "rekeyed" : "up", l, r,
	    suite, c->spi_in, c->spi_out);
	if (s->order == 0)
		return;
	snprintf(how, sizeof(how), "%s = %s", l, r);
	to_tmd_step(s, s->order, name, how,
	    "%s, %s, SPIs %08x in, %08x out", suite, c->mode ==
	    MODE_TRANSPORT ? "transport" : "tunnel", c->spi_in, c->spi_out);
}

void
child_failed(struct session *s, uint32_t child, int ours, unsigned int code,
    const char *text)
{
	char	 name[NAME_MAX_LEN + 32];

	session_log(s, child, LS_CHILD, LOG_L_NOTICE, "%s not established: %s: "
	    "%s", child_name(s, child, name, sizeof(name)), reason_text(code),
	    text);
	to_tmd_failed(s, child, ours, code, text);
}

void
child_off_plane(struct child *c, unsigned int code, const char *text)
{
	struct session	*s = c->s;

	if (c->off_plane)
		return;
	c->off_plane = 1;
	session_debug(s, c->child, LS_CHILD, "removing pair %08x: %s",
	    c->spi_in, text);
	to_parent_remove(s->ike, s->tunnel, c->child, c->grant, c->spi_in,
	    code, text, c->since != 0);
}

void
child_lost(struct child *c)
{
	c->lost = 1;
	if (c->state != CH_UP)
		return;		/* being installed: said again then */
	c->state = CH_REPLACED;
	c->down_code = RSN_REPLACED;
	to_parent_retire(c);
	life_child_replaced(c, LOST_MS);
}

void
child_end_linger(struct session *s, uint32_t child)
{
	struct child	*c, *next;
	unsigned int	 n = 0;

	TAILQ_FOREACH(c, &s->children, link)
		n += c->child == child && c->lingers;
	TAILQ_FOREACH_SAFE(c, &s->children, link, next) {
		if (n < LINGER_MAX)
			return;
		if (c->child != child || !c->lingers)
			continue;
		child_remove(c, RSN_REPLACED, reason_text(RSN_REPLACED));
		n--;
	}
}

void
child_remove(struct child *c, unsigned int code, const char *text)
{
	struct session	*s = c->s;

	if (c->state == CH_INSTALLING) {
		child_free(c);		/* what comes of it is removed then */
		return;
	}
	if (c->down_code != 0)
		code = c->down_code;
	child_off_plane(c, code, text);
	c->state = CH_GONE;
	child_free(c);
	record_publish(s);
}

void
child_move(struct child *c)
{
	struct wt_sock	 local, remote;

	if (c->moving || c->off_plane || c->state == CH_INSTALLING ||
	    c->state == CH_GONE)
		return;
	if (c->s->mob != NULL && c->s->mob->unproved)
		return;
	to_parent_outer(c->s, &local, &remote);
	if (sock_cmp(&c->local, &local) != 0 ||
	    sock_cmp(&c->remote, &remote) != 0 ||
	    c->encap != session_encap(c->s))
		to_parent_migrate(c);
}

void
child_retire(struct child *c)
{
	if (c->down_code == 0)
		c->down_code = RSN_REPLACED;
	c->state = CH_DELETING;
	if (!c->off_plane)
		to_parent_retire(c);
	life_child_linger(c);
}

void
child_migrate_all(struct session *s)
{
	struct child	*c;

	TAILQ_FOREACH(c, &s->children, link)
		child_move(c);
}

/*
 * A pair that may not follow would send into the void while its session
 * lives: the peer has to prove itself from where it is now.  What failed for
 * another reason is tried again when the peer is heard from there again.
 */
void
child_moved(struct child *c, unsigned int code, const char *text)
{
	c->moving = 0;
	if (code == RSN_OK) {
		child_move(c);
		return;
	}
	c->remote.addr.af = 0;
	if (code == RSN_GONE)
		return;
	if (code == RSN_UNSUPPORTED)
		return;		/* the kernel's: it is rekeyed there */
	session_log(c->s, c->child, LS_CHILD, LOG_L_WARNING, "pair %08x does "
	    "not move: %s: %s", c->spi_in, reason_text(code), text);
	if (code == RSN_GRANT && c->s->state == SA_UP)
		job_add(c->s, JOB_IKE_DELETE, 0, 0, code);
}

void
child_inherit(struct session *from, struct session *to)
{
	struct child	*c;

	while ((c = TAILQ_FIRST(&from->children)) != NULL) {
		TAILQ_REMOVE(&from->children, c, link);
		TAILQ_INSERT_TAIL(&to->children, c, link);
		c->s = to;
	}
}

uint8_t
child_proto(const struct session *s, uint32_t child)
{
	const struct kept_child	*cp;

	cp = policy_child(s->policy, s->tunnel, child);
	return (cp != NULL && cp->proposals_n != 0 ? cp->proposals[0].proto :
	    PROTO_ESP);
}

size_t
child_offer(const struct session *s, const struct kept_child *cp, int no_ke,
    struct wt_proposal *out)
{
	const struct kept_tunnel	*t;

	if (!cp->pfs)
		no_ke = 1;
	prop_offer(cp->proposals, cp->proposals_n, cp->esn, no_ke, out);
	/* Without groups of its own: the IKE SA's. */
	t = policy_tunnel(s->policy, s->tunnel);
	if (!no_ke && t != NULL)
		prop_add_groups(out, cp->proposals_n, s->suite.ke,
		    t->proposals, t->proposals_n, cp->pfs == PFS_PREFER);
	return (cp->proposals_n);
}
