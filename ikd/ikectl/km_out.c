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
 * What the key manager prints: rows, warnings and a closing sentence; as
 * text for people, or as one JSON document for programs.
 */
#include <jansson.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "km.h"
#include "log.h"

#define SENTENCE	1024
#define COLUMNS		16

static json_t *rows, *row, *warnings;
static char sentence[SENTENCE];
static int failing;	/* it says what failed */
static int object_out;	/* the standard output has an object: no words */

/* Our own bug, or no memory: never a half-told row. */
static void
set(json_t *to, const char *key, json_t *v)
{
	if (v == NULL || json_object_set_new(to, key, v) != 0)
		fatal("no JSON for %s", key);
}

void
out_row(const char *kind)
{
	if (rows == NULL && (rows = json_array()) == NULL)
		fatal("no memory");
	if ((row = json_object()) == NULL ||
	    json_array_append_new(rows, row) != 0)
		fatal("no memory");
	set(row, "kind", json_string(kind));
}

void
out_text(const char *key, const char *fmt, ...)
{
	char *s, *safe;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		fatal("no memory");
	va_end(ap);
	/* Names in certificates are other people's. */
	n = strlen(s) + 1;
	if ((safe = malloc(n)) == NULL)
		fatal("no memory");
	wire_text_copy(safe, n, s);
	set(row, key, json_string(safe));
	free(safe);
	free(s);
}

void
out_number(const char *key, long long v)
{
	set(row, key, json_integer(v));
}

void
out_truth(const char *key, int v)
{
	set(row, key, json_boolean(v));
}

void
out_item(const char *key, const char *v)
{
	json_t *a = json_object_get(row, key);
	char *safe;

	if (a == NULL) {
		a = json_array();
		set(row, key, a);
	}
	if (v == NULL)
		return;
	if ((safe = malloc(strlen(v) + 1)) == NULL)
		fatal("no memory");
	wire_text_copy(safe, strlen(v) + 1, v);
	if (json_array_append_new(a, json_string(safe)) != 0)
		fatal("no memory");
	free(safe);
}

