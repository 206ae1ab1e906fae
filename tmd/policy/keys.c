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
 * THE table of keys, in the order of the reference.  Rows without an index
 * are known but not built in this version.
 */

#include <stddef.h>

#include "alg.h"
#include "keys_tables.h"
#include "set_manual.h"
#include "setters.h"

static const struct key ports_rows[] = {
	[PORTS_IKE] = { "ike", KEY_NUMBER, "500", OFF(ports, ike), 1, 65535 },
	[PORTS_NATT] = { "nat-t", KEY_NUMBER, "4500", OFF(ports, natt), 1,
	    65535 },
	[PORTS_TCP] = { "tcp", KEY_NUMBER, "no", OFF(ports, tcp), 1, 65535,
	    "no" },
};
const struct keymap keys_ports = MAP("ports", ports_rows, PORTS_KEYS, ports);

static const struct key control_rows[] = {
	[CTL_PATH] = { "path", KEY_FN, NULL, OFF(control, path), 1, 64,
	    .set = set_run_name, .print = print_text_if },
	[CTL_GROUP] = { "group", KEY_FN, NULL, OFF(control, group), 1, 32,
	    .set = set_group, .print = print_text_if },
	[CTL_RO_PATH] = { "read-only-path", KEY_FN, NULL,
	    OFF(control, ro_path), 1, 64, .set = set_run_name,
	    .print = print_text_if },
};
const struct keymap keys_control = MAP("control", control_rows, CTL_KEYS,
    control);

static const struct word log_levels_w[] = {
	{ "error", LOG_L_ERROR, NULL }, { "warning", LOG_L_WARNING, NULL },
	{ "notice", LOG_L_NOTICE, NULL }, { "info", LOG_L_INFO, NULL },
	{ "debug", LOG_L_DEBUG, NULL }, { NULL, 0, NULL }
};
static const struct word log_to_w[] = {
	{ "syslog", 0, NULL }, { "journal", 1, NULL }, { "stderr", 2, NULL },
	{ NULL, 0, NULL }
};
static const struct key log_rows[] = {
	[LOG_LEVEL] = { "level", KEY_WORD, "info", OFF(logging, level),
	    .words = log_levels_w },
	[LOG_TO] = { "to", KEY_WORD, "syslog", OFF(logging, to),
	    .words = log_to_w },
	[LOG_SUBSYSTEMS] = { "subsystems", KEY_FN, NULL, OFF(logging, subs),
	    .set = set_subsystems, .print = print_subsystems },
};
const struct keymap keys_log = MAP("log", log_rows, LOG_KEYS, logging);

static const struct key retransmit_rows[] = {
	{ "first", KEY_TIME, "1s", OFF(retransmit, first), 1, 60 },
	{ "factor", KEY_FACTOR, "1.8", OFF(retransmit, factor), 100, 1000 },
	{ "tries", KEY_NUMBER, "7", OFF(retransmit, tries), 1, 100 },
};
const struct keymap keys_retransmit = MAP("retransmit", retransmit_rows, 3,
    retransmit);

static const struct key retry_rows[] = {
	[RETRY_FIRST] = { "first", KEY_TIME, "5s", OFF(retry, first), 1,
	    86400 },
	[RETRY_MOST] = { "most", KEY_TIME, "5m", OFF(retry, most), 1,
	    604800 },
};
const struct keymap keys_retry = MAP("retry", retry_rows, RETRY_KEYS, retry);

static const struct key flood_rows[] = {
	{ "cookies-at", KEY_NUMBER, "500", OFF(flood, cookies_at), 0, MAX32 },
	{ "per-source", KEY_NUMBER, "10", OFF(flood, per_source), 1, MAX32 },
	{ "half-open", KEY_NUMBER, "20000", OFF(flood, half_open), 1,
	    MAX32 },
	{ "hold", KEY_TIME, "10s", OFF(flood, hold), 1, 3600 },
};
const struct keymap keys_flood = MAP("flood", flood_rows, 4, flood);

