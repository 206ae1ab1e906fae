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
 * ikd/ike/msg_build.c and tsp.c: what is built is read back; every buffer
 * too small is refused and nothing is written behind it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "alg.h"
#include "id.h"
#include "ike_hex.h"
#include "ts.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/pld_id.h"
#include "../../ikd/ike/pld_ke.h"
#include "../../ikd/ike/pld_notify.h"
#include "../../ikd/ike/pld_sa.h"
#include "../../ikd/ike/sk.h"
#include "../../ikd/ike/tsp.h"

static const struct ike_hdr header = {
	.spi_i = { 1, 2, 3, 4, 5, 6, 7, 8 }, .spi_r = { 9 },
	.exch = EXCH_AUTH, .flags = HDR_INITIATOR, .msgid = 1
};

static const struct wt_suite suite = { PROTO_IKE, ENCR_AES_CBC, 256,
	INTEG_HMAC_SHA2_256_128, PRF_HMAC_SHA2_256, KE_X25519, { 0 }, 0, 0 };

static struct wt_ts
T(const char *prefix)
{
	struct wt_prefix p;
	struct wt_ts t;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	ts_from_prefix(&t, &p);
	return (t);
}

/* Everything there is, in one message. */
static long
build(uint8_t *buf, size_t size, struct sk_ctx *sk)
{
	static const uint8_t spi[4] = { 1, 2, 3, 4 }, octets[64] = { 7 };
	static const uint32_t spis[2] = { 0x01020304, 0xfffffffe };
	struct wt_ts ts[2] = { T("10.1.0.0/16"), T("2001:db8::/32") };
	struct wt_proposal p[2];
	struct wt_id id;
	struct msg_build m;
	char err[128];

	assert_int_equal(proposal_parse("esp-aes256gcm16-noesn", PROTO_ESP,
	    NULL, &p[0], err, sizeof(err)), 0);
	assert_int_equal(proposal_parse("esp-aes128-sha256-x25519-noesn",
	    PROTO_ESP, NULL, &p[1], err, sizeof(err)), 0);
	assert_null(id_parse("fqdn:gw.example.com", &id));
	msg_begin(&m, buf, size, &header);
	if (sk != NULL)
		msg_begin_sk(&m, sk);
	msg_add_id(&m, PLD_IDI, &id);
	msg_add_auth(&m, AUTH_PSK, octets, 32);
	msg_add_sa(&m, p, 2, spi, 4);
	tsp_add(&m, PLD_TSI, ts, 2);
	tsp_add(&m, PLD_TSR, ts + 1, 1);
	msg_add_ke(&m, KE_X25519, octets, 32);
	msg_add_nonce(&m, octets, 32);
	msg_add_notify(&m, N_INITIAL_CONTACT, NULL, 0);
	msg_add_notify_spi(&m, N_REKEY_SA, PROTO_ESP, 0xaabbccdd, NULL, 0);
	msg_add_delete(&m, PROTO_ESP, spis, 2);
	msg_add_delete_ike(&m);
	msg_add_vendor(&m, "vendor", 6);
	return (sk == NULL ? msg_finish(&m) : msg_finish_sk(&m, sk, 42));
}

static const struct pld *
find(const struct packet *pkt, unsigned int type, const struct pld *prev)
{
	const struct pld *p = packet_find(pkt, type, prev);

	assert_non_null(p);
	return (p);
}

static void
check_sa_ts(const struct packet *pkt)
{
	static struct sa_payload sa;
	struct ts_list l;
	const struct pld *p = find(pkt, PLD_SA, NULL);

	assert_null(pld_sa_parse(p->p, p->len, &sa));
	assert_int_equal(sa.n, 2);
	assert_int_equal(sa.prop[0].spi[3], 4);
	assert_int_equal(sa.prop[1].num, 2);
	assert_int_equal(sa.prop[1].nxf, 4);
	p = find(pkt, PLD_TSI, NULL);
	assert_null(pld_ts_parse(p->p, p->len, &l));
	assert_int_equal(l.n, 2);
	assert_int_equal(l.ts[0].af, 4);
	assert_int_equal(l.ts[1].af, 6);
	assert_int_equal(l.ts[1].hi[15], 0xff);
	p = find(pkt, PLD_TSR, NULL);
	assert_null(pld_ts_parse(p->p, p->len, &l));
	assert_int_equal(l.n, 1);
}

