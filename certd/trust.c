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

/* Sets of trust anchors and intermediates. */

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "log.h"
#include "trust.h"

struct trust *
trust_new(void)
{
	struct trust *t = xcalloc(1, sizeof(*t));

	t->refs = 1;
	if ((t->store = X509_STORE_new()) == NULL)
		fatal("out of memory");
	chain_watch(t->store);
	return (t);
}

const struct trust_item *
trust_find(const struct trust *t, const X509 *x)
{
	unsigned int i;

	for (i = 0; i < t->n; i++)
		if (t->item[i].cert->x == x ||
		    X509_cmp(t->item[i].cert->x, x) == 0)
			return (&t->item[i]);
	return (NULL);
}

const char *
trust_add(struct trust *t, const char *name, struct cert *c)
{
	if (t->sealed)
		fatal("a sealed set");
	if (!cert_is_ca(c))
		return ("it is no CA certificate");
	if (c->kind == 0)
		return (c->key_fault);
	if ((X509_get_extension_flags(c->x) & EXFLAG_CRITICAL) != 0)
		return ("it has a critical extension that is not known");
	if (trust_find(t, c->x) != NULL)
		return (NULL);
	if (t->n == TRUST_CERTS)
		return ("there are too many CA certificates");
	t->item = xreallocarray(t->item, t->n + 1, sizeof(*t->item));
	t->item[t->n].cert = cert_ref(c);
	t->item[t->n].name = xstrdup(name);
	t->item[t->n].anchor = 0;
	t->n++;
	return (NULL);
}

struct cert *
trust_by_name(const struct trust *t, const X509_NAME *name, unsigned int *i)
{
	struct cert *c;

	while (*i < t->n) {
		c = t->item[(*i)++].cert;
		if (X509_NAME_cmp(X509_get_subject_name(c->x), name) == 0)
			return (c);
	}
	return (NULL);
}

int
trust_has_issuer(const struct trust *t, const struct cert *c)
{
	struct cert *by;
	unsigned int i = 0;

	while ((by = trust_by_name(t, X509_get_issuer_name(c->x), &i)) != NULL)
		if (cert_issued(by, c))
			return (1);
	return (0);
}

/*
 * Is the issuer of c in the set, and not c itself?  A CA that was renewed
 * with another key has the same name, and issued nothing of before.
 */
static int
issuer_is_here(const struct trust *t, const struct cert *c)
{
	return (!cert_is_self_issued(c) && trust_has_issuer(t, c));
}

static int
is_led(const struct trust *t, const char *led, const struct cert *c)
{
	struct cert *by;
	unsigned int i = 0;

	while ((by = trust_by_name(t, X509_get_issuer_name(c->x), &i)) != NULL)
		if (led[i - 1] && X509_check_issued(by->x, c->x) == X509_V_OK)
			return (1);
	return (0);
}

/* CAs that certified each other lead to no anchor but one of themselves. */
static void
break_circles(struct trust *t)
{
	char *led = xcalloc(t->n + 1, 1);
	unsigned int i, more = 1;

	while (more) {
		more = 0;
		for (i = 0; i < t->n; i++)
			if (!led[i] && (t->item[i].anchor ||
			    is_led(t, led, t->item[i].cert)))
				more = (unsigned int)(led[i] = 1);
		for (i = 0; !more && i < t->n; i++)
			if (!led[i])
				more = (unsigned int)(t->item[i].anchor = 1);
	}
	free(led);
}

unsigned int
trust_seal(struct trust *t)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->n; i++)
		t->item[i].anchor = !issuer_is_here(t, t->item[i].cert);
	break_circles(t);
	for (i = 0; i < t->n; i++) {
		if (!t->item[i].anchor)
			continue;
		n++;
		if (X509_STORE_add_cert(t->store, t->item[i].cert->x) != 1)
			fatal("OpenSSL takes no trust anchor");
	}
	ERR_clear_error();
	t->sealed = 1;
	return (n);
}

struct trust *
trust_ref(struct trust *t)
{
	t->refs++;
	return (t);
}

void
trust_free(struct trust *t)
{
	unsigned int i;

	if (t == NULL || --t->refs > 0)
		return;
	for (i = 0; i < t->n; i++) {
		cert_free(t->item[i].cert);
		free(t->item[i].name);
	}
	free(t->item);
	X509_STORE_free(t->store);
	free(t);
}

int
trust_has_key(const struct trust *t, const uint8_t sha1[KEY_SHA1])
{
	unsigned int i;

	for (i = 0; i < t->n; i++)
		if (t->item[i].anchor && memcmp(t->item[i].cert->key_sha1,
		    sha1, KEY_SHA1) == 0)
			return (1);
	return (0);
}

size_t
trust_certreq(const struct trust *t, uint8_t *out, size_t size)
{
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < t->n; i++)
		if (t->item[i].anchor && size - at >= KEY_SHA1) {
			memcpy(out + at, t->item[i].cert->key_sha1, KEY_SHA1);
			at += KEY_SHA1;
		}
	return (at);
}
