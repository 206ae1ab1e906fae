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
 * Manual keys, from their files to an INSTALL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "alg.h"
#include "hprf.h"
#include "keyfile.h"
#include "log.h"
#include "manual.h"
#include "pskfile.h"
#include "reason.h"

struct manual_file {
	char		 name[NAME_MAX_LEN + 1];
	char		 problem[128];	/* empty: it is good */
	unsigned int	 line;		/* of the problem; 0: the whole file */
	struct keyfile	*keys;		/* in the secure heap */
};

struct manuals {
	struct sn_manual	*rows;		/* by tunnel and child */
	size_t			 nrows, maxrows;
	struct manual_file	*files;
	size_t			 nfiles, maxfiles;
	int			 sorted;
};

struct manuals *
manuals_new(void)
{
	return (xcalloc(1, sizeof(struct manuals)));
}

void
manuals_free(struct manuals *m)
{
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; i < m->nfiles; i++)
		OPENSSL_secure_clear_free(m->files[i].keys,
		    sizeof(*m->files[i].keys));
	free(m->files);
	free(m->rows);
	free(m);
}

void
manuals_forget_rows(struct manuals *m)
{
	m->nrows = 0;
}

void
manuals_take_rows(struct manuals *m, struct manuals *from)
{
	if (from == NULL)
		return;
	free(m->rows);
	m->rows = from->rows;
	m->nrows = from->nrows;
	m->maxrows = from->maxrows;
	from->rows = NULL;
	from->nrows = from->maxrows = 0;
}

void
manuals_load(struct manuals *m, const struct sn_secret *s, uint32_t own)
{
	struct manual_file *f;
	char buf[128];
	const char *why;

	if (m->nfiles == m->maxfiles) {
		m->maxfiles = m->maxfiles == 0 ? 16 : 2 * m->maxfiles;
		m->files = xreallocarray(m->files, m->maxfiles,
		    sizeof(*m->files));
	}
	f = &m->files[m->nfiles++];
	memset(f, 0, sizeof(*f));
	m->sorted = 0;
	strlcpy(f->name, s->name, sizeof(f->name));
	/* Should the locked heap be full, a key still serves. */
	if ((f->keys = OPENSSL_secure_zalloc(sizeof(*f->keys))) == NULL &&
	    (f->keys = OPENSSL_zalloc(sizeof(*f->keys))) == NULL)
		fatal("no memory for keys");
	why = psk_mode_problem(s->mode, s->uid, own, buf, sizeof(buf));
	if (why == NULL)
		why = keyfile_parse(s->data, s->data_len, f->keys, &f->line);
	if (why != NULL)
		strlcpy(f->problem, why, sizeof(f->problem));
}

static int
file_cmp(const void *a, const void *b)
{
	const struct manual_file *f = a, *g = b;

	return (strcmp(f->name, g->name));
}

static const struct manual_file *
file_find(struct manuals *m, const char *name)
{
	struct manual_file find;

	if (m->nfiles == 0)
		return (NULL);
	if (!m->sorted)
		qsort(m->files, m->nfiles, sizeof(*m->files), file_cmp);
	m->sorted = 1;
	memset(&find, 0, sizeof(find));
	strlcpy(find.name, name, sizeof(find.name));
	return (bsearch(&find, m->files, m->nfiles, sizeof(*m->files),
	    file_cmp));
}

static int
row_cmp(const struct sn_manual *r, uint32_t tunnel, uint32_t child)
{
	if (r->tunnel != tunnel)
		return (r->tunnel < tunnel ? -1 : 1);
	return (r->child < child ? -1 : r->child > child);
}

/* tmd-policy writes them by tunnel and child, but maybe not by number. */
static int
row_order(const void *a, const void *b)
{
	const struct sn_manual *r = b;

	return (row_cmp(a, r->tunnel, r->child));
}

