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
 * Resumption (RFC 5723) as certd-sign decides it: a client's and a gateway's,
 * with nothing between them.  The keys against values computed elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../certd/sign/octets.h"
#include "../../certd/sign/resume_int.h"
#include "../../certd/sign/resume_keys.h"
#include "../../certd/sign/spent.h"
#include "../../certd/sign/wrap.h"
#include "alg.h"
#include "id.h"
#include "ike_hex.h"
#include "log.h"
#include "reason.h"
#include "sign_peer.h"

#define NOW	100000
#define ORDER	9

/* One of the two, with its tunnel 1. */
static struct signer gw, client;
static uint8_t told_n;
static struct mv_kept told;

/* An exchange of the two. */
static struct {
	struct mk_ticket	 ni, nr;
	uint8_t			 msg_i[4096], msg_r[256];
	size_t			 msg_i_len, msg_r_len;
	struct mk_resumed	 shown;		/* to the client: the ticket */
	struct mk_resumed	 opened;	/* to the gateway: the keys */
	struct mk_resumed	 keys;		/* to the client */
	struct mk_signed	 sig;
	struct mk_check		 check;
	uint8_t			 id_i[ID_BODY_MAX], id_r[ID_BODY_MAX];
	uint8_t			 opaque[RESUME_OPAQUE];
} x;

static const uint8_t spi_i[8] = { 1, 2, 3 }, spi_r[8] = { 4, 5, 6 };

static void
on_told(void *arg, uint32_t tunnel, uint64_t until)
{
	(void)arg;
	told.tunnel = tunnel;
	told.until = until;
	told_n++;
}

static void
signer_new(struct signer *s, const char *us, const char *them,
    const char *key)
{
	static uint8_t boot[BOOT_KEY_LEN];

	boot[0]++;
	memset(s, 0, sizeof(*s));
	s->tickets = tickets_new(boot);
	s->orders = orders_new();
	s->entries = entries_new();
	s->keys = keyring_new("/etc/ikd");
	s->resumer = resumer_new(s == &client ? on_told : NULL, NULL);
	s->generation = 7;
	s->workers = 1;
	peer_entry(s->entries, 1, us, them, "k");
	entries_index(s->entries);
	assert_null(keyring_put(s->keys, "k", (const uint8_t *)key,
	    strlen(key)));
}

static void
signer_free(struct signer *s)
{
	tickets_free(s->tickets);
	orders_free(s->orders);
	entries_free(s->entries);
	keyring_free(s->keys);
	resumer_free(s->resumer);
}

static int
setup(void **state)
{
	(void)state;
	hprf_init();
	log_init("test", LOG_L_ERROR);
	memset(&x, 0, sizeof(x));
	memset(&told, 0, sizeof(told));
	told_n = 0;
	signer_new(&gw, "fqdn:gw", "fqdn:bee", "a key of more than 16");
	signer_new(&client, "fqdn:bee", "fqdn:gw", "a key of more than 16");
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	signer_free(&gw);
	signer_free(&client);
	return (0);
}

/* What tmd of one of them says of the session. */
static void
proof_of(struct signer *s, struct mv_proof *p)
{
	struct slice secret = { (const uint8_t *)"a key of more than 16", 21 };

	memset(p, 0, sizeof(*p));
	p->p.tunnel = 1;
	p->p.generation = 7;
	memcpy(p->p.spi_i, spi_i, 8);
	memcpy(p->p.spi_r, spi_r, 8);
	assert_null(id_parse(s == &gw ? "fqdn:gw" : "fqdn:bee",
	    &p->p.id_ours));
	assert_null(id_parse(s == &gw ? "fqdn:bee" : "fqdn:gw",
	    &p->p.id_peer));
	p->p.method = 2;
	tickets_fingerprint(s->tickets, secret, p->p.fingerprint);
	p->p.proved = NOW - 100;
	p->p.expiry = NOW + 5000;
}

static struct mk_make
make_of(struct slice peers)
{
	struct mk_make m;

	memset(&m, 0, sizeof(m));
	m.exch = 5;
	m.suite.proto = PROTO_IKE;
	m.suite.encr = ENCR_AES_GCM_16;
	m.suite.encr_bits = 256;
	m.suite.prf = PRF_HMAC_SHA2_384;
	m.full = 1;
	m.d_len = 48;
	memset(m.d, 0x77, m.d_len);
	m.seconds = 3600;
	m.peers = peers;
	return (m);
}

