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
 * CRLs, as they come from a server: decoded, verified, and through to the
 * verdict on a certificate.  With the first octet odd the CA signs what was
 * decoded again.
 */

#include <stdint.h>
#include <stdio.h>

#include "certd_setup.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct crl *
sign_again(struct crl *c)
{
	X509_CRL *x = X509_CRL_dup(c->x);
	unsigned char *der = NULL;
	struct crl *out = NULL;
	const char *why;
	int len;

	if (x != NULL && X509_CRL_set_issuer_name(x,
	    X509_get_subject_name(fuzz_root->x)) == 1 &&
	    X509_CRL_sign(x, fuzz_key, NULL) > 0 &&
	    (len = i2d_X509_CRL(x, &der)) > 0 &&
	    crl_decode((struct slice){ der, (size_t)len }, &out, 1,
	    &why) != 1)
		out = NULL;
	OPENSSL_free(der);
	X509_CRL_free(x);
	crl_free(c);
	return (out);
}

static void
verdict(const struct crls *s, int opt)
{
	struct chain_in in = { .now = FUZZ_NOW, .leaf = fuzz_leaf,
	    .trust = fuzz_trust, .crls = s,
	    .revocation = opt & 2 ? REVOCATION_STRICT : REVOCATION_SOFT };
	struct chain_result r;

	chain_verify(&in, &r);
	if (r.why != CHAIN_OK && r.why != CHAIN_REVOKED &&
	    r.why != CHAIN_NO_REVOCATION)
		abort();
	if (s->n == 0 && r.why != ((opt & 2) ? CHAIN_NO_REVOCATION :
	    CHAIN_OK))
		abort();
	chain_result_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct crl *c[CRL_FILE];
	char text[CERT_NAME];
	struct crls *s;
	struct urls u;
	const char *why;
	int i, n, opt;

	fuzz_setup();
	if (len < 1)
		return (0);
	opt = data[0];
	s = crls_new();
	n = crl_decode((struct slice){ data + 1, len - 1 }, c, CRL_FILE, &why);
	for (i = 0; i < n; i++) {
		if ((opt & 1) != 0)
			c[i] = sign_again(c[i]);
		if (c[i] == NULL)
			continue;
		crl_issuer(c[i], text, sizeof(text));
		crl_number(c[i], text, sizeof(text));
		urls_crl_delta(c[i]->x, &u);
		urls_free(&u);
		crls_add(s, c[i], fuzz_trust, NULL, 0, &why);
		crl_free(c[i]);
	}
	verdict(s, opt);
	crls_expire(s, FUZZ_NOW, 10);
	crls_free(s);
	return (0);
}
