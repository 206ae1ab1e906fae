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
 */
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"
#include "proto_ctl.h"
#include "proto_start.h"
#include "spawn.h"
#include "starter.h"

#define CAP_(name)	SPAWN_CAP(CAP_##name)
#define CAPS_STARTER	(CAP_(SETUID) | CAP_(SETGID) | CAP_(SYS_CHROOT) | \
	CAP_(KILL))
#define CAPS_PARENT	(CAP_(NET_ADMIN) | CAP_(NET_BIND_SERVICE) |	\
	CAP_(SYS_CHROOT))

#define STOP_SECONDS	20	/* the parent's own deadlines end before */
#define BACKOFF_MAX_MS	10000
#define HEALTHY_SECONDS	60	/* a life this long starts the back-off anew */
#define BECOME_PARENT	"ikd: parent"

static struct {
	struct event_base *base;
	struct event	*deadline, *again;
	struct pipe	*parent, *sign;
	pid_t		 parent_pid, pids[ROLE_MAX][WORKERS_MAX];
	int		 keep[ROLE_MAX];
	uint32_t	 keep_generation[ROLE_MAX];
	unsigned int	 backoff_ms;
	time_t		 started;
	int		 debug, stopping, served, status;
	struct spawn	 roles[ROLE_MAX];
} st;

/*
 * Every role with its user; ikd-parent through ourselves.  It needs
 * CAP_NET_ADMIN, which we have given up: `ikd` executes itself, root regains
 * what the bounding set still holds, and that ikd becomes ikd-parent, the
 * first time as after its death.  fd 4 is then the program directory.
 */
static struct spawn
role_spawn(enum role r, int dir)
{
	struct passwd *pw = getpwnam(role_info(r)->user);

	if (pw == NULL || pw->pw_uid == 0 || pw->pw_gid == 0)
		fatal("no user %s: make the users with systemd-sysusers, or "
		    "as ikd(8) says", role_info(r)->user);
	return ((struct spawn){ .prog = role_info(r)->prog, .dir = dir,
	    .cwd = dirs.empty, .uid = pw->pw_uid, .gid = pw->pw_gid,
	    .caps = r == ROLE_PARENT ? CAPS_PARENT : CAP_(SYS_CHROOT) });
}

static pid_t
role_start(enum role r, const int fds[3])
{
	struct spawn s = st.roles[r];

	memcpy(s.fds, fds, sizeof(s.fds));
	if (r == ROLE_PARENT) {
		s.prog = NULL;
		s.argv0 = BECOME_PARENT;
	}
	return (spawn(&s));
}

/* Roles that live; with a signal, sends it to each. */
static int
each_role(int sig)
{
	int n = 0;

	for (unsigned int i = 0; i < ROLE_MAX * WORKERS_MAX; i++)
		if (st.pids[i / WORKERS_MAX][i % WORKERS_MAX] > 0) {
			n++;
			if (sig != 0)
				(void)kill(st.pids[i / WORKERS_MAX]
				    [i % WORKERS_MAX], sig);
		}
	return (n);
}

/* Everybody is gone: the end, or a new beginning. */
static void
all_gone(void)
{
	struct timeval tv;

	if (st.parent_pid != 0 || each_role(0) != 0)
		return;
	if (st.stopping || !st.served) {
		event_base_loopbreak(st.base);
		return;
	}
	if (time(NULL) - st.started > HEALTHY_SECONDS)
		st.backoff_ms = 100;
	daemon_error("ikd-parent is started again in %u ms with the kept policy",
	    st.backoff_ms);
	tv = (struct timeval){ st.backoff_ms / 1000,
	    st.backoff_ms % 1000 * 1000 };
	if ((st.backoff_ms *= 2) > BACKOFF_MAX_MS)
		st.backoff_ms = BACKOFF_MAX_MS;
	evtimer_add(st.again, &tv);
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
	if (st.parent_pid != 0)
		(void)kill(st.parent_pid, SIGKILL);
	each_role(SIGKILL);
}

static void
say_pid(uint16_t type, unsigned int role, unsigned int inst, pid_t pid,
    int status)
{
	struct ms_pid m = { (uint8_t)role, (uint8_t)inst, (uint32_t)pid,
	    (uint32_t)status };

	if (st.parent != NULL)
		(void)pipe_send(st.parent, type, &m, -1);
}