/* The gateway gives a ticket, the client keeps it. */
static void
give(const struct mv_proof *p)
{
	struct mk_make m = make_of((struct slice){ NULL, 0 });
	static uint8_t room[RESUME_OPAQUE];
	struct mv_proof ours;
	struct mk_made made;

	resume_make(&gw, &m, p, NOW, &made, room);
	assert_int_equal(made.code, RSN_OK);
	assert_in_range(made.opaque.len, 150, 700);
	assert_int_equal(made.seconds, 3600);
	proof_of(&client, &ours);
	m = make_of(made.opaque);
	m.seconds = made.seconds;
	resume_make(&client, &m, &ours, NOW, &made, room);
	assert_int_equal(made.code, RSN_OK);
	assert_int_equal(made.opaque.len, 0);
	assert_int_equal(told.tunnel, 1);
	assert_int_equal(told.until, NOW + 3600);
}

static void
order(uint32_t n, uint64_t now)
{
	struct mv_order m = { n, 1, 7, 0 };

	assert_null(orders_add(client.orders, &m, now));
}

/* Header, Nonce, and behind it a TICKET_OPAQUE. */
static size_t
message(uint8_t *m, int response, const uint8_t *nonce, struct slice ticket)
{
	size_t len = make_init(m, response, nonce, TICKET_LEN);

	m[18] = 38;
	memset(m, 0x31, 8);
	if (response)
		return (len);
	m[28] = 41;
	m[len + 2] = (uint8_t)((8 + ticket.len) >> 8);
	m[len + 3] = (uint8_t)(8 + ticket.len);
	m[len] = m[len + 1] = m[len + 4] = m[len + 5] = 0;
	m[len + 6] = 16413 >> 8;
	m[len + 7] = 16413 & 255;
	memcpy(m + len + 8, ticket.p, ticket.len);
	len += 8 + ticket.len;
	m[26] = (uint8_t)(len >> 8);
	m[27] = (uint8_t)len;
	return (len);
}

static struct mk_ticket
nonce_of(struct signer *s, uint64_t now)
{
	struct mk_tickets t;

	tickets_issue(s->tickets, 0, 1, now, &t);
	return (t.t[0]);
}

static void
context(struct mk_context *c, int client_side)
{
	memset(c, 0, sizeof(*c));
	c->exch = 8;
	c->ticket = client_side ? x.ni : x.nr;
	c->order = client_side ? ORDER : 0;
	c->prf = PRF_HMAC_SHA2_384;
	c->msg_i = (struct slice){ x.msg_i, x.msg_i_len };
	c->msg_r = (struct slice){ x.msg_r, x.msg_r_len };
	c->nonce_peer.p = client_side ? x.nr.ticket : x.ni.ticket;
	c->nonce_peer.len = TICKET_LEN;
}

/* Up to the client's AUTH; the codes are the caller's to look at. */
static void
begin(uint64_t now)
{
	struct mk_resume m = { .exch = 8, .order = ORDER };
	struct mk_context c;

	order(ORDER, now);
	x.ni = nonce_of(&client, now);
	x.nr = nonce_of(&gw, now);
	m.ticket = x.ni;
	resume_ask(&client, 0, &m, now, &x.shown);
	if (x.shown.code != RSN_OK)
		return;
	memcpy(x.opaque, x.shown.opaque.p, x.shown.opaque.len);
	x.shown.opaque.p = x.opaque;
	x.msg_i_len = message(x.msg_i, 0, x.ni.ticket, x.shown.opaque);
	x.msg_r_len = message(x.msg_r, 1, x.nr.ticket, x.shown.opaque);
	m.order = 0;
	m.ticket = x.nr;
	memcpy(m.spi_i, x.msg_i, 8);
	memcpy(m.spi_r, x.msg_r + 8, 8);
	m.nonce_peer = (struct slice){ x.ni.ticket, TICKET_LEN };
	m.opaque = x.shown.opaque;
	resume_ask(&gw, 0, &m, now, &x.opened);
	context(&c, 1);
	resume_sign(&client, 0, &c, now, &x.sig, &x.keys);
	context(&x.check.c, 0);
	x.check.initiator = 0;
	x.check.id_i = body(x.id_i, "fqdn:bee");
	x.check.id_r = body(x.id_r, "fqdn:gw");
	x.check.method = 2;
	x.check.auth = (struct slice){ x.sig.auth, x.sig.auth_len };
}

static unsigned int
gateway_checks(uint64_t now, struct mv_verdict *v, struct mk_checked *out)
{
	int r = resume_check(&gw, 0, &x.check, now, v, out);

	assert_int_equal(r, out->code == RSN_OK);
	return (out->code);
}

