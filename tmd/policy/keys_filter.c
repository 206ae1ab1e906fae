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
 * The keys of a rule of filters.
 */

#include "keys_tables.h"
#include "setters.h"

static const struct word filter_action_w[] = {
	{ "permit", ACTION_PERMIT, NULL }, { "deny", ACTION_DENY, NULL },
	{ NULL, 0, NULL }
};
static const struct word family_w[] = {
	{ "any", 0, NULL }, { "4", 4, NULL }, { "6", 6, NULL },
	{ NULL, 0, NULL }
};
static const struct word scope_w[] = {
	{ "both", SCOPE_BOTH, NULL }, { "local", SCOPE_LOCAL, NULL },
	{ "route", SCOPE_ROUTE, NULL }, { NULL, 0, NULL }
};
static const struct word direction_w[] = {
	{ "both", DIR_BOTH, NULL }, { "in", DIR_IN, NULL },
	{ "out", DIR_OUT, NULL }, { NULL, 0, NULL }
};
static const struct word fragments_w[] = {
	{ "all", FRAGMENTS_ALL, NULL }, { "only", FRAGMENTS_ONLY, NULL },
	{ "none", FRAGMENTS_NONE, NULL },
	{ "headers", FRAGMENTS_HEADERS, NULL }, { NULL, 0, NULL }
};
#define FILTER_LOG { "log", KEY_BOOL, "no", OFF(filter, log) }
static const struct key filter_rows[] = {
	[F_NAME] = { "name", KEY_FN, .set = set_filter_name,
	    .print = print_filter },
	[F_ACTION] = { "action", KEY_WORD, NULL, OFF(filter, action),
	    .words = filter_action_w },
	[F_FAMILY] = { "family", KEY_WORD, "any", OFF(filter, family),
	    .words = family_w },
	[F_STATE] = { "state", KEY_BOOL, "yes", OFF(filter, state) },
	[F_FROM] = { "from", KEY_FN, OFF(filter, from),
	    .set = set_filter_nets, .print = print_filter },
	[F_TO] = { "to", KEY_FN, OFF(filter, to), .set = set_filter_nets,
	    .print = print_filter },
	[F_PROTOCOL] = { "protocol", KEY_FN, .set = set_filter_protocol,
	    .print = print_filter },
	[F_ICMP_TYPE] = { "icmp-type", KEY_FN, .set = set_filter_icmp,
	    .print = print_filter },
	[F_FROM_PORT] = { "from-port", KEY_FN, OFF(filter, from_port),
	    .set = set_filter_ports, .print = print_filter },
	[F_TO_PORT] = { "to-port", KEY_FN, OFF(filter, to_port),
	    .set = set_filter_ports, .print = print_filter },
	[F_SCOPE] = { "scope", KEY_WORD, "both", OFF(filter, scope),
	    .words = scope_w },
	[F_DIRECTION] = { "direction", KEY_WORD, "both",
	    OFF(filter, direction), .words = direction_w },
	[F_INTERFACE] = { "interface", KEY_FN, .set = set_filter_interface,
	    .print = print_filter },
	[F_FRAGMENTS] = { "fragments", KEY_WORD, "all",
	    OFF(filter, fragments), .words = fragments_w },
	[F_SOURCE_ROUTE] = { "source-route", KEY_BOOL, "yes",
	    OFF(filter, source_route) },
	[F_LOG] = FILTER_LOG,
	[F_TUNNEL] = { "tunnel", KEY_TEXT, NULL, OFF(filter, tunnel), 0,
	    NAME_MAX_LEN },
	[F_NOTE] = { "note", KEY_TEXT, NULL, OFF(filter, note), 0, 255 },
	[F_AT] = { "at", KEY_NUMBER, "end", OFF(filter, place), 1,
	    FILTER_RULES, "end" },
};
const struct keymap keys_filter = MAP("a rule of filters", filter_rows,
    F_KEYS, filter);
static const struct key dynamic_rows[] = { FILTER_LOG };
const struct keymap keys_dynamic = MAP("dynamic", dynamic_rows, 1, filter);
