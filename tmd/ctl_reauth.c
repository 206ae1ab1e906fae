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
 * reauth: another authentication now, in the place of the one that is.
 */
#include <stdlib.h>

#include "ctl_result.h"
#include "ctl_verbs.h"
#include "log.h"
#include "manual.h"
#include "renew.h"

#define REAUTH_SECONDS	60	/* then it goes on alone */

static void
reauth_event(struct ctl_req *r, const struct tmd_event *ev)
{
	char	name[256];
	size_t	i;

	for (i = 0; ev->tunnel != NULL && i < r->targets.n; i++) {
		if (r->targets.v[i].tunnel != ev->tunnel->number ||
		    ((struct act *)r->own)[i].state != ACT_WAIT)
			continue;
		if (ev->kind == EVT_SESSION_UP)
			result_settle(r, i, ACT_OK, "%s is authenticated "
			    "anew.", result_who(ev->tunnel, 0, name,
			    sizeof(name)));
		else if (ev->kind == EVT_FAILED && ev->child == 0)
			result_settle(r, i, ACT_FAILED, "%s", ev->text);
	}
	result_finish(r, "authenticated anew", 0);
}

static void
reauth_alarm(struct ctl_req *r)
{
	result_finish(r, "authenticated anew", 1);
}

static void
reauth_one(struct ctl_req *r, size_t i)
{
	const struct target	*tg = &r->targets.v[i];
	struct tunnel		*t = tunnel_find(tg->tunnel);
	struct session		*s = sess_up_of(t);
	char			 name[256];

	result_who(t, tg->child, name, sizeof(name));
	if (manual_is(t))
		result_settle(r, i, ACT_FAILED, "%s has manual keys: nobody "
		    "authenticates.", name);
	else if (tg->child != 0)
		result_settle(r, i, ACT_FAILED, "%s is a child: it is the "
		    "tunnel that is authenticated.", name);
	else if (s == NULL)
		result_settle(r, i, ACT_FAILED, "%s is not Active.", name);
	else if (renew_now(s) == -1)
		result_settle(r, i, ACT_FAILED, "%s is a responder: it is "
		    "authenticated anew from the other side.", name);
}

void
ctl_reauth(struct ctl_req *r)
{
	size_t i;

	r->own = xcalloc(r->targets.n, sizeof(struct act));
	r->on_event = reauth_event;
	r->on_alarm = reauth_alarm;
	for (i = 0; i < r->targets.n; i++)
		reauth_one(r, i);
	alarm_in_ms(&r->alarm, REAUTH_SECONDS * 1000);
	result_finish(r, "authenticated anew", 0);
}
