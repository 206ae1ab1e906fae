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
 * The database's files.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db_image.h"
#include "db_read.h"

#define DB_DIR	"db"	/* below the state directory */

int
db_read(int dirfd, const char *name, struct octets *o)
{
	size_t size = 64 * 1024;
	ssize_t n = 0;
	int fd, err;

	o->p = NULL;
	o->len = 0;
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return (errno == ENOENT ? 0 : errno);
	o->p = xcalloc(1, size);
	while (o->len < DB_MAX && (n = read(fd, o->p + o->len,
	    size - o->len)) > 0)
		if ((o->len += (size_t)n) == size)
			o->p = xreallocarray(o->p, 2, size *= 2);
	err = n == -1 ? errno : 0;
	close(fd);
	return (err);
}

const char *
db_read_state(struct load *l, const char *statedir)
{
	static char why[600];
	/* What holds points into them, for as long as the program runs. */
	static struct octets now, old;
	char dir[512];
	int fd, err = 0;

	snprintf(dir, sizeof(dir), "%s/" DB_DIR, statedir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return (NULL);
	if (fd == -1 || (err = db_read(fd, DB_FILE, &now)) != 0 ||
	    (err = db_read(fd, DB_OLD, &old)) != 0) {
		snprintf(why, sizeof(why), "%s: %s", dir,
		    strerror(fd == -1 ? errno : err));
		if (fd != -1)
			close(fd);
		return (why);
	}
	close(fd);
	load_database(l, now.p, now.len, old.p, old.len);
	return (NULL);
}
