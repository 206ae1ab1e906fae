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
 * Options of both dialects that are spelled alike here: what an idle child
 * does, TCP, post-quantum pre-shared keys.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "import_put.h"

void
put_inactivity(const struct imp_at *at, struct yn *child, const char *start)
{
	long n = put_time(at);

	if (n <= 0)
		return;
	if (start != NULL && strcmp(start, "auto") == 0)
		imp_note_set(at->im, at->sec, at->set, "start: auto keeps it "
		    "up: left out");
	else
		yn_set(child, "inactivity", "%lds", n);
}

void
put_tcp(const struct imp_at *at, struct yn *tunnel)
{
	if (strcasecmp(at->set->value, "fallback") == 0)
		yn_set(tunnel, "tcp-encapsulation", "fallback");
	else if (put_bool(at) == 1)
		yn_set(tunnel, "tcp-encapsulation", "always");
}

/* How a PPK_ID stands in YAML: one that looks like our opaque: is not. */
static int
usable_id(const char *id)
{
	return (*id != '\0' && strlen(id) < 64 &&
	    strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789.-_@") == strlen(id));
}

void
put_ppk(const struct imp_at *at, struct yn *tunnel, int required)
{
	struct yn *all = yn_map(at->im->out, "ppks");
	char list[IMP_TEXT], name[65], *p = list, *id;
	unsigned int n = 0;

	(void)strlcpy(list, at->set->value, sizeof(list));
	while ((id = strsep(&p, at->im->libreswan ? ", " : "")) != NULL) {
		if (*id == '\0')
			continue;
		if (!usable_id(id)) {
			imp_note_set(at->im, at->sec, at->set, "write this "
			    "PPK_ID by hand: see `ppks`");
			continue;
		}
		put_name(id, name);
		if (!yn_has(all, id)) {
			yn_set(all, id, "%s", name);
			imp_note(at->im, at->set->file, at->set->line,
			    "PPK %.60s: put its key into ppk/%s", id, name);
		}
		yn_add(tunnel, "ppk", id);
		n++;
	}
	if (n > 0)
		yn_set(yn_map(tunnel, "policy"), "ppk", "%s", required ?
		    "require" : "offer");
}
