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
 * Signatures that a token makes.  A token may take seconds, or never answer:
 * the answer to whoever asked is kept here meanwhile, and goes out without
 * a signature when the time is over.
 */

#include <sys/queue.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "proto_sign_token.h"
#include "reason.h"
#include "sign.h"

enum asked_by { BY_SIGN, BY_CHECK, BY_CERT };

struct wait {
	TAILQ_ENTRY(wait)	 entry;
	struct sign		*sign;
	const struct pipe	*asker;
	unsigned int		 inst;
	enum asked_by		 by;
	uint32_t		 req;
	struct event		*timer;
	char			 key[KEY_URI_MAX + 1];
	struct sig_way		 way;
	unsigned int		 bits;
	uint8_t			*more;		/* NO_PPK_AUTH's octets; NULL:
						 * none, or being signed */
	size_t			 more_len;
	int			 again;		/* that one is */
	union {
		struct mk_signed	 sign;
		struct mc_signed	 cert;
		struct {
			struct mk_checked	 out;
			struct mv_verdict	 v;
		} check;
	} u;
};

static TAILQ_HEAD(, wait) waits = TAILQ_HEAD_INITIALIZER(waits);
static uint32_t next_req;

static void
wait_free(struct wait *w)
{
	TAILQ_REMOVE(&waits, w, entry);
	event_free(w->timer);
	freezero(w->more, w->more_len);
	freezero(w, sizeof(*w));
}

/* All three answers have the same in other places. */
#define FINISH(out, n, code_, text_) do {				\
	(out)->code = (uint16_t)(code_);				\
	(out)->auth_len = (uint16_t)(n);				\
	if ((code_) == RSN_OK)						\
		memcpy((out)->auth, auth, (n));				\
	wire_text_copy((out)->text, sizeof((out)->text), (text_));	\
} while (0)

static void
finish(struct wait *w, const uint8_t *auth, size_t n, enum reason code,
    const char *text)
{
	struct sign *sg = w->sign;

	switch (w->by) {
	case BY_SIGN:
		if (code != RSN_OK)
			w->u.sign.auth_len = w->u.sign.no_ppk_len = 0;
		if (w->again && code == RSN_OK) {
			w->u.sign.no_ppk_len = (uint16_t)n;
			memcpy(w->u.sign.no_ppk, auth, n);
		} else
			FINISH(&w->u.sign, n, code, text);
		serve_signed(sg, w->inst, &w->u.sign);
		break;
	case BY_CHECK:
		FINISH(&w->u.check.out, n, code, text);
		serve_checked(sg, w->inst, &w->u.check.v, &w->u.check.out);
		break;
	case BY_CERT:
		FINISH(&w->u.cert, n, code, text);
		serve_cert_signed(sg, &w->u.cert);
		break;
	}
	wait_free(w);
}

static void
fail(struct wait *w, enum reason code, const char *why)
{
	char text[MSG_TEXT + KEY_URI_MAX + 16];

	snprintf(text, sizeof(text), "key %s: %s", w->key, why);
	finish(w, NULL, 0, code, text);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	fail(arg, RSN_TIMEOUT, "the token did not sign in time");
}

static struct wait *
wait_new(struct sign *sg, enum asked_by by, const struct pipe *asker,
    unsigned int inst)
{
	const struct timeval tv = { TOKEN_SECONDS, 0 };
	struct wait *w = xcalloc(1, sizeof(*w));

	w->sign = sg;
	w->by = by;
	w->asker = asker;
	w->inst = inst;
	w->req = ++next_req;
	memcpy(w->key, sg->room.key, sizeof(w->key));
	w->way = sg->room.way;
	w->bits = sg->room.bits;
	w->timer = evtimer_new(sg->role->base, on_late, w);
	if (w->timer == NULL || evtimer_add(w->timer, &tv) == -1)
		fatal("no timer for a signature");
	TAILQ_INSERT_TAIL(&waits, w, entry);
	return (w);
}

static void
ask_for(struct wait *w, struct slice octets)
{
	struct sign *sg = w->sign;
	struct mn_sign m = { .req = w->req, .pss = (uint8_t)w->way.pss,
	    .digest = sig_digest(&w->way), .octets = octets };
	int r = PIPE_CLOSED;

	memcpy(m.key, w->key, sizeof(m.key));
	if (sg->token != NULL)
		r = pipe_send(sg->token, M_TOKEN_SIGN, &m, -1);
	if (r != PIPE_OK)
		fail(w, RSN_BUSY, r == PIPE_NOCREDIT ? "the token is busy" :
		    "certd-token is being restarted");
}

