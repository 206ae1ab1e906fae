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
 * What a reload asks of all processes.
 */
#include "life.h"
#include "reload_all.h"

#define VETOES_MOST	2	/* in a row, of one process */
#define VETOES_CERTD	8	/* each with a reason that people read */

void
reload_each(void (*fn)(struct child *))
{
	struct child *c;
	unsigned int i;

	for (i = 0; (c = child_at(i)) != NULL; i++)
		if (c->state == CH_SETTLED && snaps_consumer(c->id.role))
			fn(c);
}

int
reload_still(int (*open)(const struct child *))
{
	struct child *c;
	unsigned int i;

	for (i = 0; (c = child_at(i)) != NULL; i++)
		if (c->state == CH_SETTLED && open(c))
			return (1);
	return (0);
}

int
reload_is_preparing(const struct child *c)
{
	return (c->preparing);
}

int
reload_is_committing(const struct child *c)
{
	return (c->committing);
}

/*
 * Who has started again while the policy was being saved has that of before:
 * once more.
 */
void
reload_commit(enum role role, enum role also, uint32_t generation)
{
	struct ml_generation m = { generation };
	struct child *c;
	unsigned int i;

	for (i = 0; (c = child_at(i)) != NULL; i++) {
		if ((c->id.role != role && c->id.role != also) ||
		    c->state != CH_SETTLED)
			continue;
		if (c->prepared == generation) {
			c->committing = 1;
			(void)child_send(c, M_COMMIT, &m, -1);
		} else if (c->generation != generation &&
		    snaps_consumer(c->id.role))
			child_kill(c, "has read the policy of before");
	}
}

void
reload_kill_silent(struct child *c)
{
	if (c->preparing)
		child_kill(c, "did not say in time whether it can");
}

void
reload_kill_late(struct child *c)
{
	if (c->committing)
		child_kill(c, "did not commit the policy in time");
}

/*
 * What is offered was checked by tmd-policy, so that only certd-sign, whose
 * secrets nobody else sees, and certd, who reads certificates, have something
 * to find fault with.  From the others one refusal is heard; who goes on is
 * broken.  certd's reason is mostly somebody's mistake, to be corrected by
 * trial.  But strangers talk to it, and a hostile one could keep every new
 * policy out: after some in a row a fresh one has to find the same.
 */
void
reload_vetoed(struct child *c)
{
	c->vetoes++;
	if (c->id.role == ROLE_CERTD && c->vetoes % VETOES_CERTD == 0) {
		log_notice(LS_CORE, "certd has refused %u policies in a row: "
		    "a fresh one reads the next", c->vetoes);
		child_kill(c, "for a second opinion");
	}
	if (c->id.role == ROLE_SIGN || c->id.role == ROLE_CERTD ||
	    c->vetoes < VETOES_MOST)
		return;
	c->vetoes = 0;
	child_violation(&c->id, "refuses every policy");
}
