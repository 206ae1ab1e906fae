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
 * A role that has just started is brought to the snapshot that holds, by the
 * same PREPARE and COMMIT as in a reload, and is SETTLED then.  certd-sign
 * first gets its secrets from the starter.
 */
#include "life.h"
#include "proto_start.h"

static void
send_prepare(struct child *c)
{
	struct ml_prepare m = { c->id.parent->generation, 1 };

	c->preparing = 1;
	(void)child_send(c, M_PREPARE, &m, snaps_dup(c->id.role, 0));
}

void
catchup_start(struct child *c)
{
	struct parent *p = c->id.parent;
	struct ms_push m = { p->generation, 0 };

	if (p->generation == 0 || !snaps_consumer(c->id.role)) {
		child_settle(c);
	} else if (c->id.role == ROLE_SIGN) {
		c->secrets = 1;
		starter_send(p, M_PUSH_SECRETS, &m, -1);
	} else
		send_prepare(c);
}

void
catchup_secrets_pushed(struct parent *p, uint32_t generation)
{
	struct child *c = child_of(ROLE_SIGN, 0);

	if (c == NULL || c->state != CH_READY || !c->secrets)
		return;
	c->secrets = 0;
	/* Of another generation: a reload switched meanwhile; once more. */
	if (generation != p->generation)
		catchup_start(c);
	else
		send_prepare(c);
}

static void
commit(struct child *c)
{
	struct ml_generation m = { c->id.parent->generation };

	c->early = 0;
	c->committing = 1;
	(void)child_send(c, M_COMMIT, &m, -1);
}

void
catchup_prepared(struct child *c, uint32_t generation, int ok,
    const char *text)
{
	struct parent *p = c->id.parent;
	struct ml_generation m = { generation };

	if (!c->preparing) {
		child_violation(&c->id, "PREPARED that nobody asked for");
		return;
	}
	c->preparing = 0;
	if (!ok && !p->serving && !p->stopping)
		order_failed(p, "%s", text);
	if (!ok) {
		log_error(LS_POLICY, "%s refuses the policy that holds: %s",
		    role_name(c->id.role, c->id.inst), text);
		child_kill(c, "refused the policy");
		return;
	}
	/* A reload may have switched meanwhile: then once more. */
	if (generation != p->generation) {
		(void)child_send(c, M_ABORT, &m, -1);
		catchup_start(c);
		return;
	}
	c->early = order_waits(c);
	if (!c->early)
		commit(c);
}

void
catchup_go_on(struct child *c)
{
	if (c->early)
		commit(c);
}

void
catchup_committed(struct child *c, uint32_t generation)
{
	if (!c->committing) {
		child_violation(&c->id, "COMMITTED that nobody asked for");
		return;
	}
	c->committing = 0;
	c->generation = generation;
	if (generation != c->id.parent->generation)
		catchup_start(c);
	else
		child_settle(c);
}
