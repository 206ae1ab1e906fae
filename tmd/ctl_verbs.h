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

#ifndef TMD_CTL_VERBS_H
#define TMD_CTL_VERBS_H

#include "ctl.h"
#include "sess.h"

/*
 * The verbs, one function each; the table is in ctl_verbs.c.
 */

/* ctl_act.c */
void	ctl_activate(struct ctl_req *r);
void	ctl_remove(struct ctl_req *r);
void	ctl_restart(struct ctl_req *r);
/* ctl_rekey.c */
void	ctl_rekey(struct ctl_req *r);
/* ctl_reauth.c */
void	ctl_reauth(struct ctl_req *r);
/* ctl_list.c */
void	ctl_list(struct ctl_req *r);
/* ctl_group.c */
void	ctl_show_group(struct ctl_req *r);
/* The row of a peer of a tunnel with many, for ctl_each_up(). */
void	ctl_peer(struct ctl_req *r, const struct session *s, uint32_t child);
/* ctl_show.c */
void	ctl_show_tunnel(struct ctl_req *r);
void	ctl_show_sa(struct ctl_req *r);
void	ctl_show_policy(struct ctl_req *r);
/* ctl_suite.c */
void	ctl_show_stats(struct ctl_req *r);
void	ctl_show_processes(struct ctl_req *r);
void	ctl_show_dataplane(struct ctl_req *r);
void	ctl_log(struct ctl_req *r);
/* ctl_change.c */
void	ctl_reload(struct ctl_req *r);
void	ctl_diff(struct ctl_req *r);
void	ctl_db_put(struct ctl_req *r);
void	ctl_db_set(struct ctl_req *r);
void	ctl_db_delete(struct ctl_req *r);
void	ctl_db_move(struct ctl_req *r);
/* ctl_db.c */
/* Where an object of the policy stands: 0; -1: it is built in, or none. */
int	ctl_object_where(const char *kind, const char *name, char *out,
	    size_t size);
void	ctl_db_get(struct ctl_req *r);
void	ctl_db_export(struct ctl_req *r);
/* ctl_cert.c */
void	ctl_show_cert(struct ctl_req *r);
void	ctl_version(struct ctl_req *r);
/* ctl_filter.c */
void	ctl_filter_list(struct ctl_req *r);
/* ctl_explain.c */
void	ctl_explain(struct ctl_req *r);
/* ctl_trace.c */
void	ctl_trace(struct ctl_req *r);
/* ctl_wait.c */
void	ctl_wait(struct ctl_req *r);
void	ctl_monitor(struct ctl_req *r);

/* ctl_list.c: asks the parent for fresh counters, then produces with fn. */
void	ctl_with_counters(struct ctl_req *r, int (*fn)(struct ctl_req *r));
/* The next target at r->at as a tunnel that still is; NULL at the end. */
struct tunnel *ctl_next_target(struct ctl_req *r, uint32_t *child);
/*
 * Some of t's sessions that are up, by fn with child; the rest when the
 * client has read these: then the same target comes again, with r->told set,
 * and 1 is returned.
 */
int	ctl_each_up(struct ctl_req *r, const struct tunnel *t, uint32_t child,
	    void (*fn)(struct ctl_req *r, const struct session *s,
	    uint32_t child));

/*
 * ctl_full.c: AIX's fields of a tunnel and of a child, as they are with the
 * session s; NULL: as the policy has them.
 */
void	ctl_full_tunnel(struct mq_row *row, uint32_t req, struct tunnel *t,
	    const struct session *s);
void	ctl_full_child(struct mq_row *row, uint32_t req, struct tunnel *t,
	    struct tun_child *c, const struct session *s);

/*
 * ctl_full_ts.c: its selectors: those of the pair p, or (NULL) what the policy
 * has.
 */
void	ctl_full_selectors(struct mq_row *row, const struct tunnel *t,
	    const struct tun_child *c, const struct sa_pair *p);

/* ctl_text.c: words that several rows use; out is returned. */
char	*ctl_text_remotes(const struct tunnel *t, char *out, size_t size);
char	*ctl_text_locals(const struct tunnel *t, char *out, size_t size);
char	*ctl_text_id(const struct wt_id *id, char *out, size_t size);
char	*ctl_text_no(const struct tunnel *t, uint32_t child, char *out,
	    size_t size);
char	*ctl_text_ike_suite(const struct wt_suite *s, char *out,
	    size_t size);
char	*ctl_text_child_suite(const struct wt_suite *s, char *out,
	    size_t size);
char	*ctl_text_proposals(const struct wt_proposal *p, uint16_t n,
	    char *out, size_t size);
/* Selectors of a child: of its newest pair, else of its ceiling. */
char	*ctl_text_ts(const struct tunnel *t, const struct tun_child *c,
	    int remote, char *out, size_t size);
const char *ctl_text_role(unsigned int role);
/* What a child is for, and how it stands. */
const char *ctl_text_action(const struct tun_child *c);
const char *ctl_text_status(const struct tun_child *c);
const char *ctl_text_start(unsigned int start);
/* The word of enum dpd_action. */
const char *ctl_text_dpd(unsigned int action);
const char *ctl_text_unique(unsigned int unique);
/* "1.2 GB": steps of 1024, for sentences. */
char	*ctl_text_bytes(uint64_t n, char *out, size_t size);

/* The newest pair of a child that is up, with its grant; or NULL. */
struct sa_pair *ctl_newest_pair(const struct tunnel *t,
	    const struct tun_child *c, struct grant **g);
/* All octets of a child since tmd knows it. */
void	ctl_child_bytes(const struct tunnel *t, const struct tun_child *c,
	    uint64_t *in, uint64_t *out);
/* Seconds from now until t; 0 when it has passed or is not set. */
uint64_t ctl_left(uint64_t t);
/* Seconds since t. */
uint64_t ctl_age(uint64_t t);

#endif /* TMD_CTL_VERBS_H */
