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
 * `filter list`: the rules as AIX's administrators know them.
 */
#include <stdio.h>
#include <string.h>

#include "ikectl.h"

static const char line[] = "%-3s %-10s %-6s %-13s %-13s %-5s %-9s %-8s %-5s "
    "%-4s %-9s %-7s %-8s %-3s %-6s %-7s %s\n";

static void
filter_place(const struct mq_row *r)
{
	printf("%-3s %-10s %-96s %s\n", row_get(r, "no", ""), "dynamic",
	    "*** placement of the dynamic rules ***", row_get(r, "log", ""));
}

static void
filter_row(const struct mq_row *r)
{
	static int any, dynamic;
	const char *no = row_get(r, "no", ""), *bytes, *name, *to;
	const char *icmp = row_get(r, "icmp_type", NULL);
	char size[32], port[64];

	if (!any++)
		printf(line, "No", "Name", "Action", "From", "To", "Proto",
		    "From-port", "To-port", "Scope", "Dir", "Interface",
		    "Frag", "Srcroute", "Log", "Tunnel", "Packets", "Bytes");
	if (no[0] == 'd' && !dynamic++)
		printf("*** Dynamic table: made by negotiation, shown, not "
		    "edited ***\n");
	if (strcmp(row_get(r, "action", ""), "dynamic") == 0) {
		filter_place(r);
		return;
	}
	bytes = row_get(r, "bytes", NULL);
	name = row_get(r, "name", "-");
	to = row_get(r, "to_port", "any");
	if (icmp != NULL) {
		snprintf(port, sizeof(port), "type %.20s", icmp);
		to = port;
	}
	printf(line, no, name, row_get(r, "action", ""),
	    row_get(r, "from", "any"), row_get(r, "to", "any"),
	    row_get(r, "protocol", "any"), row_get(r, "from_port", "any"),
	    to, row_get(r, "scope", ""), row_get(r, "direction", ""),
	    row_get(r, "interface", ""), row_get(r, "fragments", ""),
	    row_get(r, "source_route", ""), row_get(r, "log", ""),
	    row_get(r, "tunnel", "-"), row_get(r, "packets", "-"),
	    bytes == NULL ? "-" : strcmp(bytes, "0") == 0 ? "0 B" :
	    size_text(bytes, size, sizeof(size)));
}

const struct printer print_filters = { filter_row, print_sentence };
