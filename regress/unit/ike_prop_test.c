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
 * ikd/ike/prop.c, prop_offer.c, prop_why.c: choosing as responder, checking
 * as initiator, and the words for what does not meet.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/prop.h"

static const char *const weak[] = { "3des", "sha1", "md5", "modp1024",
	NULL };

static const struct prop_want want_ike = { PROTO_IKE, 0, 0, 0, 0 };
static const struct prop_want want_esp = { PROTO_ESP, 4, 0, 0, 0 };
static const struct prop_want want_ah = { PROTO_AH, 4, 0, 0, 0 };

/* A list of proposals from words; returns how many. */
static size_t
words(const char *const *w, unsigned int proto, struct wt_proposal *p)
{
	char err[256];
	size_t n;

	for (n = 0; w[n] != NULL; n++)
		if (proposal_parse(w[n], proto, weak, &p[n], err,
		    sizeof(err)) != 0)
			fail_msg("%s: %s", w[n], err);
	return (n);
}

/* The list as the peer would see it: built into a message, and parsed. */
static void
send_list(const struct wt_proposal *p, size_t n, size_t spi_len,
    struct sa_payload *sa)
{
	static const uint8_t spi[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const struct ike_hdr h = { .spi_i = { 1 }, .exch = 34 };
	struct msg_build m;
	struct packet pkt;
	const struct pld *pld;
	uint8_t buf[8192];
	long len;

	msg_begin(&m, buf, sizeof(buf), &h);
	msg_add_sa(&m, p, n, spi, spi_len);
	assert_true((len = msg_finish(&m)) > 0);
	assert_null(packet_parse(buf, len, &pkt));
	assert_non_null(pld = packet_find(&pkt, PLD_SA, NULL));
	assert_null(pld_sa_parse(pld->p, pld->len, sa));
}

#define LIST(...)	((const char *const[]){ __VA_ARGS__, NULL })

struct outcome {
	int			rc;
	struct prop_choice	c;
	char			why[IKE_WHY_MAX];
	char			suite[128];
};

static struct outcome
choose(unsigned int proto, const char *const *ours,
    const char *const *theirs, const struct prop_want *want)
{
	struct wt_proposal a[LINK_PROPOSALS], b[LINK_PROPOSALS];
	struct wt_proposal oa[LINK_PROPOSALS], ob[LINK_PROPOSALS];
	static struct sa_payload sa;
	struct outcome o;
	size_t na = words(ours, proto, a), nb = words(theirs, proto, b);

	memset(&o, 0, sizeof(o));
	prop_offer(a, na, 1, 0, oa);
	prop_offer(b, nb, 1, 0, ob);
	send_list(ob, nb, want->spi_len, &sa);
	o.rc = prop_choose(oa, na, &sa, want, &o.c, o.why, sizeof(o.why));
	if (o.rc == 0)
		prop_print_suite(&o.c.suite, o.suite, sizeof(o.suite));
	return (o);
}

static void
test_order(void **state)
{
	struct outcome o;

	(void)state;
	/* Ours wins, between proposals and within one. */
	o = choose(PROTO_IKE,
	    LIST("aes256gcm16-prfsha384-x25519", "aes128-sha256-modp2048"),
	    LIST("aes128-sha256-modp2048", "aes256gcm16-prfsha384-x25519"),
	    &want_ike);
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.suite, "aes256gcm16-prfsha384-x25519");
	assert_int_equal(o.c.num, 2);
	assert_int_equal(o.c.ours, 0);
	o = choose(PROTO_IKE,
	    LIST("aes256-aes128-sha512-sha256-ecp384-x25519"),
	    LIST("aes128-aes256-sha256-sha512-x25519-ecp384"), &want_ike);
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.c.suite.encr_bits, 256);
	assert_int_equal(o.c.suite.integ, INTEG_HMAC_SHA2_512_256);
	assert_int_equal(o.c.suite.prf, PRF_HMAC_SHA2_512);
	assert_int_equal(o.c.suite.ke, KE_ECP384);
	assert_int_equal(o.c.types, 1 << XF_ENCR | 1 << XF_PRF |
	    1 << XF_INTEG | 1 << XF_KE);
}

