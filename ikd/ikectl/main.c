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
 * ikectl: verbs that read like sentences.  The command line becomes one
 * request to tmd; the rows of its answer become tables, or JSON.  `check`,
 * `psk`, `key`, `cert`, `ca` and `db import` work on files and need no
 * service.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ikectl.h"
#include "import_run.h"
#include "km_run.h"
#include "log.h"
#include "near.h"
#include "pick.h"

#define USAGE	"usage: ikectl [-jv] [-f policy-dir] [-l libexec-dir] "	\
		"[-r run-dir]\n              [-s state-dir] VERB ...\n"

/* An option of a verb and what it is called on the wire. */
enum opt_arg { OPT_FLAG, OPT_TEXT, OPT_TIME, OPT_PICK };
static const struct opt {
	const char	*name;
	enum opt_arg	 arg;
} opts[] = {
	{ "remote-id", OPT_TEXT }, { "address", OPT_TEXT },
	{ "all", OPT_FLAG }, { "timeout", OPT_TIME }, { "no-wait", OPT_FLAG },
	{ "once", OPT_FLAG }, { "active", OPT_FLAG },
	{ "children", OPT_FLAG }, { "until", OPT_TEXT },
	{ "confirm", OPT_TIME }, { "keep", OPT_FLAG },
	{ "decrypt", OPT_FLAG }, { "sort", OPT_PICK }, { "where", OPT_PICK },
	{ "dynamic", OPT_FLAG }, { "family", OPT_TEXT }, { "at", OPT_TEXT },
};

/* A verb that tmd answers: its printer, and the one for -v. */
static const struct verb {
	const char		*words;
	const struct printer	*out, *verbose;
	const char		*help;
} verbs[] = {
	{ "activate", &print_steps, NULL, "TUNNEL... [--no-wait] "
	    "[--timeout T]	start tunnels and show the steps" },
	{ "remove", &print_steps, NULL, "TUNNEL... [--once]	"
	    "end tunnels and keep them down" },
	{ "restart", &print_steps, NULL, "TUNNEL... [--no-wait] "
	    "[--timeout T]	end and start again" },
	{ "rekey", &print_steps, NULL, "TUNNEL...	new keys now" },
	{ "reauth", &print_steps, NULL, "TUNNEL...	"
	    "authenticate anew, now" },
	{ "list", &print_list, &print_full, "[-v] [TUNNEL...] [--active] "
	    "[--children] [--sort F] [--where F=V]	tunnels and their "
	    "state" },
	{ "show tunnel", &print_full, NULL, "[TUNNEL...] [--active]	"
	    "every field of tunnels" },
	{ "show sa", &print_blocks, NULL, "[TUNNEL...]	"
	    "security associations" },
	{ "show policy", &print_blocks, NULL, "[TUNNEL...]	"
	    "what the policy says" },
	{ "show group", &print_group, NULL, "[GROUP]	groups, or one's "
	    "members" },
	{ "show stats", &print_blocks, NULL, "	counters of each process" },
	{ "show processes", &print_table, NULL,
	    "	the suite's processes" },
	{ "show cert", &print_kinds, NULL, "[NAME]	keys, certificates "
	    "and CRLs that are loaded" },
	{ "show dataplane", &print_blocks, NULL, "	the data plane" },
	{ "wait", &print_steps, NULL, "TUNNEL... [--until active|down] "
	    "[--timeout T]	wait for a state" },
	{ "monitor", &print_events, NULL, "[TUNNEL...]	events as they come" },
	{ "explain", &print_explain, NULL, "[TUNNEL... | ADDRESS]	"
	    "why a negotiation failed, and what would help" },
	{ "trace", &print_trace, NULL, "TUNNEL | ADDRESS [--decrypt] "
	    "[--timeout T] [-o FILE]	IKE messages as they pass, in pcapng" },
	{ "reload", &print_reload, NULL, "[--confirm T] [--keep]	"
	    "read the policy again; rolled back after T, unless kept" },
	{ "diff", &print_db, NULL, "[-v] [FILE]	"
	    "what a reload would do to each tunnel" },
	{ "db get", &print_db, NULL, "[KIND[/NAME]]	"
	    "the objects of the policy; one's text" },
	{ "db put", &print_db, NULL, "[KIND/NAME] [FILE]	"
	    "objects into the database" },
	{ "db delete", &print_db, NULL, "KIND/NAME	"
	    "an object out of the database" },
	{ "db move", &print_db, NULL, "KIND/NAME ITEM up|down	"
	    "another order" },
	{ "db export", &print_db, NULL, "	"
	    "the database, as a policy file" },
	{ "filter list", &print_filters, NULL, "[-d] [-4 | -6]	"
	    "packet filters and their counters" },
	{ "filter add", &print_filters, NULL, "KEY VALUE ... [--at N]	"
	    "a rule more, in the database" },
	{ "filter change", &print_filters, NULL, "RULE KEY VALUE ...	"
	    "change a rule of the database" },
	{ "filter move", &print_filters, NULL, "RULE N	"
	    "give it another place" },
	{ "filter remove", &print_filters, NULL, "RULE	"
	    "a rule less" },
	{ "filter log", &print_filters, NULL, "RULE on|off	"
	    "log the packets of a rule, of dynamic: of all tunnels" },
	{ "log", &print_table, NULL, "[LEVEL [SUBSYSTEM]]	"
	    "show or set log levels" },
	{ "version", &print_table, NULL, "	versions of both sides" },
	/* Known, refused by tmd with its own words until they are built. */
	{ "lease", &print_blocks, NULL, NULL },
	{ "show lease", &print_blocks, NULL, NULL },
	{ "show pool", &print_blocks, NULL, NULL },
};
#define NVERBS	(sizeof(verbs) / sizeof(verbs[0]))

