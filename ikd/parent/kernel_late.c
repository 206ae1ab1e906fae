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
 * SAs of a pair that another has replaced end late.  Who sends has its packet's
 * SA looked up by the kernel, may then be kept from the processor, and is
 * refused if the SA has ended meanwhile; or the peer's has, and the packet is
 * lost there.  A send of more than five seconds has been seen, on a machine
 * that was very busy.  The pair is no more; its two SAs stay for some seconds,
 * and so does their reqid, which nobody else gets meanwhile.
 */

#include <event2/event.h>

#include <stdlib.h>

#include "asroot_sa.h"
#include "kernel_plane.h"

#define LATE_SECONDS	15
#define LATE_MOST	4096	/* then the oldest goes at once */

struct late {
	TAILQ_ENTRY(late)	 entry;
	struct sa_name		 in, out;
	uint32_t		 reqid;
	uint64_t		 ends;
};
static TAILQ_HEAD(, late)	 lates = TAILQ_HEAD_INITIALIZER(lates);
static unsigned int		 nlates;
static struct event		*timer;

static void
end_first(void)
{
	struct late	*l = TAILQ_FIRST(&lates);

	TAILQ_REMOVE(&lates, l, entry);
	nlates--;
	asroot_sa_del(&l->in);
	asroot_sa_del(&l->out);
	kernel_reqid_give(l->reqid);
	free(l);
}

/* Once a second, while there are any. */
static void
on_second(int fd, short what, void *arg)
{
	static const struct timeval	 second = { .tv_sec = 1 };
	struct late			*l;

	(void)fd;
	(void)what;
	(void)arg;
	while ((l = TAILQ_FIRST(&lates)) != NULL && l->ends <= parent_now())
		end_first();
	if (l != NULL)
		evtimer_add(timer, &second);
}

void
kernel_late_add(const struct sa_name *in, const struct sa_name *out,
    uint32_t reqid)
{
	struct late	*l = xcalloc(1, sizeof(*l));

	if (timer == NULL && (timer = evtimer_new(grants_parent->base,
	    on_second, NULL)) == NULL)
		fatal("out of memory");
	if (nlates == LATE_MOST)
		end_first();
	l->in = *in;
	l->out = *out;
	l->reqid = reqid;
	l->ends = parent_now() + LATE_SECONDS;
	TAILQ_INSERT_TAIL(&lates, l, entry);
	if (nlates++ == 0)
		on_second(-1, 0, NULL);
}

void
kernel_late_end(void)
{
	while (!TAILQ_EMPTY(&lates))
		end_first();
}
