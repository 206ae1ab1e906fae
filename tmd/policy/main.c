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
 * tmd-policy: reads the policy file.  The way of a file through this
 * directory:
 *
 *	include -> yaml_tree -> db (db_image, db_edit) -> keymap (keys, set_*,
 *	scalar) -> model -> resolve, resolve_child -> check_* -> digest ->
 *	numbers -> snapshots
 *
 * Tunnels that are as they were go from yaml_plain to snapshots (kept).
 *
 * Without options it is a process of the suite (as_role.c); with -n it is
 * `ikectl check`, run by anybody.
 */

#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as_role.h"
#include "canon.h"
#include "db_read.h"
#include "digest.h"
#include "report.h"

static void __attribute__((noreturn))
usage(void)
{
	fprintf(stderr, "usage: tmd-policy -n [-jv] [-s statedir] file\n");
	exit(2);
}

/* The directory of a path: "a/b" is "a", "b" is ".", "/b" is "/". */
static char *
dir_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	char *dir = xstrdup(slash == NULL ? "." : file);

	if (slash != NULL)
		dir[slash == file ? 1 : slash - file] = '\0';
	return (dir);
}

static void
say_ok(const struct load *l, const char *file, const char *before)
{
	printf("%s%s: ok, %u tunnel%s%s\n", before, file, l->po.ntunnels,
	    l->po.ntunnels == 1 ? "" : "s", l->po.objects_len > 0 ?
	    ", with what is in the database" : "");
}

/* state: whose database the policy shares its names with, or NULL. */
static int
check(const char *file, const char *state, int verbose, int json)
{
	const char *slash = strrchr(file, '/'), *why = NULL;
	char *dir = dir_of(file), *text = NULL;
	struct load l;
	int dirfd, ok;

	log_init("tmd-policy", LOG_L_INFO);
	if ((dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		warn("%s", dir);
	load_init(&l, dirfd, dir);
	l.checking = 1;
	if (state != NULL && (why = db_read_state(&l, state)) != NULL)
		warnx("the files alone are checked: the database is not to be "
		    "read: %s", why);
	ok = load_file(&l, file, slash == NULL ? file : slash + 1, 0);
	if (ok && verbose)
		text = canon_policy(&l.po);
	if (json)
		report_json(stdout, &l, file, text);
	else {
		report_text(stderr, &l);
		if (ok)
			say_ok(&l, file, verbose ? "# " : "");
		if (text != NULL)
			fputs(text, stdout);
	}
	free(text);
	free(dir);
	load_free(&l);
	if (dirfd != -1)
		close(dirfd);
	return (ok ? 0 : 1);
}

static void
print_key(const char *what, const struct key *k)
{
	const struct word *w;

	printf("%s\t%s\t%s\n", what, k->name, k->type == KEY_NOT ? "refused" :
	    "built");
	for (w = k->words; w != NULL && w->w != NULL; w++)
		printf("%s\t%s:%s\t%s\n", what, k->name, w->w,
		    w->refused != NULL ? "refused" : "built");
}

/*
 * Every key, and every word that one may be: the map that it is of, and
 * whether it is built.  regress holds the manual against it.
 */
static int
print_keys(void)
{
	const struct keymap *const *m;
	size_t i;

	for (m = keymaps; *m != NULL; m++)
		for (i = 0; i < (*m)->n; i++)
			print_key((*m)->what, &(*m)->keys[i]);
	return (0);
}

int
main(int argc, char *argv[])
{
	int c, json = 0, only = 0, verbose = 0;
	const char *state = NULL;
	struct stat st;

	while ((c = getopt(argc, argv, "cjKns:v")) != -1)
		switch (c) {
		case 'j':
			json = 1;
			break;
		case 'K':
			return (print_keys());
		case 'n':
			only = 1;
			break;
		case 's':
			state = optarg;
			break;
		case 'c':
		case 'v':
			verbose = 1;
			break;
		default:
			usage();
		}
	argc -= optind;
	argv += optind;
	if (only || verbose) {
		if (argc != 1)
			usage();
		return (check(argv[0], state, verbose, json));
	}
	if (argc != 0 || json || fstat(3, &st) == -1 ||
	    !S_ISSOCK(st.st_mode))
		usage();
	return (as_role());
}
