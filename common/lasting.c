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
 * The secret of this machine: what it made before a crash is known again
 * afterwards (RFC 6290 section 5.1: QCD_SECRET).
 */
#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lasting.h"
#include "log.h"

#define LASTING_NEW	LASTING_FILE ".new"

/* Whole under its name, or not there. */
static const char *
make(int dir, const uint8_t *octets)
{
	const char *why = NULL;
	int fd;

	fd = openat(dir, LASTING_NEW, O_WRONLY | O_CREAT | O_TRUNC |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	errno = fd != -1 ? ENOSPC : errno;	/* of a short write */
	if (fd == -1 || write(fd, octets, LASTING_LEN) != LASTING_LEN ||
	    fsync(fd) == -1 || renameat(dir, LASTING_NEW, dir,
	    LASTING_FILE) == -1 || fsync(dir) == -1)
		why = strerror(errno);
	if (fd != -1)
		close(fd);
	return (why);
}

static const char *
take(int fd, uint8_t *octets)
{
	uint8_t got[LASTING_LEN];
	const char *why = NULL;
	struct stat st;

	if (fstat(fd, &st) == -1)
		return (strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0)
		return ("must be root's alone: chown root, chmod 600");
	if (st.st_size != LASTING_LEN ||
	    read(fd, got, sizeof(got)) != (ssize_t)sizeof(got))
		why = "is not 32 octets: remove it, and another is made";
	else
		memcpy(octets, got, sizeof(got));
	explicit_bzero(got, sizeof(got));
	return (why);
}

const char *
lasting_read(int dir, uint8_t out[LASTING_LEN])
{
	const char *why;
	int fd;

	if (getrandom(out, LASTING_LEN, 0) != LASTING_LEN)
		fatal_errno("no random octets");
	fd = openat(dir, LASTING_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return (errno == ENOENT ? make(dir, out) : strerror(errno));
	why = take(fd, out);
	close(fd);
	return (why);
}
