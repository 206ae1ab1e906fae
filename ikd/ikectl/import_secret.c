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
 * Reads ipsec.secrets, and finds the secret of a tunnel.  An entry begins at
 * the margin and goes on in lines that do not:
 *
 *	192.0.2.1 @bee.example.com : PSK "the key"
 *	: RSA moonKey.pem
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_put.h"

#define WORDS	20		/* of one entry */

struct word {
	const char	*p;
	size_t		 len;
	int		 quoted;
};

/* "%any:" is two words; "2001:db8::1", and "::", are one. */
static const char *
word_end(const char *p, const char *end)
{
	const char *e = p;

	if (*p == ':' && (p + 1 == end || p[1] != ':'))
		return (p + 1);
	while (e < end && !isspace((unsigned char)*e))
		e++;
	if (e - p > 1 && e[-1] == ':' && e[-2] != ':')
		e--;
	return (e);
}

/* The words of an entry; a colon is one of its own.  How many, or -1. */
static int
words_of(const char *p, const char *end, struct word *w)
{
	const char *e;
	int n = 0;

	for (;;) {
		while (p < end && isspace((unsigned char)*p))
			p++;
		if (p < end && *p == '#')
			while (p < end && *p != '\n')
				p++;
		if (p == end)
			return (n);
		if (isspace((unsigned char)*p))
			continue;
		if (n == WORDS)
			return (-1);
		w[n].quoted = *p == '"' || *p == '\'';
		if (w[n].quoted) {
			e = memchr(p + 1, *p, (size_t)(end - p - 1));
			if (e == NULL)
				return (-1);
			w[n].p = p + 1;
			w[n].len = (size_t)(e - p - 1);
			p = e + 1;
		} else {
			e = word_end(p, end);
			w[n].p = p;
			w[n].len = (size_t)(e - p);
			p = e;
		}
		n++;
	}
}

static char *
text_of(const struct word *w)
{
	char *s;

	if (memchr(w->p, '\0', w->len) != NULL)
		return (NULL);
	if ((s = strndup(w->p, w->len)) == NULL)
		err(1, "import");
	return (s);
}

void
imp_secret_add(struct imp *im, const char *file, unsigned int line,
    char *const *ids, size_t nids, char *key, int quoted)
{
	struct imp_secret *s;
	size_t i;
	int literal = quoted && (strncmp(key, "0x", 2) == 0 ||
	    strncmp(key, "0s", 2) == 0 || strncmp(key, "text:", 5) == 0);

	if (key[0] == '\0' || strpbrk(key, "\n\r") != NULL)
		imp_note(im, file, line, "a secret that is empty, or has "
		    "more than one line");
	else {
		if ((s = calloc(1, sizeof(*s))) == NULL ||
		    asprintf(&s->key, "%s%s", literal ? "text:" : "", key) ==
		    -1)
			err(1, "import");
		s->file = file;
		s->line = line;
		for (i = 0; i < nids && i < sizeof(s->ids) /
		    sizeof(s->ids[0]); i++)
			if ((s->ids[s->nids++] = strdup(ids[i])) == NULL)
				err(1, "import");
		TAILQ_INSERT_TAIL(&im->secrets, s, entry);
	}
	explicit_bzero(key, strlen(key));
}

void
imp_secret_missing(struct imp *im, const char *local, const char *remote,
    const char *name)
{
	struct imp_secret *s;

	if (local == NULL || remote == NULL)
		return;
	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->ids[0] = strdup(local)) == NULL ||
	    (s->ids[1] = strdup(remote)) == NULL)
		err(1, "import");
	s->nids = 2;
	(void)strlcpy(s->name, name, sizeof(s->name));
	TAILQ_INSERT_TAIL(&im->secrets, s, entry);
}

/* What else a secret may be, and what is done about it here. */
static const struct {
	const char	*kind;
	const char	*why;
} kinds[] = {
	{ "RSA", "bring the private key with ikectl key import" },
	{ "ECDSA", "bring the private key with ikectl key import" },
	{ "PKCS8", "bring the private key with ikectl key import" },
	{ "P12", "bring key and certificate with ikectl cert import" },
	{ "PIN", "a token's PIN stands in a file of its own, pkcs11.pin" },
	{ "EAP", "EAP is not built in this version" },
	{ "NTLM", "EAP is not built in this version" },
	{ "XAUTH", "IKEv1 and XAUTH are not built in this version" },
	{ "PPK", "bring it as a file below ppk/" },
};

static void
other_kind(struct imp *im, const char *file, unsigned int line,
    const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcasecmp(kind, kinds[i].kind) == 0) {
			imp_note(im, file, line, "secret of kind %s: %s",
			    kinds[i].kind, kinds[i].why);
			return;
		}
	imp_note(im, file, line, "a secret of an unknown kind");
}

