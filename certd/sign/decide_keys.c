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

/* Which keys the policy names, and whether they are there. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "decide.h"

struct complaints {
	unsigned int	 n;
	void		(*each)(void *arg, const char *text);
	void		*arg;
};

static void complain(struct complaints *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
complain(struct complaints *c, const char *fmt, ...)
{
	char text[MSG_TEXT + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->n++;
	c->each(c->arg, text);
}

/* dir: psk, or ppk. */
static void
check_name(struct complaints *c, const struct keyring *k, const char *dir,
    const char *name, const char *who)
{
	const struct key *key = keyring_find(k, name);

	if (key != NULL && key->problem[0] == '\0')
		return;
	if (strchr(name, '/') != NULL)
		complain(c, "%s: a key outside %s/%s is not supported by "
		    "this version (%s)", name, keyring_dir(k), dir, who);
	else if (key == NULL)
		complain(c, "%s/%s/%s: no such file, or not a regular one: "
		    "ikectl %s create %s (%s)", keyring_dir(k), dir, name,
		    dir, name, who);
	else
		complain(c, "%s/%s/%s: %s (%s)", keyring_dir(k), dir, name,
		    key->problem, who);
}

int
decide_key_fits(const struct entry *e, const struct privkey *p)
{
	return (!e->has_fp || (p->in_token ? p->problem[0] != '\0' :
	    p->pkey == NULL) ||
	    memcmp(e->key_fp, p->fp, sizeof(p->fp)) == 0);
}

/* A token that is not there is no mistake of the policy: it may come. */
static void
check_token_key(struct complaints *c, const struct privring *tokens,
    const struct entry *e)
{
	const struct privkey *p = privring_find(tokens, e->key);

	if (p != NULL && !decide_key_fits(e, p))
		complain(c, "tunnel %s: its certificate has another public "
		    "key than %s", e->name, e->key);
}

static void
check_private(struct complaints *c, const struct keyring *k,
    const struct privring *priv, const struct entry *e, const char *who)
{
	const struct privkey *p = privring_find(priv, e->key);

	/* A locked key is no mistake either: it waits for root. */
	if (e->key[0] != '\0' && (p == NULL || (p->problem[0] != '\0' &&
	    !p->locked)))
		complain(c, "%s/private/%s: %s (%s)", keyring_dir(k), e->key,
		    p == NULL ? "no such file, or not a regular one" :
		    p->problem, who);
	else if (p != NULL && !decide_key_fits(e, p))
		complain(c, "%s/certs/%s and %s/private/%s do "
		    "not belong together: the certificate has another public "
		    "key (%s)", keyring_dir(k), e->key, keyring_dir(k),
		    e->key, who);
}

static void
check_entry(struct complaints *c, const struct entries *es,
    const struct keyring *k, const struct privring *priv,
    const struct privring *tokens, const struct entry *e)
{
	char who[NAME_MAX_LEN + 16];
	uint16_t i;

	snprintf(who, sizeof(who), "tunnel %s", e->name);
	for (i = 0; i < e->npsks; i++)
		check_name(c, k, "psk", e->psks[i], who);
	if (privring_is_uri(e->key))
		check_token_key(c, tokens, e);
	else
		check_private(c, k, priv, e, who);
	if (e->by_id && entries_psk_at(es, 0) == NULL)
		complain(c, "tunnel %s has psk: by-id, but psks: names no "
		    "key", e->name);
}

unsigned int
decide_keys_each(const struct entries *es, const struct keyring *k,
    const struct keyring *ppks, const struct privring *priv,
    const struct privring *tokens, void (*each)(void *, const char *),
    void *arg)
{
	struct complaints c = { .each = each, .arg = arg };
	const struct ppks *pq = entries_ppks(es);
	const struct entry *e;
	const struct sn_psk *p;
	char who[300];
	size_t i;

	for (i = 0; (e = entries_at(es, i)) != NULL; i++)
		check_entry(&c, es, k, priv, tokens, e);
	for (i = 0; (p = entries_psk_at(es, i)) != NULL; i++) {
		snprintf(who, sizeof(who), "psks at %s", p->where);
		check_name(&c, k, "psk", p->secret, who);
	}
	for (i = 0; i < pq->n; i++) {
		snprintf(who, sizeof(who), "ppks at %s", pq->v[i].where);
		check_name(&c, ppks, "ppk", pq->v[i].secret, who);
	}
	return (c.n);
}

struct first {
	char	*buf;
	size_t	 size;
};

static void
keep_first(void *arg, const char *text)
{
	struct first *f = arg;

	if (f->buf[0] == '\0')
		strlcpy(f->buf, text, f->size);
}

const char *
decide_keys_problem(const struct entries *es, const struct keyring *k,
    const struct keyring *ppks, const struct privring *priv,
    const struct privring *tokens, char *buf, size_t size)
{
	struct first f = { buf, size };
	unsigned int n;
	size_t len;

	buf[0] = '\0';
	if ((n = decide_keys_each(es, k, ppks, priv, tokens, keep_first,
	    &f)) == 0)
		return (NULL);
	len = strlen(buf);
	if (n > 1)
		snprintf(buf + len, size - len, "; and %u more key%s", n - 1,
		    n == 2 ? "" : "s");
	return (buf);
}

int
decide_key_used(const struct entries *es, const char *name,
    const char **tunnel)
{
	const struct sn_psk *p;
	const struct entry *e;
	uint16_t j;
	size_t i;

	for (i = 0; es != NULL && (e = entries_at(es, i)) != NULL; i++)
		for (j = 0; j < e->npsks; j++)
			if (strcmp(e->psks[j], name) == 0) {
				if (tunnel != NULL)
					*tunnel = e->name;
				return (1);
			}
	for (i = 0; es != NULL && (p = entries_psk_at(es, i)) != NULL; i++)
		if (strcmp(p->secret, name) == 0) {
			if (tunnel != NULL)
				*tunnel = "psks";
			return (1);
		}
	return (0);
}

int
decide_ppk_used(const struct entries *es, const char *name,
    const char **where)
{
	const struct ppks *t;
	size_t i;

	if (es == NULL)
		return (0);
	t = entries_ppks(es);
	for (i = 0; i < t->n; i++)
		if (strcmp(t->v[i].secret, name) == 0) {
			if (where != NULL)
				*where = t->v[i].where;
			return (1);
		}
	return (0);
}
