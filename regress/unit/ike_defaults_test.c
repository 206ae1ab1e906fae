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
 * Our built-in defaults against the default proposals of other products, as
 * they publish them: what we choose of each as responder, that each finds
 * something in our offer, for IKE, for the first child and for its rekey; and
 * what of them the default refuses, and which allow-weak agrees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alg.h"
#include "../../ikd/ike/msg_build.h"
#include "../../ikd/ike/packet.h"
#include "../../ikd/ike/prop.h"

#define OFFERS	24

/* Words of transforms that we do not have, by IANA's numbers. */
static const struct {
	const char	*word;
	struct wt_xform	 xf;
} foreign[] = {
	{ "aes192gcm16", { XF_ENCR, 20, 192 } },
	{ "aes256gcm12", { XF_ENCR, 19, 256 } },
	{ "aes192gcm12", { XF_ENCR, 19, 192 } },
	{ "aes128gcm12", { XF_ENCR, 19, 128 } },
	{ "aes256gcm8", { XF_ENCR, 18, 256 } },
	{ "aes192gcm8", { XF_ENCR, 18, 192 } },
	{ "aes128gcm8", { XF_ENCR, 18, 128 } },
	{ "aes256ctr", { XF_ENCR, 13, 256 } },
	{ "aes192ctr", { XF_ENCR, 13, 192 } },
	{ "aes128ctr", { XF_ENCR, 13, 128 } },
	{ "des", { XF_ENCR, 2, 0 } }, { "null", { XF_ENCR, 11, 0 } },
	{ "aesxcbc", { XF_INTEG, 5, 0 } }, { "aescmac", { XF_INTEG, 8, 0 } },
	{ "prfaesxcbc", { XF_PRF, 4, 0 } },
	{ "prfaescmac", { XF_PRF, 8, 0 } }, { "none", { XF_KE, 0, 0 } },
};

/* What a product offers; want*: what we choose of it, NULL: nothing. */
struct product {
	const char	*name;
	const char	*ike[OFFERS];
	const char	*esp[8];	/* with IKE_AUTH */
	const char	*rekey[8];	/* none: as esp */
	const char	*want_ike, *want_esp, *want_rekey;
};

#define SWAN_GROUPS	"ecp256-ecp384-ecp521-x25519-x448-modp3072-"	\
	"modp4096-modp6144-modp8192-modp2048"
#define SWAN_PRFS	"prfsha256-prfsha384-prfsha512-prfaesxcbc-prfsha1"
#define SWAN_CBC	"aes128-aes192-aes256-sha256-sha384-sha512-sha1-aesxcbc"
#define SWAN_GCM	"aes128gcm16-aes192gcm16-aes256gcm16"
#define PLUTO_GROUPS	"modp2048-modp3072-modp4096-modp8192-ecp256-ecp384-" \
	"ecp521-x25519"
#define ANDROID_KE	"modp4096-x25519-modp3072-modp2048"
#define ANDROID_PRFS	"prfsha512-prfsha384-prfsha256-prfaesxcbc-prfaescmac"

