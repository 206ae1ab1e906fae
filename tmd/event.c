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
#include "sess.h"

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

/*
 * Where the peer of t is, if it has but one: that of its only session, or
 * where we go.  The address is in *a, whose family is 0 if it is not known.
 */
static void
peer_of(const struct tunnel *t, struct wt_addr *a)
{
	const struct session	*s = TAILQ_FIRST(&t->sessions);
	unsigned int		 n = tunnel_remotes(t);

	memset(a, 0, sizeof(*a));
	if (s != NULL && TAILQ_NEXT(s, entry) == NULL)
		*a = s->remote.addr;
	else if (s == NULL && n > 0 &&
	    !tunnel_remote(t, t->remote_index % n, a))
		a->af = 0;
}

static void __attribute__((format(printf, 5, 0)))
log_event(const struct tmd_event *ev, const struct wt_addr *peer,
    enum log_sub sub, enum log_level level, const char *fmt, va_list ap)
{
	struct log_about about = { .child = ev->child, .peer = peer };
	char		 who[2 * NAME_MAX_LEN + 32];
	struct wt_addr	 a;

	if (ev->tunnel != NULL) {
		about.tunnel = ev->tunnel->name;
		about.no = ev->tunnel->number;
		if (peer == NULL) {
			peer_of(ev->tunnel, &a);
			about.peer = &a;
		}
	}
	log_about_v(&about, sub, level, subject(ev, who, sizeof(who)), fmt,
	    ap);
}

static void __attribute__((format(printf, 3, 0)))
tell(const struct tmd_event *what, const struct wt_addr *peer,
    const char *fmt, va_list ap)
{
	struct tmd_event ev = *what;
	char		 text[MSG_TEXT];
	va_list		 again;

	va_copy(again, ap);
	log_event(&ev, peer, ev.kind == EVT_SUITE ? LS_POLICY :
	    ev.child != 0 ? LS_CHILD : LS_IKE, LOG_L_NOTICE, fmt, again);
	va_end(again);
	vsnprintf(text, sizeof(text), fmt, ap);
	ev.text = text;
	if (listener != NULL)
		listener(&ev);
}

void
event_tell(enum event_kind kind, struct tunnel *t, uint32_t child,
    uint16_t code, const char *fmt, ...)
{
	struct tmd_event ev = { kind, t, child, code, NULL, NULL, NULL, NULL };
	va_list		 ap;

	va_start(ap, fmt);
	tell(&ev, NULL, fmt, ap);
	va_end(ap);
}

void
event_sess(enum event_kind kind, struct session *s, uint32_t child,
    uint16_t code, const char *fmt, ...)
{
	struct tmd_event ev = { kind, s->tunnel, child, code, NULL, NULL, NULL,
	    NULL };
	va_list		 ap;

	va_start(ap, fmt);
	tell(&ev, &s->remote.addr, fmt, ap);
	va_end(ap);
}

void
event_peer(enum event_kind kind, struct tunnel *t, const struct wt_addr *peer,
    uint16_t code, const char *fmt, ...)
{
	struct tmd_event ev = { kind, t, 0, code, NULL, NULL, NULL, NULL };
	va_list		 ap;

	va_start(ap, fmt);
	tell(&ev, peer, fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
log_step(const struct tmd_event *ev, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	log_event(ev, NULL, LS_IKE, LOG_L_INFO, fmt, ap);
	va_end(ap);
}

void
event_step(struct tunnel *t, const char *what, const char *how,
    const char *detail)
{
	struct tmd_event ev = { EVT_STEP, t, 0, 0, "", what, how, detail };

	log_step(&ev, "%s %s%s%s", what, how, *detail != '\0' ? ", " : "",
	    detail);
	if (listener != NULL)
		listener(&ev);
}

void
event_log(const struct tunnel *t, const struct session *s,
    enum log_level level, const char *fmt, ...)
{
	struct tmd_event ev = { .tunnel = (struct tunnel *)t };
	va_list		 ap;

	if (!log_wants(LS_IKE, level))
		return;
	va_start(ap, fmt);
	log_event(&ev, s != NULL ? &s->remote.addr : NULL, LS_IKE, level, fmt,
	    ap);
	va_end(ap);
}
