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
 * Rules of filters in words: as they are listed, and as they are written.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "db.h"
#include "filter.h"
#include "fnv.h"
#include "scalar.h"
#include "setters.h"
#include "snap.h"

static const char *
ports_text(const struct filter_ports *p, const char *const words[3],
    char out[32])
{
	if (p->lo == 0 && p->hi == 65535)
		return ("any");
	if (p->not)
		snprintf(out, 32, "%s%" PRIu64, words[0], p->lo);
	else if (p->lo == p->hi)
		snprintf(out, 32, "%s%" PRIu64, words[1][0] == 'l' ? "eq " :
		    "", p->lo);
	else if (p->lo == 0)
		snprintf(out, 32, "%s%" PRIu64, words[1], p->hi + 1);
	else if (p->hi == 65535)
		snprintf(out, 32, "%s%" PRIu64, words[2], p->lo - 1);
	else
		snprintf(out, 32, "%" PRIu64 "-%" PRIu64, p->lo, p->hi);
	return (out);
}

static const char *const aix_words[] = { "neq ", "lt ", "gt " };
static const char *const yaml_words[] = { "!", "<", ">" };

static const char *
number_text(uint64_t v, const char *name, char out[32])
{
	snprintf(out, 32, "%" PRIu64, v);
	return (name != NULL ? name : out);
}

static const char *
protocol_text(const struct filter *f, char out[32])
{
	return (number_text(f->protocol, scalar_protocol_name(f->protocol),
	    out));
}

static const char *
icmp_text(const struct filter *f, char out[32])
{
	return (number_text(f->icmp, f->icmp == FILTER_NO_ICMP ? "any" : NULL,
	    out));
}

static void
print_nets_of(struct canon *c, const struct key *k,
    const struct filter_nets *nets)
{
	if (nets->words.n == 0)
		canon_line(c, k->name, "any");
	else
		canon_words(c, k->name, nets->words.v, nets->words.n);
}

void
print_filter(struct canon *c, const struct key *k, const void *obj)
{
	const struct filter *f = obj;
	char text[32];

	switch ((enum filter_key)(k - keys_filter.keys)) {
	case F_NAME:
		if (f->name != NULL)
			canon_line(c, k->name, f->name);
		break;
	case F_FROM:
		print_nets_of(c, k, &f->from);
		break;
	case F_TO:
		print_nets_of(c, k, &f->to);
		break;
	case F_PROTOCOL:
		canon_line(c, k->name, protocol_text(f, text));
		break;
	case F_ICMP_TYPE:
		canon_line(c, k->name, icmp_text(f, text));
		break;
	case F_FROM_PORT:
		canon_line(c, k->name, ports_text(&f->from_port, yaml_words,
		    text));
		break;
	case F_TO_PORT:
		canon_line(c, k->name, ports_text(&f->to_port, yaml_words,
		    text));
		break;
	default:
		canon_line(c, k->name, f->interface != NULL ? f->interface :
		    "all");
		break;
	}
}

/* Rows. */

static void
add(struct sn_rule *row, const char *k, const char *v)
{
	struct wt_kv *kv;

	if (v == NULL || row->kv_n == sizeof(row->kv) / sizeof(row->kv[0]))
		return;
	kv = &row->kv[row->kv_n++];
	strlcpy(kv->k, k, sizeof(kv->k));
	wire_text_copy(kv->v, sizeof(kv->v), v);
}

static void
add_nets(struct sn_rule *row, const char *k, const struct filter_nets *nets)
{
	char text[600] = "";
	unsigned int i;

	for (i = 0; i < nets->words.n; i++) {
		if (i > 0)
			strlcat(text, ", ", sizeof(text));
		strlcat(text, nets->words.v[i], sizeof(text));
	}
	add(row, k, nets->words.n == 0 ? "any" : text);
}

/* The word that the table of keys has for a value. */
static const char *
word(enum filter_key k, uint64_t v)
{
	const struct word *w;

	for (w = keys_filter.keys[k].words; w->w != NULL; w++)
		if (w->v == v)
			return (w->w);
	return ("");
}

static const char *
yes_no(uint64_t v)
{
	return (v ? "yes" : "no");
}

static void
add_tunnel(struct sn_rule *row, const struct filter *f)
{
	char text[32];

	if (f->tunnel == NULL)
		add(row, "tunnel", "-");
	else if (f->through == NULL)
		add(row, "tunnel", "any");
	else
		add(row, "tunnel", number_text(f->through->number, NULL,
		    text));
}