/* Verbs that need no service, or not tmd; km_usage() has the others. */
static const struct {
	const char *words, *help;
} locals[] = {
	{ "check", "[-v] [FILE]	check the policy file" },
	{ "psk create", "NAME [--force]	make a pre-shared key and print it" },
	{ "psk list", "	pre-shared keys, and who uses them" },
	{ "psk show", "NAME	everything but the key" },
	{ "psk import", "NAME [FILE] [--force]	"
	    "take in a key: of a file, or asked for" },
	{ "psk export", "NAME [-o FILE]	print a key, for the other side" },
	{ "psk delete", "NAME	remove a key" },
	{ "ppk create", "NAME [--force]	"
	    "make a post-quantum pre-shared key and print it" },
	{ "ppk list", "	post-quantum pre-shared keys" },
	{ "ppk show", "NAME	everything but the key" },
	{ "ppk import", "NAME [FILE] [--force]	"
	    "take in a key: of a file, or asked for" },
	{ "ppk export", "NAME [-o FILE]	print a key, for the other side" },
	{ "ppk delete", "NAME	remove a key" },
	{ "db import", "FILE... [--secrets FILE] [--add [--replace]]	"
	    "strongSwan's or libreswan's configuration as YAML" },
	{ "wizard", "[--cert]	a tunnel from a few answers, for both sides" },
	{ "help", "[VERB]	these lines, or those of a verb" },
};
#define NLOCALS	(sizeof(locals) / sizeof(locals[0]))

static const struct {
	const char *from, *to;
} aliases[] = { { "up", "activate" }, { "down", "remove" },
	{ "show filter", "filter list" } };

static const char *
unalias(const char *words)
{
	size_t i;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(words, aliases[i].from) == 0)
			return (aliases[i].to);
	return (words);
}

static int
usage_line(FILE *to, const char *words, const char *help, const char *want)
{
	const char *tab;

	if (help == NULL || !words_begin(words, want))
		return (0);
	tab = strchr(help, '\t');
	fprintf(to, "  %s %.*s\n      %s\n", words, (int)(tab - help), help,
	    tab + 1);
	return (1);
}

/* What begins with the words of want, all of it with ""; how many. */
static int
usage(FILE *to, const char *want)
{
	size_t i;
	int n = 0;

	if (want[0] == '\0')
		fprintf(to, USAGE);
	for (i = 0; i < NVERBS; i++)
		n += usage_line(to, verbs[i].words, verbs[i].help, want);
	for (i = 0; i < NLOCALS; i++)
		n += usage_line(to, locals[i].words, locals[i].help, want);
	n += km_usage(to, want);
	if (want[0] == '\0')
		fprintf(to, "      keys, certificates, authorities\n"
		    "TUNNEL: a name, a number, NAME/CHILD or N.M, or several, "
		    "joined by commas; in its\nplace --remote-id ID, "
		    "--address LOCAL[,REMOTE] or --all.\n");
	return (n);
}

