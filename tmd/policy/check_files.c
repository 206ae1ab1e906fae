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
 * The files a policy names: pre-shared keys in psk/ and ppk/, whose content
 * is not read, only looked at from outside; and manual/, which is read where
 * the caller may: then check says in which line a key does not fit.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "keyfile.h"
#include "ppkid.h"
#include "proto_kept.h"
#include "roles.h"
#include "scalar.h"

#define PSK_MAX		4096	/* as sn_secret.data */

struct looker {
	struct reader	*r;
	struct hash	 seen;
	const char	*dir;
	const char	*kind;		/* psk, ppk, or manual */
	int		 fd;		/* of that directory */
	int		 owners;	/* is the owner judged? */
	uid_t		 sign;		/* certd-sign's */
};

static void
look_at(struct looker *lk, const char *name, const struct stat *st)
{
	struct place none = { NULL, 0, 0 };
	struct problems *ps = lk->r->ps;

	if (!S_ISREG(st->st_mode))
		problem_error(ps, none, "%s/%s/%s: not a regular file",
		    lk->dir, lk->kind, name);
	else if ((st->st_mode & 077) != 0)
		problem_error(ps, none, "%s/%s/%s: readable by others (mode "
		    "%04o): chmod 600", lk->dir, lk->kind, name,
		    (unsigned int)st->st_mode & 07777);
	else if (lk->owners && st->st_uid != 0 && st->st_uid != lk->sign)
		problem_error(ps, none, "%s/%s/%s: belongs to user %u: "
		    "chown root", lk->dir, lk->kind, name,
		    (unsigned int)st->st_uid);
	else if (st->st_size == 0)
		problem_error(ps, none, "%s/%s/%s: is empty", lk->dir,
		    lk->kind, name);
	else if (st->st_size > PSK_MAX)
		problem_error(ps, none, "%s/%s/%s: larger than %d octets",
		    lk->dir, lk->kind, name, PSK_MAX);
	else if (st->st_size < PPK_GOOD && strcmp(lk->kind, "ppk") == 0)
		problem_warn(ps, none, "%s/ppk/%s: %lld octets are less than "
		    "the 256 bits that a post-quantum pre-shared key should "
		    "have: ikectl ppk create makes a good one", lk->dir, name,
		    (long long)st->st_size);
}

