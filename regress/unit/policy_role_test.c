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
 * tmd/policy/as_role.c: tmd-policy behind its sandbox, from LOAD to its end,
 * on a real pipe with a real directory.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../tmd/policy/as_role.h"
#include "../../tmd/policy/db_image.h"
#include "log.h"
#include "proto_parent_policy.h"
#include "proto_snap.h"
#include "roles.h"
#include "snap.h"

#define DEADLINE	20	/* seconds until a run has failed */

struct run {
	struct event_base	*base;
	struct pipe		*pipe;
	char			 problems[8192];
	unsigned int		 rows[ROLE_MAX];
	char			 state[4096];	/* NEW_STATE, and of that */
	size_t			 state_len;
	char			 numbers[1024];
	char			 objects[1024];
	struct mp_done		 done;
	int			 loaded;
	int			 ended;
	const char		*why;
};

/* What the next load is asked to change. */
static struct wt_change	 change;
static const char	*put_text;

static const char *
count_row(void *ctx, uint16_t type, const void *val)
{
	(void)type;
	(void)val;
	++*(unsigned int *)ctx;
	return (NULL);
}

static void
on_ready(void *arg, const void *body, int fd)
{
	struct mp_load m = { .generation = 7, .userspace = 1, .dir = "DIR" };
	struct run *r = arg;

	(void)body;
	(void)fd;
	m.change = change;
	pipe_set_phase(r->pipe, PH_RUN);
	if (put_text != NULL)
		pipe_send(r->pipe, M_LOAD_TEXT, NULL,
		    memfd_sealed("text", put_text, strlen(put_text)));
	pipe_send(r->pipe, M_LOAD, &m, -1);
}

static void
on_problem(void *arg, const void *body, int fd)
{
	const struct mt_problem *m = body;
	struct run *r = arg;
	size_t n = strlen(r->problems);

	(void)fd;
	snprintf(r->problems + n, sizeof(r->problems) - n, "%s\n%s\n%u\n",
	    m->text, m->source, m->column);
}

static void
on_snapshot(void *arg, const void *body, int fd)
{
	const struct mp_snapshot *m = body;
	struct run *r = arg;

	if (r->rows[m->consumer] != 0)
		r->why = "a second snapshot";
	else
		r->why = snap_read(fd, m->consumer, 7, count_row,
		    &r->rows[m->consumer]);
	close(fd);
}

static void
on_state(void *arg, const void *body, int fd)
{
	struct db_image im;
	struct run *r = arg;
	const char *p, *why;
	size_t len;

	(void)body;
	if ((p = memfd_map(fd, sizeof(r->state), &len, &why)) == NULL ||
	    (why = db_image_read(p, len, &im)) != NULL) {
		r->why = why;
	} else {
		r->state_len = len;
		memcpy(r->state, p, len);
		memcpy(r->numbers, im.numbers, im.numbers_len);
		memcpy(r->objects, im.objects, im.objects_len);
	}
	close(fd);
}

static void
on_loaded(void *arg, const void *body, int fd)
{
	struct run *r = arg;

	(void)fd;
	memcpy(&r->done, body, sizeof(r->done));
	r->loaded++;
}

static void
on_other(void *arg, const void *body, int fd)
{
	struct run *r = arg;

	(void)body;
	(void)fd;
	r->why = "a message nobody asked for";
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	struct run *r = arg;

	(void)p;
	if (why != NULL)
		r->why = why;
	r->ended = 1;
	event_base_loopbreak(r->base);
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *fp;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fp = fopen(path, "w");
	assert_non_null(fp);
	fputs(text, fp);
	fclose(fp);
}

static pid_t
start(int pipe_fd, const char *dir, const char *db)
{
	int d, n, i;
	pid_t pid;

	if ((pid = fork()) != 0)
		return (pid);
	d = open(dir, O_PATH | O_DIRECTORY);
	n = open(db, O_RDONLY | O_DIRECTORY);
	pipe_fd = fcntl(pipe_fd, F_DUPFD, 20);
	d = fcntl(d, F_DUPFD, 20);
	n = fcntl(n, F_DUPFD, 20);
	if (pipe_fd == -1 || d == -1 || n == -1 || dup2(pipe_fd, 3) == -1 ||
	    dup2(d, 4) == -1 || dup2(n, 5) == -1)
		_exit(99);
	for (i = 6; i < 64; i++)
		close(i);
	_exit(as_role());
}

