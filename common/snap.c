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

/* Snapshots: sealed memfds of described rows, as they are read. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "proto_kept.h"
#include "proto_manual.h"
#include "proto_snap.h"
#include "snap.h"

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
	{ SNAP_SETTING, "setting", &wire_sn_setting },
	{ 0, NULL, NULL }
};

#define TYPES		64	/* of rows, and room */
_Static_assert(SNAP_KEPT < TYPES, "a row type more");

/* Every reader asks for each of its rows, of which it has thousands. */
const struct snap_kind *
snap_kind_of(uint16_t type)
{
	static const struct snap_kind *kinds[TYPES];
	const struct snap_kind *k;

	if (kinds[SNAP_SUITE] == NULL)
		for (k = snap_kinds; k->type != 0; k++)
			kinds[k->type] = k;
	return (type < TYPES ? kinds[type] : NULL);
}

static uint32_t
fetch32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

const char *
snap_frame(const uint8_t *p, size_t len, const struct snap_kind **k, size_t *n)
{
	if (len < 6 || (*k = snap_kind_of((uint16_t)(p[0] << 8 |
	    p[1]))) == NULL)
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

const void *
memfd_map(int fd, size_t max, size_t *len, const char **why)
{
	struct stat st;
	void *p;
	int seals;

	seals = fcntl(fd, F_GET_SEALS);
	if (seals == -1 || (seals & SNAP_SEALS) != SNAP_SEALS) {
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
