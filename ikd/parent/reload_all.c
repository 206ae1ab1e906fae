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
