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
 * tmd/policy/snap_rows.c, snapshots.c: what each consumer is given.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../tmd/policy/ke_here.h"
#include "../../tmd/policy/load.h"
#include "../../tmd/policy/snapshots.h"
#include "addr.h"
#include "alg.h"
#include "id.h"
#include "roles.h"
#include "snap.h"
#include "ts.h"

static const char yaml[] =
    "ports: { ike: 1500, nat-t: 14500 }\n"
    "workers: 3\n"
    "listen: [192.0.2.1, wan0, \"::\"]\n"
    "log: { level: notice, to: stderr, subsystems: { ike: debug } }\n"
    "control: { path: /run/ikd/x.sock, read-only-path: y.sock }\n"
    "flood: { cookies-at: 1, per-source: 2, half-open: 3, hold: 4s }\n"
    "psks: { keyid:0x2a: west }\n"
    "tunnels:\n"
    "  one:\n"
    "    note: a note\n"
    "    local: 192.0.2.1\n"
    "    remote: 198.51.100.7\n"
    "    psk: [new, old]\n"
    "    start: trap\n"
    "    retransmit: { first: 2s, factor: 1.5, tries: 4 }\n"
    "    policy: { lifetime: 2h, tunnel-lifetime: 1d, overlap: 9% }\n"
    "    children:\n"
    "      lan:\n"
    "        local: 10.1.0.0/16\n"
    "        remote: [10.2.0.0/16, 10.3.0.1-10.3.0.9]\n"
    "        protocol: tcp\n"
    "        remote-port: 80-90\n"
    "        policy: { proposals: [aes128gcm16, aes256-sha256], lifetime: "
    "10m, lifesize: 1GB, packets: 5, replay-window: 64, esn: no, pfs: no }\n"
    "      pass: { start: auto, without-tunnel: pass }\n"
    "  two:\n"
    "    remote: { address: [203.0.113.0/24, \"fd00::/64\"], id: "
    "keyid:0x2a, port: 4500 }\n"
    "    local: { id: fqdn:gw.example.com }\n"
    "    psk: by-id\n"
    "    unique-id: keep\n"
    "    nat-keepalive: no\n"
    "    dpd: { interval: 0, action: clear }\n"
    "    udp-encapsulation: force\n"
    "certificates: { hash-and-url: http://pki.example/c- }\n"
    "fetch:\n"
    "  socks: socks5://10.0.0.9\n"
    "  ldap: { servers: [ldap://a:1389, ldap://b], base: dc=x }\n"
    "  timeout: 5s\n"
    "  max-size: 1MB\n"
    "  refresh: 50%\n"
    "  allow: [10.0.0.0/8, \"fd00::/8\"]\n"
    "  exclude: [link-local, 10.9.0.0/16]\n";

struct seen {
	struct sn_suite		 suite;
	struct sn_ike		 ike;
	struct sn_tunnel_ike	 tunnel_ike[2];
	struct sn_child_ike	 child_ike[3];
	struct sn_auth		 auth[2];
	struct sn_psk		 psk;
	struct sn_tunnel	 tunnel[2];
	struct sn_child		 child[3];
	struct wt_ceiling	 ceiling[3];
	struct sn_fetch		 fetch;
	struct sn_certs		 certs;
	struct sn_object	 object;	/* its text is not kept */
	unsigned int		 objects;
	unsigned int		 rules, notice, debug;
	unsigned int		 n[SNAP_CERTS + 1];
};

static struct seen of_parent, of_ike, of_sign, of_tmd, of_fetch, of_certd;

/* What tunnels are called and where they are from; the database is empty. */
static const char *
take_object(struct seen *s, const struct sn_object *o)
{
	if (!o->last || (o->kind[0] == '\0' && o->text.len != 0))
		return ("an object in pieces, or a database");
	if (strcmp(o->kind, "tunnels") == 0 && s->objects++ == 0)
		s->object = *o;
	return (NULL);
}

static unsigned int
is_setting(const struct sn_setting *row, const char *name, const char *text)
{
	return (strcmp(row->name, name) == 0 && strcmp(row->text, text) == 0);
}

