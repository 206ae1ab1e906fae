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

/* The directory of an authority: made, opened, kept. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ca_store.h"
#include "cert_io.h"
#include "key_for.h"
#include "key_io.h"
#include "log.h"
#include "x509_make.h"
#include "x509_name.h"

#define DIR_ALL		"private/ca"
#define DIR_NEW		DIR_ALL "/.new"	/* not whole yet */

static void
sub_of(char *out, size_t size, const char *name)
{
	snprintf(out, size, DIR_ALL "/%s", name);
}

int
ca_is_ours(const struct km *km, const char *name)
{
	return (km_exists(km, DIR_ALL, name));
}

/* Empties and removes a directory below the policy directory. */
static int
remove_dir(const struct km *km, const char *sub)
{
	struct dirent *de;
	char path[512];
	DIR *d;
	int fd;

	fd = openat(km->etc, sub, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1)
		return (errno == ENOENT ? 0 : -1);
	if ((d = fdopendir(fd)) == NULL)
		fatal("no memory");
	while ((de = readdir(d)) != NULL) {
		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, de->d_name, 0) == 0 || errno != EISDIR)
			continue;
		snprintf(path, sizeof(path), "%s/%s", sub, de->d_name);
		(void)remove_dir(km, path);
	}
	closedir(d);
	return (unlinkat(km->etc, sub, AT_REMOVEDIR));
}

int
ca_remove(struct km *km, const char *name)
{
	char sub[NAME_MAX_LEN + 16];

	sub_of(sub, sizeof(sub), name);
	/* The key first: what is interrupted here is no authority any more. */
	if (km_exists(km, sub, "key") && km_unlink(km, sub, "key") == -1)
		return (-1);
	if (remove_dir(km, sub) == 0)
		return (0);
	return (fail("%s/%s: %s", km->o->policy_dir, sub, strerror(errno)));
}

/* --crl, --ocsp and --crl-days as lines. */
static int
save_settings(struct km *km)
{
	char *text = NULL;
	size_t len, i;
	FILE *f;
	int rc;

	if ((f = open_memstream(&text, &len)) == NULL)
		fatal("no memory");
	for (i = 0; i < km->n[KO_CRL]; i++)
		fprintf(f, "crl %s\n", km->val[KO_CRL][i]);
	for (i = 0; i < km->n[KO_OCSP]; i++)
		fprintf(f, "ocsp %s\n", km->val[KO_OCSP][i]);
	fprintf(f, "crl-days %ld\n", km_number(km, KO_CRLDAYS, CA_CRL_DAYS, 1,
	    3650));
	if (fclose(f) != 0)
		fatal("no memory");
	rc = km_write(km, DIR_NEW, "settings", text, len, 1);
	free(text);
	return (rc);
}

static int
save_key(struct km *km, const EVP_PKEY *key, const struct pass *pass)
{
	const void *p;
	size_t len;
	BIO *out;
	int rc;

	if ((out = key_encode(key, pass, PURPOSE_CA)) == NULL)
		return (-1);
	p = bio_data(out, &len);
	rc = km_write(km, DIR_NEW, "key", p, len, 1);
	BIO_free(out);
	return (rc);
}

static int
make_dirs(struct km *km)
{
	static const char *const dirs[] = { "private", DIR_ALL, DIR_NEW,
	    DIR_NEW "/issued" };
	size_t i;
	int fd;

	(void)remove_dir(km, DIR_NEW);	/* of one that was interrupted */
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if ((fd = km_dir(km, dirs[i], 1)) == -1)
			return (-1);
		close(fd);
	}
	return (0);
}

/* The directory gets its name when everything is in it. */
static int
give_name(struct km *km, const char *name)
{
	char sub[NAME_MAX_LEN + 16];
	int dir, rc;

	sub_of(sub, sizeof(sub), name);
	if ((dir = km_dir(km, DIR_ALL, 0)) == -1)
		return (-1);
	rc = renameat(km->etc, DIR_NEW, km->etc, sub);
	if (rc == 0)
		rc = fsync(dir);
	close(dir);
	if (rc == 0)
		return (0);
	return (fail("%s/%s: %s", km->o->policy_dir, sub, strerror(errno)));
}

int
ca_make(struct km *km, const char *name, const EVP_PKEY *key,
    const struct pass *pass, X509 *cert)
{
	static const char attr[] = "unique_subject = no\n";
	STACK_OF(X509) *certs = certs_of(cert);
	int rc = -1;

	if (make_dirs(km) == 0 && save_key(km, key, pass) == 0 &&
	    certs_save(km, DIR_NEW, "cert", certs, 1) == 0 &&
	    km_write(km, DIR_NEW, "index", "", 0, 1) == 0 &&
	    km_write(km, DIR_NEW, "index.attr", attr, sizeof(attr) - 1, 1) ==
	    0 && km_write(km, DIR_NEW, "crl-number", "0\n", 2, 1) == 0 &&
	    save_settings(km) == 0)
		rc = give_name(km, name);
	certs_free(certs);
	return (rc);
}