static const struct word send_w[] = {
	{ "if-asked", SEND_CERTS_ASKED, NULL },
	{ "always", SEND_CERTS_ALWAYS, NULL },
	{ "never", SEND_CERTS_NEVER, NULL }, { NULL, 0, NULL }
};
static const struct key certificates_rows[] = {
	[CERTS_WARN] = { "warn", KEY_TIME, "30d", OFF(certificates, warn), 0,
	    10 * 365 * 86400 },
	[CERTS_SEND] = { "send", KEY_WORD, "if-asked",
	    OFF(certificates, send), .words = send_w },
	[CERTS_URL] = { "hash-and-url", KEY_FN, NULL,
	    OFF(certificates, url), .max = HASH_URL_BASE,
	    .set = set_hash_url, .print = print_text_if },
};
const struct keymap keys_certificates = MAP("certificates", certificates_rows,
    CERTS_KEYS, certificates);

static const struct key token_rows[] = {
	[TOKEN_MODULE] = { "module", KEY_FN, NULL, OFF(token, module),
	    .set = set_token_module, .print = print_text_if },
	[TOKEN_LABEL] = { "token", KEY_FN, NULL, OFF(token, label),
	    .set = set_token_label, .print = print_text_if },
	[TOKEN_PIN] = { "pin", KEY_FN, NULL, OFF(token, pin),
	    .set = set_secret_file, .print = print_text_if },
	[TOKEN_PATHS_KEY] = { "paths", KEY_FN, NULL, OFF(token, paths),
	    .set = set_token_paths, .print = print_words },
};
const struct keymap keys_token = MAP("pkcs11", token_rows, TOKEN_KEYS, token);

static const struct key ldap_rows[] = {
	[LDAP_SERVERS] = { "servers", KEY_FN, NULL, OFF(ldap, servers),
	    .max = FETCH_SERVERS, .set = set_ldap_servers,
	    .print = print_words },
	[LDAP_BASE] = { "base", KEY_FN, NULL, OFF(ldap, base), .max = 255,
	    .set = set_ldap_dn, .print = print_text_if },
	[LDAP_BIND_DN] = { "bind-dn", KEY_FN, NULL, OFF(ldap, bind_dn),
	    .max = 255, .set = set_ldap_dn, .print = print_text_if },
	[LDAP_PASSWORD] = { "password", KEY_FN, NULL, OFF(ldap, password),
	    .set = set_secret_file, .print = print_text_if },
	[LDAP_PROXY] = { "proxy", KEY_BOOL, "no", OFF(ldap, proxy) },
	NOT_WHY("start-tls", "no", "libcurl, which speaks LDAP here, goes on "
	    "in clear after it: give an ldaps:// server"),
};
const struct keymap keys_ldap = MAP("ldap", ldap_rows, LDAP_KEYS, ldap);

/* max-size: certd takes no larger CRL. */
static const struct key fetch_rows[] = {
	[FETCH_SOCKS] = { "socks", KEY_FN, NULL, OFF(fetching, socks),
	    .max = 255, .set = set_fetch_proxy, .print = print_text_if },
	[FETCH_HTTP_PROXY] = { "http-proxy", KEY_FN, NULL,
	    OFF(fetching, http_proxy), .max = 255, .set = set_fetch_proxy,
	    .print = print_text_if },
	[FETCH_LDAP] = { "ldap", KEY_MAP, OFF(fetching, ldap),
	    .sub = &keys_ldap },
	[FETCH_TIMEOUT] = { "timeout", KEY_TIME, "10s",
	    OFF(fetching, timeout), 1, 120 },
	[FETCH_MAX_SIZE] = { "max-size", KEY_SIZE, "20MB",
	    OFF(fetching, max_size), 1024, 64 << 20 },
	[FETCH_REFRESH] = { "refresh", KEY_PERCENT, "80%",
	    OFF(fetching, refresh), 1, 100 },
	[FETCH_ALLOW] = { "allow", KEY_FN, NULL, OFF(fetching, allow),
	    .max = FETCH_NETS, .set = set_fetch_nets, .print = print_words },
	[FETCH_EXCLUDE] = { "exclude", KEY_FN, NULL, OFF(fetching, exclude),
	    .max = FETCH_NETS, .set = set_fetch_nets, .print = print_words },
};
const struct keymap keys_fetch = MAP("fetch", fetch_rows, FETCH_KEYS,
    fetching);

static const struct word dataplane_w[] = {
	{ "auto", 0, NULL }, { "userspace", 1, NULL },
	{ "kernel", 2, NULL },
	{ NULL, 0, NULL }
};