/* Is JSON asked for, wherever that stands?  What is wrong is said so, too. */
static int
as_json(int argc, char **argv)
{
	static int asked;
	int i;

	for (i = 1; i < argc; i++)
		asked |= strcmp(argv[i], "-j") == 0 ||
		    strcmp(argv[i], "--json") == 0;
	if (asked)
		usage_json();
	return (asked);
}

/* Called wrongly: how the verb is called. */
static int
usage_of(const char *want)
{
	if (as_json(0, NULL))
		return (usage_wrong("ikectl help %s shows how it is called",
		    want));
	fprintf(stderr, "usage:\n");
	usage(stderr, want);
	return (CTL_USAGE);
}

/* Says that there is no such verb, and which may have been meant. */
static int
no_verb(const char *words)
{
	static const char *const nouns[] = { "key", "cert", "ca", "psk",
	    "ppk", "db", "show", "filter" };
	struct near near;
	size_t i;

	near_start(&near, words);
	for (i = 0; i < NVERBS; i++)
		near_try(&near, verbs[i].words, NULL);
	for (i = 0; i < NLOCALS; i++)
		near_try(&near, locals[i].words, NULL);
	for (i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++)
		near_try(&near, nouns[i], NULL);
	if (near.best != NULL)
		return (usage_wrong("ikectl: no such verb: %s; did you mean "
		    "\"%s\"?", words, near.best));
	return (usage_wrong("ikectl: no such verb: %s (ikectl help lists "
	    "them)", words));
}

/* `ikectl help [VERB]`. */
static int
help(int argc, char **argv)
{
	char want[64] = "";

	if (argc > 1)
		snprintf(want, sizeof(want), "%s%s%s", argv[1], argc > 2 ?
		    " " : "", argc > 2 ? argv[2] : "");
	return (usage(stdout, unalias(want)) > 0 ? CTL_OK : no_verb(want));
}

/* The verb in argv; *used says how many words it took. */
static const struct verb *
find_verb(int argc, char **argv, int *used)
{
	const char *words;
	char two[64];
	size_t i;

	*used = 1;
	if (argc > 1 && (strcmp(argv[0], "show") == 0 ||
	    strcmp(argv[0], "db") == 0 || strcmp(argv[0], "filter") == 0)) {
		snprintf(two, sizeof(two), "%s %s", argv[0], argv[1]);
		*used = 2;
	} else
		snprintf(two, sizeof(two), "%s", argv[0]);
	words = unalias(two);
	for (i = 0; i < NVERBS; i++)
		if (strcmp(verbs[i].words, words) == 0)
			return (&verbs[i]);
	return (NULL);
}

static int
add_opt(struct mq_request *q, const char *k, const char *v)
{
	unsigned int i;

	for (i = 0; i < q->opts_n; i++)
		if (strcmp(q->opts[i].k, k) == 0)
			return (-1);	/* which of them? */
	if (q->opts_n == sizeof(q->opts) / sizeof(q->opts[0]))
		return (-1);
	wire_text_copy(q->opts[q->opts_n].k, sizeof(q->opts[0].k), k);
	wire_text_copy(q->opts[q->opts_n].v, sizeof(q->opts[0].v), v);
	q->opts_n++;
	return (0);
}

/* "--name [value]" or "--name=value" at argv[i]; words used, or -1. */
static int
parse_opt(struct mq_request *q, char **argv, int argc, int i)
{
	char *eq = strchr(argv[i], '=');
	const char *v = eq != NULL ? eq + 1 : NULL, *name = argv[i] + 2;
	size_t n = eq != NULL ? (size_t)(eq - name) : strlen(name), k;
	char num[16];
	int used = 1;

	for (k = 0; k < sizeof(opts) / sizeof(opts[0]); k++)
		if (strlen(opts[k].name) == n &&
		    strncmp(opts[k].name, name, n) == 0)
			break;
	if (k == sizeof(opts) / sizeof(opts[0])) {
		(void)usage_wrong("ikectl: unknown option %s", argv[i]);
		return (-1);
	}
	if (opts[k].arg == OPT_FLAG)
		v = "yes";
	else if (v == NULL && i + 1 < argc) {
		v = argv[i + 1];
		used = 2;
	}
	if (v == NULL) {
		(void)usage_wrong("ikectl: --%s needs a value", opts[k].name);
		return (-1);
	}
	if (opts[k].arg == OPT_PICK)
		return (pick_option(name[0], v) == -1 ? -1 : used);
	if (opts[k].arg == OPT_TIME) {
		if (time_parse(v) == -1) {
			(void)usage_wrong("ikectl: --%s: \"%s\" is not a time "
			    "(30s 5m 4h 7d)", opts[k].name, v);
			return (-1);
		}
		snprintf(num, sizeof(num), "%ld", time_parse(v));
		v = num;
	}
	if (add_opt(q, opts[k].name, v) == 0)
		return (used);
	(void)usage_wrong("ikectl: --%s a second time, or too many options",
	    opts[k].name);
	return (-1);
}

