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
 * What the load before has left.
 */

#include <sys/mman.h>

#include <string.h>

#include "db.h"
#include "kept.h"
#include "roles.h"
#include "snap.h"

#define HEAD	6		/* octets of a row's: type, length */

const uint8_t kept_of[KEPT_PARTS] = { ROLE_TMD, ROLE_IKE, ROLE_SIGN,
	ROLE_TMD, ROLE_TMD };

/* A snapshot of that load. */
struct left {
	const uint8_t	*map;
	size_t		 len;
};

struct kept {
	struct sn_kept_head	 head;
	struct hash		 names;		/* struct sn_kept */
	struct snap_rows	*rows;
	struct left		 left[KEPT_PARTS];
};

/* Behind n strings, from octet at on; 0: there are none. */
static size_t
behind(const struct slice *s, size_t at, unsigned int n)
{
	for (; n > 0; n--) {
		if (at > s->len || s->len - at < 2)
			return (0);
		at += 2 + (size_t)(s->p[at] << 8 | s->p[at + 1]);
	}
	return (at > s->len ? 0 : at);
}

/* Where a part's first row says in which line the tunnel is; 0: nowhere. */
static size_t
where_at(const struct slice *s, enum kept_part part)
{
	if (part == KEPT_TMD)		/* tunnel, name */
		return (behind(s, HEAD + 4, 1));
	return (part == KEPT_OBJECT ? behind(s, HEAD, 2) : 0);
}

static size_t
first_len(const struct slice *s)
{
	return ((size_t)s->p[2] << 24 | (size_t)s->p[3] << 16 |
	    (size_t)s->p[4] << 8 | s->p[5]);
}

static int
sound(const struct kept *k, struct sn_kept *t)
{
	const struct sn_kept_rows *r;
	unsigned int i;

	if (t->rows_n != KEPT_PARTS || t->text.len == 0 || t->number == 0 ||
	    (t->psks.len > 0 && t->psks.p[t->psks.len - 1] != '\0'))
		return (0);
	for (i = 0; i < KEPT_PARTS; i++) {
		r = &t->rows[i];
		if (r->at > k->left[i].len ||
		    r->octets > k->left[i].len - r->at)
			return (0);
	}
	return (1);
}

static int
take(struct arena *a, struct kept *k, size_t i)
{
	struct sn_kept *t;

	if (snap_rows_type(k->rows, i) != SNAP_KEPT)
		return (-1);
	t = arena_alloc(a, sizeof(*t));
	if (snap_rows_decode(k->rows, i, t) != NULL || !sound(k, t))
		return (-1);
	return (hash_put(&k->names, t->name, strlen(t->name), t) != NULL ?
	    -1 : 0);
}

static int
take_all(struct arena *a, struct kept *k)
{
	size_t i, n = snap_rows_count(k->rows);
	uint8_t build[32];

	kept_build(build);
	if (n < 2 || snap_rows_type(k->rows, 0) != SNAP_KEPT_HEAD ||
	    snap_rows_decode(k->rows, 0, &k->head) != NULL ||
	    memcmp(k->head.build, build, sizeof(build)) != 0)
		return (-1);
	for (i = 1; i < n && take(a, k, i) == 0; i++)
		;
	return (i == n ? 0 : -1);
}

/* The snapshots with the rows of tunnels, by part. */
static int
map_left(struct kept *k, uint32_t generation, const int *left)
{
	struct left *f;
	const char *why;
	uint32_t rows;
	unsigned int i;

	for (i = 0; i < KEPT_PARTS; i++) {
		f = &k->left[i];
		f->map = memfd_map(left[kept_of[i]], SNAP_MAX, &f->len, &why);
		if (f->map == NULL || snap_head(f->map, f->len, kept_of[i],
		    generation, &rows) != NULL)
			return (-1);
	}
	return (0);
}

struct kept *
kept_open(struct arena *a, int fd, const int *left)
{
	struct kept *k = arena_alloc(a, sizeof(*k));
	uint32_t generation = snap_generation(fd);
	const char *why;

	k->rows = snap_rows_open(fd, ROLE_POLICY, generation, &why);
	if (k->rows != NULL && map_left(k, generation, left) == 0 &&
	    take_all(a, k) == 0)
		return (k);
	kept_close(k);
	return (NULL);
}

