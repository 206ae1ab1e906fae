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
 * ikd, the starter: opens, starts, ends and reaps.  It is told what by
 * ikd-parent (proto_start.h), never how; it has no network and parses
 * nothing.  When ikd-parent dies, every role goes and all is started again
 * with the kept snapshots; block policies stand in the kernel meanwhile.
 * How it executes is common/spawn.c, its files are common/rootfile.c, its
 * terminal and service manager common/daemon.c.
 */
#include <sys/random.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backoff.h"
#include "daemon.h"
#include "handout.h"
#include "log.h"
#include "proto_life.h"
#include "proto_start.h"
#include "roles.h"
#include "rootfile.h"
#include "spawn.h"

#define CAP_(name)	SPAWN_CAP(CAP_##name)
#define CAPS_STARTER	(CAP_(SETUID) | CAP_(SETGID) | CAP_(SYS_CHROOT) | \
	CAP_(KILL))
#define CAPS_PARENT	(CAP_(NET_ADMIN) | CAP_(NET_BIND_SERVICE) |	\
	CAP_(SYS_CHROOT))
#define BECOME_PARENT	"ikd: parent"
#define CTL_GROUP	"_ikdctl"
#define PID_FILE	"ikd.pid"
#define DB_DIR		"db"
#define DB_FILE		"database"	/* common words with tmd-policy */
#define DB_OLD		"database.old"
#define DB_MAX		(64 * 1024 * 1024)	/* 100,000 objects */
#define STOP_SECONDS	20	/* the parent's own deadlines end before */
#define PROCS		(ROLE_MAX * WORKERS_MAX)
#define PROC(role, inst) ((role) * WORKERS_MAX + (inst))

/* The directories of the options -f -r -s -l, and one more. */
enum dir { D_POLICY, D_RUN, D_STATE, D_PROG, D_EMPTY, D_CRLS, D_DB };
static const char *names[] = { "/etc/ikd", "/run/ikd", "/var/lib/ikd",
	IKD_LIBEXEC };
static int dirs[D_DB + 1];

static struct {
	struct event_base *base;
	struct event	*deadline, *again;
	struct pipe	*parent;
	pid_t		 parent_pid, pids[PROCS];
	int		 keep[ROLE_MAX];	/* 0: none */
	uint32_t	 keep_generation[ROLE_MAX];
	char		 sockets[SOCK_SECRETS + 1][65];
	struct backoff	 backoff;
	time_t		 started;
	int		 debug, stopping, cleans, served, status;
	struct spawn	 roles[ROLE_MAX];
} st;

/*
 * Every role with its user; ikd-parent through ourselves.  It needs
 * CAP_NET_ADMIN, which we have given up: `ikd` executes itself, root regains
 * what the bounding set still holds, and that ikd becomes ikd-parent, the
 * first time as after its death.  Its fd 4 is then the program directory.
 */
static struct spawn
role_spawn(enum role r, int dir)
{
	struct spawn s = { role_info(r)->prog, NULL, dir, dirs[D_EMPTY], 0, 0,
	    r == ROLE_PARENT ? CAPS_PARENT : CAP_(SYS_CHROOT), NULL };

	if (r == ROLE_TOKEN)	/* tokens are let to by groups */
		s.groups = role_info(r)->user;

	spawn_user(&s, role_info(r)->user);
	return (s);
}

/* SIGKILL, or with 0 only counts who lives. */
static int
each_process(int sig)
{
	int i, n = st.parent_pid != 0;

	if (st.parent_pid != 0)
		(void)kill(st.parent_pid, sig);
	for (i = 0; i < PROCS; i++)
		if (st.pids[i] != 0) {
			(void)kill(st.pids[i], sig);
			n++;
		}
	return (n);
}

/*
 * Everybody is gone: the end, or a new beginning.  A stop after a death needs
 * one more parent, once, to take out of the kernel what the last one left.
 */
static void
all_gone(void)
{
	unsigned int ms;

	if (each_process(0) != 0 || evtimer_pending(st.again, NULL))
		return;
	if (!st.served || (st.stopping && (!st.status || st.cleans))) {
		event_base_loopbreak(st.base);
		return;
	}
	st.cleans = st.stopping;
	ms = st.stopping ? 0 : backoff_wait(&st.backoff,
	    (uint64_t)(time(NULL) - st.started));
	daemon_error("ikd-parent is started again in %u ms with the kept "
	    "policy", ms);
	event_add(st.again, &(struct timeval){ ms / 1000, ms % 1000 * 1000 });
}