void
out_say(const char *fmt, ...)
{
	char raw[SENTENCE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	wire_text_copy(sentence, sizeof(sentence), raw);
	failing = 0;
}

void
out_warn(const char *fmt, ...)
{
	char raw[SENTENCE], s[SENTENCE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	wire_text_copy(s, sizeof(s), raw);
	fprintf(stderr, "%s\n", s);
	if (warnings == NULL && (warnings = json_array()) == NULL)
		fatal("no memory");
	if (json_array_append_new(warnings, json_string(s)) != 0)
		fatal("no memory");
}

static void
failed(const char *fmt, va_list ap, const char *reason)
{
	char raw[SENTENCE];
	size_t n;

	vsnprintf(raw, sizeof(raw), fmt, ap);
	n = strlen(raw);
	if (reason != NULL)
		snprintf(raw + n, sizeof(raw) - n, ": %s", reason);
	/* The first failure is the reason; what follows from it is not. */
	if (!failing)
		wire_text_copy(sentence, sizeof(sentence), raw);
	failing = 1;
}

int
fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	failed(fmt, ap, NULL);
	va_end(ap);
	ERR_clear_error();
	return (-1);
}

static int words_failed;

int
fail_words(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	failed(fmt, ap, NULL);
	va_end(ap);
	words_failed = 1;
	return (-1);
}

int
failed_words(void)
{
	return (words_failed);
}

int
fail_ssl(const char *fmt, ...)
{
	unsigned long e = ERR_peek_last_error();
	va_list ap;

	va_start(ap, fmt);
	failed(fmt, ap, e != 0 ? ERR_reason_error_string(e) : NULL);
	va_end(ap);
	ERR_clear_error();
	return (-1);
}

void
out_forget(void)
{
	sentence[0] = '\0';
	failing = 0;
}

int
out_failing(void)
{
	return (failing);
}

/* A value as a table's cell; lists with blanks between. */
static void
cell(const json_t *v, char *out, size_t size)
{
	const json_t *e;
	size_t i, n = 0;

	out[0] = '\0';
	if (json_is_string(v))
		snprintf(out, size, "%s", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(out, size, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		snprintf(out, size, "%s", json_is_true(v) ? "yes" : "no");
	else if (json_is_array(v))
		json_array_foreach(v, i, e) {
			snprintf(out + n, size - n, "%s%s", i > 0 ? "; " : "",
			    json_string_value(e));
			n = strlen(out);
		}
}

/* Columns are the keys of the first row; the last one is not padded. */
static void
print_table_of(FILE *to, size_t from)
{
	const json_t *v, *first = json_array_get(rows, from), *r;
	const char *k, *cols[COLUMNS];
	int width[COLUMNS];
	char text[2048];
	size_t i, c, n = 0;

	json_object_foreach((json_t *)(uintptr_t)first, k, v)
		if (strcmp(k, "kind") != 0 && n < COLUMNS)
			cols[n++] = k;
	for (c = 0; c < n; c++) {
		width[c] = (int)strlen(cols[c]);
		for (i = from; (r = json_array_get(rows, i)) != NULL; i++) {
			cell(json_object_get(r, cols[c]), text, sizeof(text));
			if ((int)strlen(text) > width[c])
				width[c] = (int)strlen(text);
		}
	}
	for (c = 0; c < n; c++)
		fprintf(to, "%-*s%s", c + 1 < n ? width[c] : 0, cols[c],
		    c + 1 < n ? "  " : "\n");
	for (i = from; (r = json_array_get(rows, i)) != NULL; i++)
		for (c = 0; c < n; c++) {
			cell(json_object_get(r, cols[c]), text, sizeof(text));
			fprintf(to, "%-*s%s", c + 1 < n ? width[c] : 0, text,
			    c + 1 < n ? "  " : "\n");
		}
}

/* "key value" lines, all but the first of them indented. */
static void
print_block(FILE *to, json_t *r)
{
	const json_t *v, *e;
	const char *k;
	char text[2048];
	size_t j;
	int first = 1;

	json_object_foreach(r, k, v) {
		if (strcmp(k, "kind") == 0)
			continue;
		if (json_is_array(v)) {
			json_array_foreach(v, j, e)
				fprintf(to, "  %-18s %s\n", k,
				    json_string_value(e));
			continue;
		}
		cell(v, text, sizeof(text));
		fprintf(to, "%s%-*s %s\n", first ? "" : "  ", first ? 20 : 18,
		    k, text);
		first = 0;
	}
}

/* A list that belongs to what stands above it is a table. */
static void
print_blocks_of(FILE *to)
{
	const json_t *r;
	const char *kind;
	size_t i;

	json_array_foreach(rows, i, r) {
		kind = json_string_value(json_object_get(r, "kind"));
		if (i > 0)
			fputc('\n', to);
		if (strcmp(kind, "issued") == 0) {
			print_table_of(to, i);
			return;
		}
		print_block(to, (json_t *)(uintptr_t)r);
	}
}

void
out_end(const struct ctl_opts *o, int table, int status)
{
	FILE *to = object_out ? stderr : stdout;
	json_t *doc;

	/* What did not matter is not said. */
	if (status == CTL_OK && failing)
		out_forget();
	if (o->json) {
		if ((doc = json_object()) == NULL)
			fatal("no memory");
		set(doc, "rows", rows != NULL ? rows : json_array());
		if (warnings != NULL)
			set(doc, "warnings", warnings);
		set(doc, "status", json_integer(status));
		set(doc, "text", json_string(sentence));
		json_dumpf(doc, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(doc);
		return;
	}
	if (rows != NULL && table)
		print_table_of(to, 0);
	else if (rows != NULL)
		print_blocks_of(to);
	if (status != CTL_OK)
		fprintf(stderr, "ikectl: %s\n", sentence);
	else if (sentence[0] != '\0')
		fprintf(to, "%s\n", sentence);
	json_decref(rows);
	json_decref(warnings);
}

int
out_may_write(const struct km *km)
{
	const char *path = km_opt(km, KO_OUT);

	if (path == NULL || km_opt(km, KO_FORCE) != NULL ||
	    access(path, F_OK) == -1)
		return (0);
	return (fail("%s exists; --force writes over it", path));
}

int
out_object(const struct km *km, const void *p, size_t len, mode_t mode)
{
	const char *path = km_opt(km, KO_OUT);

	if (path != NULL && strcmp(path, "-") != 0)
		return (km_write_path(path, p, len, mode,
		    km_opt(km, KO_FORCE) != NULL));
	if (km_opt(km, KO_DER) != NULL || km_opt(km, KO_PKCS12) != NULL) {
		if (km->o->json || isatty(STDOUT_FILENO))
			return (fail("this is not text: say -o FILE"));
	} else if (km->o->json) {
		if (mode == 0600)
			return (fail("a private key is no row of an answer: "
			    "say -o FILE"));
		if (row == NULL)
			out_row("object");
		set(row, "pem", json_stringn(p, len));
		return (0);
	}
	object_out = 1;
	if (fwrite(p, 1, len, stdout) != len || fflush(stdout) != 0)
		return (fail("the standard output: cannot write"));
	return (0);
}