static void
test_resumes(void **state)
{
	static uint8_t auth[AUTH_DATA_MAX];
	struct mv_verdict v;
	struct mk_checked out;
	struct mv_proof p;

	(void)state;
	proof_of(&gw, &p);
	p.p.ppk_used = 1;
	strlcpy(p.p.ppk, "boston (RFC 8784)", sizeof(p.p.ppk));
	give(&p);
	begin(NOW + 60);
	assert_int_equal(x.shown.code, RSN_OK);
	assert_int_equal(x.opened.code, RSN_OK);
	assert_int_equal(x.opened.tunnel, 1);
	assert_int_equal(x.opened.full, 1);
	assert_int_equal(x.sig.code, RSN_OK);
	assert_int_equal(told.until, 0);
	/* SK_d, both SK_e; both sides have them, SK_p neither ike. */
	assert_int_equal(x.keys.keys_len, 48 + 2 * 36);
	assert_int_equal(x.opened.keys_len, x.keys.keys_len);
	assert_memory_equal(x.opened.keys, x.keys.keys, x.keys.keys_len);
	assert_int_equal(gateway_checks(NOW + 61, &v, &out), RSN_OK);
	assert_int_equal(v.resumed, 1);
	assert_int_equal(v.proved, NOW - 100);
	assert_int_equal(v.expiry, NOW + 5000);
	assert_int_equal(v.tunnel, 1);
	assert_memory_equal(v.old_spi_i, spi_i, 8);
	assert_memory_equal(v.old_spi_r, spi_r, 8);
	assert_memory_equal(v.fingerprint, p.p.fingerprint, 32);
	assert_int_equal(v.ppk_used, 1);
	assert_string_equal(v.ppk, "boston (RFC 8784)");
	/* And the gateway's AUTH. */
	memcpy(auth, out.auth, out.auth_len);
	x.check.initiator = 1;
	x.check.auth = (struct slice){ auth, out.auth_len };
	context(&x.check.c, 1);
	assert_true(resume_check(&client, 0, &x.check, NOW + 62, &v, &out));
	assert_int_equal(v.initiator, 1);
	assert_int_equal(v.order, ORDER);
	assert_int_equal(out.auth_len, 0);
}

/* A ticket makes one session; the client has none any more. */
static void
test_once(void **state)
{
	struct mk_resume m = { .exch = 8 };
	struct mv_verdict v;
	struct mk_checked out;
	struct mv_proof p;

	(void)state;
	proof_of(&gw, &p);
	give(&p);
	begin(NOW);
	assert_int_equal(gateway_checks(NOW, &v, &out), RSN_OK);
	m.ticket = nonce_of(&gw, NOW);
	m.nonce_peer = (struct slice){ x.ni.ticket, TICKET_LEN };
	m.opaque = x.shown.opaque;
	resume_ask(&gw, 0, &m, NOW, &x.opened);
	assert_int_equal(x.opened.code, RSN_RESUME);
	assert_int_equal(x.opened.keys_len, 0);
	order(ORDER + 1, NOW);
	m.ticket = nonce_of(&client, NOW);
	m.order = ORDER + 1;
	resume_ask(&client, 0, &m, NOW, &x.shown);
	assert_int_equal(x.shown.code, RSN_RESUME);
}

/* Who has not the keys of the session gets no verdict, and costs nothing. */
static void
test_thief(void **state)
{
	struct mk_resume m = { .exch = 8 };
	struct mk_checked out;
	struct mv_verdict v;
	struct mv_proof p;

	(void)state;
	proof_of(&gw, &p);
	give(&p);
	begin(NOW);
	x.sig.auth[3] ^= 1;
	assert_int_equal(gateway_checks(NOW, &v, &out), RSN_AUTH_PEER);
	assert_int_equal(out.auth_len, 0);
	/* The one that it was given to still can. */
	m.ticket = nonce_of(&gw, NOW);
	m.nonce_peer = (struct slice){ x.ni.ticket, TICKET_LEN };
	m.opaque = x.shown.opaque;
	resume_ask(&gw, 0, &m, NOW, &x.opened);
	assert_int_equal(x.opened.code, RSN_OK);
}

