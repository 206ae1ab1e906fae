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


#ifndef ESP_HELP_H
#define ESP_HELP_H

/*
 * For the tests of ikd/esp: an arena in plain memory, SA pairs with made-up
 * keys, packets.
 */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "alg.h"
#include "../../ikd/esp/arena.h"
#include "../../ikd/esp/cksum.h"
#include "../../ikd/esp/sa.h"
#include "ts.h"

#define HELP_SLOTS	8
#define HELP_SIZE	((HELP_SLOTS + 1) * (size_t)ARENA_RECORD)

static unsigned int help_lost;

static inline void
help_on_lost(uint32_t handle)
{
	(void)handle;
	help_lost++;
}

/* Zeroed, page-aligned memory. */
static inline void *
help_arena(void)
{
	void *p = mmap(NULL, HELP_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return (p);
}

static inline struct wt_ts
help_ts(const char *prefix)
{
	struct wt_prefix p;
	struct wt_ts t;

	assert_int_equal(prefix_parse(prefix, &p), 0);
	ts_from_prefix(&t, &p);
	return (t);
}

static inline struct wt_sock
help_sock(const char *addr, uint16_t port)
{
	struct wt_sock s;

	memset(&s, 0, sizeof(s));
	assert_int_equal(addr_parse(addr, &s.addr), 0);
	s.port = port;
	return (s);
}

/* Keys of the suite's lengths; both directions alike. */
static inline void
help_keys(struct me_sa_add *m, uint16_t encr, uint16_t bits, uint16_t integ)
{
	const struct alg *a = alg_by_id(XF_ENCR, encr, bits);
	unsigned int i;

	assert_non_null(a);
	m->suite.proto = PROTO_ESP;
	m->suite.encr = encr;
	m->suite.encr_bits = bits;
	m->suite.integ = integ;
	m->encr_in_len = m->encr_out_len = a->keylen;
	for (i = 0; i < a->keylen; i++)
		m->encr_in[i] = m->encr_out[i] = 0x10 + i;
	m->integ_in_len = m->integ_out_len = 0;
	if (integ == INTEG_NONE)
		return;
	a = alg_by_id(XF_INTEG, integ, 0);
	assert_non_null(a);
	m->integ_in_len = m->integ_out_len = a->keylen;
	for (i = 0; i < a->keylen; i++)
		m->integ_in[i] = m->integ_out[i] = 0x80 + i;
}

/* A pair 10.1/16 <-> 10.2/16 over the loopback, AES-128-GCM. */
static inline struct me_sa_add
help_add(uint32_t handle, uint32_t spi)
{
	struct me_sa_add m;

	memset(&m, 0, sizeof(m));
	m.handle = handle;
	m.tunnel = 1;
	m.child = 1;
	m.spi_in = m.spi_out = spi;
	m.replay_window = 1024;
	help_keys(&m, ENCR_AES_GCM_16, 128, INTEG_NONE);
	m.local = help_sock("127.0.0.1", 4500);
	m.remote = help_sock("127.0.0.1", 4500);
	m.ts_local_n = m.ts_remote_n = 1;
	m.ts_local[0] = help_ts("10.1.0.0/16");
	m.ts_remote[0] = help_ts("10.2.0.0/16");
	return (m);
}

static inline struct sa *
help_must_add(const struct me_sa_add *m)
{
	struct sa *sa = NULL;
	int added = 0;

	assert_int_equal(sa_add(m, &sa, &added), RSN_OK);
	assert_int_equal(added, 1);
	return (sa);
}

/* An IPv4 packet of len octets in all, ports after the header. */
static inline size_t
help_ip4(uint8_t *p, const char *src, const char *dst, uint8_t proto,
    uint16_t sport, uint16_t dport, size_t len)
{
	struct wt_addr a;
	size_t i;

	memset(p, 0, len);
	for (i = 24; i < len; i++)
		p[i] = (uint8_t)i;
	p[0] = 0x45;
	put16(p + 2, len);
	put16(p + 4, 0x1234);
	p[8] = 64;
	p[9] = proto;
	assert_int_equal(addr_parse(src, &a), 0);
	memcpy(p + 12, a.a, 4);
	assert_int_equal(addr_parse(dst, &a), 0);
	memcpy(p + 16, a.a, 4);
	put16(p + 20, sport);
	put16(p + 22, dport);
	cksum_ip4(p, 20);
	return (len);
}

/* The same for IPv6. */
static inline size_t
help_ip6(uint8_t *p, const char *src, const char *dst, uint8_t proto,
    uint16_t sport, uint16_t dport, size_t len)
{
	struct wt_addr a;

	memset(p, 0, len);
	p[0] = 0x60;
	put16(p + 4, len - 40);
	p[6] = proto;
	p[7] = 64;
	assert_int_equal(addr_parse(src, &a), 0);
	memcpy(p + 8, a.a, 16);
	assert_int_equal(addr_parse(dst, &a), 0);
	memcpy(p + 24, a.a, 16);
	put16(p + 40, sport);
	put16(p + 42, dport);
	return (len);
}

#endif /* ESP_HELP_H */
