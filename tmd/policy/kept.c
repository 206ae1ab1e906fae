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

#include <string.h>

#include "db.h"
#include "kept.h"
#include "roles.h"
#include "snap.h"

#define HEAD	6		/* octets of a row's: type, length */

struct kept {
	struct sn_kept_head	 head;
	struct hash		 names;		/* struct sn_kept */
	struct snap_rows	*rows;
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
rows_sound(const struct slice *s)
{
	const struct snap_kind *k;
	size_t at, n;

	for (at = 0; at < s->len; at += 6 + n)
		if (snap_frame(s->p + at, s->len - at, &k, &n) != NULL)
			return (0);
	return (1);
}

/* Is that line there, in the first row? */
static int
where_sound(const struct slice *s, enum kept_part part)
{
	size_t at = where_at(s, part), end;

	return (at != 0 && (end = behind(s, at, 1)) != 0 &&
	    end <= HEAD + first_len(s));
}

static int
sound(const struct sn_kept *t)
{
	const struct slice *s;
	unsigned int i;

	if (t->rows_n != KEPT_PARTS || t->text.len == 0 || t->number == 0 ||
	    (t->psks.len > 0 && t->psks.p[t->psks.len - 1] != '\0'))
		return (0);
	for (i = 0; i < KEPT_PARTS; i++) {
		s = &t->rows[i].octets;
		if (!rows_sound(s) || ((i == KEPT_TMD || i == KEPT_OBJECT) &&
		    !where_sound(s, i)))
			return (0);
	}
	return (1);
}

static int
take(struct arena *a, struct kept *k, const struct snap_rows *rows, size_t i)
{
	struct sn_kept *t;

	if (snap_rows_type(rows, i) != SNAP_KEPT)
		return (-1);
	t = arena_alloc(a, sizeof(*t));
	if (snap_rows_decode(rows, i, t) != NULL || !sound(t))
		return (-1);
	return (hash_put(&k->names, t->name, strlen(t->name), t) != NULL ?
	    -1 : 0);
}

struct kept *
kept_open(struct arena *a, int fd)
{
	struct kept *k = arena_alloc(a, sizeof(*k));
	uint8_t build[32];
	const char *why;
	size_t i = 0, n;

	if ((k->rows = snap_rows_open(fd, ROLE_POLICY, snap_generation(fd),
	    &why)) == NULL)
		return (NULL);
	kept_build(build);
	n = snap_rows_count(k->rows);
	if (n > 1 && snap_rows_type(k->rows, 0) == SNAP_KEPT_HEAD &&
	    snap_rows_decode(k->rows, 0, &k->head) == NULL &&
	    memcmp(k->head.build, build, sizeof(build)) == 0)
		for (i = 1; i < n && take(a, k, k->rows, i) == 0; i++)
			;
	if (i == n)
		return (k);
	kept_close(k);
	return (NULL);
}

void
kept_close(struct kept *k)
{
	if (k == NULL)
		return;
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

/* Nothing of it is resolved or checked again: as if that were told. */
void
kept_entry(const struct node *v, struct tunnel *t)
{
	const struct sn_kept *was = v->block->kept;

	memset(t, 0, sizeof(*t));
	t->name = v->key->text;
	t->node = v;
	t->kept = was;
	t->broken = 1;
	memcpy(t->digest, was->digest, sizeof(t->digest));
	if (was->fixed) {
		t->number = was->number;
		t->at[T_NUMBER] = v;
	}
}

void
kept_numbers(struct reader *r)
{
	const struct tunnel *t;
	unsigned int i;

	for (i = 0; i < r->po->ntunnels; i++) {
		t = &r->po->tunnels[i];
		if (t->kept != NULL && t->number != t->kept->number)
			r->unsure = 1;
	}
}

static void
store(uint8_t *p, size_t v, unsigned int n)
{
	while (n-- > 0)
		*p++ = (uint8_t)(v >> (8 * n));
}

void
kept_put(struct snap_writer *w, const struct tunnel *t, enum kept_part part)
{
	const struct slice *s = &t->kept->rows[part].octets;
	uint8_t buf[KEPT_OCTETS + 256];
	size_t at = where_at(s, part), end, n;
	char where[256];

	if (at == 0) {
		snap_put_framed(w, s->p, s->len);
		return;
	}
	end = behind(s, at, 1);
	db_where(t->node, where, sizeof(where));
	n = strlen(where);
	memcpy(buf, s->p, at);
	store(buf + 2, first_len(s) - (end - at) + 2 + n, 4);
	store(buf + at, n, 2);
	memcpy(buf + at + 2, where, n);
	memcpy(buf + at + 2 + n, s->p + end, s->len - end);
	snap_put_framed(w, buf, at + 2 + n + s->len - end);
}
