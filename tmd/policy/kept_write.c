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
 * What this load leaves for the next.
 */

#include <link.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "db.h"
#include "digest.h"
#include "kept.h"
#include "resolve.h"
#include "roles.h"
#include "snap.h"

/* Octets that are put together. */
struct text {
	uint8_t	*p;
	size_t	 len;
	size_t	 size;
};

static void
add(struct text *t, const void *p, size_t len)
{
	if (t->size - t->len < len) {
		t->size = 2 * t->size + len;
		t->p = xreallocarray(t->p, t->size, 1);
	}
	if (len > 0)
		memcpy(t->p + t->len, p, len);
	t->len += len;
}

/* What is mapped of the executable and never written to. */
static int
add_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	const ElfW(Phdr) *h;
	uint8_t sum[32];
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		h = &info->dlpi_phdr[i];
		if (h->p_type != PT_LOAD || (h->p_flags & PF_R) == 0 ||
		    (h->p_flags & PF_W) != 0)
			continue;
		digest_octets((const void *)(info->dlpi_addr + h->p_vaddr),
		    h->p_filesz, sum);
		add(arg, sum, sizeof(sum));
	}
	return (1);		/* it is the first */
}

void
kept_build(uint8_t out[32])
{
	static uint8_t build[32];
	static int made;
	struct text t = { NULL, 0, 0 };
	const char *v;

	if (!made) {
		(void)dl_iterate_phdr(add_program, &t);
		v = OpenSSL_version(OPENSSL_VERSION);
		add(&t, v, strlen(v));
		v = OpenSSL_version(OPENSSL_BUILT_ON);
		add(&t, v, strlen(v));
		digest_octets(t.p, t.len, build);
		free(t.p);
		made = 1;
	}
	memcpy(out, build, sizeof(build));
}

/* A node and what is below it, without places. */
static void
add_node(struct text *t, const struct node *n)
{
	const uint32_t head[3] = { n->kind, n->quoted,
	    n->kind == NODE_SCALAR ? n->len : n->n };
	const struct node *e;

	add(t, head, sizeof(head));
	if (n->kind == NODE_SCALAR)
		add(t, n->text, n->len);
	for (e = n->first; e != NULL; e = e->next) {
		if (e->key != NULL)
			add_node(t, e->key);
		add_node(t, e);
	}
}

void
kept_key(const struct load *l, const struct node *root, uint8_t key[32])
{
	const uint8_t plane = (uint8_t)l->userspace;
	struct text t = { NULL, 0, 0 };
	const struct node *n;

	add(&t, &plane, sizeof(plane));
	for (n = root->first; n != NULL; n = n->next) {
		add_node(&t, n->key);
		if (strcmp(n->key->text, "tunnels") != 0)
			add_node(&t, n);
	}
	digest_octets(t.p, t.len, key);
	free(t.p);
}

static int
lane_empty(const struct lane *l)
{
	return (l->interface == NULL && l->if_id == 0 && l->mark_mask == 0);
}

/* One round, by a pre-shared key. */
static int
psk_alone(const struct auth *a)
{
	return (a != NULL && a->kind == AUTHK_PSK && a->next == NULL);
}

/* Is nothing in it that other tunnels, or files, have a say in? */
static int
plain(const struct tunnel *t)
{
	const struct child *c;
	unsigned int i;

	if (t->node->block == NULL || t->keying || t->tcp != TCP_NO ||
	    !psk_alone(t->ours) || !psk_alone(t->theirs) ||
	    !lane_empty(&t->lane) || t->number >= 1U << 23)
		return (0);
	for (i = 0; i < t->nchildren; i++) {
		c = &t->children[i];
		if (c->action != ACTION_PROTECT || !lane_empty(&c->lane))
			return (0);
	}
	return (1);
}

/* A problem may be the file's next time, and filters know of tunnels. */
void
kept_begin(struct load *l)
{
	struct policy *po = &l->po;

	if (l->ps.errors + l->ps.warnings > 0 || l->objects_len > 0 ||
	    po->objects_len > 0 || po->at[TOP_FILTERS] != NULL ||
	    po->at[TOP_PKCS11] != NULL)
		return;
	po->marks = arena_alloc(&l->arena, (po->ntunnels + po->nkept + 1) *
	    sizeof(*po->marks));
}

