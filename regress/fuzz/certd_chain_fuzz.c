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
 * CERT payloads through to the verdict and the identity: options, then
 * certificates, each behind two octets of length.  A bit of the options lets
 * the CA sign the first one again, so that all behind its signature is
 * reached.
 */

#include <stdint.h>
#include <stdio.h>

#include "certd_setup.h"
#include "../../certd/certid.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum { SIGN_AGAIN = 1, STRICT = 2, SOFT = 4, WEAK = 8, POLICY = 16, EKU = 32,
	PIN = 64 };

/* The same certificate, but issued by our CA. */
static struct cert *
sign_again(struct cert *c)
{
	X509 *x = X509_dup(c->x);
	struct cert *out = NULL;

	if (x != NULL && X509_set_issuer_name(x,
	    X509_get_subject_name(fuzz_root->x)) == 1 &&
	    X509_sign(x, fuzz_key, NULL) > 0)
		out = fuzz_cert(x);
	X509_free(x);
	cert_free(c);
	return (out);
}

/*
 * OpenSSL up to 3.5 loses 42 octets, once a certificate, when one of a
 * verified chain has policyConstraints without certificatePolicies; a CA that
 * is trusted has to have signed it.  Known, so passed over.
 */
static int
loses_memory(const X509 *x)
{
	return (X509_get_ext_by_NID(x, NID_policy_constraints, -1) >= 0 &&
	    X509_get_ext_by_NID(x, NID_certificate_policies, -1) < 0);
}

static unsigned int
split(const uint8_t *data, size_t len, int again, struct cert **out)
{
	unsigned int n = 0;
	const char *why;
	struct cert *c;
	size_t l;

	while (len >= 2 && n < CERT_CHAIN) {
		l = (size_t)data[0] << 8 | data[1];
		if (l > len - 2)
			l = len - 2;
		c = cert_decode((struct slice){ data + 2, l }, &why);
		if (c != NULL && n == 0 && again)
			c = sign_again(c);
		if (c != NULL && loses_memory(c->x))
			cert_free(c);
		else if (c != NULL)
			out[n++] = c;
		data += 2 + l;
		len -= 2 + l;
	}
	return (n);
}

static void
identities(const struct cert *c)
{
	char text[CERTID_TEXT], small[8];
	struct certid_in in = { 0 };
	struct wt_id id;

	if (certid_first(c, &id) == 0) {
		in.id = &id;
		if (certid_proves(c, &in, text, sizeof(text)) != 1)
			abort();
		id.data[id.data_len - 1] ^= 0x15;
		certid_proves(c, &in, small, sizeof(small));
	}
	memset(&id, 0, sizeof(id));
	id.type = ID_KEY_ID;
	in.id = &id;
	if (certid_proves(c, &in, text, sizeof(text)) != 0)
		abort();
}

static void
printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cert *c[CERT_CHAIN];
	struct chain_in in = { .now = FUZZ_NOW };
	struct chain_result r;
	unsigned int i, n;
	int opt;

	fuzz_setup();
	if (len < 1)
		return (0);
	opt = data[0];
	n = split(data + 1, len - 1, opt & SIGN_AGAIN, c);
	if (n == 0)
		return (0);
	in.trust = fuzz_trust;
	in.leaf = c[0];
	in.inter = c + 1;
	in.ninter = n - 1;
	in.revocation = (opt & STRICT) ? REVOCATION_STRICT : (opt & SOFT) ?
	    REVOCATION_SOFT : REVOCATION_OFF;
	in.allow_weak = (opt & WEAK) ? 3 : 0;
	if ((opt & POLICY) != 0)
		in.policy[in.npolicy++] = "1.2.3.1";
	if ((opt & EKU) != 0)
		in.eku[in.neku++] = "1.2.3.4";
	if ((opt & PIN) != 0)
		in.pinned = c[0];
	chain_verify(&in, &r);
	printable(r.text);
	if (r.why == CHAIN_OK && (opt & SIGN_AGAIN) == 0 && n == 1 &&
	    memcmp(c[0]->fp, fuzz_leaf->fp, KEY_FP) != 0 &&
	    memcmp(c[0]->fp, fuzz_root->fp, KEY_FP) != 0)
		abort();
	if (r.why == CHAIN_OK)
		identities(c[0]);
	chain_result_free(&r);
	for (i = 0; i < n; i++)
		cert_free(c[i]);
	return (0);
}
