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

#ifndef PARENT_RELOAD_FSM_H
#define PARENT_RELOAD_FSM_H

/*
 * The reload as a table: pure, so that a test can walk it.  The point of no
 * return is the action RA_SWITCH.
 */
enum reload_state {
	RL_IDLE,
	RL_LOADING,		/* tmd-policy runs */
	RL_SETTLING,		/* until every role has what holds now */
	RL_SECRETS,		/* certd-sign gets fresh files */
	RL_PREPARING,		/* PREPARE is out */
	RL_SAVING,		/* the starter writes the database */
	RL_KEEPING,		/* and that of a trial, which is to be kept */
	RL_HOLDING,		/* a start: the kernel gets its blocks */
	RL_COMMIT_SIGN,		/* COMMIT is out, in this order */
	RL_COMMIT_IKE,
	RL_COMMIT_TMD,
	RL_STATES
};

enum reload_event {
	RE_REQUEST, RE_LOADED, RE_NOT_LOADED, RE_SETTLED, RE_PUSHED,
	RE_PREPARED, RE_REFUSED, RE_COMMITTED, RE_LOST, RE_TIMEOUT,
	RE_LOOKED,	/* prepared, and only to be looked at */
	RE_SAVED, RE_NOT_SAVED, RE_KEEP,
	RE_HELD,	/* most of what blocks stands */
	RE_EVENTS
};

enum reload_action {
	RA_LOAD, RA_STOP_LOADER, RA_SETTLE, RA_PUSH, RA_PREPARE,
	RA_ABORT, RA_ABORT_LATE, RA_SHOW, RA_SAVE,
	RA_SWITCH, RA_HOLD, RA_RECHECK, RA_KILL_LATE,
	RA_COMMIT_IKE, RA_COMMIT_TMD, RA_DONE, RA_KEEP, RA_KEPT, RA_NOT_KEPT
};

struct reload_row {
	enum reload_state	state;
	enum reload_event	event;
	enum reload_action	action;
	enum reload_state	next;
	const char		*why;	/* of an end that nobody explained */
};

/* The row for an event, or NULL: it means nothing in that state. */
const struct reload_row	*reload_row(enum reload_state s,
			    enum reload_event e);

/* How long a state may last, in seconds; 0: for ever. */
unsigned int		 reload_seconds(enum reload_state s);

#endif /* PARENT_RELOAD_FSM_H */