static void
look(struct looker *lk, const char *name, const struct node *at)
{
	struct stat st;

	if (scalar_file_wrong(name) != NULL ||
	    hash_put(&lk->seen, name, strlen(name), lk) != NULL)
		return;
	if (fstatat(lk->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		look_at(lk, name, &st);
	else if (errno == ENOENT && strcmp(lk->kind, "manual") == 0)
		problem_error(lk->r->ps, node_place(at), "key \"%s\": there "
		    "is no file %s/manual/%s, with a line enc: or auth: and "
		    "the key in hexadecimal behind it", name, lk->dir, name);
	else if (errno == ENOENT)
		problem_error(lk->r->ps, node_place(at), "%s \"%s\": there "
		    "is no file %s/%s/%s; ikectl %s create %s makes it",
		    lk->kind, name, lk->dir, lk->kind, name, lk->kind, name);
}

static void
look_at_side(struct looker *lk, const struct auth *a)
{
	unsigned int k;

	for (; a != NULL; a = a->next)
		for (k = 0; k < a->psks.n; k++)
			look(lk, a->psks.v[k], a->psks.at[k]);
}

static void
look_at_kept(struct looker *lk, const struct kept_tunnel *t)
{
	const struct slice *s = &t->was->psks;
	const char *name;
	size_t at;

	for (at = 0; at < s->len; at += strlen(name) + 1) {
		name = (const char *)s->p + at;
		look(lk, name, t->node);
	}
}

static void
look_at_psks(struct looker *lk)
{
	const struct policy *po = lk->r->po;
	unsigned int i;

	for (i = 0; i < po->ntunnels; i++) {
		look_at_side(lk, po->tunnels[i].ours);
		look_at_side(lk, po->tunnels[i].theirs);
	}
	for (i = 0; i < po->nkept; i++)
		look_at_kept(lk, &po->kept[i]);
	for (i = 0; i < po->npsks; i++)
		look(lk, po->psks[i].secret, po->psks[i].node);
}

static void
look_at_ppks(struct looker *lk)
{
	const struct policy *po = lk->r->po;
	unsigned int i;

	for (i = 0; i < po->nppks; i++)
		look(lk, po->ppks[i].secret, po->ppks[i].node);
}

/* Do the keys fit?  A file that the caller may not read is not judged. */
static void
look_inside(struct looker *lk, const struct manual_sa *sa, const char *name)
{
	struct place none = { NULL, 0, 0 };
	uint8_t buf[KEYFILE_MAX + 1];
	struct keyfile k;
	unsigned int line;
	const char *why;
	char text[128];
	ssize_t n;
	int fd;

	fd = openat(lk->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return;
	if ((n = read(fd, buf, sizeof(buf))) > 0) {
		why = keyfile_parse(buf, (size_t)n, &k, &line);
		if (why == NULL)
			why = keyfile_fits(&k, sa->encr, sa->encr_bits,
			    sa->integ, text, sizeof(text), &line);
		if (why != NULL && line != 0)
			problem_error(lk->r->ps, none, "%s/manual/%s:%u: %s",
			    lk->dir, name, line, why);
		else if (why != NULL)
			problem_error(lk->r->ps, none, "%s/manual/%s: %s",
			    lk->dir, name, why);
		explicit_bzero(&k, sizeof(k));
	}
	explicit_bzero(buf, sizeof(buf));
	close(fd);
}

static void
look_at_way(struct looker *lk, const struct manual_sa *sa,
    const struct manual_way *w)
{
	if (w->key == NULL || sa->integ == 0)
		return;
	look(lk, w->key, w->at[W_KEY]);
	if (scalar_file_wrong(w->key) == NULL)
		look_inside(lk, sa, w->key);
}

static void
look_at_manuals(struct looker *lk)
{
	const struct policy *po = lk->r->po;
	const struct child *c;
	unsigned int i, k, n;

	for (i = 0; i < po->ntunnels; i++)
		for (k = 0; k < po->tunnels[i].nchildren; k++) {
			c = &po->tunnels[i].children[k];
			for (n = 0; n < c->nsa; n++) {
				look_at_way(lk, &c->sa[n], &c->sa[n].in);
				look_at_way(lk, &c->sa[n], &c->sa[n].out);
			}
		}
}

static int
any_manual(const struct policy *po)
{
	unsigned int i;

	for (i = 0; i < po->ntunnels; i++)
		if (po->tunnels[i].keying)
			return (1);
	return (0);
}

static int
has_psk(const struct auth *a)
{
	while (a != NULL && a->psks.n == 0)
		a = a->next;
	return (a != NULL);
}

static int
any_psk(const struct policy *po)
{
	unsigned int i;

	for (i = 0; i < po->ntunnels; i++)
		if (has_psk(po->tunnels[i].ours) ||
		    has_psk(po->tunnels[i].theirs))
			return (1);
	for (i = 0; i < po->nkept; i++)
		if (po->kept[i].was->psks.len > 0)
			return (1);
	return (po->npsks > 0);
}

static void
look_into(struct reader *r, int dirfd, const char *dir, int checking,
    const char *kind, void (*look_all)(struct looker *))
{
	struct looker lk = { .r = r, .dir = dir, .kind = kind };
	struct place none = { NULL, 0, 0 };
	struct passwd *pw;

	lk.fd = openat(dirfd, kind, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lk.fd == -1) {
		if (checking && errno == ENOENT)
			problem_warn(r->ps, none, "%s/%s is not there: "
			    "%s keys were not looked at", dir, kind,
			    strcmp(kind, "ppk") == 0 ? "post-quantum "
			    "pre-shared" : strcmp(kind, "psk") == 0 ?
			    "pre-shared" : "manual");
		return;
	}
	lk.owners = checking;
	if (checking && (pw = getpwnam(role_info(ROLE_SIGN)->user)) != NULL)
		lk.sign = pw->pw_uid;
	look_all(&lk);
	close(lk.fd);
	hash_free(&lk.seen);
}

void
check_files(struct reader *r, int dirfd, const char *dir, int checking)
{
	if (dirfd != -1 && any_psk(r->po))
		look_into(r, dirfd, dir, checking, "psk", look_at_psks);
	if (dirfd != -1 && r->po->nppks > 0)
		look_into(r, dirfd, dir, checking, "ppk", look_at_ppks);
	if (dirfd != -1 && any_manual(r->po))
		look_into(r, dirfd, dir, checking, "manual", look_at_manuals);
}
