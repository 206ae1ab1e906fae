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
 * The arena that a dead process left: a good one with the input written over
 * it.  Whatever comes back must be usable.
 */

#include <sys/mman.h>
#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ikd/esp/cksum.h"
#include "../../ikd/esp/expire.h"
#include "../../ikd/esp/pmtu.h"
#include "../../ikd/esp/sa.h"
#include "../../ikd/esp/spd.h"
#include "alg.h"
#include "fnv.h"
#include "log.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define SIZE	(4 * (size_t)ARENA_RECORD)
#define PAIRS	2

static void
on_lost(uint32_t handle)
{
	(void)handle;
}

static void
add_pair(uint32_t n)
{
	struct me_sa_add m;
	struct sa *sa;
	int added;

	memset(&m, 0, sizeof(m));
	m.handle = n;
	m.spi_in = m.spi_out = 0x01000100 + n;
	m.replay_window = 4096;
	m.suite.proto = PROTO_ESP;
	m.suite.encr = ENCR_AES_GCM_16;
	m.suite.encr_bits = 128;
	m.suite.esn = 1;
	m.encr_in_len = m.encr_out_len = 20;
	m.local.addr.af = m.remote.addr.af = 4;
	m.local.port = m.remote.port = 4500;
	m.ts_local_n = m.ts_remote_n = 1;
	m.ts_local[0].af = m.ts_remote[0].af = 4;
	m.ts_local[0].port_hi = m.ts_remote[0].port_hi = 65535;
	if (sa_add(&m, &sa, &added) != RSN_OK)
		abort();
}

/* A good arena to start from, made once. */
static const uint8_t *
good(void)
{
	static uint8_t *keep;
	uint32_t i;

	if (keep != NULL)
		return (keep);
	keep = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (keep == MAP_FAILED || sa_attach_memory(keep, SIZE, on_lost) != NULL)
		abort();
	for (i = 1; i <= PAIRS; i++)
		add_pair(i);
	sa_detach();
	return (keep);
}

static void
use(struct sa *sa)
{
	struct spd_answer a;
	struct replay *r = &sa->rec->replay;
	struct pkt k;
	uint64_t seq;

	if (arena_check(sa->rec) != NULL)
		abort();
	if (sa_seq_take(sa, &seq) == 0 && seq >= sa->rec->seq_end)
		abort();
	expire_count(sa, 1, 100);
	pmtu_inner(sa);
	seq = replay_number(r, sa->rec->fixed.window, 1, 12345);
	replay_update(r, sa->rec->fixed.window, seq);
	memset(&k, 0, sizeof(k));
	k.af = 4;
	spd_lookup(&k, &a);
}

/* FNV-1a, as arena.c has it. */
static uint64_t
sum_of(const void *p, size_t len)
{
	return (fnv64(FNV64_START, p, len));
}

/* Sums that fit, so that the checks behind them are reached. */
static void
sign(uint8_t *mem)
{
	struct arena_path *path;
	struct arena_sa *r;
	int i, k;

	for (i = 1; i <= PAIRS; i++) {
		r = (void *)(mem + i * ARENA_RECORD);
		r->sum = sum_of(&r->fixed, sizeof(r->fixed));
		for (k = 0; k < 2; k++) {
			path = &r->path[k];
			path->sum = sum_of(&path->local, sizeof(*path) -
			    offsetof(struct arena_path, local));
		}
	}
}

/* Offset 16, length 8, that many octets, and again. */
static void
write_over(uint8_t *mem, const uint8_t *data, size_t len)
{
	size_t off, n;

	while (len > 3) {
		off = be16(data) % SIZE;
		n = data[2];
		data += 3;
		len -= 3;
		if (n > len)
			n = len;
		if (n > SIZE - off)
			n = SIZE - off;
		memcpy(mem + off, data, n);
		data += n;
		len -= n;
	}
}

/* Log lines go where nobody reads them. */
static void
be_quiet(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) == -1)
		abort();
	log_init("fuzz", LOG_L_ERROR);
	log_set_pipe(fds[0]);
}

/* The first octet, when odd, makes the sums fit. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t *mem;
	const uint8_t *start = good();
	struct sa *sa;
	uint32_t i;

	if (mem == NULL) {
		be_quiet();
		mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (mem == MAP_FAILED)
			abort();
	}
	memcpy(mem, start, SIZE);
	if (len > 1) {
		write_over(mem, data + 1, len - 1);
		if (data[0] & 1)
			sign(mem);
	}
	if (sa_attach_memory(mem, SIZE, on_lost) != NULL)
		abort();
	for (i = 0; (sa = sa_at(i)) != NULL; i++)
		use(sa);
	while ((sa = sa_at(0)) != NULL)
		sa_delete(sa);
	sa_detach();
	return (0);
}
