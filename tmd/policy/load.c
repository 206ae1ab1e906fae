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
 * A load from beginning to end: tree, includes, model, meaning, checks,
 * numbers.
 */

#include <stdlib.h>
#include <string.h>

#include "as_user.h"
#include "check.h"
#include "db.h"
#include "db_image.h"
#include "digest.h"
#include "filter.h"
#include "include.h"
#include "kept.h"
#include "load.h"
#include "resolve.h"
#include "setters.h"

void
load_init(struct load *l, int dirfd, const char *dir)
{
	memset(l, 0, sizeof(*l));
	l->ps.arena = &l->arena;
	l->lim.nodes = YAML_NODES;
	l->octets = YAML_SIZE;
	l->dirfd = dirfd;
	l->dir = dir;
	l->userspace = 1;
	l->objects = "";
}

void
load_old_numbers(struct load *l, const char *text, size_t len)
{
	numbers_parse(&l->arena, &l->ps, text, len, &l->numbers);
}

void
load_database(struct load *l, const char *now, size_t now_len,
    const char *old, size_t old_len)
{
	static const struct place nowhere;
	const char *why, *warn;
	struct db_image im;

	why = db_image_pick(&l->arena, now, now_len, old, old_len, &im,
	    &warn);
	if (why != NULL) {
		problem_error(&l->ps, nowhere, "%s", why);
		return;
	}
	l->damaged = warn != NULL;
	if (warn != NULL)
		problem_warn(&l->ps, nowhere, "%s", warn);
	if (l->kept != NULL && now != NULL && warn == NULL &&
	    memcmp(kept_state(l->kept), db_image_sum(now, now_len),
	    DB_SUM) == 0) {
		l->later.p = (const uint8_t *)im.numbers;
		l->later.len = im.numbers_len;
	} else
		load_old_numbers(l, im.numbers, im.numbers_len);
	l->objects = im.objects;
	l->objects_len = im.objects_len;
}

char *
load_state(struct load *l, const char *now, size_t now_len, size_t *len)
{
	struct db_image im;
	char *text;

	im.numbers = numbers_print(&l->arena, &l->po, &im.numbers_len);
	im.objects = l->po.objects;
	im.objects_len = l->po.objects_len;
	text = db_image_write(&l->arena, &im, len);
	memcpy(l->state, db_image_sum(text, *len), sizeof(l->state));
	return (now != NULL && *len == now_len &&
	    memcmp(text, now, *len) == 0 ? NULL : text);
}

/* Those of the database, unless all are known. */
static void
give_numbers(struct load *l, struct reader *r)
{
	if (l->later.p != NULL && l->kept != NULL &&
	    kept_numbered(l->kept, &l->po)) {
		numbers_reqids(r);
		return;
	}
	if (l->later.p != NULL)
		load_old_numbers(l, (const char *)l->later.p, l->later.len);
	numbers_assign(r, &l->numbers);
	kept_numbers(r);
}

static void
interpret(struct load *l, const struct node *root)
{
	struct reader r = { .arena = &l->arena, .ps = &l->ps, .po = &l->po };

	kept_key(l, root, l->key);
	if (l->lim.reused > 0 && !kept_same(l->kept, l->key)) {
		l->unsure = 1;
		return;
	}
	l->po.left = l->kept;
	read_policy(&r, root);
	l->po.userspace = l->po.dataplane == 0 ? l->userspace :
	    l->po.dataplane == 1;
	resolve_policy(&r);
	check_policy(&r);
	check_token(&r, l->checking);
	look_for_vrfs(&r, l->checking);
	as_user(0);	/* root's files, which certd-sign is given */
	check_files(&r, l->dirfd, l->dir, l->checking);
	as_user(l->as_user);
	cert_files(&r, l->dirfd, l->dir);
	digest_policy(&r);
	check_apart_rules(&r);
	give_numbers(l, &r);
	l->unsure = r.unsure;
	filters_check(&r);
	if (l->ps.errors == 0)
		filters_compile(&r);
}

static int
finish(struct load *l, const struct source *src)
{
	struct node *root;

	root = include_read(l, src);
	if (root != NULL && db_apply(l, root))
		interpret(l, root);
	problems_sort(&l->ps);
	return (l->ps.errors == 0);
}

int
load_text(struct load *l, const char *name, const char *rel,
    const char *text, size_t len)
{
	return (finish(l, include_source(l, name, rel, text, len)));
}

static int
whole(struct load *l, const char *name, const char *rel, int beneath)
{
	const struct source *src = include_open(l, name, rel, beneath);

	as_user(l->as_user);
	if (src == NULL) {
		problems_sort(&l->ps);
		return (0);
	}
	return (finish(l, src));
}

static void
drop(struct load *l)
{
	hash_free(&l->po.ike_policies);
	hash_free(&l->po.ppk_ids);
	hash_free(&l->po.child_policies);
	hash_free(&l->po.group_names);
	free(l->po.files);
	problems_free(&l->ps);
}

/* Anew, with nothing kept, as if there had been no load since was. */
static int
again(struct load *l, struct load *was, const char *name, const char *rel,
    int beneath)
{
	unsigned int i;

	drop(l);
	was->arena = l->arena;
	*l = *was;
	l->kept = NULL;
	for (i = 0; i < l->numbers.n; i++)
		l->numbers.v[i].used = 0;
	return (whole(l, name, rel, beneath));
}

int
load_file(struct load *l, const char *name, const char *rel, int beneath)
{
	struct load was = *l;
	int ok;

	/* What is told is told of everything. */
	if (l->kept != NULL && l->objects_len == 0 && l->ps.errors +
	    l->ps.warnings == 0 && (l->change == NULL ||
	    l->change->how == CHANGE_NONE))
		l->lim.kept = l->kept;
	ok = whole(l, name, rel, beneath);
	if (l->lim.reused > 0 && (l->unsure || l->ps.errors +
	    l->ps.warnings > 0))
		return (again(l, &was, name, rel, beneath));
	return (ok);
}

void
load_free(struct load *l)
{
	drop(l);
	arena_free(&l->arena);
}
