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

#ifndef PARENT_RELOAD_H
#define PARENT_RELOAD_H

#include "parent.h"

/*
 * How another policy comes to hold: who asked, tmd-policy's run, snapshots,
 * the roles one after the other, a trial.  Part of life.h.
 */
struct child;
struct mt_reload;

/* snaps.c: the memfds of the standby and the committed generation. */
void		 snaps_standby(unsigned int consumer, int fd);
void		 snaps_drop_standby(void);
/*
 * Standby becomes committed, and the starter keeps a copy; but with trial
 * what was committed before stays the starter's, and is kept to go back to.
 */
void		 snaps_commit(struct parent *p, uint32_t generation,
		    int trial);
/* What is committed on trial stays. */
void		 snaps_keep(struct parent *p);
/* The policy before the trial, as standby; then it is forgotten. */
void		 snaps_back(void);
void		 snaps_base_drop(void);
/* A snapshot the starter kept for us; owns fd. */
void		 snaps_kept(unsigned int consumer, uint32_t generation, int fd);
/* A duplicate for sending, or -1. */
int		 snaps_dup(unsigned int consumer, int standby);
/* The parent's own, for reading; -1: none. */
int		 snaps_own(int standby);
/* The generation the starter kept; 0: nothing usable. */
uint32_t	 snaps_kept_generation(void);
/* Does this role get a snapshot at all? */
int		 snaps_consumer(enum role role);
/* The SUITE row of a parent snapshot; NULL or what is wrong. */
const char	*snaps_suite(int fd, uint32_t generation,
		    struct sn_suite *out);

/* reload_ask.c: who asked for what, and hears what became of it. */
/* text: a memfd, owned, or -1.  0: there is no room. */
int		 ask_put(const struct mt_reload *m, int text);
/* The next becomes the present one; 0: there is none. */
int		 ask_next(void);
void		 ask_none(void);	/* nobody asked: a roll-back */
const struct mt_reload *ask_now(void);
int		 ask_text(void);	/* its memfd, the caller's, or -1 */
/* The end of the present one; 1: another waits. */
int		 ask_answer(struct parent *p, int ok, const char *why);
void		 ask_forget(void);	/* tmd died, and its requests */

/* trial.c: `reload --confirm`. */
/* A policy was committed on trial; seconds until it is rolled back. */
void		 trial_begin(struct parent *p, uint32_t seconds,
		    uint32_t base, int state);
/* Why this request cannot be now, or NULL. */
const char	*trial_refuses(const struct mt_reload *m);
/*
 * To be kept: its database file to the starter, which answers SAVED, and then
 * the policy.  0: there is nothing to be saved.
 */
int		 trial_save(struct parent *p);
void		 trial_kept(struct parent *p);
/* The roll-back has ended: it holds, or is tried again. */
void		 trial_back_done(int ok);

/* reload.c */
void		 reload_init(struct parent *p);
/* A signal, or the first start. */
void		 reload_request(struct parent *p);
/* tmd's; text: a memfd, owned, or -1. */
void		 reload_asked(struct parent *p, const struct mt_reload *m,
		    int text);
/* Back to this generation, which is standby; 0: not now. */
int		 reload_back(uint32_t generation);
void		 reload_saved(uint32_t generation, const char *why);
/* The first load of a parent whose policy the starter kept. */
void		 reload_kept(uint32_t generation);
/* At a start, once the others do: we read our part, and set its blocks. */
void		 reload_hold(void);
/* It serves: what was asked for meanwhile is done. */
void		 reload_more(void);
void		 reload_prepared(struct child *c, uint32_t generation, int ok,
		    const char *text);
void		 reload_committed(struct child *c, uint32_t generation);
void		 reload_secrets_pushed(uint32_t generation);
void		 reload_child_died(struct child *c);
void		 reload_child_settled(void);
/* What tmd-policy said, line by line; and that it is done. */
void		 reload_problem(struct parent *p, const struct mt_problem *m);
/* Blocks that the kernel refused, and who is not safe for that. */
void		 reload_unsafe(struct parent *p, uint32_t generation,
		    const char *why);
/* The kernel refused the filters of this generation: a problem of it. */
void		 reload_filters(struct parent *p);
void		 reload_loaded(const char *why);

/* catchup.c: a role that starts gets the committed snapshot. */
void		 catchup_start(struct child *c);
void		 catchup_secrets_pushed(struct parent *p, uint32_t generation);
void		 catchup_prepared(struct child *c, uint32_t generation, int ok,
		    const char *text);
void		 catchup_committed(struct child *c, uint32_t generation);
/* What came too early goes on. */
void		 catchup_go_on(struct child *c);

/* load.c: one run of tmd-policy; reload_loaded() follows in any case. */
extern const struct pipe_handler from_policy_handlers[];
void		 load_dir(const char *name);	/* for people; copied */
void		 load_start(uint32_t generation);
void		 load_ready(struct child *c);
void		 load_ended(struct child *c);	/* the process is gone */
/* The database file it wrote, the caller's to close, or -1. */
int		 load_new_state(void);
/* The database file cannot be used: what the last load read is the old one. */
int		 load_damaged(void);
/* It will not be written: refused, only looked at, or rolled back. */
void		 load_drop_state(void);

#endif /* PARENT_RELOAD_H */
