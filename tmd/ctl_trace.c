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
 * trace: hands ikectl's socket on to every ikd-ike, and says when nobody looks
 * any more.  What they show goes past this process.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "ctl_trace.h"
#include "ctl_verbs.h"
#include "log.h"
#include "proto_ike_tmd.h"
#include "reach.h"

struct looker {
	LIST_ENTRY(looker)	 entry;
	struct mx_trace		 m;
	int			 sink;
};

static LIST_HEAD(, looker) lookers = LIST_HEAD_INITIALIZER(lookers);

static void
tell(const struct looker *l, unsigned int worker)
{
	int fd = fcntl(l->sink, F_DUPFD_CLOEXEC, 0);

	if (fd == -1)
		log_warn(LS_CORE, "no descriptor for a trace");
	else
		(void)reach_ike_fd(worker, M_TRACE, &l->m, fd);
}

void
ctl_trace_worker(unsigned int inst)
{
	const struct looker *l;

	LIST_FOREACH(l, &lookers, entry)
		tell(l, inst);
}

/* The client has gone: nothing else ends a trace. */
static void
looked(struct ctl_req *r)
{
	struct looker	*l = r->own;
	struct mx_req	 m = { .req = l->m.req };
	unsigned int	 i;

	for (i = 0; i < reach_workers(); i++)
		(void)reach_ike(i, M_TRACE_END, &m);
	LIST_REMOVE(l, entry);
	close(l->sink);
}

/* What is meant: a tunnel, or else the address of a peer.  0 or -1 (told). */
static int
meant(struct ctl_req *r, struct mx_trace *m)
{
	char err[MSG_TEXT];

	if (r->m->args_n == 1 && addr_parse(r->m->args[0].w, &m->peer) == 0)
		return (0);
	if (select_targets(r->m, 0, &r->targets, err, sizeof(err)) == -1) {
		ctl_done(r, r->m->args_n == 0 ? CTL_USAGE : CTL_REFUSED,
		    "%s", err);
		return (-1);
	}
	if (r->targets.n != 1) {
		ctl_done(r, CTL_USAGE, "trace shows one tunnel, or one "
		    "peer's address");
		return (-1);
	}
	m->tunnel = r->targets.v[0].tunnel;
	return (0);
}

static void
long_enough(struct ctl_req *r)
{
	ctl_done(r, CTL_OK, "%s", "");
}

void
ctl_trace(struct ctl_req *r)
{
	long			 timeout = ctl_opt_seconds(r, "timeout");
	static struct mq_row	 row;
	struct looker		*l;
	struct mx_trace		 m;
	unsigned int		 i;
	int			 sink;

	memset(&m, 0, sizeof(m));
	m.req = r->ask;
	m.keys = select_opt(r->m, "decrypt") != NULL;
	if (m.keys && !ctl_may(r, CTL_SECRETS)) {
		ctl_done(r, CTL_PERMISSION, "trace --decrypt: only root may "
		    "see keys");
		return;
	}
	if (timeout == -1 || meant(r, &m) == -1)
		return;
	if ((sink = ctl_take_sink(r)) == -1) {
		ctl_done(r, CTL_USAGE, "trace: this ikectl gave no socket to "
		    "show it on");
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->m = m;
	l->sink = sink;
	r->own = l;
	r->on_end = looked;
	r->on_alarm = long_enough;
	if (timeout > 0)
		alarm_in_ms(&r->alarm, (uint64_t)timeout * 1000);
	LIST_INSERT_HEAD(&lookers, l, entry);
	for (i = 0; i < reach_workers(); i++)
		tell(l, i);
	ctl_row_new(&row, r->id, "trace");
	ctl_row_str(&row, "of", r->m->args[0].w);
	ctl_row(r, &row);
}