/* RFC 9370 section 2.2.1. */
static void
test_more_ke(void **state)
{
	struct prop_want not_agreed = want_ike;
	struct wt_proposal a;
	struct outcome o;

	(void)state;
	o = choose(PROTO_IKE,
	    LIST("aes256gcm16-prfsha384-x25519-ecp256-ke1_mlkem768-ke1_ecp384",
	    "aes256gcm16-prfsha384-x25519"),
	    LIST("aes256gcm16-prfsha384-ecp256-x25519-ke1_ecp384-ke1_mlkem768-"
	    "ke4_x448-ke4_none"), &want_ike);
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.suite,
	    "aes256gcm16-prfsha384-x25519-ke1_mlkem768");
	/* An answer names each type that was offered. */
	assert_int_equal(o.c.types >> XF_KE1, 1 | 8);
	prop_answer(&o.c, &a);
	assert_int_equal(a.xf_n, 5);
	assert_int_equal(a.xf[4].type, XF_KE1 + 3);
	assert_int_equal(a.xf[4].id, KE_NONE);
	/* What the first one took is not taken again; none at all is. */
	o = choose(PROTO_IKE,
	    LIST("aes256gcm16-prfsha384-ecp256-ke1_ecp256-ke1_x448-ke2_none-"
	    "ke2_x448"),
	    LIST("aes256gcm16-prfsha384-ecp256-ke1_ecp256-ke1_x448-ke2_x448-"
	    "ke2_none"), &want_ike);
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.suite, "aes256gcm16-prfsha384-ecp256-ke1_x448");
	o = choose(PROTO_IKE, LIST("aes256gcm16-prfsha384-ecp256-ke1_x25519"),
	    LIST("aes256gcm16-prfsha384-ecp256"), &want_ike);
	assert_int_equal(o.rc, -1);
	assert_string_equal(o.why, "nothing in common: additional key "
	    "exchange: ours ke1_x25519, theirs none");
	o = choose(PROTO_IKE, LIST("aes256gcm16-prfsha384-ecp256"),
	    LIST("aes256gcm16-prfsha384-ecp256-ke7_x25519"), &want_ike);
	assert_int_equal(o.rc, -1);
	/* Not agreed on: a proposal with one is as if it were not there. */
	not_agreed.no_more_ke = 1;
	o = choose(PROTO_IKE, LIST("aes256gcm16-prfsha384-x25519-ke1_ecp256-"
	    "ke1_none"), LIST("aes256gcm16-prfsha384-x25519-ke1_ecp256-"
	    "ke1_none", "aes256gcm16-prfsha384-x25519"), &not_agreed);
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.c.num, 2);
	o = choose(PROTO_ESP, LIST("aes256gcm16-x25519-ke2_mlkem512"),
	    LIST("aes256gcm16-x25519-ke2_mlkem512"), &want_esp);
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.suite,
	    "esp-aes256gcm16-x25519-ke2_mlkem512-esn");
}

/* The group that came along saves a round trip, if both lists have it. */
static void
test_hint(void **state)
{
	struct prop_want want = want_ike;
	struct outcome o;

	(void)state;
	want.ke_hint = KE_ECP256;
	o = choose(PROTO_IKE, LIST("aes128gcm16-prfsha256-x25519-ecp256"),
	    LIST("aes128gcm16-prfsha256-ecp256-x25519"), &want);
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.c.suite.ke, KE_ECP256);
	want.ke_hint = KE_MODP2048;
	o = choose(PROTO_IKE, LIST("aes128gcm16-prfsha256-x25519-ecp256"),
	    LIST("aes128gcm16-prfsha256-modp2048-ecp256-x25519"), &want);
	assert_int_equal(o.c.suite.ke, KE_X25519);
}