static void
check(const struct packet *pkt)
{
	struct pld_id id;
	struct pld_auth auth;
	struct pld_ke ke;
	struct pld_notify n;
	struct pld_delete d;
	const struct pld *p;
	struct slice nonce;

	p = find(pkt, PLD_IDI, NULL);
	assert_null(pld_id_parse(p->p, p->len, &id));
	assert_int_equal(id.id.type, ID_FQDN);
	assert_memory_equal(id.id.data, "gw.example.com", 14);
	p = find(pkt, PLD_AUTH, NULL);
	assert_null(pld_auth_parse(p->p, p->len, &auth));
	assert_int_equal(auth.method, AUTH_PSK);
	assert_int_equal(auth.data.len, 32);
	check_sa_ts(pkt);
	p = find(pkt, PLD_KE, NULL);
	assert_null(pld_ke_parse(p->p, p->len, &ke));
	assert_int_equal(ke.group, KE_X25519);
	p = find(pkt, PLD_NONCE, NULL);
	assert_null(pld_nonce_parse(p->p, p->len, &nonce));
	assert_int_equal(packet_notify(pkt, N_INITIAL_CONTACT, &n), 1);
	assert_int_equal(packet_notify(pkt, N_REKEY_SA, &n), 1);
	assert_int_equal(get32(n.spi.p), 0xaabbccdd);
	p = find(pkt, PLD_D, NULL);
	assert_null(pld_delete_parse(p->p, p->len, &d));
	assert_int_equal(pld_delete_spi(&d, 1), 0xfffffffe);
	p = find(pkt, PLD_D, p);
	assert_null(pld_delete_parse(p->p, p->len, &d));
	assert_int_equal(d.proto, PROTO_IKE);
	find(pkt, PLD_V, NULL);
}

static struct sk_ctx *
context(enum sk_dir dir)
{
	static const uint8_t key[64] = { 1 };

	return (sk_ctx_new(&suite, dir, (struct slice){ key, 32 },
	    (struct slice){ key, 32 }));
}

static void
test_plain(void **state)
{
	struct packet pkt;
	uint8_t buf[2048];
	long len = build(buf, sizeof(buf), NULL);

	(void)state;
	assert_true(len > 0);
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.hdr.exch, EXCH_AUTH);
	check(&pkt);
}

static void
test_protected(void **state)
{
	struct sk_ctx *seal = context(SK_SEAL), *open = context(SK_OPEN);
	struct packet pkt;
	const uint8_t *plain;
	uint8_t buf[2048];
	size_t plen;
	long len = build(buf, sizeof(buf), seal);

	(void)state;
	assert_true(len > 0);
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.n, 1);
	assert_int_equal(sk_open(open, buf, len, pkt.sk_off, &plain, &plen),
	    SK_GOOD);
	assert_null(packet_parse_inner(&pkt, plain, plen));
	check(&pkt);
	sk_ctx_free(seal);
	sk_ctx_free(open);
}

/* Each size too small: -1, and not an octet behind the end. */
static void
test_small(void **state)
{
	struct sk_ctx *seal = context(SK_SEAL);
	uint8_t buf[2048], full[2048];
	size_t size, i;
	long len;
	int k;

	(void)state;
	for (k = 0; k < 2; k++) {
		len = build(full, sizeof(full), k ? seal : NULL);
		assert_true(len > 0);
		for (size = 0; size < (size_t)len; size++) {
			memset(buf, 0xee, sizeof(buf));
			assert_int_equal(build(buf, size, k ? seal : NULL),
			    -1);
			for (i = size; i < (size_t)len; i++)
				assert_int_equal(buf[i], 0xee);
		}
		assert_int_equal(build(buf, len, k ? seal : NULL), len);
		assert_memory_equal(buf, full, len);
	}
	sk_ctx_free(seal);
}

