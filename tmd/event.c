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
 * Events: one place where what happens is logged and told.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "log.h"
#include "proto_types.h"
#include "tunnel.h"

static const char *const names[EVT_KINDS] = {
	[EVT_STATE] = "state",
	[EVT_SESSION_UP] = "session-up",
	[EVT_SESSION_DOWN] = "session-down",
	[EVT_SESSION_REKEYED] = "session-rekeyed",
	[EVT_SESSION_MOVED] = "session-moved",
	[EVT_CHILD_UP] = "child-up",
	[EVT_CHILD_DOWN] = "child-down",
	[EVT_CHILD_REKEYED] = "child-rekeyed",
	[EVT_FAILED] = "failed",
	[EVT_REFUSED] = "refused",
	[EVT_STEP] = "step",
	[EVT_SUITE] = "suite",
};

static void	(*listener)(const struct tmd_event *);

const char *
event_name(enum event_kind kind)
{
	return (names[kind]);
}

void
event_listen(void (*fn)(const struct tmd_event *))
{
	listener = fn;
}

/* "boston (1)", "boston/lan (1.1)". */
static const char *
subject(const struct tmd_event *ev, char *out, size_t size)
{
	const struct tunnel	*t = ev->tunnel;
	const struct tun_child	*c;

	if (t == NULL)
		return ("");
	c = ev->child != 0 ? tunnel_child(t, ev->child) : NULL;
	if (c == NULL)
		snprintf(out, size, "%s (%u): ", t->name, t->number);
	else
		snprintf(out, size, "%s/%s (%u.%u): ", t->name,
		    c->pol->cf.name, t->number, c->number);
	return (out);
}

void
event_tell(enum event_kind kind, struct tunnel *t, uint32_t child,
    uint16_t code, const char *fmt, ...)
{
	struct tmd_event ev = { kind, t, child, code, NULL, NULL, NULL, NULL };
	char		 text[MSG_TEXT], who[2 * NAME_MAX_LEN + 32];
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ev.text = text;
	log_notice(kind == EVT_SUITE ? LS_POLICY : child != 0 ? LS_CHILD :
	    LS_IKE, "%s%s",
	    subject(&ev, who, sizeof(who)), text);
	if (listener != NULL)
		listener(&ev);
}

void
event_step(struct tunnel *t, const char *what, const char *how,
    const char *detail)
{
	struct tmd_event ev = { EVT_STEP, t, 0, 0, "", what, how, detail };
	char		 who[2 * NAME_MAX_LEN + 32];

	log_info(LS_IKE, "%s%s %s%s%s", subject(&ev, who, sizeof(who)), what,
	    how, *detail != '\0' ? ", " : "", detail);
	if (listener != NULL)
		listener(&ev);
}