static void
test_esp(void **state)
{
	static const uint8_t spi[8] = { 1, 2, 3, 4 };
	struct outcome o;

	(void)state;
	o = choose(PROTO_ESP, LIST("esp-aes256gcm16"),
	    LIST("esp-aes128-sha256", "esp-aes256gcm16"), &want_esp);
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.c.suite.proto, PROTO_ESP);
	assert_int_equal(o.c.suite.esn, 1);
	assert_int_equal(o.c.suite.integ, 0);
	assert_int_equal(o.c.suite.ke, 0);
	assert_int_equal(o.c.spi_len, 4);
	assert_memory_equal(o.c.spi, spi, 8);
	o = choose(PROTO_ESP, LIST("esp-aes256gcm16-noesn"),
	    LIST("esp-aes256gcm16-esn-noesn"), &want_esp);
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.c.suite.esn, 0);
	o = choose(PROTO_ESP, LIST("esp-aes256gcm16-noesn"),
	    LIST("esp-aes256gcm16-esn"), &want_esp);
	assert_int_equal(o.rc, -1);
	assert_string_equal(o.why,
	    "nothing in common: ESN: ours noesn, theirs esn");
}

static void
test_pfs(void **state)
{
	struct prop_want want = want_esp;
	struct outcome o;

	(void)state;
	o = choose(PROTO_ESP, LIST("esp-aes256gcm16-x25519"),
	    LIST("esp-aes256gcm16"), &want);
	assert_int_equal(o.rc, -1);
	assert_string_equal(o.why,
	    "nothing in common: key exchange: ours x25519, theirs none");
	o = choose(PROTO_ESP, LIST("esp-aes256gcm16"),
	    LIST("esp-aes256gcm16-x25519"), &want);
	assert_int_equal(o.rc, -1);
	/* In IKE_AUTH groups do not count, and are not answered. */
	want.no_ke = 1;
	o = choose(PROTO_ESP, LIST("esp-aes256gcm16"),
	    LIST("esp-aes256gcm16-x25519"), &want);
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.c.suite.ke, 0);
	assert_int_equal(o.c.types, 1 << XF_ENCR | 1 << XF_ESN);
}

static void
test_why(void **state)
{
	static const struct {
		const char *ours, *theirs, *why;
	} rows[] = {
		{ "aes256gcm16-prfsha384-x25519",
		    "aes256-aes128-sha256-x25519",
		    "nothing in common: encryption: ours aes256gcm16, "
		    "theirs aes256 aes128" },
		{ "aes256gcm16-prfsha384-x25519",
		    "aes256gcm16-prfsha256-x25519",
		    "nothing in common: PRF: ours prfsha384, theirs "
		    "prfsha256" },
		{ "aes256-sha512-prfsha256-x25519", "aes256-sha256-x25519",
		    "nothing in common: integrity: ours sha512, theirs "
		    "sha256" },
		{ "aes128-sha256-x25519-ecp384", "aes128-sha256-modp2048",
		    "nothing in common: key exchange: ours x25519 ecp384, "
		    "theirs modp2048" },
	};
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		o = choose(PROTO_IKE, LIST(rows[i].ours),
		    LIST(rows[i].theirs), &want_ike);
		assert_int_equal(o.rc, -1);
		assert_string_equal(o.why, rows[i].why);
	}
	/* The pair that came furthest tells. */
	o = choose(PROTO_IKE, LIST("aes256gcm16-prfsha384-x25519",
	    "aes128-sha256-ecp256"), LIST("aes128-sha256-modp2048"),
	    &want_ike);
	assert_string_equal(o.why, "nothing in common: key exchange: ours "
	    "ecp256, theirs modp2048");
}