/* Everything about IKE_AUTH that is not as it should be. */
static void
test_wrong_auth(void **state)
{
	static const struct {
		const char	*id_i, *id_r;
		uint8_t		 method, chain, intauth;
		uint16_t	 prf;
		unsigned int	 code;
	} rows[] = {
		{ "fqdn:bee", NULL, 2, 0, 0, PRF_HMAC_SHA2_384, RSN_OK },
		{ "fqdn:wasp", "fqdn:gw", 2, 0, 0, PRF_HMAC_SHA2_384,
		    RSN_AUTH_PEER },
		{ "fqdn:bee", "fqdn:gw2", 2, 0, 0, PRF_HMAC_SHA2_384,
		    RSN_AUTH_PEER },
		{ "fqdn:bee", "fqdn:gw", 14, 0, 0, PRF_HMAC_SHA2_384,
		    RSN_AUTH_PEER },
		{ "fqdn:bee", "fqdn:gw", 2, 1, 0, PRF_HMAC_SHA2_384,
		    RSN_AUTH_PEER },
		{ "fqdn:bee", "fqdn:gw", 2, 0, 1, PRF_HMAC_SHA2_384,
		    RSN_INVALID_SYNTAX },
		{ "fqdn:bee", "fqdn:gw", 2, 0, 0, PRF_HMAC_SHA2_256,
		    RSN_INVALID_SYNTAX },
	};
	struct mk_checked out;
	struct mv_verdict v;
	struct mv_proof p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		proof_of(&gw, &p);
		p.p.spi_i[0] = (uint8_t)(100 + i);
		orders_clear(client.orders);
		orders_drop(client.orders, ORDER);
		give(&p);
		begin(NOW + 200 * i);
		assert_int_equal(x.sig.code, RSN_OK);
		x.check.id_i = body(x.id_i, rows[i].id_i);
		x.check.id_r = body(x.id_r, rows[i].id_r);
		x.check.method = rows[i].method;
		x.check.chain = (struct slice){ x.id_i, rows[i].chain };
		x.check.c.intauth = (struct slice){ x.id_i, rows[i].intauth };
		x.check.c.prf = rows[i].prf;
		if (gateway_checks(NOW + 200 * i, &v, &out) != rows[i].code)
			fail_msg("row %zu: %s", i, out.text);
	}
}

/* What has changed since then, and what comes of the ticket. */
enum change { CH_NONE, CH_EXPIRED, CH_PROOF_ENDED, CH_BENT, CH_CUT, CH_ALIEN,
	CH_SA, CH_TUNNEL, CH_PROOF, CH_PSK, CH_GONE, CH_RELOAD_PSK,
	CH_RELOAD_CERT, CH_CERTD, CH_CERT, CH_OTHER_VOID, CH_REQUIRE,
	CH_REQUIRE_HAS, CH_ALL };

static void
void_it(struct signer *s, enum void_what what, const void *name, size_t len)
{
	struct mv_void m;

	memset(&m, 0, sizeof(m));
	m.what = (uint8_t)what;
	memcpy(m.name, name, len);
	m.until = NOW + 86400;
	resume_void(s, &m, NOW + 10);
}

static void
by_certificate(void)
{
	static struct sn_auth a;

	entries_free(gw.entries);
	gw.entries = entries_new();
	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strlcpy(a.name, "t1", sizeof(a.name));
	a.kind_ours = a.kind_theirs = AUTHK_CERT;
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	strlcpy(a.key, "gw", sizeof(a.key));
	assert_null(entries_add(gw.entries, &a));
	entries_index(gw.entries);
}

/* A load of the policy: it has ppk: require from now on. */
static void
require_ppk(struct signer *s)
{
	static struct sn_auth a;

	entries_free(s->entries);
	s->entries = entries_new();
	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strlcpy(a.name, "t1", sizeof(a.name));
	a.kind_ours = a.kind_theirs = AUTHK_PSK;
	a.prfs = 1U << PRF_HMAC_SHA2_384;
	a.psks_n = 1;
	strlcpy(a.psks[0].w, "k", sizeof(a.psks[0].w));
	a.ppk = PPK_REQUIRE;
	assert_null(entries_add(s->entries, &a));
	entries_index(s->entries);
}

static void
change(enum change how, const struct mv_proof *p, struct slice *opaque,
    uint64_t *now)
{
	static const uint8_t one[4] = { 0, 0, 0, 1 }, two[4] = { 0, 0, 0, 2 };
	uint8_t pair[16];

	memcpy(pair, p->p.spi_i, 8);
	memcpy(pair + 8, p->p.spi_r, 8);
	if (how == CH_EXPIRED)
		*now = NOW + 3600;
	else if (how == CH_BENT)
		x.opaque[opaque->len / 2] ^= 1;
	else if (how == CH_CUT)
		opaque->len -= 1;
	else if (how == CH_ALIEN)
		opaque->len = 20;
	else if (how == CH_SA)
		void_it(&gw, VOID_SA, pair, 16);
	else if (how == CH_TUNNEL)
		void_it(&gw, VOID_TUNNEL, one, 4);
	else if (how == CH_OTHER_VOID)
		void_it(&gw, VOID_TUNNEL, two, 4);
	else if (how == CH_PROOF)
		void_it(&gw, VOID_PROOF, p->p.fingerprint, 32);
	else if (how == CH_PSK)
		assert_null(keyring_put(gw.keys, "k",
		    (const uint8_t *)"another key, as long", 20));
	else if (how == CH_GONE) {
		entries_free(gw.entries);
		gw.entries = entries_new();
		entries_index(gw.entries);
	} else if (how == CH_RELOAD_PSK)
		gw.generation++;
	else if (how == CH_REQUIRE || how == CH_REQUIRE_HAS)
		require_ppk(&gw);
	else if (how >= CH_RELOAD_CERT && how <= CH_CERT) {
		by_certificate();
		gw.generation += how == CH_RELOAD_CERT;
		if (how == CH_CERTD)
			resume_certd_gone(&gw, NOW + 10);
	}
}

