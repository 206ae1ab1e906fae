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
 * The certificates that OpenSSL may build a path of.  It goes one way and
 * never back: of two certificates of one CA, by issuers that certified the
 * same key (cross-certificates), the first is taken, and when that leads
 * nowhere the chain is refused.  So dead ends are left out beforehand.
 */
#include <openssl/x509v3.h>

#include <stdlib.h>

#include "chain_int.h"
#include "log.h"

#define NEAR_MOST	64 /* CAs above one leaf; with more none is left out */

struct step {
	struct cert	*cert;
	int		 leads;		/* to an anchor */
};

static int
has_issued(const struct cert *by, const struct cert *c)
{
	return (X509_check_issued(by->x, c->x) == X509_V_OK);
}

static int
same_subject(const struct cert *a, const struct cert *b)
{
	return (X509_NAME_cmp(X509_get_subject_name(a->x),
	    X509_get_subject_name(b->x)) == 0);
}

/* Brings who may have issued c before s[*near]. */
static void
bring_issuers(struct step *s, unsigned int n, unsigned int *near,
    const struct cert *c)
{
	struct step tmp;
	unsigned int i;

	for (i = *near; i < n && *near < NEAR_MOST; i++)
		if (X509_NAME_cmp(X509_get_subject_name(s[i].cert->x),
		    X509_get_issuer_name(c->x)) == 0) {
			tmp = s[*near];
			s[(*near)++] = s[i];
			s[i] = tmp;
		}
}

/* Those above the leaf come first; how many there are, 0 if too many. */
static unsigned int
bring_near(struct step *s, unsigned int n, const struct cert *leaf)
{
	unsigned int i, near = 0;

	bring_issuers(s, n, &near, leaf);
	for (i = 0; i < near; i++)
		bring_issuers(s, n, &near, s[i].cert);
	return (near < NEAR_MOST ? near : 0);
}

/* Is there a CA with two certificates? */
static int
is_choice(const struct step *s, unsigned int n)
{
	unsigned int i, k;

	for (i = 0; i < n; i++)
		for (k = i + 1; k < n; k++)
			if (s[k].cert != s[i].cert &&
			    same_subject(s[k].cert, s[i].cert))
				return (1);
	return (0);
}

static int
by_anchor(const struct trust *t, const struct cert *c)
{
	unsigned int i = 0;
	struct cert *by;

	while ((by = trust_by_name(t, X509_get_issuer_name(c->x), &i)) != NULL)
		if (t->item[i - 1].anchor && has_issued(by, c))
			return (1);
	return (0);
}

/* Which of them lead to an anchor, by names and key identifiers. */
static void
follow(const struct trust *t, struct step *s, unsigned int n)
{
	unsigned int i, k;
	int more = 1;

	for (i = 0; i < n; i++)
		s[i].leads = by_anchor(t, s[i].cert);
	while (more) {
		more = 0;
		for (i = 0; i < n; i++)
			for (k = 0; k < n && !s[i].leads; k++)
				if (s[k].leads && has_issued(s[k].cert,
				    s[i].cert))
					more = s[i].leads = 1;
	}
}

/* A dead end beside one that is none. */
static int
is_detour(const struct step *s, unsigned int n, unsigned int i)
{
	unsigned int k;

	for (k = 0; k < n && !s[i].leads; k++)
		if (s[k].leads && same_subject(s[k].cert, s[i].cert))
			return (1);
	return (0);
}

static unsigned int
collect(const struct chain_in *in, struct step *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < in->ninter; i++)
		if (in->inter[i]->kind != 0)
			s[n++].cert = in->inter[i];
	for (i = 0; i < in->trust->n; i++)
		if (!in->trust->item[i].anchor)
			s[n++].cert = in->trust->item[i].cert;
	return (n);
}

STACK_OF(X509) *
path_between(const struct chain_in *in)
{
	STACK_OF(X509) *sk = sk_X509_new_null();
	unsigned int i, n, near;
	struct step *s;

	/* A pinned certificate stands for itself: who issued it is nothing. */
	if (sk == NULL || in->trust == NULL)
		return (sk);
	s = xcalloc(in->ninter + in->trust->n + 1, sizeof(*s));
	n = collect(in, s);
	near = bring_near(s, n, in->leaf);
	if (is_choice(s, near))
		follow(in->trust, s, near);
	else
		near = 0;
	for (i = 0; i < n && sk != NULL; i++)
		if ((i >= near || !is_detour(s, near, i)) &&
		    sk_X509_push(sk, s[i].cert->x) <= 0) {
			sk_X509_free(sk);
			sk = NULL;
		}
	free(s);
	return (sk);
}