static void
test_unusable(void **state)
{
	struct wt_proposal ours;
	struct prop_choice c;
	static struct sa_payload sa;
	struct prop_want want = want_ike;
	char why[IKE_WHY_MAX];

	(void)state;
	words(LIST("aes256gcm16-prfsha384-x25519"), PROTO_IKE, &ours);
	send_list(&ours, 1, 0, &sa);
	sa.prop[0].unusable = 1;
	assert_int_equal(prop_choose(&ours, 1, &sa, &want, &c, why,
	    sizeof(why)), -1);
	assert_string_equal(why, "the peer's proposals need transforms that "
	    "we do not know");
	sa.prop[0].unusable = 0;
	want.spi_len = 8;
	assert_int_equal(prop_choose(&ours, 1, &sa, &want, &c, why,
	    sizeof(why)), -1);
	assert_string_equal(why, "the peer has no usable proposal for IKE");
	want = want_esp;
	want.spi_len = 0;
	assert_int_equal(prop_choose(&ours, 1, &sa, &want, &c, why,
	    sizeof(why)), -1);
	/* The text is cut, never overrun. */
	assert_int_equal(prop_choose(&ours, 1, &sa, &want, &c, why, 5), -1);
	assert_string_equal(why, "the ");
}

/* Mixed lists: AEAD never with integrity, CBC never without. */
static void
test_mixed(void **state)
{
	struct wt_proposal ours = { PROTO_ESP, 3, { { XF_ENCR,
	    ENCR_AES_GCM_16, 256 }, { XF_ENCR, ENCR_AES_CBC, 256 },
	    { XF_INTEG, INTEG_HMAC_SHA2_256_128, 0 } } };
	struct wt_proposal theirs = ours, mine = ours;
	static struct sa_payload sa;
	struct prop_choice c;
	char why[IKE_WHY_MAX];

	(void)state;
	prop_offer(&ours, 1, 0, 0, &mine);
	/* Theirs has integrity without NONE: the AEAD cannot be taken. */
	prop_offer(&ours, 1, 0, 0, &theirs);
	send_list(&theirs, 1, 4, &sa);
	assert_int_equal(prop_choose(&mine, 1, &sa, &want_esp, &c, why,
	    sizeof(why)), 0);
	assert_int_equal(c.suite.encr, ENCR_AES_CBC);
	assert_int_equal(c.suite.integ, INTEG_HMAC_SHA2_256_128);
	/* With NONE beside it, it can; the answer then says NONE. */
	theirs.xf[theirs.xf_n++] = (struct wt_xform){ XF_INTEG, 0, 0 };
	send_list(&theirs, 1, 4, &sa);
	assert_int_equal(prop_choose(&mine, 1, &sa, &want_esp, &c, why,
	    sizeof(why)), 0);
	assert_int_equal(c.suite.encr, ENCR_AES_GCM_16);
	assert_int_equal(c.suite.integ, 0);
	assert_true(c.types & 1 << XF_INTEG);
	/* CBC with none but NONE: nothing. */
	theirs.xf_n = 0;
	theirs.xf[theirs.xf_n++] = (struct wt_xform){ XF_ENCR, ENCR_AES_CBC,
	    256 };
	theirs.xf[theirs.xf_n++] = (struct wt_xform){ XF_ESN, 0, 0 };
	send_list(&theirs, 1, 4, &sa);
	assert_int_equal(prop_choose(&mine, 1, &sa, &want_esp, &c, why,
	    sizeof(why)), -1);
	assert_string_equal(why, "nothing in common: integrity: ours "
	    "sha256, theirs none");
}

