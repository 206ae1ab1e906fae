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
 * The window: one request of ours, some of the peer's (RFC 7296 sections 2.1
 * to 2.3).  A request of ours is kept until it is answered, an answer of ours
 * until a request so far ahead comes that the peer must have it, or for some
 * minutes (answers.h); both are sent again octet by octet.
 */
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "cut.h"
#include "fnv.h"
#include "halfopen.h"
#include "ike.h"
#include "life.h"
#include "log.h"
#include "pld_notify.h"
#include "record.h"
#include "session.h"
#include "skf.h"
#include "window.h"

#define AGAIN_MOST	3	/* then our answer goes in smaller pieces */
#define AGAIN_FREE	16	/* more than a peer's tries: see ike_rate() */
#define UNSURE_MS	3000	/* a peer's first retransmissions */
#define UNSURE_MOST_MS	30000	/* all of them; anybody can send one again */

/* FNV-1a, 64 bits: tells a retransmission from another message. */
uint64_t
window_hash(const uint8_t *p, size_t len)
{
	return (fnv64(FNV64_START, p, len));
}

const struct work *
window_work(const struct session *s)
{
	static const struct work	 none;

	return (s->win.work != NULL ? s->win.work : &none);
}

struct work *
window_begin_work(struct session *s)
{
	struct work	*k = s->win.work;

	if (k != NULL)
		return (k);
	k = s->win.work = xcalloc(1, sizeof(*k));
	k->s = s;
	retrans_init(k);
	skf_init(k);
	ahead_init(k);
	return (k);
}

void
window_work_over(struct session *s)
{
	struct work	*k = s->win.work;

	if (k == NULL || k->over)
		return;
	k->over = 1;
	LIST_INSERT_HEAD(&s->ike->over, k, entry);
}

static int
is_idle(const struct work *k)
{
	size_t	 i;

	for (i = 0; i < IKE_WINDOW; i++)
		if (k->ahead[i] != NULL)
			return (0);
	return (k->req == NULL && !k->busy && k->in_req == NULL &&
	    k->in_resp == NULL);
}

void
window_put_away(struct ike *ike)
{
	struct work	*k;

	while ((k = LIST_FIRST(&ike->over)) != NULL) {
		LIST_REMOVE(k, entry);
		k->over = 0;
		if (!is_idle(k))
			continue;
		retrans_stop(k->s);
		skf_clear(k->s);
		ahead_clear(k->s);
		k->s->win.work = NULL;
		freezero(k, sizeof(*k));
	}
}

/* One message, or all its fragments. */
static void
send_to(struct session *s, const struct arrival *to, const uint8_t *buf,
    size_t len)
{
	const struct kept_tunnel	*t = session_tunnel(s);
	size_t				 n;

	/* Known to a responder from the peer's proof on. */
	s->ike->send_dscp = t != NULL ? t->dscp : 0;
	s->last_out = ike_now(s->ike);
	for (; (n = cut_next_len(buf, len)) != 0; buf += n, len -= n) {
		s->ike->stat[ST_PACKETS_OUT]++;
		s->ike->stat[ST_FRAGS_OUT] += buf[16] == PLD_SKF;
		s->ike->env->send(s->ike->env->ctx, &to->local, &to->remote,
		    to->natt, buf, n);
	}
	s->ike->send_dscp = 0;
}

static void
send_request(struct session *s)
{
	struct arrival	 to;

	to.local = s->local;
	to.remote = s->remote;
	to.natt = s->natt;
	send_to(s, &to, window_work(s)->req, window_work(s)->req_len);
}

/*
 * Has the peer got our answer?  Its next request says so, or one as far ahead
 * as the window is wide, if it makes use of that; one that it asks for again
 * says no; silence means yes after a while.
 */
static void
unsure(struct session *s, const struct kept *k)
{
	struct window	*w = &s->win;
	uint64_t	 end = ike_now(s->ike) + UNSURE_MS;

	/* A later one has come already: this was late, or means the same. */
	if ((k->msg[18] != EXCH_CREATE_CHILD &&
	    k->msg[18] != EXCH_FOLLOWUP_KE) ||
	    (!w->wide && k->id + 1 != w->in_id) ||
	    (w->unsure != 0 && (int32_t)(k->id - w->unsure_id) < 0))
		return;
	w->unsure = end < w->unsure_end ? end : w->unsure_end;
	w->unsure_id = k->id;
}

/* How many requests the peer may have under way. */
static uint32_t
in_size(const struct session *s)
{
	return (s->state < SA_UP || s->win.size == 0 ? 1 : s->win.size);
}

int
window_open(const struct session *s, uint32_t id)
{
	uint32_t	 ahead = id - s->win.in_id;

	return (ahead < in_size(s) && (s->win.in_done & 1U << ahead) == 0);
}

struct kept *
window_kept(struct session *s, uint32_t id)
{
	struct kept	*k = s->win.kept[id % IKE_WINDOW];

	return (k != NULL && k->id == id ? k : NULL);
}

