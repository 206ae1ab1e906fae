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
 * Answers in another order, and of those rows alone that fit.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pick.h"

#define WHERES	8	/* conditions: who needs more has a program */

/* A row as it travels: one in memory has room for 72 long values. */
struct kept {
	uint8_t		*body;
	size_t		 len;
};

/* A tunnel's row and those that belong to it. */
struct bundle {
	struct kept	*v;
	size_t		 n;
	char		*by;		/* the value it is sorted by */
	size_t		 seq;		/* as it came */
};

static const struct printer	*inner;
static const char		*sort_by, *where[WHERES];
static size_t			 nwhere, nbundles, room;
static int			 down, refused, dropped;
static struct bundle		*bundles;
static struct mq_row		*total;

int
pick_is_field(const char *key, const char *name, size_t len)
{
	size_t i;

	if (strlen(key) != len)
		return (0);
	for (i = 0; i < len; i++) {
		int a = tolower((unsigned char)key[i]);
		int b = tolower((unsigned char)name[i]);

		if (a != b && !(strchr("-_ ", a) != NULL &&
		    strchr("-_ ", b) != NULL))
			return (0);
	}
	return (1);
}

int
pick_cmp(const char *a, const char *b)
{
	unsigned long long na, nb;
	char *ea, *eb;

	if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b))
		return (strcasecmp(a, b));
	na = strtoull(a, &ea, 10);
	nb = strtoull(b, &eb, 10);
	if (na != nb)
		return (na < nb ? -1 : 1);
	/* 10.1.0.5 and 10.1.0.10: number by number. */
	if (*ea == '.' && *eb == '.')
		return (pick_cmp(ea + 1, eb + 1));
	return (strcasecmp(ea, eb));
}

int
pick_option(int which, const char *text)
{
	if (which == 's') {
		down = text[0] == '-';
		sort_by = text + down;
		if (*sort_by != '\0')
			return (0);
		fprintf(stderr, "ikectl: --sort needs a field\n");
		return (-1);
	}
	if (strchr(text, '=') == NULL || text[0] == '=') {
		fprintf(stderr, "ikectl: --where \"%s\" is not "
		    "FIELD=PATTERN\n", text);
		return (-1);
	}
	if (nwhere == WHERES) {
		fprintf(stderr, "ikectl: more than %d --where\n", WHERES);
		return (-1);
	}
	where[nwhere++] = text;
	return (0);
}

/* The value of a field by its key, or as people see it: "in" is in_bytes. */
static const char *
value_of(const struct mq_row *r, const char *name, size_t len)
{
	char longer[40];
	uint16_t i;

	for (i = 0; i < r->kv_n; i++)
		if (pick_is_field(r->kv[i].k, name, len))
			return (r->kv[i].v);
	if (snprintf(longer, sizeof(longer), "%.*s_bytes", (int)len, name) >=
	    (int)sizeof(longer))
		return (NULL);
	for (i = 0; i < r->kv_n; i++)
		if (pick_is_field(r->kv[i].k, longer, strlen(longer)))
			return (r->kv[i].v);
	return (NULL);
}

static void
no_field(const struct mq_row *r, const char *name, size_t len)
{
	uint16_t i;

	if (refused++)
		return;
	fprintf(stderr, "ikectl: no field \"%.*s\"; there are", (int)len,
	    name);
	for (i = 0; i < r->kv_n; i++)
		fprintf(stderr, "%s %s", i == 0 ? "" : ",", r->kv[i].k);
	fprintf(stderr, "\n");
}

static int
fits(const struct mq_row *r)
{
	const char *eq, *v;
	size_t i;

	for (i = 0; i < nwhere; i++) {
		eq = strchr(where[i], '=');
		v = value_of(r, where[i], (size_t)(eq - where[i]));
		if (v == NULL)
			no_field(r, where[i], (size_t)(eq - where[i]));
		if (v == NULL || fnmatch(eq + 1, v, FNM_CASEFOLD) != 0)
			return (0);
	}
	return (1);
}

