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

/* What becomes of a tunnel that was translated, and its secret's name. */
#include <err.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_put.h"

#define NAME_TRIES	10000

/* name, or name-2, name-3: one that map has not yet. */
static void
free_name(struct yn *map, const char *name, char out[80])
{
	char mine[65];
	unsigned int n;

	put_name(name, mine);
	(void)strlcpy(out, mine, 80);
	for (n = 2; yn_has(map, out) && n < NAME_TRIES; n++)
		snprintf(out, 80, "%.58s-%u", mine, n);
}

struct yn *
imp_child(struct yn *tunnel, const char *name)
{
	struct yn *children = yn_map(tunnel, "children");
	char mine[80];

	free_name(children, name, mine);
	return (yn_map(children, mine));
}

/* Tunnels by what a peer sees of them: their ends without the keys. */
struct ends {
	char		*text;
	struct yn	*tunnel;
};

static int
by_text(const void *a, const void *b)
{
	return (strcmp(((const struct ends *)a)->text,
	    ((const struct ends *)b)->text));
}

static void
ends_free(void *p)
{
	struct ends *e = p;

	free(e->text);
	free(e);
}

void
imp_take_end(struct imp *im)
{
	tdestroy(im->ends, ends_free);
	im->ends = NULL;
}

static char *
text_of(struct yn *t)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		err(1, "import");
	yn_print_but(yn_map(t, "local"), "auth", f);
	fputc('\n', f);
	yn_print_but(yn_map(t, "remote"), "auth", f);
	if (fclose(f) != 0)
		err(1, "import");
	return (text);
}

/* The tunnel that a peer could not tell from t; t from now on, if none. */
static struct yn **
with_ends_of(struct imp *im, struct yn *t)
{
	struct ends *e = calloc(1, sizeof(*e)), **place;

	if (e == NULL)
		err(1, "import");
	e->text = text_of(t);
	if ((place = tsearch(e, &im->ends, by_text)) == NULL)
		err(1, "import");
	if (*place != e)
		ends_free(e);
	return (&(*place)->tunnel);
}

static void
join(struct imp *im, const struct conf_sec *sec, struct yn *to,
    struct yn *from)
{
	struct yn *from_children = yn_map(from, "children"), *c, *next;
	const char *start = yn_get(from, "start");
	const char *first = yn_get(to, "start");
	char name[65];

	if (!yn_same(yn_map(from, "policy"), yn_map(to, "policy"), "") ||
	    !yn_same(yn_map(from, "local"), yn_map(to, "local"), "") ||
	    !yn_same(yn_map(from, "remote"), yn_map(to, "remote"), ""))
		imp_note(im, sec->file, sec->line, "%.100s: one IKE SA "
		    "serves it and \"%.64s\", whose policy and "
		    "authentication it gets", sec->name, yn_key(to));
	for (c = yn_first(from_children); c != NULL; c = next) {
		next = yn_next(c);
		if (start != NULL && (first == NULL ||
		    strcmp(start, first) != 0))
			yn_set(c, "start", "%s", start);
		(void)strlcpy(name, yn_key(c), sizeof(name));
		yn_move(yn_cut(from_children, c), yn_map(to, "children"),
		    yn_key(imp_child(to, name)));
		im->children++;
	}
	yn_free(from);
}

void
imp_take(struct imp *im, const struct conf_sec *sec, struct yn *t)
{
	struct yn *tunnels = yn_map(im->out, "tunnels"), **other, *c;
	char name[80];

	if (im->refused) {
		im->left++;
		yn_free(t);
		return;
	}
	if (*(other = with_ends_of(im, t)) != NULL) {
		join(im, sec, *other, t);
		return;
	}
	free_name(tunnels, sec->name, name);
	for (c = yn_first(yn_map(t, "children")); c != NULL; c = yn_next(c))
		im->children++;
	yn_move(t, tunnels, name);
	*other = yn_map(tunnels, name);
	im->tunnels++;
}

/* The same for a secret, among the others' files. */
static void
name_secret(struct imp *im, struct imp_secret *s, const char *mine)
{
	const struct imp_secret *o;
	unsigned int n;

	(void)strlcpy(s->name, mine, sizeof(s->name));
	for (n = 2; n < NAME_TRIES; n++) {
		TAILQ_FOREACH(o, &im->secrets, entry)
			if (o != s && strcmp(o->name, s->name) == 0)
				break;
		if (o == NULL)
			return;
		snprintf(s->name, sizeof(s->name), "%.58s-%u", mine, n);
	}
}

void
imp_psk(struct imp *im, const struct conf_sec *sec, const char *local,
    const char *remote, char *out)
{
	struct imp_secret *s = imp_secret_for(im, local, remote);
	char mine[65];

	put_name(sec->name, mine);
	if (s == NULL) {
		(void)strlcpy(out, mine, 65);
		imp_secret_missing(im, local, remote, mine);
		imp_note(im, sec->file, sec->line, "%.100s: no secret was "
		    "found for it: put the key into psk/%s, or name its file "
		    "by --secrets", sec->name, mine);
		return;
	}
	if (s->name[0] == '\0')
		name_secret(im, s, mine);
	(void)strlcpy(out, s->name, 65);
}