/* The pipe to the parent ended, or what came over it was not honest. */
static void
parent_lost(void *ctx, struct pipe *p, const char *why)
{
	(void)ctx;
	if (why != NULL)
		daemon_error("ikd-parent broke a rule of its pipe: %s", why);
	pipe_free(p);
	st.parent = NULL;
	(void)each_process(SIGKILL);
}

static void
parent_died(int status)
{
	int sig = WIFSIGNALED(status);

	st.parent_pid = 0;
	st.status = !st.stopping || status != 0;
	if (st.status != 0)
		daemon_error("ikd-parent %s %d", sig ? "was killed by signal" :
		    "exited with status", sig ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	if (st.parent != NULL)
		parent_lost(NULL, st.parent, NULL);
}

static void
say_pid(uint16_t type, unsigned int proc, pid_t pid, int status)
{
	struct ms_pid m = { (uint8_t)(proc / WORKERS_MAX),
	    (uint8_t)(proc % WORKERS_MAX), (uint32_t)pid, (uint32_t)status };

	if (st.parent != NULL)
		(void)pipe_send(st.parent, type, &m, -1);
}

static void
on_sigchld(evutil_socket_t sig, short what, void *arg)
{
	unsigned int i;
	int status;
	pid_t pid;

	(void)sig, (void)what, (void)arg;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == st.parent_pid)
			parent_died(status);
		for (i = 0; i < PROCS; i++)
			if (st.pids[i] == pid) {
				st.pids[i] = 0;
				say_pid(M_ROLE_DIED, i, pid, status);
			}
	}
	all_gone();
}

/* From the parent. */

/* Its secrets, if it has some, to a role. */
static void
push_secrets(unsigned int role, uint32_t generation)
{
	handout_push(role, dirs[D_POLICY], names[D_POLICY], generation,
	    st.roles[ROLE_SIGN].uid);
}

static void
on_start_role(void *ctx, const void *body, int fd)
{
	const struct ms_role *m = body;
	unsigned int proc = PROC(m->role, m->inst);
	int extra, fd5 = -1;
	pid_t pid;

	(void)ctx;
	if (m->role < ROLE_IKE || m->role == ROLE_CTL ||
	    m->role >= ROLE_MAX || m->inst >= WORKERS_MAX ||
	    st.pids[proc] != 0) {
		close(fd);
		parent_lost(NULL, st.parent, "START_ROLE of no such role");
		return;
	}
	extra = handout_pipe(st.base, m->role, dirs[D_STATE],
	    names[D_STATE]);
	if (m->role == ROLE_CERTD)
		extra = fcntl(dirs[D_CRLS], F_DUPFD_CLOEXEC, 3);
	else if (m->role == ROLE_TOKEN && st.keep[m->role] != 0)
		fd5 = fcntl(st.keep[m->role], F_DUPFD_CLOEXEC, 3);
	else if (m->role == ROLE_POLICY)
		fd5 = fcntl(dirs[D_DB], F_DUPFD_CLOEXEC, 3);
	pid = spawn(&st.roles[m->role], fd, m->role == ROLE_POLICY ?
	    dirs[D_POLICY] : extra, fd5);
	close(fd);
	if (extra != -1)
		close(extra);
	if (fd5 != -1)
		close(fd5);
	if (m->role != ROLE_SIGN)	/* whose PREPARE waits for them */
		push_secrets(m->role, st.keep_generation[m->role]);
	st.pids[proc] = pid == -1 ? 0 : pid;
	say_pid(pid == -1 ? M_ROLE_DIED : M_ROLE_STARTED, proc, pid,
	    pid == -1 ? W_EXITCODE(1, 0) : 0);
}

static void
on_kill_role(void *ctx, const void *body, int fd)
{
	const struct ms_kill *m = body;

	(void)ctx, (void)fd;
	if (m->role < ROLE_MAX && m->inst < WORKERS_MAX &&
	    st.pids[PROC(m->role, m->inst)] != 0)
		(void)kill(st.pids[PROC(m->role, m->inst)], SIGKILL);
}

