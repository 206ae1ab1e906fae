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

static const struct ctl_verb verbs[] = {
	{ "activate",	CTL_OPERATE,	CW_SOME,	ctl_activate },
	{ "up",		CTL_OPERATE,	CW_SOME,	ctl_activate },
	{ "remove",	CTL_OPERATE,	CW_SOME,	ctl_remove },
	{ "down",	CTL_OPERATE,	CW_SOME,	ctl_remove },
	{ "restart",	CTL_OPERATE,	CW_SOME,	ctl_restart },
	{ "rekey",	CTL_OPERATE,	CW_SOME,	ctl_rekey },
	{ "list",	CTL_READ,	CW_ALL,		ctl_list },
	{ "show tunnel", CTL_READ,	CW_ALL,		ctl_show_tunnel },
	{ "show sa",	CTL_READ,	CW_ALL,		ctl_show_sa },
	{ "show policy", CTL_READ,	CW_ALL,		ctl_show_policy },
	{ "show stats",	CTL_READ,	CW_NONE,	ctl_show_stats },
	{ "show processes", CTL_READ,	CW_NONE,	ctl_show_processes },
	{ "show dataplane", CTL_READ,	CW_NONE,	ctl_show_dataplane },
	{ "wait",	CTL_READ,	CW_ALL,		ctl_wait },
	{ "monitor",	CTL_READ,	CW_ALL,		ctl_monitor },
	{ "reload",	CTL_OPERATE,	CW_NONE,	ctl_reload },
	{ "log",	CTL_READ,	CW_OWN,		ctl_log },
	{ "version",	CTL_READ,	CW_NONE,	ctl_version },
};

/* First words of what later versions will do. */
static const char *const planned[] = {
	"reauth", "explain", "trace", "db", "filter", "diff", "wizard",
	"lease", "key", "cert", "ca", "show group", "show pool",
	"show lease", "show filter", "show cert", "metrics"
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