/* A word and its value; 0 or -1. */
static int
one_setting(struct ca *ca, const char *k, const char *v)
{
	if (strcmp(k, "crl") == 0 && ca->ncrl < CA_URLS && url_wrong(v) ==
	    NULL)
		ca->crl[ca->ncrl++] = strdup(v);
	else if (strcmp(k, "ocsp") == 0 && ca->nocsp < CA_URLS &&
	    url_wrong(v) == NULL)
		ca->ocsp[ca->nocsp++] = strdup(v);
	else if (strcmp(k, "crl-days") == 0 && atol(v) > 0 && atol(v) <= 3650)
		ca->crl_days = atol(v);
	else
		return (-1);
	return (0);
}

static int
load_settings(struct km *km, struct ca *ca)
{
	char *line, *rest, *k;
	struct buf b;
	int rc = 0;

	ca->crl_days = CA_CRL_DAYS;
	if (km_read(km, ca->sub, "settings", &b) == -1)
		return (-1);
	rest = (char *)b.p;
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '\0' || line[0] == '#')
			continue;
		k = strsep(&line, " ");
		if (line == NULL || one_setting(ca, k, line) == -1)
			rc = fail("%s/settings: \"%s %s\" is not understood",
			    ca->sub, k, line != NULL ? line : "");
	}
	buf_free(&b);
	return (rc);
}

/* An authority that has issued nothing has an empty index. */
static int
load_index(struct km *km, struct ca *ca)
{
	size_t bad;
	struct buf b;

	if (km_read_some(km, ca->sub, "index", &b) == -1)
		return (-1);
	bad = index_parse(&ca->index, (const char *)b.p, b.len);
	buf_free(&b);
	if (bad == 0)
		return (0);
	return (fail("%s/%s/index: line %zu is not understood",
	    km->o->policy_dir, ca->sub, bad));
}

int
ca_open(struct km *km, const char *name, int with_key, struct ca *ca)
{
	char what[NAME_MAX_LEN + 32];

	memset(ca, 0, sizeof(*ca));
	sub_of(ca->sub, sizeof(ca->sub), name);
	if (!ca_is_ours(km, name))
		return (fail("there is no authority %s/%s: ikectl ca create "
		    "%s", km->o->policy_dir, ca->sub, name));
	if ((ca->cert = cert_peek(km, ca->sub, "cert")) == NULL)
		return (fail("%s/%s/cert: no certificate", km->o->policy_dir,
		    ca->sub));
	if (load_settings(km, ca) == -1 || load_index(km, ca) == -1)
		return (-1);
	if (!with_key)
		return (0);
	snprintf(what, sizeof(what), "%s/key", ca->sub);
	if (for_authority(what, for_of_file(km, ca->sub, "key")) == -1 ||
	    (ca->key = key_load(km, ca->sub, "key", NULL)) == NULL)
		return (-1);
	if (X509_check_private_key(ca->cert, ca->key) != 1)
		return (fail("%s/%s: its key is not its certificate's",
		    km->o->policy_dir, ca->sub));
	return (0);
}

void
ca_close(struct ca *ca)
{
	while (ca->ncrl > 0)
		free(ca->crl[--ca->ncrl]);
	while (ca->nocsp > 0)
		free(ca->ocsp[--ca->nocsp]);
	index_free(&ca->index);
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	memset(ca, 0, sizeof(*ca));
}

int
ca_save_index(struct km *km, const struct ca *ca)
{
	size_t len;
	char *text = index_text(&ca->index, &len);
	int rc = km_write(km, ca->sub, "index", text, len, 1);

	free(text);
	return (rc);
}

unsigned long
ca_next_crl(struct km *km, const struct ca *ca)
{
	unsigned long n;
	char text[32], *end;
	struct buf b;

	if (km_read(km, ca->sub, "crl-number", &b) == -1)
		return (0);
	n = strtoul((const char *)b.p, &end, 10);
	if (b.p[0] < '0' || b.p[0] > '9' || strcmp(end, "\n") != 0 ||
	    n >= LONG_MAX) {
		buf_free(&b);
		fail("%s/%s/crl-number: not a number", km->o->policy_dir,
		    ca->sub);
		return (0);
	}
	buf_free(&b);
	snprintf(text, sizeof(text), "%lu\n", ++n);
	if (km_write(km, ca->sub, "crl-number", text, strlen(text), 1) == -1)
		return (0);
	return (n);
}
