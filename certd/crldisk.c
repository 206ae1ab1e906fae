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

/* CRLs on disk. */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crl.h"
#include "crldisk.h"
#include "key.h"
#include "log.h"
#include "proto_certd_fetch.h"

#define MAGIC		"IKDCRL01"
#define MAGIC_LEN	8
#define NAME_LEN	(2 * KEY_FP)
#define TEMP		"new"

static unsigned int nfiles;

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return (v);
}

static void
put64(uint8_t *p, uint64_t v)
{
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

const char *
crlfile_read(struct slice in, struct crlfile *out)
{
	size_t i, len;

	if (in.len < CRLDISK_HEAD || memcmp(in.p, MAGIC, MAGIC_LEN) != 0)
		return ("it is no file of a CRL");
	out->until = (int64_t)get64(in.p + 8);
	out->fetched = (int64_t)get64(in.p + 16);
	len = (size_t)in.p[24] << 8 | in.p[25];
	if (out->until < 0 || out->fetched < 0)
		return ("its times are none");
	if (len == 0 || len > FETCH_URL || len > in.len - CRLDISK_HEAD)
		return ("its URL is cut short");
	out->url = (struct slice){ in.p + CRLDISK_HEAD, len };
	for (i = 0; i < len; i++)
		if (out->url.p[i] <= 0x20 || out->url.p[i] >= 0x7f)
			return ("its URL is none");
	out->data = (struct slice){ in.p + CRLDISK_HEAD + len,
	    in.len - CRLDISK_HEAD - len };
	if (out->data.len == 0 || out->data.len > CRL_MAX)
		return ("there is no CRL in it");
	return (NULL);
}

size_t
crlfile_head(const struct crlfile *f, uint8_t *out, size_t size)
{
	if (f->url.len == 0 || f->url.len > FETCH_URL ||
	    size < CRLDISK_HEAD + f->url.len)
		return (0);
	memcpy(out, MAGIC, MAGIC_LEN);
	put64(out + 8, (uint64_t)f->until);
	put64(out + 16, (uint64_t)f->fetched);
	out[24] = (uint8_t)(f->url.len >> 8);
	out[25] = (uint8_t)f->url.len;
	memcpy(out + CRLDISK_HEAD, f->url.p, f->url.len);
	return (CRLDISK_HEAD + f->url.len);
}

static void
name_of(struct slice url, char out[NAME_LEN + 1])
{
	uint8_t h[KEY_FP];
	size_t i;

	key_sha256(url, h);
	for (i = 0; i < KEY_FP; i++)
		snprintf(out + 2 * i, 3, "%02x", h[i]);
}

/* At most max octets of a regular file; NULL with *why. */
static uint8_t *
read_file(int dir, const char *name, size_t max, size_t *len,
    const char **why)
{
	uint8_t *p = NULL;
	struct stat st;
	ssize_t n = 0;
	int fd;

	*len = 0;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1) {
		*why = errno == ENOENT ? NULL : strerror(errno);
		return (NULL);
	}
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    st.st_size > (off_t)(CRL_MAX + CRLDISK_HEAD + FETCH_URL)) {
		*why = "it is no file of a CRL";
		close(fd);
		return (NULL);
	}
	if ((size_t)st.st_size < max)
		max = (size_t)st.st_size;
	p = xcalloc(1, max);
	while (*len < max && (n = read(fd, p + *len, max - *len)) > 0)
		*len += (size_t)n;
	close(fd);
	if (*len == max)
		return (p);
	*why = n == -1 ? strerror(errno) : "it is cut short";
	free(p);
	return (NULL);
}

/* What is to be removed at a start, and why (NULL: it stays). */
static const char *
no_use(int dir, const char *name, int64_t now)
{
	const char *why = NULL;
	struct crlfile f;
	uint8_t *p;
	size_t len;

	if (strcmp(name, TEMP) == 0)
		return ("its writing was not finished");
	if (nfiles >= CRLDISK_FILES)
		return ("there are too many");
	if ((p = read_file(dir, name, CRLDISK_HEAD + FETCH_URL + 1, &len,
	    &why)) == NULL)
		return (why != NULL ? why : "it is gone");
	if ((why = crlfile_read((struct slice){ p, len }, &f)) == NULL &&
	    f.until < now)
		why = "";		/* it has ended: nothing to say */
	free(p);
	return (why);
}

void
crldisk_open(int dir, int64_t now)
{
	struct dirent *e;
	const char *why;
	DIR *d = NULL;
	int fd;

	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		log_warn(LS_CERT, "the directory of CRLs: %s: none is kept "
		    "over a restart", strerror(errno));
		if (fd != -1)
			close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if ((why = no_use(dir, e->d_name, now)) == NULL) {
			nfiles++;
			continue;
		}
		if (why[0] != '\0')
			log_notice(LS_CERT, "CRL file %s is dropped: %s",
			    e->d_name, why);
		(void)unlinkat(dir, e->d_name, 0);
	}
	(void)closedir(d);
}

uint8_t *
crldisk_load(int dir, const char *url, struct crlfile *f)
{
	struct slice u = { (const uint8_t *)url, strlen(url) };
	char name[NAME_LEN + 1];
	const char *why = NULL;
	uint8_t *p;
	size_t len;

	name_of(u, name);
	p = read_file(dir, name, SIZE_MAX, &len, &why);
	if (p != NULL && (why = crlfile_read((struct slice){ p, len }, f)) ==
	    NULL && (f->url.len != u.len ||
	    memcmp(f->url.p, u.p, u.len) != 0))
		why = "it is of another URL";
	if (why == NULL)
		return (p);
	free(p);
	crldisk_drop(dir, url, why);
	return (NULL);
}

void
crldisk_drop(int dir, const char *url, const char *why)
{
	char name[NAME_LEN + 1];

	name_of((struct slice){ (const uint8_t *)url, strlen(url) }, name);
	if (unlinkat(dir, name, 0) == -1)
		return;
	log_notice(LS_CERT, "CRL file %s of %s is dropped: %s", name, url,
	    why);
	if (nfiles > 0)
		nfiles--;
}

static int
write_all(int fd, const uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = write(fd, p, len)) <= 0)
			return (-1);
	return (0);
}

/*
 * Whole or not at all, as long as the power stays.  Nothing waits for the
 * disk: what a power cut leaves of a file is found out when it is read, by
 * its head and the CRL's signature, and then fetched again.
 */
static int
save(int dir, const char *name, const struct crlfile *f)
{
	uint8_t head[CRLDISK_HEAD + FETCH_URL];
	size_t len = crlfile_head(f, head, sizeof(head));
	int fd, ok;

	fd = openat(dir, TEMP, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		return (-1);
	ok = len > 0 && write_all(fd, head, len) == 0 &&
	    write_all(fd, f->data.p, f->data.len) == 0;
	if (close(fd) == -1 || !ok || renameat(dir, TEMP, dir, name) == -1) {
		(void)unlinkat(dir, TEMP, 0);
		return (-1);
	}
	return (0);
}

void
crldisk_save(int dir, const struct crlfile *f)
{
	char name[NAME_LEN + 1];
	static int told;
	struct stat st;
	int there;

	name_of(f->url, name);
	there = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!there && nfiles >= CRLDISK_FILES)
		errno = EMFILE;
	else if (save(dir, name, f) == 0) {
		nfiles += !there;
		told = 0;
		return;
	}
	if (!told)
		log_warn(LS_CERT, "a CRL cannot be kept on disk: %s",
		    strerror(errno));
	told = 1;
}
