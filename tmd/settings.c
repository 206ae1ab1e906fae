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
 * Values of the policy that are no tunnel's, before and after a reload: those
 * of the top of the file, and the static filters.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kv.h"
#include "log.h"
#include "settings.h"

#define RULES_TOLD	8	/* filters that are named one by one */

struct changes {
	struct setting_change	*v;
	size_t			 n;
};

/* These wait; ports, dataplane and pkcs11 are refused by the parent. */
static int
needs_restart(const char *name)
{
	return (strcmp(name, "workers") == 0 ||
	    strcmp(name, "metrics") == 0 ||
	    strncmp(name, "control.", strlen("control.")) == 0);
}

/* The settings of the first policy, since which those that wait run. */
static struct sn_setting	*first;
static unsigned int		 nfirst;

void
settings_first(const struct policy *p)
{
	free(first);
	first = xcalloc(p->nsettings + 1, sizeof(*first));
	nfirst = p->nsettings;
	if (nfirst > 0)
		memcpy(first, p->settings, nfirst * sizeof(*first));
}

static const struct sn_setting *
find(const struct sn_setting *s, unsigned int n, const char *name)
{
	for (; n > 0; s++, n--)
		if (strcmp(s->name, name) == 0)
			return (s);
	return (NULL);
}

/* Is that what runs?  Then there is nothing to wait for. */
static int
runs(const char *name, const char *is)
{
	const struct sn_setting *s = find(first, nfirst, name);

	return (s != NULL ? is != NULL && strcmp(s->text, is) == 0 :
	    first != NULL && is == NULL);
}

static void
add(struct changes *cs, const char *name, const char *was, const char *is)
{
	struct setting_change *c;

	cs->v = xreallocarray(cs->v, cs->n + 1, sizeof(*cs->v));
	c = &cs->v[cs->n++];
	strlcpy(c->name, name, sizeof(c->name));
	c->how = needs_restart(name) && !runs(name, is) ? "restart" :
	    "changed";
	strlcpy(c->was, was != NULL ? was : "not set", sizeof(c->was));
	strlcpy(c->is, is != NULL ? is : "not set", sizeof(c->is));
}

static void
diff_values(struct changes *cs, const struct policy *was,
    const struct policy *is)
{
	const struct sn_setting *o;
	unsigned int i;

	for (i = 0; i < is->nsettings; i++) {
		o = find(was->settings, was->nsettings, is->settings[i].name);
		if (o == NULL || strcmp(o->text, is->settings[i].text) != 0)
			add(cs, is->settings[i].name, o != NULL ? o->text :
			    NULL, is->settings[i].text);
	}
	for (i = 0; i < was->nsettings; i++)
		if (find(is->settings, is->nsettings,
		    was->settings[i].name) == NULL)
			add(cs, was->settings[i].name, was->settings[i].text,
			    NULL);
}

static const char *
word(const struct sn_rule *r, const char *key)
{
	const char *v = kv_find(r->kv, r->kv_n, key);

	return (v != NULL ? v : "");
}

/* Where it stands (where) moves with any line above: no change of it. */
static int
is_meaning(const struct wt_kv *kv)
{
	return (strcmp(kv->k, "where") != 0);
}

/* How many words of b differ from a's; each is told with cs. */
static unsigned int
diff_rule(struct changes *cs, const struct sn_rule *a,
    const struct sn_rule *b)
{
	unsigned int n = 0;
	char name[96];
	const char *o;
	uint16_t i;

	for (i = 0; i < b->kv_n; i++) {
		o = word(a, b->kv[i].k);
		if (!is_meaning(&b->kv[i]) || strcmp(o, b->kv[i].v) == 0)
			continue;
		n++;
		if (cs == NULL)
			continue;
		if (word(b, "name")[0] != '\0')
			snprintf(name, sizeof(name), "filters.%.40s.%.15s",
			    word(b, "name"), b->kv[i].k);
		else
			snprintf(name, sizeof(name), "filters.%u.%.15s",
			    b->no, b->kv[i].k);
		add(cs, name, o, b->kv[i].v);
	}
	/* What it says no more. */
	for (i = 0; i < a->kv_n; i++)
		n += is_meaning(&a->kv[i]) && word(b, a->kv[i].k)[0] == '\0' &&
		    a->kv[i].v[0] != '\0';
	return (n);
}

/* The static rules are the first; of the dynamic ones negotiation is. */
static unsigned int
statics(const struct policy *p)
{
	unsigned int i = 0;

	while (i < p->nrules && p->rules[i].row == FILTER_STATIC)
		i++;
	return (i);
}

/* The last is rule 0, which nobody has written; n is how many others. */
static const char *
rules(unsigned int n, char out[32])
{
	n -= n > 0;
	if (n == 0)
		strlcpy(out, "none", 32);
	else
		snprintf(out, 32, "%u rule%s", n, n == 1 ? "" : "s");
	return (out);
}

static void
diff_filters(struct changes *cs, const struct policy *was,
    const struct policy *is)
{
	unsigned int i, differ = 0, n = statics(is);
	size_t before = cs->n;
	char a[32], b[32];

	for (i = 0; i < n && i < statics(was); i++) {
		if (diff_rule(NULL, &was->rules[i], &is->rules[i]) == 0)
			continue;
		if (++differ <= RULES_TOLD)
			(void)diff_rule(cs, &was->rules[i], &is->rules[i]);
	}
	if (n == statics(was) && (differ == 0 || (differ <= RULES_TOLD &&
	    cs->n > before)))
		return;
	/* Too many, or moved by one that has come or gone. */
	cs->n = before;
	add(cs, "filters", rules(statics(was), a), rules(n, b));
}

struct setting_change *
settings_diff(const struct policy *was, const struct policy *is, size_t *n)
{
	struct changes cs = { NULL, 0 };

	/* Before the first policy there is nothing to compare with. */
	if (was != NULL && was->generation != 0) {
		diff_values(&cs, was, is);
		diff_filters(&cs, was, is);
	}
	*n = cs.n;
	if (cs.n == 0) {
		free(cs.v);
		cs.v = NULL;
	}
	return (cs.v);
}
