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
 * Fragmentation, as a session does it (RFC 7383): one set of fragments each
 * way, for one message at a time; ours in datagrams as
 * the policy says, smaller when they do not arrive.
 */
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "frag.h"
#include "ike.h"
#include "log.h"
#include "pld_notify.h"
#include "record.h"
#include "session.h"
#include "skf.h"

#define GEN_LEN		4	/* generic payload header */
#define DATAGRAM_LEAST	576	/* a peer's small fragments ask for no less */

void
skf_agree(struct session *s, const struct packet *pkt, unsigned int datagram)
{
	struct pld_notify	 n;

	s->frag_size = packet_notify(pkt, N_FRAGMENTATION_SUPPORTED, &n) ?
	    (uint16_t)datagram : 0;
}

/* ---- in ---- */

static struct frag_set **
set_of(struct session *s, const struct ike_hdr *h)
{
	struct work	*w = window_begin_work(s);

	return (h->flags & HDR_RESPONSE ? &w->in_resp : &w->in_req);
}

/* Gives a set back. */
static void
drop(struct session *s, struct frag_set **set)
{
	if (*set != NULL)
		s->ike->frag_octets -= (*set)->octets;
	frag_free(set);
}

/* When the next set is too old. */
static void
set_timer(struct session *s)
{
	struct work		*w = s->win.work;
	uint64_t		 now = ike_now(s->ike), at = UINT64_MAX;

	if (w->in_req != NULL)
		at = w->in_req->until;
	if (w->in_resp != NULL && w->in_resp->until < at)
		at = w->in_resp->until;
	if (at == UINT64_MAX)
		timer_clear(s->ike, &w->frag_timer);
	else
		timer_set(s->ike, &w->frag_timer, at > now ? at - now : 0);
}

static void
too_old(struct ike *ike, void *arg)
{
	struct work	*w = arg;
	struct session	*s = w->s;
	struct frag_set	**sets[2] = { &w->in_req, &w->in_resp };
	size_t		 i;

	for (i = 0; i < 2; i++)
		if (*sets[i] != NULL && (*sets[i])->until <= ike_now(ike)) {
			ike->stat[ST_FRAGS_LOST]++;
			session_debug(s, 0, LS_IKE, "%u of %u fragments came",
			    (*sets[i])->have, (*sets[i])->total);
			drop(s, sets[i]);
		}
	set_timer(s);
	window_work_over(s);
}

void
skf_init(struct work *w)
{
	timer_init(&w->frag_timer, too_old, w);
}

void
skf_clear(struct session *s)
{
	struct work	*w = s->win.work;

	timer_clear(s->ike, &w->frag_timer);
	drop(s, &w->in_req);
	drop(s, &w->in_resp);
}

void
skf_answered(struct session *s)
{
	drop(s, &s->win.work->in_resp);
	set_timer(s);
}

/*
 * Two requests may come in pieces at once, and there is room for one: for the
 * lower, the other comes again.
 */
static int
waits(const struct session *s, const struct packet *pkt)
{
	const struct frag_set	*set = window_work(s)->in_req;

	return ((pkt->hdr.flags & HDR_RESPONSE) == 0 && set != NULL &&
	    (int32_t)(set->msgid - pkt->hdr.msgid) < 0 &&
	    window_open(s, set->msgid));
}

int
skf_wants(const struct session *s, const struct packet *pkt)
{
	const struct work	*w;

	if (s->frag_size == 0 || waits(s, pkt))
		return (0);
	if (s->state < SA_UP && s->ike->frag_octets > IKE_FRAGS_OCTETS)
		return (0);
	w = window_work(s);
	return (frag_wants(pkt->hdr.flags & HDR_RESPONSE ? w->in_resp :
	    w->in_req, pkt));
}

int
skf_take(struct session *s, struct packet *pkt, uint64_t hash,
    const uint8_t *plain, size_t len, struct skf_whole *w)
{
	struct frag_set	**set = set_of(s, &pkt->hdr);
	enum frag_state	 state;

	s->ike->stat[ST_FRAGS_IN]++;
	if (*set != NULL)
		s->ike->frag_octets -= (*set)->octets;
	state = frag_keep(set, pkt, hash, ike_now(s->ike) + IKE_FRAGS_MS,
	    plain, len);
	if (*set != NULL)
		s->ike->frag_octets += (*set)->octets;
	if (state == FRAG_LARGE) {
		s->ike->stat[ST_MALFORMED]++;
		session_log(s, 0, LS_IKE, LOG_L_INFO, "fragments of more than "
		    "%d octets: dropped", IKE_MSG_MAX);
	}
	if (state == FRAG_WHOLE) {
		w->buf = frag_join(*set, &w->len);
		w->hash = (*set)->first_hash;
		pkt->sk_next = (*set)->next;
		pkt->sk_reserved = (*set)->sk_reserved;
		pkt->unsupported = (*set)->unsupported;
		s->win.work->in_largest = (*set)->largest;
		drop(s, set);
	}
	set_timer(s);
	window_work_over(s);
	return (state == FRAG_WHOLE);
}

void
skf_whole_free(struct skf_whole *w)
{
	freezero(w->buf, w->len);
	memset(w, 0, sizeof(*w));
}

/* ---- out ---- */

static size_t
room(const struct session *s, size_t datagram)
{
	return (cut_room(datagram, s->remote.addr.af, s->natt));
}

/*
 * The largest message to send.  RFC 7383 2.5.1: what reached us in pieces is
 * answered in pieces no larger.
 */
