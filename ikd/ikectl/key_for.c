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

/* What keys are for: IKE, TLS, an authority. */
#include <stdio.h>
#include <string.h>

#include "cert_io.h"
#include "key_for.h"

int
for_of_options(const struct km *km, enum key_purpose *purpose)
{
	const char *word = km_opt(km, KO_PURPOSE);
	enum key_purpose p;

	if (word == NULL)
		return (0);
	p = key_purpose_of(word, strlen(word));
	if (p == PURPOSE_CA)
		return (fail_words("--purpose: an authority's key is made by "
		    "ikectl ca create"));
	if (p == PURPOSE_UNKNOWN)
		return (fail_words("--purpose: \"%s\" is neither ike nor tls",
		    word));
	*purpose = p;
	return (0);
}

enum key_purpose
for_of_file(const struct km *km, const char *sub, const char *name)
{
	enum key_purpose says = PURPOSE_NONE;
	struct buf b;

	if (km_secret_wrong(km, sub, name) == NULL &&
	    km_read(km, sub, name, &b) == 0) {
		says = key_purpose(b.p, b.len);
		buf_free(&b);
	}
	if (says != PURPOSE_NONE)
		return (says);
	return (strcmp(sub, "private") == 0 ? PURPOSE_IKE : PURPOSE_CA);
}

struct same {
	const EVP_PKEY	*key;
	char		 name[NAME_MAX_LEN + 1];	/* of the authority */
};

static void
compare(struct km *km, const char *name, void *arg)
{
	char sub[NAME_MAX_LEN + 16];
	struct same *s = arg;
	X509 *x;

	snprintf(sub, sizeof(sub), "private/ca/%s", name);
	if ((x = cert_peek(km, sub, "cert")) != NULL &&
	    key_same(s->key, X509_get0_pubkey(x)))
		(void)strlcpy(s->name, name, sizeof(s->name));
	X509_free(x);
}

int
for_private(struct km *km, const char *what, enum key_purpose says,
    const EVP_PKEY *key)
{
	struct same s = { .key = key };

	if (says == PURPOSE_CA)
		return (fail("%s: this is an authority's key, as its file "
		    "says; a key has one purpose: ikectl key create makes "
		    "one for IKE", what));
	if (says == PURPOSE_UNKNOWN)
		return (fail("%s: its file says a purpose that is none of "
		    "ike, tls and ca", what));
	if (key != NULL)
		km_each(km, "private/ca", compare, &s);
	if (s.name[0] != '\0')
		return (fail("%s: this is the key of the authority %s; a key "
		    "has one purpose: ikectl key create makes one for IKE",
		    what, s.name));
	return (0);
}

int
for_authority(const char *what, enum key_purpose says)
{
	if (says == PURPOSE_CA || says == PURPOSE_NONE)
		return (0);
	return (fail("%s: its file says that this key is for %s, and an "
	    "authority signs with no such key: ikectl ca create makes one "
	    "with a key of its own", what, says == PURPOSE_UNKNOWN ?
	    "something unknown" : key_purpose_name(says)));
}

const char *
for_problem(enum key_purpose says)
{
	switch (says) {
	case PURPOSE_CA:
		return ("an authority's key: IKE does not sign with it");
	case PURPOSE_UNKNOWN:
		return ("its purpose is none of ike, tls and ca");
	default:
		return (NULL);
	}
}

void
out_key_purpose(const struct km *km, const char *sub, const char *name)
{
	if (km_exists(km, sub, name))
		out_text("key_purpose", "%s", key_purpose_name(for_of_file(km,
		    sub, name)));
}
