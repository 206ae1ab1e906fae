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

/* certd/sign/ standby.c, ourcert.c: keys and entries in two phases. */
#include "sign_serve_bed.h"

#include <openssl/pem.h>

#include "../../certd/own.h"
#include "keyfp.h"

static uint8_t fp[2][KEYFP_LEN];	/* of the key gw, and of another */

static void
test_reload(void **state)
{
	(void)state;
	assert_non_null(prepare(1));
	push_keys(1, NULL, 0);
	assert_string_equal(prepare(1), "/etc/t/psk/boston: no such file, or "
	    "not a regular one: ikectl psk create boston (tunnel boston)");
	push_keys(1, "boston", 0644);
	assert_string_equal(prepare(1), "/etc/t/psk/boston: readable by "
	    "others (mode 0644): chmod 600 (tunnel boston)");
	assert_null(sg.s.entries);
	load(1);
	assert_int_equal(sg.s.generation, 1);
	assert_int_equal(keyring_find(sg.s.keys, "boston")->len,
	    sizeof(KEY) - 1);
	/* Refused or aborted: the old policy is untouched. */
	push_keys(2, NULL, 0);
	assert_non_null(prepare(2));
	standby_abort(&sg, 2);
	assert_non_null(keyring_find(sg.s.keys, "boston"));
	push_keys(3, "boston", 0600);
	assert_non_null(prepare(4));
	assert_null(prepare(3));
	standby_abort(&sg, 3);
	assert_null(sg.next_keys);
	assert_int_equal(sg.s.generation, 1);
}

/* A policy with a certificate of ours, and its private key. */
static void
push_cert(uint32_t generation)
{
	struct snap_writer *w = snap_open(ROLE_SIGN, generation);
	struct sn_secret s = { .kind = 2, .mode = 0100600, .name = "gw" };
	struct mq_secrets m = { .generation = generation, .dir = "/etc/t" };
	static EVP_PKEY *key;
	EVP_PKEY *other;
	BIO *bio = BIO_new(BIO_s_mem());

	if (key == NULL) {
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		assert_int_equal(keyfp(key, fp[0]), 0);
		assert_int_equal(keyfp(other, fp[1]), 0);
		EVP_PKEY_free(other);
	}
	assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0,
	    NULL, NULL), 1);
	s.data_len = (uint16_t)BIO_read(bio, s.data, sizeof(s.data));
	BIO_free(bio);
	snap_put(w, SNAP_SECRET, &s);
	pipe_send(starter, M_SECRETS, &m, snap_close(w));
	pipe_flush(starter);
}

static const char *
prepare_cert(uint32_t generation, const char *id)
{
	struct snap_writer *w = snap_open(ROLE_SIGN, generation);
	struct sn_auth a;

	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strcpy(a.name, "paris");
	strcpy(a.key, "gw");
	a.kind_ours = a.kind_theirs = AUTHK_CERT;
	a.remote_n = 1;
	a.remote[0].addr.af = 4;
	id_parse(id, &a.id_local);
	snap_put(w, SNAP_AUTH, &a);
	return (standby_prepare(&sg, generation, snap_close(w)));
}

/* What certd says, read at once. */
static void
say_ours(uint32_t generation, const char *id, const uint8_t key[KEYFP_LEN])
{
	struct mc_ours m = { generation };
	struct entries *es = entries_new();
	struct sn_auth a;
	struct sn_ours row = { .tunnel = 1 };

	memset(&a, 0, sizeof(a));
	a.tunnel = 1;
	strcpy(a.key, "gw");
	a.kind_ours = a.kind_theirs = AUTHK_CERT;
	assert_null(entries_add(es, &a));
	entries_index(es);
	id_parse(id, &row.id);
	memcpy(row.key, key, KEYFP_LEN);
	entries_ours(es, &row);
	pipe_send(certd, M_CERT_OURS, &m, own_rows(es, generation));
	pipe_flush(certd);
	entries_free(es);
	pipe_read_now(sg.certd);
}

