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
 * Files of root's that want care: directories, the pid file's lock, control
 * sockets, whole replacement, and the secrets for the roles that have some.
 */
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"
#include "proto_snap.h"
#include "roles.h"
#include "rootfile.h"
#include "snap.h"

#define SECRETS_MAX	10000	/* files of a directory */

int
rootfile_dir(int at, const char *name, int create)
{
	int fd, made = 0;

	if (create && (made = mkdirat(at, name, 0755) == 0) == 0 &&
	    errno != EEXIST)
		fatal_errno("cannot make directory %s", name);
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		fatal_errno("cannot open directory %s", name);
	if (made && fchmod(fd, 0755) == -1)	/* whatever the umask is */
		fatal_errno("%s", name);
	return (fd);
}

/* Not changed when it is so already: the disk may be read-only. */
static int
has_mode(int fd, mode_t mode)
{
	struct stat st;

	return (fd != -1 && fstat(fd, &st) == 0 &&
	    ((st.st_mode & 07777) == mode || fchmod(fd, mode) == 0));
}

int
rootfile_read_dir(int at, const char *name, const char *const *files)
{
	int file, fd = rootfile_dir(at, name, 1);

	if (!has_mode(fd, 0755))
		fatal_errno("%s", name);
	for (; *files != NULL; files++) {
		file = openat(fd, *files, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
		    O_CLOEXEC);
		if (file == -1 && errno == ENOENT)
			continue;
		if (!has_mode(file, 0644))
			fatal_errno("%s/%s", name, *files);
		close(file);
	}
	return (fd);
}

int
rootfile_own_dir(int at, const char *name, uid_t uid, gid_t gid)
{
	int fd = rootfile_dir(at, name, 1);
	struct stat st;

	if (fstat(fd, &st) == -1 || ((st.st_mode & 07777) != 0700 &&
	    fchmod(fd, 0700) == -1) || ((st.st_uid != uid ||
	    st.st_gid != gid) && fchown(fd, uid, gid) == -1))
		fatal_errno("%s", name);
	return (fd);
}

void
rootfile_pid(int dir, const char *name, const char *where)
{
	int fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0644);

	if (fd == -1)
		fatal_errno("%s/%s", where, name);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		fatal("another one runs with %s", where);
	if (ftruncate(fd, 0) == -1 || dprintf(fd, "%d\n", getpid()) < 0)
		fatal_errno("%s/%s", where, name);
}	/* the lock stays with the descriptor */

int
rootfile_run(const char *name, const char *group, int *empty)
{
	struct group *gr = getgrnam(group);
	int dir = rootfile_dir(AT_FDCWD, name, 1);
	struct stat st;

	if (gr == NULL)
		fatal("no group %s: make it with systemd-sysusers, or as "
		    "ikd(8) says", group);
	if (fstat(dir, &st) == -1 || st.st_uid != 0)
		fatal("%s does not belong to root", name);
	*empty = rootfile_dir(dir, "empty", 1);
	if (fchown(dir, 0, gr->gr_gid) == -1 || fchmod(dir, 0750) == -1 ||
	    fchown(*empty, 0, 0) == -1 || fchmod(*empty, 0555) == -1)
		fatal_errno("%s", name);
	return (dir);
}

/* Group and mode by egid and umask. */
static int
listen_as(const struct sockaddr_un *sun, gid_t gid, mode_t mode)
{
	int err, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	mode_t old = umask(0777 & ~mode);

	if (fd == -1 || setegid(gid) == -1 ||
	    bind(fd, (const struct sockaddr *)sun, sizeof(*sun)) == -1 ||
	    listen(fd, 64) == -1) {
		err = errno;
		if (fd != -1)
			close(fd);
		fd = -1;
		errno = err;
	}
	err = errno;
	(void)umask(old);
	if (setegid(getgid()) == -1)
		fatal_errno("setegid");
	errno = err;
	return (fd);
}

int
rootfile_listen(int dir, const char *name, const char *group, mode_t mode)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct group *gr = getgrnam(group);
	struct stat st, sd;
	int n;

	errno = ENOENT;
	if (gr == NULL && group[0] != '\0')
		return (-1);
	errno = EINVAL;
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
		return (-1);
	errno = EEXIST;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (!S_ISSOCK(st.st_mode) || unlinkat(dir, name, 0) == -1))
		return (-1);
	/* Others than the directory's group must get through it. */
	if (gr != NULL && fstat(dir, &sd) == 0 &&
	    (sd.st_gid != gr->gr_gid || (mode & 06) != 0))
		(void)fchmod(dir, 0751);
	n = snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s",
	    dir, name);
	errno = ENAMETOOLONG;
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path))
		return (-1);
	/* Without a group it is root's alone, whoever asks. */
	if (gr == NULL)
		return (listen_as(&sun, 0, mode & 0600));
	return (listen_as(&sun, gr->gr_gid, mode));
}

/* A second name for the file that is there, if one is. */
static int
keep_old(int dir, const char *name, const char *old)
{
	if (unlinkat(dir, old, 0) == -1 && errno != ENOENT)
		return (-1);
	return (linkat(dir, name, dir, old, 0) == -1 && errno != ENOENT ?
	    -1 : 0);
}

