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
 * `ikectl filter add, change, move, remove, log`: rules of the database by
 * their number or name.  What is written becomes a line of YAML, so that it
 * is read as the policy file is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ikectl.h"
#include "log.h"
#include "snap.h"

#define TEXT_MAX	16384
#define RULES_MAX	1024
#define IN_DATABASE	"the database"	/* as the list has it */

/* The list as the service has it. */
static struct listed {
	char	no[16];
	char	name[NAME_MAX_LEN + 1];
	char	where[256];
} rules[RULES_MAX];
static size_t nrules;
static char said[MSG_TEXT + 1];

static void
keep_row(const struct mq_row *r)
{
	struct listed *l = &rules[nrules];

	if (nrules == RULES_MAX)
		return;
	strlcpy(l->no, row_get(r, "no", ""), sizeof(l->no));
	strlcpy(l->name, row_get(r, "name", ""), sizeof(l->name));
	strlcpy(l->where, row_get(r, "where", "the policy"),
	    sizeof(l->where));
	nrules++;
}

static void
keep_end(const struct mq_done *d)
{
	strlcpy(said, d->text, sizeof(said));
}

static const struct printer keep = { keep_row, keep_end };

static int
read_list(const struct ctl_opts *o)
{
	static struct mq_request q;
	int status;

	q.req = 1;
	wire_text_copy(q.verb, sizeof(q.verb), "filter list");
	if ((status = client_ask(o, &q, &keep)) != CTL_OK &&
	    said[0] != '\0')
		fprintf(stderr, "ikectl: %s\n", said);
	return (status);
}

/* By number or name; NULL: told why not. */
static const struct listed *
find(const char *s)
{
	size_t i;

	for (i = 0; i < nrules; i++)
		if (strcmp(rules[i].no, s) == 0 ||
		    strcmp(rules[i].name, s) == 0)
			break;
	if (i == nrules)
		fprintf(stderr, "ikectl: there is no rule \"%s\"; ikectl "
		    "filter list shows them\n", s);
	else if (strcmp(rules[i].no, "0") == 0)
		fprintf(stderr, "ikectl: rule 0 permits what no other rule "
		    "decides: add one before it\n");
	else if (rules[i].name[0] == '\0')
		fprintf(stderr, "ikectl: rule %s has no name to call it by: "
		    "give it one (%s)\n", s, rules[i].where);
	else
		return (&rules[i]);
	return (NULL);
}

/* A name that no rule has. */
static void
free_name(char *out, size_t size)
{
	unsigned int n = 0;
	size_t i;

	do {
		snprintf(out, size, "rule-%u", ++n);
		for (i = 0; i < nrules; i++)
			if (strcmp(rules[i].name, out) == 0)
				break;
	} while (i < nrules);
}

static void
put_quoted(char *out, const char *s, size_t len)
{
	size_t n = strlen(out), i;

	if (n + 2 * len + 3 > TEXT_MAX)
		return;
	out[n++] = '"';
	for (i = 0; i < len; i++) {
		if (s[i] == '"' || s[i] == '\\')
			out[n++] = '\\';
		out[n++] = s[i];
	}
	out[n++] = '"';
	out[n] = '\0';
}

/* `key: "value"`, or a list where there are commas. */
static void
put_pair(char *out, const char *k, const char *v)
{
	size_t n;
	int list = strchr(v, ',') != NULL && strcmp(k, "note") != 0;

	strlcat(out, out[0] == '\0' ? "{ " : ", ", TEXT_MAX);
	put_quoted(out, k, strlen(k));
	strlcat(out, list ? ": [" : ": ", TEXT_MAX);
	while (list && (n = strcspn(v, ",")) < strlen(v)) {
		put_quoted(out, v, n);
		strlcat(out, ", ", TEXT_MAX);
		v += n + 1;
	}
	put_quoted(out, v, strlen(v));
	if (list)
		strlcat(out, "]", TEXT_MAX);
}

/*
 * Sends the rule's text, if there is one, as a change of the database; with
 * new it is refused when somebody has made that rule since we read the list.
 */
static int
send_change(const struct ctl_opts *o, const char *verb, const char *name,
    char *text, int new)
{
	const struct printer *out = o->json ? &print_json : &print_db;
	static struct mq_request q;
	int fd = -1;

	q.req = 1;
	wire_text_copy(q.verb, sizeof(q.verb), verb);
	snprintf(q.args[0].w, sizeof(q.args[0].w), "filters/%s", name);
	q.args_n = 1;
	if (text != NULL) {
		strlcat(text, " }\n", TEXT_MAX);
		wire_text_copy(q.opts[0].k, sizeof(q.opts[0].k), "file");
		wire_text_copy(q.opts[0].v, sizeof(q.opts[0].v),
		    "command line");
		wire_text_copy(q.opts[1].k, sizeof(q.opts[1].k), "new");
		wire_text_copy(q.opts[1].v, sizeof(q.opts[1].v), "yes");
		q.opts_n = new ? 2 : 1;
		fd = memfd_sealed("text", text, strlen(text));
	}
	return (client_ask_sink(o, &q, out, fd, NULL));
}

