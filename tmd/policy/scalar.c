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
 * Scalars: numbers with units, words, ports, nets, names.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "name.h"
#include "scalar.h"
#include "ts.h"
#include "wire.h"

/* Reads digits; *end says where they stop.  -1: none, or too large. */
static int
digits(const char *s, uint64_t *v, const char **end)
{
	uint64_t n = 0;
	const char *p;

	for (p = s; *p >= '0' && *p <= '9'; p++) {
		if (n > (UINT64_MAX - 9) / 10)
			return (-1);
		n = n * 10 + (uint64_t)(*p - '0');
	}
	if (p == s)
		return (-1);
	*v = n;
	*end = p;
	return (0);
}

int
scalar_number(const char *s, uint64_t *v)
{
	const char *end;

	return (digits(s, v, &end) == -1 || *end != '\0' ? -1 : 0);
}

struct unit {
	const char	*word;
	uint64_t	 factor;
};

static const struct unit times[] = {
	{ "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 },
	{ NULL, 0 }
};
static const struct unit sizes[] = {
	{ "", 1 }, { "KB", 1ULL << 10 }, { "MB", 1ULL << 20 },
	{ "GB", 1ULL << 30 }, { "TB", 1ULL << 40 }, { NULL, 0 }
};

static int
with_unit(const char *s, const struct unit *u, uint64_t *v)
{
	const char *end;
	uint64_t n;

	if (digits(s, &n, &end) == -1)
		return (-1);
	for (; u->word != NULL; u++)
		if (strcmp(end, u->word) == 0) {
			if (n > (uint64_t)INT64_MAX / u->factor)
				return (-1);
			*v = n * u->factor;
			return (0);
		}
	return (-1);
}

int
scalar_time(const char *s, uint64_t *v)
{
	return (with_unit(s, times, v));
}

int
scalar_size(const char *s, uint64_t *v)
{
	return (with_unit(s, sizes, v));
}

int
scalar_percent(const char *s, uint64_t *v)
{
	const char *end;

	return (digits(s, v, &end) == -1 || strcmp(end, "%") != 0 ? -1 : 0);
}

int
scalar_bool(const char *s, uint64_t *v)
{
	if (strcmp(s, "yes") == 0 || strcmp(s, "true") == 0)
		*v = 1;
	else if (strcmp(s, "no") == 0 || strcmp(s, "false") == 0)
		*v = 0;
	else
		return (-1);
	return (0);
}

int
scalar_factor(const char *s, uint64_t *v)
{
	uint64_t whole, part = 0;
	const char *end, *dot;

	if (digits(s, &whole, &end) == -1 || whole > 1000)
		return (-1);
	if (*end == '.') {
		dot = end + 1;
		if (digits(dot, &part, &end) == -1 || end - dot > 2)
			return (-1);
		if (end - dot == 1)
			part *= 10;
	}
	*v = whole * 100 + part;
	return (*end == '\0' ? 0 : -1);
}

int
scalar_ports(const char *s, uint64_t *lo, uint64_t *hi)
{
	const char *end;

	if (digits(s, lo, &end) == -1)
		return (-1);
	*hi = *lo;
	if (*end == '-' && digits(end + 1, hi, &end) == -1)
		return (-1);
	return (*end == '\0' && *lo <= *hi && *hi <= 65535 ? 0 : -1);
}

/* IANA's numbers; /etc/protocols is out of reach behind the door. */
static const struct {
	const char	*name;
	uint8_t		 number;
} protocols[] = {
	{ "any", 0 }, { "icmp", 1 }, { "igmp", 2 }, { "ipip", 4 },
	{ "tcp", 6 }, { "egp", 8 }, { "udp", 17 }, { "dccp", 33 },
	{ "ipv6", 41 }, { "rsvp", 46 }, { "gre", 47 }, { "esp", 50 },
	{ "ah", 51 }, { "icmpv6", 58 }, { "ipv6-icmp", 58 }, { "eigrp", 88 },
	{ "ospf", 89 }, { "etherip", 97 }, { "pim", 103 }, { "vrrp", 112 },
	{ "l2tp", 115 }, { "sctp", 132 }, { "udplite", 136 },
};

int
scalar_protocol(const char *s, uint64_t *v)
{
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(s, protocols[i].name) == 0) {
			*v = protocols[i].number;
			return (0);
		}
	return (scalar_number(s, v) == -1 || *v < 1 || *v > 255 ? -1 : 0);
}

const char *
scalar_protocol_name(uint64_t v)
{
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == v)
			return (protocols[i].name);
	return (NULL);
}

static int
net_range(const char *s, const char *dash, struct wt_ts *ts)
{
	struct wt_addr lo, hi;
	char low[ADDR_TEXT];
	size_t len = (size_t)(dash - s);

	if (len >= sizeof(low))
		return (-1);
	memcpy(low, s, len);
	low[len] = '\0';
	if (addr_parse(low, &lo) == -1 || addr_parse(dash + 1, &hi) == -1 ||
	    lo.af != hi.af || addr_cmp(&lo, &hi) > 0)
		return (-1);
	ts_from_addr(ts, &lo);
	memcpy(ts->hi, hi.a, sizeof(ts->hi));
	return (0);
}

int
scalar_net(const char *s, struct wt_ts *ts)
{
	const char *dash = strchr(s, '-');
	struct wt_prefix p;

	if (dash != NULL)
		return (net_range(s, dash, ts));
	if (prefix_parse(s, &p) == -1)
		return (-1);
	ts_from_prefix(ts, &p);
	return (0);
}

static char *
print_unit(uint64_t v, const struct unit *u, const char *zero, char *out,
    size_t size)
{
	const struct unit *best = u;

	for (; u->word != NULL; u++)
		if (v % u->factor == 0)
			best = u;
	if (v == 0)
		snprintf(out, size, "%s", zero);
	else
		snprintf(out, size, "%" PRIu64 "%s", v / best->factor,
		    best->word);
	return (out);
}

char *
scalar_print_time(uint64_t v, char *out, size_t size)
{
	return (print_unit(v, times, "0s", out, size));
}

char *
scalar_print_size(uint64_t v, char *out, size_t size)
{
	return (print_unit(v, sizes, "0", out, size));
}

const char *
scalar_file_wrong(const char *s)
{
	if (strchr(s, '/') != NULL)
		return ("a file is given by its name, without \"/\"");
	return (name_file_wrong(s));
}

const char *
scalar_file_wrong_in(const char *s, const char *dir, char *out, size_t size)
{
	if (strchr(s, '/') == NULL)
		return (name_file_wrong(s));
	snprintf(out, size, "a file is given by its name, without \"/\": put "
	    "it into %s/", dir);
	return (out);
}