static void
on_push_secrets(void *ctx, const void *body, int fd)
{
	const struct ms_push *m = body;
	struct ms_generation done = { m->generation };
	unsigned int r;

	(void)ctx, (void)fd;
	for (r = 0; r < ROLE_MAX; r++)
		if (!m->look || r == ROLE_SIGN)
			push_secrets(r, m->generation);
	(void)pipe_send(st.parent, M_SECRETS_PUSHED, &done, -1);
}

static void
on_listen(void *ctx, const void *body, int fd)
{
	const struct ms_listen *m = body;
	struct ms_listening ok = { m->kind };
	struct ms_failed no = { .kind = m->kind };

	(void)ctx;
	if (m->kind <= SOCK_SECRETS && (fd = rootfile_listen(dirs[D_RUN],
	    m->name, m->group, m->mode & 0666)) != -1) {
		strlcpy(st.sockets[m->kind], m->name, sizeof(m->name));
		(void)pipe_send(st.parent, M_LISTENING, &ok, fd);
		return;
	}
	snprintf(no.text, sizeof(no.text), "%s, group %s: %s", m->name,
	    m->group, strerror(errno));
	(void)pipe_send(st.parent, M_LISTEN_FAILED, &no, -1);
}

static void
on_keep(void *ctx, const void *body, int fd)
{
	const struct ms_keep *m = body;
	unsigned int r = m->consumer < ROLE_MAX ? m->consumer : ROLE_NONE;

	(void)ctx;
	if (st.keep[r] != 0)
		close(st.keep[r]);
	st.keep[r] = fd;
	st.keep_generation[r] = m->generation;
}

/*
 * Nobody waits for us meanwhile: who asks has an answer only when it is safe.
 */
static void
on_save(void *ctx, const void *body, int fd)
{
	const struct ms_save *m = body;
	struct ms_saved s = { .generation = m->generation };
	const char *why = rootfile_replace(dirs[D_DB], DB_FILE, DB_OLD,
	    !m->damaged, fd, DB_MAX);

	(void)ctx;
	if (why != NULL) {
		daemon_error("%s/" DB_DIR "/" DB_FILE ": %s", names[D_STATE],
		    why);
		wire_text_copy(s.text, sizeof(s.text), why);
	}
	close(fd);
	(void)pipe_send(st.parent, M_SAVED, &s, -1);
}

static void
on_serving(void *ctx, const void *body, int fd)
{
	(void)ctx, (void)body, (void)fd;
	st.served = 1;
	daemon_ready();
}

static const struct pipe_handler from_parent[] = {
	{ M_START_ROLE, on_start_role }, { M_KILL_ROLE, on_kill_role },
	{ M_PUSH_SECRETS, on_push_secrets }, { M_LISTEN, on_listen },
	{ M_KEEP, on_keep }, { M_SAVE, on_save },
	{ M_SERVING, on_serving }, { 0, NULL }
};

/* Starts the parent; the first word, and what one before it had committed. */
static void
parent_start(evutil_socket_t unused, short what, void *arg)
{
	static const struct pipe_ops ops = { from_parent, parent_lost };
	struct ms_boot b = { .debug = (uint8_t)st.debug,
	    .kept = (uint8_t)st.served };
	unsigned int r;
	int pair[2];

	(void)unused, (void)what, (void)arg;
	pipe_pair(pair);
	st.started = time(NULL);
	st.parent_pid = spawn(&st.roles[ROLE_PARENT], pair[1], dirs[D_PROG],
	    -1);
	if (st.parent_pid == -1 ||
	    getrandom(b.boot, sizeof(b.boot), 0) != sizeof(b.boot))
		fatal_errno("cannot start ikd-parent");
	close(pair[1]);
	st.parent = pipe_new(st.base, pair[0], &proto_start, SIDE_A, &ops,
	    NULL);
	wire_text_copy(b.dir, sizeof(b.dir), names[D_POLICY]);
	(void)pipe_send(st.parent, M_BOOT, &b, -1);
	for (r = ROLE_PARENT; r < ROLE_MAX; r++)
		if (st.served && st.keep[r] != 0)
			(void)pipe_send(st.parent, M_KEPT, &(struct ms_keep){
			    (uint8_t)r, st.keep_generation[r] },
			    fcntl(st.keep[r], F_DUPFD_CLOEXEC, 3));
	(void)pipe_send(st.parent, M_KEPT_END, NULL, -1);
	if (st.stopping)
		(void)pipe_send(st.parent, M_STOP_NOW, NULL, -1);
}