/* Options of one letter, those that AIX has; -1: none of them. */
static int
short_opt(struct mq_request *q, const char *s)
{
	if (strcmp(s, "-d") == 0)
		return (add_opt(q, "dynamic", "yes"));
	if (strcmp(s, "-4") == 0 || strcmp(s, "-6") == 0)
		return (add_opt(q, "family", s + 1));
	return (-1);
}

/* What follows the verb. */
static int
parse_rest(struct ctl_opts *o, struct mq_request *q, int argc, char **argv)
{
	int i, n;

	for (i = 0; i < argc; i += n) {
		n = 1;
		if (strcmp(argv[i], "-v") == 0)
			o->verbose = 1;
		else if (strcmp(argv[i], "-j") == 0 ||
		    strcmp(argv[i], "--json") == 0)
			o->json = 1;
		else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
			o->output = argv[i + 1];
			n = 2;
		} else if (short_opt(q, argv[i]) == 0)
			continue;
		else if (strncmp(argv[i], "--", 2) == 0) {
			if ((n = parse_opt(q, argv, argc, i)) == -1)
				return (-1);
		} else if (argv[i][0] == '-' && argv[i][1] != '\0') {
			(void)usage_wrong("ikectl: unknown option %s",
			    argv[i]);
			return (-1);
		} else if (q->args_n == sizeof(q->args) / sizeof(q->args[0]) ||
		    strlen(argv[i]) >= sizeof(q->args[0].w)) {
			(void)usage_wrong("ikectl: too many or too long "
			    "arguments");
			return (-1);
		} else
			wire_text_copy(q->args[q->args_n++].w,
			    sizeof(q->args[0].w), argv[i]);
	}
	return (0);
}

/* A noun without its verb gets its usage. */
static int
unknown(char **argv, int used)
{
	char words[64];

	if (used == 1 && (strcmp(argv[0], "show") == 0 ||
	    strcmp(argv[0], "db") == 0 || strcmp(argv[0], "filter") == 0))
		return (usage_of(argv[0]));
	snprintf(words, sizeof(words), "%s%s%s", argv[0], used == 2 ? " " :
	    "", used == 2 ? argv[1] : "");
	return (no_verb(words));
}

/* Is a word of its help missing?  An option that selects tunnels is one. */
static int
lacks(const struct verb *v, const struct mq_request *q)
{
	const char *p = v->help;
	unsigned int need = 0, i;

	for (; p != NULL && strchr("[|.\t", *p) == NULL; need++) {
		p += strcspn(p, " \t");
		p += *p == ' ';
	}
	for (i = 0; i < q->opts_n && need == 1; i++)
		if (strstr("all address remote-id", q->opts[i].k) != NULL)
			need = 0;
	return (q->args_n < need);
}

static int
ask(struct ctl_opts *o, int argc, char **argv)
{
	static struct mq_request q;
	const struct printer *out;
	const struct verb *v;
	int used;

	if ((v = find_verb(argc, argv, &used)) == NULL)
		return (unknown(argv, used));
	if (parse_rest(o, &q, argc - used, argv + used) == -1)
		return (CTL_USAGE);
	if (lacks(v, &q))
		return (usage_of(v->words));
	q.req = 1;
	wire_text_copy(q.verb, sizeof(q.verb), v->words);
	out = v->out;
	if (o->verbose && v->verbose != NULL) {
		out = v->verbose;
		add_opt(&q, "verbose", "yes");
	}
	if (out == &print_trace)
		return (trace_run(o, &q));
	if (out == &print_filters && strncmp(q.verb, "filter ", 7) == 0)
		return (filter_run(o, &q));
	if (out == &print_db)
		return (db_run(o, &q));
	if (pick_printer(out) != out && strcmp(v->words, "list") != 0 &&
	    strncmp(v->words, "show ", 5) != 0)
		return (usage_wrong("ikectl: %s takes no option --sort or "
		    "--where", v->words));
	if (o->output != NULL)
		return (usage_wrong("ikectl: %s writes to no file", v->words));
	if (o->json)
		out = out == &print_events ? &print_json_lines : &print_json;
	return (client_ask(o, &q, pick_printer(out)));
}

