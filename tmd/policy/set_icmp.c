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
 * Numbers of a child: ICMP types and codes (RFC 4301 section 4.4.1.1), a DSCP
 * (RFC 2474), the length of packets (RFC 4303 section 2.7).
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "canon.h"
#include "scalar.h"
#include "setters.h"

#define TFC_LEAST	64		/* inner packets are hardly shorter */
#define TFC_MOST	65535		/* nor longer */

static struct icmp_sel *
of(void *obj, const struct key *k)
{
	return ((struct icmp_sel *)(void *)((char *)obj + k->off));
}

static int
octet(struct reader *r, const struct key *k, const struct node *v,
    unsigned int most, uint8_t *out)
{
	uint64_t n;

	if (scalar_number(v->text, &n) == -1 || n > most) {
		reader_error(r, v, "%s \"%s\"%s is not a number, 0-%u",
		    k->name, v->text, reader_where(r), most);
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
		if (octet(r, k, w.at[i], 255, &s->type[s->n]) == 0)
			s->n++;
}

void
set_icmp_code(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	struct icmp_sel *s = of(obj, k);

	if (reader_is_value(r, v, k->name) &&
	    octet(r, k, v, 255, &s->code) == 0)
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

void
set_dscp(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	uint64_t all;
	uint8_t n;

	if (!reader_is_value(r, v, k->name) || octet(r, k, v, 63, &n) == -1)
		return;
	all = n + 1u;
	memcpy((char *)obj + k->off, &all, sizeof(all));
}

void
print_dscp(struct canon *c, const struct key *k, const void *obj)
{
	uint64_t n;
	char text[24];

	memcpy(&n, (const char *)obj + k->off, sizeof(n));
	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, n - 1);
	canon_line(c, k->name, text);
}

void
set_tfc(struct reader *r, const struct key *k, const struct node *v,
    void *obj)
{
	uint64_t n = 0;

	if (!reader_is_value(r, v, k->name))
		return;
	if (strcmp(v->text, "mtu") == 0)
		n = TFC_MTU;
	else if (strcmp(v->text, "no") != 0 && strcmp(v->text, "false") != 0 &&
	    (scalar_size(v->text, &n) == -1 || n < TFC_LEAST || n > TFC_MOST)) {
		reader_error(r, v, "%s \"%s\"%s is not a size of %d to %d, mtu "
		    "or no", k->name, v->text, reader_where(r), TFC_LEAST,
		    TFC_MOST);
		return;
	}
	memcpy((char *)obj + k->off, &n, sizeof(n));
}

void
print_tfc(struct canon *c, const struct key *k, const void *obj)
{
	uint64_t n;
	char text[24];

	memcpy(&n, (const char *)obj + k->off, sizeof(n));
	snprintf(text, sizeof(text), "%" PRIu64, n);
	canon_line(c, k->name, n == 0 ? "no" : n == TFC_MTU ? "mtu" : text);
}
