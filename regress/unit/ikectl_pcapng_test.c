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
 * The file that `ikectl trace` makes, octet by octet, and its lines of keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../ikd/ikectl/pcapng.h"
#include "addr.h"

static uint8_t buf[TRACE_DATA + PCAPNG_MORE];
static struct pcapng_streams streams;

static uint32_t
le(const uint8_t *p)
{
	return ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24);
}

/* Blocks end to end, each with its length twice. */
static unsigned int
blocks(const uint8_t *p, size_t len)
{
	unsigned int n = 0;
	uint32_t l;

	for (; len > 0; p += l, len -= l, n++) {
		assert_true(len >= 12);
		l = le(p + 4);
		assert_true(l >= 12 && l % 4 == 0 && l <= len);
		assert_int_equal(le(p + l - 4), l);
	}
	return (n);
}

static void
test_head(void **state)
{
	uint8_t head[PCAPNG_HEAD];
	size_t n;

	(void)state;
	n = pcapng_head("a program with a very long name, longer than fits",
	    head);
	assert_true(n <= sizeof(head));
	assert_int_equal(blocks(head, n), 2);
	assert_int_equal(le(head), 0x0a0d0d0a);
	assert_int_equal(le(head + 8), 0x1a2b3c4d);
}

static uint32_t
ones(const uint8_t *p, size_t len, uint32_t s)
{
	size_t i;

	for (i = 0; i < len; i++)
		s += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (s);
}

static void
test_packet(void **state)
{
	struct mp_packet m = { .us = 0x0102030405060708ULL, .lost = 7,
	    .local.port = 500, .remote.port = 4500, .out = 1, .natt = 1 };
	const uint8_t *ip = buf + 28;
	size_t n;

	(void)state;
	m.data.p = (const uint8_t *)"hello";
	m.data.len = 5;
	addr_parse("192.0.2.1", &m.local.addr);
	addr_parse("192.0.2.2", &m.remote.addr);
	n = pcapng_packet(&streams, &m, buf, sizeof(buf));
	assert_int_equal(blocks(buf, n), 1);
	assert_int_equal(le(buf), 6);
	assert_int_equal(le(buf + 12), 0x01020304);
	assert_int_equal(le(buf + 16), 0x05060708);
	assert_int_equal(le(buf + 20), 20 + 8 + 4 + 5);
	assert_int_equal(ones(ip, 20, 0), 0xffff);
	assert_memory_equal(ip + 12, m.local.addr.a, 4);
	assert_memory_equal(ip + 20, "\x01\xf4\x11\x94\x00\x11", 6);
	assert_memory_equal(ip + 28, "\0\0\0\0hello", 9);
	/* The pseudo-header's sum: addresses, protocol, length. */
	assert_int_equal(ones(ip + 20, 17, ones(ip + 12, 8, 17 + 17)),
	    0xffff);
	/* In: the other way round. */
	m.out = 0;
	m.natt = 0;
	n = pcapng_packet(&streams, &m, buf, sizeof(buf));
	assert_int_equal(blocks(buf, n), 1);
	assert_memory_equal(ip + 12, m.remote.addr.a, 4);
	assert_memory_equal(ip + 28, "hello", 5);
	addr_parse("2001:db8::1", &m.local.addr);
	assert_int_equal(pcapng_packet(&streams, &m, buf, sizeof(buf)), 0);
	addr_parse("2001:db8::2", &m.remote.addr);
	n = pcapng_packet(&streams, &m, buf, sizeof(buf));
	assert_int_equal(blocks(buf, n), 1);
	assert_int_equal(le(buf + 20), 40 + 8 + 5);
	assert_int_equal(ones(ip + 40, 13, ones(ip + 8, 32, 17 + 13)),
	    0xffff);
	/* The largest there is, and one with too little room. */
	m.data.p = buf;
	m.data.len = TRACE_DATA;
	{
		static uint8_t big[TRACE_DATA + PCAPNG_MORE];

		n = pcapng_packet(&streams, &m, big, sizeof(big));
		assert_int_equal(blocks(big, n), 1);
		assert_int_equal(pcapng_packet(&streams, &m, big,
		    sizeof(big) - 1), 0);
	}
}