static const struct product products[] = {
	{ .name = "strongSwan 5.9",
	    .ike = { SWAN_CBC "-" SWAN_PRFS "-" SWAN_GROUPS,
		SWAN_GCM "-chacha20poly1305-aes128gcm12-aes192gcm12-"
		"aes256gcm12-aes128gcm8-aes192gcm8-aes256gcm8-" SWAN_PRFS "-"
		SWAN_GROUPS },
	    .esp = { SWAN_GCM "-noesn", SWAN_CBC "-noesn" },
	    .want_ike = "aes256gcm16-prfsha384-x25519",
	    .want_esp = "esp-aes256gcm16", .want_rekey = "esp-aes256gcm16" },
	{ .name = "strongSwan 6.0.2",
	    .ike = { SWAN_CBC "-" SWAN_PRFS "-" SWAN_GROUPS,
		SWAN_GCM "-chacha20poly1305-" SWAN_PRFS "-" SWAN_GROUPS },
	    .esp = { SWAN_GCM "-noesn", SWAN_CBC "-noesn" },
	    .rekey = { SWAN_GCM "-" SWAN_GROUPS "-none-noesn",
		SWAN_CBC "-" SWAN_GROUPS "-none-noesn" },
	    .want_ike = "aes256gcm16-prfsha384-x25519",
	    .want_esp = "esp-aes256gcm16",
	    .want_rekey = "esp-aes256gcm16-x25519" },
	{ .name = "libreswan 4 and 5",
	    .ike = { "aes256gcm16-prfsha512-prfsha256-" PLUTO_GROUPS,
		"chacha20poly1305-prfsha512-prfsha256-" PLUTO_GROUPS,
		"aes128gcm16-prfsha512-prfsha256-" PLUTO_GROUPS,
		"aes256-prfsha512-prfsha256-sha512-sha256-" PLUTO_GROUPS,
		"aes128-prfsha512-prfsha256-sha512-sha256-" PLUTO_GROUPS },
	    .esp = { "aes256gcm16-noesn", "chacha20poly1305-noesn",
		"aes128gcm16-noesn", "aes256-sha512-sha256-noesn",
		"aes128-sha512-sha256-noesn" },
	    /* Its pfs=yes takes the IKE SA's group. */
	    .rekey = { "aes256gcm16-x25519-noesn",
		"chacha20poly1305-x25519-noesn", "aes128gcm16-x25519-noesn",
		"aes256-sha512-sha256-x25519-noesn" },
	    .want_ike = "aes256gcm16-prfsha256-x25519",
	    .want_esp = "esp-aes256gcm16",
	    .want_rekey = "esp-aes256gcm16-x25519" },
	{ .name = "Windows 11",
	    .ike = { "3des-sha1-prfsha1-modp1024",
		"3des-sha256-prfsha256-modp1024",
		"3des-sha384-prfsha384-modp1024",
		"aes128-sha1-prfsha1-modp1024",
		"aes128-sha256-prfsha256-modp1024",
		"aes128-sha384-prfsha384-modp1024",
		"aes192-sha1-prfsha1-modp1024",
		"aes192-sha256-prfsha256-modp1024",
		"aes192-sha384-prfsha384-modp1024",
		"aes256-sha1-prfsha1-modp1024",
		"aes256-sha256-prfsha256-modp1024",
		"aes256-sha384-prfsha384-modp1024",
		"aes128gcm16-prfsha1-modp1024",
		"aes128gcm16-prfsha256-modp1024",
		"aes128gcm16-prfsha384-modp1024",
		"aes256gcm16-prfsha1-modp1024",
		"aes256gcm16-prfsha256-modp1024",
		"aes256gcm16-prfsha384-modp1024" },
	    .esp = { "aes256-sha1-noesn", "aes128-sha1-noesn",
		"3des-sha1-noesn", "des-sha1-noesn", "null-sha1-noesn" } },
	{ .name = "Windows 11, NegotiateDH2048_AES256 = 2",
	    .ike = { "aes256-sha1-prfsha1-modp2048",
		"aes256-sha256-prfsha256-modp2048",
		"aes256-sha384-prfsha384-modp2048" },
	    .esp = { "aes256-sha1-noesn", "aes128-sha1-noesn",
		"3des-sha1-noesn", "des-sha1-noesn", "null-sha1-noesn" },
	    .want_ike = "aes256-sha256-prfsha256-modp2048" },
	{ .name = "iOS 16",
	    .ike = { "aes256-sha256-prfsha256-modp2048",
		"aes256-sha256-prfsha256-ecp256",
		"aes256-sha256-prfsha256-modp1536",
		"aes128-sha1-prfsha1-modp1024", "3des-sha1-prfsha1-modp1024" },
	    .esp = { "aes256-sha256-noesn", "aes256-sha256-noesn",
		"aes256-sha256-noesn", "aes128-sha1-noesn",
		"3des-sha1-noesn" },
	    .rekey = { "aes256-sha256-ecp256-noesn", "aes256-sha256-noesn" },
	    .want_ike = "aes256-sha256-prfsha256-modp2048",
	    .want_esp = "esp-aes256-sha256",
	    .want_rekey = "esp-aes256-sha256-ecp256" },
	{ .name = "macOS 13",
	    .ike = { "aes256-sha256-prfsha256-modp2048",
		"aes256-sha256-prfsha256-modp1536",
		"aes128-sha1-prfsha1-modp1024", "3des-sha1-prfsha1-modp1024" },
	    .esp = { "aes256-sha256-noesn", "aes128-sha1-noesn",
		"3des-sha1-noesn" },
	    .want_ike = "aes256-sha256-prfsha256-modp2048",
	    .want_esp = "esp-aes256-sha256",
	    .want_rekey = "esp-aes256-sha256" },
	{ .name = "Android 12",
	    .ike = { "aes256ctr-aes256-aes192ctr-aes192-aes128ctr-aes128-"
		"sha512-sha384-sha256-aesxcbc-aescmac-" ANDROID_KE "-"
		ANDROID_PRFS,
		"chacha20poly1305-aes256gcm16-aes256gcm12-aes256gcm8-"
		"aes192gcm16-aes192gcm12-aes192gcm8-aes128gcm16-aes128gcm12-"
		"aes128gcm8-" ANDROID_KE "-" ANDROID_PRFS },
	    .esp = { "aes256ctr-aes256-aes192ctr-aes192-aes128ctr-aes128-"
		"sha512-sha384-sha256-aesxcbc-aescmac-noesn",
		"chacha20poly1305-aes256gcm16-aes256gcm12-aes256gcm8-"
		"aes192gcm16-aes192gcm12-aes192gcm8-aes128gcm16-aes128gcm12-"
		"aes128gcm8-noesn" },
	    .want_ike = "aes256gcm16-prfsha384-x25519",
	    .want_esp = "esp-aes256gcm16", .want_rekey = "esp-aes256gcm16" },
};
#define NPRODUCTS	(sizeof(products) / sizeof(products[0]))

