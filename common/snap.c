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

/* Snapshots: sealed memfds of described rows. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "proto_kept.h"
#include "proto_manual.h"
#include "proto_snap.h"
#include "snap.h"

#define SNAP_MAGIC	"IKDSNAP1"
#define SNAP_END	"END!"
#define ALL_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |	\
			    F_SEAL_WRITE)

const struct snap_kind snap_kinds[] = {
	{ SNAP_SUITE, "suite", &wire_sn_suite },
	{ SNAP_CEILING, "ceiling", &wire_wt_ceiling },
	{ SNAP_IKE, "ike", &wire_sn_ike },
	{ SNAP_TUNNEL_IKE, "tunnel-ike", &wire_sn_tunnel_ike },
	{ SNAP_CHILD_IKE, "child-ike", &wire_sn_child_ike },
	{ SNAP_AUTH, "auth", &wire_sn_auth },
	{ SNAP_PSK_BY_ID, "psk-by-id", &wire_sn_psk },
	{ SNAP_PPK, "ppk", &wire_sn_ppk },
	{ SNAP_TRUST, "trust", &wire_sn_trust },
	{ SNAP_FILE, "file", &wire_sn_file },
	{ SNAP_SHOWN, "shown", &wire_sn_shown },
	{ SNAP_SECRET, "secret", &wire_sn_secret },
	{ SNAP_TUNNEL, "tunnel", &wire_sn_tunnel },
	{ SNAP_CHILD, "child", &wire_sn_child },
	{ SNAP_FETCH, "fetch", &wire_sn_fetch },
	{ SNAP_AUTHORITY, "authority", &wire_sn_authority },
	{ SNAP_OURS, "ours", &wire_sn_ours },
	{ SNAP_CERTS, "certificates", &wire_sn_certs },
	{ SNAP_TOKEN, "token", &wire_sn_token },
	{ SNAP_TOKEN_KEY, "token-key", &wire_sn_token_key },
	{ SNAP_OBJECT, "object", &wire_sn_object },
	{ SNAP_GROUP, "group", &wire_sn_group },
	{ SNAP_FILTER, "filter", &wire_wt_filter },
	{ SNAP_RULE, "rule", &wire_sn_rule },
	{ SNAP_MANUAL, "manual", &wire_sn_manual },
	{ SNAP_KEPT_HEAD, "kept-head", &wire_sn_kept_head },
	{ SNAP_KEPT, "kept", &wire_sn_kept },
	{ 0, NULL, NULL }
};

#define TYPES		64	/* of rows, and room */
_Static_assert(SNAP_KEPT < TYPES, "a row type more");

/* Written in pieces: one buffer, wherever a snapshot may end. */
#define PIECE		((size_t)128 * 1024)

struct snap_writer {
	uint8_t		*buf;
	size_t		 len;		/* in buf, behind what is written */
	size_t		 size;
	uint32_t	 rows;
	int		 fd;
};

/* Every reader asks for each of its rows, of which it has thousands. */
static const struct snap_kind *
kind_of(uint16_t type)
{
	static const struct snap_kind *kinds[TYPES];
	const struct snap_kind *k;

	if (kinds[SNAP_SUITE] == NULL)
		for (k = snap_kinds; k->type != 0; k++)
			kinds[k->type] = k;
	return (type < TYPES ? kinds[type] : NULL);
}

static void
store32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t
fetch32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
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
	if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) == -1)
		fatal_errno("memfd seals");
}

