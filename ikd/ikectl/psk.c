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
 * `ikectl psk` and `ikectl ppk`: pre-shared keys are files below psk/,
 * post-quantum ones below ppk/, that root alone can read; the running service
 * is told of each change, and nobody else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "km.h"
#include "name.h"
#include "psk.h"

#define STRONG		16	/* octets; fewer are guessed: 128 bits */
#define STRONG_PPK	32	/* RFC 8784 section 6 */

/* What the command line said. */
struct psk_ask {
	const struct ctl_opts	*o;
	const char		*kind;
	int			 dir;
	const char		*name, *file;	/* NULL: not given */
	int			 force;
};

/* One object a line for programs. */
static void
print_object(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

/* The line of a key, once it is not shown again, or as it was asked for. */
static void
print_secret(const struct psk_ask *a, const char *line)
{
	if (a->o->json)
		print_object(json_pack("{ssssss}", "kind", a->kind, "name",
		    a->name, "secret", line));
	else
		printf("%s\n", line);
}

/* A key that may be guessed is taken, and this said. */
static void
warn_short(const struct psk_ask *a, size_t octets)
{
	size_t want = strcmp(a->kind, "ppk") == 0 ? STRONG_PPK : STRONG;

	if (octets < want)
		fprintf(stderr, "ikectl: %s %s has %zu octets, and should "
		    "have %zu: ikectl %s create makes one of 32\n", a->kind,
		    a->name, octets, want, a->kind);
}

static int
create(const struct psk_ask *a)
{
	char line[PSK_LINE];
	size_t len;
	int rc = CTL_REFUSED;

	if (psk_random(line) == -1)
		return (CTL_REFUSED);
	len = strlen(line);
	line[len++] = '\n';
	if (psk_write(a->o, a->kind, a->name, line, len, a->force) == 0) {
		rc = psk_tell(a->o, a->kind, a->name, line, len);
		line[len - 1] = '\0';
		print_secret(a, line);
		if (!a->o->json && isatty(STDOUT_FILENO))
			fprintf(stderr, "This is the key for the other side: "
			    "ikectl %s import %s takes it there.\n", a->kind,
			    a->name);
	}
	explicit_bzero(line, sizeof(line));
	return (rc);
}

static int
import(const struct psk_ask *a)
{
	char line[PSK_FILE_MAX];
	const char *why;
	size_t len = 0, octets;
	int rc = CTL_REFUSED;

	if ((a->file != NULL ? psk_read(AT_FDCWD, a->file, line, &len) :
	    psk_ask(a->name, line, &len)) == 0) {
		if (len > 0 && line[len - 1] == '\n')
			len--;
		why = psk_line_problem(line, len, &octets);
		if (why == NULL)
			line[len++] = '\n';
		if (why != NULL)
			fprintf(stderr, "ikectl: %s %s: %s\n", a->kind,
			    a->name, why);
		else if (psk_write(a->o, a->kind, a->name, line, len,
		    a->force) == 0) {
			rc = psk_tell(a->o, a->kind, a->name, line, len);
			warn_short(a, octets);
		}
	}
	explicit_bzero(line, sizeof(line));
	return (rc);
}

/* A new file that is root's alone. */
static int
write_out(const char *path, const char *line, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int good;

	if (fd == -1) {
		fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
		return (CTL_REFUSED);
	}
	good = write(fd, line, len) == (ssize_t)len;
	if (!good) {
		fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
		(void)unlink(path);
	}
	close(fd);
	return (good ? CTL_OK : CTL_REFUSED);
}

/* To a file, or to the standard output. */
static int
export(const struct psk_ask *a)
{
	char line[PSK_FILE_MAX];
	size_t len = 0, octets;
	const char *why;
	int rc = CTL_REFUSED;

	if (psk_read(a->dir, a->name, line, &len) == -1)
		;
	else if ((why = psk_line_problem(line, len, &octets)) != NULL)
		fprintf(stderr, "ikectl: %s/%s/%s: %s\n", a->o->policy_dir,
		    a->kind, a->name, why);
	else if (a->file != NULL)
		rc = write_out(a->file, line, len);
	else {
		line[len - (line[len - 1] == '\n')] = '\0';
		print_secret(a, line);
		rc = CTL_OK;
	}
	explicit_bzero(line, sizeof(line));
	return (rc);
}

static int
delete(const struct psk_ask *a)
{
	char instead[128];

	if (unlinkat(a->dir, a->name, 0) == -1) {
		fprintf(stderr, "ikectl: %s/%s/%s: %s%s\n", a->o->policy_dir,
		    a->kind, a->name, strerror(errno), errno == ENOENT ?
		    km_instead(a->dir, a->name, instead, sizeof(instead)) :
		    "");
		return (CTL_REFUSED);
	}
	return (psk_tell(a->o, a->kind, a->name, NULL, 0));
}

/* What the service holds, joined to the files by name. */
static struct {
	char	name[NAME_MAX_LEN + 1];
	char	text[200];
} held[256];
static size_t nheld;

static void
on_held(const struct mq_row *r)
{
	const char *used = row_get(r, "used", NULL);

	if (nheld == sizeof(held) / sizeof(held[0]))
		return;
	snprintf(held[nheld].name, sizeof(held[nheld].name), "%s",
	    row_get(r, "name", ""));
	snprintf(held[nheld].text, sizeof(held[nheld].text), "%s%s%s",
	    "loaded", used != NULL && strcmp(used, "yes") == 0 ? ", used" :
	    ", not used", "");
	nheld++;
}

static const char *
held_text(const char *name, int running)
{
	size_t i;

	for (i = 0; i < nheld; i++)
		if (strcmp(held[i].name, name) == 0)
			return (held[i].text);
	return (running ? "not loaded" : "");
}

static int
list(const struct psk_ask *a)
{
	struct dirent *de;
	struct stat st;
	DIR *d;
	const char *bad, *state;
	char why[128];
	int running;

	running = secrets_list(a->o, a->kind, on_held) == 0;
	if ((d = fdopendir(dup(a->dir))) == NULL)
		return (CTL_REFUSED);
	while ((de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.' || fstatat(a->dir, de->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		bad = psk_problem(&st, why, sizeof(why));
		if (bad == NULL)
			bad = name_file_wrong(de->d_name);
		bad = bad != NULL ? bad : "";
		state = held_text(de->d_name, running);
		if (a->o->json)
			print_object(json_pack("{ssssssss}", "kind", a->kind,
			    "name", de->d_name, "problem", bad, "state",
			    state));
		else
			printf("%-24s %s%s%s\n", de->d_name, state,
			    bad[0] != '\0' && state[0] != '\0' ? "; " : "",
			    bad);
	}
	closedir(d);
	return (CTL_OK);
}

static const char *
form_of(const char *line, size_t len)
{
	if (len > 1 && line[0] == '0' && (line[1] | 0x20) == 'x')
		return ("hexadecimal");
	return (len > 1 && line[0] == '0' && (line[1] | 0x20) == 's' ?
	    "base64" : "text");
}

/* Everything but the key. */
static int
show(const struct psk_ask *a)
{
	char line[PSK_FILE_MAX], n[32];
	const char *form, *state, *why;
	size_t len = 0, octets = 0;
	int running;

	if (psk_read(a->dir, a->name, line, &len) == -1)
		return (CTL_REFUSED);
	why = psk_line_problem(line, len, &octets);
	form = form_of(line, len);
	explicit_bzero(line, sizeof(line));
	running = secrets_list(a->o, a->kind, on_held) == 0;
	state = held_text(a->name, running);
	snprintf(n, sizeof(n), "%zu", octets);
	if (a->o->json)
		print_object(json_pack("{ssssssssssss}", "kind", a->kind,
		    "name", a->name, "problem", why != NULL ? why : "",
		    "state", state, "form", form, "octets", n));
	else
		printf("name    %s\nfile    %s/%s/%s\nkey     %s octets, %s\n"
		    "state   %s\n", a->name, a->o->policy_dir, a->kind,
		    a->name, n, form, why != NULL ? why : running ? state :
		    "the service does not run");
	return (CTL_OK);
}

/* Words behind the verb, and whether it takes -o and --force. */
static const struct {
	const char	*verb;
	int		 least, most;
	int		 out, force;
	int		 (*fn)(const struct psk_ask *);
} verbs[] = {
	{ "create", 1, 1, 0, 1, create }, { "list", 0, 0, 0, 0, list },
	{ "show", 1, 1, 0, 0, show }, { "import", 1, 2, 0, 1, import },
	{ "export", 1, 1, 1, 0, export }, { "delete", 1, 1, 0, 0, delete },
};
#define NVERBS	(sizeof(verbs) / sizeof(verbs[0]))

/* What stands behind the verb; -1: it does not fit. */
static int
parse(struct psk_ask *a, size_t v, int argc, char **argv)
{
	int i, words = 0;

	for (i = 1; i < argc; i++)
		if (verbs[v].force && strcmp(argv[i], "--force") == 0)
			a->force = 1;
		else if (verbs[v].out && strcmp(argv[i], "-o") == 0 &&
		    i + 1 < argc)
			a->file = argv[++i];
		else if (argv[i][0] == '-' && argv[i][1] != '\0')
			return (-1);
		else if (words++ == 0)
			a->name = argv[i];
		else
			a->file = argv[i];
	return (words < verbs[v].least || words > verbs[v].most ? -1 : 0);
}

int
psk_run(const struct ctl_opts *o, const char *kind, int argc, char **argv)
{
	struct psk_ask a = { o, kind, -1, NULL, NULL, 0 };
	const char *why;
	size_t v;
	int rc;

	for (v = 0; argc > 0 && v < NVERBS; v++)
		if (strcmp(verbs[v].verb, argv[0]) == 0)
			break;
	if (argc == 0 || v == NVERBS || parse(&a, v, argc, argv) == -1)
		return (-1);
	if (a.name != NULL && (why = name_file_wrong(a.name)) != NULL) {
		fprintf(stderr, "ikectl: \"%s\": %s\n", a.name, why);
		return (CTL_USAGE);
	}
	if (geteuid() != 0) {
		fprintf(stderr, "ikectl: %s: you must be root\n", kind);
		return (CTL_PERMISSION);
	}
	if ((a.dir = psk_dir(o, kind)) == -1)
		return (CTL_REFUSED);
	rc = verbs[v].fn(&a);
	close(a.dir);
	return (rc);
}
