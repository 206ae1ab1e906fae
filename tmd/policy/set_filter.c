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
 * filters: its list of rules into the model.
 */

#include <stdio.h>
#include <string.h>

#include "name.h"
#include "scalar.h"
#include "setters.h"
#include "ts.h"

#define NETS_MAX	32	/* of one side; their product is bounded */
#define LINK_NAME	15	/* the kernel's */

/* Read in its own phase, once the tunnels are known. */
void
set_filters(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	(void)obj;
	if (v->kind == NODE_LIST || (v->kind == NODE_SCALAR && v->len == 0))
		return;
	reader_error(r, v, "%s must be a list of rules, not %s", k->name,
	    node_kind_name(v));
}

void
set_filter_name(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct filter *f = obj;
	const char *why;

	if (!reader_is_value(r, v, k->name))
		return;
	if ((why = name_wrong(v->text)) != NULL)
		reader_error(r, v, "name \"%s\"%s: %s", v->text,
		    reader_where(r), why);
	else
		f->name = v->text;
}

static int
is_any(const struct words *w)
{
	return (w->n == 1 && strcmp(w->v[0], "any") == 0);
}

void
set_filter_nets(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct filter_nets *nets = (struct filter_nets *)(void *)
	    ((char *)obj + k->off);
	struct words *w = &nets->words;
	unsigned int i;

	if (reader_words(r, v, k->name, NETS_MAX, w) == -1 || is_any(w)) {
		w->n = nets->n = 0;
		return;
	}
	nets->ts = arena_alloc(r->arena, w->n * sizeof(*nets->ts));
	nets->n = 0;
	for (i = 0; i < w->n; i++)
		if (scalar_net(w->v[i], &nets->ts[nets->n]) != -1)
			nets->n++;
		else
			reader_error(r, w->at[i], "%s \"%s\"%s is not an "
			    "address, prefix, range or any", k->name, w->v[i],
			    reader_where(r));
}

void
set_filter_protocol(struct reader *r, const struct key *k,
    const struct node *v, void *obj)
{
	struct filter *f = obj;

	if (reader_is_value(r, v, k->name) &&
	    scalar_protocol(v->text, &f->protocol) == -1)
		reader_error(r, v, "protocol \"%s\"%s is not a protocol I "
		    "know: give its number, 1-255", v->text, reader_where(r));
}

void
set_filter_icmp(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct filter *f = obj;

	if (!reader_is_value(r, v, k->name))
		return;
	if (strcmp(v->text, "any") == 0)
		f->icmp = FILTER_NO_ICMP;
	else if (scalar_number(v->text, &f->icmp) == -1 || f->icmp > 255) {
		reader_error(r, v, "icmp-type \"%s\"%s is not a number "
		    "0-255, nor any", v->text, reader_where(r));
		f->icmp = FILTER_NO_ICMP;
	}
}

/* 22, 1000-2000, !22, <1024, >1023, any: AIX's eq, neq, lt, gt. */
static int
parse_ports(const char *s, struct filter_ports *p)
{
	char op = s[0];

	if (strchr("!<>", op) == NULL)
		return (scalar_ports(s, &p->lo, &p->hi));
	if (scalar_number(s + 1, &p->lo) == -1 || p->lo > 65535 ||
	    (op == '<' && p->lo == 0) || (op == '>' && p->lo == 65535))
		return (-1);
	p->hi = p->lo;
	p->not = op == '!';
	if (op == '<') {
		p->hi = p->lo - 1;
		p->lo = 0;
	} else if (op == '>') {
		p->lo++;
		p->hi = 65535;
	}
	return (0);
}

void
set_filter_ports(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct filter_ports *p = (struct filter_ports *)(void *)
	    ((char *)obj + k->off), got = { 0, 65535, 0 };

	if (!reader_is_value(r, v, k->name))
		return;
	if (strcmp(v->text, "any") != 0 && parse_ports(v->text, &got) == -1)
		reader_error(r, v, "%s \"%s\"%s is not a port, a range "
		    "(1000-2000), \"!n\", \"<n\", \">n\" or any", k->name,
		    v->text, reader_where(r));
	else
		*p = got;
}

void
set_filter_interface(struct reader *r, const struct key *k,
    const struct node *v, void *obj)
{
	struct filter *f = obj;

	if (!reader_is_value(r, v, k->name))
		return;
	if (v->len > LINK_NAME || strpbrk(v->text, " /") != NULL)
		reader_error(r, v, "interface \"%s\"%s is no name for one",
		    v->text, reader_where(r));
	else
		f->interface = strcmp(v->text, "all") == 0 ? NULL : v->text;
}

/* `dynamic`, or `dynamic: { log: yes }`. */
static int
read_dynamic(struct reader *r, const struct node *v, struct filter *f)
{
	struct label l = { NULL, "dynamic", NULL };
	const struct node *sub;

	if (v->kind == NODE_SCALAR && strcmp(v->text, "dynamic") == 0) {
		f->dynamic = 1;
		return (1);
	}
	if (v->kind != NODE_MAP || (sub = node_get(v, "dynamic")) == NULL)
		return (0);
	f->dynamic = 1;
	if (v->n != 1)
		reader_error(r, sub->key, "dynamic stands alone: it is the "
		    "place of the rules that negotiation makes");
	r->label = &l;
	if (reader_is_map(r, sub, "dynamic"))
		keymap_read(r, &keys_dynamic, sub, f);
	r->label = NULL;
	return (1);
}

