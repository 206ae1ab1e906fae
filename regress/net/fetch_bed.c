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
 * certd-fetch alone, with us as its parent and as certd.
 *
 *	fetch_bed CERTD-FETCH USER POLICY DIR
 *
 * starts it as USER, behind its own sandbox, with what tmd-policy makes of
 * the file POLICY and the secrets in DIR/private/fetch, and obeys lines on
 * standard input:
 *
 *	crl|ocsp|cert URL [OUT [BODY [MAX]]]	asks; OUT is what comes, BODY
 *						what is posted ("-": none)
 *	wait			until all are answered
 *	policy FILE		another one, as a reload brings it
 *	pid			prints its pid
 *	gone			certd's pipe ends, and there is a new one
 *
 * An answer is a line "N got OCTETS" or "N CODE sentence", N counting the
 * requests from 1; what it logs goes to standard error.
 */

#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tmd/policy/load.h"
#include "../../tmd/policy/snapshots.h"
#include "log.h"
#include "pipe.h"
#include "proto_certd_fetch.h"
#include "proto_ctl.h"
#include "proto_life.h"
#include "roles.h"
#include "rootfile.h"
#include "snap.h"

#define REQS	4096
#define SECONDS	90		/* an answer that takes longer is a failure */

static struct event_base *base;
static struct pipe *parent, *certd, *starter;
static char *outs[REQS];
static unsigned int asked, generation;
static int waiting;		/* for so many answers */
static int ready, prepared, committed;
static pid_t pid;

static void
on_ready(void *arg, const void *body, int fd)
{
	(void)arg, (void)body, (void)fd;
	ready = 1;
}

static void
on_prepared(void *arg, const void *body, int fd)
{
	const struct ml_prepared *m = body;

	(void)arg, (void)fd;
	if (!m->ok)
		errx(1, "refused the policy: %s", m->text);
	prepared = 1;
}

static void
on_committed(void *arg, const void *body, int fd)
{
	(void)arg, (void)body, (void)fd;
	committed = 1;
}

static void
on_nothing(void *arg, const void *body, int fd)
{
	(void)arg, (void)body, (void)fd;
}

static void
on_fetched(void *arg, const void *body, int fd)
{
	const struct mc_fetched *m = body;
	const char *why = NULL;
	const void *p;
	size_t len;
	FILE *f;

	(void)arg;
	if ((p = memfd_map(fd, 1UL << 30, &len, &why)) == NULL ||
	    len != m->len)
		errx(1, "a bad memfd: %s", why != NULL ? why : "its length");
	close(fd);
	if (m->req >= REQS || outs[m->req] == NULL)
		errx(1, "an answer to a request that was never made");
	if (strcmp(outs[m->req], "-") != 0 &&
	    ((f = fopen(outs[m->req], "w")) == NULL ||
	    fwrite(p, 1, len, f) != len || fclose(f) != 0))
		err(1, "%s", outs[m->req]);
	outs[m->req] = NULL;
	printf("%u got %u\n", m->req, m->len);
	fflush(stdout);
	waiting--;
}

static void
on_unfetched(void *arg, const void *body, int fd)
{
	const struct mc_unfetched *m = body;

	(void)arg, (void)fd;
	if (m->req >= REQS || outs[m->req] == NULL)
		errx(1, "an answer to a request that was never made");
	outs[m->req] = NULL;
	printf("%u %u %s\n", m->req, m->code, m->text);
	fflush(stdout);
	waiting--;
}

static void
on_broken(void *arg, struct pipe *p, const char *why)
{
	int status;

	(void)arg, (void)p;
	printf("ended: %s", why != NULL ? why : "");
	if (waitpid(pid, &status, 0) == pid)
		printf(WIFSIGNALED(status) ? "signal %d\n" : "status %d\n",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	fflush(stdout);
	_exit(3);
}

static const struct pipe_handler life[] = {
	{ M_READY, on_ready }, { M_PONG, on_nothing },
	{ M_PREPARED, on_prepared }, { M_COMMITTED, on_committed },
	{ M_PEER_BROKE, on_nothing }, { 0, NULL }
};
static const struct pipe_ops life_ops = { life, on_broken };
static const struct pipe_handler answers[] = {
	{ M_FETCHED, on_fetched }, { M_UNFETCHED, on_unfetched }, { 0, NULL }
};
static const struct pipe_ops certd_ops = { answers, on_broken };
static const struct pipe_handler none[] = { { 0, NULL } };
static const struct pipe_ops starter_ops = { none, on_broken };

static int
expired(time_t end)
{
	return (time(NULL) >= end);
}

/* The loop, until *p is 0 (or not, with is set). */
static void
run_until(const int *p, int is)
{
	const struct timeval tv = { 1, 0 };
	time_t end = time(NULL) + SECONDS;

	while (!!*p != is) {
		event_base_loopexit(base, &tv);
		event_base_loop(base, EVLOOP_ONCE);
		if (expired(end))
			errx(1, "nothing for %d s", SECONDS);
	}
}

/* As the starter hands them out. */
static void
give_secrets(const char *name)
{
	struct mq_secrets m = { .generation = generation };
	int dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir == -1)
		err(1, "%s", name);
	pipe_send(starter, M_SECRETS, &m, rootfile_secrets(dir, name,
	    ROLE_FETCH, generation, 0));
	pipe_flush(starter);
	close(dir);
}

