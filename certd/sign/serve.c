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
 * The pipes of certd-sign: requests of the ike workers, orders of tmd, the
 * boot key for certd.
 */

#include <string.h>

#include "crash.h"
#include "init_msg.h"
#include "lines.h"
#include "log.h"
#include "proto_manual.h"
#include "proto_sign_certd.h"
#include "reason.h"
#include "resume.h"
#include "sign.h"

/*
 * A peer's failure is told to people by tmd, who hears of it from ike; a
 * ticket or order misused is ike's own.
 */
static void
log_refusal(const struct ike_end *end, const char *what, unsigned int code,
    const char *text)
{
	if (code == RSN_OK)
		return;
	if (code != RSN_TICKET && code != RSN_ORDER)
		log_debug(LS_IKE, "%s refused: %s", what, text);
	else if (lines_allowed(LS_IKE))
		log_warn(LS_IKE, "%s of %s refused: %s", what,
		    role_name(ROLE_IKE, end->inst), text);
}

static void
on_tickets_want(void *arg, const void *body, int fd)
{
	const struct mk_want *m = body;
	struct ike_end *end = arg;
	struct sign *sg = end->sign;
	struct mk_tickets out;

	(void)fd;
	out.t_n = 0;
	if (m->slot < SLOTS && m->slot % sg->s.workers == end->inst)
		tickets_issue(sg->s.tickets, m->slot, m->count, sign_now(),
		    &out);
	else if (lines_allowed(LS_IKE))
		log_warn(LS_IKE, "%s asks for tickets of slot %u, which is "
		    "not its own", role_name(ROLE_IKE, end->inst), m->slot);
	pipe_send(end->pipe, M_TICKETS, &out, -1);
}

/*
 * tmd writes an order before it tells ike, and the parent gives us a new
 * tmd's pipe before that; but ike may be heard first.  So what both have
 * already sent is read before anything is said of an order.  Returns 0 when
 * the asker's own pipe has gone meanwhile: there is nobody to answer.
 */
int
serve_hear_tmd(struct ike_end *end)
{
	struct sign *sg = end->sign;
	struct pipe *asker = end->pipe;

	if (sg->role->parent != NULL)
		pipe_read_now(sg->role->parent);
	if (end->pipe == asker && sg->tmd != NULL)
		pipe_read_now(sg->tmd);
	return (end->pipe == asker);
}

static void
on_sign(void *arg, const void *body, int fd)
{
	const struct mk_sign *m = body;
	struct ike_end *end = arg;
	struct mk_signed out;

	(void)fd;
	if (!serve_hear_tmd(end))
		return;
	if (resume_on_sign(end, m))
		return;
	decide_sign(&end->sign->s, end->inst, &m->c, sign_now(), &out);
	if (end->sign->room.wanted)
		bytoken_sign(end->sign, end->pipe, end->inst, &out);
	else
		serve_signed(end->sign, end->inst, &out);
}

void
serve_signed(struct sign *sg, unsigned int inst, struct mk_signed *out)
{
	struct ike_end *end = &sg->ike[inst];

	log_refusal(end, "SIGN", out->code, out->text);
	if (end->pipe != NULL)
		pipe_send(end->pipe, M_SIGNED, out, -1);
	explicit_bzero(out->auth, sizeof(out->auth));
	explicit_bzero(out->no_ppk, sizeof(out->no_ppk));
}

/*
 * Who a peer is goes to tmd first (its pipe is written to first); without
 * tmd nobody is anybody.
 */
static void
no_tmd(struct mk_checked *out, const char *text)
{
	out->code = RSN_BUSY;
	out->auth_len = 0;
	wire_text_copy(out->text, sizeof(out->text), text);
}

void
serve_checked(struct sign *sg, unsigned int inst, const struct mv_verdict *v,
    struct mk_checked *out)
{
	struct ike_end *end = &sg->ike[inst];

	if (out->code == RSN_OK && (sg->tmd == NULL || pipe_send(sg->tmd,
	    M_VERDICT, v, -1) != PIPE_OK))
		no_tmd(out, "the tunnel manager is gone");
	log_refusal(end, "AUTH", out->code, out->text);
	if (end->pipe != NULL)
		pipe_send(end->pipe, M_AUTH_CHECKED, out, -1);
	explicit_bzero(out->auth, sizeof(out->auth));
}

static void
on_auth_check(void *arg, const void *body, int fd)
{
	const struct mk_check *m = body;
	struct ike_end *end = arg;
	struct sign *sg = end->sign;
	struct mk_checked out;
	struct mv_verdict v;
	int resumes = init_resumes(m->c.msg_i);

	(void)fd;
	/* Of a ticket, too: that it is void may be on its way. */
	if ((m->initiator || resumes || sg->tmd == NULL) &&
	    !serve_hear_tmd(end))
		return;
	if (sg->tmd == NULL) {
		memset(&out, 0, sizeof(out));
		out.exch = m->c.exch;
		no_tmd(&out, "the tunnel manager is being restarted");
	} else
		(void)(resumes ? resume_check : decide_check)(&sg->s,
		    end->inst, m, sign_now(), &v, &out);
	if (sg->room.wanted)
		bytoken_check(sg, end->pipe, end->inst, &v, &out);
	else
		serve_checked(sg, end->inst, &v, &out);
}

