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

/* The machine's secret: made once, kept, and nobody else's. */
#include <sys/stat.h>

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

#include "lasting.h"
#include "log.h"

static char	 name[] = "/tmp/lasting.XXXXXX";
static int	 dir;

static int
setup(void **state)
{
	(void)state;
	strcpy(name + strlen(name) - 6, "XXXXXX");
	assert_non_null(mkdtemp(name));
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return (dir == -1 ? -1 : 0);
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlinkat(dir, LASTING_FILE, 0);
	(void)unlinkat(dir, LASTING_FILE ".new", 0);
	close(dir);
	return (rmdir(name));
}

static void
put(const void *p, size_t len, mode_t mode)
{
	int	 fd;

	(void)unlinkat(dir, LASTING_FILE, 0);
	fd = openat(dir, LASTING_FILE, O_WRONLY | O_CREAT | O_EXCL, mode);
	assert_int_equal(write(fd, p, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
test_kept(void **state)
{
	uint8_t		 a[LASTING_LEN] = { 0 }, b[LASTING_LEN] = { 0 };
	uint8_t		 zero[LASTING_LEN] = { 0 };
	struct stat	 st;

	(void)state;
	assert_null(lasting_read(dir, a));
	assert_memory_not_equal(a, zero, sizeof(a));
	assert_null(lasting_read(dir, b));
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(fstatat(dir, LASTING_FILE, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, LASTING_LEN);
	/* Gone: there is another. */
	assert_int_equal(unlinkat(dir, LASTING_FILE, 0), 0);
	assert_null(lasting_read(dir, b));
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
test_refused(void **state)
{
	uint8_t	 a[LASTING_LEN], b[LASTING_LEN], file[64] = { 0 };

	(void)state;
	/* Something is there always, and never what is refused. */
	put(file, 31, 0600);
	assert_non_null(lasting_read(dir, a));
	put(file, 33, 0600);
	assert_non_null(lasting_read(dir, b));
	assert_memory_not_equal(a, b, sizeof(a));
	put(file, 32, 0644);
	assert_non_null(lasting_read(dir, a));
	assert_memory_not_equal(a, file, sizeof(a));
	assert_int_equal(unlinkat(dir, LASTING_FILE, 0), 0);
	assert_int_equal(symlinkat("/dev/zero", dir, LASTING_FILE), 0);
	assert_non_null(lasting_read(dir, a));
	assert_memory_not_equal(a, file, sizeof(a));
	assert_int_equal(unlinkat(dir, LASTING_FILE, 0), 0);
	assert_int_equal(mkfifoat(dir, LASTING_FILE, 0600), 0);
	assert_non_null(lasting_read(dir, a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup,
		    teardown),
	};

	log_init("test", LOG_L_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
