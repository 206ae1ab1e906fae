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
 * db get, db export: the objects of the policy that holds, out of its
 * snapshot, which nobody decodes before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_verbs.h"
#include "log.h"
#include "policy_now.h"
#include "snap.h"

#define LINE_ROOM	500	/* octets in one row; proto_ctl.h has 511 */

static struct mq_row row;

/* Where a request is. */
struct reading {
	uint64_t	 commits;	/* when it began */
	size_t		 i;		/* row */
	size_t		 at;		/* octet of its text */
	char		 want[256];	/* KIND, KIND/NAME; "": all */
	int		 text;		/* what is asked for is one's text */
	int		 whole;		/* that of the database */
	unsigned int	 found;
	struct sn_object o;
};

int
ctl_object_where(const char *kind, const char *name, char *out, size_t size)
{
	const struct snap_rows *rows = policy_now()->rows;
	static struct sn_object o;
	size_t i;

	for (i = 0; rows != NULL && i < snap_rows_count(rows); i++)
		if (snap_rows_type(rows, i) == SNAP_OBJECT &&
		    snap_rows_decode(rows, i, &o) == NULL &&
		    strcmp(o.kind, kind) == 0 && strcmp(o.name, name) == 0) {
			strlcpy(out, o.where, size);
			return (0);
		}
	return (-1);
}

/* A line of the text, or what fits of it. */
static void
line_out(struct ctl_req *r, struct reading *g)
{
	const char *p = (const char *)g->o.text.p + g->at, *nl;
	size_t left = g->o.text.len - g->at, n;
	char line[LINE_ROOM + 1];
	int whole;

	nl = memchr(p, '\n', left);
	n = nl != NULL ? (size_t)(nl - p) : left;
	if ((whole = n <= LINE_ROOM && nl != NULL) == 0 && n > LINE_ROOM)
		for (n = LINE_ROOM; n > 1 &&
		    ((unsigned char)p[n] & 0xc0) == 0x80; n--)
			;
	memcpy(line, p, n);
	line[n] = '\0';
	g->at += n + (whole ? 1 : 0);
	ctl_row_new(&row, r->id, "text");
	/* An empty value would be left out. */
	ctl_row_str(&row, whole ? "line" : "part", n == 0 ? " " : line);
	ctl_row(r, &row);
}

static int
matches(const struct reading *g)
{
	size_t n = strlen(g->o.kind);

	if (g->whole || g->o.kind[0] == '\0')
		return (g->whole && g->o.kind[0] == '\0');
	if (g->want[0] == '\0' || strcmp(g->want, g->o.kind) == 0)
		return (1);
	return (strncmp(g->want, g->o.kind, n) == 0 && g->want[n] == '/' &&
	    strcmp(g->want + n + 1, g->o.name) == 0);
}

static void
head_out(struct ctl_req *r, struct reading *g)
{
	if (g->found++ > 0 && g->text)
		return;			/* a further piece */
	ctl_row_new(&row, r->id, g->text ? "origin" : "entry");
	ctl_row_fmt(&row, "object", "%s/%s", g->o.kind, g->o.name);
	ctl_row_str(&row, "origin", g->o.where);
	ctl_row(r, &row);
}

static void
end_of(struct ctl_req *r, const struct reading *g)
{
	if (g->found == 0 && g->want[0] != '\0')
		ctl_done(r, CTL_REFUSED, "%s: there is no such object; "
		    "ikectl db get lists them", g->want);
	else
		ctl_done(r, CTL_OK, "%s", "");
}

/* The next row, decoded if it is one that counts. */
static int
next_row(struct reading *g, const struct snap_rows *rows)
{
	for (; g->i < snap_rows_count(rows); g->i++)
		if (snap_rows_type(rows, g->i) == SNAP_OBJECT &&
		    snap_rows_decode(rows, g->i, &g->o) == NULL &&
		    matches(g))
			return (1);
	return (0);
}

static int
produce(struct ctl_req *r)
{
	const struct policy *p = policy_now();
	struct reading *g = r->own;

	if (policy_commits() != g->commits) {
		ctl_done(r, CTL_REFUSED, "the policy was reloaded meanwhile: "
		    "try again");
		return (0);
	}
	if (g->at > 0 && g->at < g->o.text.len) {
		line_out(r, g);
		return (1);
	}
	if (g->at > 0)
		g->i++;
	g->at = 0;
	if (p->rows == NULL || !next_row(g, p->rows)) {
		end_of(r, g);
		return (0);
	}
	if (!g->whole && (g->text || g->o.last))
		head_out(r, g);
	if ((g->text || g->whole) && g->o.text.len > 0)
		line_out(r, g);
	else
		g->i++;
	return (1);
}

static struct reading *
begin(struct ctl_req *r)
{
	struct reading *g = xcalloc(1, sizeof(*g));

	g->commits = policy_commits();
	r->own = g;
	return (g);
}

/* Has it a name behind its kind? */
static int
has_name(const char *object)
{
	const char *slash = strchr(object, '/');

	if (slash != NULL && strncmp(object, "policies/", 9) == 0)
		slash = strchr(slash + 1, '/');
	return (slash != NULL);
}

void
ctl_db_get(struct ctl_req *r)
{
	struct reading *g;

	if (r->m->args_n > 1) {
		ctl_done(r, CTL_USAGE, "usage: db get [KIND[/NAME]]");
		return;
	}
	g = begin(r);
	if (r->m->args_n == 1)
		strlcpy(g->want, r->m->args[0].w, sizeof(g->want));
	g->text = has_name(g->want);
	ctl_produce(r, produce);
}

void
ctl_db_export(struct ctl_req *r)
{
	begin(r)->whole = 1;
	ctl_produce(r, produce);
}