static void
test_changes(void **state)
{
	static const unsigned int codes[CH_ALL] = {
		[CH_EXPIRED] = RSN_EXPIRED, [CH_PROOF_ENDED] = RSN_EXPIRED,
		[CH_BENT] = RSN_RESUME, [CH_CUT] = RSN_RESUME,
		[CH_ALIEN] = RSN_RESUME, [CH_SA] = RSN_RESUME,
		[CH_TUNNEL] = RSN_RESUME, [CH_PROOF] = RSN_RESUME,
		[CH_PSK] = RSN_AUTH_PEER, [CH_GONE] = RSN_GONE,
		[CH_RELOAD_CERT] = RSN_RESUME, [CH_CERTD] = RSN_RESUME,
		[CH_REQUIRE] = RSN_PPK,
	};
	struct mk_resume m = { .exch = 8 };
	static uint8_t room[RESUME_OPAQUE];
	struct mk_made made;
	struct mv_proof p;
	struct mk_make mk;
	unsigned int how;
	uint64_t now;

	for (how = CH_NONE; how < CH_ALL; how++) {
		teardown(state);
		setup(state);
		proof_of(&gw, &p);
		if (how == CH_PROOF_ENDED)
			p.p.expiry = NOW + 20;
		p.p.ppk_used = how == CH_REQUIRE_HAS;
		mk = make_of((struct slice){ NULL, 0 });
		resume_make(&gw, &mk, &p, NOW, &made, room);
		assert_int_equal(made.code, RSN_OK);
		memcpy(x.opaque, made.opaque.p, made.opaque.len);
		m.opaque = (struct slice){ x.opaque, made.opaque.len };
		now = NOW + 30;
		change(how, &p, &m.opaque, &now);
		m.ticket = nonce_of(&gw, now);
		m.nonce_peer = (struct slice){ m.ticket.ticket, TICKET_LEN };
		resume_ask(&gw, 0, &m, now, &x.opened);
		if (x.opened.code != codes[how])
			fail_msg("change %u: %u, %s", how, x.opened.code,
			    x.opened.text);
	}
}

/* No ticket: tmd says no, the keys are none, it would be over at once. */
static void
test_not_made(void **state)
{
	static uint8_t room[RESUME_OPAQUE];
	struct mk_make m = make_of((struct slice){ NULL, 0 });
	struct mk_made made;
	struct mv_proof p;

	(void)state;
	proof_of(&gw, &p);
	p.code = RSN_RESUME;
	strlcpy(p.text, "no such session", sizeof(p.text));
	resume_make(&gw, &m, &p, NOW, &made, room);
	assert_int_equal(made.code, RSN_RESUME);
	assert_string_equal(made.text, "no such session");
	p.code = RSN_OK;
	p.p.expiry = NOW + 2;
	resume_make(&gw, &m, &p, NOW, &made, room);
	assert_int_equal(made.code, RSN_RESUME);
	p.p.expiry = 0;
	m.d_len = 32;
	resume_make(&gw, &m, &p, NOW, &made, room);
	assert_int_equal(made.code, RSN_RESUME);
	/* Never longer than a day, whatever the SA's lifetime. */
	m.d_len = 48;
	m.seconds = 30 * 86400;
	resume_make(&gw, &m, &p, NOW, &made, room);
	assert_int_equal(made.seconds, TICKET_LIFE_MAX);
}

/*
 * certd began again, or the policy was loaded: a session of before gets no
 * ticket any more, the first or another; one proved since does.
 */
