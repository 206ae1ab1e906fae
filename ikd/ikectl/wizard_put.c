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

/* What the wizard writes: all of it, or nothing. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "import.h"
#include "km.h"
#include "wizard.h"

#define INCLUDE		"include: conf.d/*.yaml\n"

/* What was made so far, to be taken back in the opposite order. */
struct made {
	char	path[12][PATH_MAX];
	size_t	n;
	int	psk;
};

static void
take_back(const struct wizard *w, struct made *m)
{
	while (m->n > 0)
		(void)remove(m->path[--m->n]);
	if (m->psk)
		psk_drop(w->o, w->name);
	m->psk = 0;
}

static char *made(struct made *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* The next path; it counts when it was made. */
static char *
made(struct made *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(m->path[m->n], PATH_MAX, fmt, ap);
	va_end(ap);
	return (m->path[m->n]);
}

/* conf.d is for the policy's reader too, whatever the umask is. */
static int
make_dir(struct made *m, const char *path, int may_be, mode_t mode)
{
	if (mkdir(path, mode) == 0 && chmod(path, mode) == 0) {
		m->n++;
		return (0);
	}
	if (may_be && errno == EEXIST)
		return (0);
	fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
	return (-1);
}

/* A new file with these octets. */
static int
make_file(struct made *m, const char *path, const char *text, mode_t mode)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd != -1 && fchmod(fd, mode) == 0 &&
	    write(fd, text, len) == (ssize_t)len &&
	    fsync(fd) == 0 && close(fd) == 0) {
		m->n++;
		return (0);
	}
	fprintf(stderr, "ikectl: %s: %s\n", path, strerror(errno));
	if (fd != -1)
		(void)unlink(path);
	return (-1);
}

static void
put_nets(struct yn *child, const char *key, const char *nets)
{
	char list[WZ_TEXT], *p = list, *net;

	(void)strlcpy(list, nets, sizeof(list));
	while ((net = strsep(&p, ",")) != NULL)
		if (*net != '\0')
			yn_add(child, key, net);
}

/* One side's file.  us: ours; else the one that the peer gets. */
static struct yn *
policy(const struct wizard *w, int us)
{
	struct yn *root = yn_root(), *t, *local, *remote, *child;
	char id[WZ_TEXT], date[32];
	time_t now = time(NULL);
	struct tm tm;

	if (w->cert[0] != '\0')
		(void)strlcpy(id, w->peer_id, sizeof(id));
	else
		wizard_id(w->remote, id);
	(void)strftime(date, sizeof(date), "%Y-%m-%d", gmtime_r(&now, &tm));
	t = yn_map(yn_map(root, "tunnels"), w->name);
	yn_set(t, "note", "by ikectl wizard, %s", date);
	local = yn_map(t, "local");
	yn_set(local, "id", "%s", us ? w->us_id : id);
	remote = yn_map(t, "remote");
	yn_set(remote, "address", "%s", us ? w->remote : w->us);
	yn_set(remote, "id", "%s", us ? id : w->us_id);
	if (w->cert[0] == '\0')
		yn_set(t, "psk", "%s", w->name);
	else {
		yn_set(yn_map(local, "auth"), "cert", "%s", us ? w->cert :
		    w->name);
		yn_set(yn_map(remote, "auth"), "ca", "%s", w->ca);
	}
	if (w->here[0] != '\0' || w->there[0] != '\0') {
		child = yn_map(yn_map(t, "children"), "net");
		put_nets(child, "local", us ? w->here : w->there);
		put_nets(child, "remote", us ? w->there : w->here);
	}
	return (root);
}

static int
put_policy(const struct wizard *w, struct made *m, const char *path, int us)
{
	struct yn *root = policy(w, us);
	int rc = yn_write(root, path, 0644);

	yn_free(root);
	if (rc == 0)
		m->n++;
	return (rc);
}

