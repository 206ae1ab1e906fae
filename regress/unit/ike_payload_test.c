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

/* ikd/ike/pld_*.c: each payload, good, broken, cut at every octet. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "id.h"
#include "ike_hex.h"
#include "../../ikd/ike/pld_id.h"
#include "../../ikd/ike/pld_ke.h"
#include "../../ikd/ike/pld_notify.h"
#include "../../ikd/ike/pld_sa.h"
#include "../../ikd/ike/pld_ts.h"

#define NBAD	(sizeof(bad) / sizeof(bad[0]))

/* Parsers under one signature, for the cutting. */
typedef const char *parse_fn(const uint8_t *, size_t);

static struct sa_payload sa;
static struct pld_ke ke;
static struct slice nonce;
static struct pld_id id;
static struct pld_auth auth;
static struct pld_notify notify;
static struct pld_delete del;
static struct ts_list ts;

#define PARSER(fn, arg)							\
static const char *							\
do_##fn(const uint8_t *p, size_t len)					\
{									\
	return (pld_##fn##_parse(p, len, &arg));			\
}
PARSER(sa, sa)
PARSER(ke, ke)
PARSER(id, id)
PARSER(auth, auth)
PARSER(notify, notify)
PARSER(delete, del)
PARSER(ts, ts)

/* Parses a copy of exactly its size, for the sanitizer. */
static const char *
parse(parse_fn *fn, const char *text)
{
	uint8_t buf[2048], *p;
	size_t len = hex(text, buf, sizeof(buf));
	const char *why;

	p = malloc(len == 0 ? 1 : len);
	assert_non_null(p);
	memcpy(p, buf, len);
	why = fn(p, len);
	free(p);
	return (why);
}

/* Every shorter piece must be refused. */
static void
cut(parse_fn *fn, const char *text)
{
	uint8_t buf[2048], *p;
	size_t i, len = hex(text, buf, sizeof(buf));

	for (i = 0; i < len; i++) {
		p = malloc(i == 0 ? 1 : i);
		assert_non_null(p);
		memcpy(p, buf, i);
		assert_non_null(fn(p, i));
		free(p);
	}
}

/* Two proposals: AES-GCM-256, PRF SHA-384, X25519; and one of CBC. */
static const char sa_good[] =
	"02000024 01010003 0300000c 01000014 800e0100 03000008 02000006 "
	"00000008 0400001f "
	"0000002c 02010004 0300000c 0100000c 800e0100 03000008 02000005 "
	"03000008 0300000c 00000008 0400000e";

static void
test_sa(void **state)
{
	(void)state;
	assert_null(parse(do_sa, sa_good));
	assert_int_equal(sa.n, 2);
	assert_int_equal(sa.prop[0].num, 1);
	assert_int_equal(sa.prop[0].proto, PROTO_IKE);
	assert_int_equal(sa.prop[0].spi_len, 0);
	assert_int_equal(sa.prop[0].unusable, 0);
	assert_int_equal(sa.prop[0].nxf, 3);
	assert_int_equal(sa.prop[0].xf[0].type, XF_ENCR);
	assert_int_equal(sa.prop[0].xf[0].id, ENCR_AES_GCM_16);
	assert_int_equal(sa.prop[0].xf[0].keybits, 256);
	assert_int_equal(sa.prop[0].xf[2].id, KE_X25519);
	assert_int_equal(sa.prop[0].xf[2].keybits, 0);
	assert_int_equal(sa.prop[1].num, 2);
	assert_int_equal(sa.prop[1].nxf, 4);
	cut(do_sa, sa_good);
}

static void
test_sa_spi(void **state)
{
	static const uint8_t spi[8] = { 0x11, 0x22, 0x33, 0x44 };

	(void)state;
	assert_null(parse(do_sa, "0000001c 01030402 11223344 03000008 "
	    "0100001c 00000008 05000000"));
	assert_int_equal(sa.prop[0].spi_len, 4);
	assert_memory_equal(sa.prop[0].spi, spi, 8);
	assert_int_equal(sa.prop[0].nxf, 2);
	/* An SPI of a width nobody uses makes it unusable, not broken. */
	assert_null(parse(do_sa, "00000015 01030501 1122334455 "
	    "00000008 0100001c"));
	assert_int_equal(sa.prop[0].unusable, 1);
	assert_non_null(parse(do_sa, "00000010 01030901 00000008 0100001c"));
}

static void
test_sa_unknown(void **state)
{
	(void)state;
	/* A type of group key management: the proposal cannot be used. */
	assert_null(parse(do_sa, "00000018 01010002 03000008 0100001c "
	    "00000008 0d000023"));
	assert_int_equal(sa.prop[0].unusable, 1);
	assert_int_equal(sa.prop[0].nxf, 1);
	/* An unknown attribute, short and long: the transform goes. */
	assert_null(parse(do_sa, "0000002c 01010003 0300000c 01000014 "
	    "800f0100 03000010 01000014 00110004 01020304 "
	    "00000008 02000005"));
	assert_int_equal(sa.prop[0].unusable, 0);
	assert_int_equal(sa.prop[0].nxf, 1);
	assert_int_equal(sa.prop[0].xf[0].type, XF_PRF);
	/* No transform at all. */
	assert_null(parse(do_sa, "00000008 01010000"));
	assert_int_equal(sa.prop[0].unusable, 1);
}

static void
test_sa_bad(void **state)
{
	static const char *const bad[] = {
		"",
		/* the last marker: neither, one too many, one too few */
		"01000010 01010001 00000008 0100001c",
		"02000010 01010001 00000008 0100001c",
		"00000010 01010001 00000008 0100001c 00000010 02010001 "
		    "00000008 0100001c",
		/* proposal number zero, and not following */
		"00000010 00010001 00000008 0100001c",
		"02000010 01010001 00000008 0100001c 00000010 03010001 "
		    "00000008 0100001c",
		/* transforms: marker, count too big, count too small */
		"00000010 01010001 03000008 0100001c",
		"00000018 01010002 00000008 0100001c 00000008 02000005",
		"00000010 01010002 03000008 0100001c",
		"00000018 01010001 00000008 0100001c 00000008 02000005",
		/* lengths: proposal, transform, attribute */
		"00000007 01010001 00000008 0100001c",
		"00000011 01010001 00000008 0100001c",
		"00000010 01010001 00000007 0100001c",
		"00000010 01010001 00000009 0100001c",
		"00000014 01010001 0000000a 0100001c 800e 0100",
		"00000014 01010001 0000000c 0100001c 00110001",
		/* key length twice, of zero */
		"00000018 01010001 00000010 0100000c 800e0080 800e0080",
		"00000014 01010001 0000000c 0100000c 800e0000",
	};
	size_t i;

	(void)state;
	for (i = 0; i < NBAD; i++)
		assert_non_null(parse(do_sa, bad[i]));
}

/* More than we look at: proposals are dropped, transforms spoil. */
static void
test_sa_many(void **state)
{
	static uint8_t buf[8192];
	uint8_t *p = buf;
	unsigned int i;

	(void)state;
	for (i = 1; i <= 40; i++, p += 16) {
		memset(p, 0, 16);
		p[0] = i < 40 ? 2 : 0;
		p[3] = 16;
		p[4] = i;
		p[5] = p[7] = p[12] = 1;
		p[11] = 8;
		p[15] = 28;
	}
	assert_null(pld_sa_parse(buf, p - buf, &sa));
	assert_int_equal(sa.n, IKE_PROPS_MAX);
	memset(buf, 0, 8);
	buf[2] = (8 + 8 * 200) >> 8;
	buf[3] = (8 + 8 * 200) & 255;
	buf[4] = buf[5] = 1;
	buf[7] = 200;
	for (i = 0, p = buf + 8; i < 200; i++, p += 8) {
		memset(p, 0, 8);
		p[0] = i < 199 ? 3 : 0;
		p[3] = 8;
		p[4] = 1;
		p[7] = i;
	}
	assert_null(pld_sa_parse(buf, p - buf, &sa));
	assert_int_equal(sa.prop[0].nxf, IKE_XFORMS_MAX);
	assert_int_equal(sa.prop[0].unusable, 1);
}

static void
test_ke_nonce(void **state)
{
	uint8_t buf[4 + IKE_KE_MAX + 1] = { 0, 31, 0, 0, 7 };

	(void)state;
	assert_null(pld_ke_parse(buf, 36, &ke));
	assert_int_equal(ke.group, 31);
	assert_int_equal(ke.data.len, 32);
	assert_ptr_equal(ke.data.p, buf + 4);
	assert_null(pld_ke_parse(buf, 4 + IKE_KE_MAX, &ke));
	assert_non_null(pld_ke_parse(buf, 4 + IKE_KE_MAX + 1, &ke));
	assert_non_null(pld_ke_parse(buf, 4, &ke));
	cut(do_ke, "001f0000 11");
	assert_non_null(pld_nonce_parse(buf, 15, &nonce));
	assert_null(pld_nonce_parse(buf, 16, &nonce));
	assert_int_equal(nonce.len, 16);
	assert_null(pld_nonce_parse(buf, 256, &nonce));
	assert_non_null(pld_nonce_parse(buf, 257, &nonce));
}

static void
test_id(void **state)
{
	uint8_t buf[4 + IKE_ID_MAX + 1];

	(void)state;
	assert_null(parse(do_id, "02000000 67772e61"));
	assert_int_equal(id.id.type, ID_FQDN);
	assert_int_equal(id.id.data_len, 4);
	assert_memory_equal(id.id.data, "gw.a", 4);
	assert_int_equal(id.body.len, 8);
	assert_null(parse(do_id, "01000000 c0000201"));
	assert_null(parse(do_id, "05000000 20010db8 00000000 00000000 "
	    "00000001"));
	assert_null(parse(do_id, "0b000000 00"));
	assert_null(parse(do_id, "0d000000"));
	cut(do_id, "01000000 c0000201");
	assert_non_null(parse(do_id, "00000000 00"));
	assert_non_null(parse(do_id, "01000000 c000020100"));
	assert_non_null(parse(do_id, "05000000 c0000201"));
	assert_non_null(parse(do_id, "0b000000"));
	assert_non_null(parse(do_id, "09000000"));
	/* Names: empty, NUL, blank, line end, delete. */
	assert_non_null(parse(do_id, "02000000"));
	assert_non_null(parse(do_id, "02000000 67770061"));
	assert_non_null(parse(do_id, "02000000 67772061"));
	assert_non_null(parse(do_id, "03000000 67770a61"));
	assert_non_null(parse(do_id, "03000000 67777f61"));
	memset(buf, 'a', sizeof(buf));
	buf[0] = ID_KEY_ID;
	assert_null(pld_id_parse(buf, 4 + IKE_ID_MAX, &id));
	assert_int_equal(id.id.data_len, IKE_ID_MAX);
	assert_non_null(pld_id_parse(buf, 4 + IKE_ID_MAX + 1, &id));
}

static void
test_auth(void **state)
{
	uint8_t buf[4 + IKE_AUTH_MAX + 1] = { AUTH_PSK };

	(void)state;
	assert_null(parse(do_auth, "02000000 0102"));
	assert_int_equal(auth.method, AUTH_PSK);
	assert_int_equal(auth.data.len, 2);
	cut(do_auth, "02000000 01");
	assert_null(pld_auth_parse(buf, 4 + IKE_AUTH_MAX, &auth));
	assert_non_null(pld_auth_parse(buf, 4 + IKE_AUTH_MAX + 1, &auth));
}

static void
test_notify(void **state)
{
	(void)state;
	assert_null(parse(do_notify, "03044009 01020304"));
	assert_int_equal(notify.type, N_REKEY_SA);
	assert_int_equal(notify.proto, PROTO_ESP);
	assert_int_equal(notify.spi.len, 4);
	assert_int_equal(notify.data.len, 0);
	cut(do_notify, "03044009 01020304");
	assert_null(parse(do_notify, "0000000e"));
	assert_null(parse(do_notify, "0000ffff 010203"));
	assert_int_equal(notify.data.len, 3);
	/* Widths we know. */
	assert_null(parse(do_notify, "00000011 001f"));
	cut(do_notify, "00000011 001f");
	assert_non_null(parse(do_notify, "00000011 001f00"));
	assert_non_null(parse(do_notify, "00004006"));
	assert_null(parse(do_notify, "00004006 01"));
	assert_non_null(parse(do_notify, "00004004 0102"));
	assert_non_null(parse(do_notify, "03004009"));
	assert_non_null(parse(do_notify, "03044009 01020304 05"));
	assert_non_null(parse(do_notify, "03ff4000 01020304"));
}

static void
test_delete(void **state)
{
	uint8_t buf[] = { 3, 4, 0, 2, 1, 2, 3, 4, 0xff, 0, 0, 1 };

	(void)state;
	assert_null(parse(do_delete, "01000000"));
	assert_int_equal(del.proto, PROTO_IKE);
	assert_int_equal(del.n, 0);
	assert_null(pld_delete_parse(buf, sizeof(buf), &del));
	assert_int_equal(del.n, 2);
	assert_int_equal(pld_delete_spi(&del, 0), 0x01020304);
	assert_int_equal(pld_delete_spi(&del, 1), 0xff000001);
	cut(do_delete, "03040002 01020304 ff000001");
	assert_non_null(parse(do_delete, "03040002 01020304 ff000001 00"));
	assert_non_null(parse(do_delete, "03080001 0102030405060708"));
	assert_non_null(parse(do_delete, "01080001 0102030405060708"));
	assert_non_null(parse(do_delete, "01000001"));
	assert_non_null(parse(do_delete, "04040001 01020304"));
	assert_non_null(parse(do_delete, "03040041 01020304"));
}

static const char ts_good[] =
	"02000000 07060010 0050 01bb 0a010000 0a01ffff "
	"08000028 0000 ffff 20010db8000000000000000000000000 "
	"20010db800000000ffffffffffffffff";

static void
test_ts(void **state)
{
	static const uint8_t lo[16] = { 10, 1, 0, 0 };

	(void)state;
	assert_null(parse(do_ts, ts_good));
	assert_int_equal(ts.n, 2);
	assert_int_equal(ts.skipped, 0);
	assert_int_equal(ts.ts[0].af, 4);
	assert_int_equal(ts.ts[0].proto, 6);
	assert_int_equal(ts.ts[0].port_lo, 80);
	assert_int_equal(ts.ts[0].port_hi, 443);
	assert_memory_equal(ts.ts[0].lo, lo, 16);
	assert_int_equal(ts.ts[1].af, 6);
	assert_int_equal(ts.ts[1].hi[15], 0xff);
	cut(do_ts, ts_good);
	/* OPAQUE ports; a type we do not know beside one we do. */
	assert_null(parse(do_ts, "01000000 07060010 ffff 0000 0a010000 "
	    "0a01ffff"));
	assert_null(parse(do_ts, "02000000 09060009 0000 ffff 00 "
	    "07000010 0000 ffff 0a010000 0a01ffff"));
	assert_int_equal(ts.n, 1);
	assert_int_equal(ts.skipped, 1);
}

static void
test_ts_bad(void **state)
{
	static const char *const bad[] = {
		"00000000",
		"01000000",
		"02000000 07000010 0000ffff 0a010000 0a01ffff",
		"01000000 07000010 0000ffff 0a010000 0a01ffff 00",
		"01000000 07000014 0000ffff 0a010000 0a01ffff 00000000",
		"01000000 08000010 0000ffff 0a010000 0a01ffff",
		"01000000 0700000f 0000ffff 0a010000 0a01ff",
		"01000000 07000000 0000ffff 0a010000 0a01ffff",
		"01000000 09000007 0000ff",
		"01000000 07000010 0000ffff 0a010001 0a010000",
		"01000000 07060010 00510050 0a010000 0a01ffff",
	};
	static uint8_t buf[4 + 40 * 16];
	size_t i;

	(void)state;
	for (i = 0; i < NBAD; i++)
		assert_non_null(parse(do_ts, bad[i]));
	buf[0] = 40;
	for (i = 0; i < 40; i++) {
		buf[4 + 16 * i] = 7;
		buf[4 + 16 * i + 3] = 16;
	}
	assert_null(pld_ts_parse(buf, sizeof(buf), &ts));
	assert_int_equal(ts.n, LINK_TS);
	assert_int_equal(ts.skipped, 40 - LINK_TS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sa),
		cmocka_unit_test(test_sa_spi),
		cmocka_unit_test(test_sa_unknown),
		cmocka_unit_test(test_sa_bad),
		cmocka_unit_test(test_sa_many),
		cmocka_unit_test(test_ke_nonce),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_ts),
		cmocka_unit_test(test_ts_bad),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