static const char *
take(void *ctx, uint16_t type, const void *val)
{
	struct seen *s = ctx;
	struct {
		void	*to;
		size_t	 size;
		unsigned int max;
	} to[SNAP_CERTS + 1] = {
		[SNAP_SUITE] = { &s->suite, sizeof(s->suite), 1 },
		[SNAP_CEILING] = { s->ceiling, sizeof(s->ceiling[0]), 3 },
		[SNAP_IKE] = { &s->ike, sizeof(s->ike), 1 },
		[SNAP_TUNNEL_IKE] = { s->tunnel_ike,
		    sizeof(s->tunnel_ike[0]), 2 },
		[SNAP_CHILD_IKE] = { s->child_ike, sizeof(s->child_ike[0]),
		    3 },
		[SNAP_AUTH] = { s->auth, sizeof(s->auth[0]), 2 },
		[SNAP_PSK_BY_ID] = { &s->psk, sizeof(s->psk), 1 },
		[SNAP_TUNNEL] = { s->tunnel, sizeof(s->tunnel[0]), 2 },
		[SNAP_CHILD] = { s->child, sizeof(s->child[0]), 3 },
		[SNAP_FETCH] = { &s->fetch, sizeof(s->fetch), 1 },
		[SNAP_CERTS] = { &s->certs, sizeof(s->certs), 1 },
	};

	if (type == SNAP_OBJECT)
		return (take_object(s, val));
	if (type == SNAP_RULE) {
		s->rules++;
		return (NULL);
	}
	if (type == SNAP_SETTING) {
		s->notice += is_setting(val, "log.level", "notice");
		s->debug += is_setting(val, "log.subsystems.ike", "debug");
		return (NULL);
	}
	if (type > SNAP_CERTS || s->n[type] == to[type].max)
		return ("a row nobody expects");
	memcpy((char *)to[type].to + s->n[type] * to[type].size, val,
	    to[type].size);
	s->n[type]++;
	return (NULL);
}

static void
read_one(const struct load *l, unsigned int consumer, struct seen *s)
{
	int fd = snapshot_write(&l->po, consumer, 42);
	const char *why = snap_read(fd, consumer, 42, take, s);

	close(fd);
	if (why != NULL)
		fail_msg("consumer %u: %s", consumer, why);
}

static int
setup(void **state)
{
	static struct load l;

	*state = &l;
	load_init(&l, -1, ".");
	if (!load_text(&l, "/etc/ikd/ikd.yaml", "ikd.yaml", yaml,
	    sizeof(yaml) - 1)) {
		fprintf(stderr, "line %u: %s\n", l.ps.v[0].at.line,
		    l.ps.v[0].text);
		return (-1);
	}
	read_one(&l, ROLE_PARENT, &of_parent);
	read_one(&l, ROLE_IKE, &of_ike);
	read_one(&l, ROLE_SIGN, &of_sign);
	read_one(&l, ROLE_TMD, &of_tmd);
	read_one(&l, ROLE_FETCH, &of_fetch);
	read_one(&l, ROLE_CERTD, &of_certd);
	return (0);
}

static int
teardown(void **state)
{
	load_free(*state);
	return (0);
}

static unsigned int
total(const struct seen *s)
{
	unsigned int i, n = 0;

	for (i = 0; i <= SNAP_CERTS; i++)
		n += s->n[i];
	return (n);
}

