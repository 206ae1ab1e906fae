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
 * Manual keys in the parent: whose grant it is, SPIs that come again, what
 * such an SA must not be, and a plane that loses it.
 */

#include "proto_manual.h"
#include "parent_grant_help.h"

static struct child_id	 sign = { &parent, ROLE_SIGN, 0 };

/* Child 1 has manual keys: AES-CBC with SHA-256. */
static int
manual_setup(void **state)
{
	struct wt_ceiling	 c[2] = { ceiling(1, IDLE_DROP),
				    ceiling(2, IDLE_DROP) };

	setup(state);
	c[0].manual = 1;
	c[0].algs |= alg_bit(alg_by_id(XF_ENCR, ENCR_AES_CBC, 256)) |
	    alg_bit(alg_by_id(XF_INTEG, INTEG_HMAC_SHA2_256_128, 0));
	policy(c, 2);
	mock_forget();
	mock_kernel();
	return (0);
}

static unsigned int
give_manual(uint32_t id)
{
	struct wt_grant	 g = wish(id, 1, 0);

	g.manual = 1;
	g.pairs = 1;
	g.algs = alg_bit(alg_by_id(XF_ENCR, ENCR_AES_CBC, 256)) |
	    alg_bit(alg_by_id(XF_ENCR, ENCR_AES_GCM_16, 256)) |
	    alg_bit(alg_by_id(XF_INTEG, INTEG_HMAC_SHA2_256_128, 0));
	return (ask_grant(&g));
}

static struct mi_install
keys(uint32_t grant)
{
	struct mi_install	 m = pair(grant, 1);

	m.serial = 0;
	m.spi_in = 0x1001;
	m.spi_out = 0x1002;
	m.suite.encr = ENCR_AES_CBC;
	m.suite.integ = INTEG_HMAC_SHA2_256_128;
	m.encr_in_len = m.encr_out_len = 32;
	m.integ_in_len = m.integ_out_len = 32;
	return (m);
}

/* certd-sign says that they are child n's. */
static void
keys_install(const struct mi_install *m, uint32_t n)
{
	struct mi_keys	 k = { .tunnel = n, .child = n, .install = *m };

	call(from_sign_handlers, &sign, M_KEYS_INSTALL, &k);
}

static void
no_of(const struct mi_install *m, uint32_t n, const char *word)
{
	struct sent	*s;

	keys_install(m, n);
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
	assert_null(mock_sent(ROLE_IKE, M_INSTALLED));
	assert_non_null(s = mock_sent(ROLE_SIGN, M_KEYS_INSTALLED));
	assert_int_equal(s->u.result.req, m->req);
	if (strstr(s->u.result.text, word) == NULL)
		fail_msg("\"%s\" without \"%s\"", s->u.result.text, word);
}

static void
no(const struct mi_install *m, const char *word)
{
	no_of(m, 1, word);
}

static uint32_t
yes(const struct mi_install *m)
{
	struct sent	*s;
	uint32_t	 handle;

	keys_install(m, 1);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	assert_int_equal(s->u.add.wraps, 1);
	handle = s->u.add.handle;
	plane_says(M_SA_ADDED, handle, RSN_OK);
	assert_non_null(s = mock_sent(ROLE_SIGN, M_KEYS_INSTALLED));
	assert_int_equal(s->u.result.code, RSN_OK);
	return (handle);
}

/* ike has no say in it, certd-sign none in what is ike's. */
static void
test_whose(void **state)
{
	struct mi_install	 m;
	struct wt_grant		 g = wish(11, 1, 0);

	(void)state;
	assert_int_equal(ask_grant(&g), RSN_CEILING);
	assert_int_equal(give_manual(10), RSN_OK);
	m = keys(10);
	m.serial = ++serial;
	assert_int_equal(refused(&ike[0], &m, "manual keys"), RSN_GRANT);
	give_grant(20, 2, 0);
	m = pair(20, 2);
	no_of(&m, 2, "not of manual keys");
	g = wish(21, 2, 0);
	g.manual = 1;
	assert_int_equal(ask_grant(&g), RSN_CEILING);
	/* tmd says whose grant it is, certd-sign whose keys. */
	m = keys(10);
	no_of(&m, 2, "the keys are child 2.2's");
	yes(&m);
	assert_int_equal(mock_violations, 0);
}

/* The same SPIs once more, but not at one time, nor for ike ever after. */
static void
test_spis_again(void **state)
{
	struct mt_grant_id	 id = { 10 };
	struct mi_install	 m = keys(10), n;
	uint32_t		 handle;

	(void)state;
	assert_int_equal(give_manual(10), RSN_OK);
	handle = yes(&m);
	assert_int_equal(give_manual(12), RSN_OK);
	n = keys(12);
	no(&n, "child 1.1's now");
	n.spi_in = 0x2001;
	no(&n, "child 1.1's now");
	n = keys(10);
	n.spi_in = 0x2001;
	n.spi_out = 0x2002;
	no(&n, "1 SA pairs, 1 are allowed");
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_DEL));
	n = keys(12);
	yes(&n);
	plane_says(M_SA_DELETED, handle, RSN_OK);
	give_grant(20, 2, 0);
	n = pair(20, 2);
	n.spi_in = m.spi_in;
	assert_int_equal(refused(&ike[0], &n, "has stood before"), RSN_SPI);
}

