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
 * Files of the key manager: below the policy directory, by plain name,
 * written whole or not at all.  Who changes files holds a lock on the
 * policy directory, so that a left-over ".new" is nobody's any more.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "km.h"
#include "log.h"
#include "near.h"

#define NEW	".new"		/* what is not whole yet */
#define INSTEAD	128		/* octets of what there is instead */

void
buf_free(struct buf *b)
{
	OPENSSL_clear_free(b->p, b->len + 1);
	b->p = NULL;
	b->len = 0;
}

static int
is_secret(const char *sub)
{
	return (strncmp(sub, "private", 7) == 0);
}

int
km_dir(const struct km *km, const char *sub, int create)
{
	mode_t mode = is_secret(sub) ? 0700 : 0755;
	int fd;

	fd = openat(km->etc, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT && create) {
		if (mkdirat(km->etc, sub, mode) == 0 &&
		    fchmodat(km->etc, sub, mode, 0) == 0 &&
		    fsync(km->etc) == 0)
			fd = openat(km->etc, sub, O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);
	}
	if (fd == -1)
		fail("%s/%s: %s", km->o->policy_dir, sub, strerror(errno));
	return (fd);
}

int
km_exists(const struct km *km, const char *sub, const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", sub, name);
	return (fstatat(km->etc, path, &st, AT_SYMLINK_NOFOLLOW) == 0);
}

int
km_may_write(const struct km *km, const char *sub, const char *name)
{
	if (km_opt(km, KO_FORCE) != NULL || !km_exists(km, sub, name))
		return (0);
	return (fail("%s/%s/%s exists; --force writes over it",
	    km->o->policy_dir, sub, name));
}

/* NULL, or why nobody should rely on this file being secret. */
static const char *
secret_wrong(const struct stat *st)
{
	static char why[80];
	struct passwd *pw;
	uid_t signer = 0;

	if ((pw = getpwnam("_certsign")) != NULL)
		signer = pw->pw_uid;
	if (!S_ISREG(st->st_mode))
		return ("not a regular file");
	if (st->st_uid != 0 && st->st_uid != signer) {
		snprintf(why, sizeof(why), "belongs to uid %u: chown root",
		    st->st_uid);
		return (why);
	}
	if ((st->st_mode & 077) != 0) {
		snprintf(why, sizeof(why), "open to others (mode %04o): "
		    "chmod 600", st->st_mode & 07777);
		return (why);
	}
	return (NULL);
}

const char *
km_secret_wrong(const struct km *km, const char *sub, const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", sub, name);
	if (fstatat(km->etc, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (strerror(errno));
	return (secret_wrong(&st));
}

/* All of a descriptor, KM_FILE_MAX octets at most; NULL or why not. */
static const char *
read_all(int fd, struct buf *b)
{
	size_t room = 16384;
	ssize_t n;

	b->len = 0;
	if ((b->p = OPENSSL_zalloc(room)) == NULL)
		fatal("no memory");
	while (b->len <= KM_FILE_MAX) {
		if (b->len + 1 == room) {
			b->p = OPENSSL_clear_realloc(b->p, room, 2 * room);
			if (b->p == NULL)
				fatal("no memory");
			room *= 2;
		}
		n = read(fd, b->p + b->len, room - 1 - b->len);
		if (n == -1 && errno != EINTR)
			return (strerror(errno));
		if (n == 0)
			break;
		if (n > 0)
			b->len += (size_t)n;
	}
	b->p[b->len] = '\0';
	return (b->len > KM_FILE_MAX ? "is too large" : NULL);
}

int
km_read(const struct km *km, const char *sub, const char *name, struct buf *b)
{
	if (km_read_some(km, sub, name, b) == -1)
		return (-1);
	if (b->len > 0)
		return (0);
	buf_free(b);
	return (fail("%s/%s/%s: is empty", km->o->policy_dir, sub, name));
}

int
km_read_some(const struct km *km, const char *sub, const char *name,
    struct buf *b)
{
	char instead[INSTEAD] = "";
	const char *why = NULL;
	struct stat st;
	int dir, fd;

	b->p = NULL;
	b->len = 0;
	if ((dir = km_dir(km, sub, 0)) == -1)
		return (-1);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "not a regular file";
	else if (is_secret(sub))
		why = secret_wrong(&st);
	if (why == NULL)
		why = read_all(fd, b);
	if (fd != -1)
		close(fd);
	else if (errno == ENOENT)
		km_instead(dir, name, instead, sizeof(instead));
	close(dir);
	if (why == NULL)
		return (0);
	buf_free(b);
	return (fail("%s/%s/%s: %s%s", km->o->policy_dir, sub, name, why,
	    instead));
}

static int
read_path(const char *path, struct buf *b)
{
	int std = strcmp(path, "-") == 0;
	const char *why = NULL;
	struct stat st;
	int fd;

	b->p = NULL;
	b->len = 0;
	fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		why = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		why = "is a directory";
	if (why == NULL)
		why = read_all(fd, b);
	if (fd != -1 && !std)
		close(fd);
	if (why == NULL && b->len == 0)
		why = "is empty";
	if (why == NULL)
		return (0);
	buf_free(b);
	return (fail("%s: %s", std ? "the standard input" : path, why));
}

/* What came through a pipe before there was a lock. */
static struct buf early;
static const char *early_path;

int
km_read_early(const char *path)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && (stat(path, &st) == -1 ||
	    !S_ISFIFO(st.st_mode)))
		return (0);
	early_path = path;
	return (read_path(path, &early));
}

