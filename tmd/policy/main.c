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
#include "as_user.h"
#include "canon.h"
#include "db_read.h"
#include "digest.h"
#include "lookers.h"
#include "report.h"

#define MAIN_FILE	"ikd.yaml"

static void __attribute__((noreturn))
usage(void)
{
	fprintf(stderr, "usage: tmd-policy -n [-jv] [-d policydir] "
	    "[-s statedir] file\n");
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

struct options {
	const char	*dir;		/* the policy directory, or NULL */
	const char	*state;		/* its database's, or NULL */
	const char	*prog;
	int		 verbose, json;
};

/*
 * Reads file in the place of the main file of o->dir: what it includes and
 * names is there, and read with the right of the user that a reload reads it
 * as.  Without one it stands alone, beside its own files.
 */
static int
read_policy_file(struct load *l, const struct options *o, const char *file)
{
	const char *slash = strrchr(file, '/'), *why;
	size_t len = o->dir != NULL ? strlen(o->dir) : 0;
	int own, ok;

	l->checking = 1;
	if (o->state != NULL && (why = db_read_state(l, o->state)) != NULL)
		warnx("the files alone are checked: the database is not to be "
		    "read: %s", why);
	if (o->dir == NULL)
		return (load_file(l, file, slash == NULL ? file : slash + 1,
		    0));
	own = strncmp(file, o->dir, len) == 0 && strcmp(file + len,
	    "/" MAIN_FILE) == 0;
	as_user_setup();
	l->as_user = 1;
	if (own) {
		as_user(1);
		ok = load_file(l, file, MAIN_FILE, 1);
	} else
		ok = load_file(l, file, slash == NULL ? file : slash + 1, 0);
	as_user(0);
	if (ok)
		lookers_run(l, o->prog, l->dirfd);
	return (l->ps.errors == 0);
}

static int
check(const char *file, const struct options *o)
{
	char *dir = o->dir != NULL ? xstrdup(o->dir) : dir_of(file);
	char *text = NULL;
	struct load l;
	int dirfd, ok;

	log_init("tmd-policy", LOG_L_INFO);
	if ((dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		warn("%s", dir);
	load_init(&l, dirfd, dir);
	ok = read_policy_file(&l, o, file);
	if (ok && o->verbose)
		text = canon_policy(&l.po);
	if (o->json)
		report_json(stdout, &l, file, text);
	else {
		report_text(stderr, &l);
		if (ok)
			say_ok(&l, file, o->verbose ? "# " : "");
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
	struct options o = { .prog = argv[0] };
	int c, only = 0;
	struct stat st;

	while ((c = getopt(argc, argv, "cd:jKns:v")) != -1)
		switch (c) {
		case 'd':
			o.dir = optarg;
			break;
		case 'j':
			o.json = 1;
			break;
		case 'K':
			return (print_keys());
		case 'n':
			only = 1;
			break;
		case 's':
			o.state = optarg;
			break;
		case 'c':
		case 'v':
			o.verbose = 1;
			break;
		default:
			usage();
		}
	argc -= optind;
	argv += optind;
	if (only || o.verbose) {
		if (argc != 1)
			usage();
		return (check(argv[0], &o));
	}
	if (argc != 0 || o.json || fstat(3, &st) == -1 ||
	    !S_ISSOCK(st.st_mode))
		usage();
	return (as_role());
}