/* Each consumer gets its rows and no others. */
static void
test_rows(void **state)
{
	(void)state;
	assert_int_equal(of_parent.n[SNAP_SUITE], 1);
	assert_int_equal(of_parent.n[SNAP_CEILING], 3);
	assert_int_equal(total(&of_parent), 4);
	assert_int_equal(of_ike.n[SNAP_IKE], 1);
	assert_int_equal(of_ike.n[SNAP_TUNNEL_IKE], 2);
	assert_int_equal(of_ike.n[SNAP_CHILD_IKE], 3);
	assert_int_equal(total(&of_ike), 6);
	assert_int_equal(of_sign.n[SNAP_AUTH], 2);
	assert_int_equal(of_sign.n[SNAP_PSK_BY_ID], 1);
	assert_int_equal(total(&of_sign), 3);
	/* Rule 0, and what IKE needs each way. */
	assert_int_equal(of_tmd.rules, 5);
	assert_int_equal(of_tmd.n[SNAP_SUITE], 1);
	assert_int_equal(of_tmd.notice, 1);
	assert_int_equal(of_tmd.debug, 1);
	assert_int_equal(of_tmd.n[SNAP_TUNNEL], 2);
	assert_int_equal(of_tmd.n[SNAP_CHILD], 3);
	assert_int_equal(of_tmd.n[SNAP_CEILING], 3);
	assert_int_equal(total(&of_tmd), 9);
	assert_int_equal(of_fetch.n[SNAP_FETCH], 1);
	assert_int_equal(total(&of_fetch), 1);
	assert_int_equal(of_certd.n[SNAP_FETCH], 1);
	assert_int_equal(of_certd.n[SNAP_CERTS], 1);
	assert_int_equal(of_certd.certs.warn, 30 * 86400);
	assert_int_equal(of_ike.ike.send_certs, SEND_CERTS_ASKED);
	assert_int_equal(of_certd.certs.hash_url, 1);
	assert_string_equal(of_certd.certs.url, "http://pki.example/c-");
	assert_int_equal(of_ike.ike.hash_url, 1);
	assert_int_equal(total(&of_certd), 2);
}

/* certd is told when to fetch again, never whom to ask. */
static void
test_fetch(void **state)
{
	const struct sn_fetch *f = &of_fetch.fetch, *c = &of_certd.fetch;
	char text[ADDR_TEXT];

	(void)state;
	assert_int_equal(f->timeout, 5);
	assert_int_equal(f->max_size, 1 << 20);
	assert_int_equal(f->refresh, 50);
	assert_string_equal(f->socks, "socks5://10.0.0.9");
	assert_string_equal(f->http_proxy, "");
	assert_int_equal(f->servers_n, 2);
	assert_string_equal(f->servers[0].w, "ldap://a:1389");
	assert_string_equal(f->base, "dc=x");
	assert_int_equal(f->allow_n, 2);
	assert_string_equal(prefix_print(&f->allow[1], text, sizeof(text)),
	    "fd00::/8");
	assert_int_equal(f->exclude_n, 3);
	assert_string_equal(prefix_print(&f->exclude[0], text, sizeof(text)),
	    "169.254.0.0/16");
	assert_string_equal(prefix_print(&f->exclude[2], text, sizeof(text)),
	    "10.9.0.0/16");
	assert_int_equal(c->timeout, 5);
	assert_int_equal(c->max_size, 1 << 20);
	assert_int_equal(c->refresh, 50);
	assert_string_equal(c->socks, "");
	assert_int_equal(c->servers_n + c->allow_n + c->exclude_n, 0);
	assert_string_equal(c->base, "");
}

static void
test_suite(void **state)
{
	const struct sn_suite *s = &of_parent.suite;
	const struct sn_ike *i = &of_ike.ike;
	char text[ADDR_TEXT];

	(void)state;
	assert_int_equal(s->userspace, 1);
	assert_int_equal(s->workers, 3);
	assert_int_equal(s->port_ike, 1500);
	assert_int_equal(s->port_natt, 14500);
	assert_int_equal(s->log_level, LOG_L_NOTICE);
	assert_int_equal(s->log_to, 2);
	assert_int_equal(s->log_subs[LS_IKE], LOG_L_DEBUG);
	assert_int_equal(s->log_subs[LS_CORE], 255);
	assert_string_equal(s->ctl_name, "x.sock");
	assert_string_equal(s->ctl_group, "_ikdctl");
	assert_string_equal(s->ctl_ro_name, "y.sock");
	assert_int_equal(s->tunnels, 2);
	assert_int_equal(i->listen_n, 2);
	assert_string_equal(prefix_print(&i->listen[0], text, sizeof(text)),
	    "192.0.2.1/32");
	assert_string_equal(prefix_print(&i->listen[1], text, sizeof(text)),
	    "::/0");
	assert_int_equal(i->cookies_at, 1);
	assert_int_equal(i->per_source, 2);
	assert_int_equal(i->half_open, 3);
	assert_int_equal(i->hold_ms, 4000);
}

