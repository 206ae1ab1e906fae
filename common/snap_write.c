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

/* Snapshots, as they are written: apart, since the parent only reads them. */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "snap.h"

/* Written in pieces: one buffer, wherever a snapshot may end. */
#define PIECE		((size_t)128 * 1024)

struct snap_writer {
	uint8_t		*buf;
	size_t		 len;		/* in buf, behind what is written */
	size_t		 size;
	size_t		 done;		/* octets written */
	const uint8_t	*run;		/* behind buf: snap_put_run() */
	size_t		 run_len;
	uint32_t	 rows;
	int		 fd;
};

static void
store32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static void
write_all(int fd, const uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n) {
		n = write(fd, p, len);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			fatal_errno("memfd write");
	}
}

static int
memfd_new(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd == -1)
		fatal_errno("memfd_create");
	return (fd);
}

static void
seal(int fd)
{
	if (fcntl(fd, F_ADD_SEALS, SNAP_SEALS) == -1)
		fatal_errno("memfd seals");
}

static void
flush(struct snap_writer *w)
{
	write_all(w->fd, w->buf, w->len);
	w->done += w->len;
	w->len = 0;
}

static void
put_octets(struct snap_writer *w, const uint8_t *p, size_t len)
{
	if (len > w->size - w->len)
		flush(w);
	if (len > w->size) {
		write_all(w->fd, p, len);
		w->done += len;
	} else {
		memcpy(w->buf + w->len, p, len);
		w->len += len;
	}
}

static void
end_run(struct snap_writer *w)
{
	size_t len = w->run_len;

	w->run_len = 0;
	if (len > 0)
		put_octets(w, w->run, len);
}

/* Room for n octets in an empty buffer; the old one may hold secrets. */
static void
grow(struct snap_writer *w, size_t n)
{
	explicit_bzero(w->buf, w->size);
	free(w->buf);
	w->buf = xcalloc(1, n);
	w->size = n;
}

struct snap_writer *
snap_open(unsigned int consumer, uint32_t generation)
{
	struct snap_writer *w = xcalloc(1, sizeof(*w));

	w->size = PIECE;
	w->buf = xcalloc(1, w->size);
	w->fd = memfd_new("snapshot");
	memcpy(w->buf, SNAP_MAGIC, 8);
	w->buf[8] = (uint8_t)consumer;
	store32(w->buf + 9, generation);
	w->len = SNAP_HEAD;
	return (w);
}

void
snap_put(struct snap_writer *w, uint16_t type, const void *val)
{
	const struct snap_kind *k = snap_kind_of(type);
	uint8_t *p;
	long n = -1;

	if (k == NULL)
		fatal("snapshot row %u", type);
	end_run(w);
	/* Most rows are far smaller than their maximum: try, then make room. */
	if (w->size - w->len < 6 ||
	    (n = wire_encode(k->body, val, w->buf + w->len + 6,
	    w->size - w->len - 6)) == -1) {
		flush(w);
		if (w->size < 6 + wire_max(k->body))
			grow(w, 6 + wire_max(k->body));
		n = wire_encode(k->body, val, w->buf + 6, w->size - 6);
	}
	if (n == -1)
		fatal("snapshot row %s cannot be encoded", k->name);
	p = w->buf + w->len;
	p[0] = (uint8_t)(type >> 8);
	p[1] = (uint8_t)type;
	store32(p + 2, (uint32_t)n);
	w->len += 6 + (size_t)n;
	w->rows++;
}

void
snap_put_octets(struct snap_writer *w, const uint8_t *p, size_t len,
    uint32_t rows)
{
	end_run(w);
	put_octets(w, p, len);
	w->rows += rows;
}

void
snap_put_run(struct snap_writer *w, const uint8_t *p, size_t len,
    uint32_t rows)
{
	if (w->run_len == 0 || w->run + w->run_len != p) {
		end_run(w);
		w->run = p;
	}
	w->run_len += len;
	w->rows += rows;
}

uint32_t
snap_written(const struct snap_writer *w)
{
	return (w->rows);
}

size_t
snap_octets(const struct snap_writer *w)
{
	return (w->done + w->len + w->run_len);
}

int
snap_close(struct snap_writer *w)
{
	uint8_t rows[4];
	int fd = w->fd;

	end_run(w);
	flush(w);
	write_all(fd, (const uint8_t *)SNAP_END, 4);
	store32(rows, w->rows);
	if (lseek(fd, SNAP_HEAD - 4, SEEK_SET) == -1)
		fatal_errno("memfd lseek");
	write_all(fd, rows, 4);
	seal(fd);
	explicit_bzero(w->buf, w->size);
	free(w->buf);
	free(w);
	return (fd);
}

int
memfd_sealed(const char *name, const void *buf, size_t len)
{
	int fd = memfd_new(name);

	write_all(fd, buf, len);
	seal(fd);
	return (fd);
}
