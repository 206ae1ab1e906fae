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
 * Which socket of a SO_REUSEPORT group gets a datagram, as a classic BPF
 * program.  Offsets count from the UDP payload.  In this order:
 *
 *	NAT-T port: shorter than the marker, or a marker that is not zero: esp
 *	shorter than an IKE header, or major version 1: slot 0
 *	initiator flag and SPIr = 0: hash of SPIi
 *	initiator flag: byte 0 of SPIr, a SPI of ours; else byte 0 of SPIi
 *
 * Jumps are written by name and resolved at the end: a label is a number
 * that mark() binds to the next instruction.
 */
#include "log.h"
#include "slot.h"
#include "reuseport.h"

#define MARKER		4	/* octets, RFC 7296 section 2.23 */
#define IKE_HDR		28	/* RFC 7296 section 3.1 and its offsets: */
#define OFF_SPI_I	0
#define OFF_SPI_R	8
#define OFF_VERSION	17
#define OFF_FLAGS	19
#define FLAG_INITIATOR	0x08

enum label { NEXT, L_ESP, L_IKE, L_SPI_R, L_SPI_I,
	L_HASH, L_SLOT, L_VERSION, L_FLAGS, L_MAX };

struct prog {
	struct sock_filter	*f;
	size_t			 n;
	uint8_t			 jt[REUSEPORT_MAX], jf[REUSEPORT_MAX];
	uint8_t			 at[L_MAX];
};

static void
jump(struct prog *p, uint16_t code, uint32_t k, enum label t, enum label f)
{
	if (p->n == REUSEPORT_MAX)
		fatal("steering program too long");
	p->f[p->n] = (struct sock_filter){ code, 0, 0, k };
	p->jt[p->n] = (uint8_t)t;
	p->jf[p->n] = (uint8_t)f;
	p->n++;
}

static void
op(struct prog *p, uint16_t code, uint32_t k)
{
	jump(p, code, k, NEXT, NEXT);
}

static void
mark(struct prog *p, enum label l)
{
	p->at[l] = (uint8_t)p->n;
}

static void
resolve(struct prog *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->jt[i] != NEXT)
			p->f[i].jt = (uint8_t)(p->at[p->jt[i]] - i - 1);
		if (p->jf[i] != NEXT)
			p->f[i].jf = (uint8_t)(p->at[p->jf[i]] - i - 1);
	}
}

/* A = A ^ (A >> n) */
static void
xorshift(struct prog *p, uint32_t n)
{
	op(p, BPF_MISC | BPF_TAX, 0);
	op(p, BPF_ALU | BPF_RSH | BPF_K, n);
	op(p, BPF_ALU | BPF_XOR | BPF_X, 0);
}

/* slot_hash() of common/slot.c, step by step. */
static void
hash(struct prog *p, uint32_t spi, uint64_t seed)
{
	op(p, BPF_LD | BPF_W | BPF_ABS, spi);
	op(p, BPF_ALU | BPF_XOR | BPF_K, (uint32_t)(seed >> 32));
	op(p, BPF_ALU | BPF_MUL | BPF_K, SLOT_MUL_1);
	xorshift(p, 15);
	op(p, BPF_ST, 0);
	op(p, BPF_LD | BPF_W | BPF_ABS, spi + 4);
	op(p, BPF_LDX | BPF_MEM, 0);
	op(p, BPF_ALU | BPF_ADD | BPF_X, 0);
	op(p, BPF_ALU | BPF_XOR | BPF_K, (uint32_t)seed);
	op(p, BPF_ALU | BPF_MUL | BPF_K, SLOT_MUL_2);
	xorshift(p, 13);
	op(p, BPF_ALU | BPF_MUL | BPF_K, SLOT_MUL_1);
	op(p, BPF_ALU | BPF_RSH | BPF_K, 26);
}

size_t
reuseport_program(struct sock_filter *out, unsigned int workers, int natt,
    uint64_t seed)
{
	uint32_t ike = natt ? MARKER : 0;
	struct prog p = { .f = out };

	if (natt) {
		op(&p, BPF_LD | BPF_W | BPF_LEN, 0);
		jump(&p, BPF_JMP | BPF_JGE | BPF_K, MARKER, NEXT, L_ESP);
		op(&p, BPF_LD | BPF_W | BPF_ABS, 0);
		jump(&p, BPF_JMP | BPF_JEQ | BPF_K, 0, L_IKE, NEXT);
		mark(&p, L_ESP);
		op(&p, BPF_RET | BPF_K, workers);
		mark(&p, L_IKE);
	}
	op(&p, BPF_LD | BPF_W | BPF_LEN, 0);
	jump(&p, BPF_JMP | BPF_JGE | BPF_K, ike + IKE_HDR, L_VERSION, NEXT);
	op(&p, BPF_RET | BPF_K, 0);
	mark(&p, L_VERSION);
	op(&p, BPF_LD | BPF_B | BPF_ABS, ike + OFF_VERSION);
	op(&p, BPF_ALU | BPF_RSH | BPF_K, 4);
	jump(&p, BPF_JMP | BPF_JEQ | BPF_K, 1, NEXT, L_FLAGS);
	op(&p, BPF_RET | BPF_K, 0);
	mark(&p, L_FLAGS);
	op(&p, BPF_LD | BPF_B | BPF_ABS, ike + OFF_FLAGS);
	jump(&p, BPF_JMP | BPF_JSET | BPF_K, FLAG_INITIATOR, NEXT, L_SPI_I);
	op(&p, BPF_LD | BPF_W | BPF_ABS, ike + OFF_SPI_R);
	jump(&p, BPF_JMP | BPF_JEQ | BPF_K, 0, NEXT, L_SPI_R);
	op(&p, BPF_LD | BPF_W | BPF_ABS, ike + OFF_SPI_R + 4);
	jump(&p, BPF_JMP | BPF_JEQ | BPF_K, 0, L_HASH, NEXT);
	mark(&p, L_SPI_R);
	op(&p, BPF_LD | BPF_B | BPF_ABS, ike + OFF_SPI_R);
	jump(&p, BPF_JMP | BPF_JGE | BPF_K, 0, L_SLOT, L_SLOT);
	mark(&p, L_SPI_I);
	op(&p, BPF_LD | BPF_B | BPF_ABS, ike + OFF_SPI_I);
	mark(&p, L_SLOT);
	op(&p, BPF_ALU | BPF_AND | BPF_K, 63);
	op(&p, BPF_ALU | BPF_MOD | BPF_K, workers);
	op(&p, BPF_RET | BPF_A, 0);
	mark(&p, L_HASH);
	hash(&p, ike + OFF_SPI_I, seed);
	op(&p, BPF_ALU | BPF_MOD | BPF_K, workers);
	op(&p, BPF_RET | BPF_A, 0);
	resolve(&p);
	return (p.n);
}
