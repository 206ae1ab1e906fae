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

#ifndef IKE_PIPES_H
#define IKE_PIPES_H

#include "proto_ike_sign.h"
#include "proto_ike_tmd.h"
#include "proto_parent_ike.h"
#include "proto_ppk.h"
#include "proto_small.h"

/*
 * What goes to the other roles and what comes from them.  Each to_*.c has
 * the requests, each from_*.c the answers and orders.
 */
struct child;
struct ike;
struct session;
struct exch;
struct sa_payload;

/* ---- to_parent.c ---- */
struct child_keys;
/* 0, or an enum reason when it cannot even be asked. */
unsigned int	to_parent_install(struct child *, const struct child_keys *);
/* Removes; a CHILD_DOWN with the last counters follows when report is set. */
void		to_parent_remove(struct ike *, uint32_t tunnel,
		    uint32_t child, uint32_t grant, uint32_t spi_in,
		    unsigned int code, const char *text, int report);
void		to_parent_migrate(struct child *);
/* The outer addresses of the session's pairs. */
void		to_parent_outer(const struct session *,
		    struct wt_sock *local, struct wt_sock *remote);
/* Nothing is to be sent on it any more; it receives until it is removed. */
void		to_parent_retire(const struct child *);
/* Returns 1 when the answer will come (life_queried()). */
int		to_parent_query(struct child *);
/* The child is gone: nobody waits for its answers. */
void		to_parent_forget(struct child *);
/* Requests that found no credit go out. */
void		to_parent_credit(struct ike *);
void		to_parent_free(struct ike *);

/* ---- from_parent.c ---- */
void	from_parent_installed(struct ike *, const struct mi_result *);
void	from_parent_removed(struct ike *, const struct mi_removed *);
void	from_parent_migrated(struct ike *, const struct mi_result *);
void	from_parent_info(struct ike *, const struct mi_removed *);
void	from_parent_expire(struct ike *, const struct mi_expire *);
void	from_parent_mapping(struct ike *, const struct mi_mapping *);
void	from_parent_addrs(struct ike *, const struct mi_addrs *);

/* ---- to_tmd.c ---- */
void	to_tmd_step(const struct session *, uint32_t order, const char *what,
	    const char *how, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
void	to_tmd_session_up(const struct session *, int again);
void	to_tmd_session_moved(const struct session *);
/* How much it has carried, where there is a limit. */
void	to_tmd_carried(const struct session *);
void	to_tmd_session_down(const struct session *, unsigned int code,
	    const char *text);
void	to_tmd_child_up(const struct child *, int again);
void	to_tmd_child_down(struct ike *, const struct mx_child_down *);
/* child 0: the negotiation as a whole. */
void	to_tmd_failed(const struct session *, uint32_t child, int ours,
	    unsigned int code, const char *text);
/* The same where no session was made. */
void	to_tmd_refused(struct ike *, const struct wt_sock *local,
	    const struct wt_sock *remote, unsigned int code,
	    const char *text);
/*
 * What the peer offered in vain, right before the failure is told; child 0:
 * the IKE SA, tunnel 0: not known yet.
 */
void	to_tmd_offered(struct ike *, const struct wt_sock *remote,
	    uint32_t tunnel, uint32_t child, const struct sa_payload *sa);
void	to_tmd_initial_contact(const struct session *);
/* It is time for another authentication. */
void	to_tmd_renew(const struct session *, uint16_t code);
/* The peer wants this address in a generic child. */
void	to_tmd_host_want(const struct session *, uint32_t child,
	    const struct wt_addr *host);

/* ---- from_tmd.c ---- */
void	from_tmd_grant_child(struct ike *, const struct mx_grant_child *);
void	from_tmd_granted(struct ike *, const struct mx_granted *);
void	from_tmd_denied(struct ike *, const struct mx_denied *);
void	from_tmd_session_do(struct ike *, const struct mx_session *);
void	from_tmd_child_do(struct ike *, const struct mx_child *);
void	from_tmd_stats(struct ike *, const struct mx_req *);
/* A new tmd: tells it of every session and child, then REPLAY_END. */
void	from_tmd_new(struct ike *);

/* ---- to_sign.c, from_sign.c ---- */
/* PIPE_OK, PIPE_NOCREDIT, PIPE_CLOSED. */
int	to_sign_sign(struct session *);
int	to_sign_check(struct session *);
/* Is the peer's AUTH certd-sign's to judge, not certd's? */
struct setup;
int	to_sign_judges(const struct setup *);
int	to_sign_ppk_ask(struct session *);
int	to_sign_ppk_mix(struct session *);
void	from_sign_tickets(struct ike *, const struct mk_tickets *);
void	from_sign_signed(struct ike *, const struct mk_signed *);
void	from_sign_checked(struct ike *, const struct mk_checked *);
void	from_sign_ppk_keys(struct ike *, const struct mk_ppk_keys *);
void	from_sign_ppk_mixed(struct ike *, const struct mk_ppk_mixed *);
/* certd is gone: what it was asked it will not answer. */
void	from_sign_certd_gone(struct ike *);

/* ---- from_esp.c ---- */
void	from_esp_stray(struct ike *, const struct mw_stray *);
void	from_esp_mapping(struct ike *, const struct mw_mapping *);

#endif /* IKE_PIPES_H */