static void
load(struct run *r, const char *dir, const char *db)
{
	static const struct pipe_handler handlers[] = {
		{ M_READY, on_ready }, { M_PONG, on_other },
		{ M_PREPARED, on_other }, { M_COMMITTED, on_other },
		{ M_PEER_BROKE, on_other },
		{ M_LOAD_PROBLEM, on_problem }, { M_SNAPSHOT, on_snapshot },
		{ M_NEW_STATE, on_state }, { M_LOADED, on_loaded },
		{ 0, NULL }
	};
	static const struct pipe_ops ops = { handlers, on_broken };
	struct ml_hello hello = { .role = ROLE_POLICY, .workers = 1,
	    .level = LOG_L_WARNING, .userspace = 1 };
	struct timeval tv = { DEADLINE, 0 };
	int fds[2], status;
	pid_t pid;

	memset(r, 0, sizeof(*r));
	r->base = event_base_new();
	pipe_pair(fds);
	pid = start(fds[1], dir, db);
	assert_true(pid > 0);
	close(fds[1]);
	r->pipe = pipe_new(r->base, fds[0], &proto_parent_policy, SIDE_A,
	    &ops, r);
	pipe_set_phase(r->pipe, PH_START);
	pipe_send(r->pipe, M_HELLO, &hello, -1);
	event_base_loopexit(r->base, &tv);
	while (!r->ended && !event_base_got_exit(r->base))
		event_base_loop(r->base, EVLOOP_ONCE);
	if (!r->ended)
		kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("tmd-policy ended with status %#x", status);
	pipe_free(r->pipe);
	event_base_free(r->base);
	if (r->why != NULL)
		fail_msg("%s", r->why);
	assert_int_equal(r->loaded, 1);
}

static void
make_dir(char *dir)
{
	char path[256];

	strcpy(dir, "/tmp/policy_role.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/conf.d", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/db", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/psk", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(dir, "psk/x", "secret\n");
	snprintf(path, sizeof(path), "%s/psk/x", dir);
	assert_int_equal(chmod(path, 0600), 0);
	write_file(dir, "ikd.yaml", "include: conf.d/*.yaml\ntunnels:\n"
	    "  one: { remote: 10.0.0.1, psk: x }\n");
	write_file(dir, "conf.d/2.yaml",
	    "tunnels: { two: { remote: 10.0.0.2, psk: x } }\n");
}

static void
write_octets(const char *dir, const char *name, const char *buf, size_t len)
{
	char path[256];
	FILE *fp;

	snprintf(path, sizeof(path), "%s/db/%s", dir, name);
	fp = fopen(path, "w");
	assert_non_null(fp);
	assert_int_equal(fwrite(buf, 1, len, fp), len);
	fclose(fp);
}

static void
write_image(const char *dir, const char *name, const char *numbers,
    const char *objects)
{
	struct db_image im = { numbers, strlen(numbers), objects,
	    strlen(objects) };
	struct arena a = { NULL, 0 };
	size_t len;
	char *buf = db_image_write(&a, &im, &len);

	write_octets(dir, name, buf, len);
	arena_free(&a);
}

static void
drop_dir(const char *dir)
{
	static const char *const names[] = { "conf.d/2.yaml", "conf.d",
		"psk/x", "psk", "ikd.yaml", "db/database",
		"db/database.old", "db", "" };
	char path[256];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (unlink(path) == -1)
			(void)rmdir(path);
	}
}

static void
test_good(void **state)
{
	char dir[64], db[128];
	struct run r;

	(void)state;
	make_dir(dir);
	snprintf(db, sizeof(db), "%s/db", dir);
	write_image(dir, "database", "5 two\n", "");
	load(&r, dir, db);
	drop_dir(dir);
	assert_string_equal(r.problems, "");
	assert_int_equal(r.done.ok, 1);
	assert_int_equal(r.done.damaged, 0);
	assert_int_equal(r.done.tunnels, 2);
	assert_int_equal(r.rows[ROLE_PARENT], 3);
	assert_int_equal(r.rows[ROLE_IKE], 5);
	assert_int_equal(r.rows[ROLE_SIGN], 2);
	/* And each value of the top, most of them defaults. */
	assert_int_equal(r.rows[ROLE_TMD], 15 + 30);
	assert_memory_equal(r.numbers, "1 one\t", 6);
	assert_memory_equal(strchr(r.numbers, '\n'), "\n5 two\t", 7);
}