/* Without an action: is it only whether another rule is logged? */
static int
says_log_alone(const struct filter *f, const struct node *v)
{
	return (v->src->database && v->n == 2 && f->name != NULL &&
	    f->at[F_LOG] != NULL);
}

static void
read_rule(struct reader *r, const struct node *v, struct filter *f,
    unsigned int no)
{
	char kind[32];
	struct label l = { NULL, kind, NULL };

	keymap_defaults(r, &keys_filter, f);
	f->icmp = FILTER_NO_ICMP;
	f->from_port.hi = f->to_port.hi = 65535;
	f->node = v;
	if (v == NULL || read_dynamic(r, v, f))
		return;
	if (v->kind != NODE_MAP) {
		reader_error(r, v, "a rule of filters must be a map or "
		    "dynamic, not %s", node_kind_name(v));
		return;
	}
	snprintf(kind, sizeof(kind), "rule %u of filters", no);
	r->label = &l;
	keymap_read(r, &keys_filter, v, f);
	r->label = NULL;
	if (f->at[F_ACTION] == NULL && says_log_alone(f, v))
		f->patch = 1;
	else if (f->name != NULL && strcmp(f->name, "dynamic") == 0)
		reader_error(r, v, "\"dynamic\" is the place of the rules that "
		    "negotiation makes, of which log alone is changed: give "
		    "rule %u another name", no);
	else if (f->at[F_ACTION] == NULL)
		reader_error(r, v, "rule %u of filters has no action: permit "
		    "or deny", no);
}

/* Rules of the database alone stand behind a place that nobody has to say. */
static void
imply_dynamic(struct reader *r)
{
	struct filter *v = r->po->filters;
	unsigned int i, rules = 0;

	for (i = 0; i < r->po->nfilters; i++) {
		if (v[i].dynamic || !v[i].node->src->database)
			return;
		rules += !v[i].patch;
	}
	if (rules == 0)
		return;
	memmove(v + 1, v, r->po->nfilters++ * sizeof(*v));
	memset(v, 0, sizeof(*v));
	read_rule(r, NULL, v, 0);
	v->dynamic = 1;
	v->node = v[1].node;
}

/* The rule of this name, or dynamic. */
static struct filter *
rule_called(struct policy *po, const char *name)
{
	struct filter *f;
	unsigned int i;

	for (i = 0; i < po->nfilters; i++) {
		f = &po->filters[i];
		if (!f->patch && ((f->name != NULL && strcmp(f->name,
		    name) == 0) || (f->dynamic && strcmp(name, "dynamic") ==
		    0)))
			return (f);
	}
	return (NULL);
}

/* What the database says of rules of the files. */
static void
apply_patches(struct reader *r)
{
	struct policy *po = r->po;
	struct filter *f, *of;
	unsigned int i, n = 0;

	for (i = 0; i < po->nfilters; i++) {
		f = &po->filters[i];
		if (f->patch && (of = rule_called(po, f->name)) != NULL)
			of->log = f->log;
		else if (f->patch)
			problem_warn(r->ps, node_place(f->node), "the database "
			    "says whether \"%s\" is logged, which is not "
			    "there", f->name);
	}
	for (i = 0; i < po->nfilters; i++)
		if (!po->filters[i].patch)
			po->filters[n++] = po->filters[i];
	po->nfilters = n;
}

/* Moves the rule at from to the place to, those between by one. */
static void
shift(struct filter *v, unsigned int from, unsigned int to)
{
	struct filter f = v[from];

	if (from > to)
		memmove(v + to + 1, v + to, (from - to) * sizeof(*v));
	else
		memmove(v + from, v + from + 1, (to - from) * sizeof(*v));
	v[to] = f;
}

/*
 * Rules with a place of their own: all of these to the end, then each, the
 * lowest first, to where it belongs; of two for one place the later one has
 * it, and the other is behind it.
 */
static void
put_in_place(struct policy *po)
{
	struct filter *v = po->filters;
	unsigned int i, k, low, to, rest = po->nfilters, last = 0;

	for (i = 0; i < rest; )
		if (v[i].place != 0) {
			shift(v, i, po->nfilters - 1);
			rest--;
		} else
			i++;
	for (i = rest; i < po->nfilters; i++) {
		low = i;
		for (k = i + 1; k < po->nfilters; k++)
			if (v[k].place <= v[low].place)
				low = k;
		to = (unsigned int)v[low].place - 1;
		to = to < last ? last : to;
		to = to > i ? i : to;
		shift(v, low, to);
		last = to + 1;
	}
}

/* Rule 0, permit all, is the last; without a list it is alone. */
void
read_filters(struct reader *r, const struct node *list)
{
	struct policy *po = r->po;
	const struct node *v;
	unsigned int n = 0;

	if (list != NULL && list->kind == NODE_LIST)
		n = list->n;
	if (n > FILTER_RULES) {
		reader_error(r, list, "filters has %u rules; possible are %u",
		    n, FILTER_RULES);
		n = 0;
	}
	po->filters = arena_alloc(r->arena, (n + 2) * sizeof(*po->filters));
	for (v = n == 0 ? NULL : list->first; v != NULL; v = v->next) {
		read_rule(r, v, &po->filters[po->nfilters],
		    po->nfilters + 1);
		po->nfilters++;
	}
	imply_dynamic(r);
	apply_patches(r);
	put_in_place(po);
	memset(&po->filters[po->nfilters], 0, sizeof(*po->filters));
	read_rule(r, NULL, &po->filters[po->nfilters], 0);
	po->filters[po->nfilters].action = ACTION_PERMIT;
	po->filters[po->nfilters].state = 0;
	po->filters[po->nfilters].name = "default";
}