static void
test_ike(void **state)
{
	const struct sn_tunnel_ike *a = &of_ike.tunnel_ike[0];
	const struct sn_tunnel_ike *b = &of_ike.tunnel_ike[1];
	struct wt_proposal hybrid;
	char text[ADDR_TEXT], err[256];

	(void)state;
	ke_here_warm();
	assert_int_equal(of_ike.ike.listen_n, 2);
	assert_int_equal(of_ike.ike.links_n, 1);
	assert_string_equal(of_ike.ike.links[0].w, "wan0");
	assert_int_equal(a->tunnel, 1);
	assert_int_equal(a->role, TR_BOTH);
	assert_int_equal(a->encap_force, 1);
	assert_int_equal(a->local_port, 1500);
	assert_int_equal(a->remote_port, 500);
	assert_int_equal(a->lifetime, 7200);
	assert_int_equal(a->overlap, 9);
	assert_int_equal(a->dpd, 30);
	assert_int_equal(a->nat_keepalive, 20);
	assert_int_equal(a->rt_first_ms, 2000);
	assert_int_equal(a->rt_factor_100, 150);
	assert_int_equal(a->rt_tries, 4);
	/* The hybrid first, where OpenSSL has it. */
	assert_int_equal(proposal_parse("aes256gcm16-prfsha384-x25519-"
	    "ke1_mlkem768", PROTO_IKE, NULL, &hybrid, err, sizeof(err)), 0);
	assert_int_equal(a->proposals_n, ke_missing(&hybrid) == NULL ? 3 : 2);
	assert_string_equal(prefix_print(&a->remote[0], text, sizeof(text)),
	    "198.51.100.7/32");
	assert_int_equal(b->role, TR_RESPONDER);
	assert_int_equal(b->local_port, 14500);
	assert_int_equal(b->remote_port, 4500);
	assert_int_equal(b->dpd, 0);
	assert_int_equal(b->nat_keepalive, 0);
	assert_int_equal(b->local_n, 2);	/* the route's: anything */
	assert_int_equal(b->local[0].plen, 0);
	assert_int_equal(b->remote_n, 2);
	assert_memory_equal(a->digest, of_tmd.tunnel[0].digest, 32);
	assert_memory_not_equal(a->digest, b->digest, 32);
}

static void
test_children(void **state)
{
	const struct sn_child_ike *lan = &of_ike.child_ike[0];
	const struct sn_child_ike *host = &of_ike.child_ike[2];
	char text[512];

	(void)state;
	assert_string_equal(lan->name, "lan");
	assert_int_equal(lan->child, 1);
	assert_int_equal(of_ike.child_ike[1].child, 2);
	assert_int_equal(lan->mode, MODE_TUNNEL);
	assert_int_equal(lan->pfs, 0);
	assert_int_equal(lan->esn, 0);
	assert_int_equal(lan->replay_window, 64);
	assert_int_equal(lan->lifetime, 600);
	assert_int_equal(lan->lifesize, 1 << 30);
	assert_int_equal(lan->packets, 5);
	assert_int_equal(lan->overlap, 15);
	assert_int_equal(lan->proposals_n, 2);
	assert_string_equal(ts_list_print(lan->ts_local, lan->ts_local_n,
	    text, sizeof(text)), "10.1.0.0/16[tcp]");
	assert_string_equal(ts_list_print(lan->ts_remote, lan->ts_remote_n,
	    text, sizeof(text)),
	    "10.2.0.0/16[tcp/80-90], 10.3.0.1-10.3.0.9[tcp/80-90]");
	/* the child `host` of a tunnel whose addresses are not known */
	assert_string_equal(host->name, "host");
	assert_int_equal(host->ts_local_n, 1);
	assert_int_equal(host->ts_local[0].af, 0);
	assert_int_equal(host->ts_local[0].port_hi, 65535);
	assert_int_equal(host->ts_remote[0].af, 0);
	assert_int_equal(of_tmd.child[2].dyn, DYN_LOCAL | DYN_REMOTE);
	assert_int_equal(of_tmd.child[0].dyn, 0);
	/* and of one whose addresses are */
	assert_string_equal(ts_list_print(of_ike.child_ike[1].ts_local, 1,
	    text, sizeof(text)), "192.0.2.1");
}