static size_t
largest(const struct session *s, int response)
{
	const struct work	*w = window_work(s);
	size_t			 max = room(s, s->frag_size), least;

	if (!response || w->busy_total == 0)
		return (max);
	least = room(s, DATAGRAM_LEAST);
	if (w->busy_largest > least)
		least = w->busy_largest;
	return (least < max ? least : max);
}

/* Whole; epoch and counter: no number is met twice under one key. */
static int
seal_whole(struct session *s, struct out *o, uint8_t **msgs, size_t *len)
{
	uint64_t	 iv;
	long		 n;

	iv = (uint64_t)s->ike->epoch << 32 | (s->keys.iv & 0xffffffff);
	s->keys.iv++;
	if ((n = msg_finish_sk(&o->m, s->keys.seal, iv)) < 0)
		return (-1);
	freezero(*msgs, *len);
	*len = (size_t)n;
	*msgs = xcalloc(1, *len);
	memcpy(*msgs, o->buf, *len);
	return (0);
}

static int
seal_cut(struct session *s, const struct cut *c, uint8_t **msgs, size_t *len)
{
	uint8_t	*buf;
	size_t	 n;

	buf = cut_seal(c, s->keys.seal, s->ike->epoch, &s->keys.iv, &n);
	if (buf == NULL)
		return (-1);
	freezero(*msgs, *len);
	*msgs = buf;
	*len = n;
	return (0);
}

int
skf_seal(struct session *s, struct out *o, int response, uint8_t **msgs,
    size_t *len)
{
	const struct msg_build	*m = &o->m;
	struct cut		 c;
	size_t			 at;
	int			 rc;

	if (m->error || m->pld_off != 0)
		return (-1);
	at = m->sk_off + GEN_LEN + sk_iv_len(s->keys.seal);
	/* RFC 9329 7.5: a stream cuts by itself. */
	c.max = s->frag_size == 0 || s->remote.tcp ? SIZE_MAX :
	    largest(s, response);
	c.inner = m->buf + at;
	c.inner_len = m->len - at;
	if (cut_whole_len(s->keys.seal, c.inner_len) <= c.max)
		return (seal_whole(s, o, msgs, len));
	memcpy(c.head, m->buf, HDR_LEN);
	c.next = m->buf[m->sk_off];
	rc = seal_cut(s, &c, msgs, len);
	explicit_bzero(o->buf, m->len);
	return (rc);
}

/*
 * Sealed messages of ours are opened and cut again, into more than before:
 * the peer tells the sets apart by their number.
 */
static int
cut_again(struct session *s, uint8_t **msgs, size_t *len, size_t max)
{
	struct sk_ctx	*open;
	struct cut	 c;
	uint8_t		*inner = NULL;
	size_t		 n;
	int		 rc = 0;

	if (*msgs == NULL || *len <= max || exch_in_clear((*msgs)[18]))
		return (0);
	if ((open = session_open_own(s)) == NULL)
		return (0);
	inner = cut_regain(&c, open, *msgs, *len, &n);
	sk_ctx_free(open);
	if (inner == NULL)
		return (0);
	c.max = max;
	if (cut_count(&c, s->keys.seal) > n)
		rc = seal_cut(s, &c, msgs, len) == 0;
	freezero(inner, c.inner_len);
	if (rc)
		record_publish(s);
	return (rc);
}

static int
smaller(struct session *s, uint8_t **msgs, size_t *len)
{
	size_t	 d;

	if (s->remote.tcp)
		return (0);
	for (d = cut_smaller(s->frag_size); d != 0; d = cut_smaller(d))
		if (cut_again(s, msgs, len, room(s, d))) {
			s->frag_size = (uint16_t)d;
			session_log(s, 0, LS_IKE, LOG_L_INFO, "no answer: "
			    "fragments for datagrams of %zu octets now", d);
			return (1);
		}
	return (0);
}

int
skf_smaller_request(struct session *s)
{
	struct work	*w = s->win.work;

	return (smaller(s, &w->req, &w->req_len));
}

static uint8_t *
copy_of(const struct kept *k)
{
	return (memcpy(xcalloc(1, k->len), k->msg, k->len));
}

int
skf_smaller_answer(struct session *s, struct kept *k)
{
	size_t	 len = k->len;
	uint8_t	*msg = copy_of(k);

	if (!smaller(s, &msg, &len)) {
		freezero(msg, len);
		return (0);
	}
	answer_replace(k, msg, len);
	return (1);
}

void
skf_again(struct session *s, uint8_t *buf, size_t len,
    const struct arrival *from)
{
	struct kept	*k;
	struct packet	 pkt;
	const uint8_t	*plain;
	size_t		 plain_len, max, n;
	uint8_t		*msg;
	uint64_t	 hash = window_hash(buf, len);

	if (s->frag_size == 0 || s->keys.open == NULL ||
	    packet_parse(buf, len, &pkt) != NULL || pkt.frag_num != 1 ||
	    (k = window_kept(s, pkt.hdr.msgid)) == NULL ||
	    pkt.frag_total < k->total || pkt.frag_total > IKE_FRAGS_MAX)
		return;
	if (sk_open(s->keys.open, buf, len, pkt.sk_off, &plain, &plain_len) !=
	    SK_GOOD) {
		s->ike->stat[ST_FORGED]++;
		return;
	}
	k->hash = hash;
	max = room(s, DATAGRAM_LEAST);
	if (pkt.frag_total > k->total) {
		n = k->len;
		msg = copy_of(k);
		(void)cut_again(s, &msg, &n, len > max ? len : max);
		answer_replace(k, msg, n);
	}
	k->total = pkt.frag_total;
	window_answer_again(s, k, from);
}
