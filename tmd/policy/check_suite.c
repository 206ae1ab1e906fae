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
 * Checks of the suite's own keys, and the order of all checks.
 */

#include <string.h>

#include "beside.h"
#include "check.h"
#include "setters.h"

static struct place
at_or(const struct node *n, const struct node *or)
{
	struct place none = { NULL, 0, 0 };

	return (n != NULL ? node_place(n) : or != NULL ? node_place(or) :
	    none);
}

static void
check_control(struct reader *r)
{
	const struct control *c = &r->po->control;

	if (c->ro_path != NULL && strcmp(c->path, c->ro_path) == 0)
		problem_error(r->ps, at_or(c->at[CTL_RO_PATH], NULL),
		    "control: path and read-only-path are the same");
}

static void
check_suite(struct reader *r)
{
	const struct policy *po = r->po;

	if (po->ports.ike == po->ports.natt)
		problem_error(r->ps, at_or(po->ports.at[PORTS_NATT],
		    po->at[TOP_PORTS]), "ports: ike and nat-t are the same");
	if (po->ports.tcp != 0 && !po->userspace)
		problem_error(r->ps, at_or(po->ports.at[PORTS_TCP],
		    po->at[TOP_PORTS]), "ports: tcp is for streams of IKE and "
		    "ESP, which the kernel plane lacks: say dataplane: "
		    "userspace, or leave it out");
	if (po->retry.first > po->retry.most)
		problem_error(r->ps, at_or(po->retry.at[RETRY_FIRST],
		    po->at[TOP_RETRY]), "retry: first is longer than most");
	if (po->flood.cookies_at > po->flood.half_open)
		problem_warn(r->ps, at_or(po->flood.at[0],
		    po->at[TOP_FLOOD]), "flood: cookies-at is above "
		    "half-open: no cookie would ever be asked for");
	check_control(r);
}

void
check_policy(struct reader *r)
{
	unsigned int i;

	check_suite(r);
	check_fetch(r);
	check_tunnels(r);
	check_lanes(r);
	for (i = 0; i < r->po->ntunnels; i++)
		if (!r->po->tunnels[i].broken)
			check_children(r, &r->po->tunnels[i]);
	check_beside(r);
}
