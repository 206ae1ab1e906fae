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
 * The CRLs of crls/.  One by a CA that no tunnel trusts is kept until a peer
 * shows that CA under one that is trusted.
 */

#include <stdlib.h>

#include "book_int.h"
#include "log.h"

#define LOST_MOST	256	/* so many names are looked through each time */

/* CRLs of nobody known so far, and the files they stand in. */
struct lost_crls {
	unsigned int	 n;
	struct {
		struct crl	*crl;
		const char	*file;
	} item[LOST_MOST];
};

/* Does a tunnel trust a CA of its issuer's name? */
static int
has_name(const struct book *b, const struct crl *crl)
{
	unsigned int i;
	size_t k;

	for (k = 0; k < b->nset; k++) {
		i = 0;
		if (trust_by_name(b->set[k].trust,
		    X509_CRL_get_issuer(crl->x), &i) != NULL)
			return (1);
	}
	return (0);
}

/* Takes a reference when it is kept. */
static void
keep(struct book *b, const struct file *f, struct crl *crl)
{
	struct lost_crls *l;

	if (b->lost == NULL)
		b->lost = xcalloc(1, sizeof(*b->lost));
	l = b->lost;
	if (l->n == LOST_MOST) {
		log_warn(LS_CERT, "crls/%s: there are more than %u CRLs by "
		    "CAs that no tunnel trusts: left out", f->name, LOST_MOST);
		return;
	}
	l->item[l->n].crl = crl_ref(crl);
	l->item[l->n++].file = f->name;
	log_info(LS_CERT, "crls/%s: its issuer is none of the CAs that a "
	    "tunnel trusts: it counts when a peer shows that CA, under one "
	    "of them", f->name);
}

void
book_add_crls(struct book *b, const struct file *f)
{
	struct crl *crl[CRL_FILE];
	const char *why = NULL;
	enum crl_added how;
	size_t k;
	int i, n;

	n = crl_decode((struct slice){ f->data, f->len }, crl, CRL_FILE,
	    &why);
	if (n < 0)
		log_warn(LS_CERT, "crls/%s: %s: left out", f->name, why);
	for (i = 0; i < n; i++) {
		how = CRL_REFUSED;
		why = "no certificate in ca/ verifies it";
		for (k = 0; k < b->nset && how == CRL_REFUSED; k++)
			how = crls_add(b->crls, crl[i], b->set[k].trust, NULL,
			    0, &why);
		if (how == CRL_REFUSED && !has_name(b, crl[i]))
			keep(b, f, crl[i]);
		else if (how == CRL_REFUSED)
			log_warn(LS_CERT, "crls/%s: %s: left out", f->name,
			    why);
		crl_free(crl[i]);
	}
}

/* Is one of these the issuer, by name? */
static int
named(struct cert *const *by, unsigned int n, const struct crl *crl)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (X509_NAME_cmp(X509_get_subject_name(by[i]->x),
		    X509_CRL_get_issuer(crl->x)) == 0)
			return (1);
	return (0);
}

unsigned int
book_vouch(const struct book *b, struct cert *const *by, unsigned int n)
{
	struct lost_crls *l = b->lost;
	unsigned int i, left = 0, taken = 0;
	enum crl_added how;
	const char *why;

	for (i = 0; l != NULL && i < l->n; i++) {
		how = CRL_REFUSED;
		if (named(by, n, l->item[i].crl))
			how = crls_add(b->crls, l->item[i].crl, NULL, by, n,
			    &why);
		if (how == CRL_REFUSED) {
			l->item[left++] = l->item[i];
			continue;
		}
		taken += how == CRL_TAKEN;
		log_info(LS_CERT, "crls/%s: its issuer is known now",
		    l->item[i].file);
		crl_free(l->item[i].crl);
	}
	if (l != NULL)
		l->n = left;
	return (taken);
}

void
book_crls_free(struct lost_crls *l)
{
	while (l != NULL && l->n > 0)
		crl_free(l->item[--l->n].crl);
	free(l);
}