/* The first row that is not before this one; m->nrows: none. */
static size_t
row_place(const struct manuals *m, uint32_t tunnel, uint32_t child)
{
	size_t lo = 0, hi = m->nrows, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (row_cmp(&m->rows[mid], tunnel, child) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* What no honest row has: AEAD is not for keys that stay (RFC 8221). */
static int
sa_ok(const struct wt_manual *sa)
{
	const struct alg *e = alg_by_id(XF_ENCR, sa->encr, sa->encr_bits);

	return (alg_by_id(XF_INTEG, sa->integ, 0) != NULL &&
	    (sa->proto == PROTO_AH ? sa->encr == 0 :
	    sa->proto == PROTO_ESP && e != NULL && !e->aead));
}

const char *
manuals_add(struct manuals *m, const struct sn_manual *row)
{
	if (row->sa_n == 0 || !sa_ok(&row->sa[0]) || (row->sa_n == 2 &&
	    (!sa_ok(&row->sa[1]) || row->sa[0].proto != PROTO_ESP ||
	    row->sa[1].proto != PROTO_AH)))
		return ("manual keys for algorithms that are not theirs");
	if (m->nrows == m->maxrows) {
		m->maxrows = m->maxrows == 0 ? 16 : 2 * m->maxrows;
		m->rows = xreallocarray(m->rows, m->maxrows,
		    sizeof(*m->rows));
	}
	m->rows[m->nrows++] = *row;
	if (m->nrows > 1 && row_order(&m->rows[m->nrows - 2],
	    &m->rows[m->nrows - 1]) >= 0)
		qsort(m->rows, m->nrows, sizeof(*m->rows), row_order);
	return (NULL);
}

/* The keys of this name for sa; NULL with what is wrong. */
static const struct keyfile *
keys_for(struct manuals *m, const struct wt_manual *sa, const char *name,
    char *why, size_t size)
{
	const struct manual_file *f = file_find(m, name);
	unsigned int line = 0;
	char text[128];

	if (f == NULL) {
		snprintf(why, size, ": no such file, or not a regular one");
		return (NULL);
	}
	strlcpy(text, f->problem, sizeof(text));
	line = f->line;
	if (text[0] == '\0' && keyfile_fits(f->keys, sa->encr, sa->encr_bits,
	    sa->integ, text, sizeof(text), &line) == NULL)
		return (f->keys);
	if (line != 0)
		snprintf(why, size, ":%u: %s", line, text);
	else
		snprintf(why, size, ": %s", text);
	return (NULL);
}

static const char *
row_problem(struct manuals *m, const struct sn_manual *row, const char *dir,
    char *out, size_t size)
{
	const char *name;
	char why[192];
	unsigned int i;

	for (i = 0; i < 2u * row->sa_n; i++) {
		name = i % 2 == 0 ? row->sa[i / 2].key_in :
		    row->sa[i / 2].key_out;
		if (keys_for(m, &row->sa[i / 2], name, why,
		    sizeof(why)) != NULL)
			continue;
		snprintf(out, size, "%s/manual/%s%s (tunnel %s)", dir, name,
		    why, row->name);
		return (out);
	}
	return (NULL);
}

const char *
manuals_problem(struct manuals *m, const char *dir, char *out, size_t size)
{
	size_t i;

	for (i = 0; i < m->nrows; i++)
		if (row_problem(m, &m->rows[i], dir, out, size) != NULL)
			return (out);
	return (NULL);
}

static void
suite_of(const struct sn_manual *row, struct wt_suite *s)
{
	const struct wt_manual *sa = &row->sa[0];

	memset(s, 0, sizeof(*s));
	s->proto = sa->proto;
	s->encr = sa->encr;
	s->encr_bits = sa->encr_bits;
	s->integ = sa->integ;
	if (row->sa_n == 2)
		s->ah = row->sa[1].integ;
}

/* Of all that makes its SAs: another key, another print.  0 or -1. */
static int
print_of(struct manuals *m, struct slice secret, const struct sn_manual *row,
    uint8_t print[32])
{
	static const char label[] = "manual keys";
	struct slice parts[2 + 3 * 2 * MANUAL_SAS];
	uint8_t sas[MANUAL_SAS][2 * (NAME_MAX_LEN + 2) + 32];
	const struct keyfile *k;
	struct wt_manual sa;
	uint8_t mac[PRF_MAX];
	char why[192];
	unsigned int i, n = 0;
	long len;

	parts[n++] = (struct slice){ (const uint8_t *)label, sizeof(label) };
	for (i = 0; i < 2u * row->sa_n; i++) {
		sa = row->sa[i / 2];
		k = keys_for(m, &sa, i % 2 == 0 ? sa.key_in : sa.key_out,
		    why, sizeof(why));
		if (k == NULL)
			return (-1);
		/* Their lengths are the algorithm's. */
		parts[n++] = (struct slice){ k->enc, k->enc_len };
		parts[n++] = (struct slice){ k->auth, k->auth_len };
		if (i % 2 == 1)
			continue;
		/* What the files are called is nothing to it. */
		memset(sa.key_in, 0, sizeof(sa.key_in));
		memset(sa.key_out, 0, sizeof(sa.key_out));
		len = wire_encode(&wire_wt_manual, &sa, sas[i / 2],
		    sizeof(sas[i / 2]));
		if (len == -1)
			fatal("a row of manual keys does not encode");
		parts[n++] = (struct slice){ sas[i / 2], (size_t)len };
	}
	hprf(PRF_HMAC_SHA2_256, secret.p, secret.len, parts, n, mac);
	memcpy(print, mac, 32);
	return (0);
}

void
manuals_tell(struct manuals *m, struct slice secret,
    const struct mv_keys_want *want, struct mv_keys_are *out)
{
	const struct sn_manual *row;
	struct wt_keys *k;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->order = want->order;
	out->tunnel = want->tunnel;
	out->generation = want->generation;
	out->code = RSN_OK;
	for (i = row_place(m, want->tunnel, 0); i < m->nrows &&
	    m->rows[i].tunnel == want->tunnel &&
	    out->keys_n < LINK_CHILDREN; i++) {
		row = &m->rows[i];
		out->local = row->local;
		out->remote = row->remote;
		k = &out->keys[out->keys_n];
		k->child = row->child;
		k->spi_in = row->sa[0].spi_in;
		k->spi_out = row->sa[0].spi_out;
		k->udp_encap = row->udp_encap;
		suite_of(row, &k->suite);
		if (print_of(m, secret, row, k->print) == 0)
			out->keys_n++;
	}
	if (out->keys_n > 0)
		return;
	out->code = RSN_NO_SECRET;
	wire_text_copy(out->text, sizeof(out->text), "the tunnel has no "
	    "manual keys");
}

static void
put_key(uint8_t out[KEY_MAX], uint16_t *outlen, const uint8_t *key,
    size_t len)
{
	memcpy(out, key, len);
	*outlen = (uint16_t)len;
}

static void
put_keys(struct mi_install *out, const struct sn_manual *row,
    const struct keyfile *in[], const struct keyfile *ex[])
{
	put_key(out->encr_in, &out->encr_in_len, in[0]->enc, in[0]->enc_len);
	put_key(out->encr_out, &out->encr_out_len, ex[0]->enc,
	    ex[0]->enc_len);
	put_key(out->integ_in, &out->integ_in_len, in[0]->auth,
	    in[0]->auth_len);
	put_key(out->integ_out, &out->integ_out_len, ex[0]->auth,
	    ex[0]->auth_len);
	if (row->sa_n < 2)
		return;
	out->ah_spi_in = row->sa[1].spi_in;
	out->ah_spi_out = row->sa[1].spi_out;
	put_key(out->ah_in, &out->ah_in_len, in[1]->auth, in[1]->auth_len);
	put_key(out->ah_out, &out->ah_out_len, ex[1]->auth, ex[1]->auth_len);
}

const char *
manuals_install(struct manuals *m, struct slice secret,
    const struct mv_keys_use *use, struct mi_keys *keys)
{
	struct mi_install *out = &keys->install;
	const struct keyfile *in[MANUAL_SAS], *ex[MANUAL_SAS];
	size_t at = row_place(m, use->tunnel, use->child), i;
	const struct sn_manual *row;
	uint8_t print[32];
	char why[192];

	if (at == m->nrows ||
	    row_cmp(&m->rows[at], use->tunnel, use->child) != 0)
		return ("the policy has no manual keys for this child");
	row = &m->rows[at];
	if (print_of(m, secret, row, print) == -1 ||
	    memcmp(print, use->print, sizeof(print)) != 0)
		return ("its keys have changed meanwhile");
	for (i = 0; i < row->sa_n; i++) {
		in[i] = keys_for(m, &row->sa[i], row->sa[i].key_in, why,
		    sizeof(why));
		ex[i] = keys_for(m, &row->sa[i], row->sa[i].key_out, why,
		    sizeof(why));
	}
	memset(keys, 0, sizeof(*keys));
	keys->tunnel = row->tunnel;
	keys->child = row->child;
	out->req = out->grant = use->grant;
	out->spi_in = row->sa[0].spi_in;
	out->spi_out = row->sa[0].spi_out;
	out->mode = row->mode;
	out->udp_encap = row->udp_encap;
	suite_of(row, &out->suite);
	out->local = row->local;
	out->remote = row->remote;
	out->ts_local_n = row->ts_local_n;
	memcpy(out->ts_local, row->ts_local, sizeof(out->ts_local));
	out->ts_remote_n = row->ts_remote_n;
	memcpy(out->ts_remote, row->ts_remote, sizeof(out->ts_remote));
	put_keys(out, row, in, ex);
	return (NULL);
}