static void
test_must_not(void **state)
{
	struct mi_install	 m;

	(void)state;
	assert_int_equal(give_manual(10), RSN_OK);
	m = pair(10, 1);
	no(&m, "counts");
	m = keys(10);
	m.replay_window = 32;
	no(&m, "replay window 32");
	m = keys(10);
	m.suite.esn = 1;
	no(&m, "ESN 1");
	m = keys(10);
	m.suite.ah = INTEG_HMAC_SHA2_256_128;
	m.ah_in_len = m.ah_out_len = 32;
	no(&m, "bundle");
	m = keys(10);
	m.spi_in = 255;
	no(&m, "reserved");
	m = keys(10);
	m.integ_in_len = 20;
	no(&m, "keys");
}

/* The plane has lost it: tmd hears, since there is no worker to rekey it. */
static void
test_lost(void **state)
{
	struct mi_install	 m = keys(10);
	struct sent		*s;

	(void)state;
	assert_int_equal(give_manual(10), RSN_OK);
	yes(&m);
	esp_dies(SIGSEGV);
	esp_starts();
	assert_null(mock_sent(ROLE_IKE, M_SA_EXPIRE));
	assert_non_null(s = mock_sent(ROLE_TMD, M_GRANT_GONE));
	assert_int_equal(s->u.tmd.req, 10);
	/* A tmd that has died meanwhile learns it from the pairs. */
	grants_tmd_started(&parent);
	assert_non_null(s = mock_sent(ROLE_TMD, M_GRANT_OLD));
	assert_int_equal(s->u.old.pairs, 0);
}

/* A hard limit, whoever set it: tmd hears of that, too, and once. */
static void
test_hard(void **state)
{
	struct mi_install	 m = keys(10);
	struct me_expire	 e = { .kind = EXPIRE_PACKETS, .hard = 1 };
	struct wt_ceiling	 c = ceiling(2, IDLE_DROP);
	struct sent		*s;

	(void)state;
	assert_int_equal(give_manual(10), RSN_OK);
	e.handle = yes(&m);
	call(from_esp_handlers, &esp, M_ESP_EXPIRE, &e);
	assert_non_null(s = mock_sent(ROLE_TMD, M_GRANT_GONE));
	assert_int_equal(s->u.tmd.req, 10);
	assert_int_equal(s->u.tmd.code, RSN_EXPIRED);
	plane_says(M_SA_DELETED, e.handle, RSN_OK);
	yes(&m);
	policy(&c, 1);
	assert_non_null(s = mock_sent(ROLE_TMD, M_GRANT_GONE));
	assert_int_equal(s->u.tmd.code, RSN_CEILING);
	assert_null(mock_sent(ROLE_TMD, M_GRANT_GONE));
}

/*
 * What a new ikd-esp still has of the SPIs goes first, however late it says
 * so: the keys that come again are not refused.
 */
static void
test_away(void **state)
{
	struct mt_grant_id	 id = { 10 };
	struct mi_install	 m = keys(10);
	struct me_count		 c;
	struct me_req		 end;
	struct sent		*s;
	uint32_t		 old, new;

	(void)state;
	assert_int_equal(give_manual(10), RSN_OK);
	old = yes(&m);
	esp_dies(SIGKILL);
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
	assert_int_equal(give_manual(11), RSN_OK);
	m = keys(11);
	keys_install(&m, 1);
	mock_esp_up = 1;
	plane_esp_started();
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	end.req = s->u.query.req;
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
	memset(&c, 0, sizeof(c));
	c.req = end.req;
	c.handle = old;
	call(from_esp_handlers, &esp, M_SA_COUNT, &c);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_DEL));
	assert_int_equal(s->u.handle.handle, old);
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	new = s->u.add.handle;
	assert_int_not_equal(new, old);
	plane_says(M_SA_DELETED, old, RSN_OK);
	plane_says(M_SA_ADDED, new, RSN_OK);
	assert_non_null(s = mock_sent(ROLE_SIGN, M_KEYS_INSTALLED));
	assert_int_equal(s->u.result.code, RSN_OK);
	/* And with nothing else under way. */
	id.id = 11;
	call(from_tmd_grant_handlers, &tmd, M_REVOKE, &id);
	plane_says(M_SA_DELETED, new, RSN_OK);
	plane_esp_started();
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_QUERY));
	end.req = s->u.query.req;
	assert_int_equal(give_manual(12), RSN_OK);
	m = keys(12);
	keys_install(&m, 1);
	assert_null(mock_sent(ROLE_ESP, M_SA_ADD));
	call(from_esp_handlers, &esp, M_SA_COUNT_END, &end);
	assert_non_null(mock_sent(ROLE_ESP, M_SA_ADD));
}

/* An answer that a dead certd-sign was owed goes to no other. */
static void
test_sign_dies(void **state)
{
	struct mi_install	 m = keys(10);
	struct sent		*s;

	(void)state;
	assert_int_equal(give_manual(10), RSN_OK);
	keys_install(&m, 1);
	assert_non_null(s = mock_sent(ROLE_ESP, M_SA_ADD));
	grants_sign_died();
	plane_says(M_SA_ADDED, s->u.add.handle, RSN_OK);
	assert_null(mock_sent(ROLE_SIGN, M_KEYS_INSTALLED));
	assert_int_equal(pairs_count(), 1);
}

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup(test_whose, manual_setup),
		cmocka_unit_test_setup(test_spis_again, manual_setup),
		cmocka_unit_test_setup(test_must_not, manual_setup),
		cmocka_unit_test_setup(test_lost, manual_setup),
		cmocka_unit_test_setup(test_hard, manual_setup),
		cmocka_unit_test_setup(test_away, manual_setup),
		cmocka_unit_test_setup(test_sign_dies, manual_setup),
	};

	bed_begin();
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