#define NO_LEASES	"peers get no addresses from here: write those they " \
			"have as remote of a child, or any-host"
static const struct key top_rows[] = {
	[TOP_INCLUDE] = { "include", KEY_FN, .set = set_later },
	[TOP_LISTEN] = { "listen", KEY_FN, .set = set_listen,
	    .print = print_listen },
	[TOP_PORTS] = { "ports", KEY_MAP, OFF(policy, ports),
	    .sub = &keys_ports },
	[TOP_DATAPLANE] = { "dataplane", KEY_WORD, "auto",
	    OFF(policy, dataplane), .words = dataplane_w },
	[TOP_WORKERS] = { "workers", KEY_NUMBER, "auto",
	    OFF(policy, workers), 1, 64, "auto" },
	[TOP_CONTROL] = { "control", KEY_MAP, OFF(policy, control),
	    .sub = &keys_control },
	[TOP_LOG] = { "log", KEY_MAP, OFF(policy, log), .sub = &keys_log },
	[TOP_RETRANSMIT] = { "retransmit", KEY_MAP, OFF(policy, retransmit),
	    .sub = &keys_retransmit },
	[TOP_RETRY] = { "retry", KEY_MAP, OFF(policy, retry),
	    .sub = &keys_retry },
	[TOP_FLOOD] = { "flood", KEY_MAP, OFF(policy, flood),
	    .sub = &keys_flood },
	[TOP_NAT_KEEPALIVE] = { "nat-keepalive", KEY_TIME, "20s",
	    OFF(policy, nat_keepalive), 1, 3600, "no" },
	[TOP_FRAGMENT_SIZE] = { "fragment-size", KEY_NUMBER, "1280",
	    OFF(policy, fragment_size), 576, 65535, "no" },
	[TOP_CERTIFICATES] = { "certificates", KEY_MAP, OFF(policy, certs),
	    .sub = &keys_certificates },
	[TOP_FETCH] = { "fetch", KEY_MAP, OFF(policy, fetch),
	    .sub = &keys_fetch },
	[TOP_PKCS11] = { "pkcs11", KEY_FN, OFF(policy, token),
	    .set = set_token, .print = print_token },
	[TOP_METRICS] = { "metrics", KEY_FN, .set = set_metrics,
	    .print = print_metrics },
	[TOP_DEFAULTS] = { "defaults", KEY_FN, .set = set_later },
	[TOP_POLICIES] = { "policies", KEY_FN, .set = set_later },
	[TOP_PSKS] = { "psks", KEY_FN, .set = set_later },
	[TOP_PPKS] = { "ppks", KEY_FN, .set = set_later },
	[TOP_AUTHORITIES] = { "authorities", KEY_FN, .set = set_later },
	[TOP_GROUPS] = { "groups", KEY_FN, .set = set_later },
	[TOP_TUNNELS] = { "tunnels", KEY_FN, .set = set_later },
	[TOP_FILTERS] = { "filters", KEY_FN, .set = set_filters },
	NOT_WHY("remote-access", NULL, NO_LEASES),
	NOT_WHY("radius", NULL, "peers are authenticated by psk, certificate "
	    "or public key"),
	NOT_WHY("dhcp", NULL, NO_LEASES),
};
const struct keymap keys_top = MAP("the top of the file", top_rows, TOP_KEYS,
    policy);

/* Sections of named maps: set_top.c and set_policy.c read them. */
static const struct key defaults_rows[] = {
	{ .name = "tunnel", .type = KEY_FN }, { .name = "child",
	    .type = KEY_FN },
};
const struct keymap keys_defaults = { "defaults", defaults_rows, 2, 0, 0 };
static const struct key policies_rows[] = {
	{ .name = "ike", .type = KEY_FN }, { .name = "child",
	    .type = KEY_FN },
};
const struct keymap keys_policies = { "policies", policies_rows, 2, 0, 0 };

