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
 * pkcs11: the token with private keys of ours, and the URIs of those keys
 * (RFC 7512).
 */

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "canon.h"
#include "scalar.h"
#include "setters.h"

#define SCHEME		"pkcs11:"
#define LABEL_MAX	32	/* octets of a token's label */
#define PROVIDER	"pkcs11.so"

/* Which attributes of RFC 7512 section 2.3 choose a key, or its token. */
static const struct {
	const char	*name;
	int		 of_key;
} attributes[] = {
	{ "token", 0 }, { "serial", 0 }, { "manufacturer", 0 },
	{ "model", 0 }, { "object", 1 }, { "id", 1 }
};
#define NATTRIBUTES	(sizeof(attributes) / sizeof(attributes[0]))

int
token_is_uri(const char *s)
{
	return (s != NULL && strncmp(s, SCHEME, sizeof(SCHEME) - 1) == 0);
}

static int
is_hex(char c)
{
	return ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F'));
}

/* RFC 3986's unreserved, and what RFC 7512 leaves bare beside them. */
static int
is_bare(char c)
{
	return ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c != '\0' && strchr("-._~:[]@!$'()*+,=", c) != NULL));
}

/* One attribute's value; its length, or -1. */
static int
value_length(const char *s)
{
	int n = 0;

	while (s[n] != '\0' && s[n] != ';')
		if (is_bare(s[n]))
			n++;
		else if (s[n] == '%' && is_hex(s[n + 1]) && is_hex(s[n + 2]))
			n += 3;
		else
			return (-1);
	return (n == 0 ? -1 : n);
}

const char *
token_uri_wrong(const char *s, unsigned int *seen)
{
	size_t i, n;
	int len;

	*seen = 0;
	if (!token_is_uri(s))
		return ("does not begin with pkcs11:");
	if (strlen(s) > KEY_URI_MAX)
		return ("is longer than 255 octets");
	for (s += sizeof(SCHEME) - 1; ; s += len + 1) {
		n = strcspn(s, "=;");
		for (i = 0; i < NATTRIBUTES; i++)
			if (strlen(attributes[i].name) == n &&
			    strncmp(s, attributes[i].name, n) == 0)
				break;
		if (i == NATTRIBUTES)
			return ("has something else than token, serial, "
			    "manufacturer, model, object or id: the module "
			    "and the PIN are said in pkcs11");
		if (*seen & 1U << i)
			return ("says something twice");
		*seen |= 1U << i;
		s += n;
		if (*s != '=' || (len = value_length(s + 1)) == -1)
			return ("has a value that is none: write what is no "
			    "letter or digit as %20");
		s++;
		if (s[len] == '\0')
			break;
	}
	if ((*seen & (1U << 4 | 1U << 5)) == 0)
		return ("names no key: add object= or id=");
	return (NULL);
}

void
set_auth_key(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct auth *a = obj;
	unsigned int seen;
	const char *why;

	if (v->kind != NODE_SCALAR || !token_is_uri(v->text)) {
		set_auth_file(r, k, v, obj);
		return;
	}
	if ((why = token_uri_wrong(v->text, &seen)) != NULL)
		reader_error(r, v, "key \"%s\"%s %s", v->text,
		    reader_where(r), why);
	else
		a->key = v->text;
}

static const char *
path_wrong(const struct node *v)
{
	if (v->text[0] != '/')
		return ("is not an absolute path");
	return (v->len > 255 ? "is longer than 255 octets" : NULL);
}

void
set_token_module(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct token *t = obj;
	const char *why;

	if (!reader_is_value(r, v, k->name))
		return;
	if ((why = path_wrong(v)) != NULL)
		reader_error(r, v, "module \"%s\"%s %s", v->text,
		    reader_where(r), why);
	t->module = v->text;
}

void
set_token_paths(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct token *t = obj;
	const char *why;
	unsigned int i;
	struct words w;

	if (reader_words(r, v, k->name, TOKEN_PATHS, &w) == -1)
		return;
	for (i = 0; i < w.n; i++)
		if ((why = path_wrong(w.at[i])) != NULL)
			reader_error(r, w.at[i], "paths \"%s\"%s %s", w.v[i],
			    reader_where(r), why);
	t->paths = w;
}