int
km_read_path(const char *path, struct buf *b)
{
	if (early.p == NULL || path != early_path)
		return (read_path(path, b));
	*b = early;
	early.p = NULL;
	return (0);
}

static int
write_all(int fd, const uint8_t *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n == -1 && errno != EINTR)
			return (-1);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return (0);
}

/* link(2) does not replace. */
int
km_write_at(int dir, const char *name, const void *p, size_t len,
    mode_t mode, int force)
{
	int fd, rc = -1, saved;

	(void)unlinkat(dir, NEW, 0);	/* of one that was interrupted */
	fd = openat(dir, NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return (-1);
	if (write_all(fd, p, len) == 0 && fchmod(fd, mode) == 0 &&
	    fsync(fd) == 0) {
		if (force)
			rc = renameat(dir, NEW, dir, name);
		else
			rc = linkat(dir, NEW, dir, name, 0);
	}
	saved = errno;
	close(fd);
	if (rc == -1 || !force)
		(void)unlinkat(dir, NEW, 0);
	errno = saved;
	if (rc == 0)
		rc = fsync(dir);
	return (rc);
}

int
km_write(const struct km *km, const char *sub, const char *name,
    const void *p, size_t len, int force)
{
	int dir, rc, saved;

	if ((dir = km_dir(km, sub, 1)) == -1)
		return (-1);
	rc = km_write_at(dir, name, p, len, is_secret(sub) ? 0600 : 0644,
	    force);
	saved = errno;
	close(dir);
	if (rc == 0)
		return (0);
	return (fail("%s/%s/%s: %s%s", km->o->policy_dir, sub, name,
	    strerror(saved), saved == EEXIST ? "; --force writes over it" :
	    ""));
}

int
km_write_path(const char *path, const void *p, size_t len, mode_t mode,
    int force)
{
	const char *slash = strrchr(path, '/'), *name = path;
	char dirname[1024] = ".";
	int dir, rc, saved;

	if (slash != NULL) {
		name = slash + 1;
		snprintf(dirname, sizeof(dirname), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	}
	if (name[0] == '\0')
		return (fail("%s: not a file's name", path));
	dir = open(dirname, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return (fail("%s: %s", dirname, strerror(errno)));
	rc = km_write_at(dir, name, p, len, mode, force);
	saved = errno;
	close(dir);
	if (rc == 0)
		return (0);
	return (fail("%s: %s%s", path, strerror(saved), saved == EEXIST ?
	    "; --force writes over it" : ""));
}

int
km_unlink(const struct km *km, const char *sub, const char *name)
{
	char instead[INSTEAD] = "";
	int dir, rc, saved;

	if ((dir = km_dir(km, sub, 0)) == -1)
		return (-1);
	rc = unlinkat(dir, name, 0);
	if (rc == 0)
		rc = fsync(dir);
	saved = errno;
	if (saved == ENOENT)
		km_instead(dir, name, instead, sizeof(instead));
	close(dir);
	if (rc == 0)
		return (0);
	return (fail("%s/%s/%s: %s%s", km->o->policy_dir, sub, name,
	    strerror(saved), instead));
}

static int
not_hidden(const struct dirent *de)
{
	return (de->d_name[0] != '.');
}

const char *
km_instead(int dir, const char *name, char *out, size_t size)
{
	struct dirent **list;
	struct near near;
	int i, n;

	near_start(&near, name);
	n = scandirat(dir, ".", &list, not_hidden, alphasort);
	for (i = 0; i < n; i++)
		near_try(&near, list[i]->d_name, NULL);
	if (near.best != NULL)
		snprintf(out, size, "; did you mean \"%s\"?", near.best);
	else
		snprintf(out, size, "; list shows what there is");
	for (i = 0; i < n; i++)
		free(list[i]);
	if (n >= 0)
		free(list);
	return (out);
}

void
km_each(struct km *km, const char *sub,
    void (*fn)(struct km *, const char *, void *), void *arg)
{
	struct dirent **list;
	int i, n;

	n = scandirat(km->etc, sub, &list, not_hidden, alphasort);
	if (n == -1)
		return;		/* nothing of this kind yet */
	for (i = 0; i < n; i++) {
		fn(km, list[i]->d_name, arg);
		free(list[i]);
	}
	free(list);
}
