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
 * Tickets of RFC 5723: whose they are, and when they fall.
 */
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "id.h"
#include "reach.h"
#include "resume.h"

#define SOON_S	2	/* a ticket that ends so soon is not shown */
#define FALLEN	1024	/* more than certd-sign can have unread */

/* What certd-sign was told, the last of it: see resume_crossed(). */
static struct mv_void	fallen[FALLEN];
static uint32_t		nfallen;

static void
number_of(uint32_t tunnel, uint8_t out[4])
{
	int i;

	for (i = 0; i < 4; i++)
		out[i] = (uint8_t)(tunnel >> (24 - 8 * i));
}

/* NULL, or why there is no ticket for this session. */
static const char *
objection(const struct session *s, unsigned int worker)
{
	const struct pol_child *c;

	if (s == NULL || s->worker != worker ||
	    (s->state != SS_GRANTED && s->state != SS_UP))
		return ("no such session");
	if (!s->tunnel->pol->cf.resumption)
		return ("the tunnel has resumption: no");
	if (s->tunnel->pol->cf.rounds_n != 0)
		return ("the tunnel has several rounds of authentication");
	if (s->leaving || s->renewing)
		return ("the session is about to be authenticated anew");
	/* What it has carried would be forgotten with it. */
	if (s->tunnel->pol->cf.tunnel_lifesize != 0)
		return ("the tunnel has a tunnel-lifesize");
	TAILQ_FOREACH(c, &s->tunnel->pol->children, entry)
		if (c->cf.tunnel_lifesize != 0)
			return ("a child has a tunnel-lifesize");
	return (NULL);
}

static void
describe(const struct session *s, struct mv_proved *p)
{
	p->tunnel = s->tunnel->number;
	p->generation = s->generation;
	memcpy(p->spi_i, s->spi_i, sizeof(p->spi_i));
	memcpy(p->spi_r, s->spi_r, sizeof(p->spi_r));
	id_copy(&p->id_ours, s->id_ours);
	id_copy(&p->id_peer, s->id_peer);
	p->method = s->method;
	p->key_ours = s->key_ours;
	p->key_peer = s->key_peer;
	memcpy(p->fingerprint, s->fingerprint, sizeof(p->fingerprint));
	if (s->proof != NULL)
		wire_text_copy(p->proof, sizeof(p->proof), s->proof);
	p->ppk_used = s->ppk_used;
	if (s->ppk != NULL)
		wire_text_copy(p->ppk, sizeof(p->ppk), s->ppk);
	p->proved = s->proved;
	p->expiry = s->expiry;
}

/* It is there until then, as far as we know. */
static void
note_ticket(struct session *s, const struct mv_want *m)
{
	uint64_t until = m->keep ? TICKETED_KEPT : alarm_now() + m->seconds;

	if (s->expiry != 0 && until > s->expiry)
		until = s->expiry;
	if (until > s->ticketed)
		s->ticketed = until;
}

void
resume_wanted(const struct mv_want *m)
{
	struct session	*s;
	struct mv_proof	 out;
	const char	*why;
	struct pipe	*p;

	/* What the worker said of it before it asked, a rekey maybe. */
	if ((p = reach_pipe(ROLE_IKE, m->worker)) != NULL)
		pipe_read_now(p);
	memset(&out, 0, sizeof(out));
	out.req = m->req;
	s = sess_by_ticket(m->session);
	if ((why = objection(s, m->worker)) != NULL) {
		out.code = RSN_RESUME;
		wire_text_copy(out.text, sizeof(out.text), why);
	} else {
		describe(s, &out.p);
		note_ticket(s, m);
		if (m->keep)
			s->tunnel->resume_at = s->remote.addr;
	}
	reach_sign(M_PROOF, &out);
}

void
resume_kept(const struct mv_kept *m)
{
	struct tunnel *t = tunnel_find(m->tunnel);

	if (t != NULL)
		t->resume_until = m->until;
}

void
resume_sign_gone(void)
{
	struct tunnel *t;

	nfallen = 0;
	for (t = tunnel_next(NULL); t != NULL; t = tunnel_next(t))
		t->resume_until = 0;
}

static void
fall(enum void_what what, const void *name, size_t len, uint32_t tunnel,
    uint64_t until)
{
	struct mv_void *m = &fallen[nfallen % FALLEN];

	memset(m, 0, sizeof(*m));
	m->what = (uint8_t)what;
	memcpy(m->name, name, len);
	m->tunnel = tunnel;
	m->until = until;
	if (reach_sign(M_TICKETS_VOID, m) == PIPE_OK)
		nfallen++;
}

static int
is_of(const struct mv_void *m, const struct mv_verdict *v)
{
	uint8_t number[4];

	switch (m->what) {
	case VOID_SA:
		return (memcmp(m->name, v->old_spi_i, 8) == 0 &&
		    memcmp(m->name + 8, v->old_spi_r, 8) == 0);
	case VOID_TUNNEL:
		number_of(v->tunnel, number);
		return (memcmp(m->name, number, sizeof(number)) == 0);
	default:
		return (memcmp(m->name, v->fingerprint, 32) == 0);
	}
}

int
resume_crossed(const struct mv_verdict *v)
{
	uint32_t i;

	if (nfallen - v->voids > FALLEN)	/* or it says what is not */
		return (1);
	for (i = v->voids; i != nfallen; i++)
		if (is_of(&fallen[i % FALLEN], v))
			return (1);
	return (0);
}

void
resume_void_session(struct session *s)
{
	uint8_t pair[16];

	if (s->ticketed == TICKETED_NO)
		return;
	memcpy(pair, s->spi_i, 8);
	memcpy(pair + 8, s->spi_r, 8);
	fall(VOID_SA, pair, sizeof(pair), s->tunnel->number,
	    s->ticketed == TICKETED_KEPT ? 0 : s->ticketed);
	s->ticketed = TICKETED_NO;
}

void
resume_void_tunnel(const struct tunnel *t)
{
	uint8_t number[4];

	number_of(t->number, number);
	fall(VOID_TUNNEL, number, sizeof(number), t->number,
	    alarm_now() + TICKET_LIFE_MAX);
}

void
resume_void_proof(const uint8_t fingerprint[32])
{
	fall(VOID_PROOF, fingerprint, 32, 0, alarm_now() + TICKET_LIFE_MAX);
}

int
resume_survives(unsigned int code)
{
	return (code == RSN_DEAD_PEER || code == RSN_TIMEOUT ||
	    code == RSN_RESTARTED || code == RSN_GONE);
}

/* A session that is up is made anew by another authentication alone. */
int
resume_may(const struct tunnel *t, const struct wt_addr *remote)
{
	return (t->pol->cf.resumption && sess_ups(t) == 0 &&
	    t->resume_until > alarm_now() + SOON_S &&
	    memcmp(&t->resume_at, remote, sizeof(*remote)) == 0);
}

struct session *
resume_old(const struct mv_verdict *v, const struct tunnel *t)
{
	struct session *s;

	if (!v->resumed)
		return (NULL);
	s = sess_by_spi(v->old_spi_i, v->old_spi_r);
	if (s == NULL || s->tunnel != t || s->state == SS_ENDING ||
	    !id_equal(s->id_peer, &v->id_peer))
		return (NULL);
	return (s);
}