static void
keep(struct bundle *b, const struct mq_row *r)
{
	size_t size = wire_max(&wire_mq_row);
	static uint8_t *buf;
	long n;

	if (buf == NULL)
		buf = xcalloc(1, size);
	if ((n = wire_encode(&wire_mq_row, r, buf, size)) == -1)
		return;
	b->v = xreallocarray(b->v, b->n + 1, sizeof(*b->v));
	b->v[b->n].body = xcalloc(1, (size_t)n + 1);
	memcpy(b->v[b->n].body, buf, (size_t)n);
	b->v[b->n++].len = (size_t)n;
}

/* Does it belong to the tunnel's row before it? */
static int
belongs(const char *kind)
{
	return (strcmp(kind, "child") == 0 || strcmp(kind, "peer") == 0 ||
	    strcmp(kind, "child-full") == 0);
}

static void
pick_row(const struct mq_row *r)
{
	const char *v = NULL;
	struct bundle *b;

	if (strcmp(r->kind, "total") == 0) {
		total = xcalloc(1, sizeof(*total));
		*total = *r;
		return;
	}
	if (belongs(r->kind)) {
		if (!dropped && nbundles > 0)
			keep(&bundles[nbundles - 1], r);
		return;
	}
	if ((dropped = !fits(r)))
		return;
	if (sort_by != NULL && (v = value_of(r, sort_by,
	    strlen(sort_by))) == NULL)
		no_field(r, sort_by, strlen(sort_by));
	if (nbundles == room) {
		room = room == 0 ? 64 : 2 * room;
		bundles = xreallocarray(bundles, room, sizeof(*bundles));
	}
	b = &bundles[nbundles];
	memset(b, 0, sizeof(*b));
	b->by = xstrdup(v == NULL ? "" : v);
	b->seq = nbundles++;
	keep(b, r);
}

static int
bundle_cmp(const void *x, const void *y)
{
	const struct bundle *a = x, *b = y;
	int d = pick_cmp(a->by, b->by);

	if (d != 0)
		return (down ? -d : d);
	return (a->seq < b->seq ? -1 : 1);
}

/* What is counted is what is shown. */
static void
count_status(const char *status, const char *peers)
{
	uint16_t i;

	for (i = 0; i < total->kv_n; i++) {
		if (strcmp(total->kv[i].k, "peers") == 0)
			snprintf(total->kv[i].v, sizeof(total->kv[i].v),
			    "%llu", strtoull(total->kv[i].v, NULL, 10) +
			    strtoull(peers, NULL, 10));
		else if (strcasecmp(total->kv[i].k, status) == 0)
			snprintf(total->kv[i].v, sizeof(total->kv[i].v),
			    "%llu", strtoull(total->kv[i].v, NULL, 10) + 1);
	}
}

static void
show(const struct bundle *b)
{
	static struct mq_row row;
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (wire_decode(&wire_mq_row, b->v[i].body, b->v[i].len, &row,
		    NULL) == -1)
			continue;
		if (i == 0 && total != NULL)
			count_status(row_get(&row, "status", ""),
			    row_get(&row, "peers", "0"));
		inner->row(&row);
	}
}

static void
pick_end(const struct mq_done *d)
{
	struct mq_done bad;
	size_t i;

	if (refused) {
		bad = *d;
		bad.status = CTL_USAGE;
		bad.text[0] = '\0';
		inner->end(&bad);
		exit(CTL_USAGE);
	}
	if (sort_by != NULL && nbundles > 1)
		qsort(bundles, nbundles, sizeof(*bundles), bundle_cmp);
	for (i = 0; total != NULL && i < total->kv_n; i++)
		strlcpy(total->kv[i].v, "0", sizeof(total->kv[i].v));
	for (i = 0; i < nbundles; i++)
		show(&bundles[i]);
	if (total != NULL)
		inner->row(total);
	inner->end(d);
}

static const struct printer picked = { pick_row, pick_end };

const struct printer *
pick_printer(const struct printer *out)
{
	if (sort_by == NULL && nwhere == 0)
		return (out);
	inner = out;
	return (&picked);
}
