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
 * The ends of our pipes: certd-sign, tmd, ikd-esp, the parent; certd and
 * dhcprelay so far only have to be there.
 */
#include <stdlib.h>
#include <unistd.h>

#include "crash.h"
#include "ends.h"
#include "exch.h"
#include "exch_resume.h"
#include "ike.h"
#include "log.h"
#include "pipes.h"
#include "shown.h"
#include "tcp.h"

/* Where pipe_given() finds a table and handlers for a role. */
struct end {
	enum role			 role;
	const struct msg_table		*table;
	enum msg_side			 side;
	const struct pipe_handler	*handlers;
	struct pipe			*pipe;
};

static struct role_ctx	*role;
static struct ike	*ike;

/*
 * A handler decodes nothing: the pipe has.  It calls the negotiator and ends
 * the turn.
 */
#define HANDLER(name, type, call)					\
static void								\
name(void *ctx, const void *body, int fd)				\
{									\
	const struct type	*m = body;				\
									\
	(void)ctx;							\
	(void)fd;							\
	call(ike, m);							\
	ike_turn_end(ike);						\
}

HANDLER(on_tickets, mk_tickets, from_sign_tickets)
HANDLER(on_signed, mk_signed, from_sign_signed)
HANDLER(on_checked, mk_checked, from_sign_checked)
HANDLER(on_ppk_keys, mk_ppk_keys, from_sign_ppk_keys)
HANDLER(on_ppk_mixed, mk_ppk_mixed, from_sign_ppk_mixed)
HANDLER(on_crash_secrets, mk_crashes, crash_secrets)
HANDLER(on_made, mk_made, from_sign_made)
HANDLER(on_resumed, mk_resumed, from_sign_resumed)
HANDLER(on_new_keys, mk_resumed, from_sign_new_keys)
HANDLER(on_initiate, mx_initiate, exch_initiate)
HANDLER(on_grant_child, mx_grant_child, from_tmd_grant_child)
HANDLER(on_granted, mx_granted, from_tmd_granted)
HANDLER(on_denied, mx_denied, from_tmd_denied)
HANDLER(on_session_do, mx_session, from_tmd_session_do)
HANDLER(on_child_do, mx_child, from_tmd_child_do)
HANDLER(on_stats, mx_req, from_tmd_stats)
HANDLER(on_stray, mw_stray, from_esp_stray)
HANDLER(on_mapping, mw_mapping, from_esp_mapping)
HANDLER(on_stream, mw_stream, tcp_stream)
HANDLER(on_stream_begun, mi_begun, tcp_begun)
HANDLER(on_installed, mi_result, from_parent_installed)
HANDLER(on_removed, mi_removed, from_parent_removed)
HANDLER(on_migrated, mi_result, from_parent_migrated)
HANDLER(on_info, mi_removed, from_parent_info)
HANDLER(on_way, mi_way, mobike_way)
HANDLER(on_expire, mi_expire, from_parent_expire)
HANDLER(on_pair_mapping, mi_mapping, from_parent_mapping)
HANDLER(on_our_addrs, mi_addrs, from_parent_addrs)

/* certd gives no tickets and signs nothing; dhcprelay is not asked. */
static void
on_unasked(void *ctx, const void *body, int fd)
{
	struct end	*e = ctx;

	(void)body;
	(void)fd;
	log_warn(LS_CORE, "an answer of %s to nothing",
	    role_info(e->role)->name);
}

static const struct pipe_handler sign_handlers[] = {
	{ M_TICKETS, on_tickets },
	{ M_SIGNED, on_signed },
	{ M_AUTH_CHECKED, on_checked },
	{ M_CRASH_SECRETS, on_crash_secrets },
	{ M_PPK_KEYS, on_ppk_keys },
	{ M_PPK_MIXED, on_ppk_mixed },
	{ M_TICKET_MADE, on_made },
	{ M_RESUMED, on_resumed },
	{ M_RESUME_NEW_KEYS, on_new_keys },
	{ 0, NULL }
};

/* What we show changes with the policy. */
static void
on_shown(void *ctx, const void *body, int fd)
{
	const struct mk_shown	*m = body;
	struct shown		*sh = NULL;
	const char		*why;

	(void)ctx;
	if ((why = shown_read(fd, m->generation, &sh)) != NULL)
		log_error(LS_CERT, "certd's certificates: %s", why);
	close(fd);
	if (why != NULL)
		return;
	shown_free(ike->shown);
	ike->shown = sh;
}

static const struct pipe_handler certd_handlers[] = {
	{ M_TICKETS, on_unasked },
	{ M_SIGNED, on_unasked },
	{ M_AUTH_CHECKED, on_checked },
	{ M_SHOWN, on_shown },
	{ 0, NULL }
};

/* `ikectl trace`: tmd hands on ikectl's socket. */
static void
on_trace(void *ctx, const void *body, int fd)
{
	(void)ctx;
	trace_begin(ike, body, fd);
}

static void
on_trace_end(void *ctx, const void *body, int fd)
{
	const struct mx_req	*m = body;

	(void)ctx;
	(void)fd;
	trace_end(ike, m->req);
}

