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
#include "proto_manual.h"
#include "proto_snap.h"
#include "snap.h"

#define SNAP_MAGIC	"IKDSNAP1"
#define SNAP_END	"END!"
#define ALL_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

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
	{ 0, NULL, NULL }
};

struct snap_writer {
	uint8_t		*buf;
	size_t		 len;
	size_t		 size;
	uint32_t	 rows;
};

static const struct snap_kind *
kind_of(uint16_t type)
{
	const struct snap_kind *k;

	for (k = snap_kinds; k->type != 0; k++)
		if (k->type == type)
			return (k);
	return (NULL);
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

/* Room for n more octets; the old buffer may hold secrets. */
static void
grow(struct snap_writer *w, size_t n)
{
	size_t size = w->size;
	uint8_t *buf;

	if (n <= w->size - w->len)
		return;
	while (size - w->len < n)
		size *= 2;
	buf = xcalloc(1, size);
	memcpy(buf, w->buf, w->len);
	explicit_bzero(w->buf, w->size);
	free(w->buf);
	w->buf = buf;
	w->size = size;
}

struct snap_writer *
snap_open(unsigned int consumer, uint32_t generation)
{
	struct snap_writer *w = xcalloc(1, sizeof(*w));

	w->size = 4096;
	w->buf = xcalloc(1, w->size);
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
	long n;

	if (k == NULL)
		fatal("snapshot row %u", type);
	/* Most rows are far smaller than their maximum: try, then grow. */
	grow(w, 6 + 1024);
	while ((n = wire_encode(k->body, val, w->buf + w->len + 6,
	    w->size - w->len - 6)) == -1) {
		if (w->size - w->len - 6 >= wire_max(k->body))
			fatal("snapshot row %s cannot be encoded", k->name);
		grow(w, w->size - w->len + 1);
	}
	w->buf[w->len] = (uint8_t)(type >> 8);
	w->buf[w->len + 1] = (uint8_t)type;
	store32(w->buf + w->len + 2, (uint32_t)n);
	w->len += 6 + (size_t)n;
	w->rows++;
}

int
snap_close(struct snap_writer *w)
{
	int fd;

	grow(w, 4);
	memcpy(w->buf + w->len, SNAP_END, 4);
	w->len += 4;
	store32(w->buf + 13, w->rows);
	fd = memfd_sealed("snapshot", w->buf, w->len);
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
	const uint8_t *p = buf;
	size_t done = 0;
	ssize_t n;
	int fd;

	if ((fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)) == -1)
		fatal_errno("memfd_create");
	while (done < len) {
		n = write(fd, p + done, len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			fatal_errno("memfd write");
		done += (size_t)n;
	}
	if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) == -1)
		fatal_errno("memfd seals");
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