void
window_announce(struct session *s, struct msg_build *m)
{
	uint8_t	 size[4];

	s->win.size = IKE_WINDOW;
	put32(size, IKE_WINDOW);
	msg_add_notify(m, N_SET_WINDOW_SIZE, size, sizeof(size));
}

/* RFC 7296 2.3: it can only grow.  One is in use, which is never too many. */
void
window_announced(struct session *s, const struct packet *pkt)
{
	struct pld_notify	 n;
	uint32_t		 size;

	if (!packet_notify(pkt, N_SET_WINDOW_SIZE, &n))
		return;
	size = get32(n.data.p);
	if (size > s->win.peer_size)
		s->win.peer_size = size;
}

void
window_answer_again(struct session *s, struct kept *k,
    const struct arrival *to)
{
	s->ike->stat[ST_RETRANS_IN]++;
	if (s->state == SA_R_INIT || s->state == SA_R_INTER)
		halfopen_hold(s);
	unsure(s, k);
	/* RFC 7383 2.4: who asks so often does not get it as it is. */
	if (k->again < UINT8_MAX && ++k->again == AGAIN_MOST)
		(void)skf_smaller_answer(s, k);
	send_to(s, to, k->msg, k->len);
}

/*
 * The same again gets its answer before anything of it is opened: anybody can
 * send what he has seen, with whatever source.  So not everywhere, and not
 * without end.
 */
static int
may_answer_again(struct session *s, const struct kept *k,
    const struct arrival *from)
{
	return ((k->again < AGAIN_FREE &&
	    sock_cmp(&s->remote, &from->remote) == 0) || ike_rate(s->ike));
}

static enum window_verdict
judge_request(struct session *s, const struct ike_hdr *h, const uint8_t *msg,
    size_t len, const struct arrival *from)
{
	const struct work	*w = window_work(s);
	struct kept		*k;

	if (window_open(s, h->msgid)) {
		if (!w->busy)
			return (WIN_REQUEST);
		return (h->msgid == w->busy_id ? WIN_DROP : WIN_AHEAD);
	}
	if ((k = window_kept(s, h->msgid)) != NULL) {
		if (window_hash(msg, len) == k->hash) {
			if (may_answer_again(s, k, from))
				window_answer_again(s, k, from);
			return (WIN_DONE);
		}
		if (h->next == PLD_SKF)
			return (WIN_AGAIN);
	}
	s->ike->stat[ST_OLD_ID]++;
	return (WIN_DROP);
}

enum window_verdict
window_judge(struct session *s, const struct ike_hdr *h, const uint8_t *msg,
    size_t len, const struct arrival *from)
{
	const struct work	*w = window_work(s);

	if ((h->flags & HDR_RESPONSE) == 0)
		return (judge_request(s, h, msg, len, from));
	if (w->req != NULL && h->msgid == s->win.out_id &&
	    w->req[18] == h->exch)
		return (WIN_RESPONSE);
	s->ike->stat[ST_OLD_ID]++;
	return (WIN_DROP);
}

static void
begin(struct session *s, struct out *o, unsigned int exch, uint32_t id,
    int response)
{
	struct ike_hdr	 h;

	memset(&h, 0, sizeof(h));
	memcpy(h.spi_i, s->spi_i, SPI_LEN);
	memcpy(h.spi_r, s->spi_r, SPI_LEN);
	h.exch = (uint8_t)exch;
	h.flags = (s->initiator ? HDR_INITIATOR : 0) |
	    (response ? HDR_RESPONSE : 0);
	h.msgid = id;
	msg_begin(&o->m, o->buf, sizeof(o->buf), &h);
	if (!exch_in_clear(exch))
		msg_begin_sk(&o->m, s->keys.seal);
}

/* A message in clear, kept; 0 or -1. */
static int
keep_clear(struct out *o, uint8_t **p, size_t *plen)
{
	long	 len = msg_finish(&o->m);

	if (len < 0)
		return (-1);
	freezero(*p, *plen);
	*plen = (size_t)len;
	*p = xcalloc(1, *plen);
	memcpy(*p, o->buf, *plen);
	return (0);
}

void
window_begin(struct session *s, struct out *o, unsigned int exch)
{
	if (window_outstanding(s) && !exch_in_clear(exch))
		fatal("a second request on %s", session_name(s));
	begin(s, o, exch, s->win.out_id, 0);
}

static int
request(struct session *s, int made)
{
	const struct work	*w = window_work(s);

	if (made == -1) {
		window_work_over(s);
		session_log(s, 0, LS_IKE, LOG_L_WARNING, "our request is too "
		    "large");
		return (-1);
	}
	session_debug(s, 0, LS_IKE, "sending %s request %u, %zu octets%s",
	    exch_name(w->req[18]), s->win.out_id, w->req_len,
	    w->req[16] == PLD_SKF ? " in fragments" : "");
	record_publish(s);
	retrans_start(s);
	send_request(s);
	life_count(s, w->req_len);
	return (0);
}

int
window_request(struct session *s, struct out *o)
{
	struct work	*w = window_begin_work(s);

	return (request(s, skf_seal(s, o, 0, &w->req, &w->req_len)));
}

