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
 * The table of verbs.
 */
#include <string.h>

#include "ctl_verbs.h"

/* The last column: the options that a verb obeys; any other is refused. */
#define PICK	"remote-id address all "

static const struct ctl_verb verbs[] = {
	{ "activate",	CTL_OPERATE,	CW_SOME,	ctl_activate,
	    PICK "no-wait timeout" },
	{ "up",		CTL_OPERATE,	CW_SOME,	ctl_activate,
	    PICK "no-wait timeout" },
	{ "remove",	CTL_OPERATE,	CW_SOME,	ctl_remove,
	    PICK "once" },
	{ "down",	CTL_OPERATE,	CW_SOME,	ctl_remove,
	    PICK "once" },
	{ "restart",	CTL_OPERATE,	CW_SOME,	ctl_restart,
	    PICK "no-wait timeout" },
	{ "rekey",	CTL_OPERATE,	CW_SOME,	ctl_rekey, PICK },
	{ "reauth",	CTL_OPERATE,	CW_SOME,	ctl_reauth, PICK },
	{ "list",	CTL_READ,	CW_ALL,		ctl_list,
	    PICK "active children verbose" },
	{ "show tunnel", CTL_READ,	CW_ALL,		ctl_show_tunnel,
	    PICK "active" },
	{ "show sa",	CTL_READ,	CW_ALL,		ctl_show_sa, PICK },
	{ "show policy", CTL_READ,	CW_ALL,		ctl_show_policy, PICK },
	{ "show group",	CTL_READ,	CW_OWN,		ctl_show_group, "" },
	{ "show stats",	CTL_READ,	CW_NONE,	ctl_show_stats, "" },
	{ "show processes", CTL_READ,	CW_NONE,	ctl_show_processes,
	    "" },
	{ "show cert",	CTL_READ,	CW_OWN,		ctl_show_cert, "" },
	{ "show dataplane", CTL_READ,	CW_NONE,	ctl_show_dataplane,
	    "" },
	{ "filter list", CTL_READ,	CW_OWN,		ctl_filter_list,
	    "dynamic family" },
	{ "show filter", CTL_READ,	CW_OWN,		ctl_filter_list,
	    "dynamic family" },
	{ "wait",	CTL_READ,	CW_ALL,		ctl_wait,
	    PICK "until timeout" },
	{ "monitor",	CTL_READ,	CW_ALL,		ctl_monitor, PICK },
	{ "explain",	CTL_READ,	CW_OWN,		ctl_explain, PICK },
	{ "trace",	CTL_OPERATE,	CW_OWN,		ctl_trace,
	    PICK "decrypt timeout" },
	{ "reload",	CTL_OPERATE,	CW_NONE,	ctl_reload,
	    "confirm keep files" },
	{ "diff",	CTL_OPERATE,	CW_OWN,		ctl_diff,
	    "file verbose" },
	{ "db get",	CTL_READ,	CW_OWN,		ctl_db_get, "" },
	{ "db export",	CTL_READ,	CW_NONE,	ctl_db_export, "" },
	{ "db put",	CTL_OPERATE,	CW_OWN,		ctl_db_put,
	    "file new" },
	{ "db set",	CTL_OPERATE,	CW_OWN,		ctl_db_set, "file" },
	{ "db delete",	CTL_OPERATE,	CW_OWN,		ctl_db_delete, "" },
	{ "db move",	CTL_OPERATE,	CW_OWN,		ctl_db_move, "" },
	{ "log",	CTL_READ,	CW_OWN,		ctl_log, "" },
	{ "version",	CTL_READ,	CW_NONE,	ctl_version, "" },
};

/* First words of what later versions will do. */
static const char *const planned[] = {
	"lease", "show lease", "show pool"
};

const struct ctl_verb *
ctl_verb_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return (&verbs[i]);
	return (NULL);
}

int
ctl_verb_takes(const struct ctl_verb *v, const char *opt)
{
	const char *p;
	size_t n = strlen(opt);

	for (p = v->opts; *p != '\0'; p += strspn(p, " ")) {
		if (strncmp(p, opt, n) == 0 && (p[n] == '\0' || p[n] == ' '))
			return (1);
		p += strcspn(p, " ");
	}
	return (0);
}

int
ctl_verb_planned(const char *name)
{
	size_t i, n;

	for (i = 0; i < sizeof(planned) / sizeof(planned[0]); i++) {
		n = strlen(planned[i]);
		if (strncmp(name, planned[i], n) == 0 &&
		    (name[n] == '\0' || name[n] == ' '))
			return (1);
	}
	return (0);
}
