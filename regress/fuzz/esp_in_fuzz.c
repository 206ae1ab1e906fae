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
 * Datagrams on the NAT-T port: as they come, or (first octet odd) sealed by
 * an authentic peer, so that what is inside is reached as well.
 */

#include <sys/mman.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/esp/inbound.h"
#include "../../ikd/esp/now.h"
#include "../../ikd/esp/sa.h"
#include "../../ikd/esp/tun.h"
#include "alg.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define SPI	0x01000100
#define SIZE	(3 * (size_t)ARENA_RECORD)
#define MOST	4096

static struct seal *peer;

static void
on_lost(uint32_t handle)
{
	(void)handle;
	abort();
}

/* A pair that carries anything, AES-128-GCM, keys of zeros. */
static void
set_up(void)
{
	struct me_sa_add m;
	struct sa *sa;
	void *mem;
	int added;

	mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED || sa_attach_memory(mem, SIZE, on_lost) != NULL)
		abort();
	memset(&m, 0, sizeof(m));
	m.handle = 1;
	m.spi_in = m.spi_out = SPI;
	m.replay_window = 64;
	m.suite.proto = PROTO_ESP;
	m.suite.encr = ENCR_AES_GCM_16;
	m.suite.encr_bits = 128;
	m.encr_in_len = m.encr_out_len = 20;
	m.local.addr.af = m.remote.addr.af = 4;
	m.local.port = m.remote.port = 4500;
	m.ts_local_n = m.ts_remote_n = 2;
	m.ts_local[0].af = 4;
	m.ts_local[1].af = 6;
	m.ts_local[0].port_hi = m.ts_local[1].port_hi = 65535;
	memset(m.ts_local[0].hi, 255, 16);
	memset(m.ts_local[1].hi, 255, 16);
	memcpy(m.ts_remote, m.ts_local, sizeof(m.ts_remote));
	if (sa_add(&m, &sa, &added) != RSN_OK)
		abort();
	peer = seal_new(&m.suite, 1, m.encr_in, 20, NULL, 0);
	if (peer == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint64_t seq;
	struct wt_sock local = { .addr = { .af = 4 }, .port = 4500 };
	uint8_t *p;
	long n;

	if (peer == NULL)
		set_up();
	if (len < 3 || len > MOST)
		return (0);
	now_ms = ++seq;
	p = malloc(len + SEAL_HEAD_MAX + SEAL_TAIL_MAX);
	if (data[0] & 1) {
		memcpy(p + seal_head(peer), data + 3, len - 3);
		n = seal_packet(peer, SPI, seq, p, len - 3, data[2]);
	} else {
		n = (long)len - 3;
		memcpy(p, data + 3, len - 3);
	}
	inbound_datagram(&local, &local, data[1], p, n);
	tun_flush();
	free(p);
	/* Without ESN the numbers would end. */
	if (seq == UINT32_MAX)
		exit(0);
	return (0);
}
