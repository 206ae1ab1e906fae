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
 * ICMP types and codes of a child: RFC 4301 section 4.4.1.1.
 */

#include <stdio.h>

#include "canon.h"
#include "scalar.h"
#include "setters.h"

static struct icmp_sel *
of(void *obj, const struct key *k)
{
	return ((struct icmp_sel *)(void *)((char *)obj + k->off));
}

static int
octet(struct reader *r, const struct key *k, const struct node *v,
    uint8_t *out)
{
	uint64_t n;

	if (scalar_number(v->text, &n) == -1 || n > 255) {
		reader_error(r, v, "%s \"%s\"%s is not a number, 0-255",
		    k->name, v->text, reader_where(r));
		return (-1);
	}
	*out = (uint8_t)n;
	return (0);
}

void
set_icmp_type(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct icmp_sel *s = of(obj, k);
	struct words w;
	unsigned int i;

	if (reader_words(r, v, k->name, ICMP_TYPES, &w) == -1)
		return;
	s->n = 0;
	for (i = 0; i < w.n; i++)
		if (octet(r, k, w.at[i], &s->type[s->n]) == 0)
			s->n++;
}

void
set_icmp_code(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct icmp_sel *s = of(obj, k);

	if (reader_is_value(r, v, k->name) &&
	    octet(r, k, v, &s->code) == 0)
		s->has_code = 1;
}

void
print_icmp_type(struct canon *c, const struct key *k, const void *obj)
{
	const struct icmp_sel *s = (const struct icmp_sel *)(const void *)
	    ((const char *)obj + k->off);
	char text[ICMP_TYPES][8];
	const char *v[ICMP_TYPES];
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		snprintf(text[i], sizeof(text[i]), "%u", s->type[i]);
		v[i] = text[i];
	}
	if (s->n > 0)
		canon_words(c, k->name, v, s->n);
}

void
print_icmp_code(struct canon *c, const struct key *k, const void *obj)
{
	const struct icmp_sel *s = (const struct icmp_sel *)(const void *)
	    ((const char *)obj + k->off);
	char text[8];

	if (!s->has_code)
		return;
	snprintf(text, sizeof(text), "%u", s->code);
	canon_line(c, k->name, text);
}
