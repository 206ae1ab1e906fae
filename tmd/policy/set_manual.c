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
 * sa: the SAs of a child with manual keys, as they are written.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "scalar.h"
#include "set_manual.h"

#define SPI_FIRST	0x100	/* RFC 4303 section 2.1 */

static void
read_sa(struct reader *r, const struct node *v, struct manual_sa *sa)
{
	memset(sa, 0, sizeof(*sa));
	sa->node = v;
	keymap_defaults(r, &keys_sa, sa);
	if (reader_is_map(r, v, "sa"))
		keymap_read(r, &keys_sa, v, sa);
}

void
set_sa(struct reader *r, const struct key *k, const struct node *v, void *obj)
{
	const struct node *e = v->kind == NODE_LIST ? v->first : v;
	struct label l = { r->label, k->name, NULL };
	struct child *c = obj;
	unsigned int i, n = v->kind == NODE_LIST ? v->n : 1;

	if (r->in_defaults) {
		reader_error(r, v->key, "sa belongs to one child, not to "
		    "defaults");
		return;
	}
	if (n == 0 || n > MANUAL_SAS) {
		reader_error(r, v, "sa%s has %u entries: one is ESP or AH, "
		    "two are a bundle of both", reader_where(r), n);
		return;
	}
	c->sa = arena_alloc(r->arena, n * sizeof(*c->sa));
	r->label = &l;
	for (i = 0; i < n; i++, e = e->next)
		read_sa(r, e, &c->sa[i]);
	r->label = l.up;
	c->nsa = n;
}

void
set_spi(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct manual_way *w = obj;
	char *end = NULL;
	uint64_t n = 0;

	if (!reader_is_value(r, v, k->name))
		return;
	if (strncmp(v->text, "0x", 2) == 0 && v->text[2] != '\0' &&
	    strlen(v->text) <= 10)
		n = strtoull(v->text + 2, &end, 16);
	if ((end == NULL || *end != '\0') && scalar_number(v->text, &n) == -1)
		reader_error(r, v, "spi \"%s\" is not a number, as 0x1001",
		    v->text);
	else if (n < SPI_FIRST || n > UINT32_MAX)
		reader_error(r, v, "spi %s is out of range 0x100-0xffffffff "
		    "(RFC 4303 section 2.1)", v->text);
	else
		w->spi = n;
}

void
print_spi(struct canon *c, const struct key *k, const void *obj)
{
	const struct manual_way *w = obj;
	char text[16];

	snprintf(text, sizeof(text), "0x%" PRIx64, w->spi);
	canon_line(c, k->name, text);
}

void
set_manual_file(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct manual_way *w = obj;
	const char *why;

	if (!reader_is_value(r, v, k->name))
		return;
	why = strchr(v->text, '/') != NULL ? "give the file's name below "
	    "manual/, without \"/\"" : scalar_file_wrong(v->text);
	if (why != NULL)
		reader_error(r, v, "key \"%s\": %s", v->text, why);
	else
		w->key = v->text;
}

void
print_sa(struct canon *c, const struct key *k, const void *obj)
{
	const struct child *ch = obj;
	unsigned int i;

	if (ch->nsa == 0)
		return;
	canon_open(c, k->name);
	if (ch->nsa > 1)
		c->depth++;
	for (i = 0; i < ch->nsa; i++) {
		c->item = ch->nsa > 1;
		canon_map(c, &keys_sa, &ch->sa[i]);
	}
	if (ch->nsa > 1)
		c->depth--;
	canon_close(c);
}
