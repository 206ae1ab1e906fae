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
 * `reload --confirm`: a policy on trial, which is rolled back unless it is
 * kept.  The wait is ours, so that the death of any other process changes
 * nothing of it; with ours it ends at once, since the starter has kept the
 * policy from before the trial.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "life.h"
#include "proto_parent_tmd.h"
#include "proto_start.h"

#define BUSY_SECONDS	1	/* a reload is going on */
#define AGAIN_SECONDS	10	/* the roll-back was refused */

static struct {
	struct event	*timer;
	uint32_t	 base;		/* generation to go back to; 0: none */
	int		 state;		/* database file to be saved, or -1 */
	uint64_t	 until;
} trial = { .state = -1 };

static void
arm(uint32_t seconds)
{
	const struct timeval tv = { seconds, 0 };

	evtimer_add(trial.timer, &tv);
}

static void
end(void)
{
	evtimer_del(trial.timer);
	if (trial.state != -1)
		close(trial.state);
	trial.state = -1;
	trial.base = 0;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct parent *p = arg;

	(void)fd;
	(void)what;
	arm(BUSY_SECONDS);
	if (reload_back(trial.base))
		log_notice(LS_POLICY, "generation %u was not kept: back to "
		    "generation %u", p->generation, trial.base);
}

void
trial_begin(struct parent *p, uint32_t seconds, uint32_t base, int state)
{
	if (trial.timer == NULL &&
	    (trial.timer = evtimer_new(p->base, on_timer, p)) == NULL)
		fatal("timer");
	if (trial.base == 0)
		trial.base = base;
	if (trial.state != -1)
		close(trial.state);
	trial.state = state;
	trial.until = parent_now() + seconds;
	arm(seconds);
}

const char *
trial_refuses(const struct mt_reload *m)
{
	static char why[128];
	uint64_t t = parent_now();

	if (m->what == RELOAD_KEEP)
		return (trial.base == 0 ? "nothing waits to be kept" : NULL);
	if (trial.base == 0 || m->what == RELOAD_LOOK || m->confirm != 0)
		return (NULL);
	snprintf(why, sizeof(why), "a reload waits for `ikectl reload --keep` "
	    "and is rolled back in %llu s without it",
	    (unsigned long long)(trial.until > t ? trial.until - t : 0));
	return (why);
}

int
trial_save(struct parent *p)
{
	struct ms_save m = { p->generation, (uint8_t)load_damaged() };

	if (trial.state == -1)
		return (0);
	/* Ours stays for another try. */
	starter_send(p, M_SAVE, &m, fcntl(trial.state, F_DUPFD_CLOEXEC, 3));
	return (1);
}

void
trial_kept(struct parent *p)
{
	snaps_keep(p);
	end();
	log_notice(LS_POLICY, "generation %u is kept", p->generation);
}

void
trial_back_done(int ok)
{
	if (!ok) {
		arm(AGAIN_SECONDS);
		return;
	}
	snaps_base_drop();
	end();
}