void
kept_close(struct kept *k)
{
	unsigned int i;

	if (k == NULL)
		return;
	for (i = 0; i < KEPT_PARTS; i++)
		if (k->left[i].map != NULL)
			munmap((void *)(uintptr_t)k->left[i].map,
			    k->left[i].len);
	hash_free(&k->names);
	snap_rows_close(k->rows);
}

const struct sn_kept *
kept_find(const struct kept *k, const char *name, size_t len)
{
	return (k == NULL ? NULL : hash_get(&k->names, name, len));
}

int
kept_same(const struct kept *k, const uint8_t key[32])
{
	return (memcmp(k->head.key, key, sizeof(k->head.key)) == 0);
}

const uint8_t *
kept_state(const struct kept *k)
{
	return (k->head.state);
}

void
kept_entry(struct policy *po, const struct node *v)
{
	struct kept_tunnel *t = &po->kept[po->nkept++];
	char where[256];

	t->was = v->block->kept;
	t->node = v;
	t->number = t->was->fixed ? t->was->number : 0;
	t->before = po->ntunnels;
	db_where(v, where, sizeof(where));
	t->moved = t->was->where.len != strlen(where) ||
	    memcmp(t->was->where.p, where, t->was->where.len) != 0;
}

int
kept_numbered(const struct kept *k, struct policy *po)
{
	const struct sn_kept *was;
	unsigned int i;

	for (i = 0; i < po->ntunnels; i++)
		if (po->tunnels[i].at[T_NUMBER] != NULL ||
		    kept_find(k, po->tunnels[i].name,
		    strlen(po->tunnels[i].name)) == NULL)
			return (0);
	for (i = 0; i < po->ntunnels; i++) {
		was = kept_find(k, po->tunnels[i].name,
		    strlen(po->tunnels[i].name));
		po->tunnels[i].number = was->number;
	}
	for (i = 0; i < po->nkept; i++)
		po->kept[i].number = po->kept[i].was->number;
	return (1);
}

void
kept_numbers(struct reader *r)
{
	const struct kept_tunnel *t;
	unsigned int i;

	for (i = 0; i < r->po->nkept; i++) {
		t = &r->po->kept[i];
		if (t->number != t->was->number)
			r->unsure = 1;
	}
}

static void
store(uint8_t *p, size_t v, unsigned int n)
{
	while (n-- > 0)
		*p++ = (uint8_t)(v >> (8 * n));
}

/* The first row with another line; how many octets of it there were. */
static size_t
put_moved(struct snap_writer *w, const struct kept_tunnel *t,
    const struct slice *s, size_t at)
{
	uint8_t buf[KEPT_OCTETS + 256];
	size_t end = behind(s, at, 1), len, n;
	char where[256];

	if (end == 0 || s->len > KEPT_OCTETS || (len = HEAD +
	    first_len(s)) < end || len > s->len)
		return (0);
	db_where(t->node, where, sizeof(where));
	n = strlen(where);
	memcpy(buf, s->p, at);
	store(buf + 2, len - HEAD - (end - at) + 2 + n, 4);
	store(buf + at, n, 2);
	memcpy(buf + at + 2, where, n);
	memcpy(buf + at + 2 + n, s->p + end, len - end);
	snap_put_octets(w, buf, at + 2 + n + len - end, 1);
	return (len);
}

/* What is not sound is the reader's to refuse. */
void
kept_put(struct snap_writer *w, const struct kept *k,
    const struct kept_tunnel *t, enum kept_part part)
{
	const struct sn_kept_rows *r = &t->was->rows[part];
	struct slice s = { k->left[part].map + r->at, r->octets };
	size_t at = t->moved ? where_at(&s, part) : 0, n = 0;

	if (at != 0)
		n = put_moved(w, t, &s, at);
	snap_put_run(w, s.p + n, s.len - n, r->n - (n > 0));
}
