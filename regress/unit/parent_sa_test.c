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
 * ikd/parent/asroot_sa.c: what the kernel is told of an SA, attribute by
 * attribute; between a netlink that only takes notes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <linux/xfrm.h>

#include "addr.h"
#include "alg.h"
#include "../../ikd/parent/asroot_nl.h"
#include "../../ikd/parent/asroot_sa.h"
#include "../../ikd/parent/parent.h"

#ifndef XFRM_OFFLOAD_PACKET
#define XFRM_OFFLOAD_PACKET	4
#endif

static struct nl_msg	*last;
static struct nlq	*some = (struct nlq *)&last;

struct nlq *
nlq_open(int family, const char *name)
{
	(void)family;
	(void)name;
	return (some);
}

struct nl_msg *
nlq_msg(int type, int flags, const void *head, size_t len)
{
	struct nl_msg	*m = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	assert_non_null(m);
	assert_int_equal(nlmsg_append(m, (void *)(uintptr_t)head, len,
	    NLMSG_ALIGNTO), 0);
	return (m);
}

void
nlq_add(struct nlq *q, struct nl_msg *m, const char *what,
    enum nlq_tolerate t)
{
	(void)q;
	(void)what;
	(void)t;
	if (last != NULL)
		nlmsg_free(last);
	last = m;
}

const char *
nlq_flush(struct nlq *q)
{
	(void)q;
	return (NULL);
}

void nlq_mark(struct nlq *q, struct nl_msg *m) { (void)q; nlmsg_free(m); }

const char *
nlq_dump(struct nlq *q, struct nl_msg *m,
    void (*fn)(struct nlmsghdr *, void *), void *arg)
{
	(void)q;
	(void)fn;
	(void)arg;
	nlmsg_free(m);
	return (NULL);
}

/* The kernel's answer to GETSA: what was added last. */
static int	 kernel_offloads;

void
nlq_get(struct nlq *q, struct nl_msg *m, const char *what,
    void (*fn)(struct nlmsghdr *, void *), void *arg)
{
	struct xfrm_user_offload	 o;
	struct xfrm_usersa_info		 i;
	struct nl_msg			*a;

	(void)q;
	(void)what;
	nlmsg_free(m);
	memset(&i, 0, sizeof(i));
	memset(&o, 0, sizeof(o));
	a = nlq_msg(XFRM_MSG_NEWSA, 0, &i, sizeof(i));
	if (kernel_offloads)
		nla_put(a, XFRMA_OFFLOAD_DEV, sizeof(o), &o);
	fn(nlmsg_hdr(a), arg);
	nlmsg_free(a);
}

int nlq_listen(int f, const char *n, uint32_t g)
{
	(void)f;
	(void)n;
	(void)g;
	return (-1);
}

uint64_t parent_now(void) { return (1); }

static struct mi_install	 in;
static struct sa		 sa;

static void
setup(unsigned int af)
{
	memset(&in, 0, sizeof(in));
	memset(&sa, 0, sizeof(sa));
	sa.m = &in;
	sa.reqid = REQID_CHILD + 7;
	in.spi_in = 0x1234;
	in.spi_out = 0x5678;
	in.mode = MODE_TUNNEL;
	in.suite.proto = PROTO_ESP;
	in.suite.encr = ENCR_AES_GCM_16;
	in.suite.encr_bits = 256;
	in.encr_in_len = in.encr_out_len = 36;
	addr_parse(af == 4 ? "192.0.2.1" : "2001:db8::1", &in.local.addr);
	addr_parse(af == 4 ? "192.0.2.2" : "2001:db8::2", &in.remote.addr);
	in.local.port = 4500;
	in.remote.port = 4711;
}

/* An attribute of the message, of this length, or NULL. */
static const void *
attr(int type, int len)
{
	struct nlattr	*a;

	a = nlmsg_find_attr(nlmsg_hdr(last), sizeof(struct xfrm_usersa_info),
	    type);
	if (a == NULL)
		return (NULL);
	assert_int_equal(nla_len(a), len);
	return (nla_data(a));
}

static uint32_t
u32(int type)
{
	uint32_t	 n;
	const void	*p = attr(type, sizeof(n));

	if (p == NULL)
		return (0);
	memcpy(&n, p, sizeof(n));
	return (n);
}

static const struct xfrm_usersa_info *
add(void)
{
	asroot_sa_open();
	assert_null(asroot_sa_add(&sa));
	assert_int_equal(nlmsg_hdr(last)->nlmsg_type, XFRM_MSG_NEWSA);
	/* Never over one that is there. */
	assert_int_equal(nlmsg_hdr(last)->nlmsg_flags & (NLM_F_EXCL |
	    NLM_F_REPLACE), NLM_F_EXCL);
	return (nlmsg_data(nlmsg_hdr(last)));
}

