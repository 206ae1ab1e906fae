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
 * `ikectl list`, `activate`, `monitor`, `reload`: tables and sentences as
 * people read them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ikectl.h"

/* list */

static int list_any;

static void
list_row(const struct mq_row *r)
{
	char since[32], in[32], out[32], where[512], name[80];
	const char *reason = row_get(r, "reason",
	    row_get(r, "children", ""));
	const char *advice = row_get(r, "advice", "");
	const char *ended = row_get(r, "certificate", "");
	int child = strcmp(r->kind, "child") == 0;
	int peer = strcmp(r->kind, "peer") == 0;

	if (!list_any++)
		printf("%-4s %-13s %-36s %-11s %-8s %-8s %s\n", "No", "Tunnel",
		    "Remote", "Status", "Since", "In", "Out");
	if (child)
		snprintf(where, sizeof(where), "%s = %s",
		    row_get(r, "local", ""), row_get(r, "remote", ""));
	else
		snprintf(where, sizeof(where), "%s%s%s",
		    row_get(r, "remote", ""),
		    row_get(r, "remote_id", "")[0] != '\0' &&
		    row_get(r, "remote", "")[0] != '\0' ? " " : "",
		    row_get(r, "remote_id", ""));
	snprintf(name, sizeof(name), "%s%s", child || peer ? "  " : "",
	    row_get(r, "name", peer ? "peer" : ""));
	printf("%-4s %-13s %-36s %-11s %-8s %-8s %-8s%s%s%s%s%s%s\n",
	    row_get(r, "no", ""), name, where, row_get(r, "status", ""),
	    since_text(row_get(r, "since", ""), since, sizeof(since)),
	    size_text(row_get(r, "in_bytes", "0"), in, sizeof(in)),
	    size_text(row_get(r, "out_bytes", "0"), out, sizeof(out)),
	    reason[0] != '\0' ? " " : "", reason,
	    advice[0] != '\0' ? ": " : "", advice, ended[0] == '\0' ? "" :
	    reason[0] != '\0' ? "; " : " ", ended);
}

static void
list_print(const struct mq_row *r)
{
	static const struct {
		const char *key, *word;
	} words[] = {
		{ "active", "Active" }, { "negotiating", "Negotiating" },
		{ "dormant", "Dormant" }, { "down", "Down" },
		{ "open", "Open" },
	};
	const char *sep = "", *n;
	size_t i;

	if (strcmp(r->kind, "total") != 0) {
		list_row(r);
		return;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = row_get(r, words[i].key, "0");
		if (strcmp(n, "0") == 0)
			continue;
		printf("%s%s %s", sep, n, words[i].word);
		sep = ", ";
		if (strcmp(words[i].key, "open") == 0)
			printf(" (%s peers)", row_get(r, "peers", "0"));
	}
	printf("%s", sep[0] != '\0' ? "\n" : "No tunnels.\n");
}

const struct printer print_list = { list_print, print_sentence };

/* show group: there may be more members than a table is kept for */

static void
group_row(const struct mq_row *r)
{
	const char *peers = row_get(r, "peers", "0");

	if (strcmp(r->kind, "group") == 0)
		printf("%-20s %s members\n", row_get(r, "name", ""),
		    row_get(r, "members", "0"));
	else if (strcmp(peers, "0") == 0)
		printf("%-6s %s\n", row_get(r, "place", ""),
		    row_get(r, "id", ""));
	else
		printf("%-6s %-40s %s up\n", row_get(r, "place", ""),
		    row_get(r, "id", ""), peers);
}

const struct printer print_group = { group_row, print_sentence };

/* activate and its like: the steps as they happen */

static void
steps_row(const struct mq_row *r)
{
	if (strcmp(r->kind, "start") == 0)
		printf("%s (%s)  %s -> %s  %s, role %s\n",
		    row_get(r, "name", ""), row_get(r, "no", ""),
		    row_get(r, "local", ""), row_get(r, "remote", ""),
		    row_get(r, "version", "IKEv2"), row_get(r, "role", ""));
	else if (strcmp(r->kind, "step") == 0)
		printf("  %-13s %-27s %s\n", row_get(r, "what", ""),
		    row_get(r, "how", ""), row_get(r, "detail", ""));
	else if (strcmp(r->kind, "result") == 0)
		printf("%s (%s): %s\n", row_get(r, "name", ""),
		    row_get(r, "no", ""), row_get(r, "text", ""));
	fflush(stdout);
}

const struct printer print_steps = { steps_row, print_sentence };

/* monitor */

static void
events_row(const struct mq_row *r)
{
	char when[32] = "";
	time_t t = (time_t)strtoll(row_get(r, "time", "0"), NULL, 10);
	const char *child = row_get(r, "child", "");
	struct tm tm;

	if (localtime_r(&t, &tm) != NULL)
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
	printf("%s %-14s %s%s%s  %s\n", when, row_get(r, "kind", ""),
	    row_get(r, "tunnel", ""), child[0] != '\0' ? "/" : "", child,
	    row_get(r, "text", ""));
	fflush(stdout);
}

const struct printer print_events = { events_row, print_sentence };

/* reload: problems as `check` prints them; DONE says what was done */

static void
reload_row(const struct mq_row *r)
{
	const char *src = row_get(r, "source", "");
	int column = atoi(row_get(r, "column", "0"));

	if (strcmp(r->kind, "problem") == 0) {
		fprintf(stderr, "%s%s\n",
		    strcmp(row_get(r, "warning", "no"), "yes") == 0 ?
		    "warning: " : "", row_get(r, "text", ""));
		if (src[0] != '\0' && column > 0)
			fprintf(stderr, "      %s\n      %*s\n", src, column,
			    "^");
	} else if (strcmp(r->kind, "setting") == 0)
		printf("%s: %s -> %s%s\n", row_get(r, "name", ""),
		    row_get(r, "was", ""), row_get(r, "is", ""),
		    strcmp(row_get(r, "how", ""), "restart") == 0 ?
		    ": needs a restart of the service" : "");
}

const struct printer print_reload = { reload_row, print_sentence };
