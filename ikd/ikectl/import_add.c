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
 * `ikectl db import --add [--replace]`: what was translated into conf.d/ and
 * psk/, or all of it away again.
 */
#include <sys/stat.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import_put.h"
#include "import_run.h"
#include "psk.h"

/* A key of psk/ as it was before, for the way back. */
struct was {
	SLIST_ENTRY(was)	 entry;
	const char		*name;
	int			 had;
	size_t			 len;
	char			 line[PSK_FILE_MAX];
};

struct adding {
	const struct ctl_opts	*o;
	char			 path[PATH_MAX], old[PATH_MAX];
	int			 moved;		/* path was there: it is old */
	SLIST_HEAD(, was)	 keys;		/* those written */
};

/* Back to what was there, the last first; or, done, forget it. */
static void
finish(struct adding *ad, int done)
{
	struct was *w;

	while ((w = SLIST_FIRST(&ad->keys)) != NULL) {
		SLIST_REMOVE_HEAD(&ad->keys, entry);
		if (!done && !w->had)
			psk_drop(ad->o, w->name);
		else if (!done && psk_write(ad->o, "psk", w->name, w->line,
		    w->len, 1) == 0)
			(void)psk_tell(ad->o, "psk", w->name, w->line, w->len);
		freezero(w, sizeof(*w));
	}
	if (done)
		return;
	if (!ad->moved)
		(void)unlink(ad->path);
	else if (rename(ad->old, ad->path) == -1)
		fprintf(stderr, "ikectl: %s stays %s: %s\n", ad->path,
		    ad->old, strerror(errno));
}

/* Is name among the values of `psk` in a line of the import before? */
static int
names_psk(char *line, const char *name)
{
	char *p = line, *end, *word;
	size_t n;

	while ((p = strstr(p, "psk:")) != NULL) {
		p += strlen("psk:");
		end = p + strcspn(p, "}\n");
		for (word = p; word < end; word += n + 1) {
			n = strcspn(word, " ,[]{}\"'\n");
			if (n == strlen(name) && memcmp(word, name, n) == 0)
				return (1);
		}
	}
	return (0);
}

/* Only a key that the import before has brought is written over. */
static int
was_its_own(const struct adding *ad, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	int found = 0;
	FILE *f;

	if (!ad->moved || (f = fopen(ad->old, "re")) == NULL)
		return (0);
	while (!found && getline(&line, &size, f) != -1)
		found = names_psk(line, name);
	free(line);
	fclose(f);
	return (found);
}

static int
exists(const struct adding *ad, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/psk/%s", ad->o->policy_dir, name);
	return (access(path, F_OK) == 0);
}

/* Writes one key; what was there is kept in ad.  0, or -1: said. */
static int
put_key(struct adding *ad, const struct imp_secret *s)
{
	struct was *w;
	char line[PSK_FILE_MAX];
	int dir, n, rc = -1;

	if (!exists(ad, s->name) || !was_its_own(ad, s->name)) {
		if (psk_put(ad->o, s->name, s->key) == -1)
			return (-1);
		if ((w = calloc(1, sizeof(*w))) == NULL)
			err(1, "import");
		w->name = s->name;
		SLIST_INSERT_HEAD(&ad->keys, w, entry);
		return (0);
	}
	if ((w = calloc(1, sizeof(*w))) == NULL)
		err(1, "import");
	w->name = s->name;
	w->had = 1;
	if ((dir = psk_dir(ad->o, "psk")) != -1) {
		rc = psk_read(dir, s->name, w->line, &w->len);
		close(dir);
	}
	n = snprintf(line, sizeof(line), "%s\n", s->key);
	if (rc == 0 && (n < 0 || (size_t)n >= sizeof(line)))
		rc = -1;
	if (rc == 0)
		rc = psk_write(ad->o, "psk", s->name, line, (size_t)n, 1);
	if (rc == -1) {
		freezero(w, sizeof(*w));
	} else {
		SLIST_INSERT_HEAD(&ad->keys, w, entry);
		rc = psk_tell(ad->o, "psk", s->name, line, (size_t)n) ==
		    CTL_OK ? 0 : -1;
	}
	explicit_bzero(line, sizeof(line));
	return (rc);
}

/* The name is free, or made so; 0, or -1: said. */
static int
make_room(struct adding *ad, int replace)
{
	if (access(ad->path, F_OK) == -1)
		return (0);
	if (!replace) {
		fprintf(stderr, "ikectl: db import: %s is there already: "
		    "--replace puts this in its place, another name of FILE "
		    "beside it\n", ad->path);
		return (-1);
	}
	if (rename(ad->path, ad->old) == -1) {
		fprintf(stderr, "ikectl: %s: %s\n", ad->path,
		    strerror(errno));
		return (-1);
	}
	ad->moved = 1;
	return (0);
}

/* Good as a whole, and with all tunnels that are new. */
static int
is_good(const struct adding *ad, const struct imp *im, int had)
{
	int is = -1;

	if (check_wait(ad->o) == 0 && (had == -1 ||
	    (is = policy_tunnels(ad->o)) == had + (int)im->tunnels))
		return (1);
	fprintf(stderr, is == -1 ? "ikectl: nothing was added: what stands "
	    "above is to be mended first\n" : "ikectl: nothing was added: "
	    "ikd.yaml does not read conf.d/: add the line "
	    "\"include: conf.d/*.yaml\"\n");
	return (0);
}

int
import_add(const struct imp *im, const struct ctl_opts *o, const char *from,
    int replace)
{
	struct adding ad = { .o = o };
	const struct imp_secret *s;
	char name[65];
	int had, good;

	put_base(from, name);
	snprintf(ad.path, sizeof(ad.path), "%s/conf.d/%s.yaml", o->policy_dir,
	    name);
	snprintf(ad.old, sizeof(ad.old), "%s/conf.d/%s.yaml.old",
	    o->policy_dir, name);
	SLIST_INIT(&ad.keys);
	if (make_room(&ad, replace) == -1)
		return (CTL_REFUSED);
	had = policy_tunnels(o);	/* the others */
	good = yn_write(im->out, ad.path, 0644) == 0;
	TAILQ_FOREACH(s, &im->secrets, entry)
		if (good && s->name[0] != '\0' && s->key != NULL)
			good = put_key(&ad, s) == 0;
	good = good && is_good(&ad, im, had);
	finish(&ad, good);
	if (!good)
		return (CTL_REFUSED);
	if (ad.moved)
		fprintf(stderr, "%s is replaced, the one before is %s; next: "
		    "ikectl reload\n", ad.path, ad.old);
	else
		fprintf(stderr, "%s is new; next: ikectl reload\n", ad.path);
	return (CTL_OK);
}
