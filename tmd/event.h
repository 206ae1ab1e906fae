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

#ifndef TMD_EVENT_H
#define TMD_EVENT_H

#include <stdint.h>

#include "log.h"

struct session;
struct tunnel;
struct wt_addr;

/*
 * What happens, told to the log and to whoever watches (`ikectl monitor`,
 * a waiting `activate`).  The word in the comment is the event row's kind.
 */
enum event_kind {
	EVT_STATE,		/* state: the tunnel's status changed */
	EVT_SESSION_UP,		/* session-up */
	EVT_SESSION_DOWN,	/* session-down */
	EVT_SESSION_REKEYED,	/* session-rekeyed */
	EVT_SESSION_MOVED,	/* session-moved */
	EVT_CHILD_UP,		/* child-up */
	EVT_CHILD_DOWN,		/* child-down */
	EVT_CHILD_REKEYED,	/* child-rekeyed */
	EVT_FAILED,		/* failed: a negotiation, or a child of it */
	EVT_REFUSED,		/* refused: we let a peer or a grant down */
	EVT_STEP,		/* step: of a negotiation of ours */
	EVT_SUITE,		/* suite: processes and policy */
	EVT_KINDS
};

struct tmd_event {
	enum event_kind	 kind;
	struct tunnel	*tunnel;	/* NULL: none */
	uint32_t	 child;		/* 0: none */
	uint16_t	 code;		/* enum reason */
	const char	*text;
	/* EVT_STEP: the three columns. */
	const char	*what, *how, *detail;
};

/* The word for it. */
const char	*event_name(enum event_kind kind);

/* Tells it; fmt makes the text, a sentence without the tunnel's name. */
void	event_tell(enum event_kind kind, struct tunnel *t, uint32_t child,
	    uint16_t code, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
/* The same of one session of a tunnel: its peer stands in the log line. */
void	event_sess(enum event_kind kind, struct session *s, uint32_t child,
	    uint16_t code, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
/* The same of a peer that has no session; t may be NULL. */
void	event_peer(enum event_kind kind, struct tunnel *t,
	    const struct wt_addr *peer, uint16_t code, const char *fmt, ...)
	    __attribute__((format(printf, 5, 6)));
void	event_step(struct tunnel *t, const char *what, const char *how,
	    const char *detail);

/* Who watches; one function, set once. */
void	event_listen(void (*fn)(const struct tmd_event *ev));

/* A line of the log about t, with its fields; "boston (1): " goes ahead. */
void	event_log(const struct tunnel *t, const struct session *s,
	    enum log_level level, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));

#endif /* TMD_EVENT_H */