static void
check_id(const struct entries *es, const char *want)
{
	const struct wt_addr at = { .af = 4 };
	struct wt_id id, w;

	entry_id_ours(entries_at(es, 0), &at, &id);
	id_parse(want, &w);
	assert_true(id_equal(&id, &w));
}

/* The loop until the keys are checked. */
static void
turns(void)
{
	while (sg.keys_wait)
		assert_int_equal(event_base_loop(role.base, EVLOOP_ONCE |
		    EVLOOP_NONBLOCK), 0);
}

static void
test_ours(void **state)
{
	const char *why;

	(void)state;
	/* PREPARE first: it waits for its key, and for certd's word. */
	push_cert(1);
	assert_ptr_equal(prepare_cert(1, "any"), ROLE_LATER);
	check_id(sg.next_entries, "any");
	assert_int_equal(sg.ours_wait, 0);
	turns();
	assert_int_equal(sg.ours_wait, 1);
	check_id(sg.next_entries, "any");
	say_ours(1, "fqdn:gw.example", fp[0]);
	assert_int_equal(sg.ours_wait, 0);
	check_id(sg.next_entries, "fqdn:gw.example");
	standby_abort(&sg, 1);
	/* The word first. */
	push_cert(1);
	assert_ptr_equal(prepare_cert(1, "any"), ROLE_LATER);
	say_ours(1, "fqdn:gw.example", fp[0]);
	turns();
	assert_int_equal(sg.ours_wait, 0);
	standby_commit(&sg, 1);
	check_id(sg.s.entries, "fqdn:gw.example");
	/* Another key in the certificate: refused, before or after. */
	push_cert(2);
	assert_ptr_equal(prepare_cert(2, "any"), ROLE_LATER);
	say_ours(2, "fqdn:gw.example", fp[1]);
	assert_int_equal(sg.ours_wait, 0);
	assert_null(sg.next_entries);
	standby_abort(&sg, 2);
	push_cert(3);
	say_ours(3, "fqdn:gw.example", fp[1]);
	why = prepare_cert(3, "fqdn:gw.example");
	assert_string_equal(why, "/etc/t/certs/gw and /etc/t/private/gw do "
	    "not belong together: the certificate has another public key "
	    "(tunnel paris)");
	standby_abort(&sg, 3);
	/* Given up, or certd is gone: nothing waits any more. */
	push_cert(4);
	assert_ptr_equal(prepare_cert(4, "any"), ROLE_LATER);
	standby_abort(&sg, 4);
	assert_int_equal(sg.ours_wait, 0);
	push_cert(5);
	assert_ptr_equal(prepare_cert(5, "any"), ROLE_LATER);
	serve_gone(&sg, ROLE_CERTD, 0);
	assert_int_equal(sg.ours_wait, 0);
	/* Without certd, as at the start: later, then. */
	assert_null(prepare_cert(5, "any"));
	standby_commit(&sg, 5);
	check_id(sg.s.entries, "any");
	check_id(sg.s.entries, "any");
}

/* So many keys under names of their own; one octet in the first may differ. */
static void
push_many(uint32_t generation, unsigned int n, EVP_PKEY *key, int other)
{
	struct snap_writer *w = snap_open(ROLE_SIGN, generation);
	struct sn_secret s = { .kind = 2, .mode = 0100600 };
	struct mq_secrets m = { .generation = generation, .dir = "/etc/t" };
	unsigned char *p = s.data;
	unsigned int i;

	s.data_len = n == 0 ? 0 : (uint16_t)i2d_PrivateKey(key, &p);
	for (i = 0; i < n; i++) {
		snprintf(s.name, sizeof(s.name), i == 0 ? "gw" : "key%u", i);
		s.data[s.data_len - 1] ^= (uint8_t)(i == 0 && other);
		snap_put(w, SNAP_SECRET, &s);
		s.data[s.data_len - 1] ^= (uint8_t)(i == 0 && other);
	}
	pipe_send(starter, M_SECRETS, &m, snap_close(w));
	pipe_flush(starter);
}