#define LIFE_MIN	120
#define LIFE_MAX	214783647	/* the reference's, AIX's */
#define POLICY_ROWS(life, over)						\
	[SP_PROPOSALS] = { "proposals", KEY_FN, NULL,			\
	    OFF(sa_policy, proposals), .set = set_proposals,		\
	    .print = print_words },					\
	[SP_ALLOW_WEAK] = { "allow-weak", KEY_FN, NULL,			\
	    OFF(sa_policy, weak), .set = set_allow_weak,		\
	    .print = print_words, .words = weak_words },		\
	[SP_LIFETIME] = { "lifetime", KEY_TIME, life,			\
	    OFF(sa_policy, lifetime), LIFE_MIN, LIFE_MAX },		\
	[SP_OVERLAP] = { "overlap", KEY_PERCENT, over,			\
	    OFF(sa_policy, overlap), 1, 90 },				\
	[SP_TUNNEL_LIFETIME] = { "tunnel-lifetime", KEY_TIME, "30d",	\
	    OFF(sa_policy, tunnel_lifetime), LIFE_MIN, LIFE_MAX }

/* Less is used up before it can be renewed. */
#define SIZE_LEAST	65536
#define SIZE_LAST	(1ULL << 60)
static const struct word tunnel_end_w[] = {
	{ "renew", 0, NULL }, { "remove", 1, NULL }, { NULL, 0, NULL }
};
static const struct word key_renewal_w[] = {
	{ "rekey", 0, NULL }, { "reauth", 1, NULL }, { NULL, 0, NULL }
};
static const struct word reauth_w[] = {
	{ "make-before-break", 0, NULL }, { "break-before-make", 1, NULL },
	{ NULL, 0, NULL }
};
static const struct word ppk_w[] = {
	{ "no", PPK_NO, NULL }, { "offer", PPK_OFFER, NULL },
	{ "require", PPK_REQUIRE, NULL }, { NULL, 0, NULL }
};
static const struct key ike_policy_rows[] = {
	POLICY_ROWS("4h", "5%"),
	[SP_TUNNEL_END] = { "tunnel-end", KEY_WORD, "renew",
	    OFF(sa_policy, tunnel_end), .words = tunnel_end_w },
	[SP_KEY_RENEWAL] = { "key-renewal", KEY_WORD, "rekey",
	    OFF(sa_policy, key_renewal), .words = key_renewal_w },
	[SP_ACCEPT] = { "accept", KEY_FN, NULL, OFF(sa_policy, accept),
	    .set = set_accept, .print = print_words,
	    .words = accept_words },
	[SP_REAUTH] = { "reauth", KEY_WORD, "make-before-break",
	    OFF(sa_policy, reauth), .words = reauth_w },
	[SP_IKE_LIFESIZE] = { "lifesize", KEY_SIZE, "0",
	    OFF(sa_policy, lifesize), SIZE_LEAST, SIZE_LAST, "0" },
	[SP_TUNNEL_LIFESIZE] = { "tunnel-lifesize", KEY_SIZE, "0",
	    OFF(sa_policy, tunnel_lifesize), SIZE_LEAST, SIZE_LAST, "0" },
	[SP_PPK] = { "ppk", KEY_WORD, "no", OFF(sa_policy, ppk),
	    .words = ppk_w },
};
const struct keymap keys_ike_policy = MAP("an ike policy", ike_policy_rows,
    SP_IKE_KEYS, sa_policy);

static const struct word pfs_w[] = {
	{ "prefer", PFS_PREFER, NULL }, { "yes", PFS_YES, NULL },
	{ "no", PFS_NO, NULL }, { "true", PFS_YES, NULL },
	{ "false", PFS_NO, NULL }, { NULL, 0, NULL }
};
static const struct key child_policy_rows[] = {
	POLICY_ROWS("1h", "15%"),
	[SP_LIFESIZE] = { "lifesize", KEY_SIZE, "0",
	    OFF(sa_policy, lifesize) },
	[SP_PACKETS] = { "packets", KEY_NUMBER, "0", OFF(sa_policy, packets) },
	[SP_PFS] = { "pfs", KEY_WORD, "prefer", OFF(sa_policy, pfs),
	    .words = pfs_w },
	[SP_ESN] = { "esn", KEY_BOOL, "yes", OFF(sa_policy, esn) },
	[SP_REPLAY_WINDOW] = { "replay-window", KEY_NUMBER, "1024",
	    OFF(sa_policy, replay_window), 32, 4096, "0" },
	[SP_CHILD_TUNNEL_LIFESIZE] = { "tunnel-lifesize", KEY_SIZE, "0",
	    OFF(sa_policy, tunnel_lifesize), SIZE_LEAST, SIZE_LAST, "0" },
};
const struct keymap keys_child_policy = MAP("a child policy",
    child_policy_rows, SP_CHILD_KEYS, sa_policy);

