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
 * The policy as text again, by the table of keys.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alg.h"
#include "canon.h"
#include "id.h"
#include "resolve.h"
#include "scalar.h"
#include "setters.h"

static void put(struct canon *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct canon *c, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		fatal("vsnprintf");
	if (c->size - c->len <= (size_t)n) {
		c->size = (c->size + (size_t)n + 64) * 2;
		c->buf = xreallocarray(c->buf, c->size, 1);
	}
	va_start(ap, fmt);
	vsnprintf(c->buf + c->len, c->size - c->len, fmt, ap);
	va_end(ap);
	c->len += (size_t)n;
}

/* May it stand without quotes, in a list as well? */
static int
is_plain(const char *s)
{
	static const char some[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/";
	size_t i;

	if (s[0] == '\0' || strchr(some, s[0]) == NULL)
		return (0);
	for (i = 1; s[i] != '\0'; i++)
		if (strchr(some, s[i]) == NULL &&
		    strchr("-.@%+:", s[i]) == NULL)
			return (0);
	return (s[i - 1] != ':');
}

static void
put_text(struct canon *c, const char *s)
{
	if (is_plain(s)) {
		put(c, "%s", s);
		return;
	}
	put(c, "\"");
	for (; *s != '\0'; s++)
		put(c, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
	put(c, "\"");
}

static void
put_key(struct canon *c, const char *key)
{
	put(c, "%s%*s%s", c->comment ? "# " : "",
	    (int)(2 * c->depth - 2 * c->item), "", c->item ? "- " : "");
	c->item = 0;
	put_text(c, key);
	put(c, ":");
}

void
canon_line(struct canon *c, const char *key, const char *value)
{
	put_key(c, key);
	put(c, " ");
	put_text(c, value);
	put(c, "\n");
}

void
canon_words(struct canon *c, const char *key, const char *const *v,
    unsigned int n)
{
	unsigned int i;

	if (n == 1) {
		canon_line(c, key, v[0]);
		return;
	}
	put_key(c, key);
	for (i = 0; i < n; i++) {
		put(c, i == 0 ? " [" : ", ");
		put_text(c, v[i]);
	}
	put(c, "]\n");
}

void
canon_open(struct canon *c, const char *key)
{
	put_key(c, key);
	put(c, "\n");
	c->depth++;
}

void
canon_item(struct canon *c)
{
	c->depth++;
	c->item = 1;
}

void
canon_close(struct canon *c)
{
	c->depth--;
}

static void
put_word(struct canon *c, const struct key *k, uint64_t v)
{
	const struct word *w;

	/* The first of those that mean the same. */
	for (w = k->words; w->w != NULL && w->v != v; w++)
		;
	if (w->w != NULL)
		canon_line(c, k->name, w->w);
}

static void
put_number(struct canon *c, const struct key *k, uint64_t v)
{
	char text[64];

	switch (k->type) {
	case KEY_BOOL:
		snprintf(text, sizeof(text), "%s", v ? "yes" : "no");
		break;
	case KEY_TIME:
		scalar_print_time(v, text, sizeof(text));
		break;
	case KEY_SIZE:
		scalar_print_size(v, text, sizeof(text));
		break;
	case KEY_PERCENT:
		snprintf(text, sizeof(text), "%" PRIu64 "%%", v);
		break;
	case KEY_FACTOR:
		snprintf(text, sizeof(text), v % 10 == 0 ? "%" PRIu64 ".%"
		    PRIu64 : "%" PRIu64 ".%02" PRIu64, v / 100,
		    v % 10 == 0 ? v % 100 / 10 : v % 100);
		break;
	default:
		snprintf(text, sizeof(text), "%" PRIu64, v);
		break;
	}
	canon_line(c, k->name, v == 0 && k->zero != NULL ? k->zero : text);
}

void
canon_value(struct canon *c, const struct key *k, const void *obj)
{
	const void *at = (const char *)obj + k->off;

	switch (k->type) {
	case KEY_NOT:
		break;
	case KEY_FN:
		if (k->print != NULL)
			k->print(c, k, obj);
		break;
	case KEY_MAP:
		canon_open(c, k->name);
		canon_map(c, k->sub, at);
		canon_close(c);
		break;
	case KEY_TEXT:
		if (*(const char *const *)at != NULL)
			canon_line(c, k->name, *(const char *const *)at);
		break;
	case KEY_WORD:
		put_word(c, k, *(const uint64_t *)at);
		break;
	default:
		put_number(c, k, *(const uint64_t *)at);
		break;
	}
}

void
canon_map(struct canon *c, const struct keymap *m, const void *obj)
{
	size_t i;

	for (i = 0; i < m->built; i++)
		if (c->tunnel == NULL || !c->tunnel->keying ||
		    manual_has_key(m, i))
			canon_value(c, &m->keys[i], obj);
}

/* Does a tunnel or child go by this policy? */
static int
is_used(const struct policy *po, const struct sa_policy *p)
{
	unsigned int i, k;

	for (i = 0; i < po->ntunnels; i++) {
		if (po->tunnels[i].policy == p)
			return (1);
		for (k = 0; k < po->tunnels[i].nchildren; k++)
			if (po->tunnels[i].children[k].policy == p)
				return (1);
	}
	return (0);
}

/* Those of the file; or the built-in ones that are used, as a comment. */
static void
put_kind(struct canon *c, const struct policy *po, unsigned int proto,
    const char *kind)
{
	const struct sa_policy *p;
	unsigned int i, n = 0;

	for (i = 0; i < po->npolicies; i++) {
		p = po->policies[i];
		if (p->proto != proto || (p->node == NULL) != c->comment ||
		    (c->comment && !is_used(po, p)))
			continue;
		if (n++ == 0)
			canon_open(c, kind);
		canon_open(c, p->name);
		canon_map(c, proto == PROTO_IKE ? &keys_ike_policy :
		    &keys_child_policy, p);
		canon_close(c);
	}
	if (n > 0)
		canon_close(c);
}

static int
has_policies(const struct policy *po, int builtin)
{
	unsigned int i;

	for (i = 0; i < po->npolicies; i++)
		if ((po->policies[i]->node == NULL) == builtin &&
		    (!builtin || is_used(po, po->policies[i])))
			return (1);
	return (0);
}

static void
put_policies(struct canon *c, const struct policy *po, int builtin)
{
	if (!has_policies(po, builtin))
		return;
	c->comment = builtin;
	if (builtin)
		put(c, "# Built in, and what they mean here:\n");
	canon_open(c, "policies");
	put_kind(c, po, PROTO_IKE, "ike");
	put_kind(c, po, PROTO_ESP, "child");
	canon_close(c);
	c->comment = 0;
}

static void
put_psks(struct canon *c, const struct policy *po)
{
	char text[4 * ID_MAX + 8];
	unsigned int i;

	canon_open(c, "psks");
	for (i = 0; i < po->npsks; i++)
		canon_line(c, canon_id(&po->psks[i].id,
		    po->psks[i].node->key, text, sizeof(text)),
		    po->psks[i].secret);
	canon_close(c);
}

static void
put_authorities(struct canon *c, const struct policy *po)
{
	unsigned int i;

	canon_open(c, "authorities");
	for (i = 0; i < po->nauthorities; i++) {
		canon_open(c, po->authorities[i].name);
		canon_map(c, &keys_authority, &po->authorities[i]);
		canon_close(c);
	}
	canon_close(c);
}

static void
put_groups(struct canon *c, const struct policy *po)
{
	char text[4 * ID_MAX + 8], **v;
	const struct id_group *g;
	unsigned int i, k;

	canon_open(c, "groups");
	for (i = 0; i < po->ngroups; i++) {
		g = &po->groups[i];
		v = xcalloc(g->n, sizeof(*v));
		for (k = 0; k < g->n; k++)
			v[k] = xstrdup(canon_id(g->ids[k], g->at[k], text,
			    sizeof(text)));
		canon_words(c, g->name, (const char *const *)v, g->n);
		for (k = 0; k < g->n; k++)
			free(v[k]);
		free(v);
	}
	canon_close(c);
}

static void
put_filters(struct canon *c, const struct policy *po)
{
	const struct filter *f;
	unsigned int i;

	canon_open(c, "filters");
	c->depth++;
	for (i = 0; i < po->nfilters; i++) {
		f = &po->filters[i];
		c->item = 1;
		if (f->dynamic) {
			canon_open(c, "dynamic");
			canon_map(c, &keys_dynamic, f);
			canon_close(c);
		} else
			canon_map(c, &keys_filter, f);
	}
	c->depth--;
	canon_close(c);
}

char *
canon_policy(const struct policy *po)
{
	struct canon c = { .buf = NULL };
	unsigned int i;

	canon_map(&c, &keys_top, po);
	put_policies(&c, po, 0);
	put_policies(&c, po, 1);
	if (po->npsks > 0)
		put_psks(&c, po);
	if (po->nppks > 0)
		put_ppks(&c, po);
	if (po->nauthorities > 0)
		put_authorities(&c, po);
	if (po->ngroups > 0)
		put_groups(&c, po);
	if (po->nfilters > 0)
		put_filters(&c, po);
	if (po->ntunnels > 0)
		canon_open(&c, "tunnels");
	for (i = 0; i < po->ntunnels; i++) {
		c.tunnel = &po->tunnels[i];
		canon_open(&c, c.tunnel->name);
		canon_map(&c, &keys_tunnel, c.tunnel);
		canon_close(&c);
	}
	return (c.buf);
}
