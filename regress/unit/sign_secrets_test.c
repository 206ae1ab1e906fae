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

/* certd/sign/secrets.c: the secrets socket and who may speak on it. */
#include <sys/socket.h>
#include <sys/un.h>

#include <openssl/pem.h>

#include "sign_serve_bed.h"

static struct pipe *ctl;

/* What came last on the secrets socket. */
static struct {
	struct mq_welcome	 welcome;
	struct mq_done		 done;
	char			 rows[512];
	unsigned int		 done_n;
} said;

static void
on_welcome(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	said.welcome = *(const struct mq_welcome *)body;
}

static void
on_done(void *arg, const void *body, int fd)
{
	(void)arg, (void)fd;
	said.done = *(const struct mq_done *)body;
	said.done_n++;
	event_base_loopbreak(role.base);
}

static void
on_row(void *arg, const void *body, int fd)
{
	const struct mq_row *m = body;
	size_t at = strlen(said.rows);
	uint16_t i;

	(void)arg, (void)fd;
	for (i = 0; i < m->kv_n && at < sizeof(said.rows); i++)
		if (strcmp(m->kv[i].k, "fingerprint") != 0)
			at += (size_t)snprintf(said.rows + at,
			    sizeof(said.rows) - at, "%s=%s ", m->kv[i].k,
			    m->kv[i].v);
}

static const struct pipe_handler ctl_handlers[] = {
	{ M_SEC_WELCOME, on_welcome }, { M_SEC_ROW, on_row },
	{ M_SEC_PUT_DONE, on_done }, { M_SEC_LIST_DONE, on_done },
	{ M_SEC_UNLOCK_DONE, on_done }, { M_SEC_PPK_DONE, on_done },
	{ M_SEC_PPK_LIST_DONE, on_done }, { 0, NULL }
};

/* A client of the secrets socket; major is what it says of itself. */
static void
ctl_connect(uint16_t major)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct mq_hello hello = { .major = major, .program = "test" };
	char dir[] = "/tmp/sign_serve_XXXXXX";
	int fd, listener;

	assert_non_null(mkdtemp(dir));
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/s", dir);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sun,
	    sizeof(sun)), 0);
	assert_int_equal(listen(listener, 5), 0);
	secrets_listen(&sg, listener);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)),
	    0);
	unlink(sun.sun_path);
	rmdir(dir);
	other_end(&ctl, fd, &proto_secrets, SIDE_A, ctl_handlers);
	pipe_set_phase(ctl, PH_START);
	pipe_send(ctl, M_SEC_HELLO, &hello, -1);
	pipe_set_phase(ctl, PH_RUN);
}

static void
ctl_put_to(uint16_t type, const char *name, const char *secret)
{
	struct mq_psk m = { .req = 8 };

	strcpy(m.name, name);
	m.secret_len = (uint16_t)strlen(secret);
	memcpy(m.secret, secret, m.secret_len);
	pipe_send(ctl, type, &m, -1);
	wait_for(&said.done_n, said.done_n + 1);
	assert_int_equal(said.done.req, 8);
}

static void
ctl_put(const char *name, const char *secret)
{
	ctl_put_to(M_PSK_PUT, name, secret);
}

/* ppk/ has names of its own. */
static void
test_ppk(void **state)
{
	struct mq_list l = { .req = 9 };

	(void)state;
	if (geteuid() != 0)
		skip();
	load(1);
	said.rows[0] = '\0';
	ctl_connect(CTL_VERSION_MAJOR);
	ctl_put_to(M_PPK_PUT, "boston", "0x00010203\n");
	assert_int_equal(said.done.status, CTL_OK);
	pipe_send(ctl, M_PPK_LIST, &l, -1);
	wait_for(&said.done_n, said.done_n + 1);
	assert_string_equal(said.rows, "name=boston length=4 used=no "
	    "problem= ");
	assert_int_equal(keyring_find(sg.s.keys, "boston")->len,
	    sizeof(KEY) - 1);
	ctl_put_to(M_PPK_PUT, "boston", "");
	assert_int_equal(said.done.status, CTL_OK);
	assert_null(keyring_find(sg.s.ppks, "boston"));
	assert_non_null(keyring_find(sg.s.keys, "boston"));
}