static const struct key endpoint_rows[] = {
	[E_ADDRESS] = { "address", KEY_FN, .set = set_address,
	    .print = print_address },
	[E_PORT] = { "port", KEY_NUMBER, "500", OFF(endpoint, port), 1,
	    65535 },
	[E_ID] = { "id", KEY_FN, .set = set_id, .print = print_id },
	[E_AUTH] = { "auth", KEY_FN, OFF(endpoint, auth),
	    .set = set_auth, .print = print_auth },
};
const struct keymap keys_endpoint = MAP("local and remote of a tunnel",
    endpoint_rows, E_KEYS, endpoint);

static const struct word revocation_w[] = {
	{ "off", REVOKE_OFF, NULL }, { "soft", REVOKE_SOFT, NULL },
	{ "strict", REVOKE_STRICT, NULL }, { NULL, 0, NULL }
};
#define NO_EAP		"it is for EAP: use psk or cert"
static const struct key auth_rows[] = {
	[A_PSK] = { "psk", KEY_FN, .set = set_auth_psk, .print = print_psk },
	[A_CERT] = { "cert", KEY_FN, OFF(auth, cert),
	    .set = set_auth_file, .print = print_text },
	[A_KEY] = { "key", KEY_FN, OFF(auth, key),
	    .set = set_auth_key, .print = print_text },
	[A_PUBKEY] = { "pubkey", KEY_FN, OFF(auth, pubkey),
	    .set = set_auth_file, .print = print_text },
	[A_CA] = { "ca", KEY_FN, OFF(auth, ca), .set = set_auth_ca,
	    .print = print_words },
	[A_REVOCATION] = { "revocation", KEY_WORD, "soft",
	    OFF(auth, revocation), .words = revocation_w },
	[A_SIGNATURES] = { "signatures", KEY_FN, OFF(auth, signatures),
	    .set = set_signatures, .print = print_words,
	    .words = sign_words },
	[A_CERT_ID] = { "cert-id", KEY_FN, .set = set_auth_cert_id,
	    .print = print_cert_id },
	[A_EKU] = { "eku", KEY_FN, OFF(auth, eku),
	    .set = set_auth_oids, .print = print_words },
	[A_CERT_POLICY] = { "cert-policy", KEY_FN,
	    OFF(auth, cert_policy), .set = set_auth_oids,
	    .print = print_words },
	[A_ID] = { "id", KEY_FN, .set = set_auth_id,
	    .print = print_auth_id },
	NOT_WHY("eap", NULL, "use psk or cert"),
	NOT_WHY("identity", NULL, NO_EAP), NOT_WHY("password", NULL, NO_EAP),
	NOT_WHY("users", NULL, NO_EAP), NOT_WHY("radius", NULL, NO_EAP),
	NOT_WHY("xauth", "no", "it is for version 1"),
};
const struct keymap keys_auth = MAP("auth", auth_rows, A_KEYS, auth);

static const struct key authority_rows[] = {
	[AUTHORITY_FILE] = { "file", KEY_FN, NULL, OFF(authority, file),
	    .set = set_auth_file, .print = print_text },
	[AUTHORITY_CRL] = { "crl", KEY_FN, NULL, OFF(authority, crl),
	    .set = set_authority_urls, .print = print_words },
	[AUTHORITY_OCSP] = { "ocsp", KEY_FN, NULL, OFF(authority, ocsp),
	    .set = set_authority_urls, .print = print_words },
	[AUTHORITY_SIGNER] = { "ocsp-signer", KEY_FN, NULL,
	    OFF(authority, signer), .set = set_auth_file,
	    .print = print_text },
	[AUTHORITY_REVOCATION] = { "revocation", KEY_WORD, NULL,
	    OFF(authority, revocation), .words = revocation_w },
};
const struct keymap keys_authority = MAP("an authority", authority_rows,
    AUTHORITY_KEYS, authority);