static void
start(const char *prog, const char *user)
{
	struct passwd *pw = getpwnam(user);
	int fds[2], secrets[2];

	if (pw == NULL)
		errx(1, "no user %s", user);
	pipe_pair(fds);
	pipe_pair(secrets);
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid == 0) {
		if (setgroups(0, NULL) == -1 ||
		    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
		    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1 ||
		    dup2(open("/dev/null", O_RDWR), 0) == -1 ||
		    dup2(2, 1) == -1)
			err(1, "%s", user);
		/* Out of each other's way first. */
		fds[1] = fcntl(fds[1], F_DUPFD_CLOEXEC, 10);
		secrets[1] = fcntl(secrets[1], F_DUPFD_CLOEXEC, 10);
		if (dup2(fds[1], 3) == -1 || dup2(secrets[1], 4) == -1)
			err(1, "dup2");
		clearenv();
		execl(prog, prog, (char *)NULL);
		err(1, "%s", prog);
	}
	close(fds[1]);
	close(secrets[1]);
	starter = pipe_new(base, secrets[0], &proto_start_fetch, SIDE_A,
	    &starter_ops, NULL);
	parent = pipe_new(base, fds[0], &proto_parent_fetch, SIDE_A,
	    &life_ops, NULL);
	pipe_set_phase(parent, PH_START);
}

static void
give_pipe(void)
{
	struct ml_peer m = { ROLE_CERTD, 0 };
	int fds[2];

	pipe_pair(fds);
	pipe_free(certd);
	certd = pipe_new(base, fds[0], &proto_certd_fetch, SIDE_A,
	    &certd_ops, NULL);
	pipe_send(parent, M_GIVE_PIPE, &m, fds[1]);
}

static void
give_policy(const char *file)
{
	struct ml_prepare m = { ++generation, 0 };
	struct ml_generation done = { generation };
	static struct load l;
	size_t i;

	load_init(&l, -1, ".");
	if (!load_file(&l, file, file, 0)) {
		for (i = 0; i < l.ps.n; i++)
			warnx("%s: %s", file, l.ps.v[i].text);
		exit(1);
	}
	prepared = committed = 0;
	pipe_send(parent, M_PREPARE, &m,
	    snapshot_write(&l.po, ROLE_FETCH, generation));
	load_free(&l);
	run_until(&prepared, 1);
	pipe_send(parent, M_COMMIT, &done, -1);
	run_until(&committed, 1);
}

static void
ask(enum fetch_kind kind, const char *url, const char *out,
    const char *from, const char *max)
{
	static uint8_t buf[FETCH_BODY];
	static struct mc_fetch m;
	FILE *f;

	if (++asked == REQS)
		errx(1, "too many requests");
	m = (struct mc_fetch){ .req = asked, .kind = (uint8_t)kind,
	    .max = (uint32_t)atoi(max) };
	strlcpy(m.url, url, sizeof(m.url));
	if (strcmp(from, "-") != 0) {
		if ((f = fopen(from, "r")) == NULL)
			err(1, "%s", from);
		m.body.p = buf;
		m.body.len = fread(buf, 1, sizeof(buf), f);
		fclose(f);
	}
	while (pipe_credit(certd, M_FETCH) == 0)
		event_base_loop(base, EVLOOP_ONCE);
	outs[asked] = xstrdup(out);
	waiting++;
	if (pipe_send(certd, M_FETCH, &m, -1) != PIPE_OK)
		errx(1, "FETCH was not sent");
}

static void
obey(char *line)
{
	const char *w[5] = { NULL, NULL, "-", "-", "0" };
	char *p;
	unsigned int n = 0;

	for (p = strtok(line, " \n"); p != NULL && n < 5;
	    p = strtok(NULL, " \n"))
		w[n++] = p;
	if (n == 0)
		return;
	if (strcmp(w[0], "crl") == 0 && n > 1)
		ask(FETCH_CRL, w[1], w[2], w[3], w[4]);
	else if (strcmp(w[0], "ocsp") == 0 && n > 1)
		ask(FETCH_OCSP, w[1], w[2], w[3], w[4]);
	else if (strcmp(w[0], "cert") == 0 && n > 1)
		ask(FETCH_CERT, w[1], w[2], w[3], w[4]);
	else if (strcmp(w[0], "wait") == 0)
		run_until(&waiting, 0);
	else if (strcmp(w[0], "policy") == 0 && n > 1)
		give_policy(w[1]);
	else if (strcmp(w[0], "gone") == 0) {
		waiting = 0;
		give_pipe();
	} else if (strcmp(w[0], "pid") == 0) {
		printf("pid %d\n", (int)pid);
		fflush(stdout);
	} else
		errx(2, "what is \"%s\"?", w[0]);
}

int
main(int argc, char *argv[])
{
	struct ml_hello hello = { .role = ROLE_FETCH, .level = LOG_L_DEBUG };
	char line[4096];

	if (argc != 5) {
		fprintf(stderr, "usage: fetch_bed PROGRAM USER POLICY DIR\n");
		return (2);
	}
	signal(SIGPIPE, SIG_IGN);
	log_init("fetch_bed", LOG_L_INFO);
	if ((base = event_base_new()) == NULL)
		errx(1, "no event loop");
	start(argv[1], argv[2]);
	pipe_send(parent, M_HELLO, &hello, -1);
	run_until(&ready, 1);
	pipe_set_phase(parent, PH_RUN);
	give_secrets(argv[4]);
	give_policy(argv[3]);
	give_pipe();
	while (fgets(line, sizeof(line), stdin) != NULL)
		obey(line);
	run_until(&waiting, 0);
	fflush(stdout);
	_exit(0);
}