static void
ask(struct wait *w)
{
	struct later *l = &w->sign->room;

	if (l->len2 > 0) {
		w->more = xcalloc(1, l->len2);
		memcpy(w->more, l->octets2, l->len2);
		w->more_len = l->len2;
	}
	ask_for(w, (struct slice){ l->octets, l->len });
	l->wanted = 0;
	l->len2 = 0;
	explicit_bzero(l->octets, sizeof(l->octets));
	explicit_bzero(l->octets2, sizeof(l->octets2));
}

/* The first of two is there: NO_PPK_AUTH's is asked for. */
static void
ask_again(struct wait *w, const uint8_t *auth, size_t n)
{
	struct slice octets = { w->more, w->more_len };
	uint8_t *more = w->more;
	size_t len = w->more_len;

	w->u.sign.auth_len = (uint16_t)n;
	memcpy(w->u.sign.auth, auth, n);
	w->again = 1;
	w->more = NULL;
	ask_for(w, octets);
	freezero(more, len);
}

void
bytoken_sign(struct sign *sg, struct pipe *asker, unsigned int inst,
    const struct mk_signed *out)
{
	struct wait *w = wait_new(sg, BY_SIGN, asker, inst);

	w->u.sign = *out;
	ask(w);
}

void
bytoken_check(struct sign *sg, struct pipe *asker, unsigned int inst,
    const struct mv_verdict *v, const struct mk_checked *out)
{
	struct wait *w = wait_new(sg, BY_CHECK, asker, inst);

	w->u.check.out = *out;
	w->u.check.v = *v;
	ask(w);
}

void
bytoken_cert_sign(struct sign *sg, const struct mc_signed *out)
{
	struct wait *w = wait_new(sg, BY_CERT, sg->certd, 0);

	w->u.cert = *out;
	ask(w);
}

void
bytoken_asker_gone(const struct pipe *asker)
{
	struct wait *w, *next;

	for (w = TAILQ_FIRST(&waits); w != NULL; w = next) {
		next = TAILQ_NEXT(w, entry);
		if (w->asker == asker)
			wait_free(w);
	}
}

static void
on_token_signed(void *arg, const void *body, int fd)
{
	const struct mn_signed *m = body;
	uint8_t auth[SIG_OUT_MAX];
	struct wait *w;
	size_t n;

	(void)arg;
	(void)fd;
	TAILQ_FOREACH(w, &waits, entry)
		if (w->req == m->req)
			break;
	if (w == NULL)
		return;			/* it was too late */
	if (m->code != RSN_OK)
		fail(w, m->code, m->text);
	else if ((n = sig_wrap(&w->way, w->bits, m->sig, m->sig_len,
	    auth)) == 0)
		fail(w, RSN_NO_SECRET, "what the token made is no signature");
	else if (w->more != NULL)
		ask_again(w, auth, n);
	else
		finish(w, auth, n, RSN_OK, "");
}

/* Whose certificate it is not is said at once, not at the first use. */
static void
on_token_key(void *arg, const void *body, int fd)
{
	const struct mn_key *m = body;
	const struct privkey *k;
	const struct entry *e;
	struct sign *sg = arg;
	size_t i;

	(void)fd;
	if (!privring_is_uri(m->key)) {
		log_warn(LS_CERT, "certd-token speaks of a key without URI");
		return;
	}
	privring_told(sg->s.tokens, m);
	k = privring_find(sg->s.tokens, m->key);
	for (i = 0; sg->s.entries != NULL &&
	    (e = entries_at(sg->s.entries, i)) != NULL; i++)
		if (strcmp(e->key, m->key) == 0 && !decide_key_fits(e, k))
			log_about(LOG_ABOUT(e->name, e->tunnel, 0, NULL),
			    LS_POLICY, LOG_L_ERROR, "tunnel %s: its "
			    "certificate has another public key than %s",
			    e->name, m->key);
}

static const struct pipe_handler token_handlers[] = {
	{ M_TOKEN_SIGNED, on_token_signed },
	{ M_TOKEN_KEY, on_token_key },
	{ 0, NULL }
};

static void
token_broken(void *arg, struct pipe *p, const char *why)
{
	struct sign *sg = arg;

	if (why != NULL)
		role_peer_broke(ROLE_TOKEN, 0, why);
	if (sg->token == p)
		bytoken_gone(sg);
	else
		pipe_free(p);
}

static const struct pipe_ops token_ops = { token_handlers, token_broken };

void
bytoken_pipe(struct sign *sg, int fd)
{
	sg->token = pipe_new(sg->role->base, fd, &proto_sign_token, SIDE_A,
	    &token_ops, sg);
}

void
bytoken_gone(struct sign *sg)
{
	struct wait *w;

	pipe_free(sg->token);
	sg->token = NULL;
	privring_token_gone(sg->s.tokens);
	while ((w = TAILQ_FIRST(&waits)) != NULL)
		fail(w, RSN_RESTARTED, "certd-token was restarted");
}