static void
parent_died(int status)
{
	st.parent_pid = 0;
	if (!st.stopping || status != 0)
		daemon_error("ikd-parent %s %d", WIFSIGNALED(status) ?
		    "was killed by signal" : "exited with status",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	st.status = st.stopping && status == 0 ? 0 : 1;
	if (st.parent != NULL)
		parent_lost(NULL, st.parent, NULL);
}

static void
on_sigchld(evutil_socket_t sig, short what, void *arg)
{
	int status;
	pid_t pid;

	(void)sig, (void)what, (void)arg;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == st.parent_pid)
			parent_died(status);
		for (unsigned int i = 0; i < ROLE_MAX * WORKERS_MAX; i++) {
			unsigned int r = i / WORKERS_MAX, n = i % WORKERS_MAX;

			if (st.pids[r][n] != pid)
				continue;
			st.pids[r][n] = 0;
			say_pid(M_ROLE_DIED, r, n, pid, status);
		}
	}
	all_gone();
}

/* From the parent. */

static void
sign_gone(void *ctx, struct pipe *p, const char *why)
{
	(void)ctx, (void)why;
	pipe_free(p);
	st.sign = NULL;
}

static void
on_start_role(void *ctx, const void *body, int fd)
{
	static const struct pipe_handler none[] = { { 0, NULL } };
	static const struct pipe_ops ops = { none, sign_gone };
	const struct ms_role *m = body;
	int a = -1, b = -1, pair[2];
	pid_t pid;

	(void)ctx;
	if (m->role < ROLE_IKE || m->role > ROLE_DHCP ||
	    m->inst >= WORKERS_MAX || st.pids[m->role][m->inst] != 0) {
		close(fd);
		parent_lost(NULL, st.parent, "START_ROLE of no such role");
		return;
	}
	if (m->role == ROLE_POLICY) {
		a = fcntl(dirs.policy, F_DUPFD_CLOEXEC, 3);
		b = files_numbers_open();
	} else if (m->role == ROLE_SIGN) {
		pipe_pair(pair);
		pipe_free(st.sign);
		st.sign = pipe_new(st.base, pair[0], &proto_start_sign, SIDE_A,
		    &ops, NULL);
		a = pair[1];
	}
	pid = role_start(m->role, (int [3]){ fd, a, b });
	close(fd);
	if (a != -1)
		close(a);
	if (b != -1)
		close(b);
	st.pids[m->role][m->inst] = pid == -1 ? 0 : pid;
	say_pid(pid == -1 ? M_ROLE_DIED : M_ROLE_STARTED, m->role, m->inst,
	    pid, pid == -1 ? W_EXITCODE(1, 0) : 0);
}

static void
on_kill_role(void *ctx, const void *body, int fd)
{
	const struct ms_kill *m = body;

	(void)ctx, (void)fd;
	if (m->role < ROLE_MAX && m->inst < WORKERS_MAX &&
	    st.pids[m->role][m->inst] > 0)
		(void)kill(st.pids[m->role][m->inst],
		    m->sig == SIGTERM ? SIGTERM : SIGKILL);
}

static void
on_push_secrets(void *ctx, const void *body, int fd)
{
	const struct ms_generation *m = body;
	struct mq_secrets s = { .generation = m->generation };

	(void)ctx, (void)fd;
	wire_text_copy(s.dir, sizeof(s.dir), dirs.policy_name);
	if (st.sign != NULL) {
		(void)pipe_send(st.sign, M_SECRETS, &s, files_secrets(
		    m->generation, st.roles[ROLE_SIGN].uid));
		pipe_flush(st.sign);
	}
	(void)pipe_send(st.parent, M_SECRETS_PUSHED, m, -1);
}