static void
test_old_proof(void **state)
{
	static uint8_t room[RESUME_OPAQUE];
	struct mk_make m = make_of((struct slice){ NULL, 0 });
	struct mk_made made;
	struct mv_proof p;
	int keep;

	(void)state;
	by_certificate();
	proof_of(&gw, &p);
	for (keep = 0; keep < 2; keep++) {
		if (keep)
			m.peers = (struct slice){ room, 100 };
		p.p.proved = NOW - 100;
		p.p.generation = 7;
		resume_certd_gone(&gw, NOW - 100);
		resume_make(&gw, &m, &p, NOW, &made, room);
		assert_int_equal(made.code, RSN_RESUME);
		assert_non_null(strstr(made.text, "certd began again"));
		assert_null(kepts_find(gw.resumer->kepts, 1));
		p.p.proved++;
		resume_make(&gw, &m, &p, NOW, &made, room);
		assert_int_equal(made.code, RSN_OK);
		p.p.generation = 6;
		resume_make(&gw, &m, &p, NOW, &made, room);
		assert_int_equal(made.code, RSN_RESUME);
	}
	assert_non_null(kepts_find(gw.resumer->kepts, 1));
}

/* What a client kept falls with its tunnel, and by a full exchange. */
static void
test_kept(void **state)
{
	static const uint8_t one[4] = { 0, 0, 0, 1 };
	struct mv_proof p;

	(void)state;
	proof_of(&gw, &p);
	give(&p);
	resumer_tell(client.resumer);
	assert_int_equal(told_n, 2);
	void_it(&client, VOID_TUNNEL, one, 4);
	assert_int_equal(told.until, 0);
	begin(NOW);
	assert_int_equal(x.shown.code, RSN_RESUME);
	orders_drop(client.orders, ORDER);
	give(&p);
	resume_let_go(&client, 1);
	assert_int_equal(told.until, 0);
	begin(NOW + 1);
	assert_int_equal(x.shown.code, RSN_RESUME);
}

/* A signature for another ticket than the one that is kept. */
static void
test_sign_other(void **state)
{
	struct mk_context c;
	struct mv_proof p;

	(void)state;
	proof_of(&gw, &p);
	give(&p);
	order(ORDER, NOW);
	x.ni = nonce_of(&client, NOW);
	x.nr = nonce_of(&gw, NOW);
	x.msg_i_len = message(x.msg_i, 0, x.ni.ticket,
	    (struct slice){ spi_i, 8 });
	x.msg_r_len = message(x.msg_r, 1, x.nr.ticket,
	    (struct slice){ spi_i, 8 });
	context(&c, 1);
	resume_sign(&client, 0, &c, NOW, &x.sig, &x.keys);
	assert_int_equal(x.sig.code, RSN_RESUME);
	assert_int_equal(x.sig.auth_len, 0);
	assert_int_equal(x.keys.keys_len, 0);
}

static void
test_wrap(void **state)
{
	struct wrap *w = wrap_new(), *other = wrap_new();
	uint8_t in[100] = "what is sealed", a[200], b[200], c[200];
	struct slice s = { in, sizeof(in) }, sa = { a, 0 };

	(void)state;
	sa.len = wrap_make(w, 5, s, a);
	assert_int_equal(sa.len, sizeof(in) + WRAP_OVERHEAD);
	assert_int_equal(wrap_make(w, 5, s, b), sa.len);
	assert_memory_not_equal(a + 13, b + 13, 30);
	assert_int_equal(wrap_open(w, 6, sa, c), sizeof(in));
	assert_memory_equal(c, in, sizeof(in));
	assert_int_equal(wrap_open(other, 6, sa, c), 0);
	/* The key's second day: it opens, another makes. */
	assert_int_not_equal(wrap_make(w, 5 + WRAP_KEY_SECONDS, s, b), 0);
	assert_memory_not_equal(a + 1, b + 1, 4);
	assert_int_equal(wrap_open(w, 5 + 2 * WRAP_KEY_SECONDS - 1, sa, c),
	    sizeof(in));
	assert_int_equal(wrap_open(w, 5 + 2 * WRAP_KEY_SECONDS, sa, c), 0);
	wrap_free(w);
	wrap_free(other);
}

/* Rows end with their tickets, whatever the order they came in. */
static void
test_spent(void **state)
{
	struct spent *t = spent_new();
	struct mv_void m = { .what = VOID_SA, .until = 100 };
	struct mv_void other = { .what = VOID_SA, .until = 50 };

	(void)state;
	other.name[31] = 1;
	spent_add(t, &m, 10);
	assert_true(spent_is(t, &m, 10, 11));
	assert_false(spent_is(t, &m, 11, 11));
	assert_false(spent_is(t, &other, 5, 11));
	spent_add(t, &other, 12);
	assert_true(spent_is(t, &other, 5, 49));
	assert_false(spent_is(t, &other, 5, 50));
	assert_true(spent_is(t, &m, 10, 99));
	/* Again, and for less: it stays. */
	m.until = 60;
	spent_add(t, &m, 51);
	assert_true(spent_is(t, &m, 51, 99));
	assert_false(spent_is(t, &m, 10, 100));
	/* Of what has no ticket there is no row. */
	m.until = 0;
	spent_add(t, &m, 101);
	assert_false(spent_is(t, &m, 100, 101));
	spent_free(t);
}

