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
 * The files that certd needs and cannot open: certificates, raw public keys,
 * CRLs.  They are public and nothing here looks into them.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "scalar.h"
#include "setters.h"
#include "snapshots.h"

#define FILES_MAX	4096
#define FILE_MAX	(20UL * 1024 * 1024)	/* a CRL; others are small */
#define FILES_OCTETS	(64UL * 1024 * 1024)

static const char *const dirs[] = { [CF_CA] = "ca", [CF_CERT] = "certs",
	[CF_CRL] = "crls", [CF_PUBKEY] = "pubkeys" };

struct taker {
	struct reader	*r;
	const char	*dir;		/* the policy directory's name */
	int		 at[CF_PUBKEY + 1];
	size_t		 octets;	/* read so far */
	struct hash	 seen;
};

static struct cert_data *
new_file(struct policy *po)
{
	if (po->nfiles % 64 == 0)
		po->files = xreallocarray(po->files, po->nfiles + 64,
		    sizeof(*po->files));
	return (&po->files[po->nfiles++]);
}

/* NULL, or what is wrong; a FIFO does not hold us up. */
static const char *
take(struct taker *tk, unsigned int kind, const char *name)
{
	struct cert_data *f;
	struct stat st;
	const char *why = NULL;
	uint8_t *p;
	ssize_t n = 0;
	size_t len = 0;
	int fd;

	fd = openat(tk->at[kind], name, O_RDONLY | O_NONBLOCK | O_CLOEXEC |
	    O_NOCTTY);
	if (fd == -1)
		return (errno == EACCES ?
		    "may not be read by the user _tmdpolicy" :
		    errno == ENOENT ? "no such file" : strerror(errno));
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		why = "not a regular file";
	else if (st.st_size == 0)
		why = "is empty";
	else if ((size_t)st.st_size > FILE_MAX)
		why = "larger than 20 MB";
	else if ((tk->octets += (size_t)st.st_size) > FILES_OCTETS)
		why = "all files together are larger than 64 MB";
	else if (tk->r->po->nfiles == FILES_MAX)
		why = "more than 4096 files";
	if (why == NULL) {
		p = arena_alloc(tk->r->arena, (size_t)st.st_size);
		while (len < (size_t)st.st_size && (n = read(fd, p + len,
		    (size_t)st.st_size - len)) > 0)
			len += (size_t)n;
		if (len != (size_t)st.st_size)
			why = n == -1 ? strerror(errno) :
			    "changed while it was read";
		else {
			f = new_file(tk->r->po);
			f->kind = (uint8_t)kind;
			f->name = arena_copy(tk->r->arena, name,
			    strlen(name));
			f->data = p;
			f->len = len;
		}
	}
	close(fd);
	return (why);
}

/* One that is named; told once where it is wrong. */
static void
named(struct taker *tk, unsigned int kind, const char *name,
    const struct node *at)
{
	char key[NAME_MAX_LEN + 8];
	const char *why;

	if (name == NULL || scalar_file_wrong(name) != NULL)
		return;
	key[0] = (char)('0' + kind);
	strlcpy(key + 1, name, sizeof(key) - 1);
	if (hash_put(&tk->seen, arena_copy(tk->r->arena, key, strlen(key)),
	    strlen(key), tk) != NULL)
		return;
	why = tk->at[kind] == -1 ? "there is no such directory" :
	    take(tk, kind, name);
	if (why != NULL)
		problem_error(tk->r->ps, node_place(at), "%s/%s/%s: %s",
		    tk->dir, dirs[kind], name, why);
}

