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
 * What list -v says of a session: the keys that proved who is who, and what is
 * left of an IKE SA's octets.
 */
#include "tmd_bed.h"

#include "../../tmd/ctl_verbs.h"
#include "../../tmd/memo.h"
#include "keyname.h"

/* The value of one field of the tunnel, with its session or without. */
static const char *
field(struct tunnel *t, const struct session *s, const char *key)
{
	static struct mq_row row;
	unsigned int i;

	ctl_full_tunnel(&row, 1, t, s);
	for (i = 0; i < row.kv_n; i++)
		if (strcmp(row.kv[i].k, key) == 0)
			return (row.kv[i].v);
	return ("");
}

static struct tunnel *
load_kinds(uint8_t ours, uint8_t theirs)
{
	struct sn_tunnel c;

	help_tunnel(&c, 1, "boston", TS_START_AUTO);
	c.kind_ours = ours;
	c.kind_theirs = theirs;
	c.lifesize = 100 * 1024;
	return (load(&c, 1));
}

static void
test_keys(void **state)
{
	static const struct {
		uint8_t			ours, theirs;
		struct wt_keysort	key_ours, key_peer;
		const char		*before, *up;
	} rows[] = {
		{ AUTHK_PSK, AUTHK_PSK, { 0, 0 }, { 0, 0 },
		    "Pre-shared Key", "Pre-shared Key" },
		{ AUTHK_CERT, AUTHK_CERT, { PRIV_P384, 384 },
		    { PRIV_P256, 256 }, "Certificate",
		    "ECDSA-384, peer ECDSA-256" },
		{ AUTHK_CERT, AUTHK_CERT, { PRIV_RSA, 3072 },
		    { PEER_RSA_PSS, 2048 }, "Certificate",
		    "RSA-3072, peer RSA-PSS-2048" },
		{ AUTHK_PSK, AUTHK_KEY, { 0, 0 }, { PRIV_ED25519, 256 },
		    "Pre-shared Key, peer Public Key",
		    "Pre-shared Key, peer Ed25519" },
		{ AUTHK_KEY, AUTHK_PSK, { PRIV_P521, 521 }, { 0, 0 },
		    "Public Key, peer Pre-shared Key",
		    "ECDSA-521, peer Pre-shared Key" },
	};
	struct mv_verdict v;
	struct tunnel *t;
	const struct wt_grant *g;
	struct tm_memo memo;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t = load_kinds(rows[i].ours, rows[i].theirs);
		assert_string_equal(field(t, NULL, "Auth Alg"),
		    rows[i].before);
		verdict(&v, t, t->order);
		v.key_ours = rows[i].key_ours;
		v.key_peer = rows[i].key_peer;
		verdict_take(&v, rows[i].theirs != AUTHK_PSK);
		session_up(&v);
		assert_string_equal(field(t, sess_up_of(t), "Auth Alg"),
		    rows[i].up);
		/* The next tmd knows it, too. */
		g = find(ROLE_PARENT, M_GRANT, times(ROLE_PARENT, M_GRANT) -
		    1);
		assert_int_equal(memo_read(g->memo, g->memo_len, &memo), 0);
		assert_memory_equal(&memo.key_ours, &v.key_ours,
		    sizeof(memo.key_ours));
		assert_memory_equal(&memo.key_peer, &v.key_peer,
		    sizeof(memo.key_peer));
		commit(help_policy(++generation));
	}
}

/* Of another worker or another SA it is no news; new keys begin anew. */
static void
test_lifesize(void **state)
{
	struct tunnel		*t = load_kinds(AUTHK_PSK, AUTHK_PSK);
	struct mx_carried	 m;
	struct mv_verdict	 v;
	struct session		*s;
	struct mx_up		 up;

	(void)state;
	assert_string_equal(field(t, NULL, "Key Rem Lifesize"), "0 Kbytes");
	bring_up(t, &v);
	s = sess_up_of(t);
	assert_string_equal(field(t, s, "Key Lifesize"), "100 Kbytes");
	assert_string_equal(field(t, s, "Key Rem Lifesize"), "100 Kbytes");
	memcpy(m.spi_i, s->spi_i, 8);
	memcpy(m.spi_r, s->spi_r, 8);
	m.octets = 30 * 1024;
	lifesize_carried(s->worker + 1, &m);
	assert_string_equal(field(t, s, "Key Rem Lifesize"), "100 Kbytes");
	lifesize_carried(s->worker, &m);
	assert_string_equal(field(t, s, "Key Rem Lifesize"), "70 Kbytes");
	m.spi_r[0] ^= 1;
	m.octets = 40 * 1024;
	lifesize_carried(s->worker, &m);
	assert_string_equal(field(t, s, "Key Rem Lifesize"), "70 Kbytes");
	m.spi_r[0] ^= 1;
	m.octets = 200 * 1024;
	lifesize_carried(s->worker, &m);
	assert_string_equal(field(t, s, "Key Rem Lifesize"), "0 Kbytes");
	up_of(&up, &v);
	memcpy(up.old_spi_i, s->spi_i, 8);
	memcpy(up.old_spi_r, s->spi_r, 8);
	up.spi_i[0] = 0x77;
	sessions_up(s->worker, &up);
	assert_int_equal(s->spi_i[0], 0x77);
	assert_string_equal(field(t, s, "Key Rem Lifesize"), "100 Kbytes");
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lifesize, setup,
		    teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm_fake_ms(now_ms);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
