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

/* Log lines about a session. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "session.h"

const char *
session_name(const struct session *s)
{
	static char			 buf[NAME_MAX_LEN + ADDR_TEXT];
	const struct kept_tunnel	*t = session_tunnel(s);

	if (t != NULL)
		strlcpy(buf, t->name, sizeof(buf));
	else
		sock_print(&s->remote, buf, sizeof(buf));
	return (buf);
}

void
session_log(const struct session *s, uint32_t child, enum log_sub sub,
    enum log_level level, const char *fmt, ...)
{
	const struct kept_tunnel *t = session_tunnel(s);
	struct log_about	 about = { t != NULL ? t->name : NULL,
	    s->tunnel, child, &s->remote.addr };
	char			 prefix[NAME_MAX_LEN + ADDR_TEXT + 3];
	va_list			 ap;

	snprintf(prefix, sizeof(prefix), "%s: ", session_name(s));
	va_start(ap, fmt);
	log_about_v(&about, sub, level, prefix, fmt, ap);
	va_end(ap);
}