/* NAME-peer/: conf.d/ and psk/ or ca/, as the other side's /etc/ikd. */
static int
put_peer(const struct wizard *w, struct made *m, const char *key)
{
	const char *sub = key != NULL ? "psk" : "ca";
	char line[PSK_LINE + 1];
	int rc;

	if (make_dir(m, made(m, "%s-peer", w->name), 0, 0700) == -1 ||
	    make_dir(m, made(m, "%s-peer/conf.d", w->name), 0,
	    0755) == -1 ||
	    make_dir(m, made(m, "%s-peer/%s", w->name, sub), 0,
	    key != NULL ? 0700 : 0755) == -1 ||
	    put_policy(w, m, made(m, "%s-peer/conf.d/%s.yaml", w->name,
	    w->name), 0) == -1)
		return (-1);
	if (key == NULL) {
		rc = wizard_ca(w, made(m, "%s-peer/ca/%s", w->name, w->ca));
		m->n += rc == 0;
		return (rc);
	}
	snprintf(line, sizeof(line), "%s\n", key);
	rc = make_file(m, made(m, "%s-peer/psk/%s", w->name, w->name), line,
	    0600);
	explicit_bzero(line, sizeof(line));
	return (rc);
}

/* ikd.yaml with the line that reads conf.d/ in front. */
static int
add_include(const struct wizard *w, const char *file)
{
	struct buf was;
	struct stat st;
	char *text;
	int rc;

	if (stat(file, &st) == -1 || km_read_path(file, &was) == -1)
		return (-1);
	if (asprintf(&text, "%s%s", INCLUDE, (const char *)was.p) == -1) {
		buf_free(&was);
		return (-1);
	}
	rc = km_write_path(file, text, strlen(text), st.st_mode & 0777, 1);
	if (rc == 0 && policy_tunnels(w->o) == -1) {	/* there is one */
		(void)km_write_path(file, was.p, was.len, st.st_mode & 0777,
		    1);
		rc = -1;
	}
	free(text);
	buf_free(&was);
	return (rc);
}

/* The policy had so many tunnels; now it has one more, or is mended so. */
static int
see_included(const struct wizard *w, const char *file, int had)
{
	int yes;

	if (policy_tunnels(w->o) == had + 1)
		return (0);
	yes = wizard_yes("ikd.yaml does not read conf.d/; add the line "
	    "\"include: conf.d/*.yaml\"?");
	if (yes == 1 && add_include(w, file) == 0 &&
	    policy_tunnels(w->o) == had + 1)
		return (0);
	fprintf(stderr, "ikectl: nothing was written: ikd.yaml is to have "
	    "conf.d/*.yaml in its include\n");
	return (-1);
}

static int
put_all(const struct wizard *w, struct made *m, const char *file, int had,
    const char *key)
{
	if (make_dir(m, made(m, "%s/conf.d", w->o->policy_dir), 1,
	    0755) == -1)
		return (-1);
	if (had == -1 && make_file(m, made(m, "%s", file), INCLUDE, 0644) ==
	    -1)
		return (-1);
	if (key != NULL && psk_put(w->o, w->name, key) == -1)
		return (-1);
	m->psk = key != NULL;
	if (put_policy(w, m, made(m, "%s/conf.d/%s.yaml", w->o->policy_dir,
	    w->name), 1) == -1 || put_peer(w, m, key) == -1)
		return (-1);
	if (policy_tunnels(w->o) == -1) {
		(void)check_wait(w->o);
		fprintf(stderr, "ikectl: nothing was written: the policy would "
		    "not be good\n");
		return (-1);
	}
	if (see_included(w, file, had == -1 ? 0 : had) == -1)
		return (-1);
	return (check_wait(w->o));
}

int
wizard_put(const struct wizard *w)
{
	static struct made m;
	char file[PATH_MAX], key[PSK_LINE];
	int had = -1, rc;

	snprintf(file, sizeof(file), "%s/ikd.yaml", w->o->policy_dir);
	if (access(file, F_OK) == 0 && (had = policy_tunnels(w->o)) == -1) {
		(void)check_wait(w->o);
		fprintf(stderr, "ikectl: wizard: what stands above is to be "
		    "mended first\n");
		return (-1);
	}
	if (w->cert[0] == '\0' && psk_random(key) == -1)
		return (-1);
	rc = put_all(w, &m, file, had, w->cert[0] == '\0' ? key : NULL);
	explicit_bzero(key, sizeof(key));
	if (rc == -1)
		take_back(w, &m);
	return (rc);
}