static const struct word dpd_action_w[] = {
	{ "auto", DPD_AUTO, NULL }, { "restart", DPD_RESTART, NULL },
	{ "trap", DPD_TRAP, NULL }, { "clear", DPD_CLEAR, NULL },
	{ NULL, 0, NULL }
};
static const struct key dpd_rows[] = {
	[DPD_INTERVAL] = { "interval", KEY_TIME, "30s", OFF(dpd, interval),
	    0, 65535 },
	[DPD_ACTION] = { "action", KEY_WORD, "auto", OFF(dpd, action),
	    .words = dpd_action_w },
	NOT_WHY("timeout", NULL, "it is for version 1; version 2 goes by "
	    "retransmit"),
};
const struct keymap keys_dpd = MAP("dpd", dpd_rows, DPD_KEYS, dpd);

static const struct word version_w[] = {
	{ "2", 2, NULL }, { "1", 1, "IKEv2 alone is spoken: say version: 2, at "
	    "the peer too" }, { NULL, 0, NULL }
};
static const struct word keying_w[] = {
	{ "ike", 0, NULL }, { "manual", 1, NULL }, { NULL, 0, NULL }
};
static const struct word role_w[] = {
	{ "initiator", TR_INITIATOR, NULL }, { "responder", TR_RESPONDER,
	    NULL }, { "both", TR_BOTH, NULL }, { NULL, 0, NULL }
};
static const struct word start_w[] = {
	{ "auto", TS_START_AUTO, NULL }, { "trap", TS_START_TRAP, NULL },
	{ "answer", TS_START_ANSWER, NULL },
	{ "manual", TS_START_MANUAL, NULL }, { NULL, 0, NULL }
};
static const struct word tcp_w[] = {
	{ "no", TCP_NO, NULL }, { "fallback", TCP_FALLBACK, NULL },
	{ "always", TCP_ALWAYS, NULL }, { NULL, 0, NULL }
};
static const struct word encap_w[] = {
	{ "auto", ENCAP_AUTO, NULL }, { "force", ENCAP_FORCE, NULL },
	{ NULL, 0, NULL }
};
static const struct word unique_w[] = {
	{ "keep", UNIQUE_KEEP, NULL }, { "never", UNIQUE_NEVER, NULL },
	{ "no", UNIQUE_NO, NULL }, { "replace", UNIQUE_REPLACE, NULL },
	{ NULL, 0, NULL }
};

#define NO_REQUEST	"no addresses are asked for: write ours as local of " \
			"a child"
#define LANE_ROWS(x, t)							\
	[x##_INTERFACE] = { "interface", KEY_FN, NULL, OFF(t, lane),	\
	    .set = set_interface, .print = print_interface },		\
	[x##_VRF] = { "vrf", KEY_FN, NULL, OFF(t, lane),		\
	    .set = set_vrf, .print = print_vrf },			\
	[x##_MARK] = { "mark", KEY_FN, NULL, OFF(t, lane),		\
	    .set = set_mark, .print = print_mark },			\
	[x##_IF_ID] = { "if-id", KEY_FN, NULL, OFF(t, lane),		\
	    .set = set_if_id, .print = print_if_id }