static void
test_ceilings(void **state)
{
	const struct wt_ceiling *lan = &of_parent.ceiling[0];
	const struct wt_ceiling *pass = &of_parent.ceiling[1];
	const struct wt_ceiling *host = &of_parent.ceiling[2];
	uint64_t algs;
	char text[512];

	(void)state;
	algs = alg_bit(alg_by_name("aes128gcm16")) |
	    alg_bit(alg_by_name("aes256")) | alg_bit(alg_by_name("sha256"));
	assert_true(lan->algs == algs);
	assert_int_equal(lan->reqid, 1 << 8 | 1);
	assert_int_equal(lan->mode, MODE_TUNNEL);
	assert_int_equal(lan->protos, PROTO_BIT_ESP);
	assert_int_equal(lan->encap, ENCAP_FORCE);
	assert_int_equal(lan->roaming, 1);
	assert_int_equal(lan->idle, IDLE_TRAP);
	assert_int_equal(lan->hard_seconds, 600);
	assert_int_equal(lan->hard_bytes, 1 << 30);
	assert_int_equal(lan->grant_seconds, 86400);
	assert_int_equal(pass->idle, IDLE_PASS);
	assert_int_equal(pass->hard_seconds, 3600);
	assert_int_equal(host->idle, IDLE_NONE);
	assert_string_equal(ts_list_print(host->ts_remote,
	    host->ts_remote_n, text, sizeof(text)),
	    "203.0.113.0/24, fd00::/64");
	assert_string_equal(ts_list_print(host->ts_local, host->ts_local_n,
	    text, sizeof(text)), "0.0.0.0/0, ::/0");
	assert_memory_equal(&of_parent.ceiling, &of_tmd.ceiling,
	    sizeof(of_tmd.ceiling));
}

static void
test_sign(void **state)
{
	const struct sn_auth *a = &of_sign.auth[0], *b = &of_sign.auth[1];
	char text[1300];

	(void)state;
	assert_int_equal(a->kind_ours, AUTHK_PSK);
	assert_int_equal(a->kind_theirs, AUTHK_PSK);
	assert_int_equal(a->by_id, 0);
	assert_int_equal(a->psks_n, 2);
	assert_string_equal(a->psks[0].w, "new");
	assert_string_equal(a->psks[1].w, "old");
	assert_string_equal(id_print(&a->id_local, text, sizeof(text)),
	    "192.0.2.1");
	assert_string_equal(id_print(&a->id_remote, text, sizeof(text)),
	    "198.51.100.7");
	assert_int_equal(b->by_id, 1);
	assert_int_equal(b->psks_n, 0);
	assert_string_equal(id_print(&b->id_local, text, sizeof(text)),
	    "fqdn:gw.example.com");
	assert_int_equal(b->id_remote.type, ID_KEY_ID);
	assert_string_equal(of_sign.psk.secret, "west");
	assert_string_equal(of_sign.psk.where, "ikd.yaml:7");
	assert_true(id_equal(&of_sign.psk.id, &b->id_remote));
}

static void
test_tmd(void **state)
{
	const struct sn_tunnel *a = &of_tmd.tunnel[0], *b = &of_tmd.tunnel[1];

	(void)state;
	assert_string_equal(a->name, "one");
	assert_string_equal(a->where, "ikd.yaml:9");
	assert_string_equal(a->note, "a note");
	assert_string_equal(a->policy, "(inline)");
	assert_int_equal(a->dpd_action, DPD_AUTO);
	assert_int_equal(b->dpd_action, DPD_CLEAR);
	assert_int_equal(a->start, TS_START_TRAP);
	assert_int_equal(a->tunnel_lifetime, 86400);
	assert_int_equal(a->tunnel_end, 0);
	assert_int_equal(a->retry_first, 5);
	assert_int_equal(a->retry_most, 300);
	assert_int_equal(b->start, TS_START_ANSWER);
	assert_int_equal(b->role, TR_RESPONDER);
	assert_int_equal(b->unique, UNIQUE_KEEP);
	assert_string_equal(b->policy, "default");
	assert_int_equal(of_tmd.child[0].start, TS_START_TRAP);
	assert_int_equal(of_tmd.child[1].start, TS_START_AUTO);
	assert_int_equal(of_tmd.child[2].start, TS_START_ANSWER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_suite),
		cmocka_unit_test(test_fetch),
		cmocka_unit_test(test_ike),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_tmd),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, setup, teardown));
}