/* What a responder answers, the initiator takes: every pair of lists. */
static void
test_answer(void **state)
{
	static const char *const lists[] = {
		"esp-aes256gcm16", "esp-aes128gcm16-x25519",
		"esp-aes256-aes128-sha256-sha512",
		"esp-chacha20poly1305-aes256gcm16-ecp256-x25519",
		"esp-aes128-sha256-modp2048-esn-noesn"
	};
	struct wt_proposal p, offer, answer;
	static struct sa_payload sa;
	struct prop_choice c, got;
	char why[IKE_WHY_MAX];
	size_t i, no_ke, met = 0;

	(void)state;
	for (i = 0; i < 5; i++)
		for (no_ke = 0; no_ke < 2; no_ke++) {
			struct prop_want want = { PROTO_ESP, 4, no_ke, 0,
			    0 };

			words(LIST(lists[i]), PROTO_ESP, &p);
			prop_offer(&p, 1, 1, no_ke, &offer);
			send_list(&offer, 1, 4, &sa);
			assert_int_equal(prop_choose(&offer, 1, &sa, &want,
			    &c, why, sizeof(why)), 0);
			prop_answer(&c, &answer);
			send_list(&answer, 1, 4, &sa);
			assert_int_equal(prop_check(&offer, 1, &sa, &want,
			    &got, why, sizeof(why)), 0);
			assert_memory_equal(&got.suite, &c.suite,
			    sizeof(c.suite));
			met++;
		}
	assert_int_equal(met, 10);
}

static void
test_check_bad(void **state)
{
	struct wt_proposal offer[2], answer;
	static struct sa_payload sa, good;
	struct prop_choice c;
	char why[IKE_WHY_MAX];

	(void)state;
	words(LIST("aes256gcm16-prfsha384-x25519-ecp384",
	    "aes128-sha256-modp2048"), PROTO_IKE, offer);
	words(LIST("aes256gcm16-prfsha384-ecp384"), PROTO_IKE, &answer);
	send_list(&answer, 1, 0, &good);
#define CHECK()	prop_check(offer, 2, &sa, &want_ike, &c, why, sizeof(why))
	sa = good;
	assert_int_equal(CHECK(), 0);
	assert_int_equal(c.suite.ke, KE_ECP384);
	sa.prop[0].num = 2;			/* another proposal's number */
	assert_int_equal(CHECK(), -1);
	sa.prop[0].num = 3;
	assert_int_equal(CHECK(), -1);
	sa = good;
	sa.n = 2;
	sa.prop[1] = sa.prop[0];
	assert_int_equal(CHECK(), -1);
	sa = good;
	sa.prop[0].xf[0].keybits = 128;		/* not offered */
	assert_int_equal(CHECK(), -1);
	sa = good;
	sa.prop[0].nxf--;			/* a type is missing */
	assert_int_equal(CHECK(), -1);
	sa = good;				/* a type twice */
	sa.prop[0].xf[sa.prop[0].nxf++] = (struct wt_xform){ XF_KE,
	    KE_X25519, 0 };
	assert_int_equal(CHECK(), -1);
	sa = good;
	sa.prop[0].unusable = 1;
	assert_int_equal(CHECK(), -1);
	sa = good;
	sa.prop[0].proto = PROTO_ESP;
	assert_int_equal(CHECK(), -1);
	sa = good;
	sa.n = 0;
	assert_int_equal(CHECK(), -1);
#undef CHECK
}

static void
test_groups(void **state)
{
	struct wt_proposal p[2], ike[2];

	(void)state;
	words(LIST("esp-aes256gcm16", "esp-aes128gcm16-ecp256-x25519"),
	    PROTO_ESP, p);
	assert_int_equal(prop_first_ke(p, 1), KE_NONE);
	assert_int_equal(prop_first_ke(p, 2), KE_ECP256);
	assert_int_equal(prop_has_ke(p, 2, KE_X25519), 1);
	assert_int_equal(prop_has_ke(p, 2, KE_ECP384), 0);
	words(LIST("aes256gcm16-prfsha256-x25519-ecp384",
	    "aes128-sha256-prfsha256-ecp256-ecp384"), PROTO_IKE, ike);
	prop_add_groups(p, 2, KE_ECP384, ike, 2, 0);
	assert_int_equal(prop_first_ke(p, 1), KE_ECP384);
	assert_int_equal(p[0].xf[p[0].xf_n - 3].id, KE_ECP384);
	assert_int_equal(p[0].xf[p[0].xf_n - 2].id, KE_X25519);
	assert_int_equal(p[0].xf[p[0].xf_n - 1].id, KE_ECP256);
	assert_int_equal(p[1].xf[p[1].xf_n - 1].id, KE_X25519);
}