static void
test_secrets(void **state)
{
	struct mq_list l = { .req = 9 };

	(void)state;
	if (geteuid() != 0)
		skip();
	load(1);
	ctl_connect(CTL_VERSION_MAJOR);
	ctl_put("lyon", "0x00010203\n");
	assert_int_equal(said.done.status, CTL_OK);
	assert_int_equal(said.welcome.level, CTL_SECRETS);
	ctl_put("paris", "0xzz");
	assert_int_equal(said.done.status, CTL_REFUSED);
	ctl_put("../x", "abc");
	assert_int_equal(said.done.status, CTL_REFUSED);
	pipe_send(ctl, M_PSK_LIST, &l, -1);
	wait_for(&said.done_n, said.done_n + 1);
	assert_int_equal(said.done.status, CTL_OK);
	assert_string_equal(said.rows, "name=boston length=26 used=yes "
	    "problem= name=lyon length=4 used=no problem= ");
	ctl_put("lyon", "");
	assert_int_equal(said.done.status, CTL_OK);
	assert_null(keyring_find(sg.s.keys, "lyon"));
	ctl_put("lyon", "");
	assert_int_equal(said.done.status, CTL_REFUSED);
	ctl_put("boston", "");
	assert_int_equal(said.done.status, CTL_OK);
	assert_non_null(strstr(said.done.text, "boston"));
}

/* The tunnel's own key, with a passphrase, and ikectl that opens it. */
static void
test_unlock(void **state)
{
	struct sn_secret f = { .kind = 2, .name = "paris", .mode = 0100600 };
	struct mq_unlock m = { .req = 4, .name = "paris" };
	EVP_PKEY *k = EVP_EC_gen("P-256");
	unsigned char *der = NULL;
	BIO *bio = BIO_new(BIO_s_mem());
	struct sn_auth a = { .tunnel = 3, .kind_ours = AUTHK_CERT,
	    .kind_theirs = AUTHK_CERT, .name = "t3", .key = "paris" };
	int n;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, k,
	    EVP_aes_256_cbc(), "open", 4, NULL, NULL), 1);
	n = BIO_read(bio, f.data, sizeof(f.data));
	assert_true(n > 0);
	f.data_len = (uint16_t)n;
	load(1);
	privring_load(sg.s.priv, &f, 0);
	a.remote_n = 1;
	a.remote[0].addr.af = 4;
	assert_null(entries_add(sg.s.entries, &a));
	wait_for(&got.locked_n, 1);	/* of load() */
	locked_tell(&sg);
	wait_for(&got.locked_n, 2);
	assert_int_equal(got.locked.tunnel, 3);
	assert_int_equal(got.locked.first, 1);
	assert_int_equal(got.locked.last, 1);
	assert_string_equal(got.locked.key, "paris");

	ctl_connect(CTL_VERSION_MAJOR);
	n = i2d_PrivateKey(k, &der);
	assert_true(n > 0);
	m.key_len = (uint16_t)n;
	memcpy(m.key, der, (size_t)n);
	pipe_send(ctl, M_KEY_UNLOCK, &m, -1);
	wait_for(&said.done_n, 1);
	assert_int_equal(said.done.status, CTL_REFUSED);
	assert_non_null(strstr(said.done.text, "file has changed"));
	hprf_digest(f.data, f.data_len, m.file, sizeof(m.file));
	pipe_send(ctl, M_KEY_UNLOCK, &m, -1);
	wait_for(&said.done_n, 2);
	assert_int_equal(said.done.status, CTL_OK);
	assert_int_equal(said.done.req, 4);
	wait_for(&got.locked_n, 3);
	assert_int_equal(got.locked.tunnel, 0);
	assert_int_equal(got.locked.first, 1);
	assert_int_equal(got.locked.last, 1);
	OPENSSL_free(der);
	BIO_free(bio);
	EVP_PKEY_free(k);
}

static void
test_secrets_version(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	ctl_connect(CTL_VERSION_MAJOR + 1);
	ctl_put("lyon", "0x00010203\n");
	assert_int_equal(said.done.status, CTL_REFUSED);
	assert_int_equal(said.welcome.major, CTL_VERSION_MAJOR);
}

/* Anybody but root is turned away, whoever could open the socket. */
static void
test_secrets_root_only(void **state)
{
	(void)state;
	if (geteuid() != 0 || seteuid(65534) == -1)
		skip();
	ctl_connect(CTL_VERSION_MAJOR);
	assert_int_equal(seteuid(0), 0);
	wait_for(&got.closed, 1);
	assert_null(ctl);
}

static int
close_ctl(void **state)
{
	pipe_free(ctl);
	ctl = NULL;
	memset(&said, 0, sizeof(said));
	return (teardown(state));
}

#define C(f) cmocka_unit_test_setup_teardown(f, setup, close_ctl)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		C(test_secrets), C(test_ppk), C(test_unlock),
		C(test_secrets_version), C(test_secrets_root_only),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