static int
usage(void)
{
	return (usage_wrong("usage: ikectl filter list [-d] [-4 | -6]\n"
	    "       ikectl filter add KEY VALUE ... [--at N]\n"
	    "       ikectl filter change RULE KEY VALUE ...\n"
	    "       ikectl filter move RULE N\n"
	    "       ikectl filter remove RULE\n"
	    "       ikectl filter log RULE on|off"));
}

/* Words from the i-th on, in pairs. */
static int
put_pairs(char *text, const struct mq_request *q, size_t i)
{
	if (i >= q->args_n || (q->args_n - i) % 2 != 0)
		return (-1);
	for (; i < q->args_n; i += 2)
		put_pair(text, q->args[i].w, q->args[i + 1].w);
	return (0);
}

static const char *
value_of(const struct mq_request *q, const char *k)
{
	size_t i;

	for (i = 0; i + 1 < q->args_n; i += 2)
		if (strcmp(q->args[i].w, k) == 0)
			return (q->args[i + 1].w);
	return (NULL);
}

static int
add(const struct ctl_opts *o, const struct mq_request *q, char *text)
{
	const char *name = value_of(q, "name");
	char made[NAME_MAX_LEN + 1];
	size_t i;

	if (put_pairs(text, q, 0) == -1)
		return (usage());
	for (i = 0; name != NULL && i < nrules; i++)
		if (strcmp(rules[i].name, name) == 0) {
			fprintf(stderr, "ikectl: there is a rule \"%s\" "
			    "already: change it, or remove it\n", name);
			return (CTL_REFUSED);
		}
	if (q->opts_n > 0)
		put_pair(text, "at", q->opts[0].v);
	if (name == NULL) {
		free_name(made, sizeof(made));
		put_pair(text, "name", made);
		name = made;
	}
	return (send_change(o, "db put", name, text, 1));
}

/* Logging alone can be changed of what is in a file, dynamic for one. */
static int
only_log(const struct mq_request *q, const char *verb)
{
	return (strcmp(verb, "log") == 0 || (strcmp(verb, "change") == 0 &&
	    q->args_n == 3 && strcmp(q->args[1].w, "log") == 0));
}

static int
change(const struct ctl_opts *o, const struct mq_request *q,
    const char *verb, char *text)
{
	const struct listed *l = find(q->args[0].w);
	const char *arg = q->args[1].w;

	if (l == NULL)
		return (CTL_REFUSED);
	if (!only_log(q, verb) && strcmp(l->where, IN_DATABASE) != 0) {
		fprintf(stderr, "ikectl: rule %s is from %s, not from the "
		    "database: edit the file, then ikectl reload; its log "
		    "alone can be changed here: ikectl filter log %s on\n",
		    l->name, l->where, l->name);
		return (CTL_REFUSED);
	}
	if (strcmp(verb, "remove") == 0)
		return (q->args_n != 1 ? usage() :
		    send_change(o, "db delete", l->name, NULL, 0));
	if (strcmp(verb, "change") == 0) {
		if (put_pairs(text, q, 1) == -1)
			return (usage());
	} else if (q->args_n != 2)
		return (usage());
	else if (strcmp(verb, "move") == 0)
		put_pair(text, "at", arg);
	else if (strcmp(arg, "on") == 0 || strcmp(arg, "off") == 0)
		put_pair(text, "log", strcmp(arg, "on") == 0 ? "yes" : "no");
	else
		return (usage());
	return (send_change(o, "db set", l->name, text, 0));
}

int
filter_run(const struct ctl_opts *o, const struct mq_request *q)
{
	static const char *const verbs[] = { "change", "move", "remove",
	    "log", NULL };
	const char *verb = q->verb + sizeof("filter ") - 1;
	static char text[TEXT_MAX];
	int i, status;

	if (strcmp(verb, "list") == 0)
		return (client_ask(o, q, o->json ? &print_json :
		    &print_filters));
	if (q->args_n == 0 || q->opts_n > 1 || (q->opts_n == 1 &&
	    (strcmp(verb, "add") != 0 || strcmp(q->opts[0].k, "at") != 0)))
		return (usage());
	if ((status = read_list(o)) != CTL_OK)
		return (status);
	if (strcmp(verb, "add") == 0)
		return (add(o, q, text));
	for (i = 0; verbs[i] != NULL; i++)
		if (strcmp(verb, verbs[i]) == 0)
			return (change(o, q, verb, text));
	return (usage());
}