static void
test_bad(void **state)
{
	char dir[64];
	struct run r;

	(void)state;
	make_dir(dir);
	write_file(dir, "conf.d/2.yaml",
	    "tunnels:\n  two: { remote: 10.0.0.2, psk: y, rol: both }\n");
	load(&r, dir, dir);
	drop_dir(dir);
	assert_string_equal(r.problems,
	    "DIR/conf.d/2.yaml:2:33: psk \"y\": there is no file DIR/psk/y; "
	    "ikectl psk create y makes it\n"
	    "  two: { remote: 10.0.0.2, psk: y, rol: both }\n33\n"
	    "DIR/conf.d/2.yaml:2:36: unknown key \"rol\" in tunnel \"two\"; "
	    "did you mean \"role\"?\n"
	    "  two: { remote: 10.0.0.2, psk: y, rol: both }\n36\n");
	assert_int_equal(r.done.ok, 0);
	assert_int_equal(r.done.errors, 2);
	assert_int_equal(r.rows[ROLE_PARENT], 0);
	assert_string_equal(r.numbers, "");
}

static void
test_nothing(void **state)
{
	char dir[64] = "/tmp/policy_role.XXXXXX";
	struct run r;

	(void)state;
	assert_non_null(mkdtemp(dir));
	load(&r, dir, dir);
	rmdir(dir);
	assert_string_equal(r.problems,
	    "DIR/ikd.yaml: No such file or directory\n\n0\n");
	assert_int_equal(r.done.ok, 0);
	assert_int_equal(r.done.errors, 1);
}

/* A put, as it stands in the database then; the next load changes nothing. */
static void
test_put(void **state)
{
	char dir[64], db[128];
	struct run r;

	(void)state;
	make_dir(dir);
	snprintf(db, sizeof(db), "%s/db", dir);
	change.how = CHANGE_PUT;
	strlcpy(change.object, "tunnels/six", sizeof(change.object));
	strlcpy(change.file, "six.yaml", sizeof(change.file));
	put_text = "remote: 10.0.0.6\npsk: x\nnote: \"6: the \\\"sixth\\\"\"\n";
	load(&r, dir, db);
	assert_string_equal(r.problems, "");
	assert_int_equal(r.done.tunnels, 3);
	assert_string_equal(r.objects, "tunnels:\n  six:\n"
	    "    remote: 10.0.0.6\n    psk: x\n"
	    "    note: \"6: the \\\"sixth\\\"\"\n");
	write_octets(dir, "database", r.state, r.state_len);
	memset(&change, 0, sizeof(change));
	put_text = NULL;
	load(&r, dir, db);
	assert_int_equal(r.done.tunnels, 3);
	assert_int_equal(r.state_len, 0);
	drop_dir(dir);
}

/* One file is damaged: the other holds; both: nothing does. */
static void
test_damaged(void **state)
{
	char dir[64], db[128];
	struct run r;

	(void)state;
	make_dir(dir);
	snprintf(db, sizeof(db), "%s/db", dir);
	write_octets(dir, "database", "ikd database 1\nnumbers 3", 24);
	write_image(dir, "database.old", "9 one\n",
	    "tunnels: { six: { remote: 10.0.0.6, psk: x } }\n");
	load(&r, dir, db);
	assert_int_equal(r.done.ok, 1);
	assert_int_equal(r.done.damaged, 1);
	assert_int_equal(r.done.tunnels, 3);
	assert_memory_equal(r.numbers, "1 two\t", 6);
	assert_non_null(strstr(r.problems, "it is cut off; what holds is "
	    "\"database.old\""));
	write_octets(dir, "database.old", "", 0);
	load(&r, dir, db);
	assert_int_equal(r.done.ok, 0);
	assert_non_null(strstr(r.problems, "nor can \"database.old\""));
	drop_dir(dir);
}

/* What is there and cannot be read is not an empty database. */
static void
test_unreadable(void **state)
{
	static const char *const names[] = { "database", "database.old" };
	char dir[64], path[128], want[128];
	struct run r;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		make_dir(dir);
		snprintf(path, sizeof(path), "%s/db/%s", dir, names[i]);
		assert_int_equal(mkdir(path, 0755), 0);
		write_image(dir, names[1 - i], "9 one\n", "");
		snprintf(path, sizeof(path), "%s/db", dir);
		load(&r, dir, path);
		drop_dir(dir);
		snprintf(want, sizeof(want), "the database file \"%s\" cannot "
		    "be read: ", names[i]);
		assert_int_equal(r.done.ok, 0);
		assert_int_equal(r.done.errors, 1);
		assert_non_null(strstr(r.problems, want));
		assert_int_equal(r.state_len, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_unreadable),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
