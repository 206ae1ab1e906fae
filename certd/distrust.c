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

/* What is no longer trusted, kept for a tmd that comes later. */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "distrust.h"
#include "log.h"
#include "proto_sign_tmd.h"

struct distrusted {
	TAILQ_ENTRY(distrusted)	 entry;
	struct mv_distrust	 m;
};

static TAILQ_HEAD(, distrusted)	all = TAILQ_HEAD_INITIALIZER(all);
static unsigned int		nall;

static void
drop(struct distrusted *d)
{
	TAILQ_REMOVE(&all, d, entry);
	nall--;
	free(d);
}

void
distrust_over(const uint8_t fp[KEY_FP])
{
	struct distrusted *d, *next;

	for (d = TAILQ_FIRST(&all); d != NULL; d = next) {
		next = TAILQ_NEXT(d, entry);
		if (memcmp(d->m.fingerprint, fp, KEY_FP) == 0)
			drop(d);
	}
}

void
distrust_say(struct certd *c, const uint8_t fp[KEY_FP], const char *text)
{
	struct distrusted *d = xcalloc(1, sizeof(*d));

	distrust_over(fp);
	if (nall >= DISTRUST_MOST)
		drop(TAILQ_FIRST(&all));
	memcpy(d->m.fingerprint, fp, sizeof(d->m.fingerprint));
	wire_text_copy(d->m.text, sizeof(d->m.text), text);
	TAILQ_INSERT_TAIL(&all, d, entry);
	nall++;
	if (c->tmd != NULL)
		pipe_send(c->tmd, M_DISTRUST, &d->m, -1);
}

void
distrust_again(struct certd *c)
{
	const struct distrusted *d;

	TAILQ_FOREACH(d, &all, entry)
		pipe_send(c->tmd, M_DISTRUST, &d->m, -1);
}