static void
add_word(struct wt_proposal *p, const char *word)
{
	const struct alg *a = alg_by_name(word);
	struct wt_xform xf;
	size_t i;

	if (a != NULL) {
		xf.type = a->type;
		xf.id = a->id;
		xf.keybits = a->keybits;
	} else {
		for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
			if (strcmp(foreign[i].word, word) == 0)
				break;
		if (i == sizeof(foreign) / sizeof(foreign[0]))
			fail_msg("no word %s", word);
		xf = foreign[i].xf;
	}
	assert_true(p->xf_n < LINK_XFORMS);
	p->xf[p->xf_n++] = xf;
}

static size_t
offer_of(const char *const *words, size_t max, unsigned int proto,
    struct wt_proposal *p)
{
	char text[512], *s, *w;
	size_t n;

	for (n = 0; n < max && words[n] != NULL; n++) {
		memset(&p[n], 0, sizeof(p[n]));
		p[n].proto = (uint8_t)proto;
		strlcpy(text, words[n], sizeof(text));
		s = text;
		while ((w = strsep(&s, "-")) != NULL)
			add_word(&p[n], w);
	}
	return (n);
}

static size_t
ours(unsigned int proto, const char *const *allow, const char *first,
    struct wt_proposal *p)
{
	const char *const *w = proposal_builtin("default", proto);
	char err[256];
	size_t n = 0;

