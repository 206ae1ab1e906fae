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
 * What of root's files the suite needs: directories, the pid file, the
 * control sockets, the numbers file, and the secrets for certd-sign.
 */
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"
#include "proto_life.h"
#include "proto_snap.h"
#include "proto_start.h"
#include "snap.h"
#include "starter.h"

#define CTL_GROUP	"_ikdctl"
#define PID_FILE	"ikd.pid"
#define NUMBERS		"numbers"
#define NUMBERS_MAX	(4 * 1024 * 1024)	/* some 60,000 names */
#define SECRETS_MAX	10000			/* files of a directory */

struct starter_dirs dirs;
static uid_t secret_user;
static char socket_names[SOCK_SECRETS + 1][65];

static int
dir_open(int at, const char *name, int create)
{
	int fd;

	if (create && mkdirat(at, name, 0755) == -1 && errno != EEXIST)
		fatal_errno("cannot make directory %s", name);
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		fatal_errno("cannot open directory %s", name);
	return (fd);
}

void
files_open(void)
{
	struct group *gr;
	struct stat st;

	if ((gr = getgrnam(CTL_GROUP)) == NULL)
		fatal("there is no group " CTL_GROUP ": make it with "
		    "`systemd-sysusers` or as ikd(8) says");
	dirs.policy = dir_open(AT_FDCWD, dirs.policy_name, 0);
	dirs.prog = dir_open(AT_FDCWD, dirs.prog_name, 0);
	dirs.state = dir_open(AT_FDCWD, dirs.state_name, 1);
	dirs.run = dir_open(AT_FDCWD, dirs.run_name, 1);
	if (fstat(dirs.run, &st) == -1 || st.st_uid != 0)
		fatal("%s does not belong to root", dirs.run_name);
	if (fchown(dirs.run, 0, gr->gr_gid) == -1 ||
	    fchmod(dirs.run, 0750) == -1)
		fatal_errno("%s", dirs.run_name);
	dirs.empty = dir_open(dirs.run, "empty", 1);
	if (fchown(dirs.empty, 0, 0) == -1 || fchmod(dirs.empty, 0555) == -1)
		fatal_errno("%s/empty", dirs.run_name);
}

void
files_pid(void)
{
	int fd = openat(dirs.run, PID_FILE, O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, 0644);

	if (fd == -1)
		fatal_errno("%s/" PID_FILE, dirs.run_name);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		fatal("another ikd runs with %s", dirs.run_name);
	if (ftruncate(fd, 0) == -1 || dprintf(fd, "%d\n", getpid()) < 0)
		fatal_errno("%s/" PID_FILE, dirs.run_name);
}	/* the lock stays with the descriptor, as long as we live */

int
files_listen(const struct ms_listen *m)
{
	struct group *gr = getgrnam(m->group);

	errno = gr == NULL && m->group[0] != '\0' ? ENOENT : EINVAL;
	if ((gr == NULL && m->group[0] != '\0') || m->kind < SOCK_CTL ||
	    m->kind > SOCK_SECRETS || m->name[0] == '.' ||
	    m->name[0] == '\0' || strchr(m->name, '/') || (m->mode & ~0660))
		return (-1);
	/* Another group than _ikdctl must get through the directory. */
	if (gr != NULL && strcmp(m->group, CTL_GROUP) != 0)
		(void)fchmod(dirs.run, 0751);
	strlcpy(socket_names[m->kind], m->name, sizeof(socket_names[0]));
	return (daemon_listen(dirs.run, m->name, gr ? gr->gr_gid : 0,
	    m->mode));
}

void
files_clean(void)
{
	int i;

	for (i = 0; i <= SOCK_SECRETS; i++)
		if (socket_names[i][0] != '\0')
			(void)unlinkat(dirs.run, socket_names[i], 0);
	(void)unlinkat(dirs.run, PID_FILE, 0);
}

int
files_numbers_open(void)
{
	int fd = openat(dirs.state, NUMBERS, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return (fd != -1 ? fd : open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void
files_numbers_write(int memfd)
{
	const char *why;
	size_t len;
	const void *p = memfd_map(memfd, NUMBERS_MAX, &len, &why);

	if (p == NULL)
		daemon_error("numbers not written: %s", why);
	else if (daemon_replace(dirs.state, NUMBERS, p, len) == -1)
		daemon_error("%s/" NUMBERS " not written: %s",
		    dirs.state_name, strerror(errno));
	if (p != NULL)
		(void)munmap((void *)(uintptr_t)p, len);
}

/* Opens as root and, for what only certd-sign may read, as its user. */
static int
secret_open(int at, const char *name, int flags)
{
	int fd;

	flags |= O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	if ((fd = openat(at, name, flags)) == -1 && errno == EACCES) {
		(void)setfsuid(secret_user);
		fd = openat(at, name, flags);
		(void)setfsuid(0);
	}
	return (fd);
}

/* One file into one row; what is no secret's file is named and left out. */
static void
secret_put(struct snap_writer *w, int at, const char *dir, const char *name,
    uint8_t kind)
{
	struct sn_secret s = { .kind = kind };
	struct stat st;
	ssize_t n = -1;
	int fd = secret_open(at, name, 0);

	if (fd == -1 || fstat(fd, &st) == -1)
		daemon_error("%s/%s: %s", dir, name, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		daemon_error("%s/%s is not a regular file", dir, name);
	else if (st.st_size > (off_t)sizeof(s.data) ||
	    strlen(name) > NAME_MAX_LEN || !wire_text_ok(name, strlen(name)))
		daemon_error("%s/%s: more than %zu octets, or a name "
		    "that cannot be", dir, name, sizeof(s.data));
	else if ((n = read(fd, s.data, sizeof(s.data))) >= 0) {
		strlcpy(s.name, name, sizeof(s.name));
		s.data_len = (uint16_t)n;
		s.mode = st.st_mode & 07777;
		s.uid = st.st_uid;
		snap_put(w, SNAP_SECRET, &s);
	}
	explicit_bzero(&s, sizeof(s));
	if (fd != -1)
		close(fd);
}

static void
secret_dir(struct snap_writer *w, const char *dir, uint8_t kind)
{
	int fd = secret_open(dirs.policy, dir, O_DIRECTORY), n = 0;
	struct dirent *e;
	DIR *d;

	if (fd == -1 && errno == ENOENT)
		return;
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		daemon_error("%s/%s: %s", dirs.policy_name, dir,
		    strerror(errno));
		return;
	}
	while (n < SECRETS_MAX && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && n++ < SECRETS_MAX)
			secret_put(w, fd, dir, e->d_name, kind);
	(void)closedir(d);
}

int
files_secrets(uint32_t generation, uid_t signer)
{
	struct snap_writer *w = snap_open(ROLE_SIGN, generation);

	secret_user = signer;
	secret_dir(w, "psk", 1);
	secret_dir(w, "private", 2);
	return (snap_close(w));
}
