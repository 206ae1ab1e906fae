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
 * Subnets and ranges among identities: the data is address and mask, or the
 * first and the last address.
 */

#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "id.h"
#include "id_net.h"

int
id_net_is(const struct wt_id *id)
{
	return (id->type == ID_IPV4_SUBNET || id->type == ID_IPV6_SUBNET ||
	    id->type == ID_IPV4_RANGE || id->type == ID_IPV6_RANGE);
}

static void
set_pair(struct wt_id *id, unsigned int type, const struct wt_addr *a,
    const uint8_t *b)
{
	size_t n = addr_len(a);

	memset(id, 0, sizeof(*id));
	id->type = (uint8_t)type;
	id->data_len = (uint16_t)(2 * n);
	memcpy(id->data, a->a, n);
	memcpy(id->data + n, b, n);
}

const char *
id_net_parse_subnet(const char *v, struct wt_id *id)
{
	uint8_t mask[16] = { 0 };
	struct wt_prefix p;
	unsigned int i;

	if (prefix_parse(v, &p) == -1)
		return ("not a prefix, as 10.1.0.0/16");
	for (i = 0; i < p.plen; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	set_pair(id, p.addr.af == 4 ? ID_IPV4_SUBNET : ID_IPV6_SUBNET,
	    &p.addr, mask);
	return (NULL);
}

const char *
id_net_parse_range(const char *v, struct wt_id *id)
{
	const char *dash = strchr(v, '-');
	struct wt_addr lo, hi;
	char first[ADDR_TEXT];

	if (dash == NULL || (size_t)(dash - v) >= sizeof(first))
		return ("not a range, as 10.0.0.5-10.0.0.9");
	memcpy(first, v, (size_t)(dash - v));
	first[dash - v] = '\0';
	if (addr_parse(first, &lo) == -1 || addr_parse(dash + 1, &hi) == -1 ||
	    lo.af != hi.af)
		return ("not a range, as 10.0.0.5-10.0.0.9");
	if (addr_cmp(&lo, &hi) > 0)
		return ("a range that ends before it begins");
	set_pair(id, lo.af == 4 ? ID_IPV4_RANGE : ID_IPV6_RANGE, &lo, hi.a);
	return (NULL);
}

/* The family of the type, if the data has its length. */
static unsigned int
family(const struct wt_id *id, size_t *addresses)
{
	unsigned int af;

	*addresses = id_net_is(id) ? 2 : 1;
	if (id->type == ID_IPV4_ADDR || id->type == ID_IPV4_SUBNET ||
	    id->type == ID_IPV4_RANGE)
		af = 4;
	else if (id->type == ID_IPV6_ADDR || id->type == ID_IPV6_SUBNET ||
	    id->type == ID_IPV6_RANGE)
		af = 6;
	else
		return (0);
	return (id->data_len == *addresses * (af == 4 ? 4 : 16) ? af : 0);
}

int
id_net_bounds(const struct wt_id *id, struct wt_addr *lo, struct wt_addr *hi)
{
	int subnet = id->type == ID_IPV4_SUBNET || id->type == ID_IPV6_SUBNET;
	const uint8_t *b;
	unsigned int af;
	size_t i, n, k;

	if ((af = family(id, &k)) == 0)
		return (-1);
	memset(lo, 0, sizeof(*lo));
	lo->af = (uint8_t)af;
	*hi = *lo;
	n = addr_len(lo);
	b = k == 2 ? id->data + n : id->data;
	memcpy(lo->a, id->data, n);
	memcpy(hi->a, b, n);
	for (i = 0; subnet && i < n; i++) {
		lo->a[i] = id->data[i] & b[i];
		hi->a[i] = id->data[i] | (uint8_t)~b[i];
	}
	return (0);
}

int
id_net_match(const struct wt_id *want, const struct wt_id *id)
{
	struct wt_addr lo, hi, a, same;

	return (id_net_is(want) && !id_net_is(id) &&
	    id_net_bounds(want, &lo, &hi) == 0 &&
	    id_net_bounds(id, &a, &same) == 0 && a.af == lo.af &&
	    addr_cmp(&lo, &a) <= 0 && addr_cmp(&a, &hi) <= 0);
}

char *
id_net_print(const struct wt_id *id, char *out, size_t size)
{
	char one[ADDR_TEXT], two[ADDR_TEXT];
	struct wt_addr lo, hi;
	struct wt_prefix p;

	if (id_net_bounds(id, &lo, &hi) == -1)
		snprintf(out, size, "id-%u", id->type);
	else if (range_to_prefixes(&lo, &hi, &p, 1) == 1 &&
	    (id->type == ID_IPV4_SUBNET || id->type == ID_IPV6_SUBNET))
		snprintf(out, size, "subnet:%s",
		    prefix_print(&p, one, sizeof(one)));
	else
		snprintf(out, size, "range:%s-%s",
		    addr_print(&lo, one, sizeof(one)),
		    addr_print(&hi, two, sizeof(two)));
	return (out);
}
