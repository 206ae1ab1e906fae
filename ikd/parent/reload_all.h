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

#ifndef PARENT_RELOAD_ALL_H
#define PARENT_RELOAD_ALL_H

#include "parent.h"

struct child;

/* fn for each settled process that has a snapshot of its own. */
void	reload_each(void (*fn)(struct child *));
/* Is one settled of which open says so? */
int	reload_still(int (*open)(const struct child *));
/* COMMIT to those of these roles that have prepared this generation. */
void	reload_commit(enum role role, enum role also, uint32_t generation);
/* Has it a PREPARE, a COMMIT, to answer? */
int	reload_is_preparing(const struct child *c);
int	reload_is_committing(const struct child *c);
/* Ends it, if it owes that answer. */
void	reload_kill_silent(struct child *c);
void	reload_kill_late(struct child *c);
/* It has refused a policy; too often, and a fresh one is started. */
void	reload_vetoed(struct child *c);

#endif /* PARENT_RELOAD_ALL_H */