/* What a rule means: all that its counter is of. */
static void
meaning(const struct filter *f, struct sn_rule *row)
{
	char text[32];

	memset(row, 0, sizeof(*row));
	add(row, "name", f->dynamic ? "dynamic" : f->name);
	add(row, "action", f->dynamic ? "dynamic" : word(F_ACTION,
	    f->action));
	if (f->dynamic)
		return;
	add(row, "family", word(F_FAMILY, f->family));
	add_nets(row, "from", &f->from);
	add_nets(row, "to", &f->to);
	add(row, "protocol", protocol_text(f, text));
	if (f->icmp != FILTER_NO_ICMP)
		add(row, "icmp_type", icmp_text(f, text));
	add(row, "from_port", ports_text(&f->from_port, aix_words, text));
	add(row, "to_port", ports_text(&f->to_port, aix_words, text));
	add(row, "scope", word(F_SCOPE, f->scope));
	add(row, "direction", word(F_DIRECTION, f->direction));
	add(row, "interface", f->interface != NULL ? f->interface : "all");
	add(row, "fragments", word(F_FRAGMENTS, f->fragments));
	add(row, "source_route", yes_no(f->source_route));
	add(row, "state", yes_no(f->state));
	add_tunnel(row, f);
}

void
filters_prefix(const struct filter *f, unsigned int no, char *out,
    size_t size)
{
	char text[200];

	if (f->dynamic)
		snprintf(text, sizeof(text), "ikd filter %u dynamic: ", no);
	else
		snprintf(text, sizeof(text), "ikd filter %u%s%s %s: ", no,
		    f->name != NULL ? " " : "", f->name != NULL ? f->name :
		    "", word(F_ACTION, f->action));
	wire_text_copy(out, size, text);
}

static uint64_t
fnv(uint64_t h, const char *s)
{
	return (fnv64(h, s, strlen(s) + 1));
}

static uint64_t
fnv_words(uint64_t h, const struct words *w)
{
	unsigned int i;

	for (i = 0; i < w->n; i++)
		h = fnv(h, w->v[i]);
	return (h);
}

/* By its meaning, so that a rule keeps its counter wherever it stands. */
static uint64_t
counter_of(const struct filter *f, struct sn_rule *row)
{
	uint64_t h = FNV64_START;
	unsigned int i;

	meaning(f, row);
	for (i = 0; i < row->kv_n; i++)
		h = fnv(fnv(h, row->kv[i].k), row->kv[i].v);
	/* What was too long for the row. */
	return (fnv_words(fnv_words(h, &f->from.words), &f->to.words));
}

void
filters_name_counters(struct policy *po)
{
	struct sn_rule *row = xcalloc(1, sizeof(*row));
	struct hash seen = { NULL, 0, 0 };
	struct filter *f;
	unsigned int i;

	for (i = 0; i <= po->nfilters; i++) {
		f = &po->filters[i];
		for (f->counter = counter_of(f, row); f->counter == 0 ||
		    hash_get(&seen, &f->counter, sizeof(f->counter)) != NULL;
		    f->counter++)
			;
		hash_put(&seen, &f->counter, sizeof(f->counter), f);
	}
	hash_free(&seen);
	free(row);
}

static void
put_rule(const struct policy *po, unsigned int i, struct snap_writer *w,
    struct sn_rule *row)
{
	const struct filter *f = &po->filters[i];
	char where[300];

	meaning(f, row);
	row->no = i < po->nfilters ? i + 1 : 0;
	row->counter = po->nfilters > 0 ? f->counter : 0;
	add(row, "log", yes_no(f->log));
	add(row, "note", f->note);
	if (f->node != NULL) {
		db_where(f->node, where, sizeof(where));
		add(row, "where", where);
	}
	snap_put(w, SNAP_RULE, row);
}

/* The head of the dynamic table: what is there before any tunnel. */
static void
put_dyn(const struct policy *po, const struct filter_dyn_row *d,
    struct snap_writer *w, struct sn_rule *row)
{
	const struct filter *f;
	char port[32] = "any", proto[32];
	unsigned int i;
	int out;

	for (i = 0; i < po->nfilters && !po->filters[i].dynamic; i++)
		;
	f = &po->filters[i];
	if (d->port != 0)
		snprintf(port, sizeof(port), "eq %" PRIu64, d->port);
	for (out = 0; out < 2; out++) {
		memset(row, 0, sizeof(*row));
		row->row = FILTER_DYNAMIC;
		row->counter = po->nfilters > 0 ?
		    filters_dyn_counter(d, out) : 0;
		add(row, "name", d->name);
		add(row, "action", "permit");
		add(row, "family", "any");
		add(row, "from", "any");
		add(row, "to", "any");
		add(row, "protocol", number_text(d->proto,
		    scalar_protocol_name(d->proto), proto));
		add(row, "from_port", out != d->theirs ? port : "any");
		add(row, "to_port", out == d->theirs ? port : "any");
		add(row, "scope", "local");
		add(row, "direction", out ? "out" : "in");
		add(row, "interface", "all");
		add(row, "fragments", "all");
		add(row, "source_route", "yes");
		add(row, "state", "yes");
		add(row, "tunnel", "-");
		add(row, "log", yes_no(f->log));
		snap_put(w, SNAP_RULE, row);
	}
}

void
filters_put_rows(const struct policy *po, struct snap_writer *w)
{
	struct sn_rule *row = xcalloc(1, sizeof(*row));
	struct filter_dyn_row d;
	unsigned int i;

	for (i = 0; i <= po->nfilters; i++)
		put_rule(po, i, w, row);
	for (i = 0; filters_dyn(po, i, &d); i++)
		put_dyn(po, &d, w, row);
	free(row);
}