int
window_request_clear(struct session *s, struct out *o)
{
	struct work	*w = window_begin_work(s);

	return (request(s, keep_clear(o, &w->req, &w->req_len)));
}

int
window_request_beside(struct session *s, struct out *o)
{
	struct work	*w = window_begin_work(s);

	if (keep_clear(o, &w->req, &w->req_len) == -1)
		return (-1);
	record_publish(s);
	send_request(s);
	return (0);
}

void
window_swap(struct session *s, uint8_t **req, size_t *len)
{
	struct work	*w = window_begin_work(s);
	uint8_t		*p = w->req;
	size_t		 n = w->req_len;

	w->req = *req;
	w->req_len = *len;
	*req = p;
	*len = n;
}

void
window_send(struct session *s, const uint8_t *req, size_t len)
{
	struct arrival	 to = { s->local, s->remote, s->natt };

	s->ike->stat[ST_RETRANS_OUT]++;
	send_to(s, &to, req, len);
}

void
window_answered(struct session *s)
{
	struct work	*w = window_begin_work(s);

	retrans_stop(s);
	freezero(w->req, w->req_len);
	w->req = NULL;
	w->req_len = 0;
	s->win.out_id++;
	skf_answered(s);
	record_publish(s);
	window_work_over(s);
}

int
window_outstanding(const struct session *s)
{
	return (window_work(s)->req != NULL);
}

void
window_resend(struct session *s)
{
	s->ike->stat[ST_RETRANS_OUT]++;
	send_request(s);
}

void
window_resend_by(struct session *s, const struct arrival *to)
{
	s->ike->stat[ST_RETRANS_OUT]++;
	send_to(s, to, window_work(s)->req, window_work(s)->req_len);
}

void
window_working(struct session *s, const struct packet *pkt, uint64_t hash,
    const struct arrival *from)
{
	struct window	*w = &s->win;
	struct work	*k = window_begin_work(s);
	size_t		 i;

	/* Until it is up the window is one, whatever comes after. */
	for (i = 0; i < IKE_WINDOW && s->state < SA_UP; i++)
		answer_forget(&w->kept[i]);
	if (pkt->hdr.msgid != w->in_id)
		w->wide = 1;
	if (!w->wide || pkt->hdr.msgid - w->unsure_id >= in_size(s))
		w->unsure = 0;
	k->busy = 1;
	k->busy_id = pkt->hdr.msgid;
	k->busy_hash = hash;
	k->busy_exch = pkt->hdr.exch;
	k->busy_from = *from;
	k->busy_total = pkt->frag_total;
	k->busy_largest = pkt->frag_total != 0 ? k->in_largest : 0;
}

void
window_answer(struct session *s, struct out *o)
{
	const struct work	*w = window_work(s);

	if (!w->busy)
		fatal("an answer to nothing on %s", session_name(s));
	begin(s, o, w->busy_exch, w->busy_id, 1);
}

/* The request that was worked on is done with. */
static void
done(struct session *s)
{
	struct window	*w = &s->win;

	w->work->busy = 0;
	w->in_done |= (uint8_t)(1U << (w->work->busy_id - w->in_id));
	for (; w->in_done & 1; w->in_done >>= 1)
		w->in_id++;
	window_work_over(s);
}

int
window_respond(struct session *s, struct out *o)
{
	const struct work	*w = window_work(s);
	struct kept		**kp, *k;
	uint8_t			*msg = NULL;
	size_t			 len = 0;
	int			 made;

	kp = &s->win.kept[w->busy_id % IKE_WINDOW];
	answer_forget(kp);
	made = exch_in_clear(w->busy_exch) ? keep_clear(o, &msg, &len) :
	    skf_seal(s, o, 1, &msg, &len);
	if (made == -1) {
		session_log(s, 0, LS_IKE, LOG_L_WARNING, "our response is too "
		    "large");
		return (-1);
	}
	k = *kp = answer_keep(s, w->busy_id, msg, len);
	freezero(msg, len);
	session_debug(s, 0, LS_IKE, "sending %s response %u, %zu octets%s",
	    exch_name(k->msg[18]), w->busy_id, k->len,
	    k->msg[16] == PLD_SKF ? " in fragments" : "");
	k->hash = w->busy_hash;
	k->total = w->busy_total;
	done(s);
	s->win.unsure_end = ike_now(s->ike) + UNSURE_MOST_MS;
	unsure(s, k);
	record_publish(s);
	send_to(s, &w->busy_from, k->msg, k->len);
	life_count(s, k->len);
	ahead_next(s);
	return (0);
}

void
window_clear(struct session *s)
{
	struct work	*k = s->win.work;
	size_t		 i;

	if (k != NULL) {
		retrans_stop(s);
		skf_clear(s);
		ahead_clear(s);
		freezero(k->req, k->req_len);
		k->req = NULL;
		k->req_len = 0;
		k->busy = 0;
		window_work_over(s);
	}
	for (i = 0; i < IKE_WINDOW; i++)
		answer_forget(&s->win.kept[i]);
	memset(&s->win, 0, sizeof(s->win));
	s->win.work = k;
}