static uint32_t
lines_behind(const char *text, size_t len)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i + 1 < len; i++)
		n += text[i] == '\n';
	return (n);
}

static struct slice
copy(struct arena *a, const struct text *t)
{
	struct slice s = { (const uint8_t *)arena_copy(a, (const char *)t->p,
	    t->len), t->len };

	return (s);
}

/* What it has to do with others. */
static void
fill_others(struct load *l, const struct tunnel *t, struct text *x,
    struct sn_kept *row)
{
	const struct auth *const sides[] = { t->ours, t->theirs };
	uint8_t len[2], *key;
	unsigned int i, k;
	size_t n;

	row->apart = check_apart_key(&l->arena, t);
	x->len = 0;
	for (i = 0; i < t->nchildren; i++) {
		if ((key = check_owner_key(&l->arena, &t->children[i], &n)) ==
		    NULL)
			continue;
		len[0] = (uint8_t)(n >> 8);
		len[1] = (uint8_t)n;
		add(x, len, sizeof(len));
		add(x, key, n);
	}
	row->owners = copy(&l->arena, x);
	x->len = 0;
	for (i = 0; i < 2; i++)
		for (k = 0; k < sides[i]->psks.n; k++)
			add(x, sides[i]->psks.v[k],
			    strlen(sides[i]->psks.v[k]) + 1);
	row->psks = copy(&l->arena, x);
}

static void
fill(struct load *l, const struct tunnel *t, struct text *x,
    struct sn_kept *row)
{
	const struct tree_block *b = t->node->block;

	memset(row, 0, sizeof(*row));
	strlcpy(row->name, t->name, sizeof(row->name));
	row->text.p = (const uint8_t *)b->text;
	row->text.len = b->len;
	row->nodes = (uint32_t)b->nodes;
	row->lines = lines_behind(b->text, b->len);
	row->number = (uint32_t)t->number;
	row->fixed = t->at[T_NUMBER] != NULL;
	memcpy(row->digest, t->digest, sizeof(row->digest));
	fill_others(l, t, x, row);
}

/* Is none of it too large to be kept? */
static int
fits(const struct sn_kept *row)
{
	unsigned int i;

	for (i = 0; i < KEPT_PARTS; i++)
		if (row->rows[i].octets > KEPT_OCTETS)
			return (0);
	return (row->text.len <= KEPT_OCTETS &&
	    row->apart.len <= KEPT_OCTETS &&
	    row->owners.len <= KEPT_OCTETS && row->psks.len <= KEPT_OCTETS);
}

static void
put(struct snap_writer *w, const struct kept_mark *m, const struct node *n,
    struct sn_kept *row)
{
	char where[256];

	db_where(n, where, sizeof(where));
	row->where.p = (const uint8_t *)where;
	row->where.len = strlen(where);
	memcpy(row->rows, m->rows, sizeof(row->rows));
	row->rows_n = KEPT_PARTS;
	if (fits(row))
		snap_put(w, SNAP_KEPT, row);
}

static void
put_kept(struct snap_writer *w, const struct kept_mark *m,
    const struct kept_tunnel *t)
{
	struct sn_kept row = *t->was;

	put(w, m, t->node, &row);
}

/* In the order of the file, as are the marks. */
static void
put_all(struct load *l, struct snap_writer *w)
{
	const struct policy *po = &l->po;
	struct text x = { NULL, 0, 0 };
	unsigned int i = 0, k = 0;
	const struct kept_mark *m;
	struct sn_kept row;

	while (i < po->ntunnels || k < po->nkept) {
		m = &po->marks[i + k];
		if (k < po->nkept && po->kept[k].before == i)
			put_kept(w, m, &po->kept[k++]);
		else if (plain(&po->tunnels[i++])) {
			fill(l, &po->tunnels[i - 1], &x, &row);
			put(w, m, po->tunnels[i - 1].node, &row);
		}
	}
	free(x.p);
}

int
kept_write(struct load *l, uint32_t generation)
{
	struct snap_writer *w = snap_open(ROLE_POLICY, generation);
	struct sn_kept_head head;

	memset(&head, 0, sizeof(head));
	kept_build(head.build);
	memcpy(head.key, l->key, sizeof(head.key));
	memcpy(head.state, l->state, sizeof(head.state));
	snap_put(w, SNAP_KEPT_HEAD, &head);
	if (l->po.marks != NULL)
		put_all(l, w);
	return (snap_close(w));
}
