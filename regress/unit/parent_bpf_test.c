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
 * ikd/parent/reuseport.c: which socket gets a datagram.  The program is
 * interpreted here over sample packets, and given to the kernel with a real
 * group of sockets on the loopback.
 */
#include <sys/socket.h>

#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ikd/parent/reuseport.h"
#include "slot.h"

#define SEED	0x0123456789abcdefULL

struct prog {
	struct sock_filter f[REUSEPORT_MAX];
	size_t		 n;
};

/* A load beyond the packet ends the program with 0, as in the kernel. */
static int
load(const struct sock_filter *i, const uint8_t *pkt, size_t len, uint32_t *a)
{
	size_t w = BPF_SIZE(i->code) == BPF_W ? 4 : 1, k;

	if (BPF_MODE(i->code) == BPF_LEN) {
		*a = (uint32_t)len;
		return (0);
	}
	if (i->k + w > len)
		return (-1);
	for (*a = 0, k = 0; k < w; k++)
		*a = *a << 8 | pkt[i->k + k];
	return (0);
}

static uint32_t
alu(uint16_t code, uint32_t a, uint32_t v)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return (a + v);
	case BPF_MUL:
		return (a * v);
	case BPF_AND:
		return (a & v);
	case BPF_XOR:
		return (a ^ v);
	case BPF_RSH:
		return (a >> v);
	case BPF_MOD:
		assert_int_not_equal(v, 0);
		return (a % v);
	}
	fail_msg("operation %#x", code);
	return (0);
}

static int
holds(uint16_t code, uint32_t a, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return (a == k);
	case BPF_JGE:
		return (a >= k);
	case BPF_JSET:
		return ((a & k) != 0);
	}
	fail_msg("jump %#x", code);
	return (0);
}

static unsigned int
run(const struct prog *p, const uint8_t *pkt, size_t len)
{
	uint32_t a = 0, x = 0, m[16] = { 0 };
	size_t pc;

	for (pc = 0; pc < p->n; pc++) {
		const struct sock_filter *i = &p->f[pc];

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			if (load(i, pkt, len, &a) == -1)
				return (0);
			break;
		case BPF_LDX:
			x = m[i->k];
			break;
		case BPF_ST:
			m[i->k] = a;
			break;
		case BPF_ALU:
			a = alu(i->code, a, BPF_SRC(i->code) == BPF_X ? x :
			    i->k);
			break;
		case BPF_JMP:
			pc += holds(i->code, a, i->k) ? i->jt : i->jf;
			break;
		case BPF_MISC:
			x = a;
			break;
		case BPF_RET:
			return (BPF_RVAL(i->code) == BPF_A ? a : i->k);
		}
	}
	fail_msg("ran off the end");
	return (0);
}

static struct prog
make(unsigned int workers, int natt)
{
	struct prog p;

	p.n = reuseport_program(p.f, workers, natt, SEED);
	assert_true(p.n > 0 && p.n <= REUSEPORT_MAX);
	return (p);
}

/* An IKE header behind base octets of marker. */
static size_t
ike(uint8_t *pkt, int natt, uint8_t spi_i, uint8_t spi_r, uint8_t version,
    uint8_t flags)
{
	size_t base = natt ? 4 : 0;

	memset(pkt, 0, 64);
	memset(pkt + base, spi_i, 8);
	memset(pkt + base + 8, spi_r, 8);
	pkt[base + 17] = version;
	pkt[base + 18] = 34;
	pkt[base + 19] = flags;
	return (base + 28);
}

static void
test_esp(void **state)
{
	static const uint8_t keepalive[1] = { 0xff };
	static const uint8_t spi[12] = { 0, 0, 0, 7, 1 };
	static const uint8_t three[3] = { 0 };
	struct prog p = make(4, 1);

	(void)state;
	assert_int_equal(run(&p, keepalive, 1), 4);
	assert_int_equal(run(&p, three, 3), 4);
	assert_int_equal(run(&p, spi, 0), 4);
	assert_int_equal(run(&p, spi, sizeof(spi)), 4);
}

/* What is no IKE of ours goes to slot 0, and never beyond the group. */
static void
test_slot0(void **state)
{
	struct prog p;
	uint8_t pkt[64];
	size_t n;
	int natt;

	(void)state;
	for (natt = 0; natt <= 1; natt++) {
		p = make(4, natt);
		n = ike(pkt, natt, 3, 3, 0x10, 0x08);
		assert_int_equal(run(&p, pkt, n), 0);
		pkt[natt ? 21 : 17] = 0x1f;
		assert_int_equal(run(&p, pkt, n), 0);
		n = ike(pkt, natt, 3, 3, 0x20, 0x08);
		assert_int_equal(run(&p, pkt, n - 1), 0);
		assert_int_equal(run(&p, pkt, natt ? 4 : 0), 0);
	}
}