static void
test_esp(void **state)
{
	const struct xfrm_usersa_info	*i;

	(void)state;
	setup(4);
	in.suite.esn = 1;
	i = add();
	assert_int_equal(i->id.proto, IPPROTO_ESP);
	assert_int_equal(ntohl(i->id.spi), 0x1234);
	assert_int_equal(i->mode, XFRM_MODE_TUNNEL);
	assert_int_equal(i->flags, XFRM_STATE_AF_UNSPEC | XFRM_STATE_ESN);
	assert_int_equal(i->reqid, REQID_CHILD + 7);
	assert_non_null(attr(XFRMA_ALG_AEAD, sizeof(struct xfrm_algo_aead) +
	    36));
	assert_null(attr(XFRMA_ALG_AUTH_TRUNC, 0));
	assert_null(attr(XFRMA_ENCAP, 0));
	assert_null(attr(XFRMA_OFFLOAD_DEV, 0));
	assert_null(attr(XFRMA_SET_MARK, 0));
	assert_null(attr(XFRMA_IF_ID, 0));
	sa.out = 1;
	i = add();
	assert_int_equal(ntohl(i->id.spi), 0x5678);
	assert_int_equal(u32(XFRMA_SET_MARK), PARENT_SO_MARK);
}

/* AH has an integrity algorithm alone; on 32 bits in IPv4, 64 in IPv6. */
static void
test_ah(void **state)
{
	const struct xfrm_usersa_info	*i;
	const struct xfrm_algo_auth	*a;
	unsigned int			 af;

	(void)state;
	for (af = 4; af <= 6; af += 2) {
		setup(af);
		in.mode = MODE_TRANSPORT;
		in.suite.proto = PROTO_AH;
		in.suite.encr = in.suite.encr_bits = 0;
		in.encr_in_len = in.encr_out_len = 0;
		in.suite.integ = INTEG_HMAC_SHA2_256_128;
		in.integ_in_len = in.integ_out_len = 32;
		i = add();
		assert_int_equal(i->id.proto, IPPROTO_AH);
		assert_int_equal(i->mode, XFRM_MODE_TRANSPORT);
		assert_int_equal(i->flags, af == 4 ? XFRM_STATE_ALIGN4 : 0);
		assert_null(attr(XFRMA_ALG_AEAD, 0));
		assert_null(attr(XFRMA_ALG_CRYPT, 0));
		a = attr(XFRMA_ALG_AUTH_TRUNC, sizeof(*a) + 32);
		assert_non_null(a);
		assert_string_equal(a->alg_name, "hmac(sha256)");
		assert_int_equal(a->alg_trunc_len, 128);
	}
}

static void
test_encap(void **state)
{
	const struct xfrm_encap_tmpl	*e;

	(void)state;
	setup(4);
	in.udp_encap = 1;
	add();
	assert_non_null(e = attr(XFRMA_ENCAP, sizeof(*e)));
	assert_int_equal(ntohs(e->encap_sport), 4711);
	assert_int_equal(ntohs(e->encap_dport), 4500);
	assert_int_equal(u32(XFRMA_MTIMER_THRESH), 1);
	sa.out = 1;
	add();
	assert_non_null(e = attr(XFRMA_ENCAP, sizeof(*e)));
	assert_int_equal(ntohs(e->encap_sport), 4500);
	assert_null(attr(XFRMA_MTIMER_THRESH, 0));
}

/* What comes in gets the tunnel's mark; what goes out ours. */
static void
test_lane(void **state)
{
	(void)state;
	setup(4);
	sa.if_id = 77;
	sa.mark = 0x10;
	sa.mark_mask = 0xf0;
	add();
	assert_int_equal(u32(XFRMA_IF_ID), 77);
	assert_int_equal(u32(XFRMA_SET_MARK), 0x10);
	assert_int_equal(u32(XFRMA_SET_MARK_MASK), 0xf0);
	assert_null(attr(XFRMA_MARK, 0));
	sa.out = 1;
	add();
	assert_int_equal(u32(XFRMA_IF_ID), 77);
	assert_int_equal(u32(XFRMA_SET_MARK), PARENT_SO_MARK);
	assert_null(attr(XFRMA_SET_MARK_MASK, 0));
}

static unsigned int
offload_flags(void)
{
	const struct xfrm_user_offload	*o;

	add();
	assert_non_null(o = attr(XFRMA_OFFLOAD_DEV, sizeof(*o)));
	assert_int_equal(o->ifindex, 3);
	return (o->flags);
}

static void
test_offload(void **state)
{
	struct sa_name	 n;

	(void)state;
	setup(4);
	sa.ifindex = 3;
	sa.offload = OFFLOAD_CRYPTO;
	assert_int_equal(offload_flags(), XFRM_OFFLOAD_INBOUND);
	sa.out = 1;
	assert_int_equal(offload_flags(), 0);
	sa.offload = OFFLOAD_PACKET;
	assert_int_equal(offload_flags(), XFRM_OFFLOAD_PACKET);
	setup(6);
	sa.ifindex = 3;
	sa.offload = OFFLOAD_PACKET;
	assert_int_equal(offload_flags(), XFRM_OFFLOAD_INBOUND |
	    XFRM_OFFLOAD_IPV6 | XFRM_OFFLOAD_PACKET);
	/* Whether the kernel has done it is another question. */
	n.dst = in.local.addr;
	n.spi = in.spi_in;
	n.proto = PROTO_ESP;
	assert_int_equal(asroot_sa_offloaded(&n), 0);
	kernel_offloads = 1;
	assert_int_equal(asroot_sa_offloaded(&n), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_esp),
		cmocka_unit_test(test_ah),
		cmocka_unit_test(test_encap),
		cmocka_unit_test(test_lane),
		cmocka_unit_test(test_offload),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
