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
 * `ikectl db` and `ikectl diff`: a file's text goes to the service as a
 * sealed memfd; objects, texts and changes are printed as they come.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ikectl.h"
#include "log.h"
#include "snap.h"

#define TEXT_MAX	((size_t)64 << 20)	/* as the database */

/* All of a descriptor as a memfd; -1 with errno. */
static int
seal(int fd)
{
	size_t len = 0, size = 64 * 1024;
	char *buf = xcalloc(1, size);
	ssize_t n;

	while ((n = read(fd, buf + len, size - len)) > 0) {
		if ((len += (size_t)n) == size)
			buf = xreallocarray(buf, 2, size *= 2);
		if (len > TEXT_MAX) {
			errno = EFBIG;
			n = -1;
			break;
		}
	}
	fd = n == -1 ? -1 : memfd_sealed("text", buf, len);
	free(buf);
	return (fd);
}

/* file: NULL is standard input.  -1: said why not. */
static int
text_of(const char *file)
{
	int fd = file == NULL ? STDIN_FILENO : open(file, O_RDONLY |
	    O_CLOEXEC), text = fd == -1 ? -1 : seal(fd);

	if (text == -1)
		fprintf(stderr, "ikectl: %s: %s\n", file == NULL ?
		    "standard input" : file, strerror(errno));
	if (file != NULL && fd != -1)
		close(fd);
	return (text);
}

/* An argument that can be no object: a path, or the name of a YAML file. */
static int
is_file(const char *s)
{
	size_t n = strlen(s);

	return (s[0] == '/' || s[0] == '.' || strcmp(s, "-") == 0 ||
	    (n > 5 && strcmp(s + n - 5, ".yaml") == 0));
}

/* The last argument when it is the file; NULL: there is none. */
static const char *
take_file(struct mq_request *q, int sure)
{
	const char *s = q->args_n > 0 ? q->args[q->args_n - 1].w : NULL;

	if (s == NULL || (!sure && !is_file(s)))
		return (NULL);
	q->args_n--;
	return (s);
}

static void
name_file(struct mq_request *q, const char *file)
{
	struct wt_kv *kv = &q->opts[q->opts_n++];

	wire_text_copy(kv->k, sizeof(kv->k), "file");
	wire_text_copy(kv->v, sizeof(kv->v), file);
}

int
db_run(const struct ctl_opts *o, struct mq_request *q)
{
	const struct printer *out = o->json ? &print_json : &print_db;
	int diff = strcmp(q->verb, "diff") == 0, text = -1;
	const char *file = NULL;

	if (o->verbose && diff) {
		wire_text_copy(q->opts[q->opts_n].k, sizeof(q->opts[0].k),
		    "verbose");
		wire_text_copy(q->opts[q->opts_n++].v, sizeof(q->opts[0].v),
		    "yes");
	}
	if (diff && q->args_n > 1)
		return (usage_wrong("usage: ikectl diff [-v] [FILE]"));
	if (diff)
		file = take_file(q, 1);
	else if (strcmp(q->verb, "db put") == 0) {
		file = take_file(q, q->args_n > 1);
		if (file == NULL || strcmp(file, "-") == 0)
			file = "standard input";
	}
	if (file == NULL)
		return (client_ask(o, q, out));
	name_file(q, file);
	if ((text = text_of(strcmp(file, "standard input") == 0 ? NULL :
	    file)) == -1)
		return (CTL_REFUSED);
	return (client_ask_sink(o, q, out, text, NULL));
}

static void
change_row(const struct mq_row *r)
{
	const char *no = row_get(r, "no", ""), *was = row_get(r, "was", "");
	char name[96];

	snprintf(name, sizeof(name), "%s%s%s%s", row_get(r, "name", ""),
	    no[0] != '\0' ? " (" : "", no, no[0] != '\0' ? ")" : "");
	printf("%-30s %s%s%s\n", name, row_get(r, "how", ""),
	    was[0] != '\0' ? ", was " : "", was);
}

static void
db_row(const struct mq_row *r)
{
	const char *part = row_get(r, "part", NULL);

	if (strcmp(r->kind, "text") == 0 && part != NULL)
		printf("%s", part);
	else if (strcmp(r->kind, "text") == 0)
		printf("%s\n", row_get(r, "line", ""));
	else if (strcmp(r->kind, "origin") == 0)
		printf("# %s, from %s\n", row_get(r, "object", ""),
		    row_get(r, "origin", ""));
	else if (strcmp(r->kind, "entry") == 0)
		printf("%-40s from %s\n", row_get(r, "object", ""),
		    row_get(r, "origin", ""));
	else if (strcmp(r->kind, "change") == 0)
		change_row(r);
	else
		print_reload.row(r);
}

const struct printer print_db = { db_row, print_sentence };