/* A rekey keeps the PRF where it can. */
static void
test_prf(void **state)
{
	struct wt_proposal p[3], out[3];

	(void)state;
	words(LIST("aes256gcm16-prfsha384-prfsha256-x25519",
	    "aes128-sha256-prfsha512-x25519",
	    "aes256-sha256-prfsha256-ecp256-x25519"), PROTO_IKE, p);
	assert_int_equal(prop_keep_prf(p, 3, PRF_HMAC_SHA2_256, out), 2);
	assert_int_equal(out[0].xf_n, p[0].xf_n - 1);
	assert_int_equal(out[1].xf_n, p[2].xf_n);
	assert_memory_equal(&out[1], &p[2], sizeof(p[2]));
	assert_int_equal(prop_keep_prf(p, 3, PRF_HMAC_SHA2_512, out), 1);
	assert_int_equal(prop_keep_prf(p, 1, PRF_HMAC_SHA2_512, out), 0);
}

/* AH: integrity and ESN; ESP's proposals are not meant for it. */
static void
test_ah(void **state)
{
	struct wt_proposal ours[1], offer[1], answer;
	struct prop_choice c;
	struct sa_payload sa;
	struct outcome o;
	char why[IKE_WHY_MAX];

	(void)state;
	o = choose(PROTO_ESP, LIST("ah-sha384-sha256"),
	    LIST("ah-sha256-sha512", "ah-sha384"), &want_ah);
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.suite, "ah-sha256-esn");
	assert_int_equal(o.c.suite.proto, PROTO_AH);
	assert_int_equal(o.c.num, 1);
	prop_answer(&o.c, &answer);
	assert_int_equal(answer.xf_n, 2);
	send_list(&answer, 1, 4, &sa);
	words(LIST("ah-sha384-sha256"), PROTO_ESP, ours);
	prop_offer(ours, 1, 1, 0, offer);
	assert_int_equal(prop_check(offer, 1, &sa, &want_ah, &c, why,
	    sizeof(why)), 0);
	assert_int_equal(c.suite.integ, INTEG_HMAC_SHA2_256_128);
	assert_int_equal(prop_check(offer, 1, &sa, &want_esp, &c, why,
	    sizeof(why)), -1);
	/* Not with a cipher in it, nor without or with no integrity. */
	sa.prop[0].xf[0].type = XF_ENCR;
	assert_int_equal(prop_choose(offer, 1, &sa, &want_ah, &c, why,
	    sizeof(why)), -1);
	sa.prop[0].xf[0].type = XF_INTEG;
	sa.prop[0].xf[0].id = INTEG_NONE;
	assert_int_equal(prop_choose(offer, 1, &sa, &want_ah, &c, why,
	    sizeof(why)), -1);
	o = choose(PROTO_ESP, LIST("ah-sha256"), LIST("ah-sha512"), &want_ah);
	assert_int_equal(o.rc, -1);
	assert_string_equal(o.why, "nothing in common: integrity: ours "
	    "sha256, theirs sha512");
	o = choose(PROTO_ESP, LIST("ah-sha256"), LIST("esp-aes256-sha256"),
	    &want_ah);
	assert_int_equal(o.rc, -1);
	assert_string_equal(o.why, "the peer has no usable proposal for AH");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_more_ke),
		cmocka_unit_test(test_hint),
		cmocka_unit_test(test_esp),
		cmocka_unit_test(test_pfs),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_check_bad),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_prf),
		cmocka_unit_test(test_ah),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
