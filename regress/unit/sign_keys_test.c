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
 * certd/sign/manual_serve.c: more children with manual keys at once than the
 * parent gives credit for.
 */
#include <sys/stat.h>

#include "sign_serve_bed.h"

#include "../../certd/sign/manual.h"

#define CHILDREN	200
#define MUTE_CREDIT	64		/* KEYS_INSTALL's */
#define WAITING		16384		/* manual_serve.c's bound */

static struct pipe *parent;
static struct mv_keys_use uses[CHILDREN];
static unsigned int installs, used_n, busy_n;
static int mute;

static void
on_ignore(void *arg, const void *body, int fd)
{
	(void)arg, (void)body, (void)fd;
}

static void
on_end(void *arg, struct pipe *p, const char *why)
{
	(void)arg, (void)p;
	fail_msg("certd-sign's parent: %s", why != NULL ? why : "gone");
}

/* The parent: says yes. */
static void
on_install(void *arg, const void *body, int fd)
{
	const struct mi_keys *k = body;
	const struct mi_install *m = &k->install;
	struct mi_result r = { .req = m->req };

	(void)arg, (void)fd;
	assert_int_equal(m->spi_in, 0x1000 + m->grant);
	assert_int_equal(k->tunnel, m->grant);
	installs++;
	if (!mute)
		pipe_send(parent, M_KEYS_INSTALLED, &r, -1);
	event_base_loopbreak(role.base);
}

/* tmd: in the order in which it asked. */
static void
on_used(void *arg, const void *body, int fd)
{
	const struct mv_keys_used *m = body;

	(void)arg, (void)fd;
	if (m->code == RSN_OK)
		assert_int_equal(m->grant, 1 + used_n++);
	else {
		assert_int_equal(m->code, RSN_BUSY);
		busy_n++;
	}
	event_base_loopbreak(role.base);
}

/* Of a role, and what manual_serve.c has for more. */
static struct pipe_handler from_parent[] = {
	{ M_GIVE_PIPE, on_ignore }, { M_HELLO, on_ignore },
	{ M_GIVE_LOG, on_ignore }, { M_PEER_GONE, on_ignore },
	{ M_GIVE_SOCKET, on_ignore }, { M_PING, on_ignore },
	{ M_PREPARE, on_ignore }, { M_COMMIT, on_ignore },
	{ M_ABORT, on_ignore }, { M_STOP, on_ignore },
	{ M_SET_LEVEL, on_ignore }, { 0, NULL }, { 0, NULL }
};
#define MORE	(sizeof(from_parent) / sizeof(from_parent[0]) - 2)
static const struct pipe_handler to_parent[] = {
	{ M_READY, on_ignore }, { M_PREPARED, on_ignore },
	{ M_COMMITTED, on_ignore }, { M_PONG, on_ignore },
	{ M_PEER_BROKE, on_ignore }, { M_KEYS_INSTALL, on_install },
	{ 0, NULL }
};
static const struct pipe_handler to_tmd[] = {
	{ M_VERDICT, on_unwanted }, { M_LOCKED, on_ignore },
	{ M_CRED, on_unwanted }, { M_CREDS, on_unwanted },
	{ M_PROOF_WANT, on_unwanted }, { M_TICKET_KEPT, on_unwanted },
	{ M_KEYS_ARE, on_unwanted }, { M_KEYS_USED, on_used }, { 0, NULL }
};

static void
load_file(const char *name)
{
	static struct sn_secret s;
	static const char text[] =
	    "enc: 000102030405060708090a0b0c0d0e0f\n"
	    "auth: 000102030405060708090a0b0c0d0e0f"
	    "000102030405060708090a0b0c0d0e0f\n";

	memset(&s, 0, sizeof(s));
	s.kind = SECRET_MANUAL;
	s.mode = S_IFREG | 0600;
	s.uid = sg.uid;
	strlcpy(s.name, name, sizeof(s.name));
	s.data_len = sizeof(text) - 1;
	memcpy(s.data, text, s.data_len);
	manuals_load(sg.manuals, &s, sg.uid);
}

/* Tunnel n has one child, whose grant is to be n, too. */
static void
load_row(uint32_t n)
{
	struct mv_keys_want want = { .order = 1, .tunnel = n };
	static struct mv_keys_are are;
	struct sn_manual r;

	memset(&r, 0, sizeof(r));
	r.tunnel = n;
	r.child = 1;
	r.mode = MODE_TUNNEL;
	r.local.addr.af = r.remote.addr.af = 4;
	r.sa_n = 1;
	r.sa[0].proto = PROTO_ESP;
	r.sa[0].encr = ENCR_AES_CBC;
	r.sa[0].encr_bits = 128;
	r.sa[0].integ = INTEG_HMAC_SHA2_256_128;
	r.sa[0].spi_in = 0x1000 + n;
	r.sa[0].spi_out = 0x2000 + n;
	strlcpy(r.sa[0].key_in, "k", sizeof(r.sa[0].key_in));
	strlcpy(r.sa[0].key_out, "k", sizeof(r.sa[0].key_out));
	assert_null(manuals_add(sg.manuals, &r));
	manuals_tell(sg.manuals, (struct slice){ sg.boot_key,
	    sizeof(sg.boot_key) }, &want, &are);
	assert_int_equal(are.keys_n, 1);
	uses[n - 1].grant = uses[n - 1].tunnel = n;
	uses[n - 1].child = 1;
	memcpy(uses[n - 1].print, are.keys[0].print, 32);
}

static void
new_tmd(void)
{
	int fds[2];

	pipe_pair(fds);
	pipe_free(tmd);
	serve_pipe(&sg, ROLE_TMD, 0, fds[0]);
	other_end(&tmd, fds[1], &proto_sign_tmd, SIDE_B, to_tmd);
}

static int
keys_setup(void **state)
{
	uint32_t n;
	int fds[2];

	setup(state);
	installs = used_n = busy_n = 0;
	mute = 0;
	role.priv = &sg;
	from_parent[MORE] = manual_handlers[0];
	pipe_pair(fds);
	role.parent = pipe_new(role.base, fds[0], &proto_parent_sign, SIDE_B,
	    &(struct pipe_ops){ from_parent, on_end }, &role);
	other_end(&parent, fds[1], &proto_parent_sign, SIDE_A, to_parent);
	new_tmd();
	sg.manuals = manuals_new();
	load_file("k");
	for (n = 1; n <= CHILDREN; n++)
		load_row(n);
	return (0);
}

static int
keys_teardown(void **state)
{
	pipe_free(role.parent);
	pipe_free(parent);
	role.parent = NULL;
	teardown(state);
	manuals_free(sg.manuals);
	return (0);
}

static void
use(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		pipe_send(tmd, M_KEYS_USE, &uses[i % CHILDREN], -1);
	pipe_flush(tmd);
}

/* All come up, in their order. */
static void
test_many(void **state)
{
	(void)state;
	use(CHILDREN);
	wait_for(&used_n, CHILDREN);
	assert_int_equal(installs, CHILDREN);
	assert_int_equal(busy_n, 0);
}

/* There is a bound; and a tmd that comes anew asks anew. */
static void
test_bound(void **state)
{
	(void)state;
	mute = 1;
	use(MUTE_CREDIT + WAITING + 3);
	wait_for(&busy_n, 3);
	wait_for(&installs, MUTE_CREDIT);
	new_tmd();
	use(WAITING + 1);
	wait_for(&busy_n, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_many, keys_setup,
		    keys_teardown),
		cmocka_unit_test_setup_teardown(test_bound, keys_setup,
		    keys_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
