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
 * Answers for programs.  One document: {"rows": [...], "status": n,
 * "text": "..."}; each row is an object with its "kind".  `monitor` prints
 * one object a line.  Counters, times and the like are numbers; truths are
 * true and false; the rest is text.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ikectl.h"

static json_t *rows;

/* Keys whose digits are names, not amounts. */
static int
is_name(const char *k)
{
	static const char *const names[] = { "no", "name", "tunnel", "note",
	    "local", "remote", "spi_i", "spi_r", "spi_in", "spi_out", "text",
	    "digest", "child", "serial", "number", "fingerprint", "subject",
	    "issuer", "object", "origin", "line", "part", "was", "is" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], k) == 0)
			return (1);
	return (0);
}

static int
is_truth(const char *k)
{
	static const char *const truths[] = { "ok", "warning", "initiator",
	    "pfs", "passphrase", "delta", "changed" };
	size_t i;

	for (i = 0; i < sizeof(truths) / sizeof(truths[0]); i++)
		if (strcmp(truths[i], k) == 0)
			return (1);
	return (0);
}

static json_t *
value(const struct wt_kv *kv)
{
	size_t n = strspn(kv->v, "0123456789");

	if (n > 0 && n < 19 && kv->v[n] == '\0' && !is_name(kv->k))
		return (json_integer(strtoll(kv->v, NULL, 10)));
	if (is_truth(kv->k))
		return (json_boolean(strcmp(kv->v, "yes") == 0));
	return (json_string(kv->v));
}

static json_t *
object(const struct mq_row *r)
{
	json_t *o = json_object();
	size_t i;

	json_object_set_new(o, "kind", json_string(r->kind));
	for (i = 0; i < r->kv_n; i++)
		json_object_set_new(o, r->kv[i].k, value(&r->kv[i]));
	return (o);
}

static void
row(const struct mq_row *r)
{
	if (rows == NULL)
		rows = json_array();
	json_array_append_new(rows, object(r));
}

static void
end(const struct mq_done *d)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "rows", rows != NULL ? rows : json_array());
	json_object_set_new(doc, "status", json_integer(d->status));
	json_object_set_new(doc, "text", json_string(d->text));
	json_dumpf(doc, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(doc);
}

static void
row_line(const struct mq_row *r)
{
	json_t *o = object(r);

	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(o);
}

static void
end_line(const struct mq_done *d)
{
	if (d->status != CTL_OK)
		fprintf(stderr, "ikectl: %s\n", d->text);
}

const struct printer print_json = { row, end };
const struct printer print_json_lines = { row_line, end_line };