static unsigned int
not_checked(const struct privring *r)
{
	unsigned int i, n = 0;

	for (i = 0; i < privring_count(r); i++)
		n += (unsigned int)(privring_at(r, i)->unchecked != 0);
	return (n);
}

/*
 * Many keys: one is checked in a turn of the loop, and who asks meanwhile is
 * answered; the second time they are known.
 */
static void
test_turns(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)4096);
	struct mk_want want = { .slot = 1, .count = 1 };
	unsigned int left, before, answers = 0, many = 40;

	(void)state;
	assert_non_null(key);
	serve_gone(&sg, ROLE_CERTD, 0);
	push_many(1, many, key, 0);
	assert_ptr_equal(prepare_cert(1, "any"), ROLE_LATER);
	assert_int_equal(sg.keys_wait, 1);
	for (left = many; sg.keys_wait; left = before) {
		pipe_send(ike, M_TICKETS_WANT, &want, -1);
		pipe_flush(ike);
		pipe_read_now(ike);
		assert_int_equal(event_base_loop(role.base, EVLOOP_ONCE |
		    EVLOOP_NONBLOCK), 0);
		before = not_checked(sg.next_priv);
		assert_true(before == left || before + 1 == left);
		if (before > 0)
			answers = got.tickets_n;
	}
	assert_int_equal(left, 0);
	assert_true(answers >= many / 2);
	assert_non_null(sg.next_entries);
	standby_commit(&sg, 1);
	/* The same files: nothing is checked, the answer is there at once. */
	push_many(2, many, key, 0);
	assert_null(prepare_cert(2, "any"));
	standby_commit(&sg, 2);
	/* One is damaged, and refused. */
	push_many(3, many, key, 1);
	assert_ptr_equal(prepare_cert(3, "any"), ROLE_LATER);
	assert_int_equal(not_checked(sg.next_priv), 1);
	turns();
	assert_null(sg.next_entries);
	assert_string_equal(privring_find(sg.next_priv, "gw")->problem,
	    "its private and public parts do not fit");
	standby_abort(&sg, 3);
	/* Given up while they are checked; then no answer is owed. */
	push_many(4, many, key, 1);
	assert_ptr_equal(prepare_cert(4, "any"), ROLE_LATER);
	standby_abort(&sg, 4);
	assert_int_equal(sg.keys_wait, 0);
	/* Other keys than those of the PREPARE have come meanwhile. */
	push_many(5, many, key, 1);
	assert_ptr_equal(prepare_cert(5, "any"), ROLE_LATER);
	push_many(6, many, key, 0);
	pipe_read_now(sg.starter);
	turns();
	assert_null(sg.next_entries);
	EVP_PKEY_free(key);
}

/* The key's file has gone: not for a new policy, but for one that held. */
static void
test_held(void **state)
{
	(void)state;
	serve_gone(&sg, ROLE_CERTD, 0);
	push_many(1, 0, NULL, 0);
	assert_string_equal(prepare_cert(1, "any"), "/etc/t/private/gw: no "
	    "such file, or not a regular one (tunnel paris)");
	assert_null(sg.next_entries);
	standby_abort(&sg, 1);
	push_many(1, 0, NULL, 0);
	role.held = 1;
	assert_null(prepare_cert(1, "any"));
	role.held = 0;
	standby_commit(&sg, 1);
	check_id(sg.s.entries, "any");
	/* Without any word of the starter there is nothing to hold with. */
	role.held = 1;
	assert_string_equal(prepare_cert(2, "any"), "certd-sign did not get "
	    "the keys of this generation");
	role.held = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_reload), T(test_ours), T(test_turns), T(test_held),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