void
set_token_label(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct token *t = obj;

	if (!reader_is_value(r, v, k->name))
		return;
	if (v->len == 0 || v->len > LABEL_MAX)
		reader_error(r, v, "token \"%s\"%s: a label has 1 to %d "
		    "octets", v->text, reader_where(r), LABEL_MAX);
	else
		t->label = v->text;
}

void
set_token(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct label l = { r->label, k->name, NULL };

	if (!reader_is_map(r, v, k->name))
		return;
	r->label = &l;
	keymap_read(r, &keys_token, v, (char *)obj + k->off);
	r->label = l.up;
}

void
print_token(struct canon *c, const struct key *k, const void *obj)
{
	const struct policy *po = obj;

	if (po->at[TOP_PKCS11] == NULL)
		return;
	canon_open(c, k->name);
	canon_map(c, &keys_token, &po->token);
	canon_close(c);
}

/* The name of a file that only one role is given. */
void
set_secret_file(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	const char **name = (const char **)(void *)((char *)obj + k->off);

	if (!reader_is_value(r, v, k->name))
		return;
	if (scalar_file_wrong(v->text) != NULL)
		reader_error(r, v, "%s \"%s\"%s is not the name of a file of "
		    "private/%s/", k->name, v->text, reader_where(r),
		    strcmp(k->name, "pin") == 0 ? "token" : "fetch");
	else
		*name = v->text;
}

/* "pkcs11:token=LABEL;" and what stands behind the scheme. */
static const char *
with_label(struct reader *r, const char *label, const char *uri)
{
	char text[sizeof(SCHEME) + 3 * LABEL_MAX + KEY_URI_MAX + 16], *out;
	size_t n;

	n = (size_t)snprintf(text, sizeof(text), SCHEME "token=");
	for (; *label != '\0'; label++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    is_bare(*label) ? "%c" : "%%%02X",
		    (unsigned char)*label);
	n += (size_t)snprintf(text + n, sizeof(text) - n, ";%s",
	    uri + sizeof(SCHEME) - 1);
	if (n > KEY_URI_MAX)
		return (NULL);
	out = arena_alloc(r->arena, n + 1);
	memcpy(out, text, n + 1);
	return (out);
}

void
resolve_token(struct reader *r, struct auth *a)
{
	const struct token *t = &r->po->token;
	unsigned int seen;

	if (!token_is_uri(a->key) || token_uri_wrong(a->key, &seen) != NULL)
		return;
	if (r->po->at[TOP_PKCS11] == NULL)
		problem_error(r->ps, node_place(a->at[A_KEY]), "key \"%s\" is "
		    "in a token, and the policy has none: add pkcs11: "
		    "{ module: FILE }", a->key);
	else if ((seen & 3) == 0 && t->label == NULL)
		problem_error(r->ps, node_place(a->at[A_KEY]), "key \"%s\" "
		    "does not say in which token: add token= to it, or token "
		    "to pkcs11", a->key);
	else if ((seen & 1) == 0 && t->label != NULL &&
	    (a->key = with_label(r, t->label, a->key)) == NULL)
		problem_error(r->ps, node_place(a->at[A_KEY]), "key: with the "
		    "token's label it is longer than 255 octets");
}

static struct place
at_token(const struct reader *r, const struct node *n)
{
	return (node_place(n != NULL ? n : r->po->at[TOP_PKCS11]));
}

void
check_token(struct reader *r, int checking)
{
	const struct token *t = &r->po->token;
	const char *dir = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);
	char file[512];

	if (r->po->at[TOP_PKCS11] == NULL)
		return;
	if (t->module == NULL)
		problem_error(r->ps, at_token(r, NULL), "pkcs11 without "
		    "module: the token's library, as "
		    "/usr/lib/softhsm/libsofthsm2.so");
	/* certd-token says it, when it is the service that reads this. */
	if (!checking || r->ps->errors > 0)
		return;
	snprintf(file, sizeof(file), "%s/" PROVIDER, dir != NULL ? dir : "");
	if (access(file, R_OK) == -1 && errno == ENOENT)
		problem_error(r->ps, at_token(r, NULL), "pkcs11: OpenSSL has "
		    "no provider for tokens here, %s: install the package "
		    "pkcs11-provider (Debian 13 has it, Debian 12 has none)",
		    file);
	if (access(t->module, R_OK) == -1 && errno == ENOENT)
		problem_error(r->ps, at_token(r, t->at[TOKEN_MODULE]),
		    "pkcs11: there is no module %s: install what came with "
		    "the token (SoftHSM's package is softhsm2)", t->module);
}