/* tmd-policy stands beside ikectl in a build directory. */
static const char *
libexec_dir(void)
{
	static char dir[512];
	char prog[600];
	ssize_t n;

	if (access(IKD_LIBEXEC "/tmd-policy", X_OK) == 0)
		return (IKD_LIBEXEC);
	n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	if (n <= 0)
		return (IKD_LIBEXEC);
	dir[n] = '\0';
	*strrchr(dir, '/') = '\0';
	snprintf(prog, sizeof(prog), "%s/tmd-policy", dir);
	return (access(prog, X_OK) == 0 ? dir : IKD_LIBEXEC);
}

/* Verbs that work on files and need no service. */
static int
is_local(const char *verb)
{
	static const char *const names[] = { "check", "psk", "ppk", "key",
	    "cert", "ca", "wizard" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(verb, names[i]) == 0)
			return (1);
	return (0);
}

/* Options may stand after the verb here too. */
static int
local(struct ctl_opts *o, int argc, char **argv)
{
	int i, n = 1, rc;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0)
			o->verbose = 1;
		else if (strcmp(argv[i], "-j") == 0 ||
		    strcmp(argv[i], "--json") == 0)
			o->json = 1;
		else
			argv[n++] = argv[i];
	}
	if (strcmp(argv[0], "check") == 0)
		return (check_run(o, n - 1, argv + 1));
	if (strcmp(argv[0], "psk") == 0 || strcmp(argv[0], "ppk") == 0) {
		rc = psk_run(o, argv[0], n - 1, argv + 1);
		return (rc == -1 ? usage_of(argv[0]) : rc);
	}
	if (strcmp(argv[0], "wizard") == 0)
		return (wizard_run(o, n - 1, argv + 1));
	if (strcmp(argv[0], "db") == 0)
		return (import_run(o, n - 2, argv + 2));
	return (km_run(o, n, argv));
}

/* The options before the verb; -1, or an exit status. */
static int
options(struct ctl_opts *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:f:hjl:r:s:v", longs,
	    NULL)) != -1)
		switch (c) {
		case 'f':
			o->policy_dir = optarg;
			break;
		case 'h':
			usage(stdout, "");
			return (CTL_OK);
		case 'j':
			o->json = 1;
			break;
		case 'l':
			o->libexec = optarg;
			break;
		case 'r':
			o->run_dir = optarg;
			break;
		case 's':
			o->state_dir = optarg;
			break;
		case 'v':
			o->verbose = 1;
			break;
		case ':':
			return (usage_wrong("ikectl: -%c needs a value",
			    optopt));
		default:
			return (usage_wrong("ikectl: %s is no option before a "
			    "verb; those of the verb stand behind it",
			    argv[optind - 1]));
		}
	return (-1);
}

int
main(int argc, char **argv)
{
	struct ctl_opts o = { .run_dir = "/run/ikd", .policy_dir = POLICY_DIR };
	int status;

	log_init("ikectl", LOG_L_ERROR);
	signal(SIGPIPE, SIG_DFL);
	(void)as_json(argc, argv);
	o.libexec = libexec_dir();
	if ((status = options(&o, argc, argv)) != -1)
		return (status);
	argc -= optind;
	argv += optind;
	if (argc == 0)
		return (usage_wrong(USAGE "ikectl help lists the verbs."));
	if (strcmp(argv[0], "help") == 0)
		return (help(argc, argv));
	if (is_local(argv[0]) || (argc > 1 && strcmp(argv[0], "db") == 0 &&
	    strcmp(argv[1], "import") == 0))
		return (local(&o, argc, argv));
	return (ask(&o, argc, argv));
}
