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


/* common/rootfile.c: sockets, whole replacement, the secrets' directory. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "proto_snap.h"
#include "roles.h"
#include "rootfile.h"
#include "snap.h"

static char name[] = "/tmp/ikd-rootfile.XXXXXX";
static int dir;

static int
setup(void **state)
{
	(void)state;
	log_init("test", LOG_L_ERROR);
	if (mkdtemp(name) == NULL)
		return (-1);
	dir = rootfile_dir(AT_FDCWD, name, 0);
	return (0);
}

static int
teardown(void **state)
{
	char cmd[80];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", name);
	return (system(cmd) == 0 ? 0 : -1);
}

static void
put(const char *path, const void *data, size_t len, mode_t mode)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd != -1);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static void
test_listen(void **state)
{
	static const char *const bad[] = { "", ".", "..", ".x", "a/b", "/a" };
	struct stat st;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rootfile_listen(dir, bad[i], "", 0600), -1);
	assert_int_equal(rootfile_listen(dir, "s", "no-such-group-x", 0600),
	    -1);
	put("file", "x", 1, 0600);
	assert_int_equal(rootfile_listen(dir, "file", "", 0600), -1);
	assert_int_equal(errno, EEXIST);
	if (getuid() != 0)
		return;		/* the group is root's */
	for (i = 0; i < 2; i++) {	/* the second replaces the first */
		fd = rootfile_listen(dir, "s", i == 0 ? "" : "root",
		    0660);
		assert_true(fd != -1);
		assert_int_equal(fstatat(dir, "s", &st, 0), 0);
		assert_true(S_ISSOCK(st.st_mode));
		assert_int_equal(st.st_mode & 07777, i == 0 ? 0600 : 0660);
		close(fd);
	}
}

static void
test_replace(void **state)
{
	struct stat st;
	char buf[16];
	int m, fd;

	(void)state;
	m = memfd_sealed("n", "1 one\n", 6);
	assert_null(rootfile_replace(dir, "numbers", "old", 1, m, 100));
	assert_non_null(rootfile_replace(dir, "numbers", "old", 1, m, 5));
	assert_non_null(rootfile_replace(dir, "none/numbers", "old", 1, m,
	    100));
	close(m);
	fd = openat(dir, "numbers", O_RDONLY);
	assert_int_equal(read(fd, buf, sizeof(buf)), 6);
	assert_memory_equal(buf, "1 one\n", 6);
	/* What is open keeps its octets; the name gets the new ones. */
	m = memfd_sealed("n", "", 0);
	assert_null(rootfile_replace(dir, "numbers", "old", 1, m, 100));
	close(m);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 6);
	close(fd);
	assert_int_equal(fstatat(dir, "numbers", &st, 0), 0);
	assert_int_equal(st.st_size, 0);
	/* What is damaged does not become the old one. */
	m = memfd_sealed("n", "22\n", 3);
	assert_null(rootfile_replace(dir, "numbers", "old", 0, m, 100));
	close(m);
	assert_int_equal(fstatat(dir, "numbers", &st, 0), 0);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(fstatat(dir, "old", &st, 0), 0);
	assert_int_equal(st.st_size, 6);
	/* Not sealed: not trusted. */
	fd = openat(dir, "file", O_RDWR | O_CREAT, 0600);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_non_null(rootfile_replace(dir, "numbers", "old", 1, fd, 100));
	close(fd);
}

/* The modes do not depend on whoever starts us. */
static void
test_umask(void **state)
{
	static const char *const files[] = { "f", "g", NULL };
	struct stat st;
	int i, m, fd;

	(void)state;
	(void)umask(077);
	for (i = 0; i < 2; i++) {	/* made, and as somebody left it */
		fd = rootfile_read_dir(dir, "db", files);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0755);
		if (i == 1) {
			assert_int_equal(fstatat(fd, "f", &st, 0), 0);
			assert_int_equal(st.st_mode & 07777, 0644);
		}
		m = memfd_sealed("f", "1\n", 2);
		assert_null(rootfile_replace(fd, "f", "g", 1, m, 100));
		close(m);
		assert_int_equal(fstatat(fd, "f", &st, 0), 0);
		assert_int_equal(st.st_mode & 07777, 0644);
		assert_int_equal(fchmodat(fd, "f", 0600, 0), 0);
		assert_int_equal(fchmod(fd, 0700), 0);
		close(fd);
	}
	(void)umask(022);
}