/* When the table is full the tunnel with most is void, and no other. */
static void
test_spent_full(void **state)
{
	struct spent *t = spent_new();
	struct mv_void m = { .what = VOID_SA, .tunnel = 7 };
	struct mv_void one = { .what = VOID_SA, .tunnel = 8, .until = 900 };
	struct mv_void seven = { .what = VOID_TUNNEL, .name = { 0, 0, 0, 7 } };
	struct mv_void eight = { .what = VOID_TUNNEL, .name = { 0, 0, 0, 8 } };
	uint32_t i;

	(void)state;
	one.name[31] = 1;
	spent_add(t, &one, 10);
	seven.until = 400;
	spent_add(t, &seven, 10);
	seven.until = 0;
	for (i = 0; i <= 2 * SPENT_MAX; i++) {
		memcpy(m.name, &i, sizeof(i));
		m.until = 500 + i % 7;
		spent_add(t, &m, 20);
	}
	assert_true(spent_is(t, &m, 20, 21));
	assert_true(spent_is(t, &seven, 20, 21));
	assert_true(spent_is(t, &seven, 20, 505));
	assert_false(spent_is(t, &seven, 21, 21));
	assert_true(spent_is(t, &one, 10, 21));
	assert_false(spent_is(t, &one, 11, 21));
	assert_false(spent_is(t, &eight, 10, 21));
	/* Nothing to gather: then all. */
	for (i = 0; i <= SPENT_MAX; i++) {
		m.what = VOID_PROOF;
		memcpy(m.name, &i, sizeof(i));
		spent_add(t, &m, 30);
	}
	assert_true(spent_is(t, &eight, 30, 31));
	assert_false(spent_is(t, &eight, 31, 31));
	spent_free(t);
}

/* What is over is wiped without anybody asking. */
static void
test_tidy(void **state)
{
	static uint8_t room[RESUME_OPAQUE];
	struct kept_ticket *k;
	struct rs_state st;
	struct mk_make m = make_of((struct slice){ room, 100 });
	struct mk_made made;
	struct mv_proof p;

	(void)state;
	proof_of(&client, &p);
	resume_make(&client, &m, &p, NOW, &made, room);
	k = kepts_find(client.resumer->kepts, 1);
	assert_non_null(k);
	/* SK_d is in the locked heap alone. */
	assert_int_equal(k->st.d[0], 0);
	kept_state(k, &st);
	assert_memory_equal(st.d, m.d, m.d_len);
	resumer_tidy(client.resumer, NOW + 3599);
	assert_non_null(kepts_find(client.resumer->kepts, 1));
	resumer_tidy(client.resumer, NOW + 3600);
	assert_null(kepts_find(client.resumer->kepts, 1));
	assert_int_equal(told.until, 0);
	/* Shown, and nothing came of it. */
	resume_make(&client, &m, &p, NOW, &made, room);
	k = kepts_find(client.resumer->kepts, 1);
	k->order = ORDER;
	k->shown = NOW + 5;
	resumer_tidy(client.resumer, NOW + 5 + TICKET_SECONDS);
	assert_non_null(kepts_find(client.resumer->kepts, 1));
	resumer_tidy(client.resumer, NOW + 6 + TICKET_SECONDS);
	assert_null(kepts_find(client.resumer->kepts, 1));
}

/* As client: one of a session that had no PPK is let go where one has to be. */
static void
test_client_requires(void **state)
{
	struct mv_proof p;

	(void)state;
	proof_of(&gw, &p);
	give(&p);
	require_ppk(&client);
	begin(NOW + 60);
	assert_int_equal(x.shown.code, RSN_PPK);
	assert_int_equal(told.until, 0);
}