/* From its first line to the one before the next entry. */
static void
entry(struct imp *im, const char *file, unsigned int line, const char *p,
    const char *end)
{
	char *ids[WORDS] = { NULL }, *kind = NULL, *key = NULL;
	struct word w[WORDS];
	int n = words_of(p, end, w), i;
	size_t nids = 0, k;

	if (n == 0)
		return;
	for (i = 0; i < n; i++) {
		if (!w[i].quoted && w[i].len == 1 && w[i].p[0] == ':')
			break;
		if ((ids[nids] = text_of(&w[i])) != NULL)
			nids++;
	}
	if (n == -1 || i + 2 > n || (kind = text_of(&w[i + 1])) == NULL)
		imp_note(im, file, line, "an entry that is not understood");
	else if (strcasecmp(kind, "PSK") != 0)
		other_kind(im, file, line, kind);
	else if (i + 2 == n || (key = text_of(&w[i + 2])) == NULL)
		imp_note(im, file, line, "PSK without a key");
	else
		imp_secret_add(im, file, line, ids, nids, key,
		    w[i + 2].quoted);
	for (k = 0; k < nids; k++)
		free(ids[k]);
	free(kind);
	free(key);
}

void
imp_read_secrets(struct imp *im, struct conf_sec *sec, const char *file,
    const char *text, size_t len, const struct imp_reader *reader)
{
	const char *p = text, *end = text + len, *nl, *from = NULL;
	unsigned int line = 0, begin = 0;
	char *pattern;

	for (; p < end; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			nl = end;
		line++;
		if (nl == p || isspace((unsigned char)*p) || *p == '#')
			continue;
		if (from != NULL)
			entry(im, file, begin, from, p);
		from = p;
		begin = line;
		if (nl - p > 8 && strncmp(p, "include", 7) == 0 &&
		    isspace((unsigned char)p[7])) {
			from = NULL;
			if ((pattern = strndup(p + 8, (size_t)(nl - p - 8))) ==
			    NULL)
				err(1, "import");
			pattern[strcspn(pattern, "#\r")] = '\0';
			while (*pattern != '\0' && isspace((unsigned char)
			    pattern[strlen(pattern) - 1]))
				pattern[strlen(pattern) - 1] = '\0';
			reader->include(im, sec, file, line, pattern +
			    strspn(pattern, " \t"), reader);
			free(pattern);
		}
	}
	if (from != NULL)
		entry(im, file, begin, from, end);
}

static int
says_any(const char *id)
{
	return (strcmp(id, "%any") == 0 || strcmp(id, "%any6") == 0 ||
	    strcmp(id, "0.0.0.0") == 0 || strcmp(id, "::") == 0);
}

/* ID i of the secret, "*" for any. */
static const char *
plain(struct imp_secret *s, size_t i)
{
	char text[IMP_TEXT];

	if (s->plain[i] != NULL)
		return (s->plain[i]);
	if (says_any(s->ids[i]))
		(void)strlcpy(text, "*", sizeof(text));
	else if (imp_id(s->ids[i], text) != NULL)
		text[0] = '\0';
	if ((s->plain[i] = strdup(text)) == NULL)
		err(1, "import");
	return (s->plain[i]);
}

/* The secret's best hold on this plain ID: 2 it itself, 1 any, 0 none. */
static int
holds(struct imp_secret *s, const char *want)
{
	int best = 0;
	size_t i;

	for (i = 0; i < s->nids; i++) {
		if (strcmp(plain(s, i), "*") == 0)
			best = best < 1 ? 1 : best;
		else if (want[0] != '\0' &&
		    strcasecmp(want, plain(s, i)) == 0)
			return (2);
	}
	return (best);
}

/* 0: it does not fit. */
static int
score(struct imp_secret *s, const char *local, const char *remote)
{
	int l = holds(s, local), r = holds(s, remote);

	if (s->nids == 0)
		return (1);
	if (s->nids == 1)
		return (l + r == 0 ? 0 : 1 + l + 2 * r);
	return (l == 0 || r == 0 ? 0 : 10 + l + 2 * r);
}

struct imp_secret *
imp_secret_for(struct imp *im, const char *local, const char *remote)
{
	struct imp_secret *s, *best = NULL;
	char l[IMP_TEXT], r[IMP_TEXT];
	int most = 0, n;

	if (local == NULL || imp_id(local, l) != NULL)
		l[0] = '\0';
	if (remote == NULL || imp_id(remote, r) != NULL)
		r[0] = '\0';
	TAILQ_FOREACH(s, &im->secrets, entry) {
		if ((n = score(s, l, r)) > most) {
			most = n;
			best = s;
		}
	}
	return (best);
}
