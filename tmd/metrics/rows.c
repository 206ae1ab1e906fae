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

/* What rows of tmd's answers mean as metrics. */
#include <stdio.h>
#include <string.h>

#include "kv.h"
#include "page.h"

static const char *
get(const struct mq_row *row, const char *key)
{
	const char *v = kv_find(row->kv, row->kv_n, key);

	return (v != NULL ? v : "");
}

/* What goes up and down, among what the processes count. */
static int
is_level(const char *key)
{
	static const char *const levels[] = { "sessions", "half-open",
	    "tickets", "tunnels", "tunnels_active", "tunnels_negotiating",
	    "tunnels_open", "tunnels_down", "queue_octets", "queue_requests",
	    "queue_verdicts", "queue_revokes", "queue-octets",
	    "queue-requests", "generation", "ceilings", "grants", "pairs",
	    "flows blocked in clear", "flows routed", "sa pairs",
	    "sa pairs at most", "policies without an sa", "packets held now" };
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(key, levels[i]) == 0)
			return (1);
	return (0);
}

/* Each number of a row: PREFIX_KEY, of whom. */
static void
each_number(struct page *p, const struct mq_row *row, const char *prefix,
    const char *verb, const struct page_label *label)
{
	char name[PAGE_NAME], help[PAGE_NAME + 64];
	const char *k;
	uint16_t i;

	for (i = 0; i < row->kv_n; i++) {
		k = row->kv[i].k;
		snprintf(name, sizeof(name), "%s_%s", prefix, k);
		snprintf(help, sizeof(help), "\"%s\" of ikectl %s", k, verb);
		page_add(p, name, !is_level(k), help, label, label != NULL,
		    row->kv[i].v);
	}
}

static void
tunnel(struct page *p, const struct mq_row *row)
{
	static const struct {
		const char	*key, *name, *help;
		int		 counter;
	} what[] = {
		{ "peers", "tunnel_peers", "Peers with an IKE SA", 0 },
		{ "in_bytes", "tunnel_received_bytes", "Octets of protected "
		    "traffic from the peers", 1 },
		{ "out_bytes", "tunnel_sent_bytes", "Octets of protected "
		    "traffic to the peers", 1 },
	};
	const struct page_label labels[] = { { "tunnel", get(row, "name") },
	    { "number", get(row, "no") } };
	size_t i;

	page_add(p, "tunnel_up", 0, "1 when the tunnel is active", labels, 2,
	    strcmp(get(row, "status"), "Active") == 0 ? "1" : "0");
	for (i = 0; i < sizeof(what) / sizeof(what[0]); i++)
		page_add(p, what[i].name, what[i].counter, what[i].help,
		    labels, 2, get(row, what[i].key));
}

static void
list(struct page *p, const struct mq_row *row)
{
	struct page_label labels[2] = { { "number", get(row, "no") },
	    { "child", get(row, "name") } };
	uint16_t i;

	if (strcmp(row->kind, "tunnel") == 0)
		tunnel(p, row);
	else if (strcmp(row->kind, "child") == 0)
		page_add(p, "child_up", 0, "1 when the Child SA is there; "
		    "number is that of its tunnel and its own", labels, 2,
		    strcmp(get(row, "status"), "Active") == 0 ? "1" : "0");
	if (strcmp(row->kind, "total") != 0)
		return;
	for (i = 0; i < row->kv_n; i++) {
		labels[0] = (struct page_label){ "state", row->kv[i].k };
		if (strcmp(row->kv[i].k, "peers") != 0)
			page_add(p, "tunnels", 0, "Configured tunnels by "
			    "state", labels, 1, row->kv[i].v);
	}
}

/* Handshakes: who succeeded, as each worker says; who failed, and why. */
static void
stats(struct page *p, const struct mq_row *row)
{
	static const char name[] = "handshakes",
	    help[] = "IKE SAs that were negotiated, or not";
	struct page_label l[] = { { "process", get(row, "process") },
	    { "role", get(row, "role") }, { "result", "established" },
	    { "reason", "" } };

	if (strcmp(row->kind, "failures") == 0) {
		l[2].value = "failed";
		l[3].value = get(row, "reason");
		page_add(p, name, 1, help, l, 4, get(row, "count"));
		return;
	}
	each_number(p, row, "process", "show stats", l);
	l[1].value = "initiator";
	page_add(p, name, 1, help, l, 4, get(row, "sessions-initiated"));
	l[1].value = "responder";
	page_add(p, name, 1, help, l, 4, get(row, "sessions-answered"));
}

static void
process(struct page *p, const struct mq_row *row)
{
	const struct page_label l = { "process", get(row, "name") };

	page_add(p, "process_up", 0, "1 when the process serves", &l, 1,
	    strcmp(get(row, "state"), "running") == 0 ? "1" : "0");
	page_add(p, "process_restarts", 1, "How often it was started again",
	    &l, 1, get(row, "restarts"));
	page_add(p, "process_uptime_seconds", 0, "Since its last start", &l, 1,
	    get(row, "since"));
}

static void
plane(struct page *p, const struct mq_row *row)
{
	const struct page_label l = { "plane", get(row, "name") };

	each_number(p, row, "dataplane", "show dataplane", &l);
}

static void
cert(struct page *p, const struct mq_row *row)
{
	int crl = strcmp(row->kind, "crl") == 0;
	const struct page_label l[] = {
	    { "kind", crl && strcmp(get(row, "delta"), "yes") == 0 ?
	    "delta crl" : row->kind },
	    { "name", get(row, crl ? "issuer" : "name") } };

	/* The lists of one issuer have one name. */
	page_add_once(p, "certificate_days_left", 0, "Days until it ends; "
	    "negative when it has", l, 2, get(row, "days_left"));
}

void
page_row(struct page *p, const char *verb, const struct mq_row *row)
{
	static const struct {
		const char	*verb;
		void		(*fn)(struct page *, const struct mq_row *);
	} rows[] = {
		{ "list", list }, { "show stats", stats },
		{ "show processes", process }, { "show dataplane", plane },
		{ "show cert", cert },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].verb, verb) == 0)
			rows[i].fn(p, row);
}