static const struct key tunnel_rows[] = {
	[T_VERSION] = { "version", KEY_WORD, "2", OFF(tunnel, version),
	    .words = version_w },
	[T_KEYING] = { "keying", KEY_WORD, "ike", OFF(tunnel, keying),
	    .words = keying_w },
	[T_NUMBER] = { "number", KEY_FN, NULL, OFF(tunnel, number), 1, MAX32,
	    .set = set_number, .print = print_number },
	[T_NOTE] = { "note", KEY_TEXT, NULL, OFF(tunnel, note), 0, 255 },
	[T_ROLE] = { "role", KEY_WORD, "both", OFF(tunnel, role),
	    .words = role_w },
	[T_START] = { "start", KEY_WORD, "auto", OFF(tunnel, start),
	    .words = start_w },
	[T_POLICY] = { "policy", KEY_FN, .set = set_ike_policy,
	    .print = print_ike_policy },
	[T_LOCAL] = { "local", KEY_FN, OFF(tunnel, local),
	    .set = set_endpoint, .print = print_endpoint },
	[T_REMOTE] = { "remote", KEY_FN, OFF(tunnel, remote),
	    .set = set_endpoint, .print = print_endpoint },
	[T_PSK] = { "psk", KEY_FN, OFF(tunnel, psk), .set = set_tunnel_psk,
	    .print = print_tunnel_psk },
	[T_DPD] = { "dpd", KEY_FN, OFF(tunnel, dpd), .set = set_dpd,
	    .print = print_dpd },
	[T_UDP_ENCAPSULATION] = { "udp-encapsulation", KEY_WORD, "auto",
	    OFF(tunnel, udp_encapsulation), .words = encap_w,
	    .why = "it cannot be switched off; auto has it where it is "
	    "needed" },
	[T_UNIQUE_ID] = { "unique-id", KEY_WORD, "no", OFF(tunnel, unique_id),
	    .words = unique_w },
	[T_RETRANSMIT] = { "retransmit", KEY_MAP, OFF(tunnel, retransmit),
	    .sub = &keys_retransmit },
	[T_RETRY] = { "retry", KEY_MAP, OFF(tunnel, retry),
	    .sub = &keys_retry },
	[T_NAT_KEEPALIVE] = { "nat-keepalive", KEY_TIME, "20s",
	    OFF(tunnel, nat_keepalive), 1, 3600, "no" },
	[T_FRAGMENT_SIZE] = { "fragment-size", KEY_NUMBER, "1280",
	    OFF(tunnel, fragment_size), 576, 65535, "no" },
	[T_CHILDLESS] = { "childless", KEY_BOOL, "no", OFF(tunnel, childless) },
	[T_CRASH_DETECTION] = { "crash-detection", KEY_BOOL, "yes",
	    OFF(tunnel, crash_detection) },
	[T_RESUMPTION] = { "resumption", KEY_BOOL, "yes",
	    OFF(tunnel, resumption) },
	[T_REDIRECT] = { "redirect", KEY_FN, .set = set_redirect,
	    .print = print_redirect },
	[T_INITIAL_CONTACT] = { "initial-contact", KEY_BOOL, "yes",
	    OFF(tunnel, initial_contact) },
	[T_MOBIKE] = { "mobike", KEY_BOOL, "yes", OFF(tunnel, mobike) },
	[T_TCP] = { "tcp-encapsulation", KEY_WORD, "no", OFF(tunnel, tcp),
	    .words = tcp_w },
	[T_TCP_PORT] = { "tcp-port", KEY_NUMBER, "4500",
	    OFF(tunnel, tcp_port), 1, 65535 },
	[T_PPK] = { "ppk", KEY_FN, OFF(tunnel, ppks), .set = set_tunnel_ppk,
	    .print = print_words },
	[T_CHILDREN] = { "children", KEY_FN, .set = set_children,
	    .print = print_children },
	LANE_ROWS(T, tunnel),
	[T_DSCP] = { "dscp", KEY_FN, OFF(tunnel, dscp), .set = set_dscp,
	    .print = print_dscp },
	[T_MAX_PEERS] = { "max-peers", KEY_NUMBER, "0",
	    OFF(tunnel, max_peers), 0, MAX32 },
	[T_ALLOW_SHARED] = { "allow-shared-psk", KEY_BOOL, "no",
	    OFF(tunnel, allow_shared) },
	NOT_WHY("exchange", NULL, "it is for version 1"),
	NOT_WHY("remote-access", NULL, NO_LEASES),
	NOT_WHY("request", NULL, NO_REQUEST),
	NOT_WHY("request-by", NULL, NO_REQUEST),
};
const struct keymap keys_tunnel = MAP("a tunnel", tunnel_rows, T_KEYS,
    tunnel);

