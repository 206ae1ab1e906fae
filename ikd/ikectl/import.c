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
 * `ikectl db import`: the configuration of strongSwan or libreswan as YAML.
 * It is printed; --add (import_add.c) writes it below the policy directory.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import_put.h"
#include "import_run.h"

#define IMPORT_ARGS	64

struct import_args {
	const char	*files[IMPORT_ARGS];
	const char	*secrets[IMPORT_ARGS];
	int		 nfiles, nsecrets;
	int		 add, replace;
};

/* A regular file's octets, to be wiped and freed; NULL with errno. */
static char *
slurp(const char *path, size_t *len)
{
	struct stat st;
	char *buf = NULL;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), saved;

	if (fd == -1)
		return (NULL);
	if (fstat(fd, &st) == -1)
		goto out;
	errno = !S_ISREG(st.st_mode) ? EINVAL : EFBIG;
	if (!S_ISREG(st.st_mode) || st.st_size > IMP_FILE_MAX ||
	    (buf = malloc((size_t)st.st_size + 1)) == NULL)
		goto out;
	for (*len = 0; *len < (size_t)st.st_size; *len += (size_t)n)
		if ((n = read(fd, buf + *len, (size_t)st.st_size - *len)) <= 0)
			break;
	if (n == -1) {
		free(buf);
		buf = NULL;
	}
out:
	saved = errno;
	close(fd);
	errno = saved;
	return (buf);
}

/* ipsec.conf, swanctl.conf, ipsec.secrets. */
enum kind { IPSEC, SWANCTL, SECRETS, BY_TEXT };
static const struct imp_reader readers[BY_TEXT];

/* What kind it was, or -1: it cannot be read, which is noted. */
static int
read_kind(struct imp *im, struct conf_sec *sec, const char *path,
    enum kind kind)
{
	const char *file = imp_file(im, path);
	size_t len = 0;
	char *text;

	if (file == NULL)
		return (-1);
	if ((text = slurp(path, &len)) == NULL) {
		imp_note(im, file, 0, "%s", strerror(errno));
		return (-1);
	}
	if (kind == BY_TEXT)
		kind = imp_is_swanctl(text, len) ? SWANCTL : IPSEC;
	readers[kind].read(im, sec, file, text, len, &readers[kind]);
	explicit_bzero(text, len);
	free(text);
	return (kind);
}

/* Relative to the file that includes it; a pattern may match nothing. */
static void
include(struct imp *im, struct conf_sec *sec, const char *file,
    unsigned int line, const char *pattern, const struct imp_reader *reader)
{
	char path[PATH_MAX];
	const char *slash = strrchr(file, '/');
	glob_t g;
	size_t i;

	if (im->depth == IMP_DEPTH) {
		imp_note(im, file, line, "includes are nested deeper than is "
		    "read");
		return;
	}
	if (pattern[0] == '/' || slash == NULL)
		snprintf(path, sizeof(path), "%s", pattern);
	else
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - file),
		    file, pattern);
	if (glob(path, 0, NULL, &g) != 0) {
		if (strpbrk(pattern, "*?[") == NULL)
			imp_note(im, file, line, "include %.200s: there is "
			    "no such file", pattern);
		return;
	}
	im->depth++;
	for (i = 0; i < g.gl_pathc; i++)
		if (read_kind(im, sec, g.gl_pathv[i],
		    (enum kind)(reader - readers)) == -1)
			imp_note(im, file, line, "include %.200s: not read",
			    g.gl_pathv[i]);
	im->depth--;
	globfree(&g);
}

static const struct imp_reader readers[BY_TEXT] = {
	[IPSEC] = { imp_read_ipsec, include },
	[SWANCTL] = { imp_read_swanctl, include },
	[SECRETS] = { imp_read_secrets, include },
};

/* Files of either kind become im->out; 0, or -1: none could be read. */
static int
translate(struct imp *im, const struct import_args *a)
{
	int kinds = 0, i, k;

	for (i = 0; i < a->nsecrets; i++)
		(void)read_kind(im, &im->top, a->secrets[i], SECRETS);
	for (i = 0; i < a->nfiles; i++)
		if ((k = read_kind(im, &im->top, a->files[i], BY_TEXT)) != -1)
			kinds |= 1 << k;
	if (kinds & 1 << IPSEC)
		imp_map_ipsec(im);
	if (kinds & 1 << SWANCTL) {
		imp_swan_bases(im, &im->top);
		imp_map_swanctl(im);
	}
	return (kinds != 0 ? 0 : -1);
}

static void
say_notes(const struct imp *im, int json)
{
	const struct imp_note *n;
	char line[16];

	TAILQ_FOREACH(n, &im->notes, entry) {
		if (json) {
			json_t *o = json_pack("{sssssIss}", "kind", "note",
			    "file", n->file, "line", (json_int_t)n->line,
			    "text", n->text);

			json_dumpf(o, stdout, JSON_COMPACT);
			putchar('\n');
			json_decref(o);
			continue;
		}
		snprintf(line, sizeof(line), ":%u", n->line);
		fprintf(stderr, "%s%s: %s\n", n->file, n->line > 0 ? line :
		    "", n->text);
	}
	if (!json)
		fprintf(stderr, "%u tunnel%s with %u child%s translated, %u "
		    "left out.\n", im->tunnels, im->tunnels == 1 ? "" : "s",
		    im->children, im->children == 1 ? "" : "ren", im->left);
}

static void
print_policy(const struct imp *im, int json)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f;
	json_t *o;

	if (!json) {
		yn_print(im->out, stdout);
		return;
	}
	if ((f = open_memstream(&text, &len)) == NULL)
		return;
	yn_print(im->out, f);
	fclose(f);
	o = json_pack("{sssssisisi}", "kind", "policy", "yaml", text,
	    "tunnels", (int)im->tunnels, "children", (int)im->children,
	    "left", (int)im->left);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
	free(text);
}

static int
usage(void)
{
	return (usage_wrong("usage: ikectl db import FILE... [--secrets FILE] "
	    "[--add [--replace]]"));
}

static int
parse(struct import_args *a, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--add") == 0)
			a->add = 1;
		else if (strcmp(argv[i], "--replace") == 0)
			a->replace = 1;
		else if (strcmp(argv[i], "--secrets") == 0 && i + 1 < argc &&
		    a->nsecrets < IMPORT_ARGS)
			a->secrets[a->nsecrets++] = argv[++i];
		else if (argv[i][0] == '-' || a->nfiles == IMPORT_ARGS)
			return (-1);
		else
			a->files[a->nfiles++] = argv[i];
	}
	return (a->nfiles > 0 && a->add >= a->replace ? 0 : -1);
}

int
import_run(const struct ctl_opts *o, int argc, char **argv)
{
	static struct import_args a;
	static struct imp im;
	int rc = CTL_OK;

	if (parse(&a, argc, argv) == -1)
		return (usage());
	if (a.add && geteuid() != 0) {
		fprintf(stderr, "ikectl: db import --add: you must be "
		    "root\n");
		return (CTL_PERMISSION);
	}
	imp_init(&im);
	if (translate(&im, &a) == -1)
		rc = CTL_REFUSED;
	if (rc == CTL_OK && (!a.add || o->json))
		print_policy(&im, o->json);
	fflush(stdout);
	say_notes(&im, o->json);
	if (rc == CTL_OK && im.tunnels == 0)
		rc = CTL_REFUSED;
	if (rc == CTL_OK && a.add)
		rc = import_add(&im, o, a.files[0], a.replace);
	imp_free(&im);
	return (rc);
}