	if (first != NULL) {
		if (proposal_parse(first, proto, allow, &p[n++], err,
		    sizeof(err)) != 0)
			fail_msg("%s: %s", first, err);
		return (n);
	}
	for (; w[n] != NULL; n++)
		if (proposal_parse(w[n], proto, NULL, &p[n], err,
		    sizeof(err)) != 0)
			fail_msg("%s: %s", w[n], err);
	return (n);
}

/* As it arrives. */
static void
arrive(const struct wt_proposal *p, size_t n, size_t spi_len,
    struct sa_payload *sa)
{
	static const uint8_t spi[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const struct ike_hdr h = { .spi_i = { 1 }, .exch = 34 };
	static uint8_t buf[16384];
	struct msg_build m;
	struct packet pkt;
	const struct pld *pld;
	long len;

	msg_begin(&m, buf, sizeof(buf), &h);
	msg_add_sa(&m, p, n, spi, spi_len);
	assert_true((len = msg_finish(&m)) > 0);
	assert_null(packet_parse(buf, (size_t)len, &pkt));
	assert_non_null(pld = packet_find(&pkt, PLD_SA, NULL));
	assert_null(pld_sa_parse(pld->p, pld->len, sa));
}

/* a answers what b offers; the suite, or "" with why in why. */
static const char *
meet(const struct wt_proposal *a, size_t na, const struct wt_proposal *b,
    size_t nb, const struct prop_want *want, char *why, size_t size)
{
	static struct sa_payload sa;
	static char suite[160];
	struct prop_choice c;

	arrive(b, nb, want->spi_len, &sa);
	assert_int_equal(sa.n, nb);
	suite[0] = '\0';
	if (prop_choose(a, na, &sa, want, &c, why, size) == 0)
		prop_print_suite(&c.suite, suite, sizeof(suite));
	return (suite);
}

static void
is(const char *who, const char *what, const char *got, const char *want,
    const char *why)
{
	if (want == NULL)
		want = "";
	if (strcmp(got, want) != 0)
		fail_msg("%s, %s: \"%s\", not \"%s\": %s", who, what, got,
		    want, why);
}

/* Our own offer or list for a child. */
static size_t
our_esp(int no_ke, struct wt_proposal *out)
{
	struct wt_proposal p[LINK_PROPOSALS], ike[LINK_PROPOSALS];
	size_t n = ours(PROTO_ESP, NULL, NULL, p);
	size_t ni = ours(PROTO_IKE, NULL, NULL, ike);

	prop_offer(p, n, 1, no_ke, out);
	if (!no_ke)
		prop_add_groups(out, n, KE_X25519, ike, ni, 1);
	return (n);
}

static void
test_ike(void **state)
{
	static const struct prop_want want = { PROTO_IKE, 0, 0, 0, 0 };
	struct wt_proposal a[LINK_PROPOSALS], b[OFFERS];
	char why[IKE_WHY_MAX];
	const char *got;
	size_t i, na, nb;

	(void)state;
	na = ours(PROTO_IKE, NULL, NULL, a);
	for (i = 0; i < NPRODUCTS; i++) {
		nb = offer_of(products[i].ike, OFFERS, PROTO_IKE, b);
		got = meet(a, na, b, nb, &want, why, sizeof(why));
		is(products[i].name, "IKE", got, products[i].want_ike, why);
		got = meet(b, nb, a, na, &want, why, sizeof(why));
		if ((got[0] != '\0') != (products[i].want_ike != NULL))
			fail_msg("%s answers us \"%s\": %s", products[i].name,
			    got, why);
	}
}

static void
test_child(void **state)
{
	static const struct prop_want first = { PROTO_ESP, 4, 1, 0, 0 };
	static const struct prop_want later = { PROTO_ESP, 4, 0, 0, 0 };
	struct wt_proposal a[LINK_PROPOSALS], b[OFFERS];
	char why[IKE_WHY_MAX];
	const struct product *p;
	const char *got;
	size_t i, na, nb;

	(void)state;
	for (p = products, i = 0; i < NPRODUCTS; i++, p++) {
		na = our_esp(1, a);
		nb = offer_of(p->esp, 8, PROTO_ESP, b);
		got = meet(a, na, b, nb, &first, why, sizeof(why));
		is(p->name, "first child", got, p->want_esp, why);
		got = meet(b, nb, a, na, &first, why, sizeof(why));
		if ((got[0] != '\0') != (p->want_esp != NULL))
			fail_msg("%s answers our child \"%s\": %s", p->name,
			    got, why);
		na = our_esp(0, a);
		if (p->rekey[0] != NULL)
			nb = offer_of(p->rekey, 8, PROTO_ESP, b);
		got = meet(a, na, b, nb, &later, why, sizeof(why));
		is(p->name, "rekey", got, p->want_rekey, why);
		got = meet(b, nb, a, na, &later, why, sizeof(why));
		if ((got[0] != '\0') != (p->want_rekey != NULL))
			fail_msg("%s answers our rekey \"%s\": %s", p->name,
			    got, why);
	}
}

/* Windows as it comes: by name, and no weaker than it has to be. */
static void
test_weak(void **state)
{
	static const struct prop_want want = { PROTO_IKE, 0, 0, 0, 0 };
	static const struct prop_want first = { PROTO_ESP, 4, 1, 0, 0 };
	static const char *const group[] = { "modp1024", NULL };
	static const char *const sha1[] = { "sha1", NULL };
	static const char ike[] = "aes256gcm16-prfsha384-modp1024";
	static const char esp[] = "esp-aes256-sha1";
	const struct product *p = &products[3];
	struct wt_proposal a[LINK_PROPOSALS], b[OFFERS], o[LINK_PROPOSALS];
	char why[IKE_WHY_MAX], err[256];
	size_t na, nb;

	(void)state;
	assert_string_equal(p->name, "Windows 11");
	/* The last of its eighteen is looked at. */
	na = ours(PROTO_IKE, group, ike, a);
	nb = offer_of(p->ike, OFFERS, PROTO_IKE, b);
	assert_int_equal(nb, 18);
	is(p->name, "allow-weak: [modp1024]", meet(a, na, b, nb, &want, why,
	    sizeof(why)), ike, why);
	na = ours(PROTO_ESP, sha1, esp, a);
	prop_offer(a, na, 1, 1, o);
	nb = offer_of(p->esp, 8, PROTO_ESP, b);
	is(p->name, "allow-weak: [sha1]", meet(o, na, b, nb, &first, why,
	    sizeof(why)), esp, why);
	/* And by no other word. */
	assert_int_equal(proposal_parse(ike, PROTO_IKE, sha1, a, err,
	    sizeof(err)), -1);
	assert_int_equal(proposal_parse(esp, PROTO_ESP, group, a, err,
	    sizeof(err)), -1);
}

/* RFC 8247 and 8221: nothing in the defaults that they say not to use. */
static void
test_none_weak(void **state)
{
	static const unsigned int protos[] = { PROTO_IKE, PROTO_ESP };
	struct wt_proposal p[LINK_PROPOSALS];
	const struct alg *a;
	size_t i, j, k, n;

	(void)state;
	for (k = 0; k < 2; k++) {
		n = ours(protos[k], NULL, NULL, p);
		for (i = 0; i < n; i++)
			for (j = 0; j < p[i].xf_n; j++) {
				a = alg_by_id(p[i].xf[j].type, p[i].xf[j].id,
				    p[i].xf[j].keybits);
				assert_non_null(a);
				assert_null(a->weak);
			}
		/* The MUSTs: AES-GCM-16, AES-CBC, SHA2-256. */
		assert_int_equal(p[0].xf[0].id, ENCR_AES_GCM_16);
		assert_int_equal(p[n - 1].xf[0].id, ENCR_AES_CBC);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ike),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_weak),
		cmocka_unit_test(test_none_weak),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