/* Computed apart from this code, with another HMAC. */
static void
test_vectors(void **state)
{
	static const struct {
		uint16_t	 encr, bits, integ, prf;
		const char	*ike, *pi, *pr, *auth;
	} rows[] = {
		{ ENCR_AES_GCM_16, 256, INTEG_NONE, PRF_HMAC_SHA2_384,
		"89f9150815945849429f863fb48e0521cfc88d7c7d8803943142709db23b"
		"533431356f9ee5c4461eab9cc03b616796821a29203c827622a251d7c1d5"
		"85d027305f49507dbaf40923b8503ff63d056aa3370b718b9cde5343a68a"
		"e4089fd28d148fe74fe8e31ccf33fdde724e00e863c52952020e57008282",
		"d9f6351f1420975607dafce8165464710fee889476edd7634635405f7213"
		"e36e1b4ac8e9d374c4c61e22f9899291a162",
		"2accb24df85fb3840b640cc1528ca29639ed6e479b58b2f1dc3491067246"
		"c852462971b390556dfec7f4d3d00a30ede0",
		"635ef1b0b25843637b36e3decb151112f3fbaf470cc5bd22f4cb5ab0d183"
		"cd5afbf259fb5ced67374486a0db391e999a" },
		{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256_128,
		PRF_HMAC_SHA2_256,
		"3b253af64c5f0e9b6af89e32280e6c68f381214307040717ba767e2c9170"
		"717f147526b974ab46fa340fc2ff049e8011291d734fcd451d6949870278"
		"c1214d1d2eb0d97ade8cd3dcec6774f17164897ecc097d0936a2eb4ca718"
		"2ba70949c5becf7776ca17b4de7de4677a7103d2da675def54c121d37100"
		"6659942977619eb729fd186610abf67926f2f180916eb7604c22608ce9ce"
		"0793d5efce5818909269",
		"c956b6728479c12dca48f8d40cdde2f49ccb97feb68727d12902dfae59c5"
		"4dda",
		"0b9461d4f32032f15608cba9c397b816a14ae68cb0f7b1863b82326dc4a4"
		"6167",
		"b12a1e3315123f08708d3192babf09a1da85a2ef672a4136f2beeff443d7"
		"9b8a" },
	};
	static const uint8_t si[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const uint8_t sr[8] = { 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6,
	    0xa7, 0xa8 };
	uint8_t ni[32], nr[64], d[64], msg[64], auth[PRF_MAX];
	uint8_t id[7] = { 2, 0, 0, 0, 'b', 'e', 'e' };
	struct wt_suite su;
	struct resume_keys k;
	struct auth_in in;
	size_t i, j, len;

	(void)state;
	for (j = 0; j < sizeof(nr); j++) {
		nr[j] = (uint8_t)(0x80 + j);
		ni[j % 32] = (uint8_t)(0x10 + j % 32);
		d[j] = (uint8_t)(7 * j + 3);
	}
	memset(msg, 1, sizeof(msg));
	for (i = 0; i < 2; i++) {
		memset(&su, 0, sizeof(su));
		su.proto = PROTO_IKE;
		su.encr = rows[i].encr;
		su.encr_bits = rows[i].bits;
		su.integ = rows[i].integ;
		su.prf = rows[i].prf;
		len = hprf_len(su.prf);
		assert_int_equal(resume_keys_make(&su, (struct slice){ d,
		    len }, (struct slice){ ni, 32 }, (struct slice){ nr, 64 },
		    si, sr, &k), 0);
		assert_hex(k.ike, k.ike_len, rows[i].ike);
		assert_int_equal(k.p_len, len);
		assert_hex(k.pi, len, rows[i].pi);
		assert_hex(k.pr, len, rows[i].pr);
		memset(&in, 0, sizeof(in));
		in.prf = su.prf;
		in.resumed = 1;
		in.message = (struct slice){ msg, sizeof(msg) };
		in.nonce = (struct slice){ nr, 64 };
		in.sk_p = (struct slice){ k.pi, len };
		in.id_body = (struct slice){ id, sizeof(id) };
		assert_int_equal(auth_make(&in, auth), len);
		assert_hex(auth, len, rows[i].auth);
		/* No suite of ours, SK_d of another PRF. */
		assert_int_equal(resume_keys_make(&su, (struct slice){ d,
		    len - 1 }, (struct slice){ ni, 32 }, (struct slice){ nr,
		    64 }, si, sr, &k), -1);
		su.encr = 99;
		assert_int_equal(resume_keys_make(&su, (struct slice){ d,
		    len }, (struct slice){ ni, 32 }, (struct slice){ nr, 64 },
		    si, sr, &k), -1);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_resumes), TEST(test_once), TEST(test_thief),
		TEST(test_wrong_auth), TEST(test_changes),
		TEST(test_not_made), TEST(test_old_proof), TEST(test_kept),
		TEST(test_sign_other),
		TEST(test_wrap), TEST(test_spent), TEST(test_spent_full),
		TEST(test_tidy), TEST(test_vectors),
		TEST(test_client_requires),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