static const struct pipe_handler tmd_handlers[] = {
	{ M_INITIATE, on_initiate },
	{ M_GRANT_CHILD, on_grant_child },
	{ M_GRANTED, on_granted },
	{ M_DENIED, on_denied },
	{ M_SESSION_DO, on_session_do },
	{ M_CHILD_DO, on_child_do },
	{ M_STATS_WANT, on_stats },
	{ M_TRACE, on_trace },
	{ M_TRACE_END, on_trace_end },
	{ 0, NULL }
};

static const struct pipe_handler esp_handlers[] = {
	{ M_STRAY, on_stray },
	{ M_MAPPING, on_mapping },
	{ M_STREAM, on_stream },
	{ 0, NULL }
};

static const struct pipe_handler dhcp_handlers[] = {
	{ M_DHCP_OUT, on_unasked },
	{ 0, NULL }
};

const struct pipe_handler ends_parent_handlers[] = {
	{ M_INSTALLED, on_installed },
	{ M_REMOVED, on_removed },
	{ M_MIGRATED, on_migrated },
	{ M_WAY, on_way },
	{ M_SA_INFO, on_info },
	{ M_SA_EXPIRE, on_expire },
	{ M_PAIR_MAPPING, on_pair_mapping },
	{ M_OUR_ADDRS, on_our_addrs },
	{ M_STREAM_BEGUN, on_stream_begun },
	{ 0, NULL }
};

static struct end ends[] = {
	{ ROLE_SIGN, &proto_ike_sign, SIDE_A, sign_handlers, NULL },
	{ ROLE_CERTD, &proto_ike_certd, SIDE_A, certd_handlers, NULL },
	{ ROLE_TMD, &proto_ike_tmd, SIDE_A, tmd_handlers, NULL },
	{ ROLE_ESP, &proto_ike_esp, SIDE_A, esp_handlers, NULL },
	{ ROLE_DHCP, &proto_ike_dhcp, SIDE_A, dhcp_handlers, NULL },
};
#define NENDS	(sizeof(ends) / sizeof(ends[0]))

static struct end *
end_of(enum role r)
{
	size_t	 i;

	for (i = 0; i < NENDS; i++)
		if (ends[i].role == r)
			return (&ends[i]);
	return (NULL);
}

static void
drop(struct end *e)
{
	if (e->pipe == NULL)
		return;
	pipe_free(e->pipe);
	e->pipe = NULL;
	if (e->role == ROLE_SIGN)
		tickets_reset(ike, 0);
	else if (e->role == ROLE_CERTD)
		from_sign_certd_gone(ike);
	else if (e->role == ROLE_TMD)
		trace_end_all(ike);
	else if (e->role == ROLE_ESP)
		tcp_lost_all(ike);
}

static void
on_broken(void *ctx, struct pipe *p, const char *why)
{
	struct end	*e = ctx;

	if (why != NULL)
		role_peer_broke(e->role, 0, why);
	if (e->pipe == p)
		drop(e);
	else
		pipe_free(p);
	ike_turn_end(ike);
}

void
ends_given(struct role_ctx *ctx, enum role r, unsigned int inst, int fd)
{
	static struct pipe_ops	 ops[NENDS];
	struct end		*e = end_of(r);
	struct pipe_ops		*o;

	if (e == NULL)
		fatal("a pipe to %s", role_name(r, inst));
	drop(e);
	o = &ops[e - ends];
	o->handlers = e->handlers;
	o->on_broken = on_broken;
	e->pipe = pipe_new(ctx->base, fd, e->table, e->side, o, e);
	if (r == ROLE_SIGN)
		tickets_reset(ike, 1);
	else if (r == ROLE_TMD)
		from_tmd_new(ike);
	ike_turn_end(ike);
}

void
ends_gone(struct role_ctx *ctx, enum role r, unsigned int inst)
{
	struct end	*e = end_of(r);

	(void)ctx;
	(void)inst;
	if (e != NULL)
		drop(e);
	ike_turn_end(ike);
}

static int
to(enum role r, uint16_t type, const void *body)
{
	struct end	*e = end_of(r);

	return (e->pipe == NULL ? PIPE_CLOSED :
	    pipe_send(e->pipe, type, body, -1));
}

int
ends_to_sign(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	return (to(ROLE_SIGN, type, body));
}

int
ends_to_certd(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	return (to(ROLE_CERTD, type, body));
}

int
ends_to_tmd(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	return (to(ROLE_TMD, type, body));
}

int
ends_to_esp(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	return (to(ROLE_ESP, type, body));
}

int
ends_to_parent(void *ctx, uint16_t type, const void *body)
{
	(void)ctx;
	return (pipe_send(role->parent, type, body, -1));
}

void
ends_init(struct role_ctx *ctx, struct ike *i)
{
	role = ctx;
	ike = i;
}

void
ends_close(void)
{
	size_t	 i;

	for (i = 0; i < NENDS; i++) {
		pipe_free(ends[i].pipe);
		ends[i].pipe = NULL;
	}
}