static void
test_slots(void **state)
{
	unsigned int workers, slot;
	uint8_t pkt[64];
	struct prog p;
	size_t n;
	int natt;

	(void)state;
	for (natt = 0; natt <= 1; natt++)
		for (workers = 1; workers <= 64; workers++) {
			p = make(workers, natt);
			for (slot = 0; slot < 64; slot++) {
				/* From the initiator: our SPI is SPIr. */
				n = ike(pkt, natt, 9, (uint8_t)slot, 0x20, 8);
				if (slot != 0)
					assert_int_equal(run(&p, pkt, n),
					    slot % workers);
				/* From the responder: ours is SPIi. */
				n = ike(pkt, natt, (uint8_t)slot, 9, 0x20, 0);
				assert_int_equal(run(&p, pkt, n),
				    slot % workers);
			}
			/* What is no slot stays inside the group. */
			n = ike(pkt, natt, 255, 255, 0x20, 8);
			assert_int_equal(run(&p, pkt, n), 63 % workers);
		}
}

/* Slot 0 with the rest of SPIr set is a session, not a first message. */
static void
test_spi_r_zero_byte(void **state)
{
	struct prog p = make(7, 0);
	uint8_t pkt[64];
	size_t n, i;

	(void)state;
	for (i = 9; i < 16; i++) {
		n = ike(pkt, 0, 0x55, 0, 0x20, 8);
		pkt[i] = 1;
		assert_int_equal(run(&p, pkt, n), 0);
	}
}

static void
test_hash(void **state)
{
	unsigned int seen[64] = { 0 }, i, slot, other;
	struct prog p64 = make(64, 1), p3 = make(3, 0);
	uint8_t pkt[64];
	size_t n;

	(void)state;
	for (i = 0; i < 6400; i++) {
		n = ike(pkt, 1, 0, 0, 0x20, 8);
		pkt[4 + 3] = (uint8_t)i;
		pkt[4 + 7] = (uint8_t)(i >> 8);
		slot = slot_hash(pkt + 4, SEED);
		assert_in_range(slot, 0, 63);
		assert_int_equal(run(&p64, pkt, n), slot);
		assert_int_equal(run(&p3, pkt + 4, n - 4), slot % 3);
		seen[slot]++;
	}
	/* Even enough: each slot within a factor of two of its share. */
	for (i = 0; i < 64; i++)
		assert_in_range(seen[i], 50, 200);
	/* Nobody who does not know the seed can aim. */
	for (i = 0, other = 0; i < 256; i++) {
		pkt[4] = (uint8_t)i;
		other += slot_hash(pkt + 4, SEED) != slot_hash(pkt + 4, ~SEED);
	}
	assert_in_range(other, 230, 256);
}

/* The kernel takes it and does the same. */
static void
test_kernel(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct prog p = make(3, 1);
	struct sock_fprog fp = { (unsigned short)p.n, p.f };
	socklen_t sl = sizeof(sin);
	struct pollfd pfd[4];
	uint8_t pkt[64];
	int i, k, tx, on = 1;
	size_t n;

	(void)state;
	for (i = 0; i < 4; i++) {
		pfd[i].fd = socket(AF_INET, SOCK_DGRAM, 0);
		pfd[i].events = POLLIN;
		assert_int_equal(setsockopt(pfd[i].fd, SOL_SOCKET,
		    SO_REUSEPORT, &on, sizeof(on)), 0);
		if (i == 0)
			assert_int_equal(setsockopt(pfd[i].fd, SOL_SOCKET,
			    SO_ATTACH_REUSEPORT_CBPF, &fp, sizeof(fp)), 0);
		assert_int_equal(bind(pfd[i].fd, (struct sockaddr *)&sin,
		    sizeof(sin)), 0);
		if (i == 0)
			assert_int_equal(getsockname(pfd[i].fd,
			    (struct sockaddr *)&sin, &sl), 0);
	}
	tx = socket(AF_INET, SOCK_DGRAM, 0);
	for (k = 0; k < 4; k++) {
		n = ike(pkt, 1, 77, (uint8_t)(k == 0 ? 63 : k), 0x20, 8);
		if (k == 3)
			pkt[0] = 1;	/* ESP */
		assert_int_equal(sendto(tx, pkt, n, 0, (struct sockaddr *)&sin,
		    sizeof(sin)), n);
		assert_int_equal(poll(pfd, 4, 5000), 1);
		for (i = 0; i < 4; i++)
			assert_int_equal(pfd[i].revents, i == k ? POLLIN : 0);
		assert_int_equal(recv(pfd[k].fd, pkt, sizeof(pkt), 0), n);
	}
	for (i = 0; i < 4; i++)
		close(pfd[i].fd);
	close(tx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_esp), cmocka_unit_test(test_slot0),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_spi_r_zero_byte),
		cmocka_unit_test(test_hash), cmocka_unit_test(test_kernel)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