static void
on_ppk_ask(void *arg, const void *body, int fd)
{
	const struct mk_ppk_ask *m = body;
	struct ike_end *end = arg;
	struct mk_ppk_keys out;

	(void)fd;
	if (m->initiator && !serve_hear_tmd(end))
		return;
	decide_ppk_ask(&end->sign->s, end->inst, m, sign_now(), &out);
	log_refusal(end, "PPK_ASK", out.code, out.text);
	pipe_send(end->pipe, M_PPK_KEYS, &out, -1);
}

static void
on_ppk_mix(void *arg, const void *body, int fd)
{
	struct ike_end *end = arg;
	struct mk_ppk_mixed out;

	(void)fd;
	decide_ppk_mix(&end->sign->s, end->inst, body, sign_now(), &out);
	log_refusal(end, "PPK_MIX", out.code, out.text);
	pipe_send(end->pipe, M_PPK_MIXED, &out, -1);
	explicit_bzero(out.sk_d, sizeof(out.sk_d));
}

static void
ike_broken(void *arg, struct pipe *p, const char *why)
{
	struct ike_end *end = arg;

	if (why != NULL)
		role_peer_broke(ROLE_IKE, end->inst, why);
	if (end->pipe == p)
		end->pipe = NULL;
	bytoken_asker_gone(p);
	resume_asker_gone(p);
	pipe_free(p);
}

static void
on_order(void *arg, const void *body, int fd)
{
	const struct mv_order *m = body;
	struct sign *sg = arg;
	const char *why;

	(void)fd;
	if ((why = orders_add(sg->s.orders, m, sign_now())) != NULL)
		log_about(LOG_ABOUT(NULL, m->tunnel, 0, NULL), LS_IKE,
		    LOG_L_WARNING, "order %u of tmd refused: %s", m->order,
		    why);
}

static void
on_order_drop(void *arg, const void *body, int fd)
{
	const struct mv_order_id *m = body;
	struct sign *sg = arg;

	(void)fd;
	orders_drop(sg->s.orders, m->order);
}

static void
on_keys_want(void *arg, const void *body, int fd)
{
	(void)fd;
	manual_want(arg, body);
}

static void
on_keys_use(void *arg, const void *body, int fd)
{
	(void)fd;
	manual_use(arg, body);
}

static void
on_creds_want(void *arg, const void *body, int fd)
{
	(void)fd;
	creds_send(arg, body);
}

/* What it ordered and asked for is nobody's any more. */
static void
forget_tmd(struct sign *sg)
{
	sg->tmd = NULL;
	orders_clear(sg->s.orders);
	resume_tmd_gone();
	manual_tmd_gone();
	rounds_clear(sg->s.rounds);
}

static void
tmd_broken(void *arg, struct pipe *p, const char *why)
{
	struct sign *sg = arg;

	if (why != NULL)
		role_peer_broke(ROLE_TMD, 0, why);
	if (sg->tmd == p)
		forget_tmd(sg);
	pipe_free(p);
}

static void
on_claim(void *arg, const void *body, int fd)
{
	static uint8_t octets[OCTETS_MAX];
	const struct mc_ask *m = body;
	struct sign *sg = arg;
	struct pipe *asker = sg->certd;
	struct mc_claimed out;

	(void)fd;
	/* As for ike: an order of tmd's may still be on its way. */
	if (sg->role->parent != NULL)
		pipe_read_now(sg->role->parent);
	if (sg->certd == asker && sg->tmd != NULL)
		pipe_read_now(sg->tmd);
	if (sg->certd != asker)
		return;
	decide_claim(&sg->s, m, sign_now(), octets, &out);
	pipe_send(sg->certd, M_CERT_CLAIMED, &out, -1);
}

static void
on_cert_sign(void *arg, const void *body, int fd)
{
	struct sign *sg = arg;
	struct mc_signed out;

	(void)fd;
	decide_cert_sign(&sg->s, body, sign_now(), &out);
	if (sg->room.wanted)
		bytoken_cert_sign(sg, &out);
	else
		serve_cert_signed(sg, &out);
}

void
serve_cert_signed(struct sign *sg, struct mc_signed *out)
{
	if (sg->certd != NULL)
		pipe_send(sg->certd, M_CERT_SIGNED, out, -1);
	explicit_bzero(out->auth, sizeof(out->auth));
}

static void
on_cert_ours(void *arg, const void *body, int fd)
{
	const struct mc_ours *m = body;

	ourcert_take(arg, m->generation, fd);
}

