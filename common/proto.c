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
 * Where the described types (those of the parent's pipes: proto_parent.c) and
 * the message tables become data.  Nothing is written twice: the lists stand
 * in the headers.
 */
#include "proto_ctl.h"
#include "proto_ppk.h"
#include "proto_trace.h"
#include "proto_ike_sign.h"
#include "proto_ike_tmd.h"
#include "proto_life.h"
#include "proto_kept.h"
#include "proto_manual.h"
#include "proto_parent_esp.h"
#include "proto_parent_ike.h"
#include "proto_parent_policy.h"
#include "proto_parent_tmd.h"
#include "proto_resume.h"
#include "proto_sign_tmd.h"
#include "proto_sign_certd.h"
#include "proto_sign_token.h"
#include "proto_certd_fetch.h"
#include "proto_small.h"
#include "proto_snap.h"
#include "proto_start.h"
#include "proto_types.h"
#include "roles.h"

WIRE_EMPTY(m_empty);

/* proto_types.h */
#define WIRE_SELF struct wt_addr
WIRE_TYPE(wt_addr);
#undef WIRE_SELF
#define WIRE_SELF struct wt_prefix
WIRE_TYPE(wt_prefix);
#undef WIRE_SELF
#define WIRE_SELF struct wt_sock
WIRE_TYPE(wt_sock);
#undef WIRE_SELF
#define WIRE_SELF struct wt_ts
WIRE_TYPE(wt_ts);
#undef WIRE_SELF
#define WIRE_SELF struct wt_id
WIRE_TYPE(wt_id);
#undef WIRE_SELF
#define WIRE_SELF struct wt_xform
WIRE_TYPE(wt_xform);
#undef WIRE_SELF
#define WIRE_SELF struct wt_proposal
WIRE_TYPE(wt_proposal);
#undef WIRE_SELF
#define WIRE_SELF struct wt_suite
WIRE_TYPE(wt_suite);
#undef WIRE_SELF
#define WIRE_SELF struct wt_ceiling
WIRE_TYPE(wt_ceiling);
#undef WIRE_SELF
#define WIRE_SELF struct wt_grant
WIRE_TYPE(wt_grant);
#undef WIRE_SELF
#define WIRE_SELF struct wt_filter
WIRE_TYPE(wt_filter);
#undef WIRE_SELF
#define WIRE_SELF struct wt_keysort
WIRE_TYPE(wt_keysort);
#undef WIRE_SELF
#define WIRE_SELF struct wt_counters
WIRE_TYPE(wt_counters);
#undef WIRE_SELF
#define WIRE_SELF struct wt_word
WIRE_TYPE(wt_word);
#undef WIRE_SELF
#define WIRE_SELF struct wt_kv
WIRE_TYPE(wt_kv);
#undef WIRE_SELF

/* proto_start.h */
#define WIRE_SELF struct ms_boot
WIRE_TYPE(ms_boot);
#undef WIRE_SELF
#define WIRE_SELF struct ms_role
WIRE_TYPE(ms_role);
#undef WIRE_SELF
#define WIRE_SELF struct ms_pid
WIRE_TYPE(ms_pid);
#undef WIRE_SELF
#define WIRE_SELF struct ms_kill
WIRE_TYPE(ms_kill);
#undef WIRE_SELF
#define WIRE_SELF struct ms_listen
WIRE_TYPE(ms_listen);
#undef WIRE_SELF
#define WIRE_SELF struct ms_listening
WIRE_TYPE(ms_listening);
#undef WIRE_SELF
#define WIRE_SELF struct ms_failed
WIRE_TYPE(ms_failed);
#undef WIRE_SELF
#define WIRE_SELF struct ms_save
WIRE_TYPE(ms_save);
#undef WIRE_SELF
#define WIRE_SELF struct ms_saved
WIRE_TYPE(ms_saved);
#undef WIRE_SELF
#define WIRE_SELF struct ms_generation
WIRE_TYPE(ms_generation);
#undef WIRE_SELF
#define WIRE_SELF struct ms_push
WIRE_TYPE(ms_push);
#undef WIRE_SELF
#define WIRE_SELF struct ms_keep
WIRE_TYPE(ms_keep);
#undef WIRE_SELF

/* proto_life.h */
#define WIRE_SELF struct ml_hello
WIRE_TYPE(ml_hello);
#undef WIRE_SELF
#define WIRE_SELF struct ml_peer
WIRE_TYPE(ml_peer);
#undef WIRE_SELF
#define WIRE_SELF struct ml_socket
WIRE_TYPE(ml_socket);
#undef WIRE_SELF
#define WIRE_SELF struct ml_seq
WIRE_TYPE(ml_seq);
#undef WIRE_SELF
#define WIRE_SELF struct ml_generation
WIRE_TYPE(ml_generation);
#undef WIRE_SELF
#define WIRE_SELF struct ml_prepare
WIRE_TYPE(ml_prepare);
#undef WIRE_SELF
#define WIRE_SELF struct ml_prepared
WIRE_TYPE(ml_prepared);
#undef WIRE_SELF
#define WIRE_SELF struct ml_level
WIRE_TYPE(ml_level);
#undef WIRE_SELF
#define WIRE_SELF struct ml_broke
WIRE_TYPE(ml_broke);
#undef WIRE_SELF

/* proto_ike_sign.h */
#define WIRE_SELF struct mk_ticket
WIRE_TYPE(mk_ticket);
#undef WIRE_SELF
#define WIRE_SELF struct mk_want
WIRE_TYPE(mk_want);
#undef WIRE_SELF
#define WIRE_SELF struct mk_tickets
WIRE_TYPE(mk_tickets);
#undef WIRE_SELF
#define WIRE_SELF struct mk_context
WIRE_TYPE(mk_context);
#undef WIRE_SELF
#define WIRE_SELF struct mk_sign
WIRE_TYPE(mk_sign);
#undef WIRE_SELF
#define WIRE_SELF struct mk_signed
WIRE_TYPE(mk_signed);
#undef WIRE_SELF
#define WIRE_SELF struct mk_check
WIRE_TYPE(mk_check);
#undef WIRE_SELF
#define WIRE_SELF struct mk_checked
WIRE_TYPE(mk_checked);
#undef WIRE_SELF
#define WIRE_SELF struct mk_crash
WIRE_TYPE(mk_crash);
#undef WIRE_SELF
#define WIRE_SELF struct mk_crashes
WIRE_TYPE(mk_crashes);
#undef WIRE_SELF

/* proto_ppk.h */
#define WIRE_SELF struct mk_ppk_key
WIRE_TYPE(mk_ppk_key);
#undef WIRE_SELF
#define WIRE_SELF struct mk_ppk_ask
WIRE_TYPE(mk_ppk_ask);
#undef WIRE_SELF
#define WIRE_SELF struct mk_ppk_keys
WIRE_TYPE(mk_ppk_keys);
#undef WIRE_SELF
#define WIRE_SELF struct mk_ppk_mix
WIRE_TYPE(mk_ppk_mix);
#undef WIRE_SELF
#define WIRE_SELF struct mk_ppk_mixed
WIRE_TYPE(mk_ppk_mixed);
#undef WIRE_SELF

/* proto_resume.h */
#define WIRE_SELF struct mk_make
WIRE_TYPE(mk_make);
#undef WIRE_SELF
#define WIRE_SELF struct mk_made
WIRE_TYPE(mk_made);
#undef WIRE_SELF
#define WIRE_SELF struct mk_resume
WIRE_TYPE(mk_resume);
#undef WIRE_SELF
#define WIRE_SELF struct mk_resumed
WIRE_TYPE(mk_resumed);
#undef WIRE_SELF
#define WIRE_SELF struct mv_want
WIRE_TYPE(mv_want);
#undef WIRE_SELF
#define WIRE_SELF struct mv_proved
WIRE_TYPE(mv_proved);
#undef WIRE_SELF
#define WIRE_SELF struct mv_proof
WIRE_TYPE(mv_proof);
#undef WIRE_SELF
#define WIRE_SELF struct mv_void
WIRE_TYPE(mv_void);
#undef WIRE_SELF
#define WIRE_SELF struct mv_kept
WIRE_TYPE(mv_kept);
#undef WIRE_SELF

/* proto_sign_tmd.h */
#define WIRE_SELF struct mv_order
WIRE_TYPE(mv_order);
#undef WIRE_SELF
#define WIRE_SELF struct mv_order_id
WIRE_TYPE(mv_order_id);
#undef WIRE_SELF
#define WIRE_SELF struct mv_verdict
WIRE_TYPE(mv_verdict);
#undef WIRE_SELF
#define WIRE_SELF struct mv_locked
WIRE_TYPE(mv_locked);
#undef WIRE_SELF
#define WIRE_SELF struct mv_distrust
WIRE_TYPE(mv_distrust);
#undef WIRE_SELF
#define WIRE_SELF struct mv_own_end
WIRE_TYPE(mv_own_end);
#undef WIRE_SELF
#define WIRE_SELF struct mv_creds
WIRE_TYPE(mv_creds);
#undef WIRE_SELF
#define WIRE_SELF struct mv_cred
WIRE_TYPE(mv_cred);
#undef WIRE_SELF

/* proto_ike_tmd.h */
#define WIRE_SELF struct mx_num
WIRE_TYPE(mx_num);
#undef WIRE_SELF
#define WIRE_SELF struct mx_initiate
WIRE_TYPE(mx_initiate);
#undef WIRE_SELF
#define WIRE_SELF struct mx_grant_child
WIRE_TYPE(mx_grant_child);
#undef WIRE_SELF
#define WIRE_SELF struct mx_granted
WIRE_TYPE(mx_granted);
#undef WIRE_SELF
#define WIRE_SELF struct mx_denied
WIRE_TYPE(mx_denied);
#undef WIRE_SELF
#define WIRE_SELF struct mx_session
WIRE_TYPE(mx_session);
#undef WIRE_SELF
#define WIRE_SELF struct mx_child
WIRE_TYPE(mx_child);
#undef WIRE_SELF
#define WIRE_SELF struct mx_step
WIRE_TYPE(mx_step);
#undef WIRE_SELF
#define WIRE_SELF struct mx_carried
WIRE_TYPE(mx_carried);
#undef WIRE_SELF
#define WIRE_SELF struct mx_up
WIRE_TYPE(mx_up);
#undef WIRE_SELF
#define WIRE_SELF struct mx_host
WIRE_TYPE(mx_host);
#undef WIRE_SELF
#define WIRE_SELF struct mx_down
WIRE_TYPE(mx_down);
#undef WIRE_SELF
#define WIRE_SELF struct mx_child_up
WIRE_TYPE(mx_child_up);
#undef WIRE_SELF
#define WIRE_SELF struct mx_child_down
WIRE_TYPE(mx_child_down);
#undef WIRE_SELF
#define WIRE_SELF struct mx_failed
WIRE_TYPE(mx_failed);
#undef WIRE_SELF
#define WIRE_SELF struct mx_offered
WIRE_TYPE(mx_offered);
#undef WIRE_SELF
#define WIRE_SELF struct mx_redirected
WIRE_TYPE(mx_redirected);
#undef WIRE_SELF
#define WIRE_SELF struct mx_req
WIRE_TYPE(mx_req);
#undef WIRE_SELF
#define WIRE_SELF struct mx_stats
WIRE_TYPE(mx_stats);
#undef WIRE_SELF
#define WIRE_SELF struct mx_trace
WIRE_TYPE(mx_trace);
#undef WIRE_SELF
#define WIRE_SELF struct mx_replayed
WIRE_TYPE(mx_replayed);
#undef WIRE_SELF

/* proto_trace.h */
#define WIRE_SELF struct mp_packet
WIRE_TYPE(mp_packet);
#undef WIRE_SELF
#define WIRE_SELF struct mp_keys
WIRE_TYPE(mp_keys);
#undef WIRE_SELF
#define WIRE_SELF struct mp_note
WIRE_TYPE(mp_note);
#undef WIRE_SELF

/* proto_sign_certd.h, proto_small.h */
#define WIRE_SELF struct mc_boot_key
WIRE_TYPE(mc_boot_key);
#undef WIRE_SELF
#define WIRE_SELF struct mk_shown
WIRE_TYPE(mk_shown);
#undef WIRE_SELF
#define WIRE_SELF struct sn_shown
WIRE_TYPE(sn_shown);
#undef WIRE_SELF
#define WIRE_SELF struct sn_ours
WIRE_TYPE(sn_ours);
#undef WIRE_SELF
#define WIRE_SELF struct mc_ours
WIRE_TYPE(mc_ours);
#undef WIRE_SELF
#define WIRE_SELF struct mc_ask
WIRE_TYPE(mc_ask);
#undef WIRE_SELF
#define WIRE_SELF struct mc_claimed
WIRE_TYPE(mc_claimed);
#undef WIRE_SELF
#define WIRE_SELF struct mc_signed
WIRE_TYPE(mc_signed);
#undef WIRE_SELF
#define WIRE_SELF struct mc_result
WIRE_TYPE(mc_result);
#undef WIRE_SELF
#define WIRE_SELF struct mn_sign
WIRE_TYPE(mn_sign);
#undef WIRE_SELF
#define WIRE_SELF struct mn_signed
WIRE_TYPE(mn_signed);
#undef WIRE_SELF
#define WIRE_SELF struct mn_key
WIRE_TYPE(mn_key);
#undef WIRE_SELF
#define WIRE_SELF struct mc_fetch
WIRE_TYPE(mc_fetch);
#undef WIRE_SELF
#define WIRE_SELF struct mc_fetched
WIRE_TYPE(mc_fetched);
#undef WIRE_SELF
#define WIRE_SELF struct mc_unfetched
WIRE_TYPE(mc_unfetched);
#undef WIRE_SELF
#define WIRE_SELF struct mf_look_up
WIRE_TYPE(mf_look_up);
#undef WIRE_SELF
#define WIRE_SELF struct mf_named
WIRE_TYPE(mf_named);
#undef WIRE_SELF
#define WIRE_SELF struct mc_dhcp
WIRE_TYPE(mc_dhcp);
#undef WIRE_SELF
#define WIRE_SELF struct mc_lease
WIRE_TYPE(mc_lease);
#undef WIRE_SELF
#define WIRE_SELF struct mw_stray
WIRE_TYPE(mw_stray);
#undef WIRE_SELF
#define WIRE_SELF struct mw_mapping
WIRE_TYPE(mw_mapping);
#undef WIRE_SELF
#define WIRE_SELF struct mw_stream
WIRE_TYPE(mw_stream);
#undef WIRE_SELF
#define WIRE_SELF struct mw_hold
WIRE_TYPE(mw_hold);
#undef WIRE_SELF

/* proto_ctl.h */
#define WIRE_SELF struct mq_hello
WIRE_TYPE(mq_hello);
#undef WIRE_SELF
#define WIRE_SELF struct mq_welcome
WIRE_TYPE(mq_welcome);
#undef WIRE_SELF
#define WIRE_SELF struct mq_request
WIRE_TYPE(mq_request);
#undef WIRE_SELF
#define WIRE_SELF struct mq_row
WIRE_TYPE(mq_row);
#undef WIRE_SELF
#define WIRE_SELF struct mq_done
WIRE_TYPE(mq_done);
#undef WIRE_SELF
#define WIRE_SELF struct mq_psk
WIRE_TYPE(mq_psk);
#undef WIRE_SELF
#define WIRE_SELF struct mq_unlock
WIRE_TYPE(mq_unlock);
#undef WIRE_SELF
#define WIRE_SELF struct mq_list
WIRE_TYPE(mq_list);
#undef WIRE_SELF
#define WIRE_SELF struct mq_secrets
WIRE_TYPE(mq_secrets);
#undef WIRE_SELF
#define WIRE_SELF struct mq_lasting
WIRE_TYPE(mq_lasting);
#undef WIRE_SELF

/* proto_snap.h */
#define WIRE_SELF struct sn_suite
WIRE_TYPE(sn_suite);
#undef WIRE_SELF
#define WIRE_SELF struct sn_ike
WIRE_TYPE(sn_ike);
#undef WIRE_SELF
#define WIRE_SELF struct sn_tunnel_ike
WIRE_TYPE(sn_tunnel_ike);
#undef WIRE_SELF
#define WIRE_SELF struct sn_child_ike
WIRE_TYPE(sn_child_ike);
#undef WIRE_SELF
#define WIRE_SELF struct sn_auth
WIRE_TYPE(sn_auth);
#undef WIRE_SELF
#define WIRE_SELF struct sn_trust
WIRE_TYPE(sn_trust);
#undef WIRE_SELF
#define WIRE_SELF struct wt_url
WIRE_TYPE(wt_url);
#undef WIRE_SELF
#define WIRE_SELF struct sn_authority
WIRE_TYPE(sn_authority);
#undef WIRE_SELF
#define WIRE_SELF struct sn_file
WIRE_TYPE(sn_file);
#undef WIRE_SELF
#define WIRE_SELF struct sn_fetch
WIRE_TYPE(sn_fetch);
#undef WIRE_SELF
#define WIRE_SELF struct sn_certs
WIRE_TYPE(sn_certs);
#undef WIRE_SELF
#define WIRE_SELF struct sn_rule
WIRE_TYPE(sn_rule);
#undef WIRE_SELF
#define WIRE_SELF struct sn_setting
WIRE_TYPE(sn_setting);
#undef WIRE_SELF
#define WIRE_SELF struct sn_token
WIRE_TYPE(sn_token);
#undef WIRE_SELF
#define WIRE_SELF struct sn_object
WIRE_TYPE(sn_object);
#undef WIRE_SELF
#define WIRE_SELF struct sn_token_key
WIRE_TYPE(sn_token_key);
#undef WIRE_SELF
#define WIRE_SELF struct sn_psk
WIRE_TYPE(sn_psk);
#undef WIRE_SELF
#define WIRE_SELF struct sn_group
WIRE_TYPE(sn_group);
#undef WIRE_SELF
#define WIRE_SELF struct sn_ppk
WIRE_TYPE(sn_ppk);
#undef WIRE_SELF
#define WIRE_SELF struct sn_secret
WIRE_TYPE(sn_secret);
#undef WIRE_SELF
#define WIRE_SELF struct sn_round
WIRE_TYPE(sn_round);
#undef WIRE_SELF
#define WIRE_SELF struct sn_tunnel
WIRE_TYPE(sn_tunnel);
#undef WIRE_SELF
#define WIRE_SELF struct sn_child
WIRE_TYPE(sn_child);
#undef WIRE_SELF

/* proto_manual.h */
#define WIRE_SELF struct wt_manual
WIRE_TYPE(wt_manual);
#undef WIRE_SELF
#define WIRE_SELF struct sn_manual
WIRE_TYPE(sn_manual);
#undef WIRE_SELF
#define WIRE_SELF struct sn_kept_head
WIRE_TYPE(sn_kept_head);
#undef WIRE_SELF
#define WIRE_SELF struct sn_kept_rows
WIRE_TYPE(sn_kept_rows);
#undef WIRE_SELF
#define WIRE_SELF struct sn_kept
WIRE_TYPE(sn_kept);
#undef WIRE_SELF
#define WIRE_SELF struct mi_keys
WIRE_TYPE(mi_keys);
#undef WIRE_SELF
#define WIRE_SELF struct mv_keys_want
WIRE_TYPE(mv_keys_want);
#undef WIRE_SELF
#define WIRE_SELF struct wt_keys
WIRE_TYPE(wt_keys);
#undef WIRE_SELF
#define WIRE_SELF struct mv_keys_are
WIRE_TYPE(mv_keys_are);
#undef WIRE_SELF
#define WIRE_SELF struct mv_keys_use
WIRE_TYPE(mv_keys_use);
#undef WIRE_SELF
#define WIRE_SELF struct mv_keys_used
WIRE_TYPE(mv_keys_used);
#undef WIRE_SELF

/* Tables. */

static const struct msg_row rows_start[] = { PROTO_START(MSG_ROW) };
const struct msg_table proto_start = {
	"starter-parent", ROLE_STARTER, ROLE_PARENT,
	sizeof(rows_start) / sizeof(rows_start[0]), rows_start
};

static const struct msg_row rows_parent_certd[] = { LIFE_ROWS(MSG_ROW) };
const struct msg_table proto_parent_certd = {
	"parent-certd", ROLE_PARENT, ROLE_CERTD,
	sizeof(rows_parent_certd) / sizeof(rows_parent_certd[0]),
	rows_parent_certd
};

static const struct msg_row rows_parent_sign[] = {
	LIFE_ROWS(MSG_ROW) ROWS_PARENT_SIGN(MSG_ROW)
};
const struct msg_table proto_parent_sign = {
	"parent-sign", ROLE_PARENT, ROLE_SIGN,
	sizeof(rows_parent_sign) / sizeof(rows_parent_sign[0]), rows_parent_sign
};

static const struct msg_row rows_parent_fetch[] = { LIFE_ROWS(MSG_ROW) };
const struct msg_table proto_parent_fetch = {
	"parent-fetch", ROLE_PARENT, ROLE_FETCH,
	sizeof(rows_parent_fetch) / sizeof(rows_parent_fetch[0]),
	rows_parent_fetch
};

static const struct msg_row rows_parent_dhcp[] = { LIFE_ROWS(MSG_ROW) };
const struct msg_table proto_parent_dhcp = {
	"parent-dhcp", ROLE_PARENT, ROLE_DHCP,
	sizeof(rows_parent_dhcp) / sizeof(rows_parent_dhcp[0]), rows_parent_dhcp
};

static const struct msg_row rows_parent_token[] = { LIFE_ROWS(MSG_ROW) };
const struct msg_table proto_parent_token = {
	"parent-token", ROLE_PARENT, ROLE_TOKEN,
	sizeof(rows_parent_token) / sizeof(rows_parent_token[0]),
	rows_parent_token
};

static const struct msg_row rows_parent_metrics[] = { LIFE_ROWS(MSG_ROW) };
const struct msg_table proto_parent_metrics = {
	"parent-metrics", ROLE_PARENT, ROLE_METRICS,
	sizeof(rows_parent_metrics) / sizeof(rows_parent_metrics[0]),
	rows_parent_metrics
};

static const struct msg_row rows_parent_ike[] = {
	LIFE_ROWS(MSG_ROW) ROWS_PARENT_IKE(MSG_ROW)
};
const struct msg_table proto_parent_ike = {
	"parent-ike", ROLE_PARENT, ROLE_IKE,
	sizeof(rows_parent_ike) / sizeof(rows_parent_ike[0]), rows_parent_ike
};

static const struct msg_row rows_parent_esp[] = {
	LIFE_ROWS(MSG_ROW) ROWS_PARENT_ESP(MSG_ROW)
};
const struct msg_table proto_parent_esp = {
	"parent-esp", ROLE_PARENT, ROLE_ESP,
	sizeof(rows_parent_esp) / sizeof(rows_parent_esp[0]), rows_parent_esp
};

static const struct msg_row rows_parent_tmd[] = {
	LIFE_ROWS(MSG_ROW) ROWS_PARENT_TMD(MSG_ROW)
};
const struct msg_table proto_parent_tmd = {
	"parent-tmd", ROLE_PARENT, ROLE_TMD,
	sizeof(rows_parent_tmd) / sizeof(rows_parent_tmd[0]), rows_parent_tmd
};

static const struct msg_row rows_parent_policy[] = {
	LIFE_ROWS(MSG_ROW) ROWS_PARENT_POLICY(MSG_ROW)
};
const struct msg_table proto_parent_policy = {
	"parent-policy", ROLE_PARENT, ROLE_POLICY,
	sizeof(rows_parent_policy) / sizeof(rows_parent_policy[0]),
	rows_parent_policy
};

static const struct msg_row rows_ike_sign[] = { PROTO_IKE_SIGN(MSG_ROW)
    PROTO_IKE_SIGN_MORE(MSG_ROW) PROTO_IKE_SIGN_RESUME(MSG_ROW) };
const struct msg_table proto_ike_sign = {
	"ike-sign", ROLE_IKE, ROLE_SIGN,
	sizeof(rows_ike_sign) / sizeof(rows_ike_sign[0]), rows_ike_sign
};

static const struct msg_row rows_ike_certd[] = { PROTO_IKE_SIGN(MSG_ROW)
    PROTO_IKE_CERTD_MORE(MSG_ROW) };
const struct msg_table proto_ike_certd = {
	"ike-certd", ROLE_IKE, ROLE_CERTD,
	sizeof(rows_ike_certd) / sizeof(rows_ike_certd[0]), rows_ike_certd
};

static const struct msg_row rows_sign_tmd[] = { PROTO_SIGN_TMD(MSG_ROW)
    PROTO_SIGN_TMD_RESUME(MSG_ROW) PROTO_SIGN_TMD_MANUAL(MSG_ROW) };
const struct msg_table proto_sign_tmd = {
	"sign-tmd", ROLE_SIGN, ROLE_TMD,
	sizeof(rows_sign_tmd) / sizeof(rows_sign_tmd[0]), rows_sign_tmd
};

static const struct msg_row rows_certd_tmd[] = { PROTO_SIGN_TMD(MSG_ROW)
    PROTO_CERTD_TMD_MORE(MSG_ROW) };
const struct msg_table proto_certd_tmd = {
	"certd-tmd", ROLE_CERTD, ROLE_TMD,
	sizeof(rows_certd_tmd) / sizeof(rows_certd_tmd[0]), rows_certd_tmd
};

static const struct msg_row rows_ike_tmd[] = { PROTO_IKE_TMD(MSG_ROW) };
const struct msg_table proto_ike_tmd = {
	"ike-tmd", ROLE_IKE, ROLE_TMD,
	sizeof(rows_ike_tmd) / sizeof(rows_ike_tmd[0]), rows_ike_tmd
};

static const struct msg_row rows_sign_certd[] = { PROTO_SIGN_CERTD(MSG_ROW) };
const struct msg_table proto_sign_certd = {
	"sign-certd", ROLE_SIGN, ROLE_CERTD,
	sizeof(rows_sign_certd) / sizeof(rows_sign_certd[0]), rows_sign_certd
};

static const struct msg_row rows_sign_token[] = { PROTO_SIGN_TOKEN(MSG_ROW) };
const struct msg_table proto_sign_token = {
	"sign-token", ROLE_SIGN, ROLE_TOKEN,
	sizeof(rows_sign_token) / sizeof(rows_sign_token[0]), rows_sign_token
};

static const struct msg_row rows_certd_fetch[] = { PROTO_CERTD_FETCH(MSG_ROW) };
const struct msg_table proto_certd_fetch = {
	"certd-fetch", ROLE_CERTD, ROLE_FETCH,
	sizeof(rows_certd_fetch) / sizeof(rows_certd_fetch[0]), rows_certd_fetch
};

static const struct msg_row rows_tmd_fetch[] = { PROTO_TMD_FETCH(MSG_ROW) };
const struct msg_table proto_tmd_fetch = {
	"tmd-fetch", ROLE_TMD, ROLE_FETCH,
	sizeof(rows_tmd_fetch) / sizeof(rows_tmd_fetch[0]), rows_tmd_fetch
};

static const struct msg_row rows_ike_dhcp[] = { PROTO_IKE_DHCP(MSG_ROW) };
const struct msg_table proto_ike_dhcp = {
	"ike-dhcprelay", ROLE_IKE, ROLE_DHCP,
	sizeof(rows_ike_dhcp) / sizeof(rows_ike_dhcp[0]), rows_ike_dhcp
};

static const struct msg_row rows_tmd_dhcp[] = { PROTO_TMD_DHCP(MSG_ROW) };
const struct msg_table proto_tmd_dhcp = {
	"tmd-dhcprelay", ROLE_TMD, ROLE_DHCP,
	sizeof(rows_tmd_dhcp) / sizeof(rows_tmd_dhcp[0]), rows_tmd_dhcp
};

static const struct msg_row rows_ike_esp[] = { PROTO_IKE_ESP(MSG_ROW) };
const struct msg_table proto_ike_esp = {
	"ike-esp", ROLE_IKE, ROLE_ESP,
	sizeof(rows_ike_esp) / sizeof(rows_ike_esp[0]), rows_ike_esp
};

static const struct msg_row rows_ctl[] = { PROTO_CTL(MSG_ROW) };
const struct msg_table proto_ctl = {
	"ikectl-tmd", ROLE_CTL, ROLE_TMD,
	sizeof(rows_ctl) / sizeof(rows_ctl[0]), rows_ctl
};

static const struct msg_row rows_secrets[] = { PROTO_SECRETS(MSG_ROW) };
const struct msg_table proto_secrets = {
	"ikectl-sign", ROLE_CTL, ROLE_SIGN,
	sizeof(rows_secrets) / sizeof(rows_secrets[0]), rows_secrets
};

static const struct msg_row rows_start_sign[] = { PROTO_START_SIGN(MSG_ROW)
    PROTO_START_SIGN_MORE(MSG_ROW) };
const struct msg_table proto_start_sign = {
	"starter-sign", ROLE_STARTER, ROLE_SIGN,
	sizeof(rows_start_sign) / sizeof(rows_start_sign[0]), rows_start_sign
};

static const struct msg_row rows_start_own[] = { PROTO_START_SIGN(MSG_ROW) };
const struct msg_table proto_start_fetch = {
	"starter-fetch", ROLE_STARTER, ROLE_FETCH,
	sizeof(rows_start_own) / sizeof(rows_start_own[0]), rows_start_own
};

const struct msg_table proto_start_token = {
	"starter-token", ROLE_STARTER, ROLE_TOKEN,
	sizeof(rows_start_own) / sizeof(rows_start_own[0]), rows_start_own
};

static const struct msg_row rows_trace[] = { PROTO_TRACE(MSG_ROW) };
const struct msg_table proto_trace = {
	"ike-ikectl", ROLE_IKE, ROLE_CTL,
	sizeof(rows_trace) / sizeof(rows_trace[0]), rows_trace
};

static const struct msg_table *const tables[] = {
	&proto_start, &proto_parent_certd, &proto_parent_sign,
	&proto_parent_fetch, &proto_parent_dhcp, &proto_parent_ike,
	&proto_parent_esp, &proto_parent_tmd, &proto_parent_policy,
	&proto_ike_sign, &proto_ike_certd, &proto_sign_tmd, &proto_certd_tmd,
	&proto_ike_tmd, &proto_sign_certd, &proto_certd_fetch,
	&proto_tmd_fetch, &proto_ike_dhcp, &proto_tmd_dhcp, &proto_ike_esp,
	&proto_ctl, &proto_secrets, &proto_start_sign, &proto_start_fetch,
	&proto_start_token, &proto_parent_token, &proto_sign_token,
	&proto_trace, &proto_parent_metrics
};

const struct msg_table *
proto_at(unsigned int i)
{
	if (i >= sizeof(tables) / sizeof(tables[0]))
		return (NULL);
	return (tables[i]);
}
