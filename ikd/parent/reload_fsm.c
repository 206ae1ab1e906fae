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
 * The table of a reload.  Until RA_SWITCH everything ends in RA_ABORT and
 * the old policy is untouched; after it nothing does: who does not commit in
 * time is killed, and gets the new policy when it starts again.  A request
 * that comes meanwhile waits until RL_IDLE (reload_ask.c).
 */
#include <stddef.h>

#include "reload_fsm.h"

static const struct reload_row rows[] = {
	{ RL_IDLE, RE_REQUEST, RA_LOAD, RL_LOADING, NULL },

	{ RL_LOADING, RE_LOADED, RA_SETTLE, RL_SETTLING, NULL },
	{ RL_LOADING, RE_NOT_LOADED, RA_ABORT, RL_IDLE,
	    "tmd-policy could not load the policy" },
	{ RL_LOADING, RE_TIMEOUT, RA_STOP_LOADER, RL_LOADING, NULL },

	{ RL_SETTLING, RE_SETTLED, RA_PUSH, RL_SECRETS, NULL },
	{ RL_SETTLING, RE_TIMEOUT, RA_ABORT_LATE, RL_IDLE,
	    "not every process is running: see `ikectl show processes`" },

	{ RL_SECRETS, RE_PUSHED, RA_PREPARE, RL_PREPARING, NULL },
	{ RL_SECRETS, RE_LOST, RA_ABORT, RL_IDLE,
	    "a process was restarted meanwhile: try again" },
	{ RL_SECRETS, RE_TIMEOUT, RA_ABORT, RL_IDLE,
	    "the secrets could not be read in time" },

	{ RL_PREPARING, RE_PREPARED, RA_SAVE, RL_SAVING, NULL },
	{ RL_PREPARING, RE_LOOKED, RA_SHOW, RL_IDLE, NULL },
	{ RL_PREPARING, RE_REFUSED, RA_ABORT, RL_IDLE, "refused" },
	{ RL_PREPARING, RE_LOST, RA_ABORT, RL_IDLE,
	    "a process was restarted meanwhile: try again" },
	{ RL_PREPARING, RE_TIMEOUT, RA_ABORT_LATE, RL_IDLE,
	    "a process did not say in time whether it can" },

	/*
	 * Who dies now may be back with the old policy before it is saved:
	 * its commit has it start once more.
	 */
	{ RL_SAVING, RE_SAVED, RA_SWITCH, RL_HOLDING, NULL },
	{ RL_SAVING, RE_NOT_SAVED, RA_ABORT, RL_IDLE,
	    "the database could not be written" },
	{ RL_SAVING, RE_TIMEOUT, RA_ABORT, RL_IDLE,
	    "the database could not be written in time; if it is yet, the "
	    "next reload has the change" },

	/* A trial's end: its policy holds already, and goes on to. */
	{ RL_IDLE, RE_KEEP, RA_KEEP, RL_KEEPING, NULL },
	{ RL_KEEPING, RE_SAVED, RA_KEPT, RL_IDLE, NULL },
	{ RL_KEEPING, RE_NOT_SAVED, RA_NOT_KEPT, RL_IDLE,
	    "the database could not be written" },
	{ RL_KEEPING, RE_TIMEOUT, RA_NOT_KEPT, RL_IDLE,
	    "the database could not be written in time: try again" },

	/* What does not stand in time is set all at once. */
	{ RL_HOLDING, RE_HELD, RA_HOLD, RL_COMMIT_SIGN, NULL },
	{ RL_HOLDING, RE_TIMEOUT, RA_HOLD, RL_COMMIT_SIGN, NULL },

	{ RL_COMMIT_SIGN, RE_COMMITTED, RA_COMMIT_IKE, RL_COMMIT_IKE, NULL },
	{ RL_COMMIT_SIGN, RE_LOST, RA_RECHECK, RL_COMMIT_SIGN, NULL },
	{ RL_COMMIT_SIGN, RE_TIMEOUT, RA_KILL_LATE, RL_COMMIT_SIGN, NULL },

	{ RL_COMMIT_IKE, RE_COMMITTED, RA_COMMIT_TMD, RL_COMMIT_TMD, NULL },
	{ RL_COMMIT_IKE, RE_LOST, RA_RECHECK, RL_COMMIT_IKE, NULL },
	{ RL_COMMIT_IKE, RE_TIMEOUT, RA_KILL_LATE, RL_COMMIT_IKE, NULL },

	{ RL_COMMIT_TMD, RE_COMMITTED, RA_DONE, RL_IDLE, NULL },
	{ RL_COMMIT_TMD, RE_LOST, RA_RECHECK, RL_COMMIT_TMD, NULL },
	{ RL_COMMIT_TMD, RE_TIMEOUT, RA_KILL_LATE, RL_COMMIT_TMD, NULL },
};

static const unsigned int seconds[RL_STATES] = {
	[RL_IDLE] = 0,
	[RL_LOADING] = 120,	/* ten thousand tunnels on a slow disk */
	[RL_SETTLING] = 30,	/* three times the longest back-off */
	[RL_SECRETS] = 20,
	[RL_PREPARING] = 60,
	[RL_SAVING] = 60,	/* a disk that is slow to wake */
	[RL_KEEPING] = 60,
	[RL_HOLDING] = 60,
	[RL_COMMIT_SIGN] = 20,
	[RL_COMMIT_IKE] = 20,
	[RL_COMMIT_TMD] = 20
};

const struct reload_row *
reload_row(enum reload_state s, enum reload_event e)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].state == s && rows[i].event == e)
			return (&rows[i]);
	return (NULL);
}

unsigned int
reload_seconds(enum reload_state s)
{
	return (s < RL_STATES ? seconds[s] : 0);
}