/* Misuse is an error, never a message. */
static void
test_misuse(void **state)
{
	struct sk_ctx *seal = context(SK_SEAL);
	static const struct wt_proposal none = { .proto = PROTO_ESP };
	static uint32_t spis[IKE_DELETE_MAX + 1];
	struct msg_build m;
	uint8_t buf[2048];

	(void)state;
#define BEGIN()	msg_begin(&m, buf, sizeof(buf), &header)
	BEGIN();
	msg_open(&m, PLD_V);			/* left open */
	assert_int_equal(msg_finish(&m), -1);
	BEGIN();
	msg_close(&m);				/* never opened */
	assert_int_equal(msg_finish(&m), -1);
	BEGIN();
	msg_open(&m, PLD_V);
	msg_open(&m, PLD_V);			/* one in another */
	assert_int_equal(msg_finish(&m), -1);
	BEGIN();
	msg_begin_sk(&m, seal);
	assert_int_equal(msg_finish(&m), -1);	/* would be in the clear */
	BEGIN();
	assert_int_equal(msg_finish_sk(&m, seal, 1), -1);
	BEGIN();
	msg_add_nonce(&m, buf, 15);
	assert_int_equal(msg_finish(&m), -1);
	BEGIN();
	msg_add_sa(&m, &none, 0, NULL, 0);
	assert_int_equal(msg_finish(&m), -1);
	BEGIN();
	msg_add_sa(&m, &none, 1, NULL, 0);	/* without transforms */
	assert_int_equal(msg_finish(&m), -1);
	BEGIN();
	msg_add_delete(&m, PROTO_ESP, spis, IKE_DELETE_MAX + 1);
	assert_int_equal(msg_finish(&m), -1);
	BEGIN();
	tsp_add(&m, PLD_TSI, NULL, 0);
	assert_int_equal(msg_finish(&m), -1);
#undef BEGIN
	sk_ctx_free(seal);
}

static void
test_empty(void **state)
{
	struct sk_ctx *seal = context(SK_SEAL), *open = context(SK_OPEN);
	struct msg_build m;
	struct packet pkt;
	const uint8_t *plain;
	uint8_t buf[256];
	size_t plen;
	long len;

	(void)state;
	msg_begin(&m, buf, sizeof(buf), &header);
	msg_begin_sk(&m, seal);
	len = msg_finish_sk(&m, seal, 1);
	assert_int_equal(len, 28 + 4 + 16 + 16 + 16);
	assert_null(packet_parse(buf, len, &pkt));
	assert_int_equal(pkt.sk_next, PLD_NONE);
	assert_int_equal(sk_open(open, buf, len, pkt.sk_off, &plain, &plen),
	    SK_GOOD);
	assert_int_equal(plen, 0);
	assert_null(packet_parse_inner(&pkt, plain, plen));
	sk_ctx_free(seal);
	sk_ctx_free(open);
}

static struct ts_pair
pair(const char *local, const char *remote)
{
	struct ts_pair p;

	memset(&p, 0, sizeof(p));
	p.local.n = p.remote.n = 1;
	p.local.ts[0] = T(local);
	p.remote.ts[0] = T(remote);
	return (p);
}

static void
test_narrow(void **state)
{
	struct ts_pair ours = pair("10.1.0.0/16", "10.2.0.0/16");
	struct ts_pair theirs = pair("0.0.0.0/0", "10.2.5.0/24"), out;
	struct wt_ts want = T("10.1.0.0/16");

	(void)state;
	assert_int_equal(tsp_narrow(&ours, &theirs, &out), 1);
	assert_int_equal(out.local.n, 1);
	assert_int_equal(ts_equal(&out.local.ts[0], &want), 1);
	assert_int_equal(tsp_within(&theirs, &out), 1);
	assert_int_equal(tsp_within(&out, &theirs), 0);
	theirs = pair("10.1.0.0/16", "192.0.2.0/24");
	assert_int_equal(tsp_narrow(&ours, &theirs, &out), 0);
	theirs = pair("10.1.0.0/16", "10.2.0.0/16");
	theirs.local.n = 0;
	assert_int_equal(tsp_narrow(&ours, &theirs, &out), 0);
	assert_int_equal(tsp_within(&ours, &theirs), 0);
	/* An answer with selectors that we could not read is none. */
	theirs = ours;
	theirs.remote.skipped = 1;
	assert_int_equal(tsp_within(&ours, &theirs), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_narrow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