static uint32_t
be(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

/* A segment behind its block's 28 octets: its length, what it carries. */
static uint32_t
segment(const uint8_t *b, uint32_t seq, uint32_t ack, const void *body,
    size_t len)
{
	const uint8_t *ip = b + 28;

	assert_int_equal(le(b), 6);
	assert_int_equal(le(b + 20), 20 + 20 + len);
	assert_int_equal(ip[9], 6);
	assert_int_equal(be(ip + 24), seq);
	assert_int_equal(be(ip + 28), ack);
	assert_memory_equal(ip + 40, body, len);
	assert_int_equal(ones(ip + 20, 20 + len, ones(ip + 12, 8,
	    (uint32_t)(6 + 20 + len))), 0xffff);
	return (le(b + 4));
}

/*
 * RFC 9329: who made the stream says IKETCP once; both count what they wrote.
 */
static void
test_stream(void **state)
{
	struct mp_packet m = { .local = { .port = 33000, .tcp = 1 },
	    .remote = { .port = 4500, .tcp = 1 }, .out = 1, .natt = 1,
	    .client = 1 };
	unsigned int i;
	uint32_t n;

	(void)state;
	memset(&streams, 0, sizeof(streams));
	m.data.p = (const uint8_t *)"hello";
	m.data.len = 5;
	addr_parse("192.0.2.1", &m.local.addr);
	addr_parse("192.0.2.2", &m.remote.addr);
	assert_int_equal(blocks(buf, pcapng_packet(&streams, &m, buf,
	    sizeof(buf))), 2);
	n = segment(buf, 1, 1, "IKETCP\0\x0b\0\0\0\0", 12);
	segment(buf + n, 13, 1, "hello", 5);
	m.out = 0;
	pcapng_packet(&streams, &m, buf, sizeof(buf));
	n = segment(buf, 1, 18, "\0\x0b\0\0\0\0", 6);
	segment(buf + n, 7, 18, "hello", 5);
	m.out = 1;
	pcapng_packet(&streams, &m, buf, sizeof(buf));
	n = segment(buf, 18, 12, "\0\x0b\0\0\0\0", 6);
	segment(buf + n, 24, 12, "hello", 5);
	/* Theirs: it begins with what they say. */
	m.client = 0;
	m.remote.port = 33000;
	m.local.port = 4500;
	pcapng_packet(&streams, &m, buf, sizeof(buf));
	segment(buf, 1, 1, "\0\x0b\0\0\0\0", 6);
	m.out = 0;
	pcapng_packet(&streams, &m, buf, sizeof(buf));
	segment(buf, 1, 12, "IKETCP\0\x0b\0\0\0\0", 12);
	/* More of them than are known at once: the oldest begins anew. */
	for (i = 0; i < PCAPNG_STREAMS - 1; i++) {
		m.remote.port = (uint16_t)(1000 + i);
		pcapng_packet(&streams, &m, buf, sizeof(buf));
	}
	m.remote.port = 33000;
	pcapng_packet(&streams, &m, buf, sizeof(buf));
	segment(buf, 18, 12, "\0\x0b\0\0\0\0", 6);
	m.out = 1;
	m.client = 1;
	m.local.port = 33000;
	m.remote.port = 4500;
	pcapng_packet(&streams, &m, buf, sizeof(buf));
	segment(buf, 1, 1, "IKETCP\0\x0b\0\0\0\0", 12);
}

static void
test_keys(void **state)
{
	struct mp_keys m = { .suite = { .encr = 12, .encr_bits = 128,
	    .integ = 12 }, .ei_len = 2, .er_len = 1, .ai_len = 1,
	    .ar_len = 64 };
	char line[KEY_LINE];

	(void)state;
	memset(m.spi_i, 0xab, 8);
	memset(m.spi_r, 0x01, 8);
	m.ei[0] = 0x12;
	m.er[0] = 0x34;
	m.ai[0] = 0x56;
	m.ar_len = 1;
	m.ar[0] = 0x78;
	assert_int_equal(pcapng_key_line(&m, line, sizeof(line)), 0);
	assert_string_equal(line, "abababababababab,0101010101010101,1200,34,"
	    "\"AES-CBC-128 [RFC3602]\",56,78,\"HMAC_SHA2_256_128 [RFC4868]\"");
	/* All of the longest keys. */
	m.ei_len = m.er_len = m.ai_len = m.ar_len = TRACE_KEY;
	m.suite.encr = 20;
	m.suite.encr_bits = 256;
	m.suite.integ = 0;
	assert_int_equal(pcapng_key_line(&m, line, sizeof(line)), 0);
	assert_true(strlen(line) < sizeof(line) - 1);
	assert_non_null(strstr(line, "NONE [RFC4306]"));
	/* Nobody can be told of it. */
	m.suite.encr = 28;
	assert_int_equal(pcapng_key_line(&m, line, sizeof(line)), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
