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
 * The pipes' side of resumption.  A TICKET_MAKE waits for what tmd says of its
 * session.
 */

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "init_msg.h"
#include "log.h"
#include "reason.h"
#include "resume.h"
#include "sign.h"

#define PENDING_MAX	4096

struct pending {
	TAILQ_ENTRY(pending)	 entry;
	uint32_t		 req;
	uint64_t		 at;		/* when it was asked for */
	struct ike_end		*end;
	struct pipe		*asker;
	struct mk_make		 m;		/* peers points behind */
	uint8_t			 peers[];
};

static TAILQ_HEAD(, pending)	pendings = TAILQ_HEAD_INITIALIZER(pendings);
static unsigned int		npendings;
static uint32_t			last_req;

static void
forget(struct pending *p)
{
	TAILQ_REMOVE(&pendings, p, entry);
	npendings--;
	freezero(p, sizeof(*p) + p->m.peers.len);
}

static void
answer(struct ike_end *end, struct mk_made *out)
{
	if (out->code != RSN_OK)
		log_debug(LS_IKE, "no ticket: %s", out->text);
	if (end->pipe != NULL)
		pipe_send(end->pipe, M_TICKET_MADE, out, -1);
}

static void
refuse_make(struct ike_end *end, const struct mk_make *m, const char *text)
{
	struct mk_made out;

	memset(&out, 0, sizeof(out));
	out.exch = m->exch;
	out.asker = m->asker;
	out.code = RSN_BUSY;
	wire_text_copy(out.text, sizeof(out.text), text);
	answer(end, &out);
}

void
resume_on_make(void *arg, const void *body, int fd)
{
	const struct mk_make *m = body;
	struct ike_end *end = arg;
	struct mv_want want;
	struct pending *p;

	(void)fd;
	memset(&want, 0, sizeof(want));
	want.req = ++last_req;
	want.worker = (uint8_t)end->inst;
	want.keep = m->peers.len > 0;
	want.seconds = want.keep ? 0 : resume_seconds(m);
	memcpy(want.session, m->session, sizeof(want.session));
	if (npendings >= PENDING_MAX || end->sign->tmd == NULL ||
	    pipe_send(end->sign->tmd, M_PROOF_WANT, &want, -1) != PIPE_OK) {
		refuse_make(end, m, "the tunnel manager is busy, or "
		    "being restarted");
		return;
	}
	p = xcalloc(1, sizeof(*p) + m->peers.len);
	p->req = want.req;
	p->at = sign_now();
	p->end = end;
	p->asker = end->pipe;
	p->m = *m;
	p->m.peers.p = p->peers;
	if (m->peers.len > 0)
		memcpy(p->peers, m->peers.p, m->peers.len);
	TAILQ_INSERT_TAIL(&pendings, p, entry);
	npendings++;
}

void
resume_on_proof(void *arg, const void *body, int fd)
{
	static uint8_t room[RESUME_OPAQUE];
	const struct mv_proof *m = body;
	struct sign *sg = arg;
	struct mk_made out;
	struct pending *p;

	(void)fd;
	TAILQ_FOREACH(p, &pendings, entry)
		if (p->req == m->req)
			break;
	if (p == NULL)
		return;		/* who asked is gone */
	/* It ends no later than tmd, who was asked then, thinks. */
	resume_make(&sg->s, &p->m, m, p->at, &out, room);
	answer(p->end, &out);
	forget(p);
}

void
resume_on_resume(void *arg, const void *body, int fd)
{
	const struct mk_resume *m = body;
	struct ike_end *end = arg;
	struct mk_resumed out;

	(void)fd;
	if (m->order != 0 && !serve_hear_tmd(end))
		return;
	resume_ask(&end->sign->s, end->inst, m, sign_now(), &out);
	pipe_send(end->pipe, M_RESUMED, &out, -1);
	explicit_bzero(&out, sizeof(out));
}

/* SIGN where a ticket was shown: 1, and it is done. */
int
resume_on_sign(struct ike_end *end, const struct mk_sign *m)
{
	struct mk_resumed keys;
	struct mk_signed out;

	if (!init_resumes(m->c.msg_i))
		return (0);
	resume_sign(&end->sign->s, end->inst, &m->c, sign_now(), &out, &keys);
	if (out.code == RSN_OK && end->pipe != NULL)
		pipe_send(end->pipe, M_RESUME_NEW_KEYS, &keys, -1);
	explicit_bzero(&keys, sizeof(keys));
	serve_signed(end->sign, end->inst, &out);
	return (1);
}

void
resume_on_void(void *arg, const void *body, int fd)
{
	struct sign *sg = arg;

	(void)fd;
	resume_void(&sg->s, body, sign_now());
}

void
resume_kept_told(void *arg, uint32_t tunnel, uint64_t until)
{
	const struct mv_kept m = { tunnel, until };
	struct sign *sg = arg;

	if (sg->tmd != NULL)
		pipe_send(sg->tmd, M_TICKET_KEPT, &m, -1);
}

void
resume_tmd_gone(void)
{
	struct pending *p;

	while ((p = TAILQ_FIRST(&pendings)) != NULL) {
		if (p->end->pipe == p->asker)
			refuse_make(p->end, &p->m, "the tunnel manager "
			    "was restarted");
		forget(p);
	}
}

void
resume_asker_gone(const struct pipe *asker)
{
	struct pending *p, *next;

	for (p = TAILQ_FIRST(&pendings); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		if (p->asker == asker)
			forget(p);
	}
}