static const struct word mode_w[] = {
	{ "tunnel", MODE_TUNNEL, NULL },
	{ "transport", MODE_TRANSPORT, NULL }, { NULL, 0, NULL }
};
static const struct word action_w[] = {
	{ "protect", ACTION_PROTECT, NULL }, { "pass", ACTION_PASS, NULL },
	{ "drop", ACTION_DROP, NULL }, { NULL, 0, NULL }
};
static const struct word idle_w[] = {
	{ "drop", IDLE_DROP, NULL }, { "pass", IDLE_PASS, NULL },
	{ NULL, 0, NULL }
};
static const struct word offload_w[] = {
	{ "no", OFFLOAD_NO, NULL }, { "crypto", OFFLOAD_CRYPTO, NULL },
	{ "packet", OFFLOAD_PACKET, NULL }, { NULL, 0, NULL }
};
static const struct word copy_dscp_w[] = {
	{ "out", 0, NULL }, { "in", HEAD_DSCP_IN | HEAD_NO_DSCP_OUT, NULL },
	{ "both", HEAD_DSCP_IN, NULL }, { "no", HEAD_NO_DSCP_OUT, NULL },
	{ NULL, 0, NULL }
};
static const struct key child_rows[] = {
	[C_LOCAL] = { "local", KEY_FN, OFF(child, local), .set = set_nets,
	    .print = print_nets },
	[C_REMOTE] = { "remote", KEY_FN, OFF(child, remote), .set = set_nets,
	    .print = print_nets },
	[C_PROTOCOL] = { "protocol", KEY_FN, .set = set_protocol,
	    .print = print_protocol },
	[C_LOCAL_PORT] = { "local-port", KEY_FN, OFF(child, local),
	    .set = set_ports, .print = print_ports },
	[C_REMOTE_PORT] = { "remote-port", KEY_FN, OFF(child, remote),
	    .set = set_ports, .print = print_ports },
	[C_ICMP_TYPE] = { "icmp-type", KEY_FN, OFF(child, icmp),
	    .set = set_icmp_type, .print = print_icmp_type },
	[C_ICMP_CODE] = { "icmp-code", KEY_FN, OFF(child, icmp),
	    .set = set_icmp_code, .print = print_icmp_code },
	[C_NOTE] = { "note", KEY_TEXT, NULL, OFF(child, note), 0, 255 },
	[C_START] = { "start", KEY_WORD, "auto", OFF(child, start),
	    .words = start_w },
	[C_POLICY] = { "policy", KEY_FN, .set = set_child_policy,
	    .print = print_child_policy },
	[C_MODE] = { "mode", KEY_WORD, "tunnel", OFF(child, mode),
	    .words = mode_w },
	[C_ACTION] = { "action", KEY_WORD, "protect", OFF(child, action),
	    .words = action_w },
	[C_WITHOUT_TUNNEL] = { "without-tunnel", KEY_WORD, "drop",
	    OFF(child, without_tunnel), .words = idle_w },
	LANE_ROWS(C, child),
	[C_OFFLOAD] = { "offload", KEY_WORD, "no", OFF(child, offload),
	    .words = offload_w },
	[C_COPY_DF] = { "copy-df", KEY_BOOL, "yes", OFF(child, copy_df) },
	[C_COPY_DSCP] = { "copy-dscp", KEY_WORD, "out", OFF(child, copy_dscp),
	    .words = copy_dscp_w },
	[C_ECN] = { "ecn", KEY_BOOL, "yes", OFF(child, ecn) },
	[C_DSCP] = { "dscp", KEY_FN, OFF(child, dscp), .set = set_dscp,
	    .print = print_dscp },
	[C_TFC] = { "tfc", KEY_FN, "no", OFF(child, tfc), .set = set_tfc,
	    .print = print_tfc },
	[C_PEERS] = { "peers", KEY_FN, .set = set_peers,
	    .print = print_peers },
	[C_INACTIVITY] = { "inactivity", KEY_TIME, "no",
	    OFF(child, inactivity), 1, 31536000, "no" },
	[C_SA] = { "sa", KEY_FN, .set = set_sa, .print = print_sa },
	NOT_WHY("per-cpu", "no", "one SA serves all processors"),
};
const struct keymap keys_child = MAP("a child", child_rows, C_KEYS, child);

const struct keymap *const keymaps[] = {
	&keys_tunnel, &keys_child, &keys_ike_policy, &keys_child_policy,
	&keys_endpoint, &keys_auth, &keys_authority, &keys_top, &keys_ports,
	&keys_control,
	&keys_log, &keys_retransmit, &keys_retry, &keys_flood, &keys_dpd,
	&keys_certificates, &keys_fetch, &keys_ldap, &keys_token, &keys_filter,
	&keys_dynamic,
	&keys_sa, &keys_sa_way, &keys_defaults, &keys_policies, NULL
};