static void
flush(struct snap_writer *w)
{
	write_all(w->fd, w->buf, w->len);
	w->len = 0;
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
	const struct snap_kind *k = kind_of(type);
	uint8_t *p;
	long n = -1;

	if (k == NULL)
		fatal("snapshot row %u", type);
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
snap_put_framed(struct snap_writer *w, const uint8_t *p, size_t len)
{
	const struct snap_kind *k;
	size_t at, n;

	for (at = 0; at < len; at += 6 + n) {
		if (snap_frame(p + at, len - at, &k, &n) != NULL)
			fatal("snapshot rows that are none");
		w->rows++;
	}
	if (len > w->size - w->len)
		flush(w);
	if (len > w->size)
		write_all(w->fd, p, len);
	else {
		memcpy(w->buf + w->len, p, len);
		w->len += len;
	}
}

uint32_t
snap_written(const struct snap_writer *w)
{
	return (w->rows);
}

int
snap_close(struct snap_writer *w)
{
	uint8_t rows[4];
	int fd = w->fd;

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

const char *
snap_frame(const uint8_t *p, size_t len, const struct snap_kind **k, size_t *n)
{
	if (len < 6 || (*k = kind_of((uint16_t)(p[0] << 8 | p[1]))) == NULL)
		return ("no such row");
	*n = fetch32(p + 2);
	return (*n > len - 6 ? "row longer than the snapshot" : NULL);
}

static const char *
decode_row(const struct snap_kind *k, const uint8_t *p, size_t n, void *val)
{
	const char *why = NULL;

	if (wire_decode(k->body, p + 6, n, val, &why) == 0)
		return (NULL);
	return (why == NULL ? "bad row" : why);
}

const char *
snap_end(const uint8_t *p, size_t len)
{
	return (len == 4 && memcmp(p, SNAP_END, 4) == 0 ? NULL :
	    "snapshot does not end where it says");
}

size_t
snap_row_size(void)
{
	const struct snap_kind *k;
	size_t n = 0;

	for (k = snap_kinds; k->type != 0; k++)
		if (k->body->size > n)
			n = k->body->size;
	return (n);
}

/* The rows after the head; they follow one another in one buffer. */
static const char *
parse_rows(const uint8_t *buf, size_t len, uint32_t rows,
    const char *(*fn)(void *, uint16_t, const void *), void *ctx)
{
	size_t pos = SNAP_HEAD, n = 0, size = snap_row_size();
	void *val = xcalloc(1, size);
	const struct snap_kind *k = NULL;
	const char *why = NULL;

	for (; rows > 0 && why == NULL; rows--, pos += 6 + n) {
		why = snap_frame(buf + pos, len - pos, &k, &n);
		if (why == NULL)
			why = decode_row(k, buf + pos, n, val);
		if (why == NULL)
			why = fn(ctx, k->type, val);
	}
	explicit_bzero(val, size);
	free(val);
	return (why != NULL ? why : snap_end(buf + pos, len - pos));
}

const char *
snap_head(const uint8_t *buf, size_t len, unsigned int consumer,
    uint32_t generation, uint32_t *rows)
{
	if (len < SNAP_HEAD + 4 || memcmp(buf, SNAP_MAGIC, 8) != 0)
		return ("not a snapshot");
	if (buf[8] != consumer)
		return ("a snapshot for somebody else");
	if (fetch32(buf + 9) != generation)
		return ("a snapshot of another generation");
	*rows = fetch32(buf + 13);
	return (NULL);
}

const char *
snap_parse(const uint8_t *buf, size_t len, unsigned int consumer,
    uint32_t generation,
    const char *(*fn)(void *, uint16_t, const void *), void *ctx)
{
	uint32_t rows;
	const char *why = snap_head(buf, len, consumer, generation, &rows);

	return (why != NULL ? why : parse_rows(buf, len, rows, fn, ctx));
}

const char *
snap_read(int fd, unsigned int consumer, uint32_t generation,
    const char *(*fn)(void *, uint16_t, const void *), void *ctx)
{
	const char *why = NULL;
	const void *p;
	size_t len;

	if ((p = memfd_map(fd, SNAP_MAX, &len, &why)) == NULL)
		return (why);
	why = snap_parse(p, len, consumer, generation, fn, ctx);
	munmap((void *)(uintptr_t)p, len);
	return (why);
}

int
memfd_sealed(const char *name, const void *buf, size_t len)
{
	int fd = memfd_new(name);

	write_all(fd, buf, len);
	seal(fd);
	return (fd);
}

const void *
memfd_map(int fd, size_t max, size_t *len, const char **why)
{
	struct stat st;
	void *p;
	int seals;

	seals = fcntl(fd, F_GET_SEALS);
	if (seals == -1 || (seals & ALL_SEALS) != ALL_SEALS) {
		*why = "not a sealed memfd";
		return (NULL);
	}
	if (fstat(fd, &st) == -1 || st.st_size <= 0 ||
	    (uint64_t)st.st_size > max) {
		*why = "memfd of a wrong size";
		return (NULL);
	}
	*len = (size_t)st.st_size;
	p = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) {
		*why = "memfd cannot be mapped";
		return (NULL);
	}
	return (p);
}
