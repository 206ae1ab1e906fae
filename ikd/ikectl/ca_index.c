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

/* The list of issued certificates: read, written, searched. */
#include <ctype.h>
#include <openssl/asn1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca_index.h"
#include "log.h"
#include "x509_make.h"

#define FIELDS		6
#define LINE_MAX_	4096

static char *
copy(const char *s, size_t n)
{
	char *p = strndup(s, n);

	if (p == NULL)
		fatal("no memory");
	return (p);
}

static struct issued *
add(struct index *ix)
{
	struct issued *v;

	if ((ix->n & (ix->n + 1)) == 0) {	/* 1, 3, 7, ...: full */
		v = realloc(ix->v, (2 * ix->n + 1) * sizeof(*v));
		if (v == NULL)
			fatal("no memory");
		ix->v = v;
	}
	memset(&ix->v[ix->n], 0, sizeof(*v));
	ix->v[ix->n].reason = -1;
	return (&ix->v[ix->n++]);
}

void
index_add(struct index *ix, const char *serial, time_t end,
    const char *subject)
{
	struct issued *e = add(ix);

	e->serial = copy(serial, strlen(serial));
	e->subject = copy(subject, strlen(subject));
	e->end = end;
}

void
index_free(struct index *ix)
{
	size_t i;

	for (i = 0; i < ix->n; i++) {
		free(ix->v[i].serial);
		free(ix->v[i].subject);
	}
	free(ix->v);
	ix->v = NULL;
	ix->n = 0;
}

/* "261231235959Z" or "20501231235959Z"; -1: neither. */
static time_t
date_parse(const char *s)
{
	ASN1_TIME *t = ASN1_TIME_new();
	struct tm tm;
	time_t v = -1;

	if (t == NULL)
		fatal("no memory");
	if (ASN1_TIME_set_string(t, s) == 1 && ASN1_TIME_to_tm(t, &tm) == 1)
		v = timegm(&tm);
	ASN1_TIME_free(t);
	return (v);
}

static void
date_print(FILE *f, time_t v)
{
	ASN1_TIME *t = ASN1_TIME_set(NULL, v);

	if (t == NULL)
		fatal("no memory");
	fprintf(f, "%.*s", ASN1_STRING_length(t),
	    (const char *)ASN1_STRING_get0_data(t));
	ASN1_TIME_free(t);
}

/* "261231235959Z" or "261231235959Z,keyCompromise". */
static int
revocation_parse(struct issued *e, char *s)
{
	char *comma = strchr(s, ',');

	if (comma != NULL) {
		*comma = '\0';
		if ((e->reason = reason_of(comma + 1)) == -1)
			return (-1);
	}
	e->revoked = date_parse(s);
	return (e->revoked > 0 ? 0 : -1);
}

static int
serial_ok(const char *s)
{
	size_t n = strlen(s);

	return (n > 0 && n <= 80 && strspn(s, "0123456789ABCDEF") == n);
}

/* One line in place; 0 or -1. */
static int
line_parse(struct index *ix, char *line)
{
	struct issued e = { .reason = -1 };
	char *f[FIELDS];
	int i;

	for (i = 0; i < FIELDS; i++)
		if ((f[i] = strsep(&line, "\t")) == NULL)
			return (-1);
	if (line != NULL || strlen(f[0]) != 1 || strchr("VRE", f[0][0]) == NULL)
		return (-1);
	if ((e.end = date_parse(f[1])) == -1 || !serial_ok(f[3]))
		return (-1);
	if (f[0][0] == 'R' ? revocation_parse(&e, f[2]) == -1 :
	    f[2][0] != '\0')
		return (-1);
	e.serial = copy(f[3], strlen(f[3]));
	e.subject = copy(f[5], strlen(f[5]));
	*add(ix) = e;
	return (0);
}

size_t
index_parse(struct index *ix, const char *text, size_t len)
{
	char line[LINE_MAX_];
	const char *nl;
	size_t no, n;

	memset(ix, 0, sizeof(*ix));
	for (no = 1; len > 0; no++) {
		nl = memchr(text, '\n', len);
		n = nl != NULL ? (size_t)(nl - text) : len;
		if (nl == NULL || n >= sizeof(line) || ix->n == INDEX_MAX ||
		    memchr(text, '\0', n) != NULL)
			return (no);
		memcpy(line, text, n);
		line[n] = '\0';
		if (line_parse(ix, line) == -1)
			return (no);
		text += n + 1;
		len -= n + 1;
	}
	return (0);
}

/* A subject is other people's: no tab, no line's end, no end of the line. */
static void
subject_print(FILE *f, const char *s)
{
	size_t n;

	for (n = 0; *s != '\0' && n < 2000; s++, n++)
		fputc((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s, f);
}

char *
index_text(const struct index *ix, size_t *len)
{
	const struct issued *e;
	char *text = NULL;
	size_t i;
	FILE *f;

	if ((f = open_memstream(&text, len)) == NULL)
		fatal("no memory");
	for (i = 0; i < ix->n; i++) {
		e = &ix->v[i];
		fprintf(f, "%c\t", e->revoked != 0 ? 'R' : 'V');
		date_print(f, e->end);
		fputc('\t', f);
		if (e->revoked != 0)
			date_print(f, e->revoked);
		if (e->revoked != 0 && e->reason >= 0)
			fprintf(f, ",%s", reason_name(e->reason));
		fprintf(f, "\t%s\tunknown\t", e->serial);
		subject_print(f, e->subject);
		fputc('\n', f);
	}
	if (fclose(f) != 0)
		fatal("no memory");
	return (text);
}

struct issued *
index_find(const struct index *ix, const char *serial)
{
	const char *s;
	size_t i;

	while (serial[0] == '0' && serial[1] != '\0')
		serial++;
	for (i = 0; i < ix->n; i++) {
		for (s = ix->v[i].serial; s[0] == '0' && s[1] != '\0'; s++)
			;
		if (strcasecmp(s, serial) == 0)
			return (&ix->v[i]);
	}
	return (NULL);
}