static void
on_listen(void *ctx, const void *body, int fd)
{
	const struct ms_listen *m = body;
	struct ms_listening ok = { m->kind };
	struct ms_failed no = { .kind = m->kind };

	(void)ctx;
	if ((fd = files_listen(m)) != -1) {
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

	(void)ctx;
	if (m->consumer >= ROLE_MAX) {
		close(fd);
		return;
	}
	if (st.keep[m->consumer] != -1)
		close(st.keep[m->consumer]);
	st.keep[m->consumer] = fd;
	st.keep_generation[m->consumer] = m->generation;
}

static void
on_numbers(void *ctx, const void *body, int fd)
{
	(void)ctx, (void)body;
	files_numbers_write(fd);
	close(fd);
}

static void
on_serving(void *ctx, const void *body, int fd)
{
	(void)ctx, (void)body, (void)fd;
	if (!st.served)
		daemon_ready();
	st.served = 1;
	daemon_notify("READY=1");
}

static const struct pipe_handler from_parent[] = {
	{ M_START_ROLE, on_start_role }, { M_KILL_ROLE, on_kill_role },
	{ M_PUSH_SECRETS, on_push_secrets }, { M_LISTEN, on_listen },
	{ M_KEEP, on_keep }, { M_NUMBERS, on_numbers },
	{ M_SERVING, on_serving }, { 0, NULL }
};

/* The first word, and what a parent before it had committed. */
static void
parent_boot(void)
{
	struct ms_boot b = { .debug = (uint8_t)st.debug,
	    .kept = (uint8_t)st.served };
	struct ms_keep k;

	if (getrandom(b.boot, sizeof(b.boot), 0) != sizeof(b.boot))
		fatal_errno("getrandom");
	wire_text_copy(b.dir, sizeof(b.dir), dirs.policy_name);
	(void)pipe_send(st.parent, M_BOOT, &b, -1);
	for (unsigned int r = 0; r < ROLE_MAX; r++) {
		k = (struct ms_keep){ (uint8_t)r, st.keep_generation[r] };
		if (st.served && st.keep[r] != -1)
			(void)pipe_send(st.parent, M_KEPT, &k,
			    fcntl(st.keep[r], F_DUPFD_CLOEXEC, 3));
	}
	(void)pipe_send(st.parent, M_KEPT_END, NULL, -1);
}

static void
parent_start(evutil_socket_t unused, short what, void *arg)
{
	static const struct pipe_ops ops = { from_parent, parent_lost };
	int pair[2];

	(void)unused, (void)what, (void)arg;
	pipe_pair(pair);
	st.parent_pid = role_start(ROLE_PARENT,
	    (int [3]){ pair[1], dirs.prog, -1 });
	if (st.parent_pid == -1)
		fatal_errno("fork");
	close(pair[1]);
	st.parent = pipe_new(st.base, pair[0], &proto_start, SIDE_A, &ops,
	    NULL);
	st.started = time(NULL);
	parent_boot();
}

static void
on_deadline(evutil_socket_t unused, short what, void *arg)
{
	(void)unused, (void)what, (void)arg;
	daemon_error("not stopped within %d s: killed", STOP_SECONDS);
	if (st.parent_pid != 0)
		(void)kill(st.parent_pid, SIGKILL);
	each_role(SIGKILL);
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct timeval tv = { STOP_SECONDS, 0 };

	(void)what, (void)arg;
	if (sig == SIGHUP && st.parent != NULL && !st.stopping) {
		daemon_reloading();
		(void)pipe_send(st.parent, M_RELOAD_NOW, NULL, -1);
	} else if (sig != SIGHUP && !st.stopping) {
		daemon_notify("STOPPING=1");
		st.stopping = 1;
		evtimer_add(st.deadline, &tv);
		evtimer_del(st.again);
		if (st.parent != NULL)
			(void)pipe_send(st.parent, M_STOP_NOW, NULL, -1);
		all_gone();
	}
}

static void
loop_init(void)
{
	static const int sigs[] = { SIGHUP, SIGTERM, SIGINT, SIGCHLD };
	struct event *ev;

	st.base = event_base_new();
	st.deadline = evtimer_new(st.base, on_deadline, NULL);
	st.again = evtimer_new(st.base, parent_start, NULL);
	st.backoff_ms = 100;
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		ev = evsignal_new(st.base, sigs[i], sigs[i] == SIGCHLD ?
		    on_sigchld : on_signal, NULL);
		if (ev == NULL || evsignal_add(ev, NULL) == -1)
			fatal("signals");
	}
}

static void
options(int argc, char *argv[])
{
	int c;

	dirs = (struct starter_dirs){ "/etc/ikd", "/run/ikd", "/var/lib/ikd",
	    IKD_LIBEXEC, -1, -1, -1, -1, -1 };
	while ((c = getopt(argc, argv, "df:r:s:l:")) != -1)
		if (c == 'd')
			st.debug = 1;
		else if (c == 'f')
			dirs.policy_name = optarg;
		else if (c == 'r')
			dirs.run_name = optarg;
		else if (c == 's')
			dirs.state_name = optarg;
		else if (c == 'l')
			dirs.prog_name = optarg;
		else
			optind = argc + 1;
	if (optind != argc)
		errx(2, "usage: ikd [-d] [-f policydir] [-r rundir] "
		    "[-s statedir] [-l libexecdir]");
}

int
main(int argc, char *argv[])
{
	struct spawn self;

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
	files_open();
	for (unsigned int r = 0; r < ROLE_MAX; r++) {
		st.keep[r] = -1;
		if (r >= ROLE_PARENT && r <= ROLE_DHCP)
			st.roles[r] = role_spawn(r, dirs.prog);
	}
	daemon_begin("ikd", st.debug);
	files_pid();
	/* What the bounding set keeps beyond ours is for ikd-parent. */
	if (setgroups(0, NULL) == -1 || prctl(PR_SET_DUMPABLE, 0) == -1)
		fatal_errno("cannot drop");
	spawn_caps(CAPS_STARTER, CAPS_PARENT);
	loop_init();
	parent_start(-1, 0, NULL);
	pipe_loop(st.base);
	files_clean();
	return (st.status);
}
