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
 * certd/chain.c, trust.c and crl.c over a table of chains.  Options of a row:
 * soft, strict (else revocation is off); sha1, rsa1024 (allowed); eku=OID,
 * policy=OID; pin=NAME; notrust (no set of anchors at all); now=DAYS;
 * missing=N (certificates without an answer); raw (CRLs get in unverified).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certd_pki.h"
#include "../../certd/chain.h"
#include "certd_chain_rows.h"

#define NROWS	(sizeof(rows) / sizeof(rows[0]))

/* What one row is made of. */
struct made {
	struct pki	 pki;
	struct trust	*trust;
	struct crls	*crls;
	struct cert	*sent[16];
	char		 opt[128];
	struct chain_in	 in;
	int		 missing;
};

static void
add_crl(struct made *m, struct pki_item *it, int raw)
{
	struct crls *s = m->crls;
	const char *why;

	if (!raw) {
		crls_add(s, it->crl, m->trust, m->sent, m->in.ninter, &why);
		return;
	}
	s->crl = realloc(s->crl, (s->n + 1) * sizeof(*s->crl));
	s->crl[s->n++] = crl_ref(it->crl);
}

/* Calls each for every name of a list. */
static void
each(struct made *m, const char *list, void (*fn)(struct made *,
    struct pki_item *))
{
	char buf[128], *save, *w;

	snprintf(buf, sizeof(buf), "%s", list);
	for (w = strtok_r(buf, ",", &save); w != NULL;
	    w = strtok_r(NULL, ",", &save))
		fn(m, pki_get(&m->pki, w));
}

static void
on_trust(struct made *m, struct pki_item *it)
{
	assert_null(trust_add(m->trust, it->name, it->cert));
}

static void
on_sent(struct made *m, struct pki_item *it)
{
	m->sent[m->in.ninter++] = it->cert;
}

static void
on_crl(struct made *m, struct pki_item *it)
{
	add_crl(m, it, strstr(m->opt, "raw") != NULL);
}

static void
option(struct made *m, const char *w)
{
	struct chain_in *in = &m->in;

	if (strcmp(w, "soft") == 0)
		in->revocation = REVOCATION_SOFT;
	else if (strcmp(w, "strict") == 0)
		in->revocation = REVOCATION_STRICT;
	else if (strcmp(w, "sha1") == 0)
		in->allow_weak |= CHAIN_WEAK_SHA1;
	else if (strcmp(w, "rsa1024") == 0)
		in->allow_weak |= CHAIN_WEAK_RSA1024;
	else if (strncmp(w, "eku=", 4) == 0)
		in->eku[in->neku++] = w + 4;
	else if (strncmp(w, "policy=", 7) == 0)
		in->policy[in->npolicy++] = w + 7;
	else if (strncmp(w, "pin=", 4) == 0)
		in->pinned = pki_get(&m->pki, w + 4)->cert;
	else if (strncmp(w, "now=", 4) == 0)
		in->now = PKI_NOW + atol(w + 4) * PKI_DAY;
	else if (strncmp(w, "missing=", 8) == 0)
		m->missing = atoi(w + 8);
	else if (strcmp(w, "notrust") == 0)
		in->trust = NULL;
	else if (strcmp(w, "raw") != 0)
		fail_msg("option %s", w);
}

static void
make(struct made *m, const struct row *r)
{
	char *save, *w;

	memset(m, 0, sizeof(*m));
	pki_make(&m->pki, r->pki);
	m->missing = -1;
	m->trust = trust_new();
	m->crls = crls_new();
	m->in.trust = m->trust;
	m->in.crls = m->crls;
	m->in.inter = m->sent;
	m->in.now = PKI_NOW;
	m->in.leaf = pki_get(&m->pki, "L")->cert;
	each(m, r->trust, on_trust);
	trust_seal(m->trust);
	each(m, r->sent, on_sent);
	snprintf(m->opt, sizeof(m->opt), "%s", r->opt);
	for (w = strtok_r(m->opt, ", ", &save); w != NULL;
	    w = strtok_r(NULL, ", ", &save))
		option(m, w);
	snprintf(m->opt, sizeof(m->opt), "%s", r->opt);
	each(m, r->crls, on_crl);
	/* The options' values are in opt as it was cut. */
	for (w = strtok_r(m->opt, ", ", &save); w != NULL;
	    w = strtok_r(NULL, ", ", &save))
		;
}

static void
unmake(struct made *m)
{
	crls_free(m->crls);
	trust_free(m->trust);
	pki_free(&m->pki);
}

/* What must hold of any verdict. */
static void
check_result(const struct made *m, const struct chain_result *r)
{
	unsigned int i, missing = 0;

	assert_memory_equal(r->fp, m->in.leaf->fp, KEY_FP);
	assert_int_equal(r->why == CHAIN_OK, r->text[0] == '\0');
	for (i = 0; i < r->n; i++) {
		assert_non_null(r->chain[i]);
		missing += r->rev[i].missing != 0;
		if (r->rev[i].missing)
			assert_non_null(r->rev[i].why);
	}
	assert_int_equal(missing, r->missing);
	if (r->why == CHAIN_OK) {
		assert_true(r->n > 0 && r->bound > m->in.now);
		assert_true(r->bound <= m->in.leaf->not_after);
		if (m->in.trust != NULL)
			assert_non_null(r->anchor);
	} else
		assert_non_null(strstr(r->text, "certificate \""));
	/* Nobody's URLs before the chain is verified. */
	if (r->why != CHAIN_OK && r->why != CHAIN_NO_REVOCATION &&
	    r->why != CHAIN_REVOKED)
		assert_int_equal(r->n, 0);
}

static void
run_row(void **state)
{
	const struct row *r = *state;
	struct chain_result res;
	struct made m;
	unsigned int i;

	make(&m, r);
	chain_verify(&m.in, &res);
	if (res.why != r->why) {
		print_message("# %s: %s, not %s: %s\n", r->name,
		    chain_why_name(res.why), chain_why_name(r->why),
		    res.text);
		fail();
	}
	for (i = 0; i < res.n; i++)
		if (getenv("VERBOSE") != NULL && res.rev[i].missing)
			print_message("# %u: %s\n", i, res.rev[i].why);
	check_result(&m, &res);
	if (m.missing >= 0)
		assert_int_equal(res.missing, m.missing);
	if (getenv("VERBOSE") != NULL)
		print_message("# %s: %s\n", r->name, res.text);
	chain_result_free(&res);
	unmake(&m);
}

int
main(void)
{
	static struct CMUnitTest tests[NROWS];
	size_t i;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	for (i = 0; i < NROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = run_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return (cmocka_run_group_tests_name("chain", tests, NULL, NULL));
}