/* Renamed and on the disk, or what was there is there again. */
static int
rename_synced(int dir, const char *tmp, const char *name, const char *old)
{
	int err;

	if (renameat(dir, tmp, dir, name) == -1)
		return (-1);
	if (fsync(dir) == 0)
		return (0);
	err = errno;
	if (renameat(dir, old, dir, name) == -1 && errno == ENOENT)
		(void)unlinkat(dir, name, 0);
	errno = err;
	return (-1);
}

const char *
rootfile_replace(int dir, const char *name, const char *old, int keep,
    int memfd, size_t max)
{
	const char *why = NULL;
	const void *p = NULL;
	struct stat st;
	size_t len = 0;
	char tmp[80];
	int fd;

	if (fstat(memfd, &st) == -1)
		return (strerror(errno));
	/* Of nothing there is nothing to map. */
	if (st.st_size != 0 && (p = memfd_map(memfd, max, &len, &why)) == NULL)
		return (why);
	snprintf(tmp, sizeof(tmp), "%s.new", name);
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0644);
	errno = fd != -1 ? ENOSPC : errno;	/* of a short write */
	if (fd == -1 || fchmod(fd, 0644) == -1 ||
	    write(fd, p, len) != (ssize_t)len || fsync(fd) == -1 ||
	    (keep && keep_old(dir, name, old) == -1) ||
	    rename_synced(dir, tmp, name, old) == -1)
		why = strerror(errno);
	if (fd != -1)
		close(fd);
	if (p != NULL)
		(void)munmap((void *)(uintptr_t)p, len);
	return (why);
}

/* Opens as root and, for what only certd-sign may read, as its user. */
static int
secret_open(int at, const char *name, int flags, uid_t signer)
{
	int fd;

	flags |= O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	if ((fd = openat(at, name, flags)) == -1 && errno == EACCES) {
		(void)setfsuid(signer);
		fd = openat(at, name, flags);
		(void)setfsuid(0);
	}
	return (fd);
}

/* NULL: the row is good; else why the file is left out. */
static const char *
secret_row(struct sn_secret *s, int fd, const char *name)
{
	struct stat st;
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1)
		return (strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ("not a regular file");
	if (st.st_size > (off_t)sizeof(s->data))
		return ("more than 8192 octets");
	if (strlen(name) > NAME_MAX_LEN || !wire_text_ok(name, strlen(name)))
		return ("not a name for a secret");
	if ((n = read(fd, s->data, sizeof(s->data))) == -1)
		return (strerror(errno));
	strlcpy(s->name, name, sizeof(s->name));
	s->data_len = (uint16_t)n;
	s->mode = st.st_mode & 07777;
	s->uid = st.st_uid;
	return (NULL);
}

/* A file's name as a log line may have it. */
static const char *
shown(const char *name)
{
	static char text[256];

	wire_text_copy(text, sizeof(text), name);
	return (text);
}

/* What stands in private/ and is not certd-sign's. */
static int
others(const char *name)
{
	static const char *const dirs[] = { "ca", "fetch", "token" };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (strcmp(name, dirs[i]) == 0)
			return (1);
	return (0);
}

/* NULL: as secret_row(), and it is root's alone. */
static const char *
own_secret_row(struct sn_secret *s, int fd, const char *name)
{
	const char *why = secret_row(s, fd, name);

	if (why == NULL && (s->uid != 0 || (s->mode & 077) != 0))
		why = "must be root's alone: chown root, chmod 600";
	return (why);
}

static void
secret_dir(struct snap_writer *w, int at, const char *where, const char *dir,
    uint8_t kind, uid_t signer)
{
	int n = 0, file, fd = secret_open(at, dir, O_DIRECTORY, signer);
	struct sn_secret s;
	struct dirent *e;
	const char *why;
	DIR *d;

	if (fd == -1 && errno == ENOENT)
		return;
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		daemon_error("%s/%s: %s", where, dir, strerror(errno));
		return;
	}
	while (n < SECRETS_MAX && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' ||
		    (kind == SECRET_PRIVATE && others(e->d_name)))
			continue;
		n++;
		s = (struct sn_secret){ .kind = kind };
		file = secret_open(fd, e->d_name, 0, signer);
		why = (kind == SECRET_OWN ? own_secret_row : secret_row)(&s,
		    file, e->d_name);
		if (why == NULL)
			snap_put(w, SNAP_SECRET, &s);
		else
			daemon_error("%s/%s/%s: %s", where, dir,
			    shown(e->d_name), why);
		if (file != -1)
			close(file);
		explicit_bzero(&s, sizeof(s));
	}
	(void)closedir(d);
}

int
rootfile_secrets(int dir, const char *where, unsigned int role,
    uint32_t generation, uid_t signer)
{
	struct snap_writer *w = snap_open(role, generation);

	if (role == ROLE_SIGN) {
		secret_dir(w, dir, where, "psk", SECRET_PSK, signer);
		secret_dir(w, dir, where, "ppk", SECRET_PPK, signer);
		secret_dir(w, dir, where, "manual", SECRET_MANUAL, signer);
		secret_dir(w, dir, where, "private", SECRET_PRIVATE, signer);
	} else
		secret_dir(w, dir, where, role == ROLE_FETCH ?
		    "private/fetch" : "private/token", SECRET_OWN, signer);
	return (snap_close(w));
}