static int
by_name(const void *a, const void *b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

/* All of a directory, in name order; one that is no use is a warning. */
static void
all_of(struct taker *tk, unsigned int kind)
{
	struct place none = { NULL, 0, 0 };
	char **names = NULL;
	size_t n = 0, i;
	const char *why;
	struct dirent *e;
	DIR *d = NULL;
	int fd;

	if (tk->at[kind] == -1 || (fd = openat(tk->at[kind], ".", O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
	while (n < FILES_MAX && (e = readdir(d)) != NULL) {
		if (scalar_file_wrong(e->d_name) != NULL ||
		    e->d_type == DT_DIR)
			continue;
		if (n % 64 == 0)
			names = xreallocarray(names, n + 64, sizeof(*names));
		names[n++] = xstrdup(e->d_name);
	}
	(void)closedir(d);
	if (n > 0)
		qsort(names, n, sizeof(*names), by_name);
	for (i = 0; i < n; i++) {
		if ((why = take(tk, kind, names[i])) != NULL)
			problem_warn(tk->r->ps, none, "%s/%s/%s: %s",
			    tk->dir, dirs[kind], names[i], why);
		free(names[i]);
	}
	free(names);
}

/* A file that is read with its whole directory. */
static void
must_be(struct taker *tk, unsigned int kind, const char *name,
    const struct node *at, const char *what)
{
	struct stat st;

	if (tk->at[kind] == -1 || fstatat(tk->at[kind], name, &st, 0) == -1)
		problem_error(tk->r->ps, node_place(at), "%s \"%s\": there "
		    "is no file %s/%s/%s", what, name, tk->dir, dirs[kind],
		    name);
}

static void
of_tunnel(struct taker *tk, const struct tunnel *t, int *peers)
{
	const struct auth *l, *p;
	unsigned int i;

	for (l = t->ours; l != NULL; l = l->next)
		if (l->kind == AUTHK_CERT)
			named(tk, CF_CERT, l->cert, l->at[A_CERT]);
	for (p = t->theirs; p != NULL; p = p->next) {
		if (p->kind == AUTHK_KEY)
			named(tk, CF_PUBKEY, p->pubkey, p->at[A_PUBKEY]);
		if (p->kind != AUTHK_CERT)
			continue;
		*peers = 1;
		named(tk, CF_CERT, p->cert, p->at[A_CERT]);
		for (i = 0; i < p->ca.n; i++)
			must_be(tk, CF_CA, p->ca_file[i], p->ca.at[i], "ca");
	}
}

/*
 * This very certificate is enough; but nobody can say whether it is revoked
 * where there is no authority at all.  certd looks into the files.
 */
static void
no_authority(struct taker *tk, const struct tunnel *t)
{
	const struct auth *p;

	for (p = t->theirs; p != NULL; p = p->next)
		if (p->kind == AUTHK_CERT && p->cert != NULL &&
		    p->revocation == REVOKE_STRICT)
			problem_error(tk->r->ps, node_place(
			    p->at[A_REVOCATION] != NULL ?
			    p->at[A_REVOCATION] : p->at[A_CERT]), "tunnel "
			    "\"%s\": revocation: strict beside cert, but "
			    "there is no authority in %s/ca that could say "
			    "whether it is revoked", t->name, tk->dir);
}

/* What an authority names; crls/ and ca/ are read whole. */
static void
of_authority(struct taker *tk, const struct authority *a)
{
	unsigned int i;

	must_be(tk, CF_CA, a->file, a->at[AUTHORITY_FILE] != NULL ?
	    a->at[AUTHORITY_FILE] : a->node->key, "authority");
	for (i = 0; i < a->crl.n; i++)
		if (!authority_is_url(a->crl.v[i]))
			must_be(tk, CF_CRL, a->crl.v[i], a->crl.at[i], "crl");
	named(tk, CF_CERT, a->signer, a->at[AUTHORITY_SIGNER]);
}

void
cert_files(struct reader *r, int dirfd, const char *dir)
{
	struct taker tk = { .r = r, .dir = dir };
	unsigned int i, k, n;
	int peers = 0;

	if (dirfd == -1 || r->ps->errors > 0)
		return;
	for (k = CF_CA; k <= CF_PUBKEY; k++)
		tk.at[k] = openat(dirfd, dirs[k], O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC);
	for (i = 0; i < r->po->ntunnels; i++)
		of_tunnel(&tk, &r->po->tunnels[i], &peers);
	for (i = 0; i < r->po->nauthorities; i++)
		of_authority(&tk, &r->po->authorities[i]);
	if (peers) {
		n = r->po->nfiles;
		all_of(&tk, CF_CA);
		for (i = 0; n == r->po->nfiles && i < r->po->ntunnels; i++)
			no_authority(&tk, &r->po->tunnels[i]);
		all_of(&tk, CF_CRL);
	}
	for (k = CF_CA; k <= CF_PUBKEY; k++)
		if (tk.at[k] != -1)
			close(tk.at[k]);
	hash_free(&tk.seen);
}