static void
on_deadline(evutil_socket_t unused, short what, void *arg)
{
	(void)unused, (void)what, (void)arg;
	daemon_error("not stopped within %d s: killed", STOP_SECONDS);
	st.cleans = 1;		/* there was time enough */
	(void)each_process(SIGKILL);
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	(void)what, (void)arg;
	if (st.stopping)
		return;
	if (sig == SIGHUP)
		daemon_reloading();
	if (st.parent != NULL)
		(void)pipe_send(st.parent, sig == SIGHUP ? M_RELOAD_NOW :
		    M_STOP_NOW, NULL, -1);
	if (sig == SIGHUP)
		return;
	daemon_notify("STOPPING=1");
	st.stopping = 1;
	event_add(st.deadline, &(struct timeval){ STOP_SECONDS, 0 });
	evtimer_del(st.again);
	all_gone();
}

static void
loop_init(void)
{
	static const int sigs[] = { SIGHUP, SIGTERM, SIGINT, SIGCHLD };
	struct event *ev;
	size_t i;

	if ((st.base = event_base_new()) == NULL)
		fatal("no event loop");
	st.deadline = evtimer_new(st.base, on_deadline, NULL);
	st.again = evtimer_new(st.base, parent_start, NULL);
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		ev = evsignal_new(st.base, sigs[i], sigs[i] == SIGCHLD ?
		    on_sigchld : on_signal, NULL);
		if (ev == NULL || evsignal_add(ev, NULL) == -1)
			fatal("signals");
	}
}

/* The directories, and who everybody will be. */
static void
look_around(void)
{
	static const char *const files[] = { DB_FILE, DB_OLD, NULL };
	unsigned int r;

	dirs[D_POLICY] = rootfile_dir(AT_FDCWD, names[D_POLICY], 0);
	dirs[D_PROG] = rootfile_dir(AT_FDCWD, names[D_PROG], 0);
	dirs[D_STATE] = rootfile_dir(AT_FDCWD, names[D_STATE], 1);
	dirs[D_RUN] = rootfile_run(names[D_RUN], CTL_GROUP, &dirs[D_EMPTY]);
	for (r = ROLE_PARENT; r < ROLE_MAX; r++)
		if (role_info(r)->user[0] != '\0')
			st.roles[r] = role_spawn(r, dirs[D_PROG]);
	dirs[D_DB] = rootfile_read_dir(dirs[D_STATE], DB_DIR, files);
	dirs[D_CRLS] = rootfile_own_dir(dirs[D_STATE], "crls",
	    st.roles[ROLE_CERTD].uid, st.roles[ROLE_CERTD].gid);
	st.roles[ROLE_PARENT].prog = NULL;
	st.roles[ROLE_PARENT].argv0 = BECOME_PARENT;
}

static void
options(int argc, char *argv[])
{
	static const char letters[] = "frsl";	/* as names[] */
	const char *p;
	int c, wrong = 0;

	while ((c = getopt(argc, argv, "df:r:s:l:")) != -1)
		if (c == 'd')
			st.debug = 1;
		else if ((p = strchr(letters, c)) != NULL)
			names[p - letters] = optarg;
		else
			wrong = 1;
	if (wrong || optind != argc)
		errx(2, "usage: ikd [-d] [-f policydir] [-r rundir] "
		    "[-s statedir] [-l libexecdir]");
}

int
main(int argc, char *argv[])
{
	struct spawn self;
	unsigned int i;

	log_init("ikd", LOG_L_INFO);
	if (strcmp(argv[0], BECOME_PARENT) == 0) {
		self = role_spawn(ROLE_PARENT, 4);
		spawn_become(&self);
	}
	closefrom(3);
	options(argc, argv);
	if (geteuid() != 0)
		fatal("must be started by root");
	(void)signal(SIGPIPE, SIG_IGN);
	look_around();
	daemon_begin("ikd", st.debug);
	rootfile_pid(dirs[D_RUN], PID_FILE, names[D_RUN]);
	/* What the bounding set keeps beyond ours is for ikd-parent. */
	spawn_caps(CAPS_STARTER, CAPS_PARENT);
	loop_init();
	parent_start(-1, 0, NULL);
	pipe_loop(st.base);
	for (i = SOCK_CTL; i <= SOCK_SECRETS; i++)
		(void)unlinkat(dirs[D_RUN], st.sockets[i], 0);
	(void)unlinkat(dirs[D_RUN], PID_FILE, 0);
	return (st.status);
}