struct seen {
	unsigned int	 n;
	struct sn_secret last;
};

static const char *
see(void *ctx, uint16_t type, const void *val)
{
	struct seen *s = ctx;

	assert_int_equal(type, SNAP_SECRET);
	s->n++;
	s->last = *(const struct sn_secret *)val;
	return (NULL);
}

static struct seen
secrets_of(enum role role)
{
	int fd = rootfile_secrets(dir, name, role, 7, getuid());
	struct seen s = { 0 };

	assert_null(snap_read(fd, role, 7, see, &s));
	close(fd);
	return (s);
}

static struct seen
secrets(void)
{
	return (secrets_of(ROLE_SIGN));
}

static void
test_secrets(void **state)
{
	static char big[8193];
	struct seen s;

	(void)state;
	assert_int_equal(secrets().n, 0);	/* no directories at all */
	assert_int_equal(mkdirat(dir, "psk", 0700), 0);
	assert_int_equal(secrets().n, 0);
	put("psk/boston", "0x0123\n", 7, 0600);
	s = secrets();
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last.kind, 1);
	assert_string_equal(s.last.name, "boston");
	assert_int_equal(s.last.data_len, 7);
	assert_memory_equal(s.last.data, "0x0123\n", 7);
	assert_int_equal(s.last.mode, 0600);
	assert_int_equal(s.last.uid, getuid());
	/* Left out, and never waited for. */
	put("psk/.swp", "x", 1, 0600);
	put("psk/big", big, sizeof(big), 0600);
	put("psk/bad\nname", "x", 1, 0600);
	assert_int_equal(mkfifoat(dir, "psk/fifo", 0600), 0);
	assert_int_equal(symlinkat("boston", dir, "psk/link"), 0);
	assert_int_equal(mkdirat(dir, "psk/sub", 0700), 0);
	assert_int_equal(secrets().n, 1);
	/* The largest that fits. */
	put("psk/big", big, sizeof(big) - 1, 0600);
	assert_int_equal(secrets().n, 2);
	assert_int_equal(mkdirat(dir, "private", 0700), 0);
	put("private/key.pem", "k", 1, 0640);
	s = secrets();
	assert_int_equal(s.n, 3);
	assert_int_equal(s.last.kind, 2);
	assert_int_equal(s.last.mode, 0640);
}

/* Each role has a directory of its own, and nobody sees another's. */
static void
test_own_secrets(void **state)
{
	int root = getuid() == 0;
	struct seen s;

	(void)state;
	(void)mkdirat(dir, "private", 0700);
	s = secrets();
	assert_int_equal(secrets_of(ROLE_TOKEN).n, 0);
	assert_int_equal(mkdirat(dir, "private/token", 0700), 0);
	assert_int_equal(mkdirat(dir, "private/fetch", 0700), 0);
	assert_int_equal(mkdirat(dir, "private/ca", 0700), 0);
	put("private/token/gw", "4321\n", 5, 0600);
	put("private/token/open", "1\n", 2, 0640);
	put("private/fetch/reader", "secret\n", 7, 0400);
	put("private/ca/corp", "k", 1, 0600);
	assert_int_equal(secrets().n, s.n);
	s = secrets_of(ROLE_TOKEN);
	assert_int_equal(s.n, root);	/* only what is root's */
	if (root) {
		assert_string_equal(s.last.name, "gw");
		assert_int_equal(s.last.kind, SECRET_OWN);
		assert_int_equal(s.last.data_len, 5);
	}
	s = secrets_of(ROLE_FETCH);
	assert_int_equal(s.n, root);
	if (root)
		assert_string_equal(s.last.name, "reader");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listen), cmocka_unit_test(test_replace),
		cmocka_unit_test(test_umask),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_own_secrets)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	(void)umask(022);
	return (cmocka_run_group_tests(tests, setup, teardown));
}
