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
 * `explain`: a negotiation that failed, both sides' offers side by side, and
 * what would help.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ikectl.h"

#define WHAT	12	/* widths of the columns */
#define THEIRS	28
#define OURS	36

static char policy[128], where[300];	/* of the refusal */
static int table;		/* its head is printed */

/* The time of day so many seconds ago, with its day when that is long ago. */
static const char *
clock_text(const char *seconds, char *out, size_t size)
{
	time_t ago = (time_t)strtoul(seconds, NULL, 10);
	time_t then = time(NULL) - ago;
	struct tm tm;

	if (localtime_r(&then, &tm) == NULL || strftime(out, size,
	    ago < 43200 ? "%H:%M" : "%Y-%m-%d %H:%M", &tm) == 0)
		strlcpy(out, "?", size);
	return (out);
}

/* "6m ago", "6m ago (41 times since 09:12)" */
static void
when(const struct mq_row *r)
{
	const char *count = row_get(r, "count", "1");
	char a[32], b[32];

	printf("%s ago", since_text(row_get(r, "last", "0"), a, sizeof(a)));
	if (strcmp(count, "1") != 0)
		printf(" (%s times since %s)", count, clock_text(row_get(r,
		    "first", "0"), b, sizeof(b)));
}

static void
refusal(const struct mq_row *r)
{
	static int any;
	const char *tunnel = row_get(r, "tunnel", NULL);
	const char *child = row_get(r, "child", NULL);
	int ours = strcmp(row_get(r, "initiator", "no"), "yes") == 0;

	if (any++)
		putchar('\n');
	if (tunnel != NULL)
		printf("%s%s%s (%s): ", tunnel, child != NULL ? "/" : "",
		    child != NULL ? child : "", row_get(r, "no", "?"));
	if (ours)
		printf("we began with %s ", row_get(r, "remote", "?"));
	else
		printf("%s began ", row_get(r, "remote", "?"));
	when(r);
	printf("; %s: %s.\n", row_get(r, "verdict", "it failed"),
	    row_get(r, "reason", "?"));
	if (strcmp(row_get(r, "text", ""), row_get(r, "reason", "")) != 0)
		printf("  %s\n", row_get(r, "text", ""));
	table = 0;
	snprintf(policy, sizeof(policy), "%s", row_get(r, "policy", ""));
	snprintf(where, sizeof(where), "%s", row_get(r, "policy_where",
	    policy[0] != '\0' ? "built in" : ""));
}

static void
offer(const struct mq_row *r)
{
	char head[512];

	if (policy[0] == '\0')
		snprintf(head, sizeof(head), "ours");
	else if (policy[0] == '(')
		snprintf(head, sizeof(head), "ours (%s)", where);
	else
		snprintf(head, sizeof(head), "ours, policy \"%s\" (%s)",
		    policy, where);
	if (table++ == 0)
		printf("  %-*s%-*s %s\n", WHAT, "", THEIRS, "peer offers",
		    head);
	printf("  %-*s%-*s %-*s %s\n", WHAT, row_get(r, "what", ""), THEIRS,
	    row_get(r, "theirs", ""), OURS, row_get(r, "ours", ""),
	    strcmp(row_get(r, "miss", "no"), "yes") == 0 ?
	    "<- nothing in common" : row_get(r, "both", ""));
}

static void
explain_row(const struct mq_row *r)
{
	if (strcmp(r->kind, "refusal") == 0)
		refusal(r);
	else if (strcmp(r->kind, "offer") == 0)
		offer(r);
	else if (strcmp(r->kind, "advice") == 0)
		printf("%s\n", row_get(r, "text", ""));
}

const struct printer print_explain = { explain_row, print_sentence };
