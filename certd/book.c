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
 * The book: rows and files of one generation.  A file that does not decode
 * refuses the policy where a tunnel names it; one that merely lies in ca/ or
 * crls/ is logged and left out.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book_int.h"
#include "id.h"
#include "log.h"
#include "own.h"
#include "roles.h"
#include "snap.h"


static const char *fault(struct book *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static const char *
fault(struct book *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(b->why, b->why_size, fmt, ap);
	va_end(ap);
	return (b->why);
}

static const char *
take_file(struct book *b, const struct sn_file *row)
{
	struct file *f;

	if (!b->open) {
		if (b->nfile % 16 == 0)
			b->file = xreallocarray(b->file, b->nfile + 16,
			    sizeof(*b->file));
		f = &b->file[b->nfile++];
		memset(f, 0, sizeof(*f));
		f->kind = row->kind;
		strlcpy(f->name, row->name, sizeof(f->name));
	}
	f = &b->file[b->nfile - 1];
	if (f->kind != row->kind || strcmp(f->name, row->name) != 0)
		return ("a piece of another file");
	f->data = xreallocarray(f->data, f->len + row->data.len + 1, 1);
	memcpy(f->data + f->len, row->data.p, row->data.len);
	f->len += row->data.len;
	b->open = !row->last;
	return (NULL);
}

static void
take_certs(struct book *b, const struct sn_certs *row)
{
	b->warn = row->warn;
	b->hash_url = row->hash_url;
	strlcpy(b->url, row->url, sizeof(b->url));
}

static const char *
take(void *arg, uint16_t type, const void *val)
{
	struct book *b = arg;

	switch (type) {
	case SNAP_FILE:
		return (take_file(b, val));
	case SNAP_AUTH:
		return (entries_add(b->entries, val));
	case SNAP_GROUP:
		return (entries_add_group(b->entries, val));
	case SNAP_FETCH:
		b->refresh = ((const struct sn_fetch *)val)->refresh;
		return (NULL);
	case SNAP_AUTHORITY:
		b->authority = xreallocarray(b->authority,
		    b->nauthority + 1, sizeof(*b->authority));
		authority_fill(&b->authority[b->nauthority++], val);
		return (NULL);
	case SNAP_CERTS:
		take_certs(b, val);
		return (NULL);
	case SNAP_TRUST:
		if (b->nrow % 16 == 0)
			b->row = xreallocarray(b->row, b->nrow + 16,
			    sizeof(*b->row));
		b->row[b->nrow++] = *(const struct sn_trust *)val;
		return (NULL);
	default:
		return ("a row that is not for certd");
	}
}

struct file *
book_file(const struct book *b, unsigned int kind, const char *name)
{
	size_t i;

	for (i = 0; i < b->nfile; i++)
		if (b->file[i].kind == kind &&
		    strcmp(b->file[i].name, name) == 0)
			return (&b->file[i]);
	return (NULL);
}

static const char *
decode(struct file *f)
{
	struct slice in = { f->data, f->len };
	const char *why = NULL;

	f->ncert = cert_decode_file(in, f->cert, CERT_FILE, &why);
	if (f->ncert >= 0)
		return (NULL);
	f->ncert = 0;
	return (why);
}

static int
same_list(const struct sn_trust *a, const struct sn_trust *b)
{
	uint16_t i;

	if (a->cas_n != b->cas_n)
		return (0);
	for (i = 0; i < a->cas_n; i++)
		if (strcmp(a->cas[i].w, b->cas[i].w) != 0)
			return (0);
	return (1);
}

static int
listed(const struct sn_trust *row, const char *name)
{
	uint16_t i;

	for (i = 0; i < row->cas_n; i++)
		if (strcmp(row->cas[i].w, name) == 0)
			return (1);
	return (row->cas_n == 0);
}

/* The certificates of one file into the set: a fault only where named. */
static const char *
add_anchors(struct book *b, struct trust *t, const struct sn_trust *row,
    struct file *f)
{
	const char *why;
	int i;

	for (i = 0; i < f->ncert; i++) {
		if ((why = trust_add(t, f->name, f->cert[i])) == NULL)
			continue;
		if (row->cas_n > 0)
			return (fault(b, "ca/%s: %s", f->name, why));
		log_warn(LS_CERT, "ca/%s: %s: left out", f->name, why);
	}
	return (NULL);
}

static const char *
find_set(struct book *b, struct sn_trust *row, struct set **out)
{
	const char *why;
	struct set *s;
	size_t i;

	for (i = 0; i < b->nset; i++)
		if (same_list(b->set[i].of, row)) {
			*out = &b->set[i];
			return (NULL);
		}
	if (b->nset % 16 == 0)
		b->set = xreallocarray(b->set, b->nset + 16,
		    sizeof(*b->set));
	s = &b->set[b->nset++];
	memset(s, 0, sizeof(*s));
	s->of = row;
	s->trust = trust_new();
	for (i = 0; i < row->cas_n; i++)
		if (book_file(b, CF_CA, row->cas[i].w) == NULL)
			return (fault(b, "ca/%s: no such file",
			    row->cas[i].w));
	for (i = 0; i < b->nfile; i++)
		if (b->file[i].kind == CF_CA &&
		    listed(row, b->file[i].name) && (why = add_anchors(b,
		    s->trust, row, &b->file[i])) != NULL)
			return (why);
	s->empty = trust_seal(s->trust) == 0;
	*out = s;
	return (NULL);
}

/*
 * Who vouches for the peer's certificate.  Nobody (NULL) where it is the one
 * that the policy names, and no authority that it names, or has in ca/,
 * issued that: the administrator's word is enough then.
 */
static const char *
fill_trust(struct book *b, struct rule *r, struct sn_trust *row,
    const struct file *pin, const struct entry *e)
{
	struct set *s = NULL;
	const char *why;

	if ((why = find_set(b, row, &s)) != NULL)
		return (why);
	if (pin != NULL && row->cas_n == 0 && !book_pin_leads(s->trust, pin)) {
		if (row->revocation != REVOCATION_STRICT)
			return (NULL);
		return (fault(b, "tunnel %s: revocation: strict, but no "
		    "authority of ca/ issued certs/%s, so that nobody can say "
		    "whether it is revoked: put the authority there, or say "
		    "revocation: soft beside this cert", e->name, row->cert));
	}
	if (s->empty && !s->told++)
		log_warn(LS_CERT, "no trust anchor in ca/%s: no certificate "
		    "will be believed", row->cas_n == 0 ? "" : row->cas[0].w);
	r->trust = trust_ref(s->trust);
	if (pin != NULL) {
		r->beside = &pin->cert[1];
		r->nbeside = (unsigned int)pin->ncert - 1;
	}
	return (NULL);
}

static unsigned int
copy_words(const struct wt_word *w, uint16_t n, char *out[8])
{
	uint16_t i;

	for (i = 0; i < n; i++)
		out[i] = xstrdup(w[i].w);
	return (n);
}

static const char *
fill_peer(struct book *b, struct rule *r, struct sn_trust *row,
    const struct entry *e)
{
	struct file *f, *pin = NULL;
	const char *why;

	if (row->cert[0] != '\0') {
		pin = book_file(b, CF_CERT, row->cert);
		if (pin == NULL || pin->ncert == 0)
			return (fault(b, "certs/%s: no certificate in it",
			    row->cert));
		r->pinned = cert_ref(pin->cert[0]);
	}
	if (row->pubkey[0] != '\0') {
		f = book_file(b, CF_PUBKEY, row->pubkey);
		if (f == NULL || (r->pubkey = rawkey_decode((struct slice){
		    f->data, f->len }, &why)) == NULL)
			return (fault(b, "pubkeys/%s: %s", row->pubkey,
			    f == NULL ? "no such file" : why));
	}
	return (e->kind_theirs == AUTHK_CERT ? fill_trust(b, r, row, pin, e) :
	    NULL);
}

/* Our own certificate: it is there, and we are who it says. */
static const char *
take_ours(struct book *b, struct rule *r, const struct sn_trust *row,
    const struct entry *e)
{
	struct file *f = book_file(b, CF_CERT, row->cert_ours);
	struct sn_ours ours;
	const char *why;

	if (f == NULL || f->ncert == 0)
		return (fault(b, "certs/%s: no certificate in it (tunnel %s)",
		    row->cert_ours, e->name));
	if ((why = own_row(e, f->name, f->cert[0], &ours, b->why,
	    b->why_size)) != NULL)
		return (why);
	entries_ours(b->entries, &ours);
	r->cert_ours = xstrdup(row->cert_ours);
	return (NULL);
}

static const char *
make_rule(struct book *b, struct rule *r, struct sn_trust *row)
{
	const struct entry *e = entries_round(b->entries, row->tunnel,
	    row->round);
	const char *why;

	memset(r, 0, sizeof(*r));
	if (e == NULL)
		return ("a rule without an entry");
	r->tunnel = row->tunnel;
	r->round = row->round;
	r->sigs = row->sigs;
	r->weak = row->weak;
	r->revocation = row->revocation;
	r->neku = copy_words(row->eku, row->eku_n, r->eku);
	r->npolicy = copy_words(row->policies, row->policies_n, r->policy);
	if (row->cert_id.type != ID_ANY) {
		r->cert_id = xcalloc(1, sizeof(*r->cert_id));
		*r->cert_id = row->cert_id;
	}
	if (row->cert_ours[0] != '\0' &&
	    (why = take_ours(b, r, row, e)) != NULL)
		return (why);
	return (fill_peer(b, r, row, e));
}

static int
by_tunnel(const void *a, const void *b)
{
	const struct sn_trust *x = a, *y = b;

	if (x->tunnel == y->tunnel)
		return (x->round < y->round ? -1 : x->round > y->round);
	return (x->tunnel < y->tunnel ? -1 : 1);
}

/* Its certificates decoded: who signs for it, and for which of them. */
static const char *
make_authority(struct book *b, struct book_authority *a)
{
	struct file *f, *ca = book_file(b, CF_CA, a->file);
	int i;

	if (a->signer_file == NULL || ca == NULL)
		return (NULL);
	f = book_file(b, CF_CERT, a->signer_file);
	if (f == NULL || f->ncert == 0)
		return (fault(b, "certs/%s: no certificate in it (authority "
		    "%s)", a->signer_file, a->name));
	a->signer = cert_ref(f->cert[0]);
	b->signer = xreallocarray(b->signer, b->nsigner +
	    (unsigned int)ca->ncert + 1, sizeof(*b->signer));
	for (i = 0; i < ca->ncert; i++)
		b->signer[b->nsigner++] = (struct chain_signer){ ca->cert[i],
		    a->signer };
	return (NULL);
}

static const char *
finish(struct book *b)
{
	const char *why;
	size_t i;

	if (b->open)
		return ("a file without its end");
	entries_index(b->entries);
	for (i = 0; i < b->nfile; i++)
		if ((b->file[i].kind == CF_CA || b->file[i].kind == CF_CERT) &&
		    (why = decode(&b->file[i])) != NULL)
			log_warn(LS_CERT, "%s/%s: %s", b->file[i].kind ==
			    CF_CA ? "ca" : "certs", b->file[i].name, why);
	for (i = 0; i < b->nauthority; i++)
		if ((why = make_authority(b, &b->authority[i])) != NULL)
			return (why);
	if (b->nrow > 0)
		qsort(b->row, b->nrow, sizeof(*b->row), by_tunnel);
	b->rule = xcalloc(b->nrow + 1, sizeof(*b->rule));
	for (i = 0; i < b->nrow; i++, b->nrule++)
		if ((why = make_rule(b, &b->rule[i], &b->row[i])) != NULL) {
			b->nrule++;
			return (why);
		}
	book_find_ours(b);
	for (i = 0; i < b->nfile; i++)
		if (b->file[i].kind == CF_CRL)
			book_add_crls(b, &b->file[i]);
	return (NULL);
}

const char *
book_read(int fd, uint32_t generation, struct book **out, char *buf,
    size_t size)
{
	struct book *b = xcalloc(1, sizeof(*b));
	const char *why;

	b->generation = generation;
	b->refresh = 80;
	b->entries = entries_new();
	b->crls = crls_new();
	b->why = buf;
	b->why_size = size;
	if ((why = snap_read(fd, ROLE_CERTD, generation, take, b)) == NULL)
		why = finish(b);
	if (why == NULL)
		*out = b;
	else
		book_free(b);
	return (why);
}

static void
rule_clear(struct rule *r)
{
	unsigned int i;

	trust_free(r->trust);
	cert_free(r->pinned);
	rawkey_free(r->pubkey);
	free(r->cert_id);
	free(r->cert_ours);
	for (i = 0; i < r->neku; i++)
		free(r->eku[i]);
	for (i = 0; i < r->npolicy; i++)
		free(r->policy[i]);
}

void
book_free(struct book *b)
{
	size_t i;
	int k;

	if (b == NULL)
		return;
	for (i = 0; i < b->nrule; i++)
		rule_clear(&b->rule[i]);
	for (i = 0; i < b->nset; i++)
		trust_free(b->set[i].trust);
	for (i = 0; i < b->nfile; i++) {
		for (k = 0; k < b->file[i].ncert; k++)
			cert_free(b->file[i].cert[k]);
		free(b->file[i].data);
	}
	for (i = 0; i < b->nauthority; i++)
		authority_clear(&b->authority[i]);
	free(b->authority);
	free(b->signer);
	entries_free(b->entries);
	crls_free(b->crls);
	book_crls_free(b->lost);
	free(b->rule);
	free(b->row);
	free(b->set);
	free(b->file);
	free(b);
}

uint32_t
book_generation(const struct book *b)
{
	return (b->generation);
}

const struct entries *
book_entries(const struct book *b)
{
	return (b->entries);
}

struct crls *
book_crls(const struct book *b)
{
	return (b->crls);
}

const struct book_authority *
book_authority(const struct book *b, const struct cert *issuer)
{
	const struct file *f;
	unsigned int i;
	int k;

	for (i = 0; i < b->nauthority; i++) {
		f = book_file(b, CF_CA, b->authority[i].file);
		for (k = 0; f != NULL && k < f->ncert; k++)
			if (memcmp(f->cert[k]->fp, issuer->fp, KEY_FP) == 0)
				return (&b->authority[i]);
	}
	return (NULL);
}

const struct chain_signer *
book_signers(const struct book *b, unsigned int *n)
{
	*n = b->nsigner;
	return (b->signer);
}

unsigned int
book_refresh(const struct book *b)
{
	return (b->refresh);
}

int
book_hash_url(const struct book *b)
{
	return (b->hash_url);
}

uint32_t
book_warn(const struct book *b)
{
	return (b->warn);
}

int
book_item(const struct book *b, size_t i, struct book_item *out)
{
	const struct file *f;

	if (i >= b->nfile)
		return (0);
	f = &b->file[i];
	out->kind = f->kind;
	out->name = f->name;
	out->cert = f->cert;
	out->ncert = f->ncert;
	return (1);
}

const struct rule *
book_rule(const struct book *b, uint32_t tunnel, unsigned int round)
{
	size_t lo = 0, hi = b->nrule, mid;
	const struct rule *r;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		r = &b->rule[mid];
		if (r->tunnel == tunnel && r->round == round)
			return (r);
		if (r->tunnel < tunnel ||
		    (r->tunnel == tunnel && r->round < round))
			lo = mid + 1;
		else
			hi = mid;
	}
	return (NULL);
}