static void
certd_broken(void *arg, struct pipe *p, const char *why)
{
	struct sign *sg = arg;

	if (why != NULL)
		role_peer_broke(ROLE_CERTD, 0, why);
	if (sg->certd == p) {
		sg->certd = NULL;
		ourcert_gone(sg);
		resume_certd_gone(&sg->s, sign_now());
	}
	bytoken_asker_gone(p);
	pipe_free(p);
}

static const struct pipe_handler ike_handlers[] = {
	{ M_TICKETS_WANT, on_tickets_want },
	{ M_SIGN, on_sign },
	{ M_AUTH_CHECK, on_auth_check },
	{ M_PPK_ASK, on_ppk_ask },
	{ M_PPK_MIX, on_ppk_mix },
	{ M_TICKET_MAKE, resume_on_make },
	{ M_RESUME, resume_on_resume },
	{ 0, NULL }
};
static const struct pipe_ops ike_ops = { ike_handlers, ike_broken };

static const struct pipe_handler tmd_handlers[] = {
	{ M_ORDER, on_order },
	{ M_ORDER_DROP, on_order_drop },
	{ M_CREDS_WANT, on_creds_want },
	{ M_PROOF, resume_on_proof },
	{ M_TICKETS_VOID, resume_on_void },
	{ M_KEYS_WANT, on_keys_want },
	{ M_KEYS_USE, on_keys_use },
	{ 0, NULL }
};
static const struct pipe_ops tmd_ops = { tmd_handlers, tmd_broken };

static const struct pipe_handler certd_handlers[] = {
	{ M_CERT_CLAIM, on_claim },
	{ M_CERT_SIGN, on_cert_sign },
	{ M_CERT_OURS, on_cert_ours },
	{ 0, NULL }
};
static const struct pipe_ops certd_ops = { certd_handlers, certd_broken };

static void
give_boot_key(struct sign *sg)
{
	struct mc_boot_key m;

	memcpy(m.key, sg->boot_key, sizeof(m.key));
	pipe_send(sg->certd, M_BOOT_KEY, &m, -1);
	explicit_bzero(&m, sizeof(m));
}

static void
give_crash_secrets(struct sign *sg, struct ike_end *end)
{
	struct mk_crashes m;

	if (!sg->lasting_there || end->pipe == NULL)
		return;
	crash_secrets_of(sg->lasting, sizeof(sg->lasting), end->inst,
	    sg->s.workers, &m);
	pipe_send(end->pipe, M_CRASH_SECRETS, &m, -1);
	explicit_bzero(&m, sizeof(m));
}

void
serve_lasting(struct sign *sg)
{
	size_t i;

	sg->lasting_there = 1;
	for (i = 0; i < WORKERS_MAX; i++)
		give_crash_secrets(sg, &sg->ike[i]);
}

void
serve_gone(struct sign *sg, enum role r, unsigned int inst)
{
	if (r == ROLE_IKE && inst < WORKERS_MAX) {
		bytoken_asker_gone(sg->ike[inst].pipe);
		resume_asker_gone(sg->ike[inst].pipe);
		pipe_free(sg->ike[inst].pipe);
		sg->ike[inst].pipe = NULL;
	} else if (r == ROLE_TMD) {
		pipe_free(sg->tmd);
		forget_tmd(sg);
	} else if (r == ROLE_CERTD) {
		bytoken_asker_gone(sg->certd);
		pipe_free(sg->certd);
		if (sg->certd != NULL)
			resume_certd_gone(&sg->s, sign_now());
		sg->certd = NULL;
		ourcert_gone(sg);
	} else if (r == ROLE_TOKEN)
		bytoken_gone(sg);
}

void
serve_pipe(struct sign *sg, enum role r, unsigned int inst, int fd)
{
	struct event_base *base = sg->role->base;
	struct ike_end *end;

	serve_gone(sg, r, inst);
	if (r == ROLE_IKE && inst < WORKERS_MAX) {
		end = &sg->ike[inst];
		end->sign = sg;
		end->inst = inst;
		end->pipe = pipe_new(base, fd, &proto_ike_sign, SIDE_B,
		    &ike_ops, end);
		give_crash_secrets(sg, end);
	} else if (r == ROLE_TMD) {
		sg->tmd = pipe_new(base, fd, &proto_sign_tmd, SIDE_A,
		    &tmd_ops, sg);
		pipe_set_rank(sg->tmd, 1);
		locked_tell(sg);
		resumer_tell(sg->s.resumer);
	} else if (r == ROLE_CERTD) {
		sg->certd = pipe_new(base, fd, &proto_sign_certd, SIDE_A,
		    &certd_ops, sg);
		give_boot_key(sg);
	} else if (r == ROLE_TOKEN)
		bytoken_pipe(sg, fd);
	else
		fatal("a pipe to %s", role_name(r, inst));
}
